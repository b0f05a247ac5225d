"""The investment objects of a version with what they cost, and the arithmetic of the kreditivränta."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from budget.models import (
    INVESTERINGSOBJEKT,
    Belopp,
    Budgetversion,
    Investeringsbeslut,
    Investeringsobjekt,
    Investeringsslag,
    Post,
    Uppstallning,
    Versionskolumn,
)
from budget.regler.kreditivranta import Byggobjekt, Kreditivranta, kreditivranta
from budget.selectors.celler import Cellnyckel
from budget.selectors.summor import ALLA, Nyckel, Summa, Summor, hamta_summor
from budget.selectors.uppstallning import Plats
from organisation.models import Namnd
from organisation.permissions import Enhetsurval

# What follows a post's kod for each measure of a whole object; they are kept under the version's first year.
UTFALL, PROGNOS, PLAN = "_utfall", "_prognos", "_plan"
STRATEGISKA = "strategiska"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader has asked for; empty is everything. `strategiskt` is "ja", "nej" or "alla"."""

    sok: str = ""
    namnd: str = ""
    slag: str = ""
    strategiskt: str = ""

    def __bool__(self) -> bool:
        return bool(self.sok or self.namnd or self.slag or self.strategiskt)

    def tar(self, o: Investeringsobjekt, namnd: Namnd | None) -> bool:
        return (
            self.sok.casefold() in o.enhet.namn.casefold()
            and self.namnd in ("", namnd.kod if namnd else None)
            and self.slag in ("", o.slag)
            and self.strategiskt in ("", "ja" if o.strategiskt else "nej")
        )


INGET_FILTER = Filter()


@dataclass(frozen=True)
class Objektdata:
    """The objects of a version that a reader sees: those with an amount in it, in order. `namnder` is by enhet,
    `beslut` by object; `alla_namnder` are those that have any of the objects, whatever the filter takes."""

    version: Budgetversion
    uppstallning: Uppstallning
    kolumner: tuple[Versionskolumn, ...]
    per_kod: Mapping[str, Post]
    objekt: tuple[Investeringsobjekt, ...]
    namnder: Mapping[int, Namnd]
    beslut: Mapping[int, list[Investeringsbeslut]]
    summor: Summor
    delvis: bool
    filter: Filter = INGET_FILTER
    alla_namnder: tuple[Namnd, ...] = field(default=())

    @property
    def rad_per_enhet(self) -> bool:
        """As in Uppstallningsdata: every row is an enhet, here an object."""
        return True

    @cached_property
    def poster(self) -> tuple[Post, ...]:
        return tuple(self.per_kod.values())

    @cached_property
    def placeringar(self) -> tuple[Plats, ...]:
        return tuple(
            Plats(o.enhet_id, o.enhet.kod, o.enhet.namn, None, None, None, None) for o in self.objekt
        )

    @cached_property
    def egna_ar(self) -> tuple[int, ...]:
        """The years whose amounts the version holds itself, in order."""
        return tuple(k.ar for k in self.kolumner if k.kalla_id == self.version.pk)

    def har_varde(self, enhet: int, post: int, ar: int) -> bool:
        """As in Uppstallningsdata: whether a cell (ids) has a value."""
        return Nyckel(post, self.version.pk, ar, f"enhet:{enhet}") in self.summor

    def summa(self, kod: str, ar: int, enhet: int | None = None) -> Summa | None:
        """The sum of a post in a year: of one object, or of all that are shown."""
        omfang = f"enhet:{enhet}" if enhet else ALLA
        return self.summor.get(Nyckel(self.per_kod[kod].pk, self.version.pk, ar, omfang))

    def varde(self, o: Investeringsobjekt, ar: int, mattet: str = "") -> Decimal | None:
        """An object's amount: of a year or, with a measure, of the whole object."""
        summa = self.summa(o.postkod + mattet, ar, o.enhet_id)
        return summa.varde if summa else None

    def slutar(self, o: Investeringsobjekt) -> int | None:
        """The last year that the object costs anything, by a decision in the version."""
        return min((b.avslutas_ar for b in self.beslut.get(o.pk, ()) if b.avslutas_ar), default=None)

    def cell(self, o: Investeringsobjekt, mattet: str, ar: int) -> Cellnyckel:
        return Cellnyckel(o.enhet_id, self.per_kod[o.postkod + mattet].pk, ar)


def hamta_objekt(
    version: Budgetversion,
    uppstallning: Uppstallning,
    kolumner: tuple[Versionskolumn, ...],
    urval: Enhetsurval,
    filter: Filter = INGET_FILTER,
) -> Objektdata:
    """The objects that the reader may see and has asked for, with their sums. Five queries."""
    per_kod = {
        p.kod: p for p in Post.objects.filter(uppstallning=uppstallning).select_related("uppstallning")
    }
    alla = [o for o in Investeringsobjekt.objects.select_related("enhet") if o.enhet_id in urval]
    namnder = hamta_namnder(version)
    valda = [o for o in alla if filter.tar(o, namnder.get(o.enhet_id))]
    summor = hamta_summor(
        kolumner=[(k.kalla_id, k.ar) for k in kolumner],
        poster=[p.pk for p in per_kod.values()],
        period=version.period,
        urval=Enhetsurval(enheter=frozenset(o.enhet_id for o in valda)) if filter else urval,
    )
    har_belopp = {n.omfang for n in summor}
    beslut = {}
    for b in Investeringsbeslut.objects.filter(version=version):
        beslut.setdefault(b.objekt_id, []).append(b)
    return Objektdata(
        version=version,
        uppstallning=uppstallning,
        kolumner=kolumner,
        per_kod=per_kod,
        objekt=tuple(o for o in valda if f"enhet:{o.enhet_id}" in har_belopp),
        namnder=namnder,
        beslut=beslut,
        summor=summor,
        delvis=not urval.allt,
        filter=filter,
        alla_namnder=tuple(
            sorted({namnder[o.enhet_id] for o in alla if o.enhet_id in namnder}, key=lambda n: n.ordning)
        ),
    )


