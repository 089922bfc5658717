"""Are the trees and counters of an article whole, and how they become so again.

The check is one statement, so it sees one moment even while readers write. The repair believes `parent`, the decisions
and the states of the comments, and works out everything else from them: places, levels, trees, hides, counters.
"""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from articles.models import Article
from comments.models import Comment
from comments.models.queryset import lock_roots
from newsroom.wakeups import wake_on_commit

# Each row walks through its tree twice, when it opens (lft) and when it closes (rght). The tree is whole when the n-th
# event stands at place n and the running depth is the row's level: then the open rows always have the levels 0, 1, 2…,
# so what closes is what opened last. The decisions about branches, added up the same way, must be the row's `hides`.
CHECK = """
WITH mark AS MATERIALIZED (
    SELECT decision.comment_id, COUNT(*) AS hides
    FROM comments_decision decision JOIN comments_comment top ON top.id = decision.comment_id
    WHERE top.article_id = %(article)s AND decision.kind = 'hide-branch'
        AND NOT EXISTS (SELECT 1 FROM comments_decision undo WHERE undo.undoes_id = decision.id)
    GROUP BY decision.comment_id
), node AS MATERIALIZED (
    SELECT id, tree_id, parent_id, entry_id, lft, rght, level, comment.hides, invisible, visible, number,
        COALESCE(mark.hides, 0) AS marks
    FROM comments_comment comment LEFT JOIN mark ON mark.comment_id = comment.id
    WHERE article_id = %(article)s
), event AS (
    SELECT id, tree_id, lft AS place, 1 AS step, level + 1 AS depth, hides, marks FROM node
    UNION ALL
    SELECT id, tree_id, rght, -1, level, hides, -marks FROM node
), walk AS MATERIALIZED (
    SELECT id, tree_id, place, step, depth, hides, ROW_NUMBER() OVER along AS nth,
        SUM(step) OVER along AS depth_here, SUM(marks) OVER along AS hides_here
    FROM event WINDOW along AS (PARTITION BY tree_id ORDER BY place, id ROWS UNBOUNDED PRECEDING)
), stray AS MATERIALIZED (
    SELECT node.id, node.tree_id, node.parent_id FROM node LEFT JOIN node parent ON parent.id = node.parent_id
    WHERE node.parent_id IS NOT NULL AND (parent.id IS NULL OR parent.tree_id <> node.tree_id
        OR parent.level <> node.level - 1 OR parent.lft >= node.lft OR parent.rght <= node.rght)
), tree AS MATERIALIZED (
    SELECT tree_id, MIN(id) AS id, COUNT(*) FILTER (WHERE parent_id IS NULL) AS roots,
        COUNT(*) FILTER (WHERE NOT visible) AS unseen, COALESCE(SUM(invisible), 0) AS invisible,
        COALESCE(SUM(invisible) FILTER (WHERE parent_id IS NOT NULL), 0) AS misplaced
    FROM node GROUP BY tree_id
)
SELECT 'place' AS kind, tree_id, MIN(id) AS comment_id, COUNT(DISTINCT id) AS number
    FROM walk WHERE place <> nth GROUP BY tree_id
UNION ALL SELECT 'level', tree_id, MIN(id), COUNT(DISTINCT id) FROM walk WHERE depth <> depth_here GROUP BY tree_id
UNION ALL SELECT 'hides', tree_id, MIN(id), COUNT(*)
    FROM walk WHERE step = 1 AND hides <> hides_here GROUP BY tree_id
UNION ALL SELECT 'parent', tree_id, MIN(id), COUNT(*) FROM stray GROUP BY tree_id
UNION ALL SELECT 'parent of another tree', parent.tree_id, MIN(stray.id), COUNT(*)
    FROM stray JOIN comments_comment parent ON parent.id = stray.parent_id
    WHERE parent.tree_id <> stray.tree_id GROUP BY parent.tree_id
UNION ALL SELECT 'roots', tree_id, id, roots FROM tree WHERE roots <> 1
UNION ALL SELECT 'order', tree_id, id, number
    FROM (
        SELECT id, tree_id, number, LAG(tree_id) OVER (ORDER BY number) AS before FROM node WHERE parent_id IS NULL
    ) root WHERE tree_id <= before OR tree_id > id
UNION ALL SELECT 'invisible', tree_id, id, unseen FROM tree WHERE invisible <> unseen OR misplaced <> 0
UNION ALL SELECT 'comment count', CAST(NULL AS bigint), CAST(NULL AS bigint), seen
    FROM articles_article article, (SELECT COUNT(*) FILTER (WHERE visible) AS seen FROM node) counted
    WHERE article.id = %(article)s AND comment_count <> seen
UNION ALL SELECT 'entry count', CAST(NULL AS bigint), entry.id, COALESCE(seen, 0)
    FROM articles_entry entry LEFT JOIN (
        SELECT entry_id, COUNT(*) FILTER (WHERE visible) AS seen FROM node GROUP BY entry_id
    ) counted ON counted.entry_id = entry.id
    WHERE entry.article_id = %(article)s AND entry.comment_count <> COALESCE(seen, 0)
UNION ALL SELECT 'conversation count', CAST(NULL AS bigint), CAST(NULL AS bigint), last
    FROM articles_article article, (SELECT COALESCE(MAX(number), 0) AS last FROM node) counted
    WHERE article.id = %(article)s AND conversation_count <> last
ORDER BY 2, 1
"""

