"""A `Tabell` as it is read: every text written, every class chosen. Page and PDF share it.

Templates only place what stands here, so screen and paper cannot format a figure differently.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from itertools import chain, groupby

from django.utils.safestring import SafeString, mark_safe

from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Punkt, Rad, Radslag, Tabell

# More columns of figures than this do not fit beside the row headings on an upright A4 page.
STORSTA_STAENDE = 6
# The stylesheets know column widths up to this number of columns.
STORSTA_BREDDKLASS = 24
# More columns than this share the width evenly, whatever stands in them.
STORSTA_EFTER_INNEHALL = 12
# Signs beside each other on an upright and on a landscape page, with three for the space of each column.
TECKEN_STAENDE, TECKEN_LIGGANDE, TECKEN_MELLANRUM = 80, 130, 3
# A longer word than this may break, and a longer text gets no more width for it.
STORSTA_ORD = 26
# A table with more rows than this may be parted by the end of a page.
STORSTA_KORTA = 16
# And so may the notes under it when they are more than this.
STORSTA_NOTER = 10

_STYRTECKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ORDGRANS = re.compile("[ \n\t\u00ad-]")


@dataclass(frozen=True, slots=True)
class Kolumnvy:
    """A column head. `klass` is «n» for figures (right-aligned, tabular) and empty for text."""

    nyckel: str
    rubrik: str
    under: str
    slag: str
    klass: str


@dataclass(frozen=True, slots=True)
class Cellvy:
    """A cell as read. `klass` holds «n» (figure), «neg» (bad news) and «svag» (no figure)."""

    text: str
    url: str
    negativ: bool
    noter: tuple[int, ...]
    klass: str
    kommentarer: int = 0


@dataclass(frozen=True, slots=True)
class Radvy:
    """A row as read. `slag` is the word of its `Radslag` and serves as its class, `tabell` the table's nyckel."""

    tabell: str
    nyckel: str
    rubrik: str
    slag: str
    celler: tuple[Cellvy, ...]
    forklaring: str
    paragraf: str
    url: str = ""

    @property
    def html(self) -> SafeString:
        """The row's cells for a page. Written here and not in the template, whose loop takes most of a second for
        the matrix of a large region."""
        return mark_safe("".join(map(self._td, self.celler)))

    def _td(self, cell: Cellvy) -> str:
        text = escape(cell.text)
        if cell.url:
            text = f'<a class="tal" href="{escape(cell.url)}" data-varifran>{text}</a>'
        if cell.noter:
            lankar = (
                f'<a href="#{self.tabell}-not-{nr}" aria-label="Not {nr}">{nr}</a>' for nr in cell.noter
            )
            text += f'<sup class="nr">{",".join(lankar)}</sup>'
        return f'<td class="{cell.klass}">{text}{skriv_kommentarer(cell.kommentarer)}</td>'


@dataclass(frozen=True, slots=True)
class Tabellvy:
    """A table as read. `enhet` is the unit that all its amounts share, or empty when they differ.
    `klass` is «k5» for five columns after the row headings («k24» for 24 or more), «med-text» when one
    of them is text and «jamna» when words must break for the columns to fit; widths hang on it.
    `liggande` says that it wants a landscape page, `kort` that a page holds it whole. `andelar` is what each column
    takes of the width, in percent, where words of text must break; otherwise empty."""

    nyckel: str
    rubrik: str
    radrubrik: str
    ingress: str
    noter: tuple[str, ...]
    kolumner: tuple[Kolumnvy, ...]
    rader: tuple[Radvy, ...]
    enhet: str = ""
    klass: str = ""
    liggande: bool = False
    kort: bool = False
    andelar: tuple[int, ...] = ()

    @property
    def bredd(self) -> int:
        """Number of columns with the row headings counted, for `colspan`."""
        return len(self.kolumner) + 1

    @property
    def forklarade(self) -> tuple[Radvy, ...]:
        """The rows that carry an explanation or a paragraph of law."""
        return tuple(r for r in self.rader if r.forklaring or r.paragraf)

    @property
    def manga_noter(self) -> bool:
        """Whether the notes are so many that they may be parted by the end of a page."""
        return len(self.noter) > STORSTA_NOTER


