from django.urls import path

import articles.converters  # noqa: F401 -- words
from comments import answering, notice_views, people_views, policy, settings_views, views, writing
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
    path("c/<int:pk>/follow/", notice_views.follow, name="comment-follow"),
    path("notices/", notice_views.notices, name="notices"),
    path("people/<int:pk>/", people_views.person, name="person"),
    path("people/<int:pk>/mute/", people_views.mute, name="mute"),
    path("accounts/comments/", people_views.own_comments, name="own-comments"),
    path("accounts/notifications/", settings_views.notifications, name="notifications"),
    path("accounts/muted/", settings_views.muted, name="muted"),
    path("accounts/conversations/", settings_views.conversations, name="conversations-followed"),
    path("accounts/data/", settings_views.download, name="download-my-data"),
    path("accounts/leave/", settings_views.leave, name="leave"),
    path("accounts/mail/stop/<str:token>/", notice_views.stop_mail, name="mail-stop"),
    path("me/", me, name="me"),
]
