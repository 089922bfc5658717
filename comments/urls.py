from django.urls import path

import articles.converters  # noqa: F401 -- words
from comments import answering, policy, views, writing
from comments.arrivals import arrivals
from comments.me import me

urlpatterns = [
    path("<words:topic>/<words:slug>/comments/", views.conversations, name="comments"),
    path("<words:topic>/<words:slug>/comments/new/", writing.post, name="comment-post"),
    path("<words:topic>/<words:slug>/comments/policy/", policy.policy, name="comments-policy"),
    path("live/<int:article_id>/comments", arrivals, name="arrivals"),
    path("c/<int:pk>/", views.comment, name="comment"),
    path("c/<int:pk>/reply/", writing.reply, name="comment-reply"),
    path("c/<int:pk>/edit/", writing.edit, name="comment-edit"),
    path("c/<int:pk>/mine/", writing.mine, name="comment-mine"),
    path("c/<int:pk>/recommend/", answering.recommend, name="comment-recommend"),
    path("c/<int:pk>/report/", answering.report, name="comment-report"),
    path("c/<int:pk>/reported/", answering.reported, name="comment-reported"),
    path("c/<int:pk>/pick/", answering.pick, name="comment-pick"),
    path("c/<int:pk>/moderate/", views.moderate, name="comment-moderate"),
    path("me/", me, name="me"),
]
