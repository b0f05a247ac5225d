"""Remembering what a text has been read as."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

# What is read so is a date, a number, a unit or a target. A longer text is read each time it comes, and not kept.
LANGST = 100


def minns(antal: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """As `lru_cache(antal)` for a function whose first argument is a text, which is not kept when it is long: a cell
    holds 32 767 characters and a file thousands of cells, all of which would stay in the process."""

    def dekorera(funktion: Callable[..., Any]) -> Callable[..., Any]:
        minne = lru_cache(maxsize=antal)(funktion)

        @wraps(funktion)
        def svara(text: str, *mer: Any) -> Any:
            return minne(text, *mer) if len(text) <= LANGST else funktion(text, *mer)

        return svara

    return dekorera
