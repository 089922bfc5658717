"""Small WordPress exports for the tests, and how to bring them in."""

from io import StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from django.conf import settings
from django.core.management import call_command

from articles.models import Article
from comments.models import Comment

# Real exports; they lie beside the repository and belong to their writers, so they are not in it.
DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real exports (../shared/data) are not here")

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Coast</title><language>en-US</language><wp:base_blog_url>https://coast.example</wp:base_blog_url>
<wp:author><wp:author_login>carla77</wp:author_login><wp:author_email>carla@coast.example</wp:author_email>
<wp:author_display_name>Carla Reyes</wp:author_display_name></wp:author>
"""
TAIL = "</channel></rss>\n"


def comment(number: int | None, text: str = "I live there.", **fields: Any) -> str:
    fields = {
        "id": number or "",
        "author": "Nadia",
        "author_email": "nadia@reader.example",
        "author_IP": "192.0.2.7",
        "author_url": "https://nadia.example",
        "date_gmt": f"2014-07-07 10:{(number or 0) % 60:02}:00",
        "content": text,
        "approved": "1",
        "type": "comment",
        "parent": 0,
    } | fields
    inside = "".join(f"<wp:comment_{name}>{escape(str(value))}</wp:comment_{name}>" for name, value in fields.items())
    return f"<wp:comment>{inside}</wp:comment>"


def post(body: str = "The dike holds.", *comments: str, category: str = "weather", **fields: Any) -> str:
    """A published post; a field given as None is missing."""
    fields = {
        "title": "Storm over the coast",
        "link": "https://coast.example/storm/",
        "dc:creator": "carla77",
        "content:encoded": body,
        "wp:post_id": 7,
        "wp:post_date_gmt": "2014-07-07 06:00:00",
        "wp:comment_status": "open",
        "wp:post_name": "storm",
        "wp:status": "publish",
        "wp:post_type": "post",
    } | {name.replace("__", ":"): value for name, value in fields.items()}
    inside = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items() if value is not None)
    topic = f'<category domain="category" nicename="{category}">{category.title()}</category>' if category else ""
    return f"<item>{inside}{topic}{''.join(comments)}</item>"


def write(folder: Path, *items: str) -> Path:
    path = folder / "export.xml"
    path.write_text(HEAD + "\n".join(items) + TAIL, encoding="utf-8")
    return path


def bring_in(path: Path, **options: Any) -> str:
    """Runs the command; what it said, repairs included."""
    said = StringIO()
    call_command("import_wordpress", str(path), stdout=said, stderr=said, **options)
    return said.getvalue()


def bring_in_one(folder: Path, *items: str, **options: Any) -> Article:
    bring_in(write(folder, *items), **options)
    return Article.objects.get()


def parents(article: Article) -> dict[str, str]:
    """Whom each reply answers, by the numbers that the comments had in WordPress."""
    number = {
        comment.pk: comment.imported_from.rpartition(":")[2] for comment in Comment.objects.filter(article=article)
    }
    rows = Comment.objects.filter(article=article, parent__isnull=False).values_list("pk", "parent", "answers")
    return {number[pk]: number[answers or parent] for pk, parent, answers in rows}
