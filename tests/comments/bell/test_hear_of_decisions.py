"""A moderator or an editor decides about what somebody wrote: the bell tells its author."""

from django.test import Client

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from tests.comments.bell.pages import bell, items
from tests.people import say
from tests.working import told, work


def test_an_author_is_told_of_a_hide_and_that_it_is_back(client: Client, nadia: User, mo: User, root: Comment) -> None:
    root.hide(mo, "off-topic")
    work()
    page = bell(client, nadia)
    assert "A moderator has hidden your comment on “Storm over the coast”. Reason: off topic." in items(page)[0]
    assert page.links("hidden") == [f"/c/{root.pk}/mine/"]
    assert "Mo" not in page.one("main").text.replace("moderator", "")
    root.restore(mo)
    work()
    assert told(nadia) == [("decision", root.pk)] * 2
    assert "has brought your comment" in items(bell(client, nadia))[0]


def test_of_a_hide_that_was_undone_before_the_worker_came_nobody_hears(nadia: User, mo: User, root: Comment) -> None:
    root.hide(mo, "abuse")
    root.restore(mo)
    work()
    assert told(nadia) == []


def test_a_hidden_branch_is_told_to_the_author_of_its_top_alone(
    nadia: User, tom: User, mo: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root)
    root.hide_branch(mo, "abuse")
    work()
    assert told(nadia) == [("decision", root.pk)]
    assert told(tom) == []


def test_a_pick_is_told(client: Client, nadia: User, edith: User, root: Comment) -> None:
    root.pick(edith)
    work()
    assert told(nadia) == [("pick", root.pk)]
    page = bell(client, nadia)
    assert "The editors have picked your comment" in items(page)[0]
    assert page.links("picked") == [f"/c/{root.pk}/#c{root.pk}"]


def test_what_one_decides_about_one_s_own_is_no_news(mo: User, article: Article) -> None:
    comment = say(mo, article)
    comment.hide(mo, "other")
    comment.restore(mo)
    work()
    assert told(mo) == []
