"""Photographs are pasted, dropped or chosen, need words for those who cannot see them, and stand in the entry."""

import base64
import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from articles.models import Entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def photograph():
    out = io.BytesIO()
    Image.effect_noise((1200, 800), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def paste(desk, data, name="dike.jpg", kind="image/jpeg", event="paste"):
    desk.text.evaluate(
        """(box, [data, name, kind, event]) => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
            transfer.items.add(new File([bytes], name, { type: kind }));
            const carried = event === "paste" ? { clipboardData: transfer } : { dataTransfer: transfer };
            const Kind = event === "paste" ? ClipboardEvent : DragEvent;
            box.dispatchEvent(new Kind(event, { bubbles: true, cancelable: true, ...carried }));
        }""",
        [base64.b64encode(data).decode(), name, kind, event],
    )


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_it_is_refused_without_words_and_published_with_them(sit_down, reader, blog, size, event):
    page = reader.open(blog, size)
    desk = sit_down("Carla", "correspondent", size)
    desk.write("The dike this morning.")
    paste(desk, photograph(), event=event)
    alt = desk.page.get_by_label("What it shows, for those who cannot see it")
    expect(alt).to_be_focused()
    desk.send()
    expect(desk.said).to_contain_text("Describe each photograph in a few words, for those who cannot see it.")
    expect(desk.text).to_have_value("The dike this morning.")
    assert not Entry.objects.filter(text__startswith="The dike this").exists()
    alt.fill("Waves wash over the dike")
    desk.page.get_by_label("Credit").fill("Carla")
    desk.send()
    expect(desk.said).to_have_text("Published.")
    shown = page.get_by_alt_text("Waves wash over the dike")
    expect(shown).to_be_attached()
    shown.scroll_into_view_if_needed()
    # One of the modern formats, as wide as this screen needs, and nothing has jumped.
    source = shown.evaluate("image => image.decode().then(() => image.currentSrc)")
    assert source.endswith(".avif")
    assert shown.evaluate("image => Math.abs(image.clientWidth / image.clientHeight - 1.5) < 0.02")


def test_it_is_chosen_on_a_phone(sit_down, size):
    desk = sit_down("Carla", "correspondent", size)
    file = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    desk.page.locator("#choose").set_input_files([file])
    desk.page.get_by_label("What it shows").fill("The dike")
    desk.send()
    expect(desk.said).to_have_text("Published.")
    assert Entry.objects.latest("pk").photographs.count() == 1


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "map.svg", "map.svg: This is no photograph."),
        (b"<!doctype html><script>", "page.jpg", "page.jpg: This is no photograph."),
        (photograph()[:20_000], "half.jpg", "half.jpg: This file is damaged or not complete."),
    ],
)
def test_what_is_none_is_refused_in_a_sentence_and_the_text_stays(sit_down, data, name, sentence):
    desk = sit_down("Carla", "correspondent")
    desk.write("The dike.")
    desk.page.locator("#choose").set_input_files([{"name": name, "mimeType": "image/jpeg", "buffer": data}])
    expect(desk.said).to_contain_text(sentence)
    expect(desk.text).to_have_value("The dike.")
    # Nor does it go out without it unnoticed.
    desk.text.focus()
    desk.send()
    expect(desk.said).to_contain_text("A photograph has not come through.")
    desk.page.get_by_role("button", name="Remove").click()
    desk.text.focus()
    desk.send()
    expect(desk.said).to_have_text("Published.")


def test_one_that_did_not_come_through_is_tried_again(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write("The dike.")
    desk.page.route("**/desk/photographs/", lambda route: route.abort(), times=1)
    paste(desk, photograph())
    expect(desk.page.get_by_text("has not come through")).to_be_visible()
    desk.text.focus()
    desk.send()
    expect(desk.said).to_contain_text("A photograph has not come through. Try again, or remove it.")
    assert not Entry.objects.filter(text="The dike.").exists()
    desk.page.get_by_role("button", name="Try again").click()
    desk.page.get_by_label("What it shows").fill("The dike")
    desk.send()
    expect(desk.said).to_have_text("Published.")


def test_one_that_is_on_its_way_is_waited_for(sit_down):
    desk = sit_down("Carla", "correspondent")
    held = []
    desk.page.route("**/desk/photographs/", lambda route: held.append(route))
    desk.write("The dike.")
    paste(desk, photograph())
    expect(desk.page.get_by_text("The photograph is being prepared …").first).to_be_visible()
    desk.text.focus()
    desk.send()
    desk.page.wait_for_timeout(300)
    assert not Entry.objects.filter(text="The dike.").exists()
    held[0].continue_()
    expect(desk.said).to_contain_text("Describe each photograph")
    desk.page.get_by_label("What it shows").fill("The dike")
    desk.send()
    expect(desk.said).to_have_text("Published.")
    assert Entry.objects.get(text="The dike.").photographs.count() == 1


def test_a_page_that_is_closed_gives_it_back(sit_down):
    desk = sit_down("Carla", "correspondent")
    paste(desk, photograph())
    desk.page.get_by_label("What it shows").fill("The dike")
    desk.page.close()
    again = desk.open_again()
    expect(again.page.get_by_label("What it shows")).to_have_value("The dike")
    again.send()
    expect(again.said).to_have_text("Published.")
