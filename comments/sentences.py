"""What a notice says, in one sentence, on the bell's page and in mails alike; and where it leads."""

from django.urls import reverse
from django.utils.translation import gettext as _

from comments.models import Decision, Notice

# Names and titles are written in whatever direction they have, and change nothing around them (Unicode's isolates).
FIRST_STRONG, END = "\u2068", "\u2069"
LONGEST_QUOTE = 300


def sentence(notice: Notice) -> str:
    """Plain text. Names no moderator."""
    what = {"name": isolated(notice.comment.name), "title": isolated(notice.comment.article.title)}
    if notice.kind == Notice.Kind.DECISION and notice.decision:
        return _decided(notice.decision, what)
    said = {
        Notice.Kind.REPLY: _("%(name)s has answered you on “%(title)s”."),
        Notice.Kind.MENTION: _("%(name)s has named you on “%(title)s”."),
        Notice.Kind.FOLLOWED: _("%(name)s has written in a conversation that you follow, on “%(title)s”."),
        Notice.Kind.PICK: _("The editors have picked your comment on “%(title)s”."),
    }
    return said[Notice.Kind(notice.kind)] % what


def _decided(decision: Decision, what: dict[str, str]) -> str:
    if decision.kind == Decision.Kind.APPROVE:
        return _("A moderator has looked at your comment on “%(title)s”: everyone can read it now.") % what
    if decision.kind == Decision.Kind.RESTORE:
        return _("A moderator has brought your comment on “%(title)s” back.") % what
    what = what | {"reason": decision.get_reason_display()}
    if decision.kind == Decision.Kind.HIDE_BRANCH:
        return _("A moderator has hidden your comment on “%(title)s” with all replies. Reason: %(reason)s.") % what
    return _("A moderator has hidden your comment on “%(title)s”. Reason: %(reason)s.") % what


def quote(notice: Notice) -> str:
    """The beginning of what others wrote, while everybody can read it; "" of what is about one's own."""
    if notice.kind in Notice.ABOUT_OWN or not notice.comment.visible:
        return ""
    words = " ".join(notice.comment.text.split())
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE].rsplit(' ', 1)[0]} …"


def place(notice: Notice) -> str:
    """The comment where it stands; one's own that others do not see, on its own page."""
    if notice.kind in Notice.ABOUT_OWN and not notice.comment.visible:
        return reverse("comment-mine", args=[notice.comment_id])
    return f"{notice.comment.get_absolute_url()}#c{notice.comment_id}"


def isolated(text: str) -> str:
    """On one line, and whatever direction marks it holds end with it."""
    marks = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
    return f"{FIRST_STRONG}{' '.join(text.translate(marks).split())}{END}"
