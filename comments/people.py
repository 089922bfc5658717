"""What somebody has written here, for others and for themselves, and where they stand with the moderators."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest

from accounts.models import User
from articles.models import Article
from comments import limits
from comments.models import Comment, State
from comments.models.queryset import CommentQuerySet
from newsroom.keyset import Page, keyset_page

PER_PAGE = 30
ORDER = ("-created_at", "-id")
LATELY = timedelta(days=90)


@dataclass(frozen=True)
class Standing:
    """How many comments of the last 90 days others can read, wait for a look, or were hidden."""

    published: int
    held: int
    hidden: int
    # Until when a new account takes few comments, or None.
    new_until: datetime | None
    most_while_new: int = limits.MOST_ON_THE_FIRST_DAY


def signed_in(request: HttpRequest) -> User:
    """Who asks, behind login_required."""
    assert isinstance(request.user, User)  # noqa: S101 -- for the types
    return request.user


def said_in_public(person_id: int) -> CommentQuerySet:
    """What everybody can read of somebody's comments."""
    comments = Comment.objects.visible().filter(author=person_id)
    found: CommentQuerySet = comments.exclude(article__state=Article.State.DRAFT)
    return found


def page_of(comments: CommentQuerySet, *, after: str = "", before: str = "") -> Page[Comment]:
    """Newest first, each with its article."""
    return keyset_page(comments.select_related("article__topic"), ORDER, PER_PAGE, after=after, before=before)


def standing(person: Any, now: datetime) -> Standing:
    lately = Comment.objects.filter(author=person, created_at__gt=now - LATELY)
    hidden = Q(state=State.HIDDEN) | Q(state__in=[State.PUBLISHED, State.HELD], hides__gt=0)
    counts = lately.aggregate(
        published=Count("pk", filter=Q(visible=True)),
        held=Count("pk", filter=Q(state=State.HELD, hides=0)),
        hidden=Count("pk", filter=hidden),
    )
    is_new = not person.is_staff and now - person.date_joined < limits.DAY
    return Standing(**counts, new_until=person.date_joined + limits.DAY if is_new else None)
