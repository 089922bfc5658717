from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

# Sample people have addresses in this reserved domain, so a public site can tell them and refuse to start.
SAMPLE_DOMAIN = "@sample.invalid"


class User(AbstractUser):
    """A reader or one of the newsroom. Signs in with `username`; others see only `name`."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("public name"), max_length=40, help_text=_("Shown beside what this person writes."))

    hold_seconds = models.PositiveSmallIntegerField(
        _("hold"),
        default=0,
        validators=[MaxValueValidator(10)],
        help_text=_("Seconds that an entry waits before it goes out, and can be taken back: 0 to 10."),
    )

    REQUIRED_FIELDS = ["name", "email"]

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(Lower("name"), name="accounts_user_name_once")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
