"""An entry says how many comments are about it."""

from importlib import import_module

from django.db import migrations, models

shown_to_pages = import_module("articles.migrations.0003_what_open_pages_take_anew")


class Migration(migrations.Migration):
    dependencies = [("articles", "0005_pins_to_come")]

    operations = [
        migrations.RunPython(shown_to_pages.drop_triggers, shown_to_pages.make_triggers_again),
        migrations.AddField("entry", "comment_count", models.PositiveIntegerField(default=0, editable=False)),
        migrations.RunPython(shown_to_pages.make_triggers_again, shown_to_pages.drop_triggers),
    ]
