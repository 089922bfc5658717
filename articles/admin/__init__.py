"""The newsroom's desk for topics, articles, entries and bylines. It only calls the models' methods.

A correspondent sees and changes their own entries; whoever may change any entry sees all.
"""

from articles.admin.articles import ArticleAdmin, TopicAdmin
from articles.admin.bylines import BylineAdmin, BylineLookupAdmin
from articles.admin.entries import EntryAdmin

__all__ = ["ArticleAdmin", "BylineAdmin", "BylineLookupAdmin", "EntryAdmin", "TopicAdmin"]
