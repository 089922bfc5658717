"""Posts become articles, their headings entries, their categories topics."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError
from django.utils import timezone

from articles.models import Article, Entry, Topic
from importers.wordpress_articles import entry_times
from tests.importers.wxr import bring_in, bring_in_one, comment, post, write

pytestmark = pytest.mark.django_db


def headlines(article: Article) -> list[str]:
    return [entry.headline for entry in article.entries.order_by("id")]


def test_a_post_without_headings_is_a_lead_and_no_entry(tmp_path):
    article = bring_in_one(tmp_path, post("The dike\nholds.\n\nFor now."))
    assert article.lead_html == "<p>The dike<br>\nholds.</p>\n<p>For now.</p>\n"
    assert not article.entries.exists()


def test_a_post_made_of_blocks_loses_the_comments_that_mark_them(tmp_path):
    body = (
        "<!-- wp:paragraph -->\n<p>The dike\nholds.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:heading -->\n<h2>Noon</h2>"
    )
    article = bring_in_one(tmp_path, post(body))
    assert article.lead == "The dike holds."
    assert headlines(article) == ["Noon"]


def test_every_heading_begins_an_entry_whatever_its_rank(tmp_path):
    article = bring_in_one(tmp_path, post("<p>Lead.</p><h2>Noon</h2><h4>At sea</h4><p>b</p><h3>Night</h3>c"))
    assert article.lead == "Lead."
    assert headlines(article) == ["Noon", "At sea", "Night"]
    assert article.entries.get(headline="At sea").html == "<p>b</p>\n"


def test_headings_in_a_box_count_and_headings_in_a_quotation_do_not(tmp_path):
    article = bring_in_one(tmp_path, post("<div><h2>Noon</h2>a</div><blockquote><h1>Old</h1>b</blockquote>"))
    assert headlines(article) == ["Noon"]


def test_a_heading_with_nothing_below_is_an_entry_without_text(tmp_path):
    article = bring_in_one(tmp_path, post("<h2>Noon</h2><h2></h2><h2>Night</h2><p>Calm.</p>"))
    assert [(entry.headline, entry.html) for entry in article.entries.order_by("id")] == [
        ("Noon", ""),
        ("Night", "<p>Calm.</p>\n"),
    ]


def test_a_long_headline_is_cut_at_a_word_and_stands_whole_in_the_text(tmp_path):
    said = bring_in(write(tmp_path, post(f"<h2>{'word ' * 50}</h2><p>Text.</p>")))
    entry = Entry.objects.get()
    assert len(entry.headline) <= 200
    assert entry.headline.endswith("word…")
    assert entry.text.startswith("word " * 49)
    assert "a headline was cut" in said


def test_entries_stand_in_the_order_of_the_post_on_the_page_newest_first(tmp_path):
    article = bring_in_one(tmp_path, post("<h2>One</h2><h2>Two</h2><h2>Three</h2>"))
    assert [entry.headline for entry in article.entries.published()] == ["One", "Two", "Three"]
    assert article.state == Article.State.ENDED
    assert article.published_at == datetime(2014, 7, 7, 6, tzinfo=UTC)
    assert article.ended_at == article.entries.first().published_at


@pytest.mark.parametrize("second", ["23:59:59", "00:00:00", "12:00:00"])
def test_entries_of_one_post_stay_on_one_day(second):
    at = datetime.fromisoformat(f"2014-07-07T{second}+00:00")
    times = entry_times(at, 30, ZoneInfo("UTC"))
    assert {time.date() for time in times} == {at.date()}
    assert times == sorted(times, reverse=True)
    assert all(abs(time - at) < timedelta(minutes=1) for time in times)


def test_entries_of_a_post_of_this_second_are_not_in_the_future():
    now = timezone.now()
    assert max(entry_times(now, 3, ZoneInfo("UTC"))) <= now


@pytest.mark.parametrize(("utc", "hour"), [("2014-07-07 06:00:00", 6), ("0000-00-00 00:00:00", 7)])
def test_a_missing_utc_time_is_worked_out_from_the_local_one(tmp_path, utc, hour):
    item = post(wp__post_date_gmt=utc, wp__post_date="2014-07-07 09:00:00")
    article = bring_in_one(tmp_path, item, time_zone="Europe/Berlin")
    assert article.published_at == datetime(2014, 7, 7, hour, tzinfo=UTC)
    assert article.time_zone == "Europe/Berlin"


def test_a_post_with_neither_time_takes_the_feed_s_and_one_without_any_is_left_out(tmp_path):
    dated = post(wp__post_date_gmt=None, pubDate="Mon, 07 Jul 2014 06:00:00 +0000")
    said = bring_in(write(tmp_path, dated, post(wp__post_date_gmt=None, wp__post_id=8)))
    assert Article.objects.get().published_at == datetime(2014, 7, 7, 6, tzinfo=UTC)
    assert "Left out: post 8 “Storm over the coast”: it has no date." in said


@pytest.mark.parametrize("status", ["draft", "pending", "future"])
def test_what_was_not_published_is_a_draft_with_draft_entries(tmp_path, status):
    article = bring_in_one(tmp_path, post("<h2>Noon</h2>", wp__status=status, wp__post_date_gmt="0000-00-00 00:00:00"))
    assert article.state == Article.State.DRAFT
    assert article.entries.get().state == Entry.State.DRAFT


def test_a_post_with_a_date_to_come_is_a_draft(tmp_path):
    said = bring_in(write(tmp_path, post("<h2>Noon</h2>", wp__post_date_gmt="2999-01-01 00:00:00")))
    assert Article.objects.get().state == Article.State.DRAFT
    assert "in the future" in said


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"wp__status": "private"}, "its status is “private”"),
        ({"wp__status": "trash"}, "its status is “trash”"),
        ({"wp__post_password": "enter"}, "protected by a password"),
        ({"wp__post_type": "page"}, "a page, not a post"),
    ],
)
def test_what_was_not_public_is_left_out_with_its_comments_and_the_reason(tmp_path, fields, reason):
    said = bring_in(write(tmp_path, post("Secret.", comment(1), **fields)))
    assert not Article.objects.exists()
    assert f"Left out: post 7 “Storm over the coast”: {reason}." in said
    assert f"Left out: comment 1 on post 7 “Storm over the coast”: the post was left out, {reason}." in said
    assert "Comments: 1 in the file = 0 kept + 1 left out." in said


def test_pictures_and_menus_are_counted_by_sort(tmp_path):
    menus = [post(wp__post_type="nav_menu_item", wp__post_id=number) for number in range(20, 23)]
    said = bring_in(write(tmp_path, post(), *menus, post(wp__post_type="attachment")))
    assert "Left out: 3 × nav_menu_item: not a post." in said
    assert "Left out: 1 × attachment: not a post." in said


def test_a_second_post_with_the_same_number_is_left_out(tmp_path):
    said = bring_in(write(tmp_path, post(), post("Another.")))
    assert Article.objects.count() == 1
    assert "a second post with the same number" in said


def test_pictures_in_a_post_are_said_to_be_missing(tmp_path):
    said = bring_in(write(tmp_path, post("Look: <img src='a.jpg' alt='x'> <iframe src='//video.example'></iframe>")))
    assert Article.objects.get().lead == "Look:"
    assert "1 picture left out" in said
    assert "1 embedded thing left out" in said


def test_comments_stay_closed_where_they_were(tmp_path):
    assert bring_in_one(tmp_path, post(wp__comment_status="closed")).comment_policy == "closed"


@pytest.mark.parametrize(
    ("creator", "byline"),
    [("carla77", "Carla Reyes"), ("guest", "guest"), ("someone@coast.example", "")],
)
def test_the_byline_is_the_name_and_never_a_mail_address(tmp_path, creator, byline):
    article = bring_in_one(tmp_path, post("<h2>Noon</h2>", dc__creator=creator))
    assert article.entries.get().byline == byline


def test_a_title_is_plain_text(tmp_path):
    article = bring_in_one(tmp_path, post(title="Wind &amp; <em>waves</em> < 3 m &#8211; <script>alert(1)</script>now"))
    assert article.title == "Wind & waves < 3 m – now"


def test_a_post_without_a_title_is_called_untitled(tmp_path):
    assert bring_in_one(tmp_path, post(title="")).title == "Untitled"


def test_a_long_title_is_cut_and_said_whole(tmp_path):
    said = bring_in(write(tmp_path, post(title="wave " * 60)))
    assert len(Article.objects.get().title) <= 200
    assert ("wave " * 60).strip() in said


@pytest.mark.parametrize(
    ("nicename", "slug"),
    [
        ("weather", "weather"),
        ("%e5%a4%a9%e6%b0%94", "天气"),
        ("2014", "2014-topic"),
        ("feeds", "feeds-topic"),
        ("", "uncategorised"),
    ],
)
def test_the_first_category_is_the_topic(tmp_path, nicename, slug):
    assert bring_in_one(tmp_path, post(category=nicename)).topic.slug == slug


def test_a_topic_that_is_here_already_is_used(tmp_path):
    topic = Topic.objects.create(name="Weather and tides", slug="weather")
    assert bring_in_one(tmp_path, post()).topic == topic


def test_two_posts_with_one_name_get_addresses_of_their_own(tmp_path):
    bring_in(write(tmp_path, post(), post(wp__post_id=8), post(wp__post_id=9, wp__post_name="2014")))
    assert set(Article.objects.values_list("slug", flat=True)) == {"storm", "storm-8", "post-2014"}


def test_hostile_markup_comes_in_as_harmless_text(tmp_path):
    body = """<p onclick="steal()">Safe <a href="javascript:steal()">link</a><script>steal()</script>
    <img src=x onerror=steal()><svg onload=steal()></svg></p>"""
    article = bring_in_one(tmp_path, post(body))
    assert article.lead_html == "<p>Safe link</p>\n"


def test_links_lead_to_the_old_site_as_before(tmp_path):
    article = bring_in_one(tmp_path, post('<a href="/tides">Tides</a>, <a href="#note">note</a>'))
    assert article.lead == "[Tides](https://coast.example/tides), note"


def test_the_language_is_the_export_s_if_the_site_has_it_or_the_one_asked_for(tmp_path):
    assert bring_in_one(tmp_path, post()).language == "en"
    assert bring_in_one(tmp_path, post(wp__post_id=7), language="ar").language == "en"
    Article.objects.all().delete()
    assert bring_in_one(tmp_path, post(), language="ar").language == "ar"


def test_an_unknown_time_zone_is_refused(tmp_path):
    with pytest.raises(CommandError, match="is not a time zone"):
        bring_in(write(tmp_path, post()), time_zone="Mars/Base")
