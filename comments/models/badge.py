from django.db import models
from django.utils.translation import gettext_lazy as _


class Badge(models.TextChoices):
    """Who of the newsroom writes a comment, as readers are told beside the name; of the time when it was written."""

    NONE = "", ""
    NEWSROOM = "newsroom", _("Newsroom")
    REPORTS_HERE = "byline", _("Reports here")