SENTENCES = {
    "place": "lft and rght are not 1, 2, 3… at {number} comments, the first is #{comment_id}",
    "level": "lft and rght do not nest as the levels say at {number} comments, the first is #{comment_id}",
    "hides": "hides does not agree with the decisions at {number} comments, the first is #{comment_id}",
    "parent": "{number} comments do not stand below their parent, the first is #{comment_id}",
    "parent of another tree": "{number} comments of other trees name a parent here, the first is #{comment_id}",
    "roots": "there are {number} roots instead of one",
    "order": "the tree id does not suit conversation {number} (they grow together, up to the root's own id)",
    "invisible": "the root does not say that {number} comments are not visible, or a reply says so",
    "comment count": "comment_count is not {number}, the number of visible comments",
    "entry count": "comment_count of entry {comment_id} is not {number}, the number of visible comments about it",
    "conversation count": "conversation_count is not {number}, the highest number of a conversation",
}

# A path of ids as wide as the largest bigint sorts as the tree is read; "~" sorts behind every digit, so a comment
# closes after its last reply. Siblings stand in the order of their ids, which is the order in which they came.
REBUILD = """
WITH RECURSIVE node AS (
    SELECT comment.id, {id_as_text} AS path, 0 AS level, {marks} AS hides
    FROM comments_comment comment WHERE tree_id = %(tree)s AND parent_id IS NULL
    UNION ALL
    SELECT comment.id, node.path || {id_as_text}, node.level + 1, node.hides + {marks}
    FROM node JOIN comments_comment comment ON comment.parent_id = node.id
), event AS (
    SELECT id, level, hides, path AS place FROM node UNION ALL SELECT id, level, hides, path || '~' FROM node
), nth AS (
    SELECT id, level, hides, ROW_NUMBER() OVER (ORDER BY place COLLATE {bytewise}) AS place FROM event
), whole AS (
    SELECT id, level, hides, MIN(place) AS lft, MAX(place) AS rght FROM nth GROUP BY id, level, hides
)
UPDATE comments_comment SET lft = whole.lft, rght = whole.rght, level = whole.level, hides = whole.hides,
    tree_id = %(tree)s, article_id = %(article)s
FROM whole WHERE whole.id = comments_comment.id
    AND (whole.lft, whole.rght, whole.level, whole.hides, %(tree)s, %(article)s) <> (comments_comment.lft,
        comments_comment.rght, comments_comment.level, comments_comment.hides, tree_id, article_id)
"""

MARKS = """(SELECT COUNT(*) FROM comments_decision decision
    WHERE decision.comment_id = comment.id AND decision.kind = 'hide-branch'
        AND NOT EXISTS (SELECT 1 FROM comments_decision undo WHERE undo.undoes_id = decision.id))"""
DIALECT = {
    "postgresql": {"id_as_text": "lpad(comment.id::text, 19, '0')", "bytewise": '"C"'},
    "sqlite": {"id_as_text": "printf('%%019d', comment.id)", "bytewise": "BINARY"},
}

COUNT_TREE = """
UPDATE comments_comment SET invisible = CASE WHEN parent_id IS NOT NULL THEN 0 ELSE
    (SELECT COUNT(*) FROM comments_comment other WHERE other.tree_id = %(tree)s AND NOT other.visible) END
WHERE tree_id = %(tree)s AND (parent_id IS NULL OR invisible <> 0)
"""

COUNT_ARTICLE = """
UPDATE articles_article SET comment_change = comment_change + 1,
    comment_count = (SELECT COUNT(*) FROM comments_comment WHERE article_id = %(article)s AND visible),
    conversation_count = (SELECT COALESCE(MAX(number), 0) FROM comments_comment WHERE article_id = %(article)s)
WHERE id = %(article)s
"""