@dataclass(frozen=True, slots=True)
class Diagramvy:
    """A chart for a chapter. `svg` is markup from the server's own renderer, with a `<title>` that
    tells the values; it is placed unescaped, so nothing that a user typed may reach it unescaped."""

    rubrik: str
    svg: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Kapitelvy:
    """One chapter of a printed document: a table and the charts that belong to it."""

    nummer: str
    ankare: str
    tabell: Tabellvy
    diagram: tuple[Diagramvy, ...] = ()


@dataclass(frozen=True, slots=True)
class Bilagevy:
    """The chapters that stand under one heading: a bilaga, or what belongs to none."""

    ankare: str
    rubrik: str
    kapitel: tuple[Kapitelvy, ...]


@dataclass(frozen=True, slots=True)
class Forklaringsvy:
    """The rows of a table that are explained under its heading, last in the document."""

    rubrik: str
    rader: tuple[Radvy, ...]


@dataclass(frozen=True, slots=True)
class Handlingsvy:
    """A document as it is read: the whole context of `templates/rapporter/handling.html`.

    `bilagor` are the same chapters as `kapitel`, gathered under their headings; empty for a document without them.
    `forklaringar` stand together after the tables, so that none of them begins a page for a few lines.
    """

    titel: str
    undertitel: str
    ingress: str
    fakta: tuple[tuple[str, str], ...]
    kapitel: tuple[Kapitelvy, ...]
    stycken: tuple[str, ...]
    bilagor: tuple[Bilagevy, ...] = ()
    inledning: tuple[Punkt, ...] = ()
    punkter: tuple[Punkt, ...] = ()
    forklaringar: tuple[Forklaringsvy, ...] = ()


def visa_handling(
    handling: Handling, *, diagram: Mapping[str, Sequence[Diagramvy]] | None = None
) -> Handlingsvy:
    """Write a whole document out. `diagram` gives charts by the key of the table they follow.

    Raises ValueError when two tables share a key or a row does not fit its columns.
    """
    nycklar = [t.nyckel for t in handling.tabeller]
    if len(set(nycklar)) != len(nycklar):
        raise ValueError(f"Handlingen «{handling.titel}» har två tabeller med samma nyckel.")
    kapitel = tuple(
        Kapitelvy(str(nummer), f"tabell-{t.nyckel}", visa(t), tuple((diagram or {}).get(t.nyckel, ())))
        for nummer, t in enumerate(handling.tabeller, start=1)
    )
    return Handlingsvy(
        titel=handling.titel,
        undertitel=handling.undertitel,
        ingress=handling.ingress,
        fakta=handling.fakta,
        kapitel=kapitel,
        stycken=handling.stycken,
        bilagor=tuple(_bilagor(handling, kapitel)),
        inledning=tuple(p for p in handling.punkter if not p.nummer),
        punkter=tuple(p for p in handling.punkter if p.nummer),
        forklaringar=tuple(_forklaringar(kapitel)),
    )


def _bilagor(handling: Handling, kapitel: Sequence[Kapitelvy]) -> Iterator[Bilagevy]:
    if not any(t.bilaga for t in handling.tabeller):
        return
    par = zip(handling.tabeller, kapitel, strict=True)
    for bilaga, grupp in groupby(par, key=lambda x: x[0].bilaga):
        rubrik = bilaga[:1].upper() + bilaga[1:] if bilaga else "Underlag"
        yield Bilagevy(rubrik.lower().replace(" ", "-"), rubrik, tuple(_utan_upprepning(k for _, k in grupp)))


def _utan_upprepning(kapitel: Iterable[Kapitelvy]) -> Iterator[Kapitelvy]:
    """What is said over the first of some tables is not said again over the next: it made the last of them begin a page
    of its own. A table on a landscape page stands alone, and keeps its words."""
    sagt = None
    for k in kapitel:
        sags = k.tabell.ingress
        upprepas = sags == sagt and not k.tabell.liggande
        yield replace(k, tabell=replace(k.tabell, ingress="")) if upprepas else k
        sagt = sags


