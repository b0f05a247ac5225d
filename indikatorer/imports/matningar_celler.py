"""What people write in the cells of a table of measurements: numbers, reasons for a missing one, sexes, periods."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from indikatorer.regler.period import OgiltigPeriod, tolka_period
from regionskane.lib.minne import minns
from regionskane.lib.xlsx_strom import Procenttal, Trasig

FLEST_DECIMALER = 6
FLEST_SIFFROR = 20
TIDIGAST, SENAST = 1950, 2100

_BLANK = re.compile(r"[\s\u00a0\u202f\u2007\u2009]+")
_RAKT = re.compile(r"(?:-(?=[0,.]*[1-9]))?\d{1,14}(?:[.,]\d{1,2})?", re.ASCII)
_TAL = re.compile(
    r"(?P<minus>[-−–])? ?(?P<hel>\d{1,3}(?: \d{3})+|\d+)?(?:(?P<tecken>[.,])(?P<del>\d+))?", re.ASCII
)
_TVETYDIGT = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
_PRELIMINART = re.compile(r"(?<!\s)\s*+(?:\(p\)|\(prel\.?\)|\bprel\.?)$", re.I)

_SKAL = {
    "iu": "iu", "i.u.": "iu", "i u": "iu", "ingen uppgift": "iu", "uppgift saknas": "iu", "saknas": "iu",
    "..": "iu", "…": "iu",
    "-": "ej_matt", "–": "ej_matt", "—": "ej_matt", "−": "ej_matt", ".": "ej_matt", "ej mätt": "ej_matt",
    "inte mätt": "ej_matt", "ej_matt": "ej_matt", "mäts ej": "ej_matt",
    "x": "undertryckt", "<5": "undertryckt", "n<5": "undertryckt", "färre än 5": "undertryckt",
    "färre än fem": "undertryckt", "undertryckt": "undertryckt", "sekretess": "undertryckt",
}  # fmt: skip
_KON = {
    "": "T", "t": "T", "totalt": "T", "total": "T", "alla": "T", "båda": "T", "samtliga": "T", "kvinnor och män": "T",
    "k": "K", "kvinna": "K", "kvinnor": "K", "flickor": "K", "flicka": "K",
    "m": "M", "man": "M", "män": "M", "pojkar": "M", "pojke": "M",
}  # fmt: skip
_JA = frozenset(("ja", "j", "x", "1", "true", "sant", "preliminär", "preliminärt", "prel", "p", "brott"))
_NEJ = frozenset(("", "nej", "n", "0", "false", "falskt"))


class OgiltigCell(ValueError):
    """The cell cannot be understood. `str()` is a Swedish sentence."""


class Varde(NamedTuple):
    """A cell with a value, or with the reason why there is none (`saknas`); both empty when nothing was written.

    `procent`: the cell says itself that it is a percentage.
    """

    tal: Decimal | None = None
    saknas: str = ""
    procent: bool = False
    preliminar: bool = False


def text(cell: Any) -> str:
    """A cell as text, white space in one form. Raises OgiltigCell for a faulty one."""
    if cell is None:
        return ""
    if type(cell) is str:
        return " ".join(cell.split())
    if isinstance(cell, Trasig):
        raise OgiltigCell(f"Cellen {cell.skal}")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return " ".join(str(cell).split())


def lasare(decimaltecken: str | None) -> Callable[[Any], Varde]:
    """A reader of value cells in a file whose decimal sign is «,» or «.», or None when the file does not show which.

    «12,5», «12.5», «1 234», «−3», «85 %», «45,2 (p)», «iu», «-», «..», «<5». A number keeps the digits that it was
    written with. The reader raises OgiltigCell for anything else, for what can be read in two ways, and for more than
    six decimals.
    """
    tolka = minns(50_000)(lambda skrivet: _av_text(skrivet, decimaltecken))

    def las(cell: Any) -> Varde:
        if type(cell) is str:
            return tolka(cell)
        if cell is None:
            return Varde()
        if isinstance(cell, Trasig):
            raise OgiltigCell(f"Cellen {cell.skal}")
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return _av_tal(cell)
        raise OgiltigCell(f"«{str(cell)[:40]}» är ett datum eller sant/falskt, inte ett tal. Välj talformat.")

    return las


def visar_decimaltecken(cell: Any) -> str | None:
    """The decimal sign that a cell shows beyond doubt: «12,5» shows comma, «1.234» nothing."""
    if type(cell) is not str:
        return None
    ren = cell.strip().removesuffix("%").strip().lstrip("-−–")
    if "," in ren and "." in ren:
        return "," if ren.rfind(",") > ren.rfind(".") else "."
    for tecken in ",.":
        fore, _, efter = ren.partition(tecken)
        if efter and (fore + efter).isascii() and (fore + efter).isdigit() and len(efter) != 3:
            return tecken
    return None


@minns(1_000)
def kon(skrivet: str) -> str:
    """T, K or M; nothing written is T."""
    if (k := _KON.get(skrivet.casefold())) is None:
        raise OgiltigCell(f"«{skrivet[:40]}» är inget kön. Skriv T (totalt), K (kvinnor) eller M (män).")
    return k


def ja_nej(skrivet: str) -> bool:
    ren = skrivet.casefold()
    if ren in _JA:
        return True
    if ren in _NEJ:
        return False
    raise OgiltigCell(f"«{skrivet[:40]}» är varken ja eller nej.")


@minns(1_000)
def skal(skrivet: str) -> str:
    """Why a value is missing, as `Matning.saknas`; nothing written is no reason."""
    if not skrivet:
        return ""
    if (s := _SKAL.get(skrivet.casefold())) is None:
        raise OgiltigCell(f"«{skrivet[:40]}» är inget skäl. Skriv iu, ej mätt eller undertryckt.")
    return s


@minns(10_000)
def period(skrivet: str) -> tuple[int, int]:
    """(år, delperiod)."""
    try:
        ar, delperiod = tolka_period(skrivet)
    except OgiltigPeriod as fel:
        raise OgiltigCell(str(fel)) from fel
    if not TIDIGAST <= ar <= SENAST:
        raise OgiltigCell(f"Året {ar} är inte rimligt. Skriv ett år från {TIDIGAST} till {SENAST}.")
    return ar, delperiod


def periodtext(cell: Any) -> str:
    """A cell with a period as text; a date in a workbook is its month."""
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m}"
    return text(cell)


def _av_text(skrivet: str, decimaltecken: str | None) -> Varde:
    if _RAKT.fullmatch(skrivet) and (decimaltecken is None or decimaltecken in skrivet or skrivet.isdigit()):
        return Varde(Decimal(skrivet.replace(",", ".")))
    ren = _BLANK.sub(" ", skrivet.replace("\ufeff", "")).strip()
    if not ren:
        return Varde()
    if s := _SKAL.get(ren.casefold().replace("< ", "<")):
        return Varde(saknas=s)
    kropp = _PRELIMINART.sub("", ren)
    preliminar = kropp != ren
    procent = kropp.endswith("%")
    tal = _tal(kropp.removesuffix("%").strip(), ren, decimaltecken)
    return Varde(_rimligt(tal, ren), procent=procent, preliminar=preliminar)


def _tal(kropp: str, ren: str, decimaltecken: str | None) -> Decimal:
    grupptecken = {",": ".", ".": ","}.get(decimaltecken or "")
    if grupptecken and re.fullmatch(
        rf"[-−–]?\d{{1,3}}(?:{re.escape(grupptecken)}\d{{3}})+(?:\D\d+)?", kropp, re.ASCII
    ):
        kropp = kropp.replace(grupptecken, "")
    m = _TAL.fullmatch(kropp)
    if not m or not (m["hel"] or m["del"]):
        raise OgiltigCell(f"«{ren[:40]}» är inget tal. Skriv till exempel 66,7, iu, - eller <5.")
    if m["tecken"] and m["tecken"] == grupptecken:
        namn = "komma" if decimaltecken == "," else "punkt"
        raise OgiltigCell(f"«{ren[:40]}» är inget tal i en fil med decimal{namn}.")
    if decimaltecken is None and _TVETYDIGT.fullmatch(kropp.lstrip("-−– ")):
        raise OgiltigCell(
            f"«{ren[:40]}» kan läsas på två sätt, eftersom filen inte visar om punkt är decimaltecken eller tusental."
        )
    tal = Decimal(
        f"{(m['hel'] or '0').replace(' ', '')}.{m['del']}" if m["del"] else m["hel"].replace(" ", "")
    )
    return -tal if m["minus"] else tal


def _av_tal(cell: int | float) -> Varde:
    procent = isinstance(cell, Procenttal)
    tal = Decimal(format(cell, ".15g"))  # what Excel keeps; the rest is how it writes 0,1 in binary
    if not tal.is_finite():
        raise OgiltigCell("Cellen är inget ändligt tal.")
    if procent:
        tal *= 100
    if procent or tal.as_tuple().exponent > 0:
        tal = tal.normalize()
        tal = tal.quantize(Decimal(1)) if tal.as_tuple().exponent > 0 else tal
    return Varde(_rimligt(tal, f"{tal:f}"), procent=procent)


def _rimligt(tal: Decimal, skrivet: str) -> Decimal:
    _, siffror, exponent = tal.as_tuple()
    if -exponent > FLEST_DECIMALER:
        raise OgiltigCell(f"«{skrivet[:40]}» har fler än sex decimaler. Avrunda till det som ska visas.")
    if len(siffror) > FLEST_SIFFROR or tal.adjusted() >= FLEST_SIFFROR - FLEST_DECIMALER:
        raise OgiltigCell(f"«{skrivet[:40]}» är för stort.")
    return tal if tal else abs(tal)
