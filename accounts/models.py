from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.lookalikes import skeleton

# Sample people have addresses in this reserved domain, so a public site can tell them and refuse to start.
SAMPLE_DOMAIN = "@sample.invalid"
# Of a name, in code points; accounts/names.py counts what people count.
LONGEST_STORED = 100
# Behind the skeleton of a name that stood here beside one like it, before there were skeletons.
ASIDE = "#"


class SkeletonField(models.CharField):
    """Follows the name whenever its row is written, in bulk too."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        name = getattr(model_instance, "name", "")
        value = skeleton(name) if name else None
        kept = getattr(model_instance, self.attname)
        if not (value and kept and kept.startswith(f"{value}{ASIDE}")):
            setattr(model_instance, self.attname, value)
        return getattr(model_instance, self.attname)


class User(AbstractUser):
    """A reader or one of the newsroom. Others see only `name`: "" until a new reader has chosen one."""

    class Mail(models.TextChoices):
        NEVER = "never", _("Never")
        AT_ONCE = "at-once", _("At once")
        DAILY = "daily", _("Once a day")

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(
        _("public name"), max_length=LONGEST_STORED, help_text=_("Shown beside what this person writes.")
    )
    # What the name looks like: no other person's may look the same.
    name_skeleton = SkeletonField(max_length=500, null=True, editable=False)
    mail_me = models.CharField(_("mail about answers"), max_length=7, choices=Mail, default=Mail.NEVER)

    hold_seconds = models.PositiveSmallIntegerField(
        _("hold"),
        default=0,
        validators=[MaxValueValidator(10)],
        help_text=_("Seconds that an entry waits before it goes out, and can be taken back: 0 to 10."),
    )

    REQUIRED_FIELDS = ["name", "email"]

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(fields=["name_skeleton"], name="accounts_user_name_once")]
        # Whose an address is, at every sign-in.
        indexes = [models.Index(Lower("email"), name="accounts_user_email")]

    def __str__(self) -> str:
        return self.name or self.username

    def clean(self) -> None:
        """So that the constraint can be looked at before the row is written."""
        super().clean()
        self.name_skeleton = User._meta.get_field("name_skeleton").pre_save(self, add=False)

    @property
    def has_name(self) -> bool:
        """Nothing can be written here without: ask before a text is taken, and lead to the page "name"."""
        return bool(self.name)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


def display(user: User) -> str:
    """For allauth, which would say the username."""
    return str(user)
