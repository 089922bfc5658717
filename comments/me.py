from typing import Any

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from comments.answering import may_pick
from comments.models import TIME_TO_EDIT, Comment, Mute, Notice, Recommendation
from comments.views import may_moderate
from newsroom.ids import parse_id

# Of one reader on one article; who has more sees the latest as theirs.
MOST_OWN = 200
MOST_RECOMMENDED = 1_000


@require_safe
@cache_control(private=True, no_store=True)
def me(request: HttpRequest) -> JsonResponse:
    """Who is reading, for the script that makes everybody's one public page theirs.

    `?article=` adds what is the reader's own there: the ids of their comments, each with the second (since 1970, UTC)
    until which it can be edited; of those they recommend; and whose they mute.
    """
    user: Any = request.user
    if not user.is_authenticated:
        return JsonResponse({"name": None})
    # Sets the cookie that scripts send back with what they post.
    get_token(request)
    answer = {
        "id": user.pk,
        "name": user.name or _("Your account"),
        "moderator": may_moderate(user),
        "picks": may_pick(user),
        "unseen": Notice.objects.unseen_count(user),
    }
    article_id = parse_id(request.GET.get("article", ""))
    if article_id is not None:
        answer |= _theirs(user, article_id)
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def _theirs(user: Any, article_id: int) -> dict[str, Any]:
    own = Comment.objects.filter(author=user, article=article_id).order_by("-pk")
    recommended = Recommendation.objects.filter(reader=user, comment__article=article_id).order_by("-pk")
    return {
        "mine": {
            str(pk): int((created_at + TIME_TO_EDIT).timestamp())
            for pk, created_at in own.values_list("pk", "created_at")[:MOST_OWN]
        },
        "recommended": list(recommended.values_list("comment_id", flat=True)[:MOST_RECOMMENDED]),
        "muted": list(Mute.objects.filter(reader=user).values_list("muted_id", flat=True)),
    }
