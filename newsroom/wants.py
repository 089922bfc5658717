from django.http import HttpRequest


def wants_json(request: HttpRequest) -> bool:
    """A script asks, as its Accept header says, and not a person who wants a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
