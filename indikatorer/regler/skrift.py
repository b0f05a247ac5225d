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

# What the database takes as a value; a longer number is no level that anything can be measured at.
_FOR_LANGT = re.compile(r"\d{15}|[.,]\d{7}")
# «1.000» is a thousand to some and one to others.
_TVETYDIGT = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?!\d)")
# A unit may be «per 100 vårdplatser» or «kWh/m2», but has no other number and is not the rest of a change.
_PER = re.compile(r"(?:/|\bper) ?\d[\d ]*", re.I)
_INGEN_ENHET = re.compile(r"(?:^|\s)\d|ökning|minskning|förbättring|procent", re.I)

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
    if _FOR_LANGT.search(ren.replace(" ", "")):
        raise OgiltigMalniva(
            "Målnivån har ett tal med för många siffror. Högst fjorton före decimaltecknet och sex efter."
        )
    if m := _TVETYDIGT.search(ren):
        raise OgiltigMalniva(
            f"«{m[0]}» kan läsas på två sätt. Skriv {m[0].replace('.', ' ')} för tusental eller "
            f"{m[0].replace('.', ',')} för decimaler."
        )
    if m := _FORBATTRING.match(ren):
        return Forbattring(_storlek(m["tal"], ren))
    if m := _FORANDRING.match(ren):
        halls = [h for h in (m["hall"], m["hall2"]) if h]
        if len(halls) == 1:
            return _forandring(m, halls[0], ren)
    elif m := _INTERVALL.match(ren):
        lagst, hogst = _tal(m["lagst"]), _tal(m["hogst"])
        if lagst <= hogst:
            return Intervall(lagst, hogst, _enhet(m, ren))
    if m := _TROSKEL.match(ren):
        if m["op"]:
            return Troskel(_OPERATORER[m["op"].lower()], _tal(m["tal"]), _enhet(m, ren))
        return Malvarde(_tal(m["tal"]), _enhet(m, ren))
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
    text = format(tal.copy_abs(), ",f").replace(",", HARDBLANK).replace(".", ",")
    return MINUS + text if tal < 0 else text


def _forandring(m, hall, ren) -> Forandring:
    operator = _OPERATORER[(m["op"] or m["op2"]).lower()]
    if not operator.uppat:
        raise OgiltigMalniva(f"«{ren}»: skriv minst (≥) eller mer än (>) framför en ökning eller minskning.")
    slag = (m["slag"] or "").lower()
    return Forandring(
        _HALL[hall.lower()],
        operator,
        _storlek(m["tal"] or m["tal2"], ren),
        Forandringsslag.ABSOLUT
        if not slag
        else Forandringsslag.PROCENT
        if slag in ("%", "procent")
        else Forandringsslag.PROCENTENHETER,
        bool(m["per_ar"]),
    )


def _tal(text: str) -> Decimal:
    return Decimal(text.replace(" ", "").replace(",", ".").replace(MINUS, "-"))


def _storlek(text: str, ren: str) -> Decimal:
    """The size of a change, whose way is said in words."""
    if (tal := _tal(text)) < 0:
        raise OgiltigMalniva(f"«{ren}»: skriv förändringen utan minustecken, till exempel minskning ≥ 5 %.")
    return tal


def _enhet(m, ren: str) -> str:
    enhet = (m["enhet"] or "").strip()
    if enhet.lower() == "procent":
        return "%"
    if _INGEN_ENHET.search(_PER.sub("", enhet)):
        raise OgiltigMalniva(
            f"«{enhet}» kan inte läsas som en enhet i «{ren}». Skriv till exempel ≥ 75 % eller ökning ≥ 10 %."
        )
    return enhet


def _med_enhet(tal: Decimal, enhet: str) -> str:
    luft = "" if not enhet or enhet.startswith("/") else HARDBLANK
    return f"{skriv_tal(tal)}{luft}{enhet}"
