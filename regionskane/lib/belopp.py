"""Amounts: reading what people type, rounding, and writing Swedish notation.

Money is `Decimal` in kronor everywhere. A scale (`skala`) is the number of kronor that one shown
unit stands for: 1 000 000 for mnkr. Rounding is done here and only when a figure is shown.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

KR = Decimal(1)
TKR = Decimal(1_000)
MNKR = Decimal(1_000_000)

SKALOR = {"kr": KR, "tkr": TKR, "mnkr": MNKR}
# What a line may be given in besides money. A percentage is kept as it is written, 3,1 and not 0,031.
ENHETER = SKALOR | {"antal": KR, "procent": KR}

HARDBLANK = "\u00a0"
MINUS = "\u2212"
ORE = Decimal("0.01")
STORSTA_BELOPP = Decimal(10) ** 14  # the column is numeric(16,2)

_BLANKSTEG = re.compile(r"[\s\u00a0\u202f\u2007\u2009]+")
_MINUSTECKEN = "-\u2212\u2013\u2012\u2010\u2011"
_TUSENTAL = re.compile(r"\d{1,3}( \d{3})+([.,]\d+)?$")
_PUNKTTUSENTAL = re.compile(r"\d{1,3}(\.\d{3})+,\d+$")
_RAK = re.compile(r"\d+([.,]\d*)?$|[.,]\d+$")


# No amount is written with more, and a sentence repeats what was written.
LANGSTA_SKRIVNA = 60


class OgiltigtBelopp(ValueError):
    """The text is not an amount. `str()` is a Swedish sentence that says what to write instead."""


@dataclass(frozen=True, slots=True)
class TolkatBelopp:
    """An amount as typed: `varde` in kronor and `precision`, the kronor of its last typed digit."""

    varde: Decimal
    precision: Decimal


def tolka_belopp(text: str, *, skala: Decimal = KR, procent: bool = False) -> TolkatBelopp | None:
    """Read Swedish notation: «1 234,5», «−12», «(12)», «12−», «1234.5», «1.234,5». Empty is None, never zero.

    `skala` is kronor per typed unit; `procent` takes a percentage, with or without its sign. Raises
    OgiltigtBelopp for anything that is not one number, for «1.234» (which may mean either 1,234 or
    1 234), for parts of an öre and for amounts that do not fit in the database.
    """
    ren = _BLANKSTEG.sub(" ", text.replace("\ufeff", "")).strip()
    if not ren:
        return None
    if len(ren) > LANGSTA_SKRIVNA:
        raise OgiltigtBelopp(f"«{ren[:40]}…» är inte ett tal. Skriv siffror, till exempel 11 eller 1 234,5.")
    if ren.endswith("%") and not procent:
        raise OgiltigtBelopp(f"«{ren}» är en procentsats. Skriv ett belopp, till exempel 1 234,5.")
    negativ = False
    kropp = ren.removesuffix("%").strip()
    if kropp.startswith("(") and kropp.endswith(")"):
        negativ, kropp = True, kropp[1:-1].strip()
    if kropp[:1] and kropp[0] in _MINUSTECKEN + "+":
        if negativ:
            raise OgiltigtBelopp(f"«{ren}» har både minus och parentes. Skriv till exempel −12.")
        negativ, kropp = kropp[0] != "+", kropp[1:].strip()
    elif kropp[-1:] and kropp[-1] in _MINUSTECKEN and not negativ:  # as ledger systems write it
        negativ, kropp = True, kropp[:-1].strip()
    if _PUNKTTUSENTAL.match(kropp):
        kropp = kropp.replace(".", "")
    if not (_TUSENTAL.match(kropp) or _RAK.match(kropp)) or not kropp.isascii():
        raise OgiltigtBelopp(f"«{ren}» är inte ett tal. Skriv siffror, till exempel 11 eller 1 234,5.")
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", kropp):
        raise OgiltigtBelopp(
            f"«{ren}» kan läsas på två sätt. Skriv {kropp.replace('.', ',')} eller {kropp.replace('.', ' ')}."
        )
    tal = Decimal(kropp.replace(" ", "").replace(",", "."))
    if len(tal.as_tuple().digits) > 28:  # more would be rounded silently by the arithmetic below
        raise OgiltigtBelopp(f"«{ren}» har för många siffror. Kontrollera beloppet.")
    precision = skala.scaleb(min(0, tal.as_tuple().exponent))
    kronor = (-tal if negativ else tal) * skala
    if abs(kronor) >= STORSTA_BELOPP:
        raise OgiltigtBelopp(
            f"«{ren}» är för stort. Kontrollera enheten: beloppet ska vara under 100 miljoner mnkr."
        )
    if kronor != kronor.quantize(ORE):
        for_manga = "fler än två decimaler" if procent else "fler decimaler än ören"
        raise OgiltigtBelopp(f"«{ren}» har {for_manga}. Ta bort decimaler.")
    return TolkatBelopp(varde=kronor.quantize(ORE) + 0, precision=max(precision, ORE))


def avrunda(varde: Decimal, steg: Decimal) -> Decimal:
    """Round to the nearest multiple of `steg` (same unit), halves away from zero as in print."""
    return (varde / steg).quantize(Decimal(1), rounding=ROUND_HALF_UP) * steg


def _skriv(tal: Decimal, tecken: bool) -> str:
    """Write an already rounded number: U+2212 for minus, U+00A0 between thousands, comma."""
    text = format(abs(tal), ",f").replace(",", HARDBLANK).replace(".", ",")
    if tal < 0:
        return MINUS + text
    return "+" + text if tecken and tal > 0 else text


def formatera(varde: Decimal, *, skala: Decimal = KR, decimaler: int = 0, tecken: bool = False) -> str:
    """Show an amount in kronor rounded in units of `skala`; `tecken` adds «+» to positive figures."""
    steg = Decimal(1).scaleb(-decimaler)
    return _skriv((varde / skala).quantize(steg, rounding=ROUND_HALF_UP) + 0, tecken)


def relativ_forandring(ny: Decimal | None, gammal: Decimal | None) -> Decimal | None:
    """(ny − gammal) / gammal as a fraction: a cost that grows is a plus, also where costs are written with minus.

    None when it says nothing: a figure is missing, the old one is zero, or the sign has changed.
    """
    if ny is None or not gammal or ny * gammal < 0:
        return None
    return (ny - gammal) / gammal


def relativ_avvikelse(ny: Decimal | None, gammal: Decimal | None) -> Decimal | None:
    """(ny − gammal) / |gammal|: `relativ_forandring` with the sign that the deviation in kronor has."""
    andel = relativ_forandring(ny, gammal)
    return -andel if andel and gammal < 0 else andel


def formatera_procent(andel: Decimal, *, decimaler: int = 1, tecken: bool = False) -> str:
    """Show a fraction (0.031) as percent («3,1 %»)."""
    return formatera(andel * 100, decimaler=decimaler, tecken=tecken) + HARDBLANK + "%"


def formatera_fullt(varde: Decimal, *, skala: Decimal = KR, minst: int = 0) -> str:
    """Show an amount without losing anything: at least `minst` decimals, as many as it needs.

    Entry fields use this, so that saving a form unchanged changes nothing.
    """
    tal = (varde / skala).normalize()
    steg = Decimal(1).scaleb(min(-minst, tal.as_tuple().exponent, 0))
    return _skriv(tal.quantize(steg) + 0, False)
