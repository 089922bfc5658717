"""What became of an article's comments after change N: which came, and which are no longer shown.

Open pages ask when they hear that comments have changed, and only show numbers until their reader wants the comments.
"""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.pages import answer_about
from articles.views import NEWEST_CHANGES, OLDER_CHANGES
from comments.models import Comment
from newsroom.ids import parse_id
from newsroom.shared import is_shared

# An answer stays small; whoever has missed more asks again from where it ends.
MOST_COMMENTS = 500

Values = tuple[int, int, int | None, int | None, int | None, bool, Any, int]
COLUMNS = ("id", "tree_id", "author_id", "parent_id", "entry_id", "visible", "edited_at", "change")


@is_shared
@require_safe
def arrivals(request: HttpRequest, article_id: int) -> HttpResponseBase:
    """What changed after `?after=N` (the article's `comment_change`), as JSON; see docs/live.md."""
    article = Article.objects.public().as_shown().filter(pk=article_id).first()
    if article is None:
        return JsonResponse({"error": _("There is no such article.")}, status=404)
    after = parse_id(request.GET.get("after", ""))
    if after is None or after > article.comment_change:
        return JsonResponse({"error": _("This article’s comments have not come that far.")}, status=400)
    caching = NEWEST_CHANGES if after == article.comment_change else OLDER_CHANGES
    return answer_about(request, article, lambda: JsonResponse(_arrivals_after(article, after)), caching)


def _arrivals_after(article: Article, after: int) -> dict[str, Any]:
    """True for the `change` that it names: numbers commit in their order, and none is cut in the midst."""
    answer: dict[str, Any] = {"change": article.comment_change, "comments": [], "gone": []}
    if after == article.comment_change:
        return answer
    changed = Comment.objects.filter(article=article, change__gt=after, change__lte=article.comment_change)
    found = changed.order_by("change", "id").values_list(*COLUMNS)
    rows: list[Values] = list(found[: MOST_COMMENTS + 1])
    if len(rows) > MOST_COMMENTS:
        beyond = rows[-1][-1]
        rows = [row for row in rows if row[-1] < beyond]
        if not rows:
            # A whole branch was hidden or came back: of one change everything is said at once.
            rows, beyond = list(found.filter(change=beyond)), beyond + 1
        answer |= {"change": beyond - 1} | ({"more": True} if beyond <= article.comment_change else {})
    for pk, tree_id, author_id, parent_id, entry_id, visible, edited_at, _change in rows:
        if visible:
            answer["comments"].append([pk, tree_id, author_id, parent_id is None, entry_id, edited_at is not None])
        else:
            answer["gone"].append(pk)
    return answer
