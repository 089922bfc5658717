"""What is written at the desk while something fails, and how often it went out."""

from articles.models import Entry

LINE = "The bridge at Norden is open."
PUBLISH, DRAFT = "**/send/publish/", "**/send/draft/"


def published(text=LINE):
    return Entry.objects.published().filter(text=text).count()
