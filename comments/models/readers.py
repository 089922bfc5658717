"""What readers do with one comment: edit and withdraw their own, recommend and report that of another."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article, NotAllowed
from comments import limits, tasks
from comments.models.decision import Report, State
from comments.models.posting import check_open
from comments.models.reading import Recommendation, Revision
from newsroom import markup

if TYPE_CHECKING:
    from comments.models.comment import Comment

# Long enough for the mistake one sees after sending; what others have answered since stays what they answered.
TIME_TO_EDIT = timedelta(minutes=10)
EDITABLE = (State.PUBLISHED, State.HELD)


class ReadersActions:
    """Of Comment."""

    def withdraw(self: "Comment") -> int:  # type: ignore[misc]
        return self._alone().withdraw()

    def why_not_editable(self: "Comment", by: Any, now: datetime) -> str:  # type: ignore[misc]
        """A sentence, or "": its author may edit it for TIME_TO_EDIT, unless it was hidden or withdrawn."""
        if self.author_id is None or self.author_id != by.pk:
            return _("This is not your comment.")
        if self.state not in EDITABLE or self.hides:
            return _("This comment is no longer shown, so it cannot be edited. Copy your text if you need it.")
        if now - self.created_at >= TIME_TO_EDIT:
            minutes = TIME_TO_EDIT // timedelta(minutes=1)
            sentence = _("A comment can be edited for %(minutes)d minutes. Copy your text and send it as a reply.")
            return sentence % {"minutes": minutes}
        return ""

    def edit(self: "Comment", text: str, by: Any, now: datetime | None = None) -> None:  # type: ignore[misc]
        """Gives it another text; the one before is kept for moderators. All rules for a new comment hold again.

        Raises NotAllowed where it is too late, or the article takes no comments any more.
        """
        now = now or timezone.now()
        text = markup.tidy(text)
        alone = self._alone()
        with alone._locked() as comments:
            fresh: Comment = comments[0]
            if refusal := fresh.why_not_editable(by, now):
                raise NotAllowed(refusal)
            article = Article.objects.get(pk=fresh.article_id)
            check_open(article)
            before = fresh.text
            if before == text:
                return
            _check_edits(fresh, by, now)
            Revision.objects.create(comment=fresh, text=before)
            held_first = article.comment_policy == Article.CommentPolicy.HELD and not by.is_staff
            state = State.HELD if held_first else State(fresh.state)
            alone._rewrite(comments, text, state, now)
            if state == State.PUBLISHED:
                # Whom it names now.
                tasks.tell.enqueue([fresh.pk])

    def recommend(self: "Comment", by: Any) -> None:  # type: ignore[misc]
        """Once for each reader, however often. Raises NotAllowed for one's own and for what is not shown."""
        alone = self._alone()
        with alone._locked() as comments:
            fresh: Comment = comments[0]
            if fresh.author_id == by.pk:
                raise NotAllowed(_("This is your own comment: others recommend it."))
            if not fresh.visible:
                raise NotAllowed(_("This comment is no longer shown."))
            _vote, is_new = Recommendation.objects.get_or_create(comment=fresh, reader=by)
            if is_new:
                alone._count_recommends(comments, 1)

    def unrecommend(self: "Comment", by: Any) -> None:  # type: ignore[misc]
        alone = self._alone()
        with alone._locked() as comments:
            gone, _by_model = Recommendation.objects.filter(comment=comments[0], reader=by).delete()
            if gone:
                alone._count_recommends(comments, -1)

    def report(self: "Comment", reason: str, text: str = "", *, by: Any = None, address_hash: str = "") -> None:  # type: ignore[misc]
        """One for each person and comment; a second changes nothing. `by` is None for somebody who is not signed in:
        then `address_hash` stands for them. Raises TooMuch where they report without end."""
        if not self.visible:
            raise NotAllowed(_("This comment is no longer shown."))
        now = timezone.now()
        who = {"reporter": by} if by else {"address_hash": address_hash}
        try:
            with transaction.atomic():
                if by:
                    # Of reports sent at once each sees the ones before it.
                    get_user_model().objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
                if settings.LIMIT_READERS:
                    lately = Report.objects.filter(**who, created_at__gt=now - limits.HOUR).order_by("-created_at")
                    times = lately.values_list("created_at", flat=True)[: limits.MOST_REPORTS_AN_HOUR]
                    limits.check_reports(list(times), now)
                Report.objects.create(comment=self, reason=reason, text=text, **who)
        except IntegrityError:
            # They have reported it before.
            return


def _check_edits(comment: "Comment", by: Any, now: datetime) -> None:
    """Each edit makes pages anew and may name other people: as slowly as comments, and some only."""
    if not settings.LIMIT_READERS or by.is_staff:
        return
    edits = list(comment.revisions.order_by("-id").values_list("created_at", flat=True)[: limits.MOST_EDITS])
    limits.check_edits(edits, now)
