"""Values set by law or by the region's own goals, each with the first year it holds for and its source.

A rule never writes such a number itself: it asks for the value of the year it computes, so an old
year keeps its old answer when the law changes. To follow a change, add a `Daterat`; never edit one.
«att kontrollera» marks what is generally known but was not read in the statute itself.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Reservslag(StrEnum):
    """Which reserve a year may reserve to (KL 11:14 in its wording of that year)."""

    RUR = "RUR"
    RER = "RER"


@dataclass(frozen=True, slots=True)
class Daterat:
    """A value that holds from räkenskapsåret `fran` until a later one takes over."""

    fran: int
    varde: Any
    kalla: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One dated value of the law; `varden` stand in order of `fran`."""

    etikett: str
    varden: tuple[Daterat, ...]

    def daterat(self, ar: int) -> Daterat | None:
        """The value in force in `ar` with its source, or None before the first one."""
        return next((v for v in reversed(self.varden) if v.fran <= ar), None)

    def for_ar(self, ar: int) -> Any:
        """The value in force in `ar`, or None before the first one."""
        daterat = self.daterat(ar)
        return daterat.varde if daterat else None


RESERVSLAG = Parameter(
    "Reserv som året får reservera till",
    (
        Daterat(2013, Reservslag.RUR, "Prop. 2011/12:172, därefter KL 11:14 i lydelse före 2024"),
        Daterat(2024, Reservslag.RER, "KL 11:14 i lydelse från 2024-01-01, prop. 2022/23:119"),
    ),
)

RESERV_ANDEL = Parameter(
    "Andel av skatteintäkter, generella statsbidrag och utjämning som resultatet måste överstiga",
    (Daterat(2013, Decimal("0.01"), "KL 11:14 (dessförinnan KL 1991:900 8:3 d, att kontrollera)"),),
)

RESERV_ANDEL_NEGATIVT_EGET_KAPITAL = Parameter(
    "Samma andel när eget kapital inklusive alla pensionsförpliktelser är negativt",
    (Daterat(2013, Decimal("0.02"), "KL 11:14 (dessförinnan KL 1991:900 8:3 d, att kontrollera)"),),
)

RER_TAK_ANDEL = Parameter(
    "Resultatreservens högsta storlek som andel av skatteintäkter, generella statsbidrag och utjämning",
    (Daterat(2024, Decimal("0.05"), "KL 11:14 i lydelse från 2024-01-01, prop. 2022/23:119"),),
)

ATERSTALLNINGSTID = Parameter(
    "Antal år efter underskottsåret inom vilka ett negativt balanskravsresultat ska regleras",
    (Daterat(2005, 3, "KL 11:12 (dessförinnan KL 1991:900 8:5 a; första året att kontrollera)"),),
)

RUR_SISTA_AR = Parameter(
    "Sista räkenskapsår då medel i en äldre resultatutjämningsreserv får användas",
    (Daterat(2024, 2033, "Övergångsbestämmelse till KL 11:14: tio år från 2024 (slutår att kontrollera)"),),
)

_BUDGET_2024 = "Verksamhetsplan och budget 2024, finansiella mål (första år att kontrollera)"

RESULTATMAL_ANDEL = Parameter(
    "Resultatets minsta andel av skatt, utjämning och generella statliga bidrag",
    (Daterat(2022, Decimal("0.02"), _BUDGET_2024),),
)

RESULTATMAL_FONSTER = Parameter(
    "Antal år som resultatmålet räknas över, det egna året medräknat",
    (Daterat(2022, 5, _BUDGET_2024),),
)

SKULDSATTNINGSMAL_ANDEL = Parameter(
    "Nettolåneskuldens största andel av skatt, utjämning och generella statliga bidrag",
    (Daterat(2022, Decimal("0.25"), _BUDGET_2024),),
)


_FORUTSATTNINGAR = "Verksamhetsplan och budget 2024, övriga beräkningsförutsättningar, textrad 2988"

KREDITIVRANTA = Parameter(
    "Kreditivränta, region Skånes genomsnittliga ränta på låneskulden",
    (
        Daterat(2021, Decimal("0.0055"), _FORUTSATTNINGAR),
        Daterat(2022, Decimal("0.0160"), _FORUTSATTNINGAR),
        Daterat(2023, Decimal("0.0225"), _FORUTSATTNINGAR),
        Daterat(2024, Decimal("0.0280"), _FORUTSATTNINGAR),
        Daterat(2025, Decimal("0.0290"), _FORUTSATTNINGAR),
    ),
)


@dataclass(frozen=True, slots=True)
class Avsteg:
    """A decided, temporary departure from a goal in the years `fran`–`till`. Budgets from `budgetar` know it."""

    mal: str
    fran: int
    till: int
    motiv: str
    beslut: str
    budgetar: int


AVSTEG = (
    Avsteg(
        "resultatmal",
        2024,
        2025,
        "Tillfälliga kostnader tynger ekonomin, mest 2023–2024. Från 2026 ska resultatet åter vara förenligt med "
        "målet.",
        "Verksamhetsplan och budget 2024",
        2024,
    ),
)
