"""The cells that differ between two versions."""

from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from budget.models import Budgetversion
from budget.selectors.celler import ANVANDARNAMN
from organisation.permissions import Enhetsurval


class Skillnad(NamedTuple):
    """A cell that differs. An amount is None where the version has none; a name is empty where no user is known."""

    uppstallning_kod: str
    uppstallning_namn: str
    decimaler: int
    post_kod: str
    post_namn: str
    enhet_kod: str
    enhet_namn: str
    ar: int
    forsta: Decimal | None
    andra: Decimal | None
    forsta_av: str
    andra_av: str


_NAMN = "(SELECT {namn} FROM organisation_anvandare a WHERE a.id = {sida}.andrad_av_id)"
_SQL = f"""
SELECT u.kod, u.namn, u.decimaler, p.kod, p.namn, e.kod, e.namn, ar, x.belopp, y.belopp,
       COALESCE({_NAMN.format(namn=ANVANDARNAMN, sida="x")}, ''),
       COALESCE({_NAMN.format(namn=ANVANDARNAMN, sida="y")}, '')
FROM (SELECT * FROM budget_belopp WHERE version_id = %(forsta)s) x
FULL OUTER JOIN (SELECT * FROM budget_belopp WHERE version_id = %(andra)s) y USING (enhet_id, post_id, ar)
JOIN budget_post p ON p.id = post_id
JOIN budget_uppstallning u ON u.id = p.uppstallning_id
JOIN organisation_enhet e ON e.id = enhet_id
WHERE x.belopp IS DISTINCT FROM y.belopp AND (%(allt)s OR enhet_id = ANY(%(enheter)s))
ORDER BY u.ordning, p.ordning, e.kod, ar
"""


def gemensamt_urval(a: Enhetsurval, b: Enhetsurval) -> Enhetsurval:
    """The enheter that are in both."""
    if a.allt or b.allt:
        return b if a.allt else a
    return Enhetsurval(enheter=a.enheter & b.enheter)


def hamta_skillnader(forsta: Budgetversion, andra: Budgetversion, urval: Enhetsurval) -> list[Skillnad]:
    """The cells whose amounts differ, in the order of the tables. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {"forsta": forsta.pk, "andra": andra.pk, "allt": urval.allt, "enheter": list(urval.enheter)},
        )
        return [Skillnad(*rad) for rad in cursor.fetchall()]
