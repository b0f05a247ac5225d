"""A table as frozen data: built once, shown as page, PDF, Excel and JSON.

Amounts are unrounded `Decimal` in kronor, shares are fractions (0.031). How a figure is rounded and
written is decided by its column, when it is shown.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from regionskane.lib import belopp


class Radslag(StrEnum):
    """`GRUPP` is a heading without figures, `DEL` an indented row, `SUMMA` and `TOTAL` are sums."""

    RAD = "rad"
    GRUPP = "grupp"
    DEL = "del"
    SUMMA = "summa"
    TOTAL = "total"


class Kolumnslag(StrEnum):
    """`BELOPP` is kronor, `DIFFERENS` kronor between two columns, `PROCENT` their relative change."""

    BELOPP = "belopp"
    DIFFERENS = "differens"
    PROCENT = "procent"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Kolumn:
    """A column. `enhet` is kr, tkr or mnkr. A DIFFERENS is `av[0]` − `av[1]`; a PROCENT is that
    difference over |`av[1]`|; both name columns by `nyckel`."""

    nyckel: str
    rubrik: str
    under: str = ""
    slag: Kolumnslag = Kolumnslag.BELOPP
    enhet: str = "mnkr"
    decimaler: int = 0
    av: tuple[str, str] | None = None

    def text(self, cell: "Cell") -> str:
        """The cell as it is read: «1 234,5», «+3,1 %», or its word for a missing figure."""
        if cell.text is not None:
            return cell.text
        if cell.varde is None:
            return cell.saknas
        if self.slag == Kolumnslag.PROCENT:
            return belopp.formatera_procent(cell.varde, decimaler=self.decimaler, tecken=True)
        return belopp.formatera(
            cell.varde,
            skala=belopp.SKALOR[self.enhet],
            decimaler=self.decimaler,
            tecken=self.slag == Kolumnslag.DIFFERENS,
        )


# A tuple and no dataclass: a page makes hundreds of them, in half the time.
class Cell(NamedTuple):
    """One figure. `kalla` is the site path that answers «varifrån?»; `noter` are numbers in the
    table's notes, counted from 1; `saknas` is what is read when there is no figure. `kommentarer` is how many open
    comments it has, which a page marks and a document does not."""

    varde: Decimal | None = None
    text: str | None = None
    kalla: str = ""
    noter: tuple[int, ...] = ()
    saknas: str = "–"
    kommentarer: int = 0


@dataclass(frozen=True, slots=True)
class Rad:
    """A row with one cell per column (none for GRUPP). `delar` says what a sum is made of:
    (row key, factor) pairs, all of them rows of the same table."""

    nyckel: str
    rubrik: str
    celler: tuple[Cell, ...] = ()
    slag: Radslag = Radslag.RAD
    delar: tuple[tuple[str, int], ...] = ()
    forklaring: str = ""
    paragraf: str = ""
    rod: bool = False  # a negative figure in this row is bad news and is shown as such


@dataclass(frozen=True, slots=True)
class Tabell:
    """A whole table. `nyckel` is stable and fit for an address, a sheet name and an HTML id."""

    nyckel: str
    rubrik: str
    radrubrik: str
    kolumner: tuple[Kolumn, ...]
    rader: tuple[Rad, ...]
    ingress: str = ""
    noter: tuple[str, ...] = ()

    def cell(self, rad: str, kolumn: str) -> Cell:
        """The cell at a row key and column key. Raises KeyError when there is none."""
        index = next((i for i, k in enumerate(self.kolumner) if k.nyckel == kolumn), None)
        rader = [r for r in self.rader if r.nyckel == rad]
        if index is None or not rader:
            raise KeyError((rad, kolumn))
        return rader[0].celler[index]


@dataclass(frozen=True, slots=True)
class Handling:
    """What a document contains, gathered once: PDF, workbook and JSON are views of it.

    `fakta` are label and text pairs for the first page (version, status, decision, time of the
    figures). `tid` is an ISO timestamp and the only time that ends up in a file, so that the same
    content always gives the same bytes. `rot` is the site's address («https://budget.exempel.se»), put
    before the `kalla` paths wherever workbook or PDF shows them; empty leaves them as paths.
    """

    titel: str
    undertitel: str
    tabeller: tuple[Tabell, ...]
    tid: str
    fakta: tuple[tuple[str, str], ...] = ()
    ingress: str = ""
    nyckel: str = "handling"
    stycken: tuple[str, ...] = field(default=())
    rot: str = ""
