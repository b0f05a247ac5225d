"""What the ledger says happened, mapped to the lines of the resultatsammanställning, beside its budget.

Sums are read from `Saldo` only, so they cost the same however many lines the ledger has. A konto's post is looked up
when read, and the lines above it are summed by the tree of the budget (`budget_postled`), so that budget and utfall
cannot be added up in two ways. Signs here are those that are shown: the ledger's own turned, income plus and costs
minus. Consolidation leaves the lines of some kinds of motpart out; a line without motpart is extern.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import Case, F, Max, When

from budget.models import (
    BESLUTAS,
    Budgetversion,
    Motpartsslag,
    Periodisering,
    Periodiseringssatt,
    Post,
    Utfallsdel,
    Versionskolumn,
    Versionstyp,
)
from budget.models.uppstallning import RESULTATSAMMANSTALLNING
from budget.regler import periodisering
from budget.selectors.summor import Nyckel, Summa, hamta_summor
from budget.selectors.versioner import gallande_budget
from organisation.models import Enhet, Enhetstyp, Period
from organisation.permissions import Behorighet, Enhetsurval, Ratt

REGIONBIDRAG = "regionbidrag"
NOLL = Decimal(0)


class Interna(StrEnum):
    """What consolidation leaves out: nothing, what is internal to a förvaltning, or all between förvaltningar too."""

    MED = "med"
    UTAN = "utan"
    REGION = "region"

    @property
    def slag(self) -> list[str]:
        """The kinds of motpart that are left out."""
        return {
            Interna.MED: [],
            Interna.UTAN: [Motpartsslag.INTERN.value],
            Interna.REGION: [Motpartsslag.INTERN.value, Motpartsslag.ANNAN.value],
        }[self]


class Plats(NamedTuple):
    """An enhet of a year (`ar`) and where it belongs then; without nämnd for one that has no place."""

    enhet: int
    kod: str
    namn: str
    namnd: int | None
    namnd_kod: str
    namnd_namn: str
    del_av: int | None
    ar: int


@dataclass(frozen=True)
class Barare:
    """Whose budget is compared: a förvaltning with its parts, or a part by itself."""

    plats: Plats
    delar: tuple[Plats, ...] = ()

    @cached_property
    def enheter(self) -> frozenset[int]:
        return frozenset((self.plats.enhet, *(d.enhet for d in self.delar)))


@dataclass(frozen=True)
class Avgransning:
    """What a follow-up is of: the region, a nämnd or an enhet. `nyckel` is as in addresses: «enhet-KOD»."""

    nyckel: str
    namn: str
    barare: tuple[Barare, ...]

    @cached_property
    def enheter(self) -> frozenset[int]:
        return frozenset().union(*(b.enheter for b in self.barare))

    @property
    def ar(self) -> int | None:
        """The year whose enheter these are; None without any."""
        return self.barare[0].plats.ar if self.barare else None

    @property
    def ar_del(self) -> bool:
        """Whether it is one part of a förvaltning."""
        return len(self.barare) == 1 and self.barare[0].plats.del_av is not None


REGIONEN = "region"

_PLATSER = """
SELECT e.id, e.kod, e.namn, n.id, COALESCE(n.kod, ''), COALESCE(n.namn, 'Utan nämnd'), p.del_av_id,
       %(ar)s
FROM organisation_enhet e
LEFT JOIN organisation_platser(%(fran)s, %(till)s) p ON p.enhet_id = e.id
LEFT JOIN organisation_namnd n ON n.id = p.namnd_id
WHERE e.typ <> ALL(%(inte)s) AND (p.enhet_id IS NOT NULL
    OR EXISTS (SELECT 1 FROM budget_utfallsdel d WHERE d.enhet_id = e.id AND d.period / 100 IN (%(ar)s, %(ar)s - 1)))
