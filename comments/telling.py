"""Who is told of what: made into notices by a worker, after the answer to whoever caused it has gone.

Looked up when the worker comes to it, so what was hidden meanwhile tells nobody. Doing it twice tells nobody twice.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.addresses import confirmed
from accounts.models import User
from articles.models import Article
from comments.mentions import named_in
from comments.models import Comment, Decision, Follow, Mute, Notice

# Enough for a moderator to hide what is abusive, and for its author to think again, before it is mailed.
WAIT_BEFORE_MAIL = timedelta(minutes=5)
# In the site's time zone: the day's mail lies there with the morning's others.
DAILY_AT = time(7)

Kind = Notice.Kind
# Of what authors are told that was decided about their comments.
TOLD = (
    Decision.Kind.HIDE,
    Decision.Kind.HIDE_BRANCH,
    Decision.Kind.RESTORE,
    Decision.Kind.APPROVE,
    Decision.Kind.PICK,
)


def tell(comment_ids: list[int]) -> None:
    """Tells those whom comments answer or name, and who follow their conversations."""
    comments = Comment.objects.visible().filter(pk__in=comment_ids).exclude(article__state=Article.State.DRAFT)
    for comment in comments.select_related("parent", "answers").order_by("pk"):
        with transaction.atomic():
            kinds = _whom_it_concerns(comment)
            _make_notices([Notice(reader_id=pk, kind=kind, comment=comment) for pk, kind in kinds.items()])


def tell_of_decisions(decision_ids: list[int]) -> None:
    """Tells people what was decided about their own comments, unless they decided it themselves."""
    decisions = Decision.objects.filter(pk__in=decision_ids, kind__in=TOLD, undone_by=None)
    decisions = decisions.exclude(comment__author=None).select_related("comment").order_by("pk")
    with transaction.atomic():
        _make_notices(
            [
                Notice(
                    reader_id=decision.comment.author_id,
                    kind=Kind.PICK if decision.kind == Decision.Kind.PICK else Kind.DECISION,
                    comment=decision.comment,
                    decision=decision,
                )
                for decision in decisions
                if decision.moderator_id != decision.comment.author_id and _is_news(decision)
            ]
        )


def mail_time(reader: User, now: datetime) -> datetime | None:
    """From when on a notice made now may be mailed to somebody with a confirmed address."""
    if reader.mail_me == User.Mail.AT_ONCE:
        return now + WAIT_BEFORE_MAIL
    if reader.mail_me != User.Mail.DAILY:
        return None
    zone = timezone.get_default_timezone()
    # Not what is some minutes old when the mail goes out.
    earliest = (now + WAIT_BEFORE_MAIL).astimezone(zone)
    morning = datetime.combine(earliest.date(), DAILY_AT, zone)
    return morning if morning >= earliest else datetime.combine(earliest.date() + timedelta(days=1), DAILY_AT, zone)


def _whom_it_concerns(comment: Comment) -> dict[int, Kind]:
    """The readers to be told, each with what the comment is to them: an answer before a mention before the rest."""
    root = Comment.objects.only("pk").get(tree_id=comment.tree_id, parent=None)
    follows = dict(Follow.objects.filter(conversation=root).values_list("reader_id", "left"))
    kinds = {reader: Kind.FOLLOWED for reader, left in follows.items() if not left}
    kinds |= dict.fromkeys(named_in(comment.html), Kind.MENTION)
    answered = comment.answers or comment.parent
    if answered and answered.author_id:
        kinds[answered.author_id] = Kind.REPLY
    kinds.pop(comment.author_id, None)
    muting = set(Mute.objects.filter(muted=comment.author_id, reader__in=list(kinds)).values_list("reader", flat=True))
    return {reader: kind for reader, kind in kinds.items() if reader not in muting and not follows.get(reader)}


def _is_news(decision: Decision) -> bool:
    """Whoever was never told that a comment was hidden need not read that it is back."""
    hide = decision.undoes_id
    return hide is None or Notice.objects.filter(decision=hide, reader=decision.comment.author_id).exists()


def _make_notices(notices: list[Notice]) -> None:
    """Those that are new. Each is mailed where its reader wants that (comments/mailing.py looks for what is due)."""
    now = timezone.now()
    readers = User.objects.filter(is_active=True).in_bulk({notice.reader_id for notice in notices})
    reachable = confirmed(reader for reader in readers.values() if reader.mail_me != User.Mail.NEVER)
    made = [notice for notice in notices if notice.reader_id in readers]
    for notice in made:
        notice.mail_at = mail_time(readers[notice.reader_id], now) if notice.reader_id in reachable else None
    Notice.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
