"""Making the appendix of a year as PDF and workbook, in the queue."""

from regionskane.historik import andring
from regionskane.jobb.actions import starta_jobb
from regionskane.jobb.models import Jobb

SLAG = "indikatorbilaga"


def starta_bilaga(*, ar: int, rot: str, by) -> Jobb:
    """Queue the making of the year's appendix. `rot` is the site's address, for the links in the documents."""
    with andring(by=by):
        return starta_jobb(
            slag=SLAG, titel=f"Indikatorer {ar} som PDF och Excel", parametrar={"ar": ar, "rot": rot}, by=by
        )
