"""The roles, as groups. A permission stands here by its codename; the apps define what it means."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEW_ARTICLES = ["view_topic", "view_article", "view_entry"]
VIEW_COMMENTS = ["view_comment", "view_decision", "view_report"]

ROLES = {
    "correspondent": [*VIEW_ARTICLES, "add_entry", "change_entry"],
    "editor": [
        *VIEW_ARTICLES,
        "add_topic",
        "change_topic",
        "add_article",
        "change_article",
        "add_entry",
        "change_entry",
        "change_any_entry",
        *VIEW_COMMENTS,
    ],
    "moderator": ["view_topic", "view_article", *VIEW_COMMENTS, "moderate_comment"],
}
ADMINISTRATOR_EXTRA = ["add_user", "change_user", "view_user", "add_group", "change_group", "view_group"]


def make_groups(apps, schema_editor):
    # Permissions are made after all migrations; the groups need them now.
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
        group.permissions.set(found)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("articles", "0002_change_numbers"),
        ("comments", "0002_storage"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups)]