def hamta_namnder(version: Budgetversion) -> dict[int, Namnd]:
    """The nämnd of every object (by enhet) in the organisation of the version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.enhet_id, n.id, n.kod, n.namn, n.ordning FROM organisation_platser(%s, %s) p"
            " JOIN organisation_enhet e ON e.id = p.enhet_id AND e.typ = 'objekt'"
            " JOIN organisation_namnd n ON n.id = p.namnd_id",
            [version.period.fran, version.period.till],
        )
        return {
            enhet: Namnd(pk=pk, kod=kod, namn=namn, ordning=ordning)
            for enhet, pk, kod, namn, ordning in cursor.fetchall()
        }


def valbara_namnder(version: Budgetversion, ids: frozenset[int] | None) -> list[Namnd]:
    """The nämnder that an object may be placed under when the version begins; `ids` limits them."""
    dag = date(version.ar, 1, 1)
    fraga = Namnd.objects.filter(giltig_fran__lte=dag).exclude(giltig_till__lte=dag)
    return list(fraga if ids is None else fraga.filter(pk__in=ids))


def hamta_storsta(version: Budgetversion) -> dict[str, Decimal]:
    """The largest amount that any object of the version has, by measure («» is a year's). One query."""
    storst: dict[str, Decimal] = {}
    fraga = Belopp.objects.filter(version=version, post__uppstallning__kod=INVESTERINGSOBJEKT)
    for kod, belopp in fraga.values_list("post__kod").annotate(m=Max("belopp")):
        mattet = next((m for m in (UTFALL, PROGNOS, PLAN) if kod.endswith(m)), "")
        storst[mattet] = max(belopp, storst.get(mattet, belopp))
    return storst


def hamta_foreslagna(version: Budgetversion) -> int:
    """How many objects with an amount in the version a nämnd has proposed and nobody has tried. One query."""
    med_belopp = Belopp.objects.filter(version=version).values("enhet")
    return Investeringsobjekt.objects.filter(foreslaget=True, enhet__in=med_belopp).count()


class Gruppmatt(NamedTuple):
    """What the objects of each line of 5A have cost before the first year, and the room for them: `poster` are the
    kod of those lines in 5B, `summor` those that have an amount."""

    uppstallning: Uppstallning | None
    poster: frozenset[str]
    summor: dict[str, Summa]


def hamta_gruppmatt(version: Budgetversion) -> Gruppmatt:
    """The measures that 5A shows beside its years. Two queries."""
    poster = {
        p.pk: p
        for p in Post.objects.filter(
            uppstallning__kod=INVESTERINGSOBJEKT, foralder__isnull=False
        ).select_related("uppstallning")
        if p.kod.endswith((UTFALL, PLAN))
    }
    summor = hamta_summor(kolumner=[(version.pk, version.ar)], poster=poster, period=version.period)
    return Gruppmatt(
        next((p.uppstallning for p in poster.values()), None),
        frozenset(p.kod for p in poster.values()),
        {poster[n.post].kod: s for n, s in summor.items() if n.omfang == ALLA},
    )


def berakna_kreditivranta(data: Objektdata) -> tuple[Kreditivranta, ...]:
    """The kreditivränta of the version's years on its strategic building objects, at the rate of its förutsättningar,
    beside the line of 5A."""
    aren = data.egna_ar
    poster = dict(
        Post.objects.filter(
            kod="kreditivranta", uppstallning__kod__in=("investeringar", "forutsattningar")
        ).values_list("uppstallning__kod", "pk")
    )
    summor = hamta_summor(
        kolumner=[(data.version.pk, ar) for ar in aren],
        poster=poster.values(),
        period=data.version.period,
    )

    def varden(uppstallning: str) -> dict[int, Decimal]:
        post = poster.get(uppstallning)
        return {n.ar: s.varde for n, s in summor.items() if n.omfang == ALLA and n.post == post}

    tryckta, procent = varden("investeringar"), varden("forutsattningar")
    objekt = [
        Byggobjekt(
            data.varde(o, data.version.ar, UTFALL) or Decimal(0),
            tuple(data.varde(o, ar) or Decimal(0) for ar in aren),
        )
        for o in data.objekt
        if o.slag == Investeringsslag.BYGG and o.strategiskt
    ]
    return tuple(
        kreditivranta(
            objekt, ar, i, sats=procent[ar] / 100 if ar in procent else None, tryckt=tryckta.get(ar)
        )
        for i, ar in enumerate(aren)
    )


def hamta_summa_5a(version: Budgetversion) -> dict[int, Decimal]:
    """All investments of 5A by year; empty when the version has no such table. Two queries."""
    post = Post.objects.filter(uppstallning__kod="investeringar", kod="summa_investeringar").first()
    if post is None:
        return {}
    summor = hamta_summor(
        kolumner=[(version.pk, ar) for ar in version.ar_lista], poster=[post.pk], period=version.period
    )
    return {n.ar: s.varde for n, s in summor.items() if n.omfang == ALLA}
