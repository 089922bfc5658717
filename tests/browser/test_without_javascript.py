"""A reader without JavaScript does all there is to do: signs up, posts, replies, edits, recommends, reports, folds,
turns pages, withdraws. At both sizes, and nothing is wider than the screen."""

import re
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from comments.models import Comment, Recommendation, Report
from tests.people import make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ARTICLE = "/sorrel-floods/storm-ottoline-marenza/"


@pytest.fixture
def page(visit: Any, size: dict[str, int]) -> Page:
    return visit(size, java_script_enabled=False)


def sign_up(page: Page, name: str) -> None:
    page.get_by_label("Your e-mail address").fill(f"{name.lower()}@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("The code").fill(re.findall(r"^\d{4}-\d{4}$", str(mail.outbox[-1].body), re.MULTILINE)[0])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Your public name").fill(name)
    page.get_by_role("button", name="Go on").click()


def row(page: Page, text: str) -> Any:
    return page.locator("article.comment").filter(has_text=text)


def test_all_of_it(page: Page) -> None:
    # Writes first, signs up after.
    page.goto(ARTICLE)
    page.get_by_role("link", name="Write a comment").click()
    page.get_by_label("Your comment").fill("Is *anybody* at the old bridge?")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview em")).to_have_text("anybody")
    page.get_by_role("button", name="Send").click()
    sign_up(page, "Paula")
    expect(page.get_by_label("Your comment")).to_have_value("Is *anybody* at the old bridge?")
    page.get_by_role("button", name="Send").click()
    mine = row(page, "Is anybody at the old bridge?")
    expect(mine).to_be_visible()
    comment = Comment.objects.get(author__name="Paula")

    # Edits it.
    page.get_by_role("link", name="Withdraw it").click()
    page.get_by_role("link", name="Edit it").click()
    page.get_by_label("Your comment").fill("Is anybody at the *new* bridge?")
    page.get_by_role("button", name="Save").click()
    expect(row(page, "Is anybody at the new bridge?")).to_contain_text("edited")

    # Answers somebody.
    other = Comment.objects.visible().filter(parent=None, article=comment.article).exclude(pk=comment.pk).first()
    page.goto(f"/c/{other.pk}/")
    page.locator(f"#c{other.pk}").get_by_role("link", name="Reply").click()
    expect(page.locator("blockquote.quoted")).to_contain_text(other.name)
    page.get_by_label("Your comment").fill("I can see it from here.")
    page.get_by_role("button", name="Send").click()
    expect(row(page, "I can see it from here.")).to_be_visible()
    reply = Comment.objects.get(text="I can see it from here.")
    assert reply.parent_id == other.pk

    # Recommends and reports it.
    page.goto(f"/c/{other.pk}/")
    page.locator(f"#c{other.pk}").get_by_role("link", name=re.compile("Recommend")).click()
    page.get_by_role("button", name="Recommend it").click()
    assert Recommendation.objects.get().comment == other
    page.locator(f"#c{other.pk}").get_by_role("link", name="Report").click()
    page.get_by_label("off topic").check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("The moderators will look at the comment.")).to_be_visible()
    assert Report.objects.filter(comment=other, reporter__name="Paula").count() == 1

    # Withdraws what they wrote.
    page.goto(f"/c/{reply.pk}/mine/")
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("You have withdrawn it.")).to_be_visible()
    page.goto(f"/c/{other.pk}/")
    expect(row(page, "I can see it from here.")).to_have_count(0)


def test_branches_fold_and_pages_turn(page: Page) -> None:
    article = Comment.objects.get(pk=Comment.objects.filter(article__slug__contains="ottoline").first().pk).article
    author = make_person("Rosa")
    for number in range(25):
        root = say(author, article, f"Conversation {number}, about the water.")
    reply = say(author, article, "A reply to the last.", parent=root)
    page.goto(f"{ARTICLE}comments/")
    expect(page.locator(f"#c{reply.pk}")).to_be_visible()
    # The label, as a finger does.
    page.locator(f'label[for="f{root.pk}"]').click()
    expect(page.locator(f"#c{reply.pk}")).to_be_hidden()
    page.get_by_role("link", name="More conversations").click()
    expect(row(page, "Conversation 4, about the water.")).to_be_visible()
    page.get_by_role("link", name="Previous conversations").click()
    expect(row(page, "Conversation 24, about the water.")).to_have_count(1)


def test_settings_news_and_one_s_own_page_fit_and_work(page: Page) -> None:
    page.goto(f"{ARTICLE}comments/new/")
    page.get_by_label("Your comment").fill("Good evening, everybody.")
    page.get_by_role("button", name="Send").click()
    sign_up(page, "Paula")
    page.get_by_role("button", name="Send").click()
    comment = Comment.objects.get(author__name="Paula")
    answers = say(make_person("Rosa"), comment.article, "Good evening, Paula.", parent=comment)
    from comments.telling import tell  # noqa: PLC0415

    tell([answers.pk])
    for address in ("/notices/", "/accounts/settings/", "/accounts/comments/", "/accounts/notifications/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto("/notices/")
    expect(page.get_by_text("Rosa")).to_be_visible()
    page.goto("/accounts/notifications/")
    page.get_by_label("At once").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("At once")).to_be_checked()
    page.goto(f"/people/{answers.author_id}/")
    expect(page.get_by_role("heading", name="Rosa")).to_be_visible()
    page.get_by_role("link", name="Mute this person").click()
    page.get_by_role("button", name=re.compile("Mute")).click()
    page.goto("/accounts/muted/")
    expect(page.get_by_text("Rosa")).to_be_visible()