ORDER BY n.ordning NULLS LAST, p.ordning, e.kod
"""


def arsperiod(ar: int) -> Period:
    return Period(date(ar, 1, 1), date(ar, 12, 31))


def hamta_platser(ar: int) -> list[Plats]:
    """The enheter of a year and where they belong, in the region's order. An enhet without a place comes if it has
    utfall in the year or the one before, which it is compared with: no amount is lost. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PLATSER,
            {
                "fran": date(ar, 1, 1),
                "till": date(ar, 12, 31),
                "ar": ar,
                "inte": [Enhetstyp.REGION.value, Enhetstyp.OBJEKT.value],
            },
        )
        return [Plats(*rad) for rad in cursor.fetchall()]


def avgransningar(platser: Iterable[Plats], urval: Enhetsurval) -> dict[str, Avgransning]:
    """Everything that a reader of `urval` may follow up, by nyckel: the region, then each nämnd with its enheter.

    A whole that the reader sees only part of is absent: its sum would not be the whole's.
    """
    platser = list(platser)
    delar = defaultdict(list)
    for p in platser:
        if p.del_av:
            delar[p.del_av].append(p)
    hela = [Barare(p, tuple(delar[p.enhet])) for p in platser if not p.del_av]
    alla = {}
    if urval.allt:
        alla[REGIONEN] = Avgransning(REGIONEN, "Hela regionen", tuple(hela))
    namnder = defaultdict(list)
    for b in hela:
        namnder[b.plats.namnd_kod].append(b)
    for kod, barare in namnder.items():
        if kod and all(e in urval for b in barare for e in b.enheter):
            nyckel = f"namnd-{kod}"
            alla[nyckel] = Avgransning(nyckel, barare[0].plats.namnd_namn, tuple(barare))
        for b in barare:
            if all(e in urval for e in b.enheter):
                nyckel = f"enhet-{b.plats.kod}"
                alla[nyckel] = Avgransning(nyckel, b.plats.namn, (b,))
                if b.delar:
                    nyckel = f"bara-{b.plats.kod}"
                    alla[nyckel] = Avgransning(nyckel, f"{b.plats.namn}, ofördelat", (Barare(b.plats),))
            for d in b.delar:
                if d.enhet in urval:
                    nyckel = f"enhet-{d.kod}"
                    alla[nyckel] = Avgransning(nyckel, d.namn, (Barare(d),))
    return alla


@dataclass(frozen=True)
class Urval:
    """A question to the ledger: whose, which year, months from and to (1–12), and what is left out."""

    avgransning: Avgransning
    ar: int
    fran: int = 1
    till: int = 12
    interna: Interna = Interna.MED

    @property
    def perioder(self) -> tuple[int, int]:
        return self.ar * 100 + self.fran, self.ar * 100 + self.till

    def forra(self) -> "Urval":
        """The same months of the year before, of the same enheter wherever they belonged then."""
        return Urval(self.avgransning, self.ar - 1, self.fran, self.till, self.interna)


