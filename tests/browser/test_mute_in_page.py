"""Of somebody whom a reader does not want to read a line is left, with a button that shows the comment."""

import re

import pytest
from playwright.sync_api import expect

from comments.models import Mute
from tests.browser.talking import comments_of, remember_visit, row, sign_in
from tests.people import make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_muted_person_s_comments_are_a_line_and_replies_stay(reader, blog):
    loud, calm = make_person("Loud"), make_person("Calm")
    root = say(loud, blog, "I SHOUT.")
    reply = say(calm, blog, "I do not.", parent=root)
    page = reader.open()
    tom = sign_in(page, "Tom")
    Mute.objects.create(reader=tom, muted=loud)
    reader.go(page, comments_of(blog))
    comment = row(page, root)
    expect(comment.locator(".text")).to_be_hidden()
    expect(comment.locator(".silence")).to_contain_text("Muted: Loud.")
    expect(row(page, reply)).to_contain_text("I do not.")
    comment.get_by_role("button", name="Show").click()
    expect(comment.locator(".text")).to_be_visible()
    expect(comment.locator(".silence")).to_be_hidden()


def test_a_muted_person_s_comments_are_no_news(reader, blog):
    loud, calm = make_person("Loud"), make_person("Calm")
    page = reader.open()
    tom = sign_in(page, "Tom")
    Mute.objects.create(reader=tom, muted=loud)
    root = say(loud, blog, "I SHOUT.")
    reply = say(calm, blog, "I do not.", parent=root)
    reader.go(page, comments_of(blog))
    remember_visit(page, blog, 0)
    page.reload()
    expect(page.locator(".news")).to_contain_text("1 new comment")
    expect(row(page, root)).not_to_have_class(re.compile("new"))
    page.keyboard.press("n")
    expect(row(page, reply)).to_be_focused()


def test_everybody_else_reads_them(reader, blog):
    root = say(make_person("Loud"), blog, "I SHOUT.")
    page = reader.open(comments_of(blog))
    expect(row(page, root).locator(".text")).to_be_visible()
    expect(page.locator(".silence")).to_have_count(0)
