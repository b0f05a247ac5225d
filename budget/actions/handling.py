"""Making a version's document: workbook and PDF, kept under their hashes."""

from budget.models import Budgetversion
from organisation.permissions import Enhetsurval
from regionskane.historik import andring
from regionskane.jobb.actions import starta_jobb
from regionskane.jobb.models import Jobb

SLAG = "handling"
JAMFORELSE = "jamforelse"


def starta_handling(*, version: Budgetversion, urval: Enhetsurval, bara: str, rot: str = "", by) -> Jobb:
    """Queue the making of a version's PDF and workbook for somebody who may export `urval`.

    `bara` limits it to one table; `rot` is the site's address, for the links in the documents.
    """
    with andring(by=by):
        return starta_jobb(
            slag=SLAG,
            titel=f"PDF och Excel för {version.namn}",
            parametrar={
                "version": version.pk,
                "bara": bara,
                "rot": rot,
                "allt": urval.allt,
                "enheter": sorted(urval.enheter),
            },
            by=by,
        )


def starta_jamforelse(
    *,
    version: Budgetversion,
    mot: Budgetversion,
    ar: int | None,
    mot_ar: int | None,
    urval: Enhetsurval,
    rot: str = "",
    by,
) -> Jobb:
    """Queue the PDF and workbook of a comparison for somebody who may export `urval` of both versions."""
    with andring(by=by):
        return starta_jobb(
            slag=JAMFORELSE,
            titel=f"Jämförelse av {version.namn} med {mot.namn}"[:200],
            parametrar={
                "version": version.pk,
                "mot": mot.pk,
                "ar": ar,
                "mot_ar": mot_ar,
                "rot": rot,
                "allt": urval.allt,
                "enheter": sorted(urval.enheter),
            },
            by=by,
        )


def bestallt_urval(jobb: Jobb) -> Enhetsurval:
    """The enheter that a document was asked for: what was permitted then."""
    return Enhetsurval(allt=jobb.parametrar["allt"], enheter=frozenset(jobb.parametrar["enheter"]))