# Two spans of periods are read at once: the range that is asked for, and (for comparison and profile) a whole year.
_SALDON = """
interna AS MATERIALIZED (
    SELECT ar, kod FROM (
        SELECT DISTINCT ON (a.ar, m.kod) a.ar, m.kod, m.slag
        FROM unnest(%(aren)s::int[]) AS a(ar)
        JOIN budget_motpart m ON m.giltig_fran < make_date(a.ar + 1, 1, 1)
            AND (m.giltig_till IS NULL OR m.giltig_till > make_date(a.ar, 1, 1))
        ORDER BY a.ar, m.kod, m.giltig_fran DESC
    ) senaste WHERE slag = ANY(%(slag)s)
), saldon AS MATERIALIZED (
    SELECT s.ar, s.enhet_id, s.period, s.konto, sum(s.belopp) AS belopp{rader}
    FROM unnest(%(fran)s::int[], %(till)s::int[]) AS spann(fran, till)
    JOIN budget_saldo s ON s.enhet_id = ANY(%(enheter)s) AND s.period BETWEEN spann.fran AND spann.till
    WHERE NOT EXISTS (SELECT 1 FROM interna i WHERE i.ar = s.ar AND i.kod = s.motpart)
    GROUP BY s.ar, s.enhet_id, s.period, s.konto
), kontoposter AS MATERIALIZED (
    SELECT k.ar, kp.konto, kp.post_id
    FROM (
        SELECT ar, array_agg(konto) AS koder FROM (SELECT DISTINCT ar, konto::text FROM saldon) olika GROUP BY ar
    ) k
    CROSS JOIN budget_kontoposter(k.ar, k.koder) kp
)"""
# Saldon are added up per leaf before the tree spreads them over the lines above, of which each leaf has several.
_UTFALL = f"""
WITH led AS MATERIALIZED (SELECT rot_id, blad_id, sum(faktor) AS faktor FROM budget_postled(%(poster)s) GROUP BY 1, 2),
{_SALDON.format(rader="")}, blad AS MATERIALIZED (
    SELECT k.post_id, s.enhet_id, s.period, 
        CASE WHEN k.konto IS NULL THEN s.konto::text END AS omappat, CASE WHEN k.konto IS NULL THEN s.ar END AS ar,
        sum(-s.belopp) AS belopp
    FROM saldon s
    LEFT JOIN kontoposter k ON (k.ar, k.konto) = (s.ar, s.konto::text)
    WHERE k.konto IS NULL OR k.post_id IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
)
SELECT led.rot_id, b.enhet_id, b.period, b.omappat, b.ar, sum(b.belopp * COALESCE(led.faktor, 1))
FROM blad b
LEFT JOIN led ON led.blad_id = b.post_id
WHERE led.rot_id IS NOT NULL OR b.omappat IS NOT NULL
GROUP BY led.rot_id, b.enhet_id, b.period, b.omappat, b.ar
"""
_PER_KONTO = f"""
WITH led AS MATERIALIZED (SELECT blad_id, sum(faktor) AS faktor FROM budget_postled(%(poster)s) GROUP BY 1),
{_SALDON.format(rader=", sum(s.rader) AS rader")}
SELECT k.post_id, s.konto, s.enhet_id, s.ar, sum(-s.belopp * led.faktor), sum(s.rader)
FROM saldon s
JOIN kontoposter k ON (k.ar, k.konto) = (s.ar, s.konto::text)
JOIN led ON led.blad_id = k.post_id
GROUP BY k.post_id, s.konto, s.enhet_id, s.ar
ORDER BY k.post_id, s.konto
"""


def saldofraga(fragor: Iterable[Urval], poster: Iterable[int]) -> dict:
    """The parameters that `_SALDON` and what is built on it take; all of `fragor` are of the same enheter."""
    fragor = list(fragor)
    return {
        "poster": list(poster),
        "aren": sorted({f.ar for f in fragor}),
        "slag": fragor[0].interna.slag,
        "fran": [f.perioder[0] for f in fragor],
        "till": [f.perioder[1] for f in fragor],
        "enheter": list(fragor[0].avgransning.enheter),
    }


@dataclass(frozen=True)
class Utfall:
    """Sums per post, enhet and period in kronor with shown signs. `omappat` is what no rule takes, per konto and year,
    which is nothing unless somebody went past the system. The konton count, since their amounts may cancel out."""

    summor: Mapping[int, Mapping[tuple[int, int], Decimal]]
    omappat: Mapping[tuple[str, int], Decimal]

    def summa(self, post: int, urval: Urval, enheter: frozenset[int] | None = None) -> Decimal:
        """A post in the months of `urval`, of some enheter (None: all that were read)."""
        fran, till = urval.perioder
        return sum(
            (
                b
                for (enhet, period), b in self.summor.get(post, {}).items()
                if fran <= period <= till and (enheter is None or enhet in enheter)
            ),
            NOLL,
        )

    def manader(self, post: int, ar: int, enheter: frozenset[int]) -> dict[int, Decimal]:
        """A post's months of a year (1–12) for some enheter."""
        per_manad = defaultdict(Decimal)
        for (enhet, period), b in self.summor.get(post, {}).items():
            if period // 100 == ar and enhet in enheter:
                per_manad[period % 100] += b
        return dict(per_manad)


