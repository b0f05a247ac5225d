"""Making a version's document: workbook and PDF, kept under their hashes."""

from budget.models import Budgetversion
from regionskane.historik import andring
from regionskane.jobb.actions import starta_jobb
from regionskane.jobb.models import Jobb

SLAG = "handling"


def starta_handling(*, version: Budgetversion, bara: str, by) -> Jobb:
    """Queue the making of a version's PDF and workbook; `bara` limits it to one table."""
    with andring(by=by):
        return starta_jobb(
            slag=SLAG,
            titel=f"PDF och Excel för {version.namn}",
            parametrar={"version": version.pk, "bara": bara},
            by=by,
        )
