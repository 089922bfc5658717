"""Keyset pagination: a page is found by the values of its neighbour, so page 1,000 costs what page 1 costs.

Rows that arrive or go meanwhile never shift a page, so its address means the same for everyone and can be cached.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest

Row = TypeVar("Row")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`previous` and `next` are cursors for `?before=` and `?after=`, or "" where there is nothing more."""

    rows: list[Row]
    previous: str = ""
    next: str = ""


def cursors(request: HttpRequest) -> dict[str, str]:
    """Where a page is asked to begin or end, as keyset_page takes it."""
    return {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}


def keyset_page(
    queryset: QuerySet[Any, Row], order: Sequence[str], size: int, *, after: str = "", before: str = ""
) -> Page[Row]:
    """The `size` rows after or before a cursor. `order` names fields as order_by does; together they must be unique.

    Raises Http404 on a cursor that no page gave out.
    """
    cursor = after or before
    backwards = bool(before and not after)
    ordering = [_reverse(field) for field in order] if backwards else list(order)
    queryset = queryset.order_by(*ordering)
    if cursor:
        queryset = queryset.filter(_beyond(ordering, _decode(queryset.model, ordering, cursor)))
    rows: list[Row] = list(queryset[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    has_previous, has_next = (more, True) if backwards else (bool(after), more)
    return Page(
        rows,
        previous=cursor_of(rows[0], order) if has_previous else "",
        next=cursor_of(rows[-1], order) if has_next else "",
    )


def _reverse(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _beyond(ordering: list[str], values: list[Any]) -> Q:
    """(a, b) beyond the cursor's, as an OR that databases without row comparison in mixed directions understand."""
    condition, equal = Q(), Q()
    for field, value in zip(ordering, values, strict=True):
        name = field.lstrip("-")
        operator = "lt" if field.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{operator}": value})
        equal &= Q(**{name: value})
    first = ordering[0]
    # Says nothing new, but lets the database begin its index scan at the cursor.
    bound = Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": values[0]})
    return bound & condition


def cursor_of(row: Any, order: Sequence[str]) -> str:
    """What `?after=` and `?before=` say to name this row in this order."""
    parts = []
    for field in order:
        name = field.lstrip("-")
        value = row[name] if isinstance(row, dict) else getattr(row, name)
        parts.append(str((value - EPOCH) // timedelta(microseconds=1)) if isinstance(value, datetime) else str(value))
    return "~".join(parts)


def _decode(model: type[Model], ordering: list[str], cursor: str) -> list[Any]:
    parts = cursor.split("~")
    if len(parts) != len(ordering):
        raise Http404("This page's address is not complete. Start again at the first page.")
    try:
        return [
            _parse(model._meta.get_field(field.lstrip("-")).get_internal_type(), part)
            for field, part in zip(ordering, parts, strict=True)
        ]
    except (ValueError, OverflowError):
        raise Http404("There is no page at this address. Start again at the first page.") from None


def _parse(field_type: str, part: str) -> Any:
    if len(part) > 32:
        raise ValueError(part)
    if field_type == "DateTimeField":
        return EPOCH + timedelta(microseconds=int(part))
    if field_type == "DateField":
        return date.fromisoformat(part)
    if field_type == "FloatField":
        value = float(part)
        if value != value:
            raise ValueError(part)
        return value
    number = int(part)
    if not -(2**63) <= number < 2**63:
        raise ValueError(part)
    return number
