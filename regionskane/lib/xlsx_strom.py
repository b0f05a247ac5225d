"""The cells of a workbook (xlsx), read one row at a time, however large it is.

`xlsx_bok` opens the book and guards it. The cells are read by a parser on top of openpyxl's, because the read-only
sheet of openpyxl keeps every empty row element, stops at «NaN» without saying where, and does not tell an empty cell
from a formula that was never computed.
"""

import contextlib
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import iterparse

import openpyxl
from celery.exceptions import SoftTimeLimitExceeded
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet._reader import (
    DATA_TAG,
    FORMULA_TAG,
    INLINE_STRING,
    ROW_TAG,
    VALUE_TAG,
    WorkSheetParser,
)
from openpyxl.xml.constants import SHEET_MAIN_NS

from regionskane.lib.anmarkning import Anmarkningar
from regionskane.lib.textfil import OlasligFil, ar_arbetsbok
from regionskane.lib.xlsx_bok import (
    DJUPAST,
    FLEST_NAMN,
    I_JOBB,
    Arbetsbok,
    Granser,
    OtillatenBok,
    for_manga_celler,
    krav_pa_attribut,
    skadad,
)

SISTA_RAD = 1_048_576
# A row has at most 16 384 cells, each with a value, a formula and a text with its runs.
FLEST_I_RAD = 16_384 * 8
# What a job reads of the sheets of a book, in elements and namespaces: so many in all, and for each byte that a sheet
# takes in the file. Those of a real one take some bytes each; millions that are all alike take next to none, and
# minutes to read.
FLEST_ELEMENT, ELEMENT_PER_BYTE = 2_000_000, 4
# What looking for the row of headers may cost, in elements and in headers, over all sheets of a book.
FLEST_PROVADE = 400_000
BREDAST = 1_000
FLEST_I_TEXT = 5
_INLINE_T, _INLINE_R = f"{{{SHEET_MAIN_NS}}}t", f"{{{SHEET_MAIN_NS}}}r/{{{SHEET_MAIN_NS}}}t"
# What a date that is written as text costs to read, in elements of other cells.
DATUM_I_ELEMENT = 10
# How a text that looks like Excel's escape is kept; openpyxl takes it back in shared strings only.
_ESCAPAD = re.compile(r"_x005F(_x[0-9A-Fa-f]{4}_)")

# One for each cell with a date outside the calendar; the cell says it itself.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.worksheet\._reader")


class Trasig:
    """A cell without a usable value; `skal` ends the sentence «Cell B7 …»."""

    __slots__ = ("skal",)

    def __init__(self, skal: str):
        self.skal = skal


OBERAKNAD = Trasig("har en formel utan beräknat värde. Öppna filen i Excel, räkna om och spara.")


class Procenttal(float):
    """A number in a cell that shows it as a percentage: 0.85 is «85 %»."""


class Strombok:
    """An open workbook. `bladnamn` are its sheets, those that Excel shows first, and `dolda` those that it hides.
    `raden_ar_dold` says whether it hides the row that was last given, or has filtered it away. `vad` is what the book
    should be, for the sentences.

    Raises OlasligFil for another format, and for a book that is damaged, encrypted or holds more than `granser` say.
    """

    def __init__(self, fil: BinaryIO, *, vad: str = "en tabell", granser: Granser = I_JOBB):
        if not ar_arbetsbok(fil, vad=vad):
            raise OlasligFil("Filen är inte en Excel-arbetsbok (xlsx).")
        self._bok = Arbetsbok(fil, granser)
        self.dolda = frozenset(self._bok.dolda)
        self.bladnamn = sorted(self._bok.bladnamn, key=lambda namn: namn in self.dolda)
        self.raden_ar_dold = False
        self._efter_storlek = granser.element is None
        self._kvar = FLEST_ELEMENT if granser.element is None else granser.element
        self._kvar_att_prova = FLEST_PROVADE

    def rader(self, blad: str) -> Iterator[tuple[int, dict[int, Any]]]:
        """(row number as Excel shows it, {column from 1: value}) of each row. A faulty cell is a Trasig.

        Raises OlasligFil when the sheet cannot be read on.
        """
        nr, vantad = 0, 0
        with lasfel(lambda: f" efter rad {nr}" if nr else ""), self._bok.oppna_blad(blad) as kalla:
            lasare = Ark(kalla, self._bok)
            if self._efter_storlek:
                self._kvar += ELEMENT_PER_BYTE * self._bok.packad_storlek(blad)
            lasare.kvar = borjan = self._kvar
            try:
                for nr, celler in lasare.rader():
                    if nr > SISTA_RAD or nr <= vantad:
                        raise OlasligFil(
                            f"Bladet «{blad}» har radnummer i fel ordning (rad {nr}). Spara filen på nytt."
                        )
                    vantad = nr
                    self.raden_ar_dold = lasare.dold
                    yield nr, celler
            finally:  # also for what gave no row
                self._kvar -= borjan - lasare.kvar

    def prova(self, blad: str, antal: int) -> Iterator[tuple[int, dict[int, Any]]]:
        """The first rows of a sheet, where its headers may stand, as far as column BREDAST.

        Raises OlasligFil when the book's sheets are so many and wide that even this takes long.
        """
        for nr, celler in islice(self.rader(blad), antal):
            smala = {k: v for k, v in celler.items() if k <= BREDAST}
            self._kvar_att_prova -= len(celler) + max(smala, default=0)
            if self._kvar_att_prova < 0:
                raise OtillatenBok(
                    "CELLER",
                    "Arbetsboken har orimligt många blad och kolumner för att rubrikerna ska gå att hitta. "
                    "Spara bladet med siffrorna för sig.",
                )
            yield nr, smala


