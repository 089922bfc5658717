"""What readers and moderators do all day, in any order: the load of the fault tests and of `bench.writers`."""

import random
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field

from accounts.models import User
from articles.models import Article, NotAllowed
from comments.models import Comment

ACTIONS = {"root": 15, "reply": 45, "hide": 9, "hide branch": 7, "restore": 14, "approve": 2, "withdraw": 4, "erase": 4}


@dataclass
class Record:
    """What one process did."""

    done: Counter[str] = field(default_factory=Counter)
    # What the rules of the site refused, such as a reply to a comment that has just been hidden.
    refused: int = 0
    errors: list[str] = field(default_factory=list)


def act(article_ids: list[int], user_ids: list[int], seconds: float, seed: int) -> Record:
    """Does at random what readers and moderators do, for so many seconds."""
    dice, record = random.Random(seed), Record()
    articles = list(Article.objects.filter(pk__in=article_ids))
    users = list(User.objects.filter(pk__in=user_ids))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        action = dice.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        try:
            _do(action, dice.choice(articles), dice.choice(users), dice)
            record.done[action] += 1
        except NotAllowed:
            record.refused += 1
        except Exception:
            record.errors.append(traceback.format_exc())
    return record


def _do(action: str, article: Article, user: User, dice: random.Random) -> None:
    comment = None if action == "root" else any_comment(article, dice)
    if comment is None or action == "reply":
        Comment.objects.post(article, "The water *rises* by the hour.", author=user, parent=comment)
    elif action == "hide":
        comment.hide(user, "abuse")
    elif action == "hide branch":
        comment.hide_branch(user, "off-topic")
    elif action == "withdraw":
        comment.withdraw()
    elif action == "restore":
        # Several at once, so that trees of several articles are locked together.
        Comment.objects.filter(pk__gt=comment.pk - 5, pk__lte=comment.pk + 5).restore(user)
    elif action == "approve":
        Comment.objects.filter(article=article).held().approve(user)
    else:
        Comment.objects.filter(pk=comment.pk).erase(user)


def any_comment(article: Article, dice: random.Random) -> Comment | None:
    comments = Comment.objects.filter(article=article)
    number = comments.count()
    return comments.order_by("pk")[dice.randrange(number)] if number else None
