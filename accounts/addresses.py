"""Where somebody can be written to: only an address that they have shown to be theirs."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress

from accounts.models import User


def confirmed(people: Iterable[User]) -> dict[int, str]:
    """The confirmed address of each person who has one, by the person's id; the main one where there are several."""
    found = EmailAddress.objects.filter(user__in=list(people), verified=True).order_by("primary", "-pk")
    return dict(found.values_list("user_id", "email"))
