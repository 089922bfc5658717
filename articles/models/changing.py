"""The numbered change, under the article's lock, that every method works in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from newsroom.wakeups import wake_on_commit

if TYPE_CHECKING:
    from articles.models.article import Article


class NotAllowed(Exception):
    """An action that does not fit the state a thing is in. The message is for people and says what to do."""


class Conflict(NotAllowed):
    """Another has changed an entry or an article since it was read. `now` is how it is; nothing was overwritten."""

    def __init__(self, now: Any) -> None:
        super().__init__(_("Somebody has changed this since you opened it. Look at both texts, then save again."))
        self.now = now


@contextmanager
def next_change(article: "Article", **also: Any) -> "Iterator[Article]":
    """Locks the article's row and takes its next change number; yields the article as it is now in the database.

    `also` are fields to set in the same statement. At the end the caller's instance is brought up to date. An exception
    takes the number back with everything else.
    """
    manager = type(article)._default_manager
    with transaction.atomic():
        # One statement locks and counts. The number is on the article before any entry carries it (a trigger looks).
        manager.filter(pk=article.pk).update(change=F("change") + 1, **also)
        locked = manager.select_related("topic").get(pk=article.pk)
        yield locked
        wake_on_commit(locked.subject)
    copy_fields(locked, article)


def lock(article: "Article") -> None:
    """Before an entry is locked, as in all that readers see. What is read then stays until it is over."""
    type(article)._default_manager.select_for_update().get(pk=article.pk)


def require(thing: Any, *states: str) -> None:
    """Raises NotAllowed unless an article or an entry is in one of these states."""
    if thing.state not in states:
        raise NotAllowed(
            _("“%(thing)s” is %(state)s, so this cannot be done. Reload the page to see where it stands.")
            % {"thing": thing, "state": thing.get_state_display()}
        )


def copy_fields(source: models.Model, target: models.Model) -> None:
    """Brings an instance in the caller's hands up to date with the one that was saved."""
    for field in source._meta.concrete_fields:
        setattr(target, field.attname, getattr(source, field.attname))


def local_day(moment: datetime, article: "Article") -> date:
    return moment.astimezone(article.zone).date()
