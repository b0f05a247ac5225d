"""Ties between resultatbudget, kassaflödesbudget and balansbudget (LKR 4–6 kap.; budget 2024, bilaga 1–3 and 5A).

The tables are decided apart and printed rounded; nothing here makes them agree. Each tie says which two figures
are compared, what parts them, and whether that is rounding, a difference, or something that cannot be asked.
Amounts are kronor with the signs of their tables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Utfall(StrEnum):
    """`TRYCKT` is a figure that agrees as it is printed, though its own parts give something else."""

    STAMMER = "stämmer"
    AVRUNDNING = "avrundning"
    TRYCKT = "stämmer som tryckt"
    SKILJER = "skiljer"
    PROVAS_INTE = "kan inte prövas"


@dataclass(frozen=True, slots=True)
class Siffra:
    """A figure of one year: `kalla` is the version that it comes from, `tryckt` what is printed for it when its
    parts are in the table too, and `precision` the kronor of its coarsest part's last digit."""

    varde: Decimal
    precision: Decimal
    kalla: str
    tryckt: Decimal | None = None


# A figure's key: the table and the line.
Nyckel = tuple[str, str]
Ar = Mapping[Nyckel, Siffra]


@dataclass(frozen=True, slots=True)
class Led:
    """One side of a tie: figures with the factor each is counted by. `forra` ones are of the year before."""

    text: str
    delar: tuple[tuple[Nyckel, int], ...]
    forra: tuple[tuple[Nyckel, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Regel:
    """A tie. `samma`: the document means its sides to be the same figure, so a difference is a finding. A tie that
    is not is a relation that the sides should come near. `inte` says why it can never be asked."""

    kod: str
    rubrik: str
    vanster: Led
    hoger: Led
    samma: bool
    forklaring: str
    inte: str = ""


@dataclass(frozen=True, slots=True)
class Samband:
    """A tie of one year. A side is None when a figure of it is missing."""

    regel: Regel
    ar: int
    vanster: Decimal | None
    hoger: Decimal | None
    differens: Decimal | None
    utfall: Utfall
    skal: str = ""
    precision: Decimal = Decimal(1)


def _r(post: str) -> Nyckel:
    return "resultatbudget", post


def _k(post: str) -> Nyckel:
    return "kassaflode", post


def _b(post: str) -> Nyckel:
    return "balansbudget", post


def _andring(*poster: str, tecken: int = 1) -> dict:
    """The change of lines of the balansbudget since the year before."""
    return {"delar": tuple((_b(p), tecken) for p in poster), "forra": tuple((_b(p), -tecken) for p in poster)}


_TILLGANGAR = ("immateriella_tillgangar", "materiella_tillgangar")
_LAN = ("langfristiga_lan", "kortfristiga_lan")
_FORVARV = Led(
    "Förvärv i kassaflödesbudgeten", ((_k("immateriella_forvarv"), -1), (_k("materiella_forvarv"), -1))
)
_LANEPOSTER = tuple(_k(p) for p in ("nya_lan", "amortering_lan", "koncernlan"))


REGLER = (
    Regel(
        "RESULTAT_KASSA", "Årets resultat: resultatbudget och kassaflödesbudget",
        Led("Resultatbudget", ((_r("arets_resultat"), 1),)), Led("Kassaflödesbudget", ((_k("arets_resultat"), 1),)),
        True, "Kassaflödet börjar i årets resultat.",
    ),
    Regel(
        "RESULTAT_BALANS", "Årets resultat: resultatbudget och balansbudget",
        Led("Resultatbudget", ((_r("arets_resultat"), 1),)), Led("Balansbudget", ((_b("arets_resultat"), 1),)),
        True, "Balansbudgetens rad «därav årets resultat» är resultatbudgetens sista rad.",
    ),
    Regel(
        "EGET_KAPITAL", "Eget kapital ändras med årets resultat",
        Led("Förändring av eget kapital", **_andring("eget_kapital")),
        Led("Årets resultat", ((_r("arets_resultat"), 1),)),
        True, "Inget annat än årets resultat ändrar det egna kapitalet från ett år till nästa.",
    ),
    Regel(
        "BALANS", "Tillgångarna är lika stora som eget kapital, avsättningar och skulder",
        Led("Summa tillgångar", ((_b("summa_tillgangar"), 1),)),
        Led("Eget kapital, avsättningar och skulder", ((_b("summa_eget_kapital_avsattningar_skulder"), 1),)),
        True, "Balansbudgetens två sidor.",
    ),
    Regel(
        "AVSKRIVNINGAR", "Avskrivningar: resultatbudget och kassaflödesbudgetens not",
        Led("Resultatbudget", ((_r("avskrivningar"), -1),)), Led("Kassaflödets not", ((_k("not_avskrivningar"), 1),)),
        True, "Avskrivningar är en kostnad utan utbetalning och läggs tillbaka i kassaflödet.",
    ),
    Regel(
        "INVESTERINGAR_5A", "Investeringar: kassaflödesbudget och bilaga 5A",
        _FORVARV, Led("Summa investeringar i 5A", (((("investeringar", "summa_investeringar")), 1),)),
        False, "5A räknar utgiften när den uppstår, också kapitaliserad förhyrning som inte betalas på en gång; "
        "kassaflödet räknar betalningen. Handlingen säger inte vad som skiljer dem.",
    ),
    Regel(
        "INVESTERINGAR_BALANS", "Investeringar: kassaflödesbudget och balansbudgetens tillgångar",
        _FORVARV,
        Led(
            "Ändring av tillgångar, och avskrivningar",
            (*_andring(*_TILLGANGAR)["delar"], (_r("avskrivningar"), -1)),
            _andring(*_TILLGANGAR)["forra"],
        ),
        False, "Tillgångarna växer med det som förvärvas och minskar med avskrivningarna. Sålda tillgångar, ny leasing "
        "och kreditivränta står inte för sig i balansbudgeten.",
    ),
    Regel(
        "LAN", "Lån: kassaflödesbudget och balansbudgetens låneskulder",
        Led("Nya lån, amortering och koncernlån", tuple((p, 1) for p in _LANEPOSTER)),
        Led("Ändring av låne- och leasingskulder", **_andring(*_LAN)),
        True, "Skulden växer med nya lån och koncernlån och minskar med amorteringen.",
    ),
    Regel(
        "NETTOSKULD_FORANDRING", "Nettoskuldens förändring är årets lånefinansiering",
        Led("Årets förändring av nettoskulden", ((_k("nettoskuld_forandring"), 1),)),
        Led("Nya lån, amortering och koncernlån, omvänt tecken", tuple((p, -1) for p in _LANEPOSTER)),
        True, "Nettoskulden skrivs med minus och växer med det som lånas.",
    ),
    Regel(
        "NETTOSKULD_BORJAN", "Nettoskuld: förra årets slut och årets början",
        Led("Förra årets slut", (), ((_k("nettoskuld_slut"), 1),)),
        Led("Årets början", ((_k("nettoskuld_borjan"), 1),)),
        True, "Ett år börjar där det förra slutar.",
    ),
    Regel(
        "LIKVIDA_BORJAN", "Likvida medel: förra årets slut och årets början",
        Led("Förra årets slut", (), ((_k("likvida_slut"), 1),)), Led("Årets början", ((_k("likvida_borjan"), 1),)),
        True, "Ett år börjar där det förra slutar.",
    ),
    Regel(
        "LIKVIDA_BALANS", "Likvida medel och omsättningstillgångar",
        Led("Likvida medel vid årets slut", ((_k("likvida_slut"), 1),)),
        Led("Omsättningstillgångar", ((_b("omsattningstillgangar"), 1),)),
        False, "Likvida medel är en del av omsättningstillgångarna.",
        inte="Balansbudgeten visar inte likvida medel för sig.",
    ),
    Regel(
        "AVSATTNINGAR", "Avsättningar: kassaflödesbudget och balansbudget",
        Led(
            "Justering för avsättningar, minus pensionsutbetalningar",
            ((_k("not_avsattningar"), 1), (_k("pensionsutbetalningar"), 1)),
        ),
        Led("Ändring av avsättningarna", **_andring("summa_avsattningar")),
        True, "Avsättningarna växer med årets kostnad och minskar med det som betalas ut.",
    ),
    Regel(
        "INFRASTRUKTUR", "Bidrag till infrastruktur: kassaflödesbudget och balansbudget",
        Led("Upplösning minus utbetalning", ((_k("not_infrastruktur"), 1), (_k("infrastruktur"), 1))),
        Led("Minskning av bidraget i balansbudgeten", **_andring("bidrag_infrastruktur", tecken=-1)),
        True, "Bidraget löses upp över åren som en kostnad utan utbetalning.",
    ),
)  # fmt: skip


def prova(ar: int, siffror: Ar, forra: Ar) -> tuple[Samband, ...]:
    """Every tie of a year, given its figures and those of the year before (empty when there is none)."""
    return tuple(_prova(regel, ar, siffror, forra) for regel in REGLER)


def _prova(regel: Regel, ar: int, siffror: Ar, forra: Ar) -> Samband:
    sidor = (regel.vanster, regel.hoger)
    v, h = (_varde(led, siffror, forra, lambda s: s.varde) for led in sidor)
    differens = None if v is None or h is None else v - h
    ingar = [s for led in sidor for s in _ingaende(led, siffror, forra)]
    precision = max((s.precision for s in ingar), default=Decimal(1))
    skal = regel.inte or _hinder(regel, ar, siffror, forra)
    if skal:
        return Samband(regel, ar, v, h, differens, Utfall.PROVAS_INTE, skal, precision)
    if not differens:
        return Samband(regel, ar, v, h, differens, Utfall.STAMMER, precision=precision)
    if abs(differens) <= precision:
        return Samband(regel, ar, v, h, differens, Utfall.AVRUNDNING, precision=precision)
    tv, th = (_varde(led, siffror, forra, _som_tryckt) for led in sidor)
    if abs(tv - th) <= precision:
        return Samband(regel, ar, v, h, differens, Utfall.TRYCKT, precision=precision)
    return Samband(regel, ar, v, h, differens, Utfall.SKILJER, precision=precision)


def _som_tryckt(s: Siffra) -> Decimal:
    return s.varde if s.tryckt is None else s.tryckt


def _hinder(regel: Regel, ar: int, siffror: Ar, forra: Ar) -> str:
    """Why the tie cannot be asked of the year, or nothing."""
    for led in (regel.vanster, regel.hoger):
        saknade = [n for n, _ in led.delar if n not in siffror]
        if saknade:
            return f"{_TABELLNAMN[saknade[0][0]]} saknar en siffra för {ar}."
        if any(n not in forra for n, _ in led.forra):
            return f"{_TABELLNAMN[led.forra[0][0][0]]} saknar en siffra för {ar - 1}."
    nu = {s.kalla for led in (regel.vanster, regel.hoger) for s in _ingaende(led, siffror, {})}
    da = {s.kalla for led in (regel.vanster, regel.hoger) for s in _ingaende(led, {}, forra)}
    if da - nu:
        ur = ", ".join(sorted(da - nu))
        return f"{ar - 1} kommer ur {ur}, men {ar} börjar i det läge som väntas när året börjar."
    return ""


def _ingaende(led: Led, siffror: Ar, forra: Ar) -> list[Siffra]:
    return [ur[n] for ur, delar in ((siffror, led.delar), (forra, led.forra)) for n, _ in delar if n in ur]


def _varde(led: Led, siffror: Ar, forra: Ar, las: Callable[[Siffra], Decimal]) -> Decimal | None:
    summa = Decimal(0)
    for ur, delar in ((siffror, led.delar), (forra, led.forra)):
        for nyckel, faktor in delar:
            if nyckel not in ur:
                return None
            summa += las(ur[nyckel]) * faktor
    return summa


_TABELLNAMN = {
    "resultatbudget": "Resultatbudgeten",
    "kassaflode": "Kassaflödesbudgeten",
    "balansbudget": "Balansbudgeten",
    "investeringar": "Bilaga 5A",
}
