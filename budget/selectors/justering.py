"""The bridge of regionbidrag: last year's level, the justeringar of the year, and their sums."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import F

from budget.models import (
    Block,
    Budgetversion,
    Justering,
    Justeringsrad,
    Post,
    Uppstallning,
    Versionskolumn,
)
from budget.selectors.summor import Nyckel, Summa, hamta_summor
from budget.selectors.uppstallning import Plats, gallande_placeringar
from organisation.permissions import Enhetsurval

FINANS = "FINANS"


class Bryggnyckel(NamedTuple):
    """What a sum of rows is of; None stands for all of them. With `justering` (id) it is that one's, decided
    or not; otherwise only decided ones count."""

    justering: int | None = None
    block: str | None = None
    enhet: int | None = None


@dataclass(frozen=True)
class Bryggdata:
    """The bridge to `ar`. `fran` is the column that it starts from, None when the version shows no year
    before. `enheter` are those that the reader may see, in the region's own order, FINANS last.

    `justeringar` are those that touch them, with amounts by enhet id in `rader`. `summor` are added up by the
    database, the whole region's only for who may see it. `ingaende` and `utgaende` are the levels of `fran`
    and `ar` per enhet id; FINANS has no level of its own but pays the sum of the others', so that its stands
    under its id with the other sign. `tryckta` are the sums that a decided version was printed with.
    """

    version: Budgetversion
    post: Post
    ar: int
    fran: Versionskolumn | None
    justeringar: tuple[Justering, ...]
    enheter: tuple[Plats, ...]
    rader: dict[int, dict[int, Justeringsrad]]
    summor: dict[Bryggnyckel, Decimal]
    ingaende: dict[int, Summa]
    utgaende: dict[int, Summa]
    delvis: bool
    tryckta: dict[Bryggnyckel, Decimal] = field(default_factory=dict)

    def summa(self, **vad) -> Decimal:
        """The sum of a Bryggnyckel's rows, in kronor; zero when nothing touches it."""
        return self.summor.get(Bryggnyckel(**vad), Decimal(0))

    def visad_summa(self, enhet: int, block: str | None = None) -> Decimal:
        """The sum of an enhet as the matrix shows it: as it was decided, else its parts as they stand there."""
        tryckt = self.tryckta.get(Bryggnyckel(block=block, enhet=enhet))
        if tryckt is not None:
            return tryckt
        if block is not None:
            return self.summa(block=block, enhet=enhet)
        return sum((self.visad_summa(enhet, b.value) for b in Block), Decimal(0))

    @property
    def beslutade_nivaer(self) -> bool:
        """Whether the year's bridge ends in levels that stand as they were decided, and not as it counts them."""
        return (
            self.version.faststalld and not self.version.bryggad and bool(self.utgaende and self.justeringar)
        )


_SUMMOR = """
SELECT false, j.id, j.block, r.enhet_id,
       CASE WHEN j.id IS NULL THEN sum(r.belopp) FILTER (WHERE j.status = 'beslutad') ELSE sum(r.belopp) END
FROM budget_justering j JOIN budget_justeringsrad r ON r.justering_id = j.id
WHERE j.version_id = %(version)s AND j.ar = %(ar)s
GROUP BY GROUPING SETS ((j.id), (j.block, r.enhet_id), (r.enhet_id), (j.block), ())
UNION ALL
SELECT true, NULL, NULLIF(t.block, ''), t.enhet_id, t.belopp
FROM budget_justeringssumma t JOIN budget_budgetversion v ON v.id = t.version_id AND v.faststalld
WHERE t.version_id = %(version)s AND t.ar = %(ar)s
"""


def bryggans_enheter(version: Budgetversion, uppstallning: Uppstallning, ror: Iterable[int]) -> list[Plats]:
    """Those that a justering may touch, FINANS last: every enhet of a sektor, FINANS, and any of `ror` (ids)."""
    ror = set(ror)
    platser = (
        p
        for p in gallande_placeringar(version, uppstallning, ror)
        if p.sektor_id or p.enhet_kod == FINANS or p.enhet_id in ror
    )
    return sorted(platser, key=lambda p: p.enhet_kod == FINANS)


