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
