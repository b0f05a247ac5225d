"""A ledger as a workbook (xlsx) → neutral rows and findings, streamed.

openpyxl opens the book: names of sheets, shared strings, which formats are dates. The cells are read one row
at a time by a parser of its own on top of openpyxl's, because the read-only sheet keeps every empty row element,
stops at «NaN» without saying where, and does not tell an empty cell from a formula that was never computed.
"""

import contextlib
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO
from xml.etree.ElementTree import iterparse

import openpyxl
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser

from budget.imports.fil import OkandaKolumner, OlasligFil, ar_arbetsbok
from budget.imports.huvudbok import (
    LANGSTA_KOD,
    LANGSTA_TEXT,
    Anmarkningar,
    Huvudboksrad,
    belopp_av_text,
    hitta_kolumner,
    ren_kod,
    tolka_tid,
)
from regionskane.lib.belopp import ORE, STORSTA_BELOPP, OgiltigtBelopp

STORST_UPPACKAD = 2 << 30
STORSTA_TEXTER = 64 << 20
STORST_PACKNING = 200
ALLTID_TILLATET = 20 << 20
SISTA_RAD = 1_048_576
RUBRIKRADER = 20
EXCELPRECISION = Decimal("1e-6")
# How a text that looks like Excel's escape is kept; openpyxl takes it back in shared strings only.
_ESCAPAD = re.compile(r"_x005F(_x[0-9A-Fa-f]{4}_)")


class _Trasig:
    """A cell without a usable value; `skal` ends the sentence «Cell B7 …»."""

    __slots__ = ("skal",)

    def __init__(self, skal: str):
        self.skal = skal


OBERAKNAD = _Trasig("har en formel utan beräknat värde. Öppna filen i Excel, räkna om och spara.")


class _Ark(WorkSheetParser):
    """One row at a time as (number, {column: value}); faults of a cell become values of kind _Trasig."""

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
            return self.col_counter, _Trasig(f"innehåller «{skrivet}», som inte är ett tal.")
        kolumn, varde = cell["column"], cell["value"]
        if varde is None and element.find(FORMULA_TAG) is not None:
            return kolumn, OBERAKNAD
        if element.get("t") == "inlineStr" and isinstance(varde, str):
            varde = _ESCAPAD.sub(r"\1", varde)
        if cell["data_type"] == "e":
            return kolumn, _Trasig(f"har felvärdet {varde}.")
        return kolumn, varde

    def _kolumn(self, element) -> int:
        try:
            return openpyxl.utils.column_index_from_string(coordinate_from_string(element.get("r"))[0])
        except (ValueError, TypeError, openpyxl.utils.exceptions.CellCoordinatesException):
            return self.col_counter + 1


