"""What differs between two versions in the years that both hold: cells, and the sums that they move."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from budget.models import Budgetversion, Post, Posttyp
from budget.selectors.celler import ANVANDARNAMN
from budget.selectors.nyckeltal import berakna, hamta_behov, regelrader
from budget.selectors.summor import ALLA, Nyckel, hamta_summor
from organisation.permissions import Enhetsurval


class Skillnad(NamedTuple):
    """A cell that differs. An amount is None where the version has none; a name is empty where no user is known."""

    uppstallning: int
    post: int
    enhet_kod: str
    enhet_namn: str
    ar: int
    forsta: Decimal | None
    andra: Decimal | None
    forsta_av: str
    andra_av: str


class Summaskillnad(NamedTuple):
    """A sum or nyckeltal that differs: of a line over all enheter that the reader may see, in what it is given in."""

    post: Post
    ar: int
    forsta: Decimal | None
    andra: Decimal | None


@dataclass(frozen=True)
class Jamforelse:
    """`ar` are the years that both versions hold, `poster` the lines of the differences by id."""

    ar: tuple[int, ...]
    poster: dict[int, Post]
    celler: tuple[Skillnad, ...]
    summor: tuple[Summaskillnad, ...]


_NAMN = "(SELECT {namn} FROM organisation_anvandare a WHERE a.id = {sida}.andrad_av_id)"
_SQL = f"""
SELECT p.uppstallning_id, p.id, e.kod, e.namn, ar, x.belopp, y.belopp,
       COALESCE({_NAMN.format(namn=ANVANDARNAMN, sida="x")}, ''),
       COALESCE({_NAMN.format(namn=ANVANDARNAMN, sida="y")}, '')
FROM (SELECT * FROM budget_belopp WHERE version_id = %(forsta)s) x
FULL OUTER JOIN (SELECT * FROM budget_belopp WHERE version_id = %(andra)s) y USING (enhet_id, post_id, ar)
JOIN budget_post p ON p.id = post_id
JOIN budget_uppstallning u ON u.id = p.uppstallning_id
JOIN organisation_enhet e ON e.id = enhet_id
WHERE x.belopp IS DISTINCT FROM y.belopp AND ar = ANY(%(aren)s)
  AND (%(allt)s OR enhet_id = ANY(%(enheter)s))
ORDER BY u.ordning, p.ordning, e.kod, ar
"""


def gemensamt_urval(a: Enhetsurval, b: Enhetsurval) -> Enhetsurval:
    """The enheter that are in both."""
    if a.allt or b.allt:
        return b if a.allt else a
    return Enhetsurval(enheter=a.enheter & b.enheter)


def jamfor_versioner(forsta: Budgetversion, andra: Budgetversion, urval: Enhetsurval) -> Jamforelse:
    """The cells whose amounts differ, in the order of the tables, and the sums. Five queries at most."""
    aren = tuple(ar for ar in forsta.ar_lista if ar in andra.ar_lista)
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "forsta": forsta.pk,
                "andra": andra.pk,
                "aren": list(aren),
                "allt": urval.allt,
                "enheter": list(urval.enheter),
            },
        )
        celler = tuple(Skillnad(*rad) for rad in cursor.fetchall())
    poster = {
        p.pk: p
        for p in Post.objects.filter(uppstallning__in={c.uppstallning for c in celler})
        .exclude(typ=Posttyp.REGEL, regel="")
        .select_related("uppstallning")
    }
    return Jamforelse(aren, poster, celler, tuple(_summor(forsta, andra, urval, aren, poster.values())))


def _summor(forsta, andra, urval, aren, poster: Iterable[Post]):
    summerade = [p for p in poster if p.typ == Posttyp.SUMMA or p.uppstallning.per_enhet]
    nyckeltal = regelrader(poster)
    if not summerade and not nyckeltal:
        return
    kolumner = [(v.pk, ar) for v in (forsta, andra) for ar in aren]
    behov = hamta_behov(nyckeltal, kolumner)
    # Each version with its own organisation; the sum over all enheter is the same whichever is used.
    summor = hamta_summor(
        kolumner=[*kolumner, *behov.kolumner],
        poster={p.pk for p in summerade} | behov.poster,
        period=forsta.period,
        urval=urval,
    )
    summor |= berakna(nyckeltal, kolumner, behov, summor)
    for post in (p for p in poster if p in summerade or p in nyckeltal):
        for ar in aren:
            x, y = (summor.get(Nyckel(post.pk, v.pk, ar, ALLA)) for v in (forsta, andra))
            if (x and x.varde) != (y and y.varde):
                yield Summaskillnad(post, ar, x and x.varde, y and y.varde)
