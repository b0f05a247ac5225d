"""Values set by law or by the region's own goals, each with the first year it holds for and its source.

A rule never writes such a number itself: it asks for the value of the year it computes, so an old
year keeps its old answer when the law changes. To follow a change, add a `Daterat`; never edit one.
A comment «to check» marks what is generally known but was not read in the statute itself; readers never see it.
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
        # To check: that the transitional rule of 2013 let the surpluses of 2010–2012 be reserved by the same rules.
        Daterat(2010, Reservslag.RUR, "Övergångsbestämmelse till reglerna från 2013, prop. 2011/12:172"),
        Daterat(2013, Reservslag.RUR, "Prop. 2011/12:172, därefter KL 11:14 i lydelse före 2024"),
        Daterat(2024, Reservslag.RER, "KL 11:14 i lydelse från 2024-01-01, prop. 2022/23:119"),
    ),
)

RESERV_ANDEL = Parameter(
    "Andel av skatteintäkter, generella statsbidrag och utjämning som resultatet måste överstiga",
    # To check: 8:3 d, and the surpluses of 2010–2012 as above.
    (Daterat(2010, Decimal("0.01"), "KL 11:14 (dessförinnan KL 1991:900 8:3 d)"),),
)

RESERV_ANDEL_NEGATIVT_EGET_KAPITAL = Parameter(
    "Samma andel när eget kapital inklusive alla pensionsförpliktelser är negativt",
    # To check: 8:3 d, and the surpluses of 2010–2012 as above.
    (Daterat(2010, Decimal("0.02"), "KL 11:14 (dessförinnan KL 1991:900 8:3 d)"),),
)

RER_TAK_ANDEL = Parameter(
    "Resultatreservens högsta storlek som andel av skatteintäkter, generella statsbidrag och utjämning",
    (Daterat(2024, Decimal("0.05"), "KL 11:14 i lydelse från 2024-01-01, prop. 2022/23:119"),),
)

ATERSTALLNINGSTID = Parameter(
    "Antal år efter underskottsåret inom vilka ett negativt balanskravsresultat ska regleras",
    # To check: the first year.
    (Daterat(2005, 3, "KL 11:12 (dessförinnan KL 1991:900 8:5 a)"),),
)

RUR_SISTA_AR = Parameter(
    "Sista räkenskapsår då medel i en äldre resultatutjämningsreserv får användas",
    # To check: the last year.
    (Daterat(2024, 2033, "Övergångsbestämmelse till KL 11:14: tio år från 2024"),),
)

# To check: the first year of each goal.
_BUDGET_2024 = "Verksamhetsplan och budget 2024, finansiella mål"

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
