"""The roles again, whole: who publishes, who only submits, who has bylines and who may look behind a pseudonym."""

from importlib import import_module

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

first = import_module("accounts.migrations.0002_groups")

BYLINES = ["view_byline", "add_byline", "change_byline"]
CONTRIBUTOR = [*first.ROLES["correspondent"], *BYLINES]

ROLES = {
    # Writes and submits; an editor publishes.
    "contributor": CONTRIBUTOR,
    "correspondent": [*CONTRIBUTOR, "publish_entry"],
    "editor": [*first.ROLES["editor"], *BYLINES, "publish_entry"],
    "moderator": first.ROLES["moderator"],
}
ADMINISTRATOR_EXTRA = [*first.ADMINISTRATOR_EXTRA, "resolve_byline", "view_bylinelookup"]


def make_groups(apps, schema_editor):
    for label in ("auth", "accounts", "articles", "comments"):
        create_permissions(installed.get_app_config(label), verbosity=0, using=schema_editor.connection.alias)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    everything = sorted({code for codes in ROLES.values() for code in codes} | set(ADMINISTRATOR_EXTRA))
    for name, codenames in {**ROLES, "administrator": everything}.items():
        group, _created = Group.objects.get_or_create(name=name)
        found = Permission.objects.filter(
            codename__in=codenames, content_type__app_label__in=["auth", "accounts", "articles", "comments"]
        )
        # Added to what an administrator has given the group since.
        group.permissions.add(*found)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_hold_seconds"),
        ("articles", "0004_the_desk"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
