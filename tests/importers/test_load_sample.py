"""`manage.py load_sample`: the newsroom that somebody sees who tries this on their own machine."""

import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from io import StringIO
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.test import TestCase

from accounts.models import SAMPLE_DOMAIN, User
from articles.models import Article, Entry, Topic
from comments.models import Comment, Decision, Report, State
from importers.sample import (
    FOLDER,
    SAMPLE_PASSWORD,
    SAMPLE_PEOPLE,
    entry_times,
    load_sample,
    parse_comments,
    wilson_score,
)

ATHENS = ZoneInfo("Europe/Athens")
AFTERNOON = datetime(2025, 5, 14, 15, 30, tzinfo=ATHENS)


@pytest.fixture(autouse=True)
def _on_my_machine(settings: Any) -> None:
    # pytest-django turns DEBUG off, and so does a public site.
    settings.DEBUG = True


@pytest.fixture
def topic(db: None) -> Topic:
    return Topic.objects.create(name="Weather", slug="weather")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("load_sample", *arguments, stdout=out)
    return out.getvalue()


class TheSampleNewsroom(TestCase):
    """Loaded once for all these tests: it takes a second."""

    live: ClassVar[Article]

    @classmethod
    def setUpTestData(cls) -> None:
        load_sample(AFTERNOON)
        cls.live = Article.objects.get(state=Article.State.LIVE)

    def test_there_are_three_topics_and_four_articles(self) -> None:
        assert Topic.objects.count() == 3
        assert Counter(Article.objects.values_list("state", flat=True)) == {"live": 1, "ended": 2, "paused": 1}

    def test_every_address_and_text_would_pass_the_admin_forms(self) -> None:
        for thing in [*Topic.objects.all(), *Article.objects.all(), *Entry.objects.all()]:
            thing.full_clean()
        for comment in Comment.objects.all():
            comment.clean_fields(exclude=["lft", "rght", "level", "tree_id"])

    def test_the_live_article_has_forty_entries_a_draft_and_a_withdrawn_one(self) -> None:
        states = Counter(self.live.entries.values_list("state", flat=True))
        assert states == {"published": 40, "draft": 1, "withdrawn": 1}
        assert self.live.entries.get(is_pinned=True).state == "published"
        assert 5 <= self.live.entries.filter(is_key_event=True).count() <= 8
        assert len(set(self.live.entries.values_list("byline", flat=True))) == 4
        assert self.live.entries.published().filter(headline="").exists()

    def test_the_ended_articles_are_weeks_and_a_year_old(self) -> None:
        newer, older = Article.objects.filter(state="ended").order_by("-ended_at")
        for article, fewest, most in [(newer, 2, 6), (older, 50, 55)]:
            assert article.ended_at is not None
            assert timedelta(weeks=fewest) < AFTERNOON - article.ended_at < timedelta(weeks=most)
        assert older.entries.values("day").distinct().count() == 2, "one evening, across midnight"

    def test_one_article_is_in_arabic_with_arabic_comments(self) -> None:
        article = Article.objects.get(language="ar")
        assert article.state == "paused"
        assert article.entries.published().count() == 8
        assert article.comments.count() >= 20
        assert all(any("\u0600" <= sign <= "\u06ff" for sign in comment.text) for comment in article.comments.all())

    def test_about_three_hundred_comments_that_are_all_different(self) -> None:
        texts = list(Comment.objects.values_list("text", flat=True))
        assert 290 <= len(texts) <= 340
        assert len(set(texts)) == len(texts)
        assert any(len(text) > 2_300 for text in texts)

    def test_conversations_are_up_to_eight_deep_and_one_is_long(self) -> None:
        assert max(Comment.objects.values_list("level", flat=True)) + 1 == 8
        assert max(root.reply_count for root in self.live.comments.filter(parent=None)) + 1 >= 40

    def test_replies_are_about_the_entry_of_their_root(self) -> None:
        for comment in self.live.comments.exclude(parent=None).select_related("parent"):
            assert comment.entry_id == comment.parent.entry_id

    def test_moderators_find_work_of_every_kind(self) -> None:
        states = Counter(Comment.objects.values_list("state", flat=True))
        assert states[State.HELD] == 6
        assert states[State.WITHDRAWN] == 5
        assert 10 <= states[State.HIDDEN] <= 14
        assert Decision.objects.filter(kind=Decision.Kind.HIDE_BRANCH).count() == 2
        assert Comment.objects.filter(state=State.HIDDEN, hides__gt=0).exists(), "a hide inside a hidden branch"
        assert Comment.objects.filter(state=State.WITHDRAWN, children__isnull=False).exists(), "a tombstone"
        assert 10 <= Report.objects.count() <= 16

    def test_the_counters_are_exact(self) -> None:
        for article in Article.objects.all():
            assert article.comment_count == article.comments.filter(visible=True).count()
            assert article.conversation_count == article.comments.filter(parent=None).count()
        for root in Comment.objects.filter(parent=None):
            assert root.invisible == Comment.objects.filter(tree_id=root.tree_id, visible=False).count()

    def test_best_sorts_by_the_recommendations_of_roots(self) -> None:
        best, second = Comment.objects.filter(parent=None).order_by("-score")[:2]
        assert best.recommends >= second.recommends > 0
        assert best.score == wilson_score(best.recommends)
        assert not Comment.objects.exclude(parent=None).filter(score__gt=0).exists()

    def test_the_newest_conversation_has_the_highest_number(self) -> None:
        times = list(self.live.comments.filter(parent=None).order_by("number").values_list("created_at", flat=True))
        assert times == sorted(times)

    def test_weekdays_in_the_texts_follow_the_clock(self) -> None:
        assert "on Monday" in self.live.lead  # the afternoon is a Wednesday
        assert not Entry.objects.filter(text__contains="{day").exists()

    def test_all_sample_people_carry_the_reserved_domain(self) -> None:
        assert User.objects.count() > 30
        assert not User.objects.exclude(email__endswith=SAMPLE_DOMAIN).exists()

    def test_the_people_of_the_table_can_sign_in_and_have_their_roles(self) -> None:
        hashed = User.objects.get(username="admin").password
        assert check_password(SAMPLE_PASSWORD, hashed)
        for person in SAMPLE_PEOPLE:
            user = User.objects.get(username=person.username)
            assert user.password == hashed, "hashed once for all"
            assert user.is_staff == (person.role != "reader")
            assert list(user.groups.values_list("name", flat=True)) == ([person.role] if user.is_staff else [])
        assert User.objects.get(is_superuser=True).username == "admin"

    def test_the_other_readers_cannot_sign_in(self) -> None:
        others = User.objects.exclude(username__in=[person.username for person in SAMPLE_PEOPLE])
        assert not any(user.has_usable_password() for user in others)
        assert not others.filter(is_staff=True).exists()

    def test_entries_of_people_with_an_account_are_theirs(self) -> None:
        thea = User.objects.get(username="correspondent")
        assert {entry.author for entry in self.live.entries.filter(byline=thea.name)} == {thea}


