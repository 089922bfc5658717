"""A photograph's file, for readers and for the desk."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from articles.models import Photograph


def photograph_file(
    request: HttpRequest, photograph: Photograph, rendition: str, cache_control: str
) -> HttpResponseBase:
    """`rendition` is as "960.webp"; what it holds never changes. Raises Http404 where there is none such."""
    if not photograph.has(rendition):
        raise Http404
    etag = f'"{photograph.name}.{rendition}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            file = default_storage.open(photograph.path(rendition))
        except FileNotFoundError:
            raise Http404 from None
        response = FileResponse(file, content_type=f"image/{rendition.partition('.')[2]}")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = cache_control
    return response
