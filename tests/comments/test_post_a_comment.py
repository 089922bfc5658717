"""A reader opens a conversation, and no text is ever lost on the way."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from articles.models import Article
from comments.forms import LONGEST_TEXT
from comments.models import Comment
from tests.comments.exact import Statements, assert_exact
from tests.comments.pages import comments_path, fields, read, send, write_path
from tests.people import make_article, make_entry, say

TEXT = "The water stands at the *second* step."


def test_a_reader_opens_a_conversation_and_lands_at_it(reader: Client, nadia: User, article: Article) -> None:
    answer = send(reader, write_path(article), TEXT)
    comment = Comment.objects.get()
    assertRedirects(answer, comment.get_absolute_url())
    assert (comment.author, comment.name, comment.text, comment.parent) == (nadia, "Nadia", TEXT, None)
    page = read(reader.get(answer.url))
    assert page.one("article", "comment").one("em").text == "second"
    assert page.one("article", "comment").one("bdi").text == "Nadia"


def test_conversations_are_numbered_and_counted(reader: Client, article: Article) -> None:
    for text in ("The first.", "The second.", "The third."):
        send(reader, write_path(article), text)
    article.refresh_from_db()
    assert list(Comment.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 3]
    assert (article.comment_count, article.conversation_count, article.comment_change) == (3, 3, 3)
    assert_exact(article)


def test_the_numbers_of_another_article_are_its_own(nadia: User, article: Article) -> None:
    say(nadia, article)
    assert say(nadia, make_article()).number == 1


def test_a_comment_can_be_about_an_entry(reader: Client, article: Article) -> None:
    entry = make_entry(article, headline="The dike holds")
    path = f"{write_path(article)}?entry={entry.pk}"
    assert "About the entry The dike holds" in read(reader.get(path)).text
    answer = send(reader, path, TEXT)
    assert Comment.objects.get().entry == entry
    assertContains(reader.get(answer.url), "The dike holds")
    assertContains(reader.get(entry.get_absolute_url()), "<em>second</em>")


@pytest.mark.parametrize("entry", ["x", "-1", "0", "1 OR 1=1", "9" * 40, "٣", "²"])
def test_an_entry_that_is_none_is_not_found(reader: Client, article: Article, entry: str) -> None:
    assert reader.get(write_path(article), {"entry": entry}).status_code == 404


def test_an_entry_of_another_article_or_not_published_is_not_found(reader: Client, article: Article) -> None:
    foreign, withdrawn = make_entry(make_article()), make_entry(article)
    draft = article.entries.create(text="Not yet.")
    withdrawn.withdraw()
    for entry in (foreign, withdrawn, draft):
        assert reader.post(f"{write_path(article)}?entry={entry.pk}", {"text": TEXT}).status_code == 404
    assert not Comment.objects.exists()


def test_an_article_that_is_a_draft_or_none_is_not_found(reader: Client, article: Article) -> None:
    path = write_path(article)
    Article.objects.filter(pk=article.pk).update(state=Article.State.DRAFT)
    assert [reader.get(path).status_code, reader.post(path, {"text": TEXT}).status_code] == [404, 404]
    assert reader.get("/weather/no-such-day/comments/new/").status_code == 404
    assert not Comment.objects.exists()


def test_the_form_is_never_kept_by_a_cache(reader: Client, article: Article) -> None:
    for answer in (reader.get(write_path(article)), reader.post(write_path(article), {"text": ""})):
        assert {"no-store", "private"} <= {part.strip() for part in answer["Cache-Control"].split(",")}


def test_other_methods_are_refused(reader: Client, article: Article) -> None:
    assert reader.put(write_path(article)).status_code == 405
    assert reader.delete(write_path(article)).status_code == 405


# One form, one comment


def test_the_same_form_sent_twice_makes_one_comment_and_lands_at_it_twice(reader: Client, article: Article) -> None:
    sent = fields(read(reader.get(write_path(article)))) | {"text": TEXT}
    first, second = reader.post(write_path(article), sent), reader.post(write_path(article), sent)
    assert first["Location"] == second["Location"] == Comment.objects.get().get_absolute_url()
    assert_exact(article)


def test_a_second_form_makes_a_second_comment_even_of_the_same_text(reader: Client, article: Article) -> None:
    send(reader, write_path(article), TEXT)
    send(reader, write_path(article), TEXT)
    assert Comment.objects.count() == 2


def test_a_key_that_somebody_else_used_is_no_hindrance(
    reader: Client, nadia: User, tom: User, article: Article
) -> None:
    sent = fields(read(reader.get(write_path(article)))) | {"text": TEXT}
    reader.post(write_path(article), sent)
    reader.force_login(tom)
    landed = [reader.post(write_path(article), sent)["Location"] for _ in range(2)]
    assert set(Comment.objects.values_list("author", flat=True)) == {nadia.pk, tom.pk}
    assert landed == [Comment.objects.get(author=tom).get_absolute_url()] * 2


# An article whose comments are held for a look


def test_a_held_comment_is_seen_by_its_writer_only(reader: Client, tom: User, article: Article) -> None:
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    answer = send(reader, write_path(article), "Secretword")
    comment = Comment.objects.get()
    assert comment.state == Comment.State.HELD
    assertRedirects(answer, f"/c/{comment.pk}/mine/")
    mine = reader.get(answer.url)
    assertContains(mine, "A moderator looks at it before others see it")
    assertContains(mine, "Secretword")
    reader.force_login(tom)
    assert reader.get(answer.url).status_code == 404
    for path in (article.get_absolute_url(), comments_path(article)):
        assertNotContains(reader.get(path), "Secretword")
        assertNotContains(reader.get(path), "Nadia")
    assert_exact(article)


# Refused, and the text comes back


@pytest.mark.parametrize("text", ["", "   \n\t\r\n ", "\x00", "\x01\x02\x7f", "\x0b \x1f"])
def test_nothing_is_refused_with_a_word_what_to_do(reader: Client, article: Article, text: str) -> None:
    answer = send(reader, write_path(article), text)
    assert answer.status_code == 422
    assert "There is no text yet. Write something, then send it." in read(answer).text
    assert not Comment.objects.exists()


def test_a_text_too_long_comes_back_whole_with_the_numbers(reader: Client, article: Article) -> None:
    text = "word " * (LONGEST_TEXT // 5) + "<end>"
    answer = send(reader, write_path(article), text)
    assert answer.status_code == 422
    page = read(answer)
    assert "This is 5005 characters long; 5000 fit." in page.text
    assert fields(page)["text"] == text
    assert not Comment.objects.exists()


def test_the_longest_text_fits_however_a_browser_sends_its_line_ends(reader: Client, article: Article) -> None:
    text = "line\n" * (LONGEST_TEXT // 5 - 1) + "last!"
    assert send(reader, write_path(article), text.replace("\n", "\r\n")).status_code == 302
    assert Comment.objects.get().text == text


def test_the_form_does_not_let_a_browser_cut_what_is_pasted(reader: Client, article: Article) -> None:
    """With `maxlength` the end of a long text is gone before anybody has said so."""
    assert "maxlength" not in read(reader.get(write_path(article))).one("textarea").attributes


def test_a_refused_form_keeps_its_key(reader: Client, article: Article) -> None:
    first = fields(read(reader.get(write_path(article))))
    again = fields(read(reader.post(write_path(article), first | {"text": ""})))
    assert again["key"] == first["key"] != ""


def test_an_article_closed_meanwhile_gives_the_text_back(reader: Client, article: Article) -> None:
    sent = fields(read(reader.get(write_path(article)))) | {"text": TEXT}
    article.edit(comment_policy=Article.CommentPolicy.CLOSED)
    answer = reader.post(write_path(article), sent)
    assert answer.status_code == 409
    page = read(answer)
    assert "Comments on this article are closed." in page.text
    assert fields(page)["text"] == TEXT
    assert not Comment.objects.exists()


def test_a_closed_article_says_so_before_anything_is_typed(reader: Client, article: Article) -> None:
    article.edit(comment_policy=Article.CommentPolicy.CLOSED)
    page = read(reader.get(write_path(article)))
    assert "Comments on this article are closed." in page.text
    assert page.all("form") == []
    for path in (article.get_absolute_url(), comments_path(article)):
        public = read(reader.get(path))
        assert "Comments on this article are closed." in public.text
        assert write_path(article) not in public.links()


@pytest.mark.parametrize("state", ["pause", "end"])
def test_a_paused_or_ended_article_still_takes_comments(reader: Client, article: Article, state: str) -> None:
    getattr(article, state)()
    assert send(reader, write_path(article), TEXT).status_code == 302


# What it costs


@pytest.mark.parametrize("size", [0, 5, 60])
def test_opening_a_conversation_takes_at_most_six_statements(nadia: User, article: Article, size: int) -> None:
    for _ in range(size):
        say(nadia, article)
    with Statements() as statements:
        Comment.objects.post(article, TEXT, author=nadia)
    assert 0 < len(statements) <= 6


@pytest.mark.parametrize("size", [1, 5, 60])
def test_a_reply_takes_at_most_six_statements_into_a_tree_of_any_size(nadia: User, article: Article, size: int) -> None:
    root = say(nadia, article)
    replies = [say(nadia, article, parent=root) for _ in range(size)]
    with Statements() as statements:
        Comment.objects.post(article, TEXT, author=nadia, parent=replies[size // 2])
    assert 0 < len(statements) <= 6
