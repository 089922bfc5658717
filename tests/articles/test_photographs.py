"""Photographs in entries: described in words, in several sizes, and gone with their entry."""

import io
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from articles.dispatch import tend
from articles.models import Article, Entry, NotAllowed, Photograph, Shot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def a_jpeg(width: int = 1000, height: int = 500) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, "JPEG", comment=b"taken by Carla")
    return file.getvalue()


def taken(by: User) -> Photograph:
    return Photograph.objects.take(io.BytesIO(a_jpeg()), by=by)


def published(article: Article, by: User, photograph: Photograph, **fields: Any) -> Entry:
    shots = [Shot(photograph.pk, **({"alt": "The dike at dawn"} | fields))]
    return Entry.objects.post(article, by=by, key=uuid4(), text="", photographs=shots)


def test_it_stands_in_the_entry_with_its_sizes_so_that_nothing_jumps(article: Article, carla: User) -> None:
    photograph = taken(carla)
    entry = published(article, carla, photograph, caption="At <dawn>", credit="C. Reyes")
    assert 'alt="The dike at dawn" loading="lazy"' in entry.html
    assert 'width="1000" height="500"' in entry.html
    assert f"/photographs/{photograph.name}/480.avif 480w" in entry.html
    assert "At &lt;dawn&gt; <small>C. Reyes</small>" in entry.html


def test_readers_get_it_in_each_size_and_may_keep_it(article: Article, carla: User, client: Client) -> None:
    photograph = taken(carla)
    published(article, carla, photograph)
    for rendition, kind in [("480.avif", "avif"), ("960.webp", "webp"), ("1000.webp", "webp"), ("960.jpeg", "jpeg")]:
        response = client.get(photograph.url(rendition))
        assert (response.status_code, response["Content-Type"]) == (200, f"image/{kind}")
        assert response["Cache-Control"].startswith("public, max-age=600")
        assert b"Carla" not in b"".join(response)
        etag = {"if-none-match": response["ETag"]}
        assert client.get(photograph.url(rendition), headers=etag).status_code == 304
    for rendition in ("1600.avif", "480.jpeg", "480.svg", "x", "..%2f960.webp"):
        assert client.get(f"/photographs/{photograph.name}/{rendition}").status_code == 404


def test_without_words_it_is_not_published(article: Article, carla: User) -> None:
    with pytest.raises(NotAllowed, match="Describe each photograph in a few words"):
        published(article, carla, taken(carla), alt=" ")
    assert not Entry.objects.exists()


def test_nor_scheduled_nor_submitted_but_kept_as_a_draft(article: Article, carla: User) -> None:
    draft = Entry.objects.save_draft(article, by=carla, key=uuid4(), photographs=[Shot(taken(carla).pk)])
    for act in (lambda: draft.submit(by=carla), lambda: draft.schedule(timezone.now() + timedelta(hours=1), by=carla)):
        with pytest.raises(NotAllowed, match="Describe each photograph"):
            act()
    assert draft.photographs.count() == 1


def test_nobody_sees_it_before_and_after_its_entry(article: Article, carla: User, conny: User, client: Client) -> None:
    photograph = taken(carla)
    address = photograph.url("960.webp")
    desk = reverse("admin:desk_photograph", args=[photograph.name, "960.webp"])
    assert client.get(address).status_code == 404
    client.force_login(carla)
    assert "private" in client.get(desk)["Cache-Control"]
    client.force_login(conny)
    assert client.get(desk).status_code == 404
    entry = published(article, carla, photograph)
    assert client.get(address).status_code == 200
    entry.withdraw(by=carla)
    assert client.get(address).status_code == 404
    entry.restore()
    assert client.get(address).status_code == 200


def test_another_s_loose_photograph_is_not_taken(article: Article, carla: User, conny: User) -> None:
    hers = taken(conny)
    with pytest.raises(NotAllowed, match=r"is no longer there\. Remove it and add it again"):
        Entry.objects.post(article, by=carla, key=uuid4(), text="One", photographs=[Shot(hers.pk, "Mine")])
    hers.refresh_from_db()
    assert (hers.entry, hers.alt) == (None, "")
    assert not Entry.objects.exists()


def test_what_one_took_out_of_an_entry_another_may_keep_in_it(article: Article, carla: User, edith: User) -> None:
    photograph = taken(carla)
    entry = published(article, carla, photograph)
    entry.edit(by=carla, text="The dike.", photographs=[])
    entry.edit(by=edith, photographs=[Shot(photograph.pk, "The dike")])
    assert list(entry.photographs.all()) == [photograph]


def test_what_no_entry_took_is_thrown_away_with_its_files(article: Article, carla: User) -> None:
    kept, loose = taken(carla), taken(carla)
    published(article, carla, kept)
    Photograph.objects.update(loose_since=timezone.now() - timedelta(days=3))
    tend()
    assert list(Photograph.objects.all()) == [kept]
    assert default_storage.exists(kept.path("480.avif"))
    assert not default_storage.exists(f"photographs/{loose.name}")


def test_what_was_taken_out_of_its_entry_is_kept_two_days_from_then(article: Article, carla: User) -> None:
    photograph = taken(carla)
    entry = published(article, carla, photograph)
    Photograph.objects.update(loose_since=timezone.now() - timedelta(days=3))
    entry.edit(by=carla, text="The dike.", photographs=[])
    tend()
    assert Photograph.objects.filter(pk=photograph.pk).exists()


def test_what_an_entry_takes_in_the_last_moment_is_not_thrown_away(article: Article, carla: User) -> None:
    photograph = taken(carla)
    published(article, carla, Photograph.objects.get(pk=photograph.pk))
    photograph.discard()
    assert default_storage.exists(photograph.path(photograph.fallback))


def test_it_is_added_and_left_out_by_an_edit(article: Article, carla: User) -> None:
    photograph = taken(carla)
    entry = Entry.objects.post(article, by=carla, key=uuid4(), text="One")
    entry.edit(by=carla, photographs=[Shot(photograph.pk, "The dike")])
    assert 'alt="The dike"' in entry.html
    entry.edit(by=carla, photographs=[])
    assert entry.html == "<p>One</p>\n"


def test_the_desk_takes_it_and_says_what_it_does_not_take(article: Article, carla: User) -> None:
    client = Client()
    client.force_login(carla)
    address = reverse("admin:desk_take_photograph")

    def send(content: bytes) -> Any:
        file = SimpleUploadedFile("photo.jpg", content)
        return client.post(address, {"photograph": file}, headers={"accept": "application/json"})

    answer = send(a_jpeg())
    assert answer.status_code == 200
    assert client.get(answer.json()["thumb"]).status_code == 200
    answer = send(b"<svg/>")
    assert (answer.status_code, answer.json()["error"][:25]) == (422, "This is no photograph. Se")
    assert json.loads(client.post(address, headers={"accept": "application/json"}).content)["error"]
    # It has no name that says anything, and what was sent is nowhere.
    assert set(default_storage.listdir("photographs")[0]) == set(Photograph.objects.values_list("name", flat=True))