class Ark(WorkSheetParser):
    """One row at a time as (number, {column: value}); faults of a cell become values of kind Trasig.

    `kvar` is how many elements may still be read; None does not count them. `dold` says whether Excel hides the row.
    """

    kvar: int | None = None
    dold = False

    def __init__(self, kalla, bok: Arbetsbok, *, data_only: bool = True):
        super().__init__(
            kalla,
            bok.texter,
            data_only=data_only,
            epoch=bok.epok,
            date_formats=bok.datum,
            timedelta_formats=bok.tid,
        )
        self.procentstilar = bok.procent
        self._rakna_text = bok.rakna_text

    def rader(self) -> Iterator[tuple[int, dict[int, Any]]]:
        overordnade: list = []
        i_rad, fore, sedda = False, 0, 0
        namn: set[str] = set()
        for handelse, element in iterparse(self.source, events=("start", "end", "start-ns")):
            if handelse == "start-ns":  # as dear as an element, and no attribute of one
                sedda += 1
                if sedda - fore > FLEST_I_RAD:
                    raise skadad()
            elif handelse == "start":
                sedda += 1
                krav_pa_attribut(len(element.attrib))
                namn.add(element.tag)
                namn.update(element.attrib)
                if not i_rad:
                    overordnade.append(element)
                    i_rad = element.tag == ROW_TAG
                if sedda - fore > FLEST_I_RAD or len(overordnade) > DJUPAST or len(namn) > FLEST_NAMN:
                    raise skadad(f" efter rad {self.row_counter}" if self.row_counter else "")
            elif element.tag == ROW_TAG:
                text = element.get("r")
                self.row_counter = int(text) if text and text.isdigit() else self.row_counter + 1
                self.col_counter = 0
                self.dold = element.get("hidden") in ("1", "true")
                self._rakna(sedda - fore)
                fore = sedda
                celler = {}
                for cell in element:
                    kolumn, varde = self._cell(cell)
                    if varde is not None:
                        celler[kolumn] = varde
                i_rad = False
                self.source.ny_rad()
                yield self.row_counter, celler
            elif element.tag == DATA_TAG:
                break  # what comes after the cells says nothing about them
            if handelse == "end" and not i_rad:  # so that nothing that has been read is kept
                overordnade.pop()
                if overordnade:
                    overordnade[-1].clear()
        self._rakna(sedda - fore)
        self.source.las_ut()

    def _rakna(self, antal: int) -> None:
        if self.kvar is None:
            return
        self.kvar -= antal
        if self.kvar < 0:
            raise for_manga_celler()

    def parse_cell(self, element) -> dict[str, Any]:
        """As openpyxl does it, but texts are counted, and one in the cell itself costs no more than its characters."""
        cell = self._tolkad(element)
        if type(cell["value"]) is str:
            self._rakna_text(len(cell["value"]))
        return cell

    def _tolkad(self, element) -> dict[str, Any]:
        if element.get("t") == "d":
            self._rakna(DATUM_I_ELEMENT)
        if element.get("t") != "inlineStr" or not (texter := element.findall(INLINE_STRING)):
            return super().parse_cell(element)
        text, *_ = texter
        # openpyxl makes objects of one that it finds.
        element[:] = [barn for barn in element if barn.tag != INLINE_STRING]
        cell = super().parse_cell(element)
        if cell["data_type"] != "f":
            bitar = [t.text or "" for t in (*text.iterfind(_INLINE_T), *text.iterfind(_INLINE_R))]
            cell |= {"data_type": "s", "value": "".join(bitar)}
        return cell

    def _cell(self, element) -> tuple[int, Any]:
        try:
            cell = self.parse_cell(element)
        except OtillatenBok:
            raise
        except (ValueError, IndexError, TypeError, OverflowError):
            self.col_counter = self._kolumn(element)
            skrivet = (element.findtext(VALUE_TAG) or "")[:40]
            return self.col_counter, Trasig(f"innehåller «{skrivet}», som inte är ett tal.")
        kolumn, varde = cell["column"], cell["value"]
        if varde is None and element.find(FORMULA_TAG) is not None:
            return kolumn, OBERAKNAD
        if element.get("t") == "inlineStr" and isinstance(varde, str):
            varde = _ESCAPAD.sub(r"\1", varde)
        if cell["data_type"] == "e":
            return kolumn, Trasig(f"har felvärdet {str(varde)[:40]}.")
        if varde is not None and cell["data_type"] == "n" and cell["style_id"] in self.procentstilar:
            return kolumn, Procenttal(varde)
        return kolumn, varde

    def _kolumn(self, element) -> int:
        try:
            return openpyxl.utils.column_index_from_string(coordinate_from_string(element.get("r"))[0])
        except (ValueError, TypeError, openpyxl.utils.exceptions.CellCoordinatesException):
            return self.col_counter + 1


