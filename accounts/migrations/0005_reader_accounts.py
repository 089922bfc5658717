from django.db import migrations, models
import django.db.models.functions.text
from django.core.management import call_command

import accounts.models
from accounts.lookalikes import skeleton


def fill_skeletons(apps, schema_editor):
    """Staff first, then the oldest: of two names that look alike the other one keeps its name and is set aside."""
    User = apps.get_model("accounts", "User")
    taken = set()
    people = User.objects.using(schema_editor.connection.alias).order_by("-is_staff", "pk")
    for user in people.only("pk", "name").iterator(1000):
        found = skeleton(user.name) if user.name else None
        if found in taken:
            found = f"{found}{accounts.models.ASIDE}{user.pk}"
        elif found:
            taken.add(found)
        # Not save(): the field would follow the name alone.
        User.objects.filter(pk=user.pk).update(name_skeleton=found)


def make_cache_table(apps, schema_editor):
    """Of CACHES: its table belongs to no model."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    # A unique index cannot be made in PostgreSQL in the transaction that has just written the rows.
    atomic = False

    dependencies = [
        ("accounts", "0004_the_desk_s_roles"),
    ]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="name",
            field=models.CharField(
                help_text="Shown beside what this person writes.", max_length=100, verbose_name="public name"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="name_skeleton",
            field=accounts.models.SkeletonField(editable=False, max_length=500, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="mail_me",
            field=models.CharField(
                choices=[("never", "Never"), ("at-once", "At once"), ("daily", "Once a day")],
                default="never",
                max_length=7,
                verbose_name="mail about answers",
            ),
        ),
        migrations.RunPython(fill_skeletons, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="user", name="accounts_user_name_once"),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("name_skeleton",), name="accounts_user_name_once"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(django.db.models.functions.text.Lower("email"), name="accounts_user_email"),
        ),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
