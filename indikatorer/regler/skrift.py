"""The written form of a target rule: «≥ 80 %» read to a rule and written from it."""

import re
from decimal import Decimal
from functools import lru_cache

from indikatorer.regler.malregel import (
    Forandring,
    Forandringsslag,
    Forbattring,
    Hall,
    IngetMal,
    Intervall,
    Malregel,
    Malvarde,
    Operator,
    Riktningsmal,
    Troskel,
)

HARDBLANK, MINUS = "\u00a0", "\u2212"

_BLANK = re.compile(r"[\s\u00a0\u202f\u2009]+")
_TAL = r"[-\u2212]?(?:\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d+)?"
_OP = r">=|=>|≥|>|<=|=<|≤|<|minst|lägst|högst|mer än|fler än|över|mindre än|färre än|under"
_OPERATORER = {
    ">": Operator.OVER, "mer än": Operator.OVER, "fler än": Operator.OVER, "över": Operator.OVER,
    "≥": Operator.MINST, ">=": Operator.MINST, "=>": Operator.MINST, "minst": Operator.MINST, "lägst": Operator.MINST,
    "<": Operator.UNDER, "mindre än": Operator.UNDER, "färre än": Operator.UNDER, "under": Operator.UNDER,
    "≤": Operator.HOGST, "<=": Operator.HOGST, "=<": Operator.HOGST, "högst": Operator.HOGST,
}  # fmt: skip
_HALL = {"ökning": Hall.OKNING, "minskning": Hall.MINSKNING}
_SLAG = r"procentenheter|procentenhet|p\.e\.|procent|%"
# The unit of a level: anything that has no digit in front and is not one of the words of a change.
_ENHET = r"(?P<enhet>%|procent\b|/[^%<>≥≤]+|[^\W\d][^%<>≥≤]*)?"

_RIKTNING = re.compile(r"(ökning|minskning)$", re.I)
_FORBATTRING = re.compile(rf"förbättring (?:≥|>=|minst) ?(?P<tal>{_TAL})$", re.I)
_FORANDRING = re.compile(
    rf"(?:(?P<hall>ökning|minskning) (?P<op>{_OP}) ?(?P<tal>{_TAL})|(?P<op2>{_OP}) ?(?P<tal2>{_TAL}))"
    rf" ?(?P<slag>{_SLAG})?(?: (?P<hall2>ökning|minskning))?(?P<per_ar> ?(?:/|per ) ?år)?$",
    re.I,
)
_INTERVALL = re.compile(rf"(?P<lagst>{_TAL}) ?(?:–|-|—|till) ?(?P<hogst>{_TAL}) ?{_ENHET}$", re.I)
_TROSKEL = re.compile(rf"(?P<op>{_OP})? ?(?P<tal>{_TAL}) ?{_ENHET}$", re.I)


class OgiltigMalniva(ValueError):
    """The text is no target rule. `str()` is a Swedish sentence that says what to write instead."""


@lru_cache(maxsize=4096)
def tolka(text: str) -> Malregel:
    """The rule that a written target means.

    Reads «≥ 80 %», «>95%», «<0,5/100 vpl.», «100 %», «40–60 %», «ökning ≥10%/år», «≥ 10 % minskning/år», «ökning ≥ 2
    procentenheter», «Ökning», «förbättring ≥ 1,0» and «-», also with «minst» and the like for the signs. Raises
    OgiltigMalniva for anything else.
    """
    ren = _BLANK.sub(" ", text).strip()
    if ren in ("-", "–", MINUS):
        return IngetMal()
    if m := _RIKTNING.match(ren):
        return Riktningsmal(_HALL[m[1].lower()])
    if m := _FORBATTRING.match(ren):
        return Forbattring(_tal(m["tal"]))
    if m := _FORANDRING.match(ren):
        halls = [h for h in (m["hall"], m["hall2"]) if h]
        if len(halls) == 1:
            return _forandring(m, halls[0], ren)
    elif m := _INTERVALL.match(ren):
        lagst, hogst = _tal(m["lagst"]), _tal(m["hogst"])
        if lagst <= hogst:
            return Intervall(lagst, hogst, _enhet(m))
    if m := _TROSKEL.match(ren):
        if m["op"]:
            return Troskel(_OPERATORER[m["op"].lower()], _tal(m["tal"]), _enhet(m))
        return Malvarde(_tal(m["tal"]), _enhet(m))
    raise OgiltigMalniva(
        f"«{ren}» är ingen målnivå. Skriv till exempel ≥ 80 %, < 0,5/100 vpl., 40–60 %, ökning ≥ 10 %/år, Ökning "
        "eller - för inget mål."
    )


def skriv(regel: Malregel, *, tatt: bool = False) -> str:
    """The written form of a rule, which `tolka` reads back to the same one. `tatt`: no space after the sign («>95 %»).

    Numbers keep their digits, with comma and hard spaces.
    """
    luft = "" if tatt else HARDBLANK
    match regel:
        case Troskel(operator, grans, enhet):
            return f"{operator}{luft}{_med_enhet(grans, enhet)}"
        case Malvarde(grans, enhet):
            return _med_enhet(grans, enhet)
        case Intervall(lagst, hogst, enhet):
            return f"{skriv_tal(lagst)}–{_med_enhet(hogst, enhet)}"
        case Forandring(hall, operator, storlek, slag, per_ar):
            enhet = {Forandringsslag.PROCENT: "%", Forandringsslag.PROCENTENHETER: "procentenheter"}.get(
                slag, ""
            )
            ord_ = "ökning" if hall == Hall.OKNING else "minskning"
            return f"{ord_} {operator}{luft}{_med_enhet(storlek, enhet)}{'/år' if per_ar else ''}"
        case Riktningsmal(hall):
            return "Ökning" if hall == Hall.OKNING else "Minskning"
        case Forbattring(minst):
            return f"förbättring ≥{luft}{skriv_tal(minst)}"
        case IngetMal():
            return "-"


def skriv_tal(tal: Decimal) -> str:
    """A number with exactly the digits it has: «79,0», «20 000», «−0,5»."""
    text = format(abs(tal), ",f").replace(",", HARDBLANK).replace(".", ",")
    return MINUS + text if tal < 0 else text


def _forandring(m, hall, ren) -> Forandring:
    operator = _OPERATORER[(m["op"] or m["op2"]).lower()]
    if not operator.uppat:
        raise OgiltigMalniva(f"«{ren}»: skriv minst (≥) eller mer än (>) framför en ökning eller minskning.")
    slag = (m["slag"] or "").lower()
    return Forandring(
        _HALL[hall.lower()],
        operator,
        _tal(m["tal"] or m["tal2"]),
        Forandringsslag.ABSOLUT
        if not slag
        else Forandringsslag.PROCENT
        if slag in ("%", "procent")
        else Forandringsslag.PROCENTENHETER,
        bool(m["per_ar"]),
    )


def _tal(text: str) -> Decimal:
    return Decimal(text.replace(" ", "").replace(",", ".").replace(MINUS, "-"))


def _enhet(m) -> str:
    enhet = (m["enhet"] or "").strip()
    return "%" if enhet.lower() == "procent" else enhet


def _med_enhet(tal: Decimal, enhet: str) -> str:
    luft = "" if not enhet or enhet.startswith("/") else HARDBLANK
    return f"{skriv_tal(tal)}{luft}{enhet}"
