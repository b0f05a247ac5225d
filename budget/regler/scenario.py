"""Scenario: what a version's result, balanskrav and finansiella mål become under other assumptions.

A scenario moves lines of the resultatbudget and lets the rules of the balanskrav and of the finansiella mål judge the
years anew; no goal is computed here. Amounts are `Decimal` in kronor. Every effect is rounded to whole öre, as
amounts are stored, so that a version made of a scenario comes to exactly what the scenario showed.

LPIK, in percentage points per year, on verksamhetens kostnader. «Verksamhetsplan och budget 2024», the section on
kostnadsutveckling, uses LPIK to budget how the costs of wages and prices grow, so it carries the costs that are
wages and prices, and neither avskrivningar nor the finansiella pensionskostnader. Revenues do not follow. A price
level that has risen stays: the years multiply. One point more in a year is taken as one percent of that year's
costs; on last year's level it would be 1 / (1 + LPIK) of it, for 2024 1 / 1,036 = 0,97 %, which the budget's own
rounding of LPIK to a tenth of a percent does not carry.

    LPIK +1 in 2024 only, Budget 2024 (mnkr). Costs 62 834, 62 068 and 63 426:
    effect on the result −628,34, −620,68 and −634,26; more debt 628,34, 1 249,02 and 1 883,28.
    LPIK +1 in both 2024 and 2025: in 2025 1,01 · 1,01 − 1 = 2,01 %, 62 068 · 0,0201 = 1 247,5668.

Skatteunderlag, in percentage points of its growth: the same arithmetic on skatteintäkter. Inkomstutjämning does not
follow. Skattesats, in öre from a year and on: one krona is worth the year's skatteintäkter / skattesats, after any
change of skatteunderlag. Belopp are kronor on one line in one year, and do not stay. Ränta is percent on what the
scenario has added to the debt before the year, so it starts in the second year.

All of it is paid in the year, so a worse result is borrowed and a better one pays off loans. Nothing evens out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from budget.regler.balanskrav import Arsunderlag, Arsutredning, Matt, balanskravsutredning
from budget.regler.finansiella_mal import Malar, Malunderlag, bedom
from regionskane.lib.belopp import ORE, STORSTA_BELOPP, avrunda

NOLL, HUNDRA = Decimal(0), Decimal(100)

# The lines of the resultatbudget that a free amount may change; those of BAS_RADER are part of the goals' bas too.
# Avskrivningar and finansiella pensionskostnader are not among them: they are not paid when they are costs.
RADER = ("intakter", "kostnader", "skatteintakter", "utjamning_bidrag", "finansnetto")
BAS_RADER = ("skatteintakter", "utjamning_bidrag")

# The largest change either way, and the largest rates: more is a slip of the pen.
STORST = {"lpik": Decimal(50), "skatteunderlag": Decimal(50), "skattesats": Decimal(500)}
STORSTA_RANTA, STORSTA_SKATTESATS = Decimal(25), Decimal(40)


class OgiltigtScenario(ValueError):
    """The assumptions cannot be read. `str()` is a sentence for the user."""


class Slag(StrEnum):
    LPIK = "lpik"
    SKATTEUNDERLAG = "skatteunderlag"
    SKATTESATS = "skattesats"
    BELOPP = "belopp"
    RANTA = "ranta"


PROCENTSLAG = (Slag.LPIK, Slag.SKATTEUNDERLAG, Slag.SKATTESATS)


@dataclass(frozen=True, slots=True)
class Antaganden:
    """What is assumed. `lpik` and `skatteunderlag` are percentage points per year, `skattesats` öre per year,
    `belopp` kronor per line and year; `skattesats_nu` is today's rate in kronor, `ranta` percent."""

    lpik: Mapping[int, Decimal] = field(default_factory=dict)
    skatteunderlag: Mapping[int, Decimal] = field(default_factory=dict)
    skattesats: Mapping[int, Decimal] = field(default_factory=dict)
    belopp: Mapping[str, Mapping[int, Decimal]] = field(default_factory=dict)
    skattesats_nu: Decimal | None = None
    ranta: Decimal = NOLL

    def __bool__(self) -> bool:
        """Whether anything is changed; a rate of interest alone changes nothing."""
        return bool(self.lpik or self.skatteunderlag or self.skattesats or any(self.belopp.values()))


@dataclass(frozen=True, slots=True)
class Scenariounderlag:
    """A version as the scenario starts from it. `ar` are the years that it may change, `rader` their lines in
    kronor as in the resultatbudget; `mal` and `balanskrav` are all years that the goals are judged by."""

    ar: tuple[int, ...]
    rader: Mapping[int, Mapping[str, Decimal]]
    mal: tuple[Malunderlag, ...]
    balanskrav: tuple[Arsunderlag, ...]


