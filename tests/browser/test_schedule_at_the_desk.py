"""An entry with a time to come goes out by itself; the field says whose time it is."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_waits_and_goes_out_at_its_time(sit_down, reader, blog, size):
    page = reader.open(blog, size)
    desk = sit_down("Carla", "correspondent", size)
    tomorrow = timezone.now().astimezone(blog.zone) + timedelta(days=1)
    desk.write("The minister resigns.")
    desk.page.get_by_label("Time in Berlin").fill(f"{tomorrow:%Y-%m-%dT09:30}")
    desk.send()
    expect(desk.said).to_have_text("Scheduled.")
    expect(desk.row("The minister")).to_contain_text("scheduled")
    entry = Entry.objects.get(text="The minister resigns.")
    assert f"{entry.scheduled_for.astimezone(blog.zone):%H:%M}" == "09:30"
    # The night passes.
    Entry.objects.filter(pk=entry.pk).update(scheduled_for=timezone.now())
    expect(page.get_by_text("The minister resigns.")).to_be_attached(timeout=3_000)


def test_it_is_taken_back(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write("The minister resigns.")
    desk.page.get_by_label("Time in Berlin").fill(f"{timezone.now() + timedelta(days=2):%Y-%m-%dT09:30}")
    desk.send()
    desk.row("The minister").get_by_role("button", name="Take back").click()
    expect(desk.row("The minister")).to_contain_text("draft")
    assert Entry.objects.get(text="The minister resigns.").state == "draft"


def test_a_time_that_has_passed_is_the_one_it_carries(sit_down, blog):
    desk = sit_down("Carla", "correspondent")
    earlier = timezone.now().astimezone(blog.zone) - timedelta(hours=2)
    desk.write("It began.")
    desk.page.get_by_label("Time in Berlin").fill(f"{earlier:%Y-%m-%dT%H:%M}")
    desk.send()
    expect(desk.said).to_have_text("Published.")
    assert Entry.objects.get(text="It began.").published_at == earlier.replace(second=0, microsecond=0)
