"""What a measure is measured in, and which words after a number mean that: a closed list, so that no other is taken."""

import re
from typing import NamedTuple

from regionskane.lib.minne import minns


class Matt(NamedTuple):
    """What a target is read for: the indikator's `enhetsslag`, its `enhet` and `namn` as they are written."""

    slag: str
    enhet: str
    namn: str = ""


PROCENT = frozenset(("%", "procent"))
# Words for one and the same unit, by the one that they are compared as.
_SAMMA = {
    "dag": "dagar", "timme": "timmar", "tim": "timmar", "h": "timmar", "minut": "minuter", "min": "minuter",
    "sekund": "sekunder", "sek": "sekunder", "s": "sekunder", "vecka": "veckor", "månad": "månader", "mån": "månader",
    "vpl": "vårdplatser", "inv": "invånare", "stycken": "st", "styck": "st", "procent": "%", "poängen": "poäng",
    "kr": "kronor", "mkr": "mnkr",
}  # fmt: skip
_TID = frozenset(("sekunder", "minuter", "timmar", "dygn", "dagar", "vardagar", "veckor", "månader", "år"))
_ANTAL = frozenset(("st", "antal", "fall"))
_INDEX = frozenset(("index", "indexenheter", "enheter", "poäng"))
# Words that say how many each of what is counted stands for: a number without them would mean something else.
_MANGDER = frozenset(
    (
        "tusen",
        "tusental",
        "tusentals",
        "miljon",
        "miljoner",
        "miljontals",
        "miljard",
        "miljarder",
        "mnkr",
        "tkr",
        "mdkr",
    )
)
_PENGAR = frozenset(("kronor", "mnkr", "tkr", "mdkr"))
# Words of a name after which it is not that which is counted.
_VANDER = frozenset(("icke", "ej", "inte", "ingen", "inga", "utan"))
_NAMNARE = frozenset(("vårdplatser", "invånare", "anställda", "medarbetare", "patienter", "födda", "besök"))
# Units that say nothing more than the kind: for them the words of the kind are the unit.
_ALLMANNA = {"antal": _ANTAL, "index": _INDEX}
_ANDELSER = ("", "n", "t", "r", "a", "en", "et", "er", "ar", "or", "na", "erna", "arna", "orna")
# Words of a name that turn a meaning, or that are units of another kind, never name what is counted.
# fmt: off
_NAMNER_INTE = frozenset(
    (
        "andel", "antal", "genomsnitt", "median", "snitt", "mera", "mindre", "fler", "flera", "färre", "högre", "lägre",
        "bättre", "sämre", "större", "längre", "kortare", "riket", "totalt", "alla", "utan", "inom", "under", "över",
        "minst", "högst", "eller", "från", "inte", "inga",
    )
)
# fmt: on


# Where a name goes on to say more of what is counted.
_BESTAMNING = re.compile(
    r"[,;:(–]| (?:på|i|av|med|till|hos|vid|från|för|inom|per|som|och|eller|under|utan|efter|mot|om|där) "
)


@minns(4_096)
def ar_kand(skrivet: str, matt: Matt | None) -> bool:
    """Whether what is written after a number is a unit of the measure; without one (None), of any measure.

    A percentage is a unit everywhere: whether it goes with the measure is another question.
    """
    ren = _ren(skrivet)
    if ren in ("", "%"):
        return True
    if matt is None:
        taljare, streck, namnare = ren.partition("/")
        kand = _TID | _ANTAL | _INDEX
        if not streck:
            return ren in kand
        return (not taljare or taljare in kand) and re.sub(r"^\d+ ?", "", namnare) in _NAMNARE
    egen = _ren(matt.enhet)
    if ren == egen:
        return True
    taljare, streck, namnare = ren.partition("/")
    egen_taljare, eget_streck, egen_namnare = egen.partition("/")
    if streck:
        return namnare == egen_namnare and (
            taljare in ("", egen_taljare) or (not egen_taljare and _namns(taljare, matt.namn))
        )
    if eget_streck:
        return bool(egen_taljare) and ren == egen_taljare
    allmanna = _ALLMANNA.get(matt.slag, frozenset())
    if matt.slag == "antal" and (mangd := _mangd(egen if egen not in allmanna else matt.namn.casefold())):
        return ren in mangd
    if egen in allmanna and ren in allmanna:
        return True
    return matt.slag == "antal" and (
        ren in ("st", "fall") or _namns(ren, egen if egen not in allmanna else matt.namn)
    )


def ar_pengar(skrivet: str) -> bool:
    """Whether a unit is money, of which less is not always better."""
    return _ren(skrivet) in _PENGAR


def har_mangd(matt: Matt) -> bool:
    """Whether a number of the measure stands for many, «miljoner», or is money: 3 400 000 may be written for 3,4."""
    egen = _ren(matt.enhet)
    return matt.slag != "procent" and bool(
        _mangd(matt.namn.casefold() if egen in _ALLMANNA.get(matt.slag, frozenset()) else egen)
    )


def _mangd(enhet: str) -> set[str]:
    """What has to be written after a number of a unit that is many of something, or money."""
    return {o for o in re.findall(r"[^\W_]+", enhet) if o in _MANGDER or o in _PENGAR or o == "1000"}


def _ren(skrivet: str) -> str:
    """A unit for comparison: «per 100 disponibla vpl.» and «/100 vårdplatser» are one."""
    text = " ".join(skrivet.casefold().split()).replace("\u00a0", " ")
    text = re.sub(r"(?<=\d) (?=\d{3}\b)", "", text)
    text = text.replace("miljoner kronor", "mnkr").replace("tusen kronor", "tkr")
    text = re.sub(r"(?:^| )per ", "/", text)
    text = re.sub(r" ?/ ?", "/", text).replace("disponibla ", "")
    return "".join(_SAMMA.get(o, o) for o in re.findall(r"[^\W\d_]+(?:\.(?!\w))?|.", _utan_punkt(text)))


def _utan_punkt(text: str) -> str:
    return re.sub(r"(?<=[^\W\d_])\.(?= |/|$)", "", text)


def _namns(ord_: str, namn: str) -> bool:
    """Whether the name of the measure says that it counts the word, in whatever inflection: «vårdskador» of
    «Vårdskador på sjukhus», and not «sjukhus»."""
    if not re.fullmatch(r"[^\W\d_]{4,}", ord_) or ord_ in _NAMNER_INTE or _SAMMA.get(ord_, ord_) in _TID:
        return False
    bestamning = _BESTAMNING.search(namn.casefold())
    raknat = namn.casefold()[: bestamning.start()] if bestamning else namn.casefold()
    orden = re.findall(r"[^\W\d_]+", raknat)
    if (bestamning and bestamning[0] in (" och ", " eller ")) or _VANDER.intersection(orden):
        return False  # the word is a part of what is counted, or the opposite of it
    for i_namnet in orden:
        kort, lang = sorted((ord_, i_namnet), key=len)
        if i_namnet not in _NAMNER_INTE and lang.startswith(kort) and lang[len(kort) :] in _ANDELSER:
            return True
    return False
