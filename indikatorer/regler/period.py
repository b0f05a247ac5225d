"""The part of a year that a value is for, as one small number, and how it is written.

0 is the whole year, 1–12 a month, 21–24 a quarter, 31–33 a tertial, 41–42 a half year, and 102–111 January up to and
including a month (2 to 11).
"""

import re

HELAR = 0
_MANADER = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_TEXTER = (
    {HELAR: ""}
    | dict(enumerate(_MANADER, 1))
    | {20 + n: f"kvartal {n}" for n in range(1, 5)}
    | {30 + n: f"tertial {n}" for n in range(1, 4)}
    | {40 + n: f"halvår {n}" for n in range(1, 3)}
    | {100 + m: f"jan–{_MANADER[m - 1]}" for m in range(2, 12)}
)
DELPERIODER = frozenset(_TEXTER)

_KOD = re.compile(
    r"(\d{4})(?:-(0[1-9]|1[0-2])|\s*[-,]?\s*(?:kv|kvartal|q|k)\s*([1-4])|\s*[-,]?\s*(?:t|tertial)\s*([1-3]))?$",
    re.I,
)
_HALVAR = re.compile(r"(\d{4})\s*[-,]?\s*(?:h|halvår)\s*([12])$", re.I)
_TILL_OCH_MED = re.compile(r"(\d{4})-01\s*(?:--|–|/)\s*(\d{4})-(0[2-9]|1[01])$")


class OgiltigPeriod(ValueError):
    """The text is no period. `str()` is a Swedish sentence that says what to write instead."""


def skriv_period(ar: int, delperiod: int = HELAR) -> str:
    """«2024», «mar 2024», «kvartal 1 2024», «jan–jul 2022»."""
    return f"{_TEXTER[delperiod]} {ar}".strip()


def tolka_period(text: str) -> tuple[int, int]:
    """(år, delperiod) of «2024», «2024-03», «2024 kv 1», «2024 t2», «2024 h1» or «2022-01--2022-07».

    Raises OgiltigPeriod.
    """
    ren = " ".join(text.split())
    if traff := _TILL_OCH_MED.match(ren):
        if traff[1] == traff[2]:
            return int(traff[1]), 100 + int(traff[3])
    elif traff := _KOD.match(ren):
        ar, manad, kvartal, tertial = traff.groups()
        if manad:
            return int(ar), int(manad)
        return int(ar), 20 + int(kvartal) if kvartal else 30 + int(tertial) if tertial else HELAR
    elif traff := _HALVAR.match(ren):
        return int(traff[1]), 40 + int(traff[2])
    raise OgiltigPeriod(
        f"«{ren}» är ingen period. Skriv till exempel 2024, 2024-03, 2024 kv 1 eller 2024 t 2."
    )