def hamta_utfall(urval: Urval, poster: Iterable[int]) -> Utfall:
    """The poster (ids) per enhet and month: the months of `urval`, and all of the year before. One query."""
    helt_ar = Urval(urval.avgransning, urval.ar - 1, 1, 12, urval.interna)
    summor, omappat = defaultdict(dict), defaultdict(Decimal)
    with connection.cursor() as cursor:
        cursor.execute(_UTFALL, saldofraga([urval, helt_ar], poster))
        for post, enhet, period, konto, ar, belopp in cursor.fetchall():
            if post is None:
                omappat[konto, ar] += belopp
            else:
                summor[post][enhet, period] = belopp
    return Utfall(summor, omappat)


class Kontosumma(NamedTuple):
    """A konto's sum for an enhet in a year's months, in kronor with shown signs, and of how many lines."""

    post: int
    konto: str
    enhet: int
    ar: int
    belopp: Decimal
    rader: int


def hamta_kontosummor(urval: Urval, post: Post) -> list[Kontosumma]:
    """What a post is made of, per konto and enhet, in the months asked for and a year before. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PER_KONTO, saldofraga([urval, urval.forra()], [post.pk]))
        return [Kontosumma(*rad) for rad in cursor.fetchall()]


def hamta_linjer() -> tuple[Post, ...]:
    """The printed lines of the resultatsammanställning, without the leaves that split a line by motpart. One query."""
    poster = list(
        Post.objects.filter(uppstallning__kod=RESULTATSAMMANSTALLNING).select_related("uppstallning")
    )
    delade = {p.foralder_id for p in poster if p.motpart_id}
    return tuple(p for p in poster if p.foralder_id not in delade)


def barn_per_post(linjer: Iterable[Post]) -> dict[int, list[Post]]:
    """The lines that each summed line is made of, by its id."""
    barn = defaultdict(list)
    for p in linjer:
        barn[p.foralder_id].append(p)
    return barn


class Inlast(NamedTuple):
    """An enhet's month in force and whether its ledger is made up."""

    enhet: int
    period: int
    pahittad: bool


def hamta_inlasta(avgransning: Avgransning, ar: int) -> list[Inlast]:
    """The months in force of the year and the one before, per enhet. One query."""
    return [
        Inlast(*rad)
        for rad in Utfallsdel.objects.filter(
            enhet__in=avgransning.enheter,
            ersatt_av=None,
            period__gt=(ar - 1) * 100,
            period__lt=(ar + 1) * 100,
        ).values_list("enhet", "period", "fil__pahittad")
    ]


def visade(inlasta: Iterable[Inlast], urval: Urval) -> list[Inlast]:
    """Of what `hamta_inlasta` gave: the months of the choice, of its year and of the one before."""
    return [i for i in inlasta if urval.fran <= i.period % 100 <= urval.till]


@dataclass(frozen=True)
class Arsbudget:
    """A bärare's budget for the year: per post (id) kronor and how exactly they were given, and the version that they
    come from. The figures are the decided ones, so a sum need not be its parts."""

    version: Budgetversion
    belopp: Mapping[int, Decimal]
    precision: Mapping[int, Decimal]


@dataclass(frozen=True)
class Budgetdata:
    """Budgets per bärare (enhet id). `regionbidrag` is fullmäktige's level, for those without a budget of their own."""

    per_barare: Mapping[int, Arsbudget]
    regionbidrag: Mapping[int, Arsbudget]

    def hitta(self, barare: Barare, post: Post) -> tuple[Budgetversion, Decimal] | None:
        """The version and year amount of a line for a bärare; None when it has no budget. A line that a budget leaves
        out is zero in it."""
        if eget := self.per_barare.get(barare.plats.enhet):
            return eget.version, eget.belopp.get(post.pk, NOLL)
        if post.kod == REGIONBIDRAG and (niva := self.regionbidrag.get(barare.plats.enhet)):
            return niva.version, niva.belopp[post.pk]
        return None


