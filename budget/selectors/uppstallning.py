"""What a table of the budget is made of: its columns, lines, enheter and figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.db import connection
from django.db.models import F

from budget.models import Budgetversion, Post, Uppstallning, Uppstallningsslag, Versionskolumn
from budget.selectors.nyckeltal import berakna, hamta_behov, regelrader
from budget.selectors.ram import DRIFT, hamta_egna_nivaer, rampost
from budget.selectors.summor import ALLA, Nyckel, Summa, Summor, hamta_summor
from organisation.models import Enhet, Enhetstyp
from organisation.permissions import Enhetsurval


def radnyckel(uppstallning: Uppstallning, vad: str, post: str) -> str:
    """The key of a row in a table whose rows are enheter: of `vad` («enhet-KOD», «alla») and, where each enhet has
    several rows, of the post."""
    return f"{vad}{_OCH}{post}" if uppstallning.rad_per_post else vad


def radpost(nyckel: str) -> str:
    """The post that a row is of, where its key says."""
    return nyckel.partition(_OCH)[2]


_OCH = "--"


class Plats(NamedTuple):
    """Where an enhet belongs during a version: its sektor, all empty for one that has none, and what it is part of."""

    enhet_id: int
    enhet_kod: str
    enhet_namn: str
    sektor_id: int | None
    sektor_kod: str | None
    sektor_namn: str | None
    summarubrik: str | None
    del_av: int | None = None


@dataclass(frozen=True)
class Uppstallningsdata:
    """A table's raw material. `placeringar` has the enheter in the region's own order, grouped by sektor;
    for a table of the whole region it has that one enhet. `delvis` tells that the reader sees only some.
    `omfang` is what the figures are of, as in addresses («enhet-KOD»), in a table that is of one thing per enhet.
    `summor` has the lines by rule too, as they were decided or else `beraknade`, and what fetching leaves fetch.
    `finns` are the tables (version, year, table) that lines are fetched from. `bryggan` is what the bridge gives the
    enheter (id) that have a level of their own in a year of the version. `ram` is the post (id) that äskanden are held
    against; its figures stand in `summor` too."""

    version: Budgetversion
    uppstallning: Uppstallning
    kolumner: tuple[Versionskolumn, ...]
    poster: tuple[Post, ...]
    placeringar: tuple[Plats, ...]
    summor: Summor
    delvis: bool
    omfang: str = ""
    beraknade: Summor = field(default_factory=dict)
    finns: frozenset[tuple[int, int, int]] = frozenset()
    bryggan: Mapping[tuple[int, int], Decimal] = field(default_factory=dict)
    ram: int | None = None

    @property
    def rad_per_enhet(self) -> bool:
        """Whether the rows are enheter; otherwise they are poster."""
        return self.uppstallning.per_enhet and not self.uppstallning.per_forvaltning

    @cached_property
    def synliga(self) -> tuple[Plats, ...]:
        """The enheter that have a row: those of the sektorer, and any other that has an amount. In a table that is of
        one thing per enhet, the förvaltningar with parts and their parts."""
        if self.uppstallning.per_forvaltning and not self.omfang:
            hela = {p.del_av for p in self.placeringar}
            return tuple(p for p in self.placeringar if p.del_av or p.enhet_id in hela)
        if not self.rad_per_enhet:
            return self.placeringar
        return tuple(
            p
            for p in self.placeringar
            if (p.sektor_id and not self.uppstallning.bara_ifyllda)
            or any(
                self.summa(post, k, f"enhet:{p.enhet_id}") for post in self.radposter for k in self.kolumner
            )
        )

    def ramen(self, enhet: int, ar: int) -> Decimal | None:
        """The ram of an enhet (id) in a year of the version, in a table of äskanden."""
        summa = self.summor.get(Nyckel(self.ram or 0, self.version.pk, ar, f"enhet:{enhet}"))
        return summa.varde if summa else None

    def mot_ramen(self, post: int) -> bool:
        """Whether a post's (id) amounts are regionbidrag that are asked for."""
        return self.ram is not None and any(p.pk == post and p.kod == DRIFT for p in self.poster)

    @property
    def radposter(self) -> tuple[Post, ...]:
        """The posts that each enhet has a row of, where the rows are enheter."""
        return self.poster if self.uppstallning.rad_per_post else self.poster[:1]

    def har_varde(self, enhet: int, post: int, ar: int) -> bool:
        """Whether a cell of the version (ids) has a value: an amount of its own, or what the bridge or another table
        gives it."""
        omfang = f"enhet:{enhet}" if self.uppstallning.per_enhet else ALLA
        return Nyckel(post, self.version.pk, ar, omfang) in self.summor

    def summa(self, post: Post, kolumn: Versionskolumn, omfang: str = ALLA) -> Summa | None:
        """The sum in one cell, or None when it has no amounts."""
        return self.summor.get(Nyckel(post.pk, kolumn.kalla_id, kolumn.ar, omfang))


def hamta_kolumner(version: Budgetversion) -> dict[Uppstallning, tuple[Versionskolumn, ...]]:
    """The tables that the version has, in order, each with its columns in order. One query."""
    kolumner = {}
    for k in (
        Versionskolumn.objects.filter(version=version)
        .select_related("uppstallning", "kalla")
        .order_by("uppstallning__ordning", "ordning")
    ):
        kolumner.setdefault(k.uppstallning, []).append(k)
    return {u: tuple(lista) for u, lista in kolumner.items()}


