"""A table as frozen data: built once, shown as page, PDF, Excel and JSON.

Amounts are unrounded `Decimal` in kronor, shares are fractions (0.031). How a figure is rounded and
written is decided by its column, when it is shown.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
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
    """`BELOPP` is kronor, `DIFFERENS` kronor between two columns, `PROCENT` their relative change, `ANDEL` a share of
    something, written without «+»."""

    BELOPP = "belopp"
    DIFFERENS = "differens"
    PROCENT = "procent"
    ANDEL = "andel"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Kolumn:
    """A column. `enhet` is kr, tkr, mnkr, antal or procent, or empty where every row has its own. A DIFFERENS is
    `av[0]` − `av[1]`; a PROCENT is that difference over `av[1]`, or with `matt_i_storlek` over its size, so that it has
    the difference's sign; both name columns by `nyckel`. `beslutad` tells that its figures stand as they were
    decided."""

    nyckel: str
    rubrik: str
    under: str = ""
    slag: Kolumnslag = Kolumnslag.BELOPP
    enhet: str = "mnkr"
    decimaler: int = 0
    av: tuple[str, str] | None = None
    beslutad: bool = False
    matt_i_storlek: bool = False

    def text(self, cell: "Cell") -> str:
        """The cell as it is read: «1 234,5», «+3,1 %», or its word for a missing figure."""
        if cell.text is not None:
            return cell.text
        if cell.varde is None:
            return cell.saknas
        if self.slag in (Kolumnslag.PROCENT, Kolumnslag.ANDEL):
            return belopp.formatera_procent(
                cell.varde, decimaler=self.decimaler, tecken=self.slag == Kolumnslag.PROCENT
            )
        tal = belopp.formatera(
            cell.varde,
            skala=belopp.ENHETER[self.enhet],
            decimaler=self.decimaler,
            tecken=self.slag == Kolumnslag.DIFFERENS,
        )
        return f"{tal}{belopp.HARDBLANK}{self.tillagg}" if self.tillagg else tal

    @property
    def tillagg(self) -> str:
        """What is written after the figure: a difference between percentages is none itself."""
        if self.enhet != "procent":
            return ""
        return "procentenheter" if self.slag == Kolumnslag.DIFFERENS else "%"


@lru_cache(maxsize=1_000)
def _i_enhet(kolumn: Kolumn, enhet: str, decimaler: int | None) -> Kolumn:
    decimaler = kolumn.decimaler if decimaler is None else decimaler
    return replace(kolumn, enhet=enhet or kolumn.enhet, decimaler=decimaler)


# A tuple and no dataclass: a page makes hundreds of them, in half the time.
class Cell(NamedTuple):
    """One figure. `kalla` is the site path that answers «varifrån?»; `noter` are numbers in the
    table's notes, counted from 1; `saknas` is what is read when there is no figure. `kommentarer` is how many open
    comments it has, which a page marks and a document does not. `delar_ger` is what the parts give where that is not
    the figure: what was decided stands. One that is `tyst` is shown without being called good or bad."""

    varde: Decimal | None = None
    text: str | None = None
    kalla: str = ""
    noter: tuple[int, ...] = ()
    saknas: str = "–"
    kommentarer: int = 0
    delar_ger: Decimal | None = None
    tyst: bool = False


@dataclass(frozen=True, slots=True)
class Rad:
    """A row with one cell per column (none for GRUPP). `delar` says what a sum is made of:
    (row key, factor) pairs, all of them rows of the same table. `enhet` and `decimaler` are the row's
    own, where its figures are not in the unit of their columns; `url` is its own page, which a page links to."""

    nyckel: str
    rubrik: str
    celler: tuple[Cell, ...] = ()
    slag: Radslag = Radslag.RAD
    delar: tuple[tuple[str, int], ...] = ()
    forklaring: str = ""
    paragraf: str = ""
    rod: bool = False  # a negative figure in this row is bad news and is shown as such
    plus_battre: bool = False  # a change to less is bad news; a row that is `rod` says so of its changes too
    enhet: str = ""
    decimaler: int | None = None
    url: str = ""

    def samre(self, kolumn: Kolumn, text: str, kolumner: tuple[Kolumn, ...]) -> bool:
        """Whether what a cell shows (`text`) is bad news, judged on the text: −0,04 reads «0,0» and is none.

        A percentage is bad when the change that it tells of is: costs that rise are a plus.
        """
        if kolumn.slag == Kolumnslag.BELOPP:
            return self.rod and text.startswith(belopp.MINUS)
        if kolumn.slag not in (Kolumnslag.DIFFERENS, Kolumnslag.PROCENT) or not (
            self.rod or self.plus_battre
        ):
            return False
        if kolumn.slag == Kolumnslag.DIFFERENS or kolumn.av is None:
            return text.startswith(belopp.MINUS)
        plats = {k.nyckel: cell for k, cell in zip(kolumner, self.celler, strict=True)}
        ny, gammal = (plats[n].varde for n in kolumn.av)
        return ny is not None and gammal is not None and ny < gammal and any(t in "123456789" for t in text)

    def i(self, kolumn: Kolumn) -> Kolumn:
        """The column as this row's figures are written in it. A relative change is one whatever the unit."""
        som_kolumnen = not self.enhet and self.decimaler is None
        if som_kolumnen or kolumn.slag not in (Kolumnslag.BELOPP, Kolumnslag.DIFFERENS):
            return kolumn
        return _i_enhet(kolumn, self.enhet, self.decimaler)