def hamta_budget(urval: Urval, linjer: Iterable[Post]) -> Budgetdata:
    """The decided budgets in force that follow-up is made against. Four queries.

    Of versions that have the resultatsammanställning for the year, the one made for it counts before plan years of an
    older one, and the latest decided before earlier ones; a nämnd's own only for its enheter.
    """
    linjer, avgransning = list(linjer), urval.avgransning
    versioner = list(
        Budgetversion.objects.filter(faststalld=True, typ__in=BESLUTAS, ar__lte=urval.ar)
        .filter(
            pk__in=Versionskolumn.objects.filter(
                uppstallning__kod=RESULTATSAMMANSTALLNING, ar=urval.ar, kalla=F("version")
            ).values("version")
        )
        .order_by(
            "-ar",
            Case(When(typ=Versionstyp.TILLAGG, then=0), default=1),
            F("beslut_datum").desc(nulls_last=True),
            "-pk",
        )
    )
    niva_post = Post.objects.filter(uppstallning__kod=REGIONBIDRAG, kod=REGIONBIDRAG).first()
    fullmaktiges = gallande_budget(ar=urval.ar)
    kolumner = [(v.pk, urval.ar) for v in versioner]
    if fullmaktiges:
        kolumner.append((fullmaktiges.pk, urval.ar))
    summor = hamta_summor(
        kolumner=kolumner,
        poster=[p.pk for p in linjer] + ([niva_post.pk] if niva_post else []),
        period=arsperiod(urval.ar),
        urval=Enhetsurval(enheter=avgransning.enheter),
        utan_interna=urval.interna != Interna.MED,
    )

    def summera(version, post, b: Barare) -> Summa | None:
        # A förvaltning with its parts was decided as a whole; what is left when one is chosen by itself is added up.
        omfang = f"hel:{b.plats.enhet}" if b.delar else f"enhet:{b.plats.enhet}"
        return summor.get(Nyckel(post.pk, version.pk, urval.ar, omfang))

    eget, nivaer = {}, {}
    for b in avgransning.barare:
        for v in versioner:
            if v.namnd_id not in (None, b.plats.namnd):
                continue
            hittade = {p.pk: s for p in linjer if (s := summera(v, p, b)) is not None}
            if hittade:
                eget[b.plats.enhet] = _arsbudget(v, hittade)
                break
        rad = next((p for p in linjer if p.kod == REGIONBIDRAG), None)
        if fullmaktiges and niva_post and rad:
            niva = summera(fullmaktiges, niva_post, b)
            if niva is not None:
                nivaer[b.plats.enhet] = _arsbudget(fullmaktiges, {rad.pk: niva})
    return Budgetdata(eget, nivaer)


def _arsbudget(version: Budgetversion, summor: Mapping[int, Summa]) -> Arsbudget:
    return Arsbudget(
        version,
        {post: s.varde for post, s in summor.items()},
        {post: s.precision for post, s in summor.items()},
    )


class Val(NamedTuple):
    """How a line of a bärare is spread. `saknas` tells that last year says no profile and twelfths are used."""

    satt: str
    profil: tuple
    saknas: bool = False


@dataclass(frozen=True)
class Periodiseringar:
    """The year's choices: (post id, enhet id or None) → row."""

    val: Mapping[tuple[int, int | None], Periodisering]

    def for_rad(self, post: Post, barare: Barare, forra_aret: Mapping[int, Decimal] | None) -> Val:
        """The bärare's own choice, or that for all, or straight twelfths. `forra_aret` as `bygg_val` takes it."""
        rad = self.val.get((post.pk, barare.plats.enhet)) or self.val.get((post.pk, None))
        satt = rad.satt if rad else Periodiseringssatt.RAK
        return bygg_val(satt, rad.andelar if rad else (), forra_aret)


