"""Posts of a WordPress export as topics, articles and entries. Running it again adds only what is missing."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import reset_queries, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext

from articles.models import Article, Entry, Topic
from articles.validators import validate_article_slug, validate_topic_slug
from importers.html_to_markdown import left_out_media, plain_markdown, plain_text, split_at_headings
from importers.report import Report
from importers.times import parse_mail_time, parse_time
from importers.wordpress import Category, Post
from importers.wordpress_comments import CommentImporter

_DRAFTS = frozenset(["draft", "pending", "future"])


class Options(NamedTuple):
    # What tells this blog's ids from another's.
    site: str
    # Display names by login.
    authors: dict[str, str]
    # For times that the export gives without an offset, and for the days of the articles.
    time_zone: str
    language: str
    dry_run: bool = False


class PostImporter:
    def __init__(self, options: Options, report: Report, progress: Callable[[int], object] = int) -> None:
        self._options = options
        self._report = report
        self._progress = progress
        self._comments = CommentImporter(self._key, ZoneInfo(options.time_zone), report, progress)
        self._posts_seen: set[str] = set()
        self._topics_seen: set[str] = set()

    def bring_in(self, post: Post) -> None:
        """One post with its comments; what it cannot be is said in the report."""
        self._progress(1)
        reason, at = self._reason_against(post), self._time(post)
        if not reason and post.status == "publish" and at is None:
            reason = "it has no date"
        if reason:
            self._leave_out(post, reason)
            return
        with transaction.atomic() if self._options.dry_run else nullcontext():
            article = self._article(post, at)
            self._comments.bring_in(article, post, at or timezone.now())
            if self._options.dry_run:
                transaction.set_rollback(True)
        # With DEBUG, Django remembers each statement.
        reset_queries()

    def _key(self, *parts: object) -> str:
        """The foreign id that is stored as imported_from."""
        key = ":".join(map(str, ["wordpress", self._options.site, *parts]))
        return key if len(key) <= 300 else f"wordpress:{sha256(key.encode()).hexdigest()}"

    def _reason_against(self, post: Post) -> str:
        if post.type == "page":
            return "a page, not a post"
        if post.type != "post":
            return f"of the type “{post.type}”, not a post" if post.type else "it has no post type"
        if post.password:
            return "protected by a password"
        if post.status not in _DRAFTS and post.status != "publish":
            return f"its status is “{post.status or 'missing'}”"
        if _identity(post) in self._posts_seen:
            return "a second post with the same number in this file"
        self._posts_seen.add(_identity(post))
        return ""

    def _leave_out(self, post: Post, reason: str) -> None:
        if post.type in ("post", "page"):
            self._report.leave_out("articles", _name(post), reason)
        else:
            self._report.leave_out_sort(post.type or "item without a type")
        for comment in post.comments:
            self._report.leave_out(
                "comments", f"comment {comment.id} on {_name(post)}", f"the post was left out, {reason}"
            )
            self._progress(1)

    def _article(self, post: Post, at: datetime | None) -> Article:
        key = self._key("post", _identity(post))
        lead, sections = split_at_headings(post.body, post.link)
        entry_keys = [self._key("post", _identity(post), "entry", number) for number in range(1, len(sections) + 1)]
        if article := Article.objects.filter(imported_from=key).first():
            self._article_is_there(article, entry_keys, _name(post))
            return article
        for what in left_out_media(post.body):
            self._report.warn(_name(post), what)
        with transaction.atomic():
            article = self._create_article(post, key, lead)
            byline = _cut(self._byline(post), 100)
            entries = [
                self._create_entry(article, entry_key, section.headline, section.text, byline)
                for entry_key, section in zip(entry_keys, sections, strict=True)
            ]
            if post.status == "publish" and at is not None:
                self._publish(article, entries, at)
        return article

    def _article_is_there(self, article: Article, entry_keys: list[str], name: str) -> None:
        self._report.already_there["articles"] += 1
        there = set(article.entries.filter(imported_from__in=entry_keys).values_list("imported_from", flat=True))
        self._report.already_there["entries"] += len(there)
        for number, key in enumerate(entry_keys, 1):
            if key not in there:
                self._report.leave_out("entries", f"entry {number} of {name}", "the article was imported without it")
        self._topic_is_there(article.topic)

    def _create_article(self, post: Post, key: str, lead: str) -> Article:
        title = plain_text(post.title) or gettext("Untitled")
        if len(title) > 200:
            self._report.warn(_name(post), f"its title was cut to 200 characters, it read “{title}”")
        topic = self._topic(post)
        self._report.created["articles"] += 1
        return Article.objects.create(
            topic=topic,
            title=_cut(title, 200),
            slug=_article_slug(post, title, topic),
            lead=lead,
            time_zone=self._options.time_zone,
            language=self._options.language,
            comment_policy=Article.CommentPolicy.CLOSED
            if post.comment_status == "closed"
            else Article.CommentPolicy.OPEN,
            imported_from=key,
        )

    def _create_entry(self, article: Article, key: str, headline: str, text: str, byline: str) -> Entry:
        if len(headline) > 200:
            # Nothing is lost: the whole heading opens the text.
            self._report.warn(f"“{article}”", f"a headline was cut to 200 characters, it read “{headline}”")
            text = f"{plain_markdown(headline)}\n\n{text}"
        self._report.created["entries"] += 1
        return Entry.objects.create(
            article=article, headline=_cut(headline, 200), text=text, byline=byline, imported_from=key
        )

    def _publish(self, article: Article, entries: list[Entry], at: datetime) -> None:
        if at > timezone.now():
            self._report.warn(f"“{article}”", "its date is in the future, so it is a draft here")
            return
        times = entry_times(at, len(entries), article.zone)
        for entry, time in zip(entries, times, strict=True):
            entry.article = article
            entry.publish(at=time)
        article.go_live(at=min([at, *times]))
        article.end(at=max([at, *times]))

    def _topic(self, post: Post) -> Topic:
        category = _category(post)
        slug = _topic_slug(category)
        key = self._key("topic", category.nicename or slug)
        topic = Topic.objects.filter(imported_from=key).first() or Topic.objects.filter(slug=slug).first()
        if topic:
            self._topic_is_there(topic)
            return topic
        if slug not in self._topics_seen:
            self._topics_seen.add(slug)
            self._report.created["topics"] += 1
        return Topic.objects.create(name=_cut(plain_text(category.name) or slug, 100), slug=slug, imported_from=key)

    def _topic_is_there(self, topic: Topic) -> None:
        if topic.slug not in self._topics_seen:
            self._topics_seen.add(topic.slug)
            self._report.already_there["topics"] += 1

    def _byline(self, post: Post) -> str:
        """The display name; a login only where there is none, a mail address never."""
        name = plain_text(self._options.authors.get(post.creator) or post.creator)
        return "" if "@" in name else name

    def _time(self, post: Post) -> datetime | None:
        return parse_time(post.utc_time, post.local_time, ZoneInfo(self._options.time_zone)) or parse_mail_time(
            post.pub_date
        )


def entry_times(at: datetime, count: int, zone: ZoneInfo) -> list[datetime]:
    """One second apart, the first heading last: on the page, newest first, they stand in the order of the post.

    They follow the post's time, or lead up to it where they would cross midnight in the article's zone (an entry on
    the next day is on another page) or lie in the future.
    """
    forward = [at + timedelta(seconds=count - number) for number in range(1, count + 1)]
    if not forward:
        return []
    same_day = forward[0].astimezone(zone).date() == at.astimezone(zone).date()
    if same_day and forward[0] <= timezone.now():
        return forward
    return [at - timedelta(seconds=number) for number in range(count)]


def _identity(post: Post) -> str:
    return post.id or sha256(f"{post.guid} {post.link} {post.title} {post.body}".encode()).hexdigest()[:16]


def _name(post: Post) -> str:
    return f"post {post.id or '?'} “{_cut(plain_text(post.title), 80)}”"


def _cut(text: str, length: int) -> str:
    """Cut at a word, with an ellipsis."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip() + "…"


def _category(post: Post) -> Category:
    for domain in ("category", ""):
        for category in post.categories:
            if category.domain == domain and (category.nicename or category.name):
                return category
    return Category(gettext("Uncategorised"), "uncategorised", "category")


def _topic_slug(category: Category) -> str:
    slug = _slug(category.nicename, category.name, 74)
    slug = slug or f"topic-{sha256(category.name.encode()).hexdigest()[:8]}"
    try:
        validate_topic_slug(slug)
    except ValidationError:
        return f"{slug}-topic"
    return slug


def _article_slug(post: Post, title: str, topic: Topic) -> str:
    identity = re.sub(r"\W", "", _identity(post))[:16]
    slug = _slug(post.name, title, 100) or f"post-{identity}"
    try:
        validate_article_slug(slug)
    except ValidationError:
        slug = f"post-{slug}"
    taken = Article.objects.filter(topic=topic, slug=slug).exists()
    return f"{slug}-{identity}" if taken else slug


def _slug(encoded: str, otherwise: str, length: int) -> str:
    slug = slugify(unquote(encoded), allow_unicode=True) or slugify(otherwise, allow_unicode=True)
    return slug[:length].strip("-_")
