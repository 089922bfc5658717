from django.urls import path

import articles.converters  # noqa: F401 -- words, day, archive_day
from articles import views

urlpatterns = [
    path("", views.front, name="front"),
    path("live/<int:article_id>/changes", views.changes, name="changes"),
    path("photographs/<str:name>/<str:rendition>", views.photograph, name="photograph"),
    path("corrections/", views.corrections, name="corrections"),
    path("<archive_day:day>/", views.archive, name="archive"),
    path("<words:topic>/", views.topic, name="topic"),
    path("<words:topic>/<words:slug>/", views.article, name="article"),
    path("<words:topic>/<words:slug>/corrections/", views.article_corrections, name="article-corrections"),
    path("<words:topic>/<words:slug>/<day:day>/", views.article_day, name="article-day"),
    path("<words:topic>/<words:slug>/<int:entry_id>/", views.entry, name="entry"),
]
