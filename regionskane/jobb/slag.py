"""The kinds of job. An app registers a function; the queue calls it by name."""

from collections.abc import Callable

Rapportera = Callable[[int, str], None]

SLAG: dict[str, Callable] = {}


class JobbFel(Exception):
    """The job cannot be done as things are. `str()` is a sentence for the user."""


def jobbslag(namn: str):
    """Register `function(jobb, rapportera) -> spara` as a kind of job.

    The function works without a transaction and calls `rapportera(procent, steg)` as it goes. It
    returns `spara() -> url`, which is run in the one transaction that also marks the job as done, so
    an interrupted job leaves nothing behind and a repeated one leaves one result.
    """

    def registrera(function):
        SLAG[namn] = function
        return function

    return registrera
