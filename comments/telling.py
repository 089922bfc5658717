"""Who is told of what: made into notices by a worker, after the answer to whoever caused it has gone."""


def tell(comment_ids: list[int]) -> None:
    """Tells those whom comments answer or name, and who follow their conversations."""


def tell_of_decisions(decision_ids: list[int]) -> None:
    """Tells people what was decided about their own comments."""
