"""Registering decisions to depart from a finansiellt mål, and taking them away again."""

from contextlib import contextmanager

from django.db import IntegrityError

from budget.models import Budgetversion, Malavsteg, Status
from regionskane.historik import andring


class AvstegsFel(Exception):
    """The decision cannot be registered or taken away. `str()` is a sentence for the user."""


def registrera_avsteg(*, avsteg: Malavsteg, by) -> Malavsteg:
    """Save a decided departure. Raises AvstegsFel when the version is locked, or has one for any of the years."""
    namn = str(avsteg)
    with _begripligt(avsteg), andring(by=by, varfor=f"{namn} registrerat"):
        avsteg.registrerad_av = by
        avsteg.save(force_insert=True)
    return avsteg


def ta_bort_avsteg(*, avsteg: Malavsteg, by) -> None:
    """Take away a decision that was registered by mistake. The history keeps it. Raises AvstegsFel."""
    with _begripligt(avsteg), andring(by=by, varfor=f"{avsteg} borttaget"):
        avsteg.delete()


@contextmanager
def _begripligt(avsteg: Malavsteg):
    # The database decides, whoever was there meanwhile; this says what it decided.
    version = avsteg.version
    try:
        yield
    except IntegrityError as fel:
        if Budgetversion.objects.filter(pk=version.pk, status=Status.LAST).exists():
            raise AvstegsFel(f"{version.namn} är låst. Dess avsteg ändras inte.") from fel
        if "avsteg_ett_per_ar" in str(fel):
            raise AvstegsFel(
                f"Det finns redan ett avsteg från {avsteg.get_mal_display().lower()} något av åren "
                f"{avsteg.fran}–{avsteg.till}. Ta bort det först."
            ) from fel
        raise