class XlsxLasning:
    """One reading of a workbook. Iterate `rader()`; a finding of level FEL means that a row was left out.

    Raises OlasligFil when nothing can be read. `blad` names the sheet; without it the first one whose header is
    understood is taken. `kolumner` and `perioder` are as for CSV.
    """

    def __init__(
        self,
        fil: BinaryIO,
        *,
        blad: str | None = None,
        kolumner: Mapping[str, str] | None = None,
        perioder: tuple[int, int] | None = None,
    ):
        if not ar_arbetsbok(fil):
            raise OlasligFil("Filen är inte en Excel-arbetsbok (xlsx).")
        vakta_uppackning(fil)
        self.anmarkningar = Anmarkningar()
        self.antal_rader = 0
        self._perioder = perioder
        with _oppningsfel(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not read here
            fil.seek(0)
            self._bok = openpyxl.load_workbook(fil, read_only=True, data_only=True, keep_links=False)
            self.bladnamn = [ark.title for ark in self._bok.worksheets]
        self.blad, self.rubrikrad, self.kolumner = self._valj_blad(blad, kolumner)

    def rader(self) -> Iterator[Huvudboksrad]:
        """The rows in the sheet's order. `rad` is the row number that Excel shows."""
        fran, till = self._perioder or (0, 0)
        for nr, celler in self._celler(self.blad):
            if nr <= self.rubrikrad or not any(k in celler for k in self.kolumner.values()):
                continue
            self.antal_rader += 1
            try:
                rad = self._rad(nr, celler)
            except OgiltigtBelopp as fel:
                self.anmarkningar.fel("BELOPP", str(fel), nr)
                continue
            except ValueError as fel:
                self.anmarkningar.fel("CELL", str(fel), nr)
                continue
            if fran and not fran <= rad[1] <= till:
                self.anmarkningar.fel("UTANFOR_AR", f"Perioden {rad[1]} ligger utanför {fran}–{till}.", nr)
                continue
            yield rad
        if not self.antal_rader:
            self.anmarkningar.fel(
                "INGET", f"Bladet «{self.blad}» har en rubrikrad men inga rader.", self.rubrikrad
            )

    alla_rader = rader

    # One row.

    def _rad(self, nr, celler) -> Huvudboksrad:
        def cell(falt):
            kolumn = self.kolumner.get(falt)
            return None if kolumn is None else celler.get(kolumn)

        def kod(falt):
            return ren_kod(self._text(nr, falt, cell(falt)))

        konto = kod("konto")
        if not konto:
            raise ValueError("Raden saknar konto. Är det en summarad ska den tas bort.")
        period, datum = tolka_tid(
            self._tid(nr, "datum", cell("datum")),
            self._tid(nr, "period", cell("period")),
            self._text(nr, "ar", cell("ar")),
        )
        if "belopp" in self.kolumner:
            belopp = self._belopp(nr, "belopp", cell("belopp"))
        else:
            debet, kredit = (self._belopp(nr, f, cell(f)) for f in ("debet", "kredit"))
            belopp = None if debet is None and kredit is None else (debet or 0) - (kredit or Decimal(0))
        if belopp is None:
            raise OgiltigtBelopp("Raden saknar belopp.")
        return (
            nr, period, datum, konto, kod("ansvar"), kod("motpart"), kod("verksamhet"), kod("projekt"),
            self._text(nr, "verifikation", cell("verifikation"))[:LANGSTA_KOD].strip(),
            self._text(nr, "text", cell("text"))[:LANGSTA_TEXT], belopp,
        )  # fmt: skip

    def _adress(self, nr, falt) -> str:
        return f"Cell {openpyxl.utils.get_column_letter(self.kolumner[falt])}{nr}"

    def _text(self, nr, falt, varde) -> str:
        """A code or a text. Excel keeps 3010 as the number 3010.0 in some books."""
        if varde is None:
            return ""
        if isinstance(varde, _Trasig):
            raise ValueError(f"{self._adress(nr, falt)} {varde.skal}")
        if isinstance(varde, float) and varde.is_integer() and abs(varde) < 1e15:
            return str(int(varde))
        if isinstance(varde, date | time | timedelta | bool) and falt not in ("text", "verifikation"):
            raise ValueError(f"{self._adress(nr, falt)} har ett datum eller sant/falskt där en kod ska stå.")
        return str(varde)

    def _tid(self, nr, falt, varde) -> str:
        if isinstance(varde, datetime):
            return varde.date().isoformat() if falt == "datum" else f"{varde:%Y-%m}"
        if isinstance(varde, date):
            return varde.isoformat() if falt == "datum" else f"{varde:%Y-%m}"
        return self._text(nr, falt, varde)

    def _belopp(self, nr, falt, varde) -> Decimal | None:
        if varde is None or (isinstance(varde, str) and not varde.strip()):
            return None
        if isinstance(varde, _Trasig):
            raise OgiltigtBelopp(f"{self._adress(nr, falt)} {varde.skal}")
        if isinstance(varde, bool):
            raise OgiltigtBelopp(f"{self._adress(nr, falt)} har sant eller falskt där ett belopp ska stå.")
        if isinstance(varde, date | time | timedelta):
            raise OgiltigtBelopp(
                f"{self._adress(nr, falt)} är formaterad som datum eller tid ({varde}). Välj talformat för kolumnen."
            )
        if isinstance(varde, str):
            try:
                belopp = belopp_av_text(None)(varde)
            except OgiltigtBelopp as fel:
                raise OgiltigtBelopp(f"{self._adress(nr, falt)}: {fel}") from fel
            self.anmarkningar.varning(
                "TEXTTAL",
                f"{self._adress(nr, falt)} har beloppet «{varde.strip()[:40]}» som text. Det lästes.",
                nr,
            )
            return belopp
        return self._tal(nr, falt, varde)

    def _tal(self, nr, falt, varde: int | float) -> Decimal:
        adress = self._adress(nr, falt)
        try:
            exakt = Decimal(repr(varde))
            if not exakt.is_finite():
                raise OgiltigtBelopp(f"{adress} är inte ett ändligt tal.")
            if abs(exakt) >= STORSTA_BELOPP:
                raise OgiltigtBelopp(f"{adress} har ett belopp som är för stort ({varde:.3g}).")
            belopp = exakt.quantize(ORE) + 0
        except (InvalidOperation, ValueError, OverflowError) as fel:
            if isinstance(fel, OgiltigtBelopp):
                raise
            raise OgiltigtBelopp(f"{adress} har ett belopp som är för stort.") from fel
        if abs(exakt - belopp) > EXCELPRECISION:  # less than this is how Excel keeps 0,1 in binary
            raise OgiltigtBelopp(f"{adress} har delar av ören ({exakt:f}). Avrunda till ören.")
        return belopp

    # The book.

    def _celler(self, titel) -> Iterator[tuple[int, dict[int, Any]]]:
        bok = self._bok
        ark = bok[titel]
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
            for nr, celler in lasare.rader():
                if nr > SISTA_RAD or nr <= vantad:
                    raise OlasligFil(
                        f"Bladet «{titel}» har radnummer i fel ordning (rad {nr}). Spara filen på nytt."
                    )
                vantad = nr
                yield nr, celler

    def _valj_blad(self, blad, val):
        if blad is not None and blad not in self.bladnamn:
            finns = ", ".join(f"«{n}»" for n in self.bladnamn)
            raise OlasligFil(f"Bladet «{blad}» finns inte. Blad i filen: {finns}.")
        basta = None
        for titel in [blad] if blad is not None else self.bladnamn:
            for antal, (nr, celler) in enumerate(self._celler(titel)):
                if antal >= RUBRIKRADER:
                    break
                if not celler:
                    continue
                bredd = max(celler)
                rubriker = [
                    None if isinstance(v, _Trasig) else v for v in map(celler.get, range(1, bredd + 1))
                ]
                funna, brister = hitta_kolumner(rubriker, val=val)
                if not brister:
                    return titel, nr, {falt: i + 1 for falt, i in funna.items()}
                if basta is None or len(funna) > basta[0]:
                    basta = (len(funna), titel, brister, rubriker)
        if basta is None:
            raise OlasligFil("Arbetsboken är tom.")
        raise OkandaKolumner(f"Bladet «{basta[1]}»: {' '.join(basta[2])}", basta[3])


def vakta_uppackning(fil: BinaryIO) -> None:
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