@dataclass(frozen=True, slots=True)
class Tabell:
    """A whole table. `nyckel` is stable and fit for an address, a sheet name and an HTML id. `bilaga` is which bilaga
    of its document it stands in: «bilaga 4A»."""

    nyckel: str
    rubrik: str
    radrubrik: str
    kolumner: tuple[Kolumn, ...]
    rader: tuple[Rad, ...]
    ingress: str = ""
    noter: tuple[str, ...] = ()
    bilaga: str = ""

    def cell(self, rad: str, kolumn: str) -> Cell:
        """The cell at a row key and column key. Raises KeyError when there is none."""
        index = next((i for i, k in enumerate(self.kolumner) if k.nyckel == kolumn), None)
        rader = [r for r in self.rader if r.nyckel == rad]
        if index is None or not rader:
            raise KeyError((rad, kolumn))
        return rader[0].celler[index]


class Punkttal(NamedTuple):
    """A figure in the text of a Punkt: as it is read, in kronor when it is an amount, and the path of its source."""

    text: str
    varde: Decimal | None
    kalla: str


@dataclass(frozen=True, slots=True)
class Punkt:
    """A point of a decision. `nummer` is empty for one that stands before the numbered."""

    nummer: str
    rubrik: str
    text: str
    mottagare: str = ""
    senast: str = ""
    tal: tuple[Punkttal, ...] = ()


@dataclass(frozen=True, slots=True)
class Handling:
    """What a document contains, gathered once: PDF, workbook and JSON are views of it.

    `fakta` are label and text pairs for the first page (version, status, decision, time of the
    figures). `tid` is an ISO timestamp and the only time that ends up in a file, so that the same
    content always gives the same bytes. `rot` is the site's address («https://budget.exempel.se»), put
    before the `kalla` paths wherever workbook or PDF shows them; empty leaves them as paths. `punkter` is what is
    to be decided; it stands before the tables.
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
    punkter: tuple[Punkt, ...] = ()


def punkttabeller(punkter: tuple[Punkt, ...]) -> tuple[Tabell, ...]:
    """The points as tables, for who shows nothing else: their texts, and the figures in them with their sources."""
    if not punkter:
        return ()
    texter = Tabell(
        "beslut",
        "Beslut",
        "Punkt",
        tuple(
            Kolumn(nyckel, rubrik, slag=Kolumnslag.TEXT)
            for nyckel, rubrik in (
                ("vad", "Vad"),
                ("text", "Beslut"),
                ("till", "Riktas till"),
                ("senast", "Senast"),
            )
        ),
        tuple(
            Rad(
                f"punkt-{i}",
                p.nummer or "–",
                tuple(Cell(text=t or None, saknas="") for t in (p.rubrik, p.text, p.mottagare, p.senast)),
            )
            for i, p in enumerate(punkter, start=1)
        ),
    )
    tal = tuple(
        Rad(
            f"tal-{i}-{j}",
            f"{p.nummer}. {p.rubrik}" if p.nummer else p.rubrik,
            (
                Cell(t.varde, kalla=t.kalla) if t.varde is not None else Cell(saknas=""),
                Cell(text=t.text, kalla=t.kalla),
            ),
        )
        for i, p in enumerate(punkter, start=1)
        for j, t in enumerate(p.tal, start=1)
    )
    if not tal:
        return (texter,)
    kolumner = (
        Kolumn("mnkr", "Belopp", decimaler=1),
        Kolumn("text", "Så står det i texten", slag=Kolumnslag.TEXT),
    )
    return texter, Tabell("beslutets-tal", "Beslutets tal", "Punkt", kolumner, tal)