class DoldaRader:
    """Counts the rows that were read though Excel hides them, and remembers the first ones."""

    def __init__(self, bok: Strombok):
        self._bok, self._antal, self.forsta = bok, 0, []

    def rakna(self, nr: int) -> None:
        """The row that the book has just given."""
        if self._bok.raden_ar_dold:
            self._antal += 1
            if len(self.forsta) < FLEST_I_TEXT:
                self.forsta.append(nr)

    def beratta(self, blad: str, anmarkningar: Anmarkningar) -> None:
        """A warning about those of a sheet, if there were any."""
        if not self._antal:
            return
        rader = ", ".join(map(str, self.forsta)) + (" …" if self._antal > len(self.forsta) else "")
        vad = (
            "en rad som är dold eller bortfiltrerad"
            if self._antal == 1
            else (f"{self._antal} rader som är dolda eller bortfiltrerade")
        )
        anmarkningar.varning(
            "DOLDA_RADER",
            f"Bladet «{blad}» har {vad} i Excel (rad {rader}). De dolda läses som de andra.",
            self.forsta[0],
        )


def andra_blad_i_ord(last: str, andra: Sequence[str], dolda: Iterable[str]) -> str:
    """What is said of sheets that hold the same kind of table as the one that is read; «» without any."""
    namn = [f"«{b}»{' (dolt)' if b in dolda else ''}" for b in andra[:FLEST_I_TEXT]]
    if not namn:
        return ""
    fler = f" och {len(andra) - len(namn)} till" if len(andra) > len(namn) else ""
    vilka, rad = (
        ("Bladet", "Ska det med: lämna det som en egen fil.")
        if len(andra) == 1
        else ("Bladen", "Ska de med: lämna dem som egna filer.")
    )
    return f"Bladet «{last}» läses. {vilka} {', '.join(namn)}{fler} har också sådana rader, som inte läses. {rad}"


@contextlib.contextmanager
def lasfel(var=lambda: ""):
    """Whatever openpyxl, zipfile and the XML parser raise for a damaged sheet becomes one sentence."""
    try:
        yield
    except (OlasligFil, GeneratorExit, MemoryError, SoftTimeLimitExceeded):
        raise  # the last is a job's time that is out, wherever it happens to be
    except Exception as fel:  # a damaged sheet makes openpyxl raise nearly any exception
        raise skadad(var()) from fel
