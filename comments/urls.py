from django.urls import path

import articles.converters  # noqa: F401 -- words
from comments import notice_views, people_views, settings_views, views

urlpatterns = [
    path("<words:topic>/<words:slug>/comments/", views.conversations, name="comments"),
    path("<words:topic>/<words:slug>/comments/new/", views.post, name="comment-post"),
    path("c/<int:pk>/", views.comment, name="comment"),
    path("c/<int:pk>/reply/", views.reply, name="comment-reply"),
    path("c/<int:pk>/mine/", views.mine, name="comment-mine"),
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
]
