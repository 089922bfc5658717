"""How much one person may write in which time, each limit with its reason; whoever meets one gets the text back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from comments import limits
from comments.limits import Said, TooMuch
from comments.models import MAX_LEVEL, Comment
from tests.comments.pages import fields, read, write_path
from tests.people import make_article, make_person, say

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=300)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def said(
    count: int, every: timedelta, answered: int | None = None, last: timedelta = timedelta(minutes=1)
) -> list[Said]:
    """So many comments, newest first, the latest so long ago."""
    return [Said(NOON - last - every * number, answered) for number in range(count)]


def wait(*args: Any) -> int:
    """How many seconds somebody must wait; 0: not at all."""
    try:
        limits.check(*args, NOON)
    except TooMuch as refusal:
        return refusal.seconds
    return 0


def test_one_comment_in_ten_seconds() -> None:
    assert wait([Said(NOON - seconds(4), None)], LONG_AGO, None) == 6
    assert wait([Said(NOON - seconds(10), None)], LONG_AGO, None) == 0


def test_thirty_an_hour() -> None:
    assert wait(said(29, seconds(60)), LONG_AGO, None) == 0
    # The oldest of the thirty is half an hour old: in another half there are 29.
    assert wait(said(30, seconds(60)), LONG_AGO, None) == 30 * 60
    assert wait(said(30, seconds(130)), LONG_AGO, None) == 0


def test_a_new_account_sends_five_on_its_first_day() -> None:
    joined = NOON - timedelta(hours=6)
    assert wait(said(4, timedelta(hours=1)), joined, None) == 0
    assert wait(said(5, timedelta(hours=1)), joined, None) == 18 * 3600
    assert wait(said(5, timedelta(hours=1)), NOON - timedelta(hours=24), None) == 0


def test_ten_answers_an_hour_to_one_person() -> None:
    ten = said(10, seconds(120), answered=7)
    assert wait(ten, LONG_AGO, 7) == 3600 - 60 - 9 * 120
    assert wait(ten, LONG_AGO, 8) == 0
    assert wait(ten, LONG_AGO, None) == 0
    assert wait(ten[1:], LONG_AGO, 7) == 0


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (seconds(1), "Send it again in 1 second; it stays here."),
        (seconds(89), "Send it again in 89 seconds; it stays here."),
        (seconds(90), "Send it again in 2 minutes; it stays here."),
        (timedelta(hours=3, minutes=1), "Send it again in 4 hours; it stays here."),
    ],
)
def test_it_is_said_how_long(until: timedelta, words: str) -> None:
    assert str(TooMuch("No.", NOON + until, NOON)) == f"No. {words}"


# In the page


@pytest.fixture
def limited(settings: Any) -> None:
    settings.LIMIT_READERS = True


@pytest.fixture
def nadia(db: None) -> User:
    """A reader for years."""
    person = make_person("Nadia")
    User.objects.filter(pk=person.pk).update(date_joined=LONG_AGO)
    person.refresh_from_db()
    return person


@pytest.mark.django_db
@pytest.mark.usefixtures("limited")
class TestOnThePage:
    def test_two_comments_at_once_are_one_too_many_and_the_second_comes_back(
        self, client: Client, nadia: User, article: Article
    ) -> None:
        client.force_login(nadia)
        assert client.post(write_path(article), {"text": "The first."}).status_code == 302
        answer = client.post(write_path(article), {"text": "The second."})
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 10
        page = read(answer)
        assert "You sent a comment just now: this is to keep out scripts." in page.text
        assert fields(page)["text"] == "The second."
        assert Comment.objects.get().text == "The first."

    def test_the_same_form_sent_twice_is_one_comment_and_no_refusal(
        self, client: Client, nadia: User, article: Article
    ) -> None:
        client.force_login(nadia)
        form = fields(read(client.get(write_path(article)))) | {"text": "The first."}
        first, second = (client.post(write_path(article), form) for _ in range(2))
        assert first.url == second.url
        assert Comment.objects.count() == 1

    def test_it_is_the_person_that_is_limited_and_not_the_article(
        self, client: Client, nadia: User, tom: User, article: Article
    ) -> None:
        say(nadia, article)
        client.force_login(nadia)
        assert client.post(write_path(make_article()), {"text": "The second."}).status_code == 429
        client.force_login(tom)
        assert client.post(write_path(article), {"text": "From Tom."}).status_code == 302

    def test_answers_to_one_person_are_counted_by_whom_they_answer(
        self, nadia: User, tom: User, article: Article
    ) -> None:
        now = datetime.now(tz=UTC)
        comment, other = say(tom, article), say(make_person("Rosa"), article)
        for number in range(limits.MOST_REPLIES_TO_ONE_AN_HOUR):
            at = now + seconds(11) * number
            Comment.objects.post(article, "No, you!", author=nadia, parent=comment, now=at)
        later = now + seconds(11) * limits.MOST_REPLIES_TO_ONE_AN_HOUR
        with pytest.raises(TooMuch, match="You have answered this person 10 times within an hour"):
            Comment.objects.post(article, "No, you!", author=nadia, parent=comment, now=later)
        assert Comment.objects.post(article, "Hello.", author=nadia, parent=other, now=later)

    def test_also_at_the_depth_cap_where_a_reply_stands_beside_what_it_answers(
        self, nadia: User, tom: User, article: Article, settings: Any
    ) -> None:
        settings.LIMIT_READERS = False
        deepest = say(make_person("Rosa"), article)
        for _ in range(MAX_LEVEL):
            deepest = say(make_person(f"Rosa {deepest.pk}"), article, parent=deepest)
        theirs = say(tom, article, parent=deepest)
        settings.LIMIT_READERS = True
        now = datetime.now(tz=UTC)
        for number in range(limits.MOST_REPLIES_TO_ONE_AN_HOUR):
            Comment.objects.post(article, "No, you!", author=nadia, parent=theirs, now=now + seconds(11) * number)
        with pytest.raises(TooMuch, match="You have answered this person 10 times"):
            Comment.objects.post(article, "No, you!", author=nadia, parent=theirs, now=now + seconds(200))

    def test_a_new_account_meets_its_limit(self, article: Article) -> None:
        newcomer = make_person("Newcomer")
        now = newcomer.date_joined
        for number in range(limits.MOST_ON_THE_FIRST_DAY):
            Comment.objects.post(article, "Hello.", author=newcomer, now=now + seconds(60) * number)
        with pytest.raises(TooMuch, match="On the first day an account takes 5 comments"):
            Comment.objects.post(article, "Hello.", author=newcomer, now=now + timedelta(hours=3))

    def test_the_newsroom_has_no_limits(self, carla: User, article: Article) -> None:
        for _ in range(3):
            say(carla, article)

    def test_what_was_refused_for_another_reason_does_not_count(self, client: Client, nadia: User) -> None:
        closed = make_article(comment_policy=Article.CommentPolicy.CLOSED)
        client.force_login(nadia)
        assert client.post(write_path(closed), {"text": "Hello there."}).status_code == 409
        assert client.post(write_path(make_article()), {"text": "Hello there."}).status_code == 302
