"""All that the site holds about somebody, for themselves: theirs alone, and nothing that others keep private."""

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from comments.models import Comment, Decision, Follow, Mute, Notice, Recommendation, Report, Revision

CHUNK = 500
PROFILE = ("pk", "username", "name", "email", "date_joined", "last_login", "mail_me")
COMMENT = (
    "id", "article_id", "article__title", "entry_id", "parent_id", "name", "badge", "text", "state", "hidden_for",
    "recommends", "created_at", "edited_at", "picked_at",
)  # fmt: skip


def as_json(person: User) -> Iterator[str]:
    """One JSON object, a row at a time, so that a hundred thousand comments fit into any memory."""
    encoder = DjangoJSONEncoder(ensure_ascii=False, indent=1)
    yield f'{{"site": {encoder.encode(settings.SITE_NAME)},\n"made_at": {encoder.encode(timezone.now())}'
    yield f',\n"profile": {encoder.encode(_profile(person))}'
    for name, rows in _sections(person).items():
        yield f',\n"{name}": ['
        for number, row in enumerate(rows):
            yield (",\n" if number else "\n") + encoder.encode(row)
        yield "]"
    yield "}\n"


def _profile(person: User) -> dict[str, Any]:
    return User.objects.values(*PROFILE).get(pk=person.pk)


def _sections(person: User) -> dict[str, Iterator[dict[str, Any]]]:
    me = person.pk
    return {
        "addresses": _rows(EmailAddress.objects.filter(user=me), "email", "verified", "primary"),
        "comments": _comments(me),
        "reports": _rows(Report.objects.filter(reporter=me), "comment_id", "reason", "text", "created_at"),
        "recommendations": _rows(Recommendation.objects.filter(reader=me), "comment_id", "created_at"),
        "muted_people": _rows(Mute.objects.filter(reader=me), "muted_id", "muted__name", "created_at"),
        "conversations": _rows(Follow.objects.filter(reader=me), "conversation_id", "left", "created_at"),
        "notices": _rows(
            Notice.objects.filter(reader=me), "kind", "comment_id", "created_at", "seen_at", "mail_at", "done_at"
        ),
    }


def _rows(queryset: QuerySet[Any], *fields: str) -> Iterator[dict[str, Any]]:
    return iter(queryset.order_by("pk").values(*fields).iterator(CHUNK))


def _comments(me: int) -> Iterator[dict[str, Any]]:
    """Each with what it said before and what was decided about it; by whom is the moderators' own affair."""
    last = 0
    comments = Comment.objects.filter(author=me).order_by("id").values(*COMMENT)
    while found := list(comments.filter(pk__gt=last)[:CHUNK]):
        ids = [comment["id"] for comment in found]
        before = _by_comment(Revision.objects.filter(comment__in=ids), "text", "created_at")
        decided = _by_comment(Decision.objects.filter(comment__in=ids), "kind", "reason", "created_at")
        for comment in found:
            more = {"revisions": before.get(comment["id"], []), "decisions": decided.get(comment["id"], [])}
            yield comment | more
        last = ids[-1]


def _by_comment(queryset: QuerySet[Any], *fields: str) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in queryset.order_by("pk").values("comment_id", *fields):
        found.setdefault(row.pop("comment_id"), []).append(row)
    return found
