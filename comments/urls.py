from django.urls import path

import articles.converters  # noqa: F401 -- words
from comments import views
from comments.arrivals import arrivals

urlpatterns = [
    path("<words:topic>/<words:slug>/comments/", views.conversations, name="comments"),
    path("<words:topic>/<words:slug>/comments/new/", views.post, name="comment-post"),
    path("live/<int:article_id>/comments", arrivals, name="arrivals"),
    path("c/<int:pk>/", views.comment, name="comment"),
    path("c/<int:pk>/reply/", views.reply, name="comment-reply"),
    path("c/<int:pk>/mine/", views.mine, name="comment-mine"),
    path("c/<int:pk>/moderate/", views.moderate, name="comment-moderate"),
]