def bygg_val(satt: str, andelar: Iterable[Decimal], forra_aret: Mapping[int, Decimal] | None) -> Val:
    """A choice as a profile; `forra_aret` is last year's kronor by month (1–12), None when it is not a whole year."""
    if satt == Periodiseringssatt.EGEN:
        return Val(satt, periodisering.egen(list(andelar)))
    if satt == Periodiseringssatt.FORRA_ARET:
        profil = None if forra_aret is None else periodisering.som_forra_aret(forra_aret)
        return Val(satt, profil or periodisering.RAK, saknas=profil is None)
    return Val(Periodiseringssatt.RAK, periodisering.RAK)


def hamta_periodiseringar(ar: int) -> Periodiseringar:
    """The choices of a year. One query."""
    return Periodiseringar({(p.post_id, p.enhet_id): p for p in Periodisering.objects.filter(ar=ar)})


class Budgetrad(NamedTuple):
    """One bärare's part of a line's budget: the year, how it is spread, and the period's part of it, in kronor."""

    barare: Barare
    version: Budgetversion
    helar: Decimal
    val: Val
    period: Decimal


class Varden(NamedTuple):
    """A line's figures in kronor; None where there is none to show. `precision` is the coarsest that any amount of the
    budget was given in."""

    utfall: Decimal | None
    budget: Decimal | None
    fore: Decimal | None
    helar: Decimal | None
    precision: Decimal = NOLL


