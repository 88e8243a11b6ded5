"""Ids that a page sends outside a form's own fields: what can be none is passed over, never a crash."""

LARGEST_ID = 2**63 - 1
_LONGEST = len(str(LARGEST_ID))


def id_of(text: str) -> int | None:
    """The number behind an id; None for what can be no id of ours ("²" is a digit to Python, and no number)."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST:
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def ids_of(text: str) -> set[int]:
    """Those between commas."""
    return {number for part in text.split(",") if (number := id_of(part)) is not None}
