"""What the newsroom does is seen on pages that are open: in place, in order, and once."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Entry
from tests.people import make_entry, make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def entry(page, entry):
    return page.locator(f"#e{entry.pk}")


def order_of(page):
    return page.locator(".entries [data-place]").evaluate_all("all => all.map(e => Number(e.id.slice(1)))")


def in_the_database(blog, order="-"):
    return list(blog.entries.published().order_by(f"{order}published_at", f"{order}id").values_list("pk", flat=True))


def an_old_one(blog, number=10):
    return blog.entries.order_by("published_at")[number]


def test_a_new_entry_is_on_top(reader, blog):
    page = reader.open(blog)
    new = make_entry(blog, "The *dike* is breaking.", headline="It breaks")
    expect(entry(page, new)).to_contain_text("The dike is breaking.")
    expect(entry(page, new).locator("em")).to_have_text("dike")
    assert order_of(page) == in_the_database(blog)
    expect(page.locator("[data-live=updated]")).to_contain_text(
        f"{timezone.localtime(new.published_at, blog.zone):%H:%M}"
    )


def test_the_first_of_an_article_and_of_a_day(reader, blog):
    Entry.objects.filter(article=blog).delete()
    page = reader.open(f"{blog.get_absolute_url()}?first")
    yesterday = make_entry(blog, "Yesterday.", timezone.now() - timedelta(days=1))
    today = make_entry(blog, "Today.")
    expect(entry(page, today)).to_be_visible()
    expect(entry(page, yesterday)).to_be_visible()
    days = page.locator(".day").evaluate_all("all => all.map(d => d.dataset.day)")
    assert days == [str(today.day), str(yesterday.day)]


def test_an_edit_stands_in_its_place_with_a_mark(reader, blog):
    page = reader.open(blog, clock=True)
    old = an_old_one(blog, 27)
    before = order_of(page)
    old.edit(text="The dike held until noon.")
    expect(entry(page, old)).to_contain_text("held until noon")
    expect(entry(page, old)).to_contain_text("Updated")
    expect(entry(page, old)).to_have_class("entry fresh")
    page.clock.fast_forward(7_000)
    expect(entry(page, old)).to_have_class("entry")
    assert order_of(page) == before


def test_a_withdrawn_entry_goes_and_comes_back_to_its_place(reader, blog):
    page = reader.open(blog)
    before = order_of(page)
    old = an_old_one(blog)
    old.withdraw()
    expect(entry(page, old)).to_have_count(0)
    old.restore()
    expect(entry(page, old)).to_be_attached()
    assert order_of(page) == before


def test_a_day_without_entries_goes_and_comes_back(reader, blog):
    only = make_entry(blog, "Early.", timezone.now() - timedelta(days=9))
    page = reader.open(blog)
    day = page.locator(f".day[data-day='{only.day}']")
    expect(day).to_have_count(1)
    only.withdraw()
    expect(day).to_have_count(0)
    only.restore()
    expect(day.locator(f"#e{only.pk}")).to_have_count(1)
    assert order_of(page) == in_the_database(blog)


def test_the_pin_changes_and_follows_its_entry(reader, blog):
    page = reader.open(blog)
    box = page.locator("[data-live=pinned]")
    expect(box).to_be_hidden()
    first, second = an_old_one(blog, 3), an_old_one(blog, 4)
    first.pin()
    expect(box).to_contain_text("Report 4.")
    second.pin()
    expect(box).to_contain_text("Report 5.")
    second.edit(text="What to know now.")
    expect(box).to_contain_text("What to know now.")
    second.unpin()
    expect(box).to_be_hidden()
    second.pin()
    second.withdraw()
    expect(box).to_be_hidden()


def test_key_events_are_listed(reader, blog):
    page = reader.open(blog)
    events = page.locator("[data-live=events]")
    expect(events).to_be_hidden()
    event = make_entry(blog, "The dike is breaking.", is_key_event=True)
    expect(events.get_by_role("link")).to_contain_text("The dike is breaking.")
    event.edit(is_key_event=False)
    expect(events).to_be_hidden()


def test_title_lead_and_state(reader, blog):
    page = reader.open(blog)
    blog.edit(title="The storm is over", lead="It was *long*.")
    expect(page.get_by_role("heading", level=1)).to_have_text("The storm is over")
    expect(page.locator("[data-live=lead] em")).to_have_text("long")
    expect(page).to_have_title("The storm is over – Newsroom")
    blog.pause()
    expect(page.locator(".state")).to_have_text("Paused")


def test_an_article_that_ends_with_its_comments_closed_is_asked_no_more(reader, blog):
    blog.edit(comment_policy="closed")
    page = reader.open(blog, clock=True)
    make_entry(blog, "The last word.")
    blog.end()
    expect(page.locator(".state")).to_have_text("Ended")
    expect(page.get_by_text("The last word.")).to_be_visible()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(5 * 60_000)
    assert asked == []
    expect(page.locator("#line")).to_have_text("")


def test_an_ended_article_whose_comments_are_closed_asks_nothing(reader, blog):
    blog.end()
    blog.edit(comment_policy="closed")
    reader.wait_until_served(blog)
    asked = []
    page = reader.open()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(blog.get_absolute_url())
    page.wait_for_timeout(300)
    assert not [url for url in asked if "/live/" in url]


def test_the_number_of_comments(reader, blog):
    page = reader.open(blog)
    expect(page.locator("#comments-heading")).to_have_text("0 comments")
    say(make_person("Nadia"), blog)
    expect(page.locator("#comments-heading")).to_have_text("1 comment")
    expect(page.locator("header.title [data-live=comment_count]")).to_have_text("1 comment")


def test_telling_twice_does_no_harm(reader, blog):
    page = reader.open(blog)
    new = make_entry(blog, "Once.")
    expect(entry(page, new)).to_have_count(1)
    page.evaluate(
        """fetch(`/live/${document.body.dataset.article}/changes?after=0`).then(async (answer) =>
        document.dispatchEvent(new CustomEvent("changes", { detail: await answer.json() })))"""
    )
    page.wait_for_timeout(300)
    assert order_of(page) == in_the_database(blog)


def test_oldest_first_grows_at_its_end(reader, blog):
    page = reader.open(f"{blog.get_absolute_url()}?order=oldest")
    new = make_entry(blog, "At the end.")
    expect(entry(page, new)).to_be_attached()
    assert order_of(page) == in_the_database(blog, "")
    button = page.get_by_role("button", name="1 new update")
    expect(button).to_be_visible()
    expect(page).to_have_title("(1) Storm over the coast – Oldest first – Newsroom")
    button.click()
    expect(entry(page, new)).to_be_in_viewport()
    expect(entry(page, new)).to_be_focused()
    expect(page).to_have_title("Storm over the coast – Oldest first – Newsroom")


def test_a_day_page_takes_its_own_day_alone(reader, blog):
    other = make_entry(blog, "Of another day.", timezone.now() - timedelta(days=3))
    page = reader.open(f"{blog.get_absolute_url()}{other.day}/")
    make_entry(blog, "Of today.")
    late = make_entry(blog, "Late, of that day.", other.published_at - timedelta(seconds=1))
    expect(entry(page, late)).to_be_visible()
    assert order_of(page) == [other.pk, late.pk]


def test_a_further_page_takes_edits_but_nothing_new(reader, blog):
    start = timezone.now() - timedelta(days=1)
    for minute in range(40):
        make_entry(blog, f"Before {minute}.", start + timedelta(minutes=minute))
    page = reader.open(blog)
    page.get_by_role("link", name="Earlier entries").click()
    before = order_of(page)
    make_entry(blog, "New.")
    lowest = Entry.objects.get(pk=before[-1])
    lowest.edit(text="Edited on page two.")
    expect(entry(page, lowest)).to_contain_text("Edited on page two.")
    assert order_of(page) == before


def test_a_page_with_a_single_entry(reader, blog):
    only = make_entry(blog, "Alone.", headline="A headline", byline="Carla")
    page = reader.open(only)
    alone = page.locator("article.alone")
    only.edit(text="*Better*.", headline="A better headline", is_key_event=True, byline="")
    expect(alone.get_by_role("heading")).to_have_text("A better headline")
    expect(alone.locator(".text em")).to_have_text("Better")
    expect(alone.locator(".meta")).to_contain_text("Key event")
    expect(alone.locator(".meta")).not_to_contain_text("Carla")
    expect(page).to_have_title("A better headline – Storm over the coast – Newsroom")
    only.withdraw()
    expect(alone).to_have_text("This entry has been withdrawn The newsroom has taken it back.", use_inner_text=True)
    expect(page).to_have_title("This entry has been withdrawn")
    only.restore()
    expect(alone).to_contain_text("Better")
    expect(page).to_have_title("A better headline – Storm over the coast – Newsroom")
