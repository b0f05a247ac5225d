"""The kinds of job. An app registers a function; the queue calls it by name."""

from collections.abc import Callable

Rapportera = Callable[[int, str], None]

SLAG: dict[str, Callable] = {}
_FAR: dict[str, Callable] = {}


class JobbFel(Exception):
    """The job cannot be done as things are. `str()` is a sentence for the user."""


class Avbrutet(JobbFel):
    """The owner has asked for the job to stop. Raised by `rapportera`."""


def far_anvanda(jobb) -> bool:
    """Whether the job's owner still has the right that it was started with."""
    return _FAR[jobb.slag](jobb)


def jobbslag(namn: str, *, far: Callable):
    """Register `function(jobb, rapportera) -> spara` as a kind of job.

    The function works without a transaction and calls `rapportera(procent, steg)` as it goes. It
    returns `spara() -> url`, which is run in the one transaction that also marks the job as done, so
    an interrupted job leaves nothing behind and a repeated one leaves one result. `spara` may be the long
    part and report too: what it reports is seen at once, though nothing that it writes is. `rapportera`
    raises Avbrutet when the owner has asked for the job to stop. `far(jobb) -> bool`
    says whether the owner may have it done and fetch what came of it, as rights are when it is asked.
    """

    def registrera(function):
        SLAG[namn], _FAR[namn] = function, far
        return function

    return registrera
