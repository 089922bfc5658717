"""Nine years of other people's exports: nothing is lost without a word, no thread is broken, no text is changed."""

import re
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from bs4.element import PreformattedString
from django.core.management import CommandError, call_command

from articles.models import Article
from comments.models import Comment
from importers.html_to_markdown import COMMENT, ENTRY, Door, to_markdown
from importers.wordpress import Post, read_posts, survey
from tests.importers.wxr import DATA, bring_in, needs_data, parents

CUT_OFF = "malformed-simple.xml"
FILES = sorted((DATA / "wxr").rglob("*.xml"))
# What no reader saw as text: see the report of what an import leaves out.
UNSEEN = re.compile("script|style|iframe|noscript|noembed|noframes|template|title|svg|audio|video|canvas|object")

pytestmark = needs_data
every_whole_file = pytest.mark.parametrize(
    "path", [path for path in FILES if path.name != CUT_OFF], ids=lambda path: path.name
)


def visible(html: str) -> str:
    """What a reader sees, without white space, by another way than the importer's."""
    html = re.sub(r"\[caption\b[^\]]*\](.*?)\[/caption\]", r"\1", html, flags=re.DOTALL)
    html = re.sub(r"<q(\s[^<>]*)?>", "“", html)
    soup = BeautifulSoup(f"<div>{html.replace('</q>', '”')}</div>", "html.parser")
    for tag in soup.find_all(lambda tag: UNSEEN.fullmatch(tag.name)):
        tag.decompose()
    for hidden in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        hidden.extract()
    return re.sub(r"[\s\x00-\x1f\x7f]", "", soup.get_text())


def seen(path):
    """Each text of the file with the door that it goes through."""
    for post in read_posts(path):
        yield post.body, ENTRY
        for comment in post.comments:
            yield comment.body, COMMENT


@every_whole_file
@pytest.mark.django_db
def test_nothing_is_lost_no_thread_breaks_and_a_second_run_adds_nothing(path):
    said = bring_in(path)
    left_out = len(re.findall(r"^Left out: comment ", said, re.MULTILINE))
    assert survey(path).comments == Comment.objects.count() + left_out
    posts = {post.id: post for post in read_posts(path)}
    for article in Article.objects.all():
        assert parents(article) == parents_in_file(posts[article.imported_from.rpartition(":")[2]], article)
    check = StringIO()
    call_command("check_threads", stdout=check)
    assert "no problem" in check.getvalue()
    before = counts()
    assert "Nothing new." in bring_in(path)
    assert counts() == before


@every_whole_file
def test_no_text_is_changed(path):
    for html, door in seen(path):
        assert visible(rendered(html, door)) == visible(html)


@pytest.mark.django_db
def test_a_file_that_is_cut_off_is_refused_as_a_whole():
    path = next(path for path in FILES if path.name == CUT_OFF)
    with pytest.raises(CommandError, match="line 14, column 1"):
        bring_in(path)
    assert not any(counts())


def rendered(html: str, door: Door) -> str:
    return str(door.render(to_markdown(html, door)))


def parents_in_file(post: Post, article: Article) -> dict[str, str]:
    here = set(numbers(article))
    return {comment.id: comment.parent for comment in post.comments if {comment.id, comment.parent} <= here}


def numbers(article: Article) -> list[str]:
    keys = Comment.objects.filter(article=article).values_list("imported_from", flat=True)
    return [key.rpartition(":")[2] for key in keys]


def counts() -> tuple[int, int]:
    return Article.objects.count(), Comment.objects.count()
