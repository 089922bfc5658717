"""Below /admin/articles/article/; named admin:desk and so on (see articles.admin)."""

from django.urls import path, register_converter

from articles.desk import entry_views, views


class Choice:
    """One of the names that a table of views.py or entry_views.py has."""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Send(Choice):
    regex = "|".join(views.SENDS)


class Run(Choice):
    regex = "|".join(views.RUNS)


class Act(Choice):
    regex = "|".join(entry_views.ACTIONS)


register_converter(Send, "send")
register_converter(Run, "run")
register_converter(Act, "act")

urlpatterns = [
    path("desk/", views.start, name="desk_start"),
    path("desk/new/", views.new_article_page, name="desk_new"),
    path("desk/submitted/", views.submitted, name="desk_submitted"),
    path("desk/preview/", views.preview, name="desk_preview"),
    path("desk/hold/", views.hold, name="desk_hold"),
    path("desk/photographs/", views.take_photograph, name="desk_take_photograph"),
    path("desk/photographs/<str:name>/<str:rendition>", views.photograph, name="desk_photograph"),
    path("desk/<int:article_id>/", views.desk, name="desk"),
    path("desk/<int:article_id>/latest/", views.latest, name="desk_latest"),
    path("desk/<int:article_id>/words/", views.words, name="desk_words"),
    path("desk/<int:article_id>/send/<send:action>/", views.send, name="desk_send"),
    path("desk/<int:article_id>/<run:action>/", views.run, name="desk_run"),
    path("desk/entries/<int:entry_id>/", entry_views.open_entry, name="desk_entry"),
    path("desk/entries/<int:entry_id>/editing/", entry_views.editing, name="desk_editing"),
    path("desk/entries/<int:entry_id>/revisions/", entry_views.revisions, name="desk_revisions"),
    path("desk/entries/<int:entry_id>/<act:action>/", entry_views.act, name="desk_act"),
]
