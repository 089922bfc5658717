"""What a worker does after the answer has gone (newsroom/worker.py): each may run twice and does its work once."""

from django_tasks import task


@task()
def tell(comment_ids: list[int]) -> None:
    """Tells the people concerned that comments can be read."""
    from comments import telling  # noqa: PLC0415 -- it needs the models, which need this module

    telling.tell(comment_ids)


@task()
def tell_of_decisions(decision_ids: list[int]) -> None:
    """Tells people what was decided about their own comments."""
    from comments import telling  # noqa: PLC0415

    telling.tell_of_decisions(decision_ids)


# Mails are the least urgent: whoever is at the site is told first.
@task(priority=-10)
def mail(reader_id: int) -> None:
    """Sends a reader what is due to be told by mail."""
    from comments import mailing  # noqa: PLC0415

    mailing.mail(reader_id)


@task()
def erase_person(person_id: int) -> None:
    """Removes somebody who has left, with all that they wrote."""
    from comments import leaving  # noqa: PLC0415

    leaving.erase_person(person_id)