COUNT_ENTRIES = """
UPDATE articles_entry SET comment_count = COALESCE(counted.seen, 0)
FROM articles_entry entry LEFT JOIN (
    SELECT entry_id, COUNT(*) FILTER (WHERE visible) AS seen FROM comments_comment
    WHERE article_id = %(article)s AND entry_id IS NOT NULL GROUP BY entry_id
) counted ON counted.entry_id = entry.id
WHERE entry.id = articles_entry.id AND entry.article_id = %(article)s
    AND articles_entry.comment_count <> COALESCE(counted.seen, 0)
"""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one tree, or with the counters of the article when it names no tree."""

    article_id: int
    kind: str
    tree_id: int | None
    # The first comment of those that the sentence is about, or the entry.
    comment_id: int | None
    number: int

    def __str__(self) -> str:
        place = f"article {self.article_id}" + ("" if self.tree_id is None else f", tree {self.tree_id}")
        return f"{place}: {SENTENCES[self.kind].format(number=self.number, comment_id=self.comment_id)}."


def problems(article_id: int) -> list[Problem]:
    """Everything that is wrong with an article's trees and counters: at most one problem of a kind for each tree."""
    with connection.cursor() as cursor:
        cursor.execute(CHECK, {"article": article_id})
        return [Problem(article_id, *row) for row in cursor.fetchall()]


def repair(article_id: int) -> int:
    """Makes the broken trees and the counters of an article whole. Returns how many trees there were to repair."""
    with transaction.atomic():
        found = problems(article_id)
        if not found:
            return 0
        tree_ids = {problem.tree_id for problem in found if problem.tree_id is not None}
        if any(problem.kind == "order" for problem in found):
            own = Comment.objects.filter(article=article_id, parent=None)
            tree_ids.update(own.values_list("tree_id", flat=True))
        lock_roots(Comment.objects.all(), tree_ids)
        renamed = _sort_roots(article_id)
        homes = _rebuild(sorted(renamed.get(tree_id, tree_id) for tree_id in tree_ids))
        _count_articles({article_id, *homes.values()})
        _tell_open_pages(homes)
    return len(homes)


def _sort_roots(article_id: int) -> dict[int, int]:
    """Gives roots whose tree id does not fit the order of the numbers the next free one that does. Old to new ids."""
    roots = Comment.objects.filter(parent=None)
    renamed = {}
    last = 0
    for pk, tree_id in roots.filter(article=article_id).order_by("number").values_list("pk", "tree_id"):
        fitting = tree_id if last < tree_id <= pk else last + 1
        while fitting != tree_id and roots.filter(tree_id=fitting).exists():
            fitting += 1
        if fitting != tree_id:
            roots.filter(pk=pk).update(tree_id=fitting)
            renamed[tree_id] = fitting
        last = fitting
    return renamed


def _rebuild(tree_ids: list[int]) -> dict[int, int]:
    """Writes trees anew from their roots. Returns each one's article; ids without a root are passed over."""
    roots = Comment.objects.filter(parent=None)
    homes = {tree_id: roots.filter(tree_id=tree_id).values_list("article", flat=True).first() for tree_id in tree_ids}
    whole = {tree_id: article_id for tree_id, article_id in homes.items() if article_id is not None}
    statement = REBUILD.format(marks=MARKS, **DIALECT[connection.vendor])
    with connection.cursor() as cursor:
        for tree_id, article_id in whole.items():
            cursor.execute(statement, {"tree": tree_id, "article": article_id})
        # Only now is every comment in its own tree.
        for tree_id in whole:
            cursor.execute(COUNT_TREE, {"tree": tree_id})
    return whole


def _count_articles(article_ids: set[int]) -> None:
    with connection.cursor() as cursor:
        for article_id in sorted(article_ids):
            # Locked by a statement of its own: the next one then sees all that was counted before.
            article = Article.objects.select_for_update(no_key=True).get(pk=article_id)
            cursor.execute(COUNT_ARTICLE, {"article": article_id})
            cursor.execute(COUNT_ENTRIES, {"article": article_id})
            wake_on_commit(article.subject)


def _tell_open_pages(homes: dict[int, int]) -> None:
    """Any comment of these trees may be shown now, or no more: each bears its article's new number."""
    number = Article.objects.filter(pk=OuterRef("article")).values("comment_change")
    Comment.objects.filter(tree_id__in=homes).update(change=Subquery(number))
