"""What a form carries to say what it was filled in from, where the row has no revision to say it."""

import hashlib


def marke(*varden: object) -> str:
    """A mark of values, the same for the same ones."""
    return hashlib.sha256(repr(varden).encode("utf-8", "backslashreplace")).hexdigest()[:32]