@dataclass(frozen=True)
class Uppfoljning:
    """Everything that the follow-up of a choice shows."""

    urval: Urval
    linjer: tuple[Post, ...]
    utfall: Utfall
    budget: Budgetdata
    periodiseringar: Periodiseringar
    inlasta: tuple[Inlast, ...]

    @cached_property
    def barn(self) -> dict[int, list[Post]]:
        return barn_per_post(self.linjer)

    @cached_property
    def i_bruk(self) -> tuple[Barare, ...]:
        """The bärare that have utfall in the year: those that a budget is asked of."""
        har = {i.enhet for i in self.inlasta if i.period // 100 == self.urval.ar}
        bokforda = tuple(b for b in self.urval.avgransning.barare if b.enheter & har)
        return bokforda or self.urval.avgransning.barare

    @cached_property
    def utan_budget(self) -> tuple[Barare, ...]:
        """The bärare in use that have no budget for the whole table."""
        return tuple(b for b in self.i_bruk if b.plats.enhet not in self.budget.per_barare)

    @cached_property
    def budget_utanfor(self) -> tuple[Barare, ...]:
        """The bärare that have a budget but nothing in force in the year: their budget is not in the table's."""
        i_bruk = {b.plats.enhet for b in self.i_bruk}
        har = {*self.budget.per_barare, *self.budget.regionbidrag}
        return tuple(
            b for b in self.urval.avgransning.barare if b.plats.enhet in har and b.plats.enhet not in i_bruk
        )

    @property
    def budget_ojamforbar(self) -> bool:
        """Whether the budget cannot be consolidated as the utfall is: between förvaltningar it has no motparter, and
        of a part the internal poster may stand on the förvaltning."""
        u = self.urval
        return u.interna == Interna.REGION or (u.interna == Interna.UTAN and u.avgransning.ar_del)

    def forra_aret(self, post: Post, barare: Barare) -> dict[int, Decimal] | None:
        """Last year's kronor by month (1–12); None unless each enhet that has any month in force then has all twelve.

        Half a year tells how its own months lie, not how a year does: the whole budget would fall on them.
        """
        manader = Counter(
            i.enhet
            for i in self.inlasta
            if i.enhet in barare.enheter and i.period // 100 == self.urval.ar - 1
        )
        if not manader or any(antal != periodisering.MANADER for antal in manader.values()):
            return None
        return self.utfall.manader(post.pk, self.urval.ar - 1, barare.enheter)

    def budgetrader(self, post: Post) -> list[Budgetrad] | None:
        """What the budget of a line that is not summed is made of; None unless every bärare in use has one."""
        if self.budget_ojamforbar:
            return None
        rader = []
        for b in self.i_bruk:
            hittad = self.budget.hitta(b, post)
            if hittad is None:
                return None
            val = self.periodiseringar.for_rad(post, b, self.forra_aret(post, b))
            del_ = periodisering.periodisera(hittad[1], val.profil, self.urval.fran, self.urval.till)
            rader.append(Budgetrad(b, hittad[0], hittad[1], val, del_))
        return rader

    def budgetsumma(self, post: Post) -> tuple[Decimal, Decimal] | None:
        """The line's budget for the months and the year. A sum is its lines', and what was decided beyond them, which
        is spread by twelfths: so the months sum to the year, and the year is the decided one."""
        if delar := self.barn.get(post.pk):
            summor = [(b.tecken, self.budgetsumma(b)) for b in delar]
            if any(s is None for _, s in summor):
                return None
            utover = self.utoverrader(post)
            return (
                sum((t * s[0] for t, s in summor), sum((r.period for r in utover), NOLL)),
                sum((t * s[1] for t, s in summor), sum((r.helar for r in utover), NOLL)),
            )
        rader = self.budgetrader(post)
        return None if rader is None else (sum(r.period for r in rader), sum(r.helar for r in rader))

    def utoverrader(self, post: Post) -> list[Budgetrad]:
        """What a sum was decided to beyond its decided parts, of the bärare in use where it was."""
        q, rader = self.urval, []
        for b in self.i_bruk:
            eget = self.budget.per_barare.get(b.plats.enhet)
            if not eget or post.pk not in eget.belopp:
                continue
            av_delar = sum((d.tecken * eget.belopp.get(d.pk, NOLL) for d in self.barn[post.pk]), NOLL)
            if utover := eget.belopp[post.pk] - av_delar:
                period = periodisering.periodisera(utover, periodisering.RAK, q.fran, q.till)
                rader.append(
                    Budgetrad(b, eget.version, utover, Val(Periodiseringssatt.RAK, periodisering.RAK), period)
                )
        return rader

    def _budgetprecision(self, post: Post) -> Decimal:
        budgetar = (
            self.budget.per_barare.get(b.plats.enhet) or self.budget.regionbidrag.get(b.plats.enhet)
            for b in self.i_bruk
        )
        return max((a.precision.get(post.pk, NOLL) for a in budgetar if a), default=NOLL)

    def varden(self, post: Post) -> Varden:
        budget = self.budgetsumma(post)
        return Varden(
            self.utfall.summa(post.pk, self.urval) if self.har_utfall(self.urval) else None,
            budget and budget[0],
            self.utfall.summa(post.pk, self.urval.forra()) if self.har_utfall(self.urval.forra()) else None,
            budget and budget[1],
            self._budgetprecision(post),
        )

    def har_utfall(self, urval: Urval) -> bool:
        """Whether any enhet has any of the months in force."""
        fran, till = urval.perioder
        return any(fran <= i.period <= till for i in self.inlasta)

    def saknade(self, urval: Urval) -> dict[int, list[str]]:
        """Month (1–12) → names of the enheter that have something in force in the two years, but not that month."""
        inlasta = {(i.enhet, i.period) for i in self.inlasta}
        nagot = {enhet for enhet, _ in inlasta}
        i_ar = {enhet for enhet, period in inlasta if period // 100 == urval.ar}
        platser = [
            p
            for b in urval.avgransning.barare
            for p in (b.plats, *b.delar)
            # One without a place has come to an end: what it has is compared, and no more is awaited.
            if p.enhet in (nagot if p.namnd else i_ar)
        ]
        saknas = {}
        for period in range(urval.perioder[0], urval.perioder[1] + 1):
            if utan := [p.namn for p in platser if (p.enhet, period) not in inlasta]:
                saknas[period % 100] = utan
        return saknas

    @property
    def pahittad(self) -> bool:
        """Whether any of what is shown comes from a made-up ledger."""
        return any(i.pahittad for i in visade(self.inlasta, self.urval))

    @property
    def pahittad_profil(self) -> bool:
        """Whether any of the budget is spread as a made-up ledger of the year before."""
        pahittat = {i.enhet for i in self.inlasta if i.pahittad and i.period // 100 == self.urval.ar - 1}
        return bool(pahittat) and any(
            r.val.satt == Periodiseringssatt.FORRA_ARET and not r.val.saknas and pahittat & r.barare.enheter
            for p in self.linjer
            if not self.barn.get(p.pk)
            for r in self.budgetrader(p) or ()
        )

    @property
    def utan_profil(self) -> list[str]:
        """The lines that are to be spread as last year, where last year says no profile."""
        return [
            p.namn
            for p in self.linjer
            if not self.barn.get(p.pk) and any(r.val.saknas for r in self.budgetrader(p) or ())
        ]


def hamta_uppfoljning(urval: Urval) -> Uppfoljning:
    """The resultatsammanställning of a choice: utfall, budget and the year before. Eight queries."""
    linjer = hamta_linjer()
    return Uppfoljning(
        urval,
        linjer,
        hamta_utfall(urval, [p.pk for p in linjer]),
        hamta_budget(urval, linjer),
        hamta_periodiseringar(urval.ar),
        tuple(hamta_inlasta(urval.avgransning, urval.ar)),
    )


def finns_utfall(enheter: Iterable[int], ar: int) -> bool:
    """Whether any of the enheter has any month of the year in force. One query."""
    return Utfallsdel.objects.filter(
        enhet__in=enheter, ersatt_av=None, period__gt=ar * 100, period__lt=(ar + 1) * 100
    ).exists()


def far_lasa_rader(behorighet: Behorighet, avgransning: Avgransning, ar: int) -> bool:
    """Whether the user may read all the lines that the enheter have in a year. At most one query.

    Where they belonged in that year decides, as for a line's own page, and not where they belong in the year that it
    is compared with; an enhet without lines shuts nobody out.
    """
    far = behorighet.urval(Ratt.LASA_HUVUDBOK, last=False, period=arsperiod(ar))
    andras = [e for e in avgransning.enheter if e not in far]
    return not andras or (bool(far) and not finns_utfall(andras, ar))


def hamta_senaste_manad(avgransning: Avgransning, ar: int) -> int | None:
    """The last month (1–12) of the year that any of the enheter has in force. One query."""
    sista = Utfallsdel.objects.filter(
        enhet__in=avgransning.enheter, ersatt_av=None, period__gt=ar * 100, period__lt=(ar + 1) * 100
    ).aggregate(m=Max("period"))["m"]
    return sista and sista % 100


class Periodiseringshandelse(NamedTuple):
    """One earlier choice; `satt` is empty when it was taken away, `namn` when the database was changed straight."""

    tid: datetime
    satt: str
    andelar: list[Decimal]
    namn: str


def hamta_periodiseringshistorik(
    ar: int, post: Post, enhet: Enhet | None, vilka: slice = slice(None)
) -> list[Periodiseringshandelse]:
    """Who has chosen what for the line, latest first; `vilka` of all there are. One query."""
    handelser = (
        apps.get_model("budget", "PeriodiseringEvent")
        .objects.filter(ar=ar, post=post, enhet=enhet)
        .annotate(uppgifter=F("pgh_context__metadata"))
        .order_by("-pgh_created_at", "-pgh_id")
    )
    return [
        Periodiseringshandelse(
            h.pgh_created_at,
            "" if h.pgh_label == "delete" else Periodiseringssatt(h.satt).label,
            h.andelar,
            (h.uppgifter or {}).get("namn", ""),
        )
        for h in handelser[vilka]
    ]