def hamta_uppstallningar(versioner: Iterable[Budgetversion]) -> dict[int, list[Uppstallning]]:
    """The tables of each version (by id), in order. One query."""
    tabeller = {v.pk: {} for v in versioner}
    for k in (
        Versionskolumn.objects.filter(version__in=tabeller)
        .select_related("uppstallning")
        .order_by("uppstallning__ordning")
    ):
        tabeller[k.version_id][k.uppstallning] = None
    return {pk: list(u) for pk, u in tabeller.items()}


def lasbara_uppstallningar(
    uppstallningar: Iterable[Uppstallning], urval: Enhetsurval
) -> tuple[Uppstallning, ...]:
    """Those that a reader who may see `urval` sees any of: a table of the whole region takes the region. Äskanden are
    no figures of the budget, and are read with a right of their own."""
    alla = tuple(u for u in uppstallningar if u.slag != Uppstallningsslag.ASKANDE)
    hela = urval.allt or all(u.per_enhet for u in alla) or region_enhet().pk in urval
    return alla if hela else tuple(u for u in alla if u.per_enhet)


def hamta_uppstallning(
    version: Budgetversion,
    uppstallning: Uppstallning,
    kolumner: tuple[Versionskolumn, ...],
    urval: Enhetsurval,
) -> Uppstallningsdata:
    """Everything that a table of the version shows in its columns, limited to what the reader may see."""
    poster = tuple(Post.objects.filter(uppstallning=uppstallning).select_related("kalla_post"))
    for post in poster:
        post.uppstallning = uppstallning
    par, rader = [(k.kalla_id, k.ar) for k in kolumner], regelrader(poster)
    behov = hamta_behov(rader, par)
    ram = rampost() if uppstallning.slag == Uppstallningsslag.ASKANDE else None
    summor = hamta_summor(
        kolumner=[*par, *behov.kolumner],
        poster={p.pk for p in poster}
        | {p.kalla_post_id for p in poster if p.kalla_post_id}
        | behov.poster
        | ({ram.pk} if ram else set()),
        period=version.period,
        urval=urval,
    )
    beraknade = berakna(rader, par, behov, summor)
    summor = beraknade | summor
    har_belopp = {
        int(n.omfang.removeprefix("enhet:"))
        for n in summor
        if n.omfang.startswith("enhet:") and not (ram and n.post == ram.pk)
    }
    placeringar = tuple(
        p for p in gallande_placeringar(version, uppstallning, har_belopp) if p.enhet_id in urval
    )
    return Uppstallningsdata(
        version,
        uppstallning,
        kolumner,
        poster,
        placeringar,
        summor,
        delvis=not urval.allt,
        beraknade=beraknade,
        finns=_hamtbara(poster, par),
        bryggan=hamta_egna_nivaer(version) if uppstallning.kod == "regionbidrag" else {},
        ram=ram.pk if ram else None,
    )


def _hamtbara(poster: Iterable[Post], kolumner: Iterable[tuple[int, int]]) -> frozenset[tuple[int, int, int]]:
    if not any(p.kalla_post_id for p in poster):
        return frozenset()
    kolumner = list(kolumner)
    return frozenset(
        Versionskolumn.objects.filter(
            version=F("kalla"), kalla__in={v for v, _ in kolumner}, ar__in={ar for _, ar in kolumner}
        ).values_list("kalla", "ar", "uppstallning")
    )


# Written by hand: every table reads it, and Django takes longer to compose the joins than the database to make them.
_PLATSER = """
SELECT e.id, e.kod, e.namn, p.sektor_id, s.kod, s.namn, s.summarubrik, p.del_av_id
FROM organisation_enhet e
LEFT JOIN organisation_platser(%(fran)s, %(till)s) p ON p.enhet_id = e.id
LEFT JOIN organisation_sektor s ON s.id = p.sektor_id
WHERE (e.typ = %(region)s) = %(hela)s AND (e.typ = %(objekt)s) = %(per_objekt)s
  AND (p.enhet_id IS NOT NULL OR e.id = ANY(%(ocksa)s))
ORDER BY s.ordning, p.ordning, e.kod
"""


def gallande_placeringar(
    version: Budgetversion, uppstallning: Uppstallning, ocksa: Iterable[int]
) -> list[Plats]:
    """Where the enheter of a table belong in the version, in the region's own order.

    The enheter of `ocksa` (ids), those that have amounts, come even if they have no place then: last and
    without a sektor. No amount is lost because somebody was moved.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _PLATSER,
            {
                "fran": version.period.fran,
                "till": version.period.till,
                "region": Enhetstyp.REGION.value,
                "hela": not uppstallning.per_enhet,
                "objekt": Enhetstyp.OBJEKT.value,
                "per_objekt": uppstallning.per_objekt,
                "ocksa": list(ocksa),
            },
        )
        return [Plats(*rad) for rad in cursor.fetchall()]


def region_enhet() -> Enhet:
    """The enhet that stands for the whole region."""
    return Enhet.objects.get(typ=Enhetstyp.REGION)
