"""A förvaltning's own budget: its parts, and its table with and without förvaltningsinterna poster."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from budget.models import (
    Budgetversion,
    Finansiering,
    Internbudgetforutsattning,
    Post,
    Uppstallning,
    Versionskolumn,
)
from budget.regler.kontroll import Skillnad, jamfor
from budget.selectors.summor import ALLA, Nyckel, Summa, Summor, hamta_summor
from budget.selectors.uppstallning import Plats, Uppstallningsdata, gallande_placeringar
from organisation.models import Period
from organisation.permissions import Enhetsurval

REGIONBIDRAG = "regionbidrag"
# What the figures of a table are of, as in addresses: the parts together with all motparter, and the förvaltning
# without its förvaltningsinterna poster.
DELARNA, HEL = "delar", "hel"


@dataclass(frozen=True)
class Forvaltning:
    """A förvaltning and those of its parts, which amounts are entered for, that the reader sees; `hel` if all of it."""

    plats: Plats
    delar: tuple[Plats, ...]
    hel: bool

    @cached_property
    def urval(self) -> Enhetsurval:
        """The förvaltning itself, which holds what is not distributed, and its parts."""
        return Enhetsurval(enheter=frozenset((self.plats.enhet_id, *(d.enhet_id for d in self.delar))))


@dataclass(frozen=True)
class Internbudgetdata:
    """A förvaltning's resultatsammanställning in the version's columns.

    `poster` are all of the table's; `linjer` the ones that are printed, without the blad that split a line by
    motpart. `med` and `utan` are the sums with and without förvaltningsinterna poster, of the förvaltning (ALLA) and
    per enhet. `nivaer` is the regionbidrag that fullmäktige gave per year, where the version shows it.
    """

    version: Budgetversion
    uppstallning: Uppstallning
    kolumner: tuple[Versionskolumn, ...]
    forvaltning: Forvaltning
    poster: tuple[Post, ...]
    med: Summor
    utan: Summor
    nivaer: dict[int, Summa]

    @cached_property
    def linjer(self) -> tuple[Post, ...]:
        delade = {p.foralder_id for p in self.poster if p.motpart_id}
        return tuple(p for p in self.poster if p.foralder_id not in delade)

    @property
    def ofordelat(self) -> tuple[tuple[Post, Versionskolumn], ...]:
        """The lines and columns whose internal poster are known for the förvaltning only, not for its parts."""
        egen = f"enhet:{self.forvaltning.plats.enhet_id}"
        return tuple(
            (p, k)
            for k in self.kolumner
            for p in self.poster
            if p.motpart_id and self.med.get(Nyckel(p.pk, k.kalla_id, k.ar, egen))
        )

    def summa(
        self, post: Post, kolumn: Versionskolumn, omfang: str = ALLA, *, utan: bool = False
    ) -> Summa | None:
        return (self.utan if utan else self.med).get(Nyckel(post.pk, kolumn.kalla_id, kolumn.ar, omfang))

    def bortraknat(self, post: Post, kolumn: Versionskolumn):
        """What consolidation removes from a line, in kronor: the parts together minus the förvaltning."""
        med, utan = (self.summa(post, kolumn, utan=u) for u in (False, True))
        return (med.varde if med else 0) - (utan.varde if utan else 0)

    def tabelldata(self, *, omfang: str, plats: Plats | None = None) -> Uppstallningsdata:
        """The raw material of one printed table: of the förvaltning (DELARNA or HEL), or of a part (`plats`)."""
        kod = (plats or self.forvaltning.plats).enhet_kod
        if plats:
            egen = f"enhet:{plats.enhet_id}"
            summor = {n._replace(omfang=ALLA): s for n, s in self.med.items() if n.omfang == egen}
        else:
            summor = self.utan if omfang == HEL else self.med
        return Uppstallningsdata(
            self.version, self.uppstallning, self.kolumner, self.linjer, (plats or self.forvaltning.plats,), summor,
            delvis=False, omfang=f"{omfang}-{kod}",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Regionbidragsprov:
    """The internbudget's regionbidrag in a column beside what fullmäktige gave; `skillnad` None when they agree."""

    kolumn: Versionskolumn
    internbudget: Summa
    niva: Summa
    skillnad: Skillnad | None


_DELAR = "SELECT enhet_id, del_av_id FROM organisation_platser(%s, %s) WHERE del_av_id IS NOT NULL"


def hamta_delar(period: Period) -> dict[int, frozenset[int]]:
    """Per förvaltning (id): itself and its parts during the period. One query."""
    delar: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DELAR, [period.fran, period.till])
        for enhet, del_av in cursor.fetchall():
            delar.setdefault(del_av, {del_av}).add(enhet)
    return {forvaltning: frozenset(enheter) for forvaltning, enheter in delar.items()}


