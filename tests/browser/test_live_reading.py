"""Nothing moves under the reader's eyes: what is new waits behind a button, and what changes pushes nothing."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from articles.models import Entry
from tests.browser.conftest import DESK, PHONE
from tests.people import make_entry, make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "It goes on and on. " * 60


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(request, reader, blog):
    """Scrolled down into the article."""
    page = reader.open(blog, request.param)
    scroll_into_it(page)
    return page


def scroll_into_it(page):
    page.evaluate("scrollTo(0, document.querySelectorAll('.entry')[15].getBoundingClientRect().top + scrollY - 200)")
    page.wait_for_timeout(100)


def read_entry(page):
    """The entry in the middle of the screen, with what is above it on the page."""
    all_, at = page.evaluate(
        """() => { const all = [...document.querySelectorAll(".entries [data-place]")];
        return [all.map((e) => Number(e.id.slice(1))),
            all.findIndex((e) => e.getBoundingClientRect().bottom > innerHeight * 0.4)]; }"""
    )
    return all_[at], [Entry.objects.get(pk=pk) for pk in all_[:at]]


def top(page, pk):
    return page.evaluate(f"document.getElementById('e{pk}').getBoundingClientRect().top")


def settle(page, article):
    """Waits until the page has what the newsroom did, and a little for what should not follow."""
    article.refresh_from_db()
    expect(page.locator("body")).to_have_attribute("data-change", str(article.change))
    page.wait_for_timeout(150)


def test_ten_new_entries_move_nothing_and_wait(page, blog):
    pk, _above = read_entry(page)
    before = top(page, pk)
    for number in range(10):
        make_entry(blog, f"New {number}. {LONG}")
    settle(page, blog)
    assert top(page, pk) == before
    button = page.get_by_role("button", name="10 new updates")
    expect(button).to_be_in_viewport()
    assert button.bounding_box()["height"] >= 44
    expect(page).to_have_title("(10) Storm over the coast – Newsroom")
    expect(page.get_by_text("New 9.")).to_have_count(0)


@pytest.mark.parametrize("order", ["", "?order=oldest"], ids=["newest first", "oldest first"])
def test_what_changes_above_moves_nothing(reader, blog, order):
    page = reader.open(f"{blog.get_absolute_url()}{order}")
    scroll_into_it(page)
    pk, above = read_entry(page)
    deeds = {
        "the next above grows": lambda: above[-1].edit(text=LONG),
        "the first grows": lambda: above[0].edit(text=LONG),
        "the next above goes": lambda: above[-1].withdraw(),
        "one far above goes": lambda: above[2].withdraw(),
        "it comes back": lambda: above[2].restore(),
        "a pin": lambda: above[3].pin(),
        "another pin": lambda: above[0].pin(),
        "a key event": lambda: above[3].edit(is_key_event=True),
        "a longer title": lambda: blog.edit(title="A title that is much longer than it was before " * 3),
        "a longer lead": lambda: blog.edit(lead=LONG),
        "an entry that comes late": lambda: make_entry(blog, LONG, above[3].published_at + timedelta(microseconds=9)),
    }
    for what, do in deeds.items():
        before = top(page, pk)
        do()
        settle(page, blog)
        assert abs(top(page, pk) - before) < 1, what


def test_the_entry_that_is_read_grows_downwards(page, blog):
    pk, _above = read_entry(page)
    before = top(page, pk)
    Entry.objects.get(pk=pk).edit(text=LONG)
    settle(page, blog)
    assert abs(top(page, pk) - before) < 1


def test_small_steps_do_not_add_up(page, blog):
    pk, above = read_entry(page)
    before = top(page, pk)
    for number in range(6):
        above[number].edit(text="Words. " * (7 * number + 1))
        settle(page, blog)
    assert abs(top(page, pk) - before) <= 1


def test_comments_do_not_move_while_entries_join_above_them(reader, blog):
    nadia = make_person("Nadia")
    root = say(nadia, blog, "I live there.")
    for _number in range(12):
        say(nadia, blog, "So do I.", parent=root)
    page = reader.open(f"{blog.get_absolute_url()}?order=oldest")
    page.locator(f"#c{root.pk}").evaluate("comment => comment.scrollIntoView()")
    before = page.locator(f"#c{root.pk}").bounding_box()["y"]
    make_entry(blog, LONG)
    settle(page, blog)
    assert abs(page.locator(f"#c{root.pk}").bounding_box()["y"] - before) < 1


def test_one_tap_shows_what_waits(page, blog):
    first, second = make_entry(blog, "First."), make_entry(blog, "Second.")
    page.get_by_role("button", name="2 new updates").click()
    newest = page.locator(f"#e{second.pk}")
    expect(newest).to_be_in_viewport()
    expect(newest).to_be_focused()
    expect(newest).to_have_class("entry fresh")
    expect(page.locator(f"#e{first.pk}")).to_be_visible()
    expect(page.locator(".arrivals button")).to_be_hidden()
    expect(page).to_have_title("Storm over the coast – Newsroom")


def test_the_keyboard_goes_on_from_the_first_new_entry(page, blog):
    new = make_entry(blog, "New.")
    button = page.get_by_role("button", name="1 new update")
    expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#e{new.pk}")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(f"#e{new.pk} .when a")).to_be_focused()


def test_what_waits_can_be_edited_and_withdrawn(page, blog):
    kept, gone = make_entry(blog, "Kept."), make_entry(blog, "Gone.")
    expect(page.get_by_role("button", name="2 new updates")).to_be_visible()
    gone.withdraw()
    kept.edit(text="Kept and better.")
    button = page.get_by_role("button", name="1 new update")
    expect(button).to_be_visible()
    settle(page, blog)
    button.click()
    expect(page.locator(f"#e{kept.pk}")).to_contain_text("Kept and better.")
    expect(page.locator(f"#e{gone.pk}")).to_have_count(0)
    kept.withdraw()
    expect(page.locator(f"#e{kept.pk}")).to_have_count(0)


def test_at_the_top_new_entries_are_there_at_once(reader, blog):
    page = reader.open(blog, DESK)
    new = make_entry(blog, "New.")
    expect(page.locator(f"#e{new.pk}")).to_have_class("entry fresh")
    expect(page.locator(".arrivals button")).to_be_hidden()
    assert page.evaluate("scrollY") == 0


def test_who_scrolls_to_the_top_finds_them(page, blog):
    new = make_entry(blog, "New.")
    expect(page.get_by_role("button", name="1 new update")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(f"#e{new.pk}")).to_be_attached()
    expect(page.locator(".arrivals button")).to_be_hidden()


def test_what_is_new_is_announced_once_in_a_while(reader, blog):
    page = reader.open(blog, clock=True)
    scroll_into_it(page)
    said = page.locator(".arrivals [role=status]")
    make_entry(blog, "One.")
    settle(page, blog)
    page.clock.run_for(1_000)
    expect(said).to_have_text("1 new update")
    make_entry(blog, "Two.")
    make_entry(blog, "Three.")
    settle(page, blog)
    page.clock.run_for(5_000)
    expect(said).to_have_text("1 new update")
    page.clock.run_for(30_000)
    expect(said).to_have_text("2 new updates")


def test_the_focus_stays_on_an_edited_entry_and_leaves_a_withdrawn_one(page, blog):
    pk, _above = read_entry(page)
    held = Entry.objects.get(pk=pk)
    page.locator(f"#e{pk} .meta a").focus()
    held.edit(text="Edited.")
    settle(page, blog)
    expect(page.locator(f"#e{pk} .meta a")).to_be_focused()
    after = page.locator(f"#e{pk} + .entry")
    following = after.get_attribute("id")
    held.withdraw()
    settle(page, blog)
    expect(page.locator(f"#{following}")).to_be_focused()


def test_a_withdrawn_entry_folds_away(reader, blog):
    page = reader.open(blog, DESK)
    first = blog.entries.published().first()
    page.evaluate(
        """new MutationObserver(() => { if (document.querySelector(".folding")) document.body.dataset.folded = "yes"; })
        .observe(document.querySelector(".entries"), { subtree: true, attributes: true })"""
    )
    first.withdraw()
    expect(page.locator("body")).to_have_attribute("data-folded", "yes")
    expect(page.locator(".folding")).to_have_count(0)


def test_nothing_is_animated_for_who_wants_no_motion(reader, blog):
    page = reader.open(blog, DESK, reduced_motion="reduce")
    first, second = blog.entries.published()[:2]
    page.evaluate("Element.prototype.animate = () => console.error('animates'), 0")
    second.edit(text="Edited.")
    expect(page.locator(f"#e{second.pk}")).to_have_class("entry fresh")
    assert page.locator(f"#e{second.pk}").evaluate("e => getComputedStyle(e).animationName") == "none"
    plain = page.locator(f"#e{first.pk}").evaluate("e => getComputedStyle(e).backgroundColor")
    assert page.locator(f"#e{second.pk}").evaluate("e => getComputedStyle(e).backgroundColor") != plain
    first.withdraw()
    expect(page.locator(f"#e{first.pk}")).to_have_count(0)
