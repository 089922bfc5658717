"""Comments keep their parents, names, times and status; what is not a reader's comment is left out and said."""

from datetime import UTC, datetime

import pytest

from comments.models import MAX_LEVEL, Comment, State
from importers.wordpress_comments import BATCH
from tests.importers.wxr import bring_in, bring_in_one, comment, parents, post, write

pytestmark = pytest.mark.django_db


def only(folder, text: str = "I live there.", **fields) -> Comment:
    bring_in(write(folder, post("Lead.", comment(1, text, **fields))))
    return Comment.objects.get()


@pytest.mark.parametrize(
    ("approved", "state"),
    [
        ("1", State.PUBLISHED),
        ("approved", State.PUBLISHED),
        ("0", State.HELD),
        ("hold", State.HELD),
        ("spam", State.HIDDEN),
        ("trash", State.HIDDEN),
        ("post-trashed", State.HIDDEN),
        ("", State.HELD),
        ("perhaps", State.HELD),
    ],
)
def test_a_comment_keeps_its_status(tmp_path, approved, state):
    arrived = only(tmp_path, approved=approved)
    assert arrived.state == state
    assert arrived.article.comment_count == int(state == State.PUBLISHED)


def test_a_status_that_is_not_known_is_said(tmp_path):
    said = bring_in(write(tmp_path, post("Lead.", comment(1, approved="perhaps"))))
    assert "held for a look, its status “perhaps” is not known" in said


@pytest.mark.parametrize("kind", ["pingback", "trackback", "order_note", "review"])
def test_other_types_are_left_out_and_counted(tmp_path, kind):
    said = bring_in(write(tmp_path, post("Lead.", comment(1, type=kind), comment(2, type=""))))
    assert Comment.objects.count() == 1
    assert f"Left out: comment 1 by Nadia: a {kind}, not a reader's comment." in said
    assert "Comments: 2 in the file = 1 kept + 1 left out." in said


def test_private_notes_of_editors_never_arrive(tmp_path):
    said = bring_in(write(tmp_path, post("Lead.", comment(1, "Check with the lawyer.", type="note"))))
    assert not Comment.objects.exists()
    assert "a private note" in said
    assert "lawyer" not in said


def test_replies_that_stand_before_their_parent_find_it(tmp_path):
    article = bring_in_one(tmp_path, post("Lead.", comment(3, parent=2), comment(2, parent=1), comment(1)))
    assert parents(article) == {"3": "2", "2": "1"}


def test_conversations_and_replies_stand_in_the_order_of_their_times(tmp_path):
    replies = [comment(6, parent=5), comment(4, parent=5), comment(2)]
    article = bring_in_one(tmp_path, post("Lead.", *replies, comment(5, date_gmt="2014-07-07 09:00:00")))
    arrived = Comment.objects.filter(article=article).order_by("tree_id", "lft")
    assert [each.imported_from.rpartition(":")[2] for each in arrived] == ["5", "4", "6", "2"]
    assert [each.number for each in arrived] == [1, None, None, 2]


def test_a_reply_to_what_was_left_out_opens_a_conversation_and_that_is_said(tmp_path):
    said = bring_in(
        write(tmp_path, post("Lead.", comment(1, type="pingback"), comment(2, parent=1), comment(3, parent=99)))
    )
    assert Comment.objects.filter(parent=None).count() == 2
    assert "comment 2 by Nadia: it opens a conversation, for comment 1, which it answers, is not here" in said
    assert "for comment 99" in said


def test_comments_that_answer_each_other_in_a_circle_all_arrive(tmp_path):
    circle = [comment(2, parent=4), comment(3, parent=2), comment(4, parent=3)]
    article = bring_in_one(tmp_path, post("Lead.", comment(1, parent=2), *circle, comment(5, parent=5)))
    assert parents(article) == {"1": "2", "3": "2", "4": "3"}


