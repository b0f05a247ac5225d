"""The bridge of regionbidrag: last year's level, the justeringar of the year, and their sums."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from budget.models import Budgetversion, Justering, Justeringsrad, Post, Versionskolumn
from budget.selectors.summor import Nyckel, Summa, hamta_summor
from budget.selectors.uppstallning import Plats, gallande_placeringar
from organisation.permissions import Enhetsurval

FINANS = "FINANS"


class Bryggnyckel(NamedTuple):
    """What a sum of decided rows is of; None stands for all of them."""

    block: str | None
    enhet: int | None


@dataclass(frozen=True)
class Bryggdata:
    """The bridge to `ar`. `fran` is the column that it starts from, None when the version shows no year
    before. `enheter` are those that the reader may see, in the region's own order, FINANS last.

    `rader` has every justering's amounts by enhet id; `summor` only what is decided, summed by the
    database; `nivaer` the levels of `fran` and `ar` per enhet id, without FINANS, who has none.
    """

    version: Budgetversion
    ar: int
    fran: Versionskolumn | None
    justeringar: tuple[Justering, ...]
    enheter: tuple[Plats, ...]
    rader: dict[int, dict[int, Justeringsrad]]
    summor: dict[Bryggnyckel, Decimal]
    ingaende: dict[int, Summa]
    utgaende: dict[int, Summa]
    delvis: bool

    def forandring(self, enhet: int) -> Decimal:
        """The decided change of an enhet, in kronor; zero when nothing touches it."""
        return self.summor.get(Bryggnyckel(None, enhet), Decimal(0))


_SUMMOR = """
SELECT j.block, r.enhet_id, sum(r.belopp)
FROM budget_justering j JOIN budget_justeringsrad r ON r.justering_id = j.id
WHERE j.version_id = %s AND j.ar = %s AND j.status = 'beslutad'
GROUP BY GROUPING SETS ((j.block, r.enhet_id), (r.enhet_id), (j.block))
"""


def hamta_brygga(version: Budgetversion, ar: int, urval: Enhetsurval) -> Bryggdata:
    """Everything that the matrix and the bridges of a year show. Six queries, however many justeringar."""
    post = Post.objects.select_related("uppstallning").get(
        uppstallning__kod="regionbidrag", kod="regionbidrag"
    )
    fran = (
        Versionskolumn.objects.filter(version=version, uppstallning=post.uppstallning, ar=ar - 1)
        .select_related("kalla")
        .first()
    )
    kolumner = [(version.pk, ar)] + ([(fran.kalla_id, fran.ar)] if fran else [])
    nivaer = hamta_summor(kolumner=kolumner, poster=[post.pk], period=version.period, urval=urval)
    justeringar = tuple(Justering.objects.filter(version=version, ar=ar))
    rader: dict[int, dict[int, Justeringsrad]] = {j.pk: {} for j in justeringar}
    for r in Justeringsrad.objects.filter(justering__version=version, justering__ar=ar):
        if r.enhet_id in urval:
            rader[r.justering_id][r.enhet_id] = r
    with connection.cursor() as cursor:
        cursor.execute(_SUMMOR, [version.pk, ar])
        summor = {
            Bryggnyckel(block, enhet): summa
            for block, enhet, summa in cursor.fetchall()
            if urval.allt or (enhet is not None and enhet in urval)
        }
    ror = {enhet for av_en in rader.values() for enhet in av_en}
    platser = [
        p
        for p in gallande_placeringar(version, post.uppstallning, ror)
        if p.enhet_id in urval and (p.sektor_id or p.enhet_id in ror or p.enhet_kod == FINANS)
    ]

    def niva(enhet: int, kolumn: tuple[int, int] | None) -> Summa | None:
        return nivaer.get(Nyckel(post.pk, *kolumn, f"enhet:{enhet}")) if kolumn else None

    fore = (fran.kalla_id, fran.ar) if fran else None
    return Bryggdata(
        version=version,
        ar=ar,
        fran=fran,
        justeringar=justeringar,
        enheter=tuple(sorted(platser, key=lambda p: p.enhet_kod == FINANS)),
        rader=rader,
        summor=summor,
        ingaende={p.enhet_id: s for p in platser if (s := niva(p.enhet_id, fore))},
        utgaende={p.enhet_id: s for p in platser if (s := niva(p.enhet_id, (version.pk, ar)))},
        delvis=not urval.allt,
    )


def upprakningsbaser(data: Bryggdata) -> dict[int, Decimal]:
    """What uppräkning is counted on, in kronor per enhet id: last year's level and the year's decided tekniska
    justeringar. Enheter without a level, and FINANS, have none."""
    return {
        p.enhet_id: niva.varde + data.summor.get(Bryggnyckel("teknisk", p.enhet_id), Decimal(0))
        for p in data.enheter
        if p.enhet_kod != FINANS and (niva := data.ingaende.get(p.enhet_id)) and niva.varde
    }
