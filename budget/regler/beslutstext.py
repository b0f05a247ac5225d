"""The text of a decision point: words, and placeholders for every figure that stands somewhere else.

    {resultatbudget.arets_resultat 2024}       the sum of a line, in mnkr
    {regionbidrag.regionbidrag KN 2024}        one enhet's
    {beslut:upplaningsram}                     a figure that the decision itself sets
    {bilaga:investeringar}                     which bilaga a table is
    {år}  {senast}                             the version's year, and the point's own last day

A year may be written «år», «år+1» or «år-1», so that the text can be used another year. What cannot be understood is
never shown as it stands: it becomes a `Trasig` with a sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Slag(StrEnum):
    POST = "post"
    BESLUT = "beslut"
    BILAGA = "bilaga"
    AR = "ar"
    SENAST = "senast"


@dataclass(frozen=True, slots=True)
class Ord:
    """Text that means what it says."""

    text: str


@dataclass(frozen=True, slots=True)
class Hanvisning:
    """A placeholder, understood. `text` is as written, without braces; `namn` is the post, figure or table."""

    text: str
    slag: Slag
    namn: str = ""
    uppstallning: str = ""
    enhet: str = ""
    ar: int = 0


@dataclass(frozen=True, slots=True)
class Trasig:
    """A placeholder that says nothing, and why, as a sentence for the user."""

    text: str
    skal: str


Bit = Ord | Hanvisning | Trasig

_BIT = re.compile(r"\{([^{}]*)\}|([{}])|([^{}]+)")
_AR = re.compile(r"(?:(\d{4})|år(?:([+\-\u2212])(\d))?)$")
_POST = re.compile(r"([\w-]+)\.([\w-]+)(?: ([A-Za-z][\w-]*))?$", re.ASCII)
_NAMNGIVEN = re.compile(r"(beslut|bilaga): ?([\w-]+)$", re.ASCII)


def dela(text: str, *, ar: int) -> tuple[Bit, ...]:
    """The text in its parts, in order; `ar` is what «år» means."""
    return tuple(_bitar(text, ar))


def _bitar(text: str, ar: int) -> Iterator[Bit]:
    for traff in _BIT.finditer(text):
        inuti, ensam, ord_ = traff.groups()
        if ord_ is not None:
            yield Ord(ord_)
        elif ensam is not None:
            yield Trasig(ensam, f"«{ensam}» står utan sin motsvarighet. En platshållare skrivs {{så här}}.")
        else:
            yield _hanvisning(" ".join(inuti.split()), ar)


def tolka(text: str, *, ar: int) -> Hanvisning | Trasig:
    """One placeholder, without its braces."""
    return _hanvisning(" ".join(text.split()), ar)


def _hanvisning(text: str, ar: int) -> Hanvisning | Trasig:
    if not text:
        return Trasig(text, "En platshållare är tom. Välj ett tal i listan.")
    if text == "senast":
        return Hanvisning(text, Slag.SENAST)
    if namngiven := _NAMNGIVEN.match(text):
        return Hanvisning(text, Slag(namngiven[1]), namngiven[2])
    if (eget := _arets(text, ar)) is not None:
        return Hanvisning(text, Slag.AR, ar=eget)
    kropp, _, slut = text.rpartition(" ")
    post, aret = _POST.match(kropp), _arets(slut, ar)
    if post and aret is not None:
        return Hanvisning(text, Slag.POST, post[2], post[1], post[3] or "", aret)
    if _POST.match(text):
        return Trasig(
            text, f"«{{{text}}}» saknar år. Skriv till exempel {{{text} {ar}}} eller {{{text} år}}."
        )
    return Trasig(text, f"«{{{text}}}» går inte att förstå. Välj ett tal i listan.")


def _arets(text: str, ar: int) -> int | None:
    traff = _AR.match(text)
    if traff is None:
        return None
    if traff[1]:
        return int(traff[1])
    steg = int(traff[3] or 0)
    return ar + steg if traff[2] in (None, "+") else ar - steg
