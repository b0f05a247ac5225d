"""Single cells as they are now: revision, amount, and who changed them lately."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from budget.models import Budgetversion, Uppstallning
from organisation.permissions import Enhetsurval


class Cellnyckel(NamedTuple):
    """A cell within a version: ids of enhet and post, and the year."""

    enhet: int
    post: int
    ar: int

    def __str__(self):
        return f"{self.enhet}.{self.post}.{self.ar}"

    @classmethod
    def las(cls, text: str) -> "Cellnyckel":
        """The inverse of `str()`. Raises ValueError, also for another way to write the same cell: «01.1.2024»."""
        enhet, post, ar = (int(d) for d in text.split("."))
        nyckel = cls(enhet, post, ar)
        if str(nyckel) != text:
            raise ValueError(text)
        return nyckel


class Cellvarde(NamedTuple):
    """What a cell holds. A cell without an amount has `rev` 0 and `varde` None.

    `namn`, `tid` and `av` (user id) tell of its latest change by a user.
    """

    rev: int = 0
    varde: Decimal | None = None
    namn: str = ""
    tid: datetime | None = None
    av: int | None = None


# The name of the user `a`, as str(Anvandare) writes it.
ANVANDARNAMN = "COALESCE(NULLIF(trim(a.first_name || ' ' || a.last_name), ''), a.username, '')"

# Written by hand: a page of entry makes it for hundreds of cells, and most of them have no recent change to tell of.
_SQL = f"""
SELECT b.enhet_id, b.post_id, b.ar, b.rev, b.belopp, {ANVANDARNAMN},
       CASE WHEN a.id IS NOT NULL THEN b.andrad_tid END, a.id
FROM budget_belopp b
LEFT JOIN organisation_anvandare a ON a.id = b.andrad_av_id AND b.andrad_tid > %(sedan)s
WHERE b.version_id = %(version)s
  AND b.post_id IN (SELECT id FROM budget_post WHERE uppstallning_id = %(uppstallning)s)
  AND (%(allt)s OR b.enhet_id = ANY(%(enheter)s))
"""


def hamta_celler(
    version: Budgetversion, uppstallning: Uppstallning, urval: Enhetsurval, *, sedan: datetime
) -> dict[Cellnyckel, Cellvarde]:
    """The version's filled cells of a table, for the enheter in `urval`. One query.

    Who changed a cell, and when, is told for changes after `sedan` only.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "version": version.pk,
                "uppstallning": uppstallning.pk,
                "sedan": sedan,
                "allt": urval.allt,
                "enheter": list(urval.enheter),
            },
        )
        return {Cellnyckel(*rad[:3]): Cellvarde(*rad[3:]) for rad in cursor.fetchall()}