def hamta_brygga(version: Budgetversion, ar: int, urval: Enhetsurval) -> Bryggdata:
    """Everything that the matrix and the bridges of a year show. Seven queries, however many justeringar."""
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
    alla = tuple(Justering.objects.filter(version=version, ar=ar))
    rader: dict[int, dict[int, Justeringsrad]] = {j.pk: {} for j in alla}
    for r in Justeringsrad.objects.filter(justering__version=version, justering__ar=ar):
        if r.enhet_id in urval:
            rader[r.justering_id][r.enhet_id] = r
    with connection.cursor() as cursor:
        cursor.execute(_SUMMOR, {"version": version.pk, "ar": ar})
        summor, tryckta = {}, {}
        for tryckt, justering, block, enhet, summa in cursor.fetchall():
            if summa is not None and (urval.allt or (enhet is not None and enhet in urval)):
                (tryckta if tryckt else summor)[Bryggnyckel(justering, block, enhet)] = summa
    ror = {enhet for av_en in rader.values() for enhet in av_en}
    enheter = tuple(p for p in bryggans_enheter(version, post.uppstallning, ror) if p.enhet_id in urval)

    def nivan(kolumn: tuple[int, int] | None) -> dict[int, Summa]:
        if kolumn is None:
            return {}
        per_enhet = {
            p.enhet_id: s
            for p in enheter
            if (s := nivaer.get(Nyckel(post.pk, *kolumn, f"enhet:{p.enhet_id}")))
        }
        finans = next((p.enhet_id for p in enheter if p.enhet_kod == FINANS), None)
        total = nivaer.get(Nyckel(post.pk, *kolumn))
        if finans and total and urval.allt:
            per_enhet[finans] = total._replace(varde=-total.varde)
        return per_enhet

    return Bryggdata(
        version=version,
        post=post,
        ar=ar,
        fran=fran,
        justeringar=tuple(j for j in alla if urval.allt or rader[j.pk]),
        enheter=enheter,
        rader=rader,
        summor=summor,
        ingaende=nivan((fran.kalla_id, fran.ar) if fran else None),
        utgaende=nivan((version.pk, ar)),
        delvis=not urval.allt,
        tryckta=tryckta,
    )


def upprakningsbaser(data: Bryggdata) -> dict[int, Decimal]:
    """What uppräkning is counted on, in kronor per enhet id: last year's level and the year's decided tekniska
    justeringar. Enheter without a level, and FINANS, have none."""
    return {
        p.enhet_id: niva.varde + data.summa(block=Block.TEKNISK, enhet=p.enhet_id)
        for p in data.enheter
        if p.enhet_kod != FINANS and (niva := data.ingaende.get(p.enhet_id)) and niva.varde
    }


_BESLUTADE = """
SELECT j.version_id, j.ar, e.kod, sum(r.belopp)
FROM budget_justering j
JOIN budget_justeringsrad r ON r.justering_id = j.id
JOIN organisation_enhet e ON e.id = r.enhet_id
WHERE j.version_id = ANY(%s) AND j.status = 'beslutad'
GROUP BY j.version_id, j.ar, e.kod
"""


def summera_beslutade(versioner: Iterable[Budgetversion]) -> dict[tuple[int, int, str], Decimal]:
    """What the decided justeringar sum to, by version id, year and enhet kod. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_BESLUTADE, [[v.pk for v in versioner]])
        return {(version, ar, kod): summa for version, ar, kod, summa in cursor.fetchall()}


class Radhandelse(NamedTuple):
    """One earlier state of a justering's amount. `belopp` is None when the row was taken away; `namn` is empty
    when the change was made straight in the database."""

    tid: datetime
    enhet: int
    belopp: Decimal | None
    namn: str
    varfor: str


def hamta_justeringshistorik(
    justering: Justering, urval: Enhetsurval, vilka: slice = slice(None)
) -> list[Radhandelse]:
    """Who has given the rows of a justering, of the enheter in `urval`, which amounts, latest first; `vilka` of all
    there are. One query."""
    villkor = {} if urval.allt else {"enhet__in": urval.enheter}
    handelser = (
        apps.get_model("budget", "JusteringsradEvent")
        .objects.filter(justering=justering.pk, **villkor)
        .annotate(uppgifter=F("pgh_context__metadata"))
        .order_by("-pgh_created_at", "-pgh_id")
        .values_list("pgh_created_at", "enhet_id", "pgh_label", "belopp", "uppgifter")
    )
    return [
        Radhandelse(
            tid,
            enhet,
            None if slag == "delete" else belopp,
            (u or {}).get("namn", ""),
            (u or {}).get("varfor", ""),
        )
        for tid, enhet, slag, belopp, u in handelser[vilka]
    ]