# When it happened

HOURS = ["00:00", "00:01", "00:10", "04:00", "09:25", "09:40", "12:00", "18:00", "23:50"]


def at(clock: str) -> datetime:
    return datetime.combine(AFTERNOON.date(), time.fromisoformat(clock), ATHENS)


def live_plan() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "floods.toml").read_text())


@pytest.mark.parametrize("clock", HOURS)
def test_at_any_hour_of_loading_the_entries_fill_three_days_up_to_now(clock: str) -> None:
    now = at(clock)
    moments = entry_times(live_plan(), now).values()
    assert {(now.date() - moment.astimezone(ATHENS).date()).days for moment in moments} == {0, 1, 2}
    assert now - timedelta(minutes=3) <= max(moments) <= now


@pytest.mark.parametrize("clock", HOURS)
def test_the_story_keeps_its_order_at_any_hour(clock: str) -> None:
    moments = entry_times(live_plan(), at(clock))
    planned = [row["id"] for row in live_plan()["entries"] if row["id"] in moments]
    assert sorted(planned, key=moments.__getitem__) == planned


@pytest.mark.django_db
@pytest.mark.parametrize("clock", ["00:10", "23:50"])
def test_nothing_is_in_the_future_and_comments_come_after_what_they_speak_about(clock: str) -> None:
    now = at(clock)
    load_sample(now)
    assert Entry.objects.published().filter(article__state="live").values("day").distinct().count() == 3
    assert not Article.objects.filter(published_at__gt=now).exists()
    assert not Entry.objects.filter(published_at__gt=now).exists()
    for comment in Comment.objects.select_related("parent", "entry", "article"):
        before = comment.parent.created_at if comment.parent else comment.article.published_at
        assert before < comment.created_at <= now
        assert comment.entry is None or comment.created_at > comment.entry.published_at


# The command


@pytest.mark.django_db
def test_it_says_in_a_line_what_it_made_and_who_can_sign_in() -> None:
    out = run()
    assert out.startswith("Sample newsroom: 3 topics, 4 articles, ")
    assert "correspondent2  newsroom" in out
    assert not Entry.objects.filter(published_at__gt=datetime.now(UTC)).exists()


@pytest.mark.django_db
def test_it_refuses_on_a_public_site(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG=1"):
        run()
    assert not User.objects.exists()


def test_if_empty_adds_nothing_to_what_is_there(topic: Topic, django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(1):
        assert run("--if-empty") == ""
    assert not Article.objects.exists()
    assert not User.objects.exists()


def test_without_if_empty_it_refuses_where_something_is(topic: Topic) -> None:
    with pytest.raises(CommandError, match="empty database"):
        run()


@pytest.mark.django_db
def test_people_prints_the_table_only_where_sample_people_exist() -> None:
    assert run("--people") == ""
    User.objects.create_user("admin", f"admin{SAMPLE_DOMAIN}", name="Ada")
    assert [line.split()[1] for line in run("--people").splitlines()[2:]] == [p.username for p in SAMPLE_PEOPLE]


def test_the_score_of_a_root_grows_with_its_recommendations() -> None:
    # z = 1.96; Wilson's interval for 10 of 10 begins at 0.722.
    assert [round(wilson_score(number), 3) for number in (0, 1, 10, 180)] == [0, 0.207, 0.722, 0.979]


# The format of the files


def test_a_comments_file_is_a_tree_by_indentation() -> None:
    root, reply, second = parse_comments(
        "== gate ==\n\n+5 Ann ♥3 #hidden-abuse: One: two\n  |\n  | three\n  ! spam | Bo | twice\n"
        "  +1 Bo: Yes\n+9 Cy: No\n"
    )
    assert (root.minutes, root.name, root.recommends, root.marks) == (5, "Ann", 3, ["hidden-abuse"])
    assert root.text == "One: two\n\nthree"
    assert root.reports == [["spam", "Bo", "twice"]]
    assert (reply.parent, second.parent, second.entry) == (root, None, "gate")


def test_a_line_that_is_no_comment_is_named() -> None:
    with pytest.raises(ValueError, match="Line 2"):
        parse_comments("+5 Ann: One\nTwo\n")
