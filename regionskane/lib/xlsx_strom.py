"""A workbook (xlsx) read one row at a time, however large it is.

openpyxl opens the book: names of sheets, shared strings, which formats are dates. The cells are read one row
at a time by a parser of its own on top of openpyxl's, because the read-only sheet keeps every empty row element,
stops at «NaN» without saying where, and does not tell an empty cell from a formula that was never computed.
"""

import contextlib
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import iterparse

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser

from regionskane.lib.textfil import OlasligFil, ar_arbetsbok

STORST_UPPACKAD = 2 << 30
STORSTA_TEXTER = 64 << 20
STORST_PACKNING = 200
ALLTID_TILLATET = 20 << 20
SISTA_RAD = 1_048_576


class Trasig:
    """A cell without a usable value; `skal` ends the sentence «Cell B7 …»."""

    __slots__ = ("skal",)

    def __init__(self, skal: str):
        self.skal = skal


OBERAKNAD = Trasig("har en formel utan beräknat värde. Öppna filen i Excel, räkna om och spara.")


class Procenttal(float):
    """A number in a cell that shows it as a percentage: 0.85 is «85 %»."""


class Strombok:
    """An open workbook. `bladnamn` are its sheets in order. `vad` is what it should be, for the sentences.

    Raises OlasligFil for another format, and for a book that is damaged, encrypted or unpacks to too much.
    """

    def __init__(self, fil: BinaryIO, *, vad: str = "en tabell"):
        if not ar_arbetsbok(fil, vad=vad):
            raise OlasligFil("Filen är inte en Excel-arbetsbok (xlsx).")
        _vakta_uppackning(fil)
        with _oppningsfel(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not read here
            fil.seek(0)
            self._bok = openpyxl.load_workbook(fil, read_only=True, data_only=True, keep_links=False)
            self.bladnamn = [ark.title for ark in self._bok.worksheets]
            self._procentstilar = frozenset(
                nr for nr, stil in enumerate(self._bok._cell_styles) if _ar_procent(self._bok, stil.numFmtId)
            )

    def rader(self, blad: str) -> Iterator[tuple[int, dict[int, Any]]]:
        """(row number as Excel shows it, {column from 1: value}) of each row. A faulty cell is a Trasig.

        Raises OlasligFil when the sheet cannot be read on.
        """
        bok = self._bok
        ark = bok[blad]
        nr, vantad = 0, 0
        with _oppningsfel(lambda: f" efter rad {nr}" if nr else ""), ark._get_source() as kalla:
            lasare = _Ark(
                kalla,
                ark._shared_strings,
                data_only=True,
                epoch=bok.epoch,
                date_formats=bok._date_formats,
                timedelta_formats=bok._timedelta_formats,
            )
            lasare.procentstilar = self._procentstilar
            for nr, celler in lasare.rader():
                if nr > SISTA_RAD or nr <= vantad:
                    raise OlasligFil(
                        f"Bladet «{blad}» har radnummer i fel ordning (rad {nr}). Spara filen på nytt."
                    )
                vantad = nr
                yield nr, celler


class _Ark(WorkSheetParser):
    """One row at a time as (number, {column: value}); faults of a cell become values of kind Trasig."""

    procentstilar: frozenset[int] = frozenset()

    def rader(self) -> Iterator[tuple[int, dict[int, Any]]]:
        overordnade: list = []
        i_rad = False
        for handelse, element in iterparse(self.source, events=("start", "end")):
            if handelse == "start":
                if not i_rad:
                    overordnade.append(element)
                    i_rad = element.tag == ROW_TAG
            elif element.tag == ROW_TAG:
                text = element.get("r")
                self.row_counter = int(text) if text and text.isdigit() else self.row_counter + 1
                self.col_counter = 0
                celler = {}
                for cell in element:
                    kolumn, varde = self._cell(cell)
                    if varde is not None:
                        celler[kolumn] = varde
                i_rad = False
                yield self.row_counter, celler
            if handelse == "end" and not i_rad:  # so that nothing that has been read is kept
                overordnade.pop()
                if overordnade:
                    overordnade[-1].clear()

    def _cell(self, element) -> tuple[int, Any]:
        try:
            cell = self.parse_cell(element)
        except (ValueError, IndexError, TypeError, OverflowError):
            self.col_counter = self._kolumn(element)
            skrivet = (element.findtext(VALUE_TAG) or "")[:40]
            return self.col_counter, Trasig(f"innehåller «{skrivet}», som inte är ett tal.")
        kolumn, varde = cell["column"], cell["value"]
        if varde is None and element.find(FORMULA_TAG) is not None:
            return kolumn, OBERAKNAD
        if cell["data_type"] == "e":
            return kolumn, Trasig(f"har felvärdet {varde}.")
        if varde is not None and cell["data_type"] == "n" and cell["style_id"] in self.procentstilar:
            return kolumn, Procenttal(varde)
        return kolumn, varde

    def _kolumn(self, element) -> int:
        try:
            return openpyxl.utils.column_index_from_string(coordinate_from_string(element.get("r"))[0])
        except (ValueError, TypeError, openpyxl.utils.exceptions.CellCoordinatesException):
            return self.col_counter + 1


def _ar_procent(bok, format_id: int) -> bool:
    """Whether a number format shows percent; those below 164 are built in."""
    egna = bok._number_formats
    plats = format_id - BUILTIN_FORMATS_MAX_SIZE
    skrivet = egna[plats] if 0 <= plats < len(egna) else BUILTIN_FORMATS.get(format_id, "")
    return "%" in skrivet


def _vakta_uppackning(fil: BinaryIO) -> None:
    """Refuse a book that unpacks to more than it may, before anything is unpacked.

    The archive's own figures are enough: Python reads no more of a part than they say.
    """
    fil.seek(0)
    with _oppningsfel(), zipfile.ZipFile(fil) as arkiv:
        delar = arkiv.infolist()
        uppackad = sum(d.file_size for d in delar)
        packad = sum(d.compress_size for d in delar)
        texter = sum(d.file_size for d in delar if d.filename.lower().endswith("sharedstrings.xml"))
        if uppackad > STORST_UPPACKAD or texter > STORSTA_TEXTER:
            raise OlasligFil(
                f"Arbetsboken är för stor uppackad ({uppackad >> 20} MB). Dela upp den, eller spara som CSV."
            )
        if uppackad > ALLTID_TILLATET and uppackad > STORST_PACKNING * max(packad, 1):
            raise OlasligFil(
                f"Arbetsboken packar upp till {uppackad // max(packad, 1)} gånger sin storlek och öppnas inte. "
                "Spara den på nytt, eller som CSV."
            )
        if any(d.flag_bits & 1 for d in delar):
            raise OlasligFil("Arbetsboken är krypterad. Spara den utan lösenord.")
        for del_ in delar:
            if del_.filename.lower().endswith((".xml", ".rels")):
                with arkiv.open(del_) as innehall:
                    if b"<!DOCTYPE" in innehall.read(4_096):
                        raise OlasligFil(
                            "Arbetsboken innehåller en XML-definition (DOCTYPE) och öppnas inte."
                        )


@contextlib.contextmanager
def _oppningsfel(var=lambda: ""):
    """Whatever openpyxl, zipfile and the XML parser raise for a damaged book becomes one sentence."""
    try:
        yield
    except (OlasligFil, GeneratorExit, MemoryError):
        raise
    except Exception as fel:  # a damaged book makes openpyxl raise nearly any exception
        raise OlasligFil(f"Arbetsboken är skadad och går inte att läsa{var()}. Spara den på nytt.") from fel
