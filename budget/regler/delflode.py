"""How a nämnd's part of a budget goes from hand to hand: the nämnd hands in by the day that styrelsen has set
(kommunallagen 11 kap.), somebody reviews. Page, API, actions and the database's own guard all read FLODE."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Delstatus(StrEnum):
    OPPEN = "oppen"
    INLAMNAD = "inlamnad"
    GRANSKAD = "granskad"
    ATER = "ater"
    KLAR = "klar"


class Steg(StrEnum):
    LAMNA_IN = "lamna_in"
    TA_TILLBAKA = "ta_tillbaka"
    GRANSKA = "granska"
    ATERLAMNA = "aterlamna"
    KLARMARKERA = "klarmarkera"


class Sida(StrEnum):
    """Who takes a step: the nämnd's own controllers, or whoever reviews."""

    NAMNDEN = "namnden"
    GRANSKAREN = "granskaren"


@dataclass(frozen=True, slots=True)
class Stegregel:
    """A step leads from any of `fran` to `till`. `skal` says that it takes a reason in words."""

    fran: frozenset[Delstatus]
    till: Delstatus
    sida: Sida
    skal: bool = False


# Only here may amounts of the part be written.
SKRIVBARA = frozenset({Delstatus.OPPEN, Delstatus.ATER})

FLODE = {
    Steg.LAMNA_IN: Stegregel(SKRIVBARA, Delstatus.INLAMNAD, Sida.NAMNDEN),
    Steg.TA_TILLBAKA: Stegregel(frozenset({Delstatus.INLAMNAD}), Delstatus.OPPEN, Sida.NAMNDEN),
    Steg.GRANSKA: Stegregel(frozenset({Delstatus.INLAMNAD}), Delstatus.GRANSKAD, Sida.GRANSKAREN),
    Steg.ATERLAMNA: Stegregel(
        frozenset({Delstatus.INLAMNAD, Delstatus.GRANSKAD, Delstatus.KLAR}),
        Delstatus.ATER,
        Sida.GRANSKAREN,
        skal=True,
    ),
    Steg.KLARMARKERA: Stegregel(frozenset({Delstatus.GRANSKAD}), Delstatus.KLAR, Sida.GRANSKAREN),
}


class OtillatetSteg(Exception):
    """The step does not lead from that status."""


def nasta_status(status: str, steg: Steg) -> Delstatus:
    """Where a step leads. Raises OtillatetSteg."""
    regel = FLODE[steg]
    if status not in regel.fran:
        raise OtillatetSteg(steg, status)
    return regel.till


def mojliga_steg(status: str) -> tuple[Steg, ...]:
    """The steps that lead from a status, in the order of the table."""
    return tuple(steg for steg, regel in FLODE.items() if status in regel.fran)


def overgangar() -> Iterator[tuple[Delstatus, Delstatus]]:
    """Every change of status that some step makes."""
    for regel in FLODE.values():
        for fran in sorted(regel.fran):
            yield fran, regel.till


class Tidslage(NamedTuple):
    """`vantar`: the nämnd has not handed in. `dagar` to the last day, from today or from when it was handed in;
    less than zero is late."""

    vantar: bool
    dagar: int

    @property
    def sen(self) -> bool:
        return self.dagar < 0


def tidslage(status: str, *, sista_dag: date, idag: date, inlamnad: date | None) -> Tidslage:
    """How a part stands against its last day."""
    if status in SKRIVBARA or inlamnad is None:
        return Tidslage(True, (sista_dag - idag).days)
    return Tidslage(False, (sista_dag - inlamnad).days)


# Working days before the last day on which a nämnd is reminded, and then every working day while it is late.
PAMINN_DAGAR = frozenset({7, 3, 1, 0})
_LORDAG = 5


def ska_paminnas(lage: Tidslage, idag: date) -> bool:
    """Whether a nämnd is reminded on a day. Never in a weekend: nobody is there to read it."""
    return lage.vantar and idag.weekday() < _LORDAG and (lage.sen or lage.dagar in PAMINN_DAGAR)