def test_a_thread_deeper_than_ours_keeps_whom_each_answers(tmp_path):
    depth = MAX_LEVEL + 5
    article = bring_in_one(tmp_path, post("Lead.", *(comment(number, parent=number - 1) for number in range(1, depth))))
    assert parents(article) == {str(number): str(number - 1) for number in range(2, depth)}


def test_more_comments_than_one_transaction_holds_keep_their_threads(tmp_path):
    article = bring_in_one(
        tmp_path, post("Lead.", comment(1), *(comment(number, parent=1) for number in range(2, BATCH + 10)))
    )
    assert article.comment_count == BATCH + 9
    assert Comment.objects.get(parent=None).reply_count == BATCH + 8


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Nadia", "Nadia"),
        ("", "Anonymous"),
        ("<b>Nadia</b> &amp; Tom", "Nadia & Tom"),
        ("<script>steal()</script>", "Anonymous"),
        ("**Nadia** <3", "**Nadia** <3"),
        ("نادية", "نادية"),
    ],
)
def test_a_name_is_plain_text(tmp_path, author, name):
    assert only(tmp_path, author=author).name == name


def test_a_very_long_name_is_cut(tmp_path):
    assert len(only(tmp_path, author="N" * 300).name) == 100


def test_nothing_else_about_a_reader_is_stored(tmp_path):
    arrived = only(tmp_path)
    stored = " ".join(str(value) for value in Comment.objects.filter(pk=arrived.pk).values().get().values())
    for secret in ("nadia@reader.example", "192.0.2.7", "https://nadia.example"):
        assert secret not in stored


def test_a_time_is_utc_or_worked_out_from_the_local_one_or_the_post_s(tmp_path):
    fields = {"date_gmt": "0000-00-00 00:00:00"}
    bring_in(
        write(tmp_path, post("Lead.", comment(1, date="2014-07-07 12:00:00", **fields), comment(2, date="", **fields))),
        time_zone="Europe/Berlin",
    )
    times = Comment.objects.order_by("imported_from").values_list("created_at", flat=True)
    assert list(times) == [datetime(2014, 7, 7, 10, tzinfo=UTC), datetime(2014, 7, 7, 6, tzinfo=UTC)]


def test_a_text_that_is_too_long_to_write_here_arrives_whole(tmp_path):
    assert len(only(tmp_path, "word " * 3000).text) == 14_999


@pytest.mark.parametrize("text", ["", " \n ", "<img src='x.jpg'>", "<!-- nothing -->", "&nbsp;"])
def test_a_comment_without_text_is_left_out(tmp_path, text):
    said = bring_in(write(tmp_path, post("Lead.", comment(1, text))))
    assert not Comment.objects.exists()
    assert "Left out: comment 1 by Nadia: it has no text." in said


def test_a_second_comment_with_the_same_number_is_left_out(tmp_path):
    first = post("Lead.", comment(1), comment(1, "Another."))
    said = bring_in(write(tmp_path, first, post("Lead.", comment(1, "A third."), wp__post_id=8)))
    assert Comment.objects.get().text == "I live there."
    assert "a second comment with this number" in said
    assert "another article has a comment with this number" in said
    assert "Comments: 3 in the file = 1 kept + 2 left out." in said


def test_comments_without_a_number_arrive_once(tmp_path):
    path = write(tmp_path, post("Lead.", comment(None, "One."), comment(None, "Two.")))
    bring_in(path)
    bring_in(path)
    assert Comment.objects.count() == 2


def test_hostile_markup_comes_in_as_harmless_text(tmp_path):
    text = '<a href="javascript:steal()">Hi</a> <img src=x onerror=steal()> [x](javascript:steal()) <b>there</b>'
    html = only(tmp_path, text).html
    assert html == "<p>Hi [x](javascript:steal()) <strong>there</strong></p>\n"


def test_a_link_is_marked_as_a_reader_s(tmp_path):
    html = only(tmp_path, '<a href="https://tides.example">Tides</a>').html
    assert 'rel="nofollow ugc noopener"' in html