def hamta_forvaltningar(
    version: Budgetversion, uppstallning: Uppstallning, urval: Enhetsurval
) -> tuple[Forvaltning, ...]:
    """The förvaltningar with parts that the reader sees any of, each with the parts that the reader sees."""
    platser = gallande_placeringar(version, uppstallning, ())
    forvaltningar = []
    for p in platser:
        delar = [d for d in platser if d.del_av == p.enhet_id]
        synliga = tuple(d for d in delar if d.enhet_id in urval)
        if synliga:
            forvaltningar.append(
                Forvaltning(p, synliga, hel=p.enhet_id in urval and len(synliga) == len(delar))
            )
    return tuple(forvaltningar)


def hamta_internbudget(
    version: Budgetversion,
    uppstallning: Uppstallning,
    kolumner: tuple[Versionskolumn, ...],
    forvaltning: Forvaltning,
) -> Internbudgetdata:
    """Everything that the pages and documents of a förvaltning's internbudget show of amounts. Four queries."""
    poster = tuple(Post.objects.filter(uppstallning=uppstallning))
    fraga = {
        "kolumner": [(k.kalla_id, k.ar) for k in kolumner],
        "poster": [p.pk for p in poster],
        "period": version.period,
        "urval": forvaltning.urval,
    }
    return Internbudgetdata(
        version, uppstallning, kolumner, forvaltning, poster,
        med=hamta_summor(**fraga),
        utan=hamta_summor(**fraga, utan_interna=True),
        nivaer=_nivaer(version, forvaltning.plats.enhet_id),
    )  # fmt: skip


def inmatningsenheter(version: Budgetversion, uppstallning: Uppstallning, urval: Enhetsurval) -> list[Plats]:
    """Those that amounts are entered for, parts first: what is not distributed stands on the förvaltning itself."""
    forvaltningar = hamta_forvaltningar(version, uppstallning, urval)
    delar = [d for f in forvaltningar for d in f.delar]
    return delar + [f.plats for f in forvaltningar if f.plats.enhet_id in urval]


def hamta_enhetens_tabell(
    version: Budgetversion, uppstallning: Uppstallning, kolumner: tuple[Versionskolumn, ...], plats: Plats
) -> Uppstallningsdata:
    """One enhet's own amounts, with every blad: the table that is filled in."""
    poster = tuple(Post.objects.filter(uppstallning=uppstallning))
    summor = hamta_summor(
        kolumner=[(k.kalla_id, k.ar) for k in kolumner],
        poster=[p.pk for p in poster],
        period=version.period,
        urval=Enhetsurval(enheter=frozenset((plats.enhet_id,))),
    )
    return Uppstallningsdata(
        version,
        uppstallning,
        kolumner,
        poster,
        (plats,),
        summor,
        delvis=False,
        omfang=f"enhet-{plats.enhet_kod}",
    )


def _nivaer(version: Budgetversion, enhet: int) -> dict[int, Summa]:
    """The enhet's regionbidrag per year, in the columns of regionbidrag that the version shows."""
    kolumner = [
        (k.kalla_id, k.ar)
        for k in Versionskolumn.objects.filter(version=version, uppstallning__kod=REGIONBIDRAG)
    ]
    if not kolumner:
        return {}
    post = Post.objects.only("pk").get(uppstallning__kod=REGIONBIDRAG, kod=REGIONBIDRAG)
    summor = hamta_summor(
        kolumner=kolumner,
        poster=[post.pk],
        period=version.period,
        urval=Enhetsurval(enheter=frozenset((enhet,))),
    )
    return {n.ar: s for n, s in summor.items() if n.omfang == ALLA}


def prova_regionbidrag(data: Internbudgetdata) -> tuple[Regionbidragsprov, ...]:
    """The line Regionbidrag of every column against the level that fullmäktige gave for its year."""
    post = next(p for p in data.poster if p.kod == REGIONBIDRAG)
    return tuple(
        Regionbidragsprov(k, s, niva, jamfor(s.varde, niva.varde, precision=s.precision))
        for k in data.kolumner
        if (s := data.summa(post, k)) and (niva := data.nivaer.get(k.ar))
    )


def hamta_finansieringar(version: Budgetversion, enheter: Iterable[int]) -> list[Finansiering]:
    """How the activities of the enheter (ids) are financed when the version begins."""
    alla = Finansiering.objects.filter(enhet__in=list(enheter), giltig_fran__lte=version.period.till)
    return list(alla.exclude(giltig_till__lte=version.period.fran).select_related("enhet"))


def hamta_forutsattningar(version: Budgetversion, urval: Enhetsurval) -> list[Internbudgetforutsattning]:
    """What the version assumes and plans, for the enheter that the reader sees."""
    alla = version.forutsattningar.select_related("enhet")
    return list(alla if urval.allt else alla.filter(enhet__in=urval.enheter))