def _forklaringar(kapitel: Sequence[Kapitelvy]) -> Iterator[Forklaringsvy]:
    """Each explanation once: the tables of a nämnd's parts have the same rows."""
    sedda = set()
    for k in kapitel:
        nya = []
        for rad in k.tabell.forklarade:
            nyckel = (rad.rubrik, rad.forklaring, rad.paragraf)
            if nyckel not in sedda:
                sedda.add(nyckel)
                nya.append(rad)
        if nya:
            yield Forklaringsvy(k.tabell.rubrik, tuple(nya))


def visa(tabell: Tabell) -> Tabellvy:
    """Write a table out as it is read.

    Raises ValueError when a row has another number of cells than the table has columns.
    """
    for rad in tabell.rader:
        if rad.slag != Radslag.GRUPP and len(rad.celler) != len(tabell.kolumner):
            raise ValueError(
                f"Raden «{rad.nyckel}» i tabellen «{tabell.nyckel}» har {len(rad.celler)} celler, "
                f"men tabellen har {len(tabell.kolumner)} kolumner."
            )
    rader = tuple(_rad(tabell, rad) for rad in tabell.rader)
    return Tabellvy(
        nyckel=tabell.nyckel,
        rubrik=tabell.rubrik,
        radrubrik=tabell.radrubrik,
        ingress=tabell.ingress,
        noter=tabell.noter,
        kolumner=tuple(
            Kolumnvy(k.nyckel, k.rubrik, k.under, k.slag.value, "" if k.slag == Kolumnslag.TEXT else "n")
            for k in tabell.kolumner
        ),
        rader=rader,
        enhet=enhetstext(tabell),
        klass=" ".join(_klasser(tabell, rader)),
        liggande=_liggande(tabell),
        kort=len(tabell.rader) <= STORSTA_KORTA,
        andelar=_andelar(tabell, rader),
    )


def antal_kommentarer(antal: int) -> str:
    """«1 kommentar», «3 kommentarer»."""
    return "1 kommentar" if antal == 1 else f"{antal} kommentarer"


def skriv_kommentarer(antal: int) -> str:
    """What a screen reader says of a cell whose corner is marked (class «komm»)."""
    return f'<span class="dold">, {antal_kommentarer(antal)}</span>' if antal else ""


def ren_text(text: str) -> str:
    """The text without what XML cannot hold: control characters and halves of character pairs."""
    return _STYRTECKEN.sub("", text)


def gemensam_enhet(tabell: Tabell) -> str:
    """The unit (kr, tkr, mnkr) of every amount in the table, or empty when there are several or none."""
    enheter = {k.enhet for k in tabell.kolumner if k.slag in (Kolumnslag.BELOPP, Kolumnslag.DIFFERENS)}
    return enheter.pop() if len(enheter) == 1 else ""


def enhetstext(tabell: Tabell) -> str:
    """The unit in words, with a reservation where some row has another: «mnkr där inget annat anges»."""
    enhet = gemensam_enhet(tabell)
    return f"{enhet} där inget annat anges" if enhet and har_egna_enheter(tabell) else enhet


def har_egna_enheter(tabell: Tabell) -> bool:
    """Whether any row is in a unit of its own."""
    enhet = gemensam_enhet(tabell)
    return any(r.enhet not in ("", enhet) for r in tabell.rader)


def _klasser(tabell: Tabell, rader: Sequence[Radvy]) -> list[str]:
    klasser = [f"k{min(len(tabell.kolumner), STORSTA_BREDDKLASS)}"]
    if any(k.slag == Kolumnslag.TEXT for k in tabell.kolumner):
        klasser.append("med-text")
    if not _orden_ryms(tabell, rader):
        klasser.append("jamna")
    return klasser


def _liggande(tabell: Tabell) -> bool:
    return len(tabell.kolumner) > STORSTA_STAENDE


