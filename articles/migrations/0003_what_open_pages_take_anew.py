"""Open pages take an article's title, lead and state anew only when these were touched, and load anew where all is laid
out otherwise: two numbers say when."""

from importlib import import_module

from django.db import migrations, models
from django.db.models import F

change_numbers = import_module("articles.migrations.0002_change_numbers")


def begin_at_the_newest_change(apps, schema_editor):
    apps.get_model("articles", "Article").objects.update(own_change=F("change"), page_change=F("change"))


def drop_triggers(apps, schema_editor):
    """SQLite makes the table anew and renames it, which a trigger that names it prevents."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in change_numbers.SQLITE:
            schema_editor.execute(f"DROP TRIGGER {statement.split()[2]}")


def make_triggers_again(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        change_numbers.make_triggers(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_change_numbers")]

    operations = [
        migrations.RunPython(drop_triggers, make_triggers_again),
        migrations.AddField("article", "own_change", models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddField("article", "page_change", models.PositiveIntegerField(default=0, editable=False)),
        migrations.RunPython(begin_at_the_newest_change, migrations.RunPython.noop),
        migrations.RunPython(make_triggers_again, drop_triggers),
    ]