@dataclass(frozen=True, slots=True)
class Steg:
    """One assumption in one year: `effekt` kronor on `rad`, positive when the result improves. `bas` times `tal`
    is the arithmetic behind it, both None for a free amount."""

    slag: Slag
    rad: str
    effekt: Decimal
    bas: Decimal | None = None
    tal: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Arseffekt:
    """What the assumptions do to a year. `skuld_fore` is what they have added to the debt before it."""

    ar: int
    steg: tuple[Steg, ...] = ()
    skuld_fore: Decimal = NOLL

    def summa(self, *rader: str) -> Decimal:
        """The effect on some lines of the resultatbudget."""
        return sum((s.effekt for s in self.steg if s.rad in rader), NOLL)

    @property
    def resultat(self) -> Decimal:
        return self.summa(*RADER)

    @property
    def bas(self) -> Decimal:
        return self.summa(*BAS_RADER)

    @property
    def skuld(self) -> Decimal:
        """What the assumptions have added to the debt at the end of the year."""
        return self.skuld_fore - self.resultat


@dataclass(frozen=True, slots=True)
class Scenarioar:
    """One year as it is and as it would be. The balanskrav is None when the version has no utredning of it."""

    effekt: Arseffekt
    fore: Malar
    efter: Malar
    krav_fore: Arsutredning | None
    krav_efter: Arsutredning | None

    @property
    def ar(self) -> int:
        return self.effekt.ar


def rakna(underlag: Scenariounderlag, antaganden: Antaganden) -> tuple[Scenarioar, ...]:
    """Every year that the scenario may change and the goals are judged by, before and after."""
    effekter = arseffekter(underlag, antaganden)
    krav_fore, krav_efter = _krav(underlag.balanskrav), _krav(_andrat_krav(underlag.balanskrav, effekter))
    fore = {m.ar: m for m in bedom(underlag.mal)}
    efter = {m.ar: m for m in bedom(_andrat_mal(underlag.mal, effekter, krav_efter))}
    return tuple(
        Scenarioar(effekt, fore[ar], efter[ar], krav_fore.get(ar), krav_efter.get(ar))
        for ar, effekt in effekter.items()
        if ar in fore
    )


def arseffekter(underlag: Scenariounderlag, antaganden: Antaganden) -> dict[int, Arseffekt]:
    """The arithmetic of the assumptions, year by year."""
    effekter, skuld = {}, NOLL
    for ar in sorted(underlag.ar):
        steg = tuple(s for s in _steg(antaganden, ar, underlag.rader.get(ar, {}), skuld) if s.effekt)
        effekter[ar] = Arseffekt(ar, steg, skuld)
        skuld = effekter[ar].skuld
    return effekter


def _steg(a: Antaganden, ar: int, rader: Mapping[str, Decimal], skuld: Decimal) -> Iterable[Steg]:
    kostnader, skatt = rader.get("kostnader"), rader.get("skatteintakter")
    if kostnader is not None and (tal := _hojning(a.lpik, ar)):
        yield _ganger(Slag.LPIK, "kostnader", kostnader, tal)
    if skatt is not None and (tal := _hojning(a.skatteunderlag, ar)):
        steg = _ganger(Slag.SKATTEUNDERLAG, "skatteintakter", skatt, tal)
        skatt += steg.effekt
        yield steg
    if skatt is not None and a.skattesats_nu and (ore := _summa_till(a.skattesats, ar)):
        # Multiplied first: a quotient is cut after 28 digits.
        effekt = avrunda(skatt * ore / HUNDRA / a.skattesats_nu, ORE)
        yield Steg(Slag.SKATTESATS, "skatteintakter", effekt, skatt / a.skattesats_nu, ore / HUNDRA)
    for rad in RADER:
        if belopp := a.belopp.get(rad, {}).get(ar):
            yield Steg(Slag.BELOPP, rad, belopp)
    if a.ranta and skuld:
        yield _ganger(Slag.RANTA, "finansnetto", -skuld, a.ranta / HUNDRA)


def _ganger(slag: Slag, rad: str, bas: Decimal, tal: Decimal) -> Steg:
    return Steg(slag, rad, avrunda(bas * tal, ORE), bas, tal)


def _hojning(per_ar: Mapping[int, Decimal], ar: int) -> Decimal:
    """How much higher the level is in `ar`: the changes of the years so far multiply."""
    niva = Decimal(1)
    for nar, procent in sorted(per_ar.items()):
        if nar <= ar:
            niva *= 1 + procent / HUNDRA
    return niva - 1


def _summa_till(per_ar: Mapping[int, Decimal], ar: int) -> Decimal:
    return sum((v for nar, v in per_ar.items() if nar <= ar), NOLL)


def _krav(underlag: tuple[Arsunderlag, ...]) -> dict[int, Arsutredning]:
    if not underlag:
        return {}
    return {u.ar: u for u in balanskravsutredning(underlag, enhet="kr", visa_enhet="mnkr").ar}


def _andrat_krav(underlag, effekter: Mapping[int, Arseffekt]) -> tuple[Arsunderlag, ...]:
    """The lines of the balanskrav with the effects in them. What was printed is no check of a scenario."""
    return tuple(_andrat_krav_ar(u, effekter.get(u.ar)) for u in underlag)