def _orden_ryms(tabell: Tabell, rader: Sequence[Radvy]) -> bool:
    """Whether the page holds a column as wide as its longest word for every column, roughly.

    No where a text runs on for a line without a blank, whatever it may be broken at (a-a-a-, a/a/a/, Chinese): the
    renderer looks for the widest part of such a text in the square of its length.
    """
    if len(tabell.kolumner) > STORSTA_EFTER_INNEHALL:
        return False
    plats = TECKEN_LIGGANDE if _liggande(tabell) else TECKEN_STAENDE
    if any(len(bit) > plats for bit in _lopande_bitar(tabell, rader)):
        return False
    return plats >= sum(
        TECKEN_MELLANRUM + max(map(_langsta_ord, texter)) for texter in _kolumntexter(tabell, rader)
    )


def _andelar(tabell: Tabell, rader: Sequence[Radvy]) -> tuple[int, ...]:
    """Widths by what stands in the columns, for a table with columns of text whose words do not all fit: a motive gets
    more room than a date, and no word that is of a usual length is broken."""
    if not any(k.slag == Kolumnslag.TEXT for k in tabell.kolumner) or _orden_ryms(tabell, rader):
        return ()
    vikter = [
        2 * TECKEN_MELLANRUM
        + max(min(max(map(_langsta_ord, texter)), STORSTA_ORD), min(max(map(len, texter)) // 5, STORSTA_ORD))
        for texter in _kolumntexter(tabell, rader)
    ]
    return tuple(100 * v // sum(vikter) for v in vikter)


def _kolumntexter(tabell: Tabell, rader: Sequence[Radvy]) -> list[list[str]]:
    """The texts of each column, the row headings first."""
    med_celler = [r for r in rader if r.celler]
    return [
        [tabell.radrubrik, *(r.rubrik for r in med_celler)],
        *(
            [k.rubrik, k.under, *(r.celler[j].text for r in med_celler)]
            for j, k in enumerate(tabell.kolumner)
        ),
    ]


def _lopande_bitar(tabell: Tabell, rader: Sequence[Radvy]) -> Iterator[str]:
    """What stands between blanks anywhere in the table, the headings of its groups too."""
    grupper = [r.rubrik for r in rader if not r.celler]
    for text in chain(grupper, *_kolumntexter(tabell, rader)):
        yield from text.split()


def _langsta_ord(text: str) -> int:
    # Figures hold hard blanks, which `str.split` would part them at.
    return max(map(len, _ORDGRANS.split(text)))


def _rad(tabell: Tabell, rad: Rad) -> Radvy:
    celler = () if rad.slag == Radslag.GRUPP else rad.celler
    return Radvy(
        tabell=tabell.nyckel,
        nyckel=rad.nyckel,
        rubrik=rad.rubrik,
        slag=rad.slag.value,
        celler=tuple(_cell(rad.i(k), c, rad, tabell) for k, c in zip(tabell.kolumner, celler, strict=False)),
        forklaring=rad.forklaring,
        paragraf=rad.paragraf,
        url=rad.url,
    )


@lru_cache(maxsize=1_000)
def _tom_cell(saknas: str, klass: str) -> Cellvy:
    return Cellvy(text=saknas, url="", negativ=False, noter=(), klass=klass)


def _cell(kolumn: Kolumn, cell: Cell, rad: Rad, tabell: Tabell) -> Cellvy:
    if (
        cell.varde is None
        and cell.text is None
        and not cell.kalla
        and not cell.noter
        and not cell.kommentarer
    ):
        return _tom_cell(cell.saknas, "svag" if kolumn.slag == Kolumnslag.TEXT else "n svag")
    text = kolumn.text(cell)
    negativ = not cell.tyst and rad.samre(kolumn, text, tabell.kolumner)
    klass = [] if kolumn.slag == Kolumnslag.TEXT else ["n"]
    if negativ:
        klass.append("neg")
    if cell.text is None and cell.varde is None:
        klass.append("svag")
    if cell.kommentarer:
        klass.append("komm")
    return Cellvy(
        text=text,
        url=cell.kalla,
        negativ=negativ,
        noter=cell.noter,
        klass=" ".join(klass),
        kommentarer=cell.kommentarer,
    )
