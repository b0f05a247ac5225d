"""Opening a workbook that somebody has sent, without trusting it: what it is, how large, and its cells."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple

from openpyxl.worksheet._reader import FORMULA_TAG

from regionskane.lib.xlsx_bok import I_ANROP, Arbetsbok, OtillatenBok, oppna_arkiv
from regionskane.lib.xlsx_strom import Ark, lasfel

STORSTA_FIL = 10 * 1024 * 1024
FLEST_CELLER = 100_000
# Further out nothing is read: a sheet may claim a cell in its last corner, and every cell before it.
STORSTA_RAD, STORSTA_KOLUMN = 10_000, 100
# Excel's own limit. Formulas that a cell shares with another are moved to where it stands; so many characters in all
# of them, counted before they are taken apart.
LANGSTA_FORMEL = 8_192
LANGST_DELAD = 500_000
# The tokenizer reads the rest of a shared formula anew at each bracket.
MEST_HAKAR = 2_000_000


class Olaslig(ValueError):
    """The file is not a workbook that can be read. `kod` is for machines, `str()` a sentence for the user."""

    def __init__(self, kod: str, text: str):
        self.kod = kod
        super().__init__(text)


class Ruta(NamedTuple):
    """A cell. `formel` is its formula without value; `varde` its value, or the formula's last one, and `typ`
    what kind that is: n (number), s (text), b (true or false), d (date), e (error) or empty."""

    varde: object = None
    formel: str = ""
    typ: str = ""


@dataclass(frozen=True, slots=True)
class Blad:
    """A sheet. `rutor` are the cells that hold something, by row and column counted from 1."""

    namn: str
    rutor: Mapping[tuple[int, int], Ruta] = field(default_factory=dict)


TOM = Ruta()


def las_arbetsbok(innehall: bytes) -> tuple[Blad, ...]:
    """Every sheet of an .xlsx file. Raises Olaslig for anything else, and for what is too large."""
    _granska_omslaget(innehall)
    try:
        _granska_slaget(innehall)
        bok = Arbetsbok(BytesIO(innehall), I_ANROP)
        matt = _Matt(I_ANROP.element)
        return tuple(_las_blad(bok, namn, matt) for namn in bok.bladnamn)
    except OtillatenBok as fel:
        raise Olaslig(fel.kod, str(fel)) from fel


@dataclass(slots=True)
class _Matt:
    """What has been read of the whole book."""

    element: int
    celler: int = 0
    delat: int = 0
    hakar: int = 0


def _las_blad(bok: Arbetsbok, namn: str, matt: _Matt) -> Blad:
    rutor: dict[tuple[int, int], Ruta] = {}
    rad = 0
    with lasfel(lambda: f" (bladet «{namn}» efter rad {rad})"), bok.oppna_blad(namn) as kalla:
        ark = _Rutark(kalla, bok, data_only=True)
        ark.kvar, ark.matt = matt.element, matt
        for rad, celler in ark.rader():
            matt.celler += len(celler)
            if matt.celler > FLEST_CELLER:
                raise OtillatenBok("CELLER", f"Arbetsboken har fler än {FLEST_CELLER} celler och läses inte.")
            if rad <= STORSTA_RAD:
                rutor.update(((rad, k), r) for k, r in celler.items() if k <= STORSTA_KOLUMN)
        matt.element = ark.kvar
    return Blad(namn, rutor)


class _Rutark(Ark):
    """One row at a time as (number, {column: Ruta}), for the cells that hold something."""

    matt: _Matt

    def _cell(self, element) -> tuple[int, Ruta | None]:
        cell = self.parse_cell(element)
        varde, typ = cell["value"], cell["data_type"]
        if isinstance(varde, int) and not isinstance(varde, bool) and varde.bit_length() > 1_000:
            varde = float("inf")  # more than any number that a workbook can hold
        if element.find(FORMULA_TAG) is not None:
            return cell["column"], Ruta(varde, self._formel(element), "" if varde is None else typ)
        return cell["column"], None if varde is None else Ruta(varde, "", typ)

    def _formel(self, element) -> str:
        skriven = element.find(FORMULA_TAG)
        langd = len(skriven.text or "")
        if skriven.get("t") == "shared":
            if delad := self.shared_formulae.get(skriven.get("si")):
                langd = len(delad.tokenizer.formula)
            else:
                self.matt.hakar += langd * (skriven.text or "").count("[")
            self.matt.delat += langd
        if langd > LANGSTA_FORMEL or self.matt.delat > LANGST_DELAD or self.matt.hakar > MEST_HAKAR:
            raise OtillatenBok("CELLER", "Arbetsboken har orimligt långa formler och läses inte.")
        formel = self.parse_formula(element)
        return formel if isinstance(formel, str) else getattr(formel, "text", None) or "="


def _granska_omslaget(innehall: bytes) -> None:
    """What kind of file it is, by its first bytes."""
    if not innehall:
        raise Olaslig("TOM", "Filen är tom.")
    if len(innehall) > STORSTA_FIL:
        raise Olaslig("STORLEK", f"Filen är större än {STORSTA_FIL // 1024 // 1024} MB och läses inte.")
    if innehall.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in innehall:
            raise Olaslig(
                "LOSENORD",
                "Arbetsboken är skyddad med lösenord. Ta bort lösenordet, spara den och försök igen.",
            )
        raise Olaslig(
            "XLS", "Filen är i ett äldre Excelformat (.xls). Spara den som Excel-arbetsbok (.xlsx)."
        )
    if innehall.startswith(b"PK"):
        return
    borjan = innehall[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if borjan.startswith(b"<"):
        raise Olaslig(
            "HTML",
            "Filen är en webbsida eller XML, inte en arbetsbok. Spara den som Excel-arbetsbok (.xlsx).",
        )
    if b"\0" not in borjan and not borjan.startswith(b"%pdf"):
        raise Olaslig(
            "TEXT",
            "Filen är en textfil (till exempel CSV), inte en arbetsbok. Fyll i arbetsboken som du hämtade här.",
        )
    raise Olaslig("ANNAT", "Filen är inte en Excel-arbetsbok (.xlsx).")


def _granska_slaget(innehall: bytes) -> None:
    """What the zip file is, when it is no workbook without macros. Raises also OtillatenBok."""
    with oppna_arkiv(BytesIO(innehall), I_ANROP) as fil:
        namn = set(fil.namelist())
        if "mimetype" in namn and b"opendocument" in _borjan(fil, "mimetype"):
            raise Olaslig(
                "ODS", "Filen är i OpenDocument-format (.ods). Spara den som Excel-arbetsbok (.xlsx)."
            )
        if "[Content_Types].xml" not in namn or not any(n.startswith("xl/workbook.") for n in namn):
            raise Olaslig(
                "ZIP",
                "Filen är en zip-fil eller ett annat slags dokument, inte en Excel-arbetsbok (.xlsx).",
            )
        if "xl/workbook.bin" in namn or "xl/workbook.xml" not in namn:
            raise Olaslig(
                "XLSB", "Filen är en binär arbetsbok (.xlsb). Spara den som Excel-arbetsbok (.xlsx)."
            )
        if any(n.endswith("vbaProject.bin") for n in namn) or b"macroEnabled" in _borjan(
            fil, "[Content_Types].xml"
        ):
            raise Olaslig(
                "MAKRO",
                "Arbetsboken innehåller makron och läses inte. Spara den som Excel-arbetsbok utan makron (.xlsx).",
            )


def _borjan(fil: zipfile.ZipFile, namn: str) -> bytes:
    with lasfel(), fil.open(namn) as del_:
        return del_.read(1 << 20)
