"""What is odd about a ledger file, pure: months that do not belong, are missing, or differ from their siblings.

These are the system's own rules of thumb, no law: a warning asks somebody who knows, it never says that the books
are wrong. Periods are yyyymm, amounts kronor in the ledger's own signs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.belopp import MNKR, formatera

# A month that is this many times its siblings' median, or this small a part of it, is asked about.
GANGER_STORRE, DEL_MINDRE = Decimal(3), Decimal("0.2")
# And it must lie this far outside all of them, or what comes each quarter would be asked about four times a year.
GANGER_YTTERST = Decimal(2)
# Less than this is no matter, however many times larger it is.
MINSTA_AVVIKELSE = 5 * MNKR
MINST_SYSKON = 3
# A month with fewer than this part of the lines that it had is asked about.
KRYMPT_TILL = Decimal("0.5")
ALDSTA_AR = 15


@dataclass(frozen=True, slots=True)
class Periodrader:
    """How many lines a file has of a period, and the first of them (its line in the file)."""

    rader: int
    forsta: int


@dataclass(frozen=True, slots=True)
class Avvikandemanad:
    """A month of a series beside the median of its siblings."""

    period: int
    belopp: Decimal
    median: Decimal


def period_i_ord(period: int) -> str:
    """202403 → «2024-03»."""
    return f"{period // 100}-{period % 100:02}"


def granska_perioder(
    perioder: Mapping[int, Periodrader], *, idag: date, rakenskapsar: tuple[int, int] | None = None
) -> list[Anmarkning]:
    """Periods that a file should not have: FEL outside its year and in years that cannot be meant, VARNING in the
    future, and for months missing between the first and the last.

    `rakenskapsar` is the first and last period that the file says it is for. Without it the year of most lines is
    the file's.
    """
    if not perioder:
        return []
    per_ar: dict[int, int] = {}
    for p, r in perioder.items():
        per_ar[p // 100] = per_ar.get(p // 100, 0) + r.rader
    aret = max(per_ar, key=lambda ar: (per_ar[ar], ar))
    forsta, sista = rakenskapsar or (aret * 100 + 1, aret * 100 + 12)
    nu = idag.year * 100 + idag.month
    vilket = str(aret) if forsta == aret * 100 + 1 else f"räkenskapsåret från {period_i_ord(forsta)}"
    fynd = []
    for p, r in sorted(perioder.items()):
        antal = "1 rad" if r.rader == 1 else f"{formatera(Decimal(r.rader))} rader"
        if not idag.year - ALDSTA_AR <= p // 100 <= idag.year + 1:
            text = f"Perioden {period_i_ord(p)} ({antal}) ligger i ett år som inte kan stämma."
            fynd.append(Anmarkning("UTANFOR_AR", Niva.FEL, text, r.forsta))
        elif not forsta <= p <= sista:
            text = f"Perioden {period_i_ord(p)} ({antal}) ligger utanför filens år, {vilket}. En fil gäller ett år."
            fynd.append(Anmarkning("UTANFOR_AR", Niva.FEL, text, r.forsta))
        elif p > nu:
            text = f"Perioden {period_i_ord(p)} ({antal}) har inte börjat än."
            fynd.append(Anmarkning("FRAMTID", Niva.VARNING, text, r.forsta))
    inne = [p for p in perioder if forsta <= p <= sista]
    saknas = [p for p in _manader(min(inne), max(inne)) if p not in perioder] if inne else []
    if saknas:
        text = f"Filen har inga rader för {', '.join(map(period_i_ord, saknas))}, fast den har månader före och efter."
        fynd.append(Anmarkning("TOM_PERIOD", Niva.VARNING, text))
    return fynd


def _manader(forsta: int, sista: int) -> list[int]:
    nr = range(forsta // 100 * 12 + forsta % 100 - 1, sista // 100 * 12 + sista % 100)
    return [n // 12 * 100 + n % 12 + 1 for n in nr]


def avvikande_manader(serie: Mapping[int, Decimal], *, granska: Iterable[int]) -> list[Avvikandemanad]:
    """The months among `granska` that differ wildly from the other months of a series (one post of one enhet).

    A month is compared with the median of all the others, which one odd month cannot move. It differs when it is more
    than `GANGER_STORRE` times the median and `GANGER_YTTERST` times the largest of them, less than `DEL_MINDRE` of
    the median and a `GANGER_YTTERST`th of the smallest, or has a sign that none of them has; and the distance is at
    least `MINSTA_AVVIKELSE` kronor. Fewer than `MINST_SYSKON` others say nothing, nor does a median of zero: such a
    post comes a few times a year.
    """
    funna = []
    for period in sorted(granska):
        syskon = [b for p, b in serie.items() if p != period]
        if period not in serie or len(syskon) < MINST_SYSKON:
            continue
        mitt, belopp = Decimal(median(syskon)), serie[period]
        if mitt and abs(belopp - mitt) >= MINSTA_AVVIKELSE and _skiljer(belopp, mitt, syskon):
            funna.append(Avvikandemanad(period, belopp, mitt))
    return funna


def _skiljer(belopp: Decimal, mitt: Decimal, syskon: Iterable[Decimal]) -> bool:
    # As multiples of the median, so that income and cost are judged alike.
    kvot, kvoter = belopp / mitt, [s / mitt for s in syskon]
    if kvot > GANGER_STORRE:
        return kvot > GANGER_YTTERST * max(kvoter)
    if kvot < 0:
        return min(kvoter) >= 0
    return kvot < DEL_MINDRE and kvot < min(kvoter) / GANGER_YTTERST


def har_krympt(*, nya: int, gamla: int) -> bool:
    """Whether a part has so few lines, beside the one that it replaces, that something may be missing."""
    return nya < gamla * KRYMPT_TILL


def obalansens_niva(*, balanserade: int, obalanserade: int, en_namnd: bool) -> Niva:
    """How serious unbalanced vouchers are.

    A file for one nämnd, or one where hardly any voucher balances, holds only a part of each: that is asked about.
    Where most do, one that does not is an error.
    """
    return Niva.VARNING if en_namnd or balanserade < obalanserade else Niva.FEL
