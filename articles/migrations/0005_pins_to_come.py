"""What is scheduled may be pinned when it goes out; a photograph is thrown away so long after it was left; no two bylines
differ by their capitals alone."""

from importlib import import_module

from django.db import migrations, models
from django.db.models.functions import Lower
from django.utils import timezone

shown_to_pages = import_module("articles.migrations.0003_what_open_pages_take_anew")


class Migration(migrations.Migration):
    dependencies = [("articles", "0004_the_desk")]

    operations = [
        migrations.RunPython(shown_to_pages.drop_triggers, shown_to_pages.make_triggers_again),
        migrations.AddField("entry", "pin_on_publish", models.BooleanField(default=False, editable=False)),
        migrations.RenameField("photograph", "created_at", "loose_since"),
        migrations.AlterField("photograph", "loose_since", models.DateTimeField(default=timezone.now)),
        migrations.AddConstraint("byline", models.UniqueConstraint(Lower("name"), name="articles_byline_name_once")),
        migrations.RunPython(shown_to_pages.make_triggers_again, shown_to_pages.drop_triggers),
    ]