def _andrat_krav_ar(u: Arsunderlag, effekt: Arseffekt | None) -> Arsunderlag:
    if effekt is None:
        return u
    poster = dict(u.poster)
    if "arets_resultat" in poster:
        poster["arets_resultat"] = _med(poster["arets_resultat"], effekt.resultat)
    return replace(
        u,
        poster=poster,
        bas=_med(u.bas, effekt.bas),
        eget_kapital_inkl_pensioner=_med(u.eget_kapital_inkl_pensioner, -effekt.skuld),
        publicerat={},
    )


def _andrat_mal(underlag, effekter: Mapping[int, Arseffekt], krav: Mapping[int, Arsutredning]):
    for m in underlag:
        effekt = effekter.get(m.ar)
        if effekt is None:
            yield m
            continue
        yield replace(
            m,
            arets_resultat=_plus(m.arets_resultat, effekt.resultat),
            bas=_plus(m.bas, effekt.bas),
            nettolaneskuld=_plus(m.nettolaneskuld, effekt.skuld),
            balanskravsresultat=None if m.balanskravsresultat is None else krav[m.ar].balanskravsresultat,
        )


def _plus(varde: Decimal | None, andring: Decimal) -> Decimal | None:
    return None if varde is None else varde + andring


def _med(matt: Matt | None, andring: Decimal) -> Matt | None:
    return matt and Matt(matt.varde + andring, matt.precision)


# Kept as JSON: numbers as text, so that no digit is lost, and years as text, as JSON has its keys.


def skriv_antaganden(a: Antaganden) -> dict[str, Any]:
    """The assumptions as they are stored; `las_antaganden` is the inverse."""
    data: dict[str, Any] = {slag.value: _text(getattr(a, slag)) for slag in PROCENTSLAG}
    data["belopp"] = {rad: _text(varden) for rad, varden in a.belopp.items() if varden}
    data["skattesats_nu"] = None if a.skattesats_nu is None else str(a.skattesats_nu)
    data["ranta"] = str(a.ranta)
    return data


def las_antaganden(data: Any, aren: Iterable[int]) -> Antaganden:
    """The assumptions of a stored or typed scenario over a version's years. Raises OgiltigtScenario."""
    if not isinstance(data, dict) or set(data) - {*PROCENTSLAG, "belopp", "skattesats_nu", "ranta"}:
        raise OgiltigtScenario("Antagandena har en form som inte går att läsa.")
    aren = set(aren)
    per_slag = {
        slag.value: _las_per_ar(data.get(slag), aren, STORST[slag], "Ändringen") for slag in PROCENTSLAG
    }
    belopp = data.get("belopp") or {}
    if not isinstance(belopp, dict) or set(belopp) - set(RADER):
        raise OgiltigtScenario("Ett belopp gäller en rad som scenariot inte kan ändra.")
    sats = data.get("skattesats_nu")
    sats = None if sats in (None, "") else _las_tal(sats, STORSTA_SKATTESATS, "Skattesatsen")
    ranta = _las_tal(data.get("ranta") or "0", STORSTA_RANTA, "Räntan")
    if ranta < 0:
        raise OgiltigtScenario("Räntan kan inte vara negativ.")
    if sats is not None and sats <= 0:
        raise OgiltigtScenario("Skattesatsen ska vara mer än noll.")
    if per_slag["skattesats"] and sats is None:
        raise OgiltigtScenario("Skriv dagens skattesats, så att det går att räkna ut vad ett öre ger.")
    return Antaganden(
        **per_slag,
        belopp={
            rad: varden
            for rad, v in belopp.items()
            if (varden := _las_per_ar(v, aren, STORSTA_BELOPP / HUNDRA, "Beloppet"))
        },
        skattesats_nu=sats,
        ranta=ranta,
    )


def _text(per_ar: Mapping[int, Decimal]) -> dict[str, str]:
    return {str(ar): str(tal) for ar, tal in sorted(per_ar.items())}


def _las_per_ar(data: Any, aren: set[int], storst: Decimal, vad: str) -> dict[int, Decimal]:
    if not isinstance(data or {}, dict):
        raise OgiltigtScenario("Antagandena har en form som inte går att läsa.")
    varden = {}
    for ar, tal in (data or {}).items():
        if str(ar) not in map(str, aren):
            raise OgiltigtScenario(f"Versionen har inget år {ar}.")
        # A change of nothing is no change.
        if varde := _las_tal(tal, storst, vad):
            varden[int(ar)] = varde
    return varden


def _las_tal(text: Any, storst: Decimal, vad: str) -> Decimal:
    try:
        tal = Decimal(str(text))
    except InvalidOperation as fel:
        raise OgiltigtScenario(f"{vad} är inte ett tal.") from fel
    if not tal.is_finite() or abs(tal) > storst:
        raise OgiltigtScenario(f"{vad} får vara högst {storst:f}.")
    return tal
