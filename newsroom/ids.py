def parse_id(text: str) -> int | None:
    """A number that somebody wrote into an address, or None where no database counts that far or it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
