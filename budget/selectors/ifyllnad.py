"""What may be filled in, whose it is, and what the sums of a version are at this moment."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from budget.models import Budgetversion, Ifyllnad, Post, Posttyp, Uppstallning
from budget.selectors.summor import Summor, hamta_summor
from budget.selectors.uppstallning import region_enhet
from organisation.models import Enhet
from organisation.permissions import Enhetsurval

HELA = "regionen"


class Fyllnadsdel(NamedTuple):
    """A part of a version that is filled in by itself: a nämnd, or the tables of the whole region (HELA)."""

    kod: str
    namn: str
    urval: Enhetsurval


_NAMNDER = """
SELECT n.kod, n.namn, array_agg(p.enhet_id)
FROM organisation_platser(%s, %s) p JOIN organisation_namnd n ON n.id = p.namnd_id
WHERE %s OR p.enhet_id = ANY(%s)
GROUP BY n.id ORDER BY n.ordning
"""


def hamta_delar(version: Budgetversion, skriv: Enhetsurval) -> list[Fyllnadsdel]:
    """The parts of the version that somebody who may write `skriv` can fill in. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMNDER, [version.period.fran, version.period.till, skriv.allt, list(skriv.enheter)])
        delar = [
            Fyllnadsdel(
                kod, namn, Enhetsurval(enheter=frozenset(e for e in enheter if skriv.allt or e in skriv))
            )
            for kod, namn, enheter in cursor.fetchall()
        ]
    region = region_enhet()
    if region.pk in skriv:
        delar.append(
            Fyllnadsdel(HELA, "Uppställningar för hela regionen", Enhetsurval(enheter=frozenset({region.pk})))
        )
    return delar


def hamta_enhetskoder() -> dict[str, tuple[int, str]]:
    """Every enhet by kod: id and name. One query."""
    return {kod: (pk, namn) for pk, kod, namn in Enhet.objects.values_list("pk", "kod", "namn")}


def summerade_poster(uppstallningar: Iterable[Uppstallning]) -> list[Post]:
    """The lines that move when amounts do: sums, and leaves that may be fetched. In the tables' order."""
    return [
        p
        for p in Post.objects.filter(uppstallning__in=list(uppstallningar), dold=False)
        .select_related("uppstallning")
        .order_by("uppstallning__ordning", "ordning")
        if p.typ == Posttyp.SUMMA or p.kalla_post_id or (p.uppstallning.per_enhet and p.typ == Posttyp.BLAD)
    ]


def hamta_summalage(version: Budgetversion, poster: Iterable[Post], urval: Enhetsurval) -> Summor:
    """The sums of the posts in the version's own years, as they are now. One query."""
    return hamta_summor(
        kolumner=[(version.pk, ar) for ar in version.ar_lista],
        poster=[p.pk for p in poster],
        period=version.period,
        urval=urval,
    )


def senaste_ifyllnader(version: Budgetversion, *, av=None) -> list[Ifyllnad]:
    """The workbooks sent for a version, newest first and at most twenty; those of `av` only, if given."""
    fraga = Ifyllnad.objects.filter(version=version).select_related("uppladdad_av")
    return list((fraga.filter(uppladdad_av=av) if av else fraga)[:20])
