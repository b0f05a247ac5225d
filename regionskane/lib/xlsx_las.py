"""Opening a workbook that somebody has sent, without trusting it: what it is, how large, and its cells."""

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple

from openpyxl import load_workbook

STORSTA_FIL = 10 * 1024 * 1024
STORST_UPPACKAD = 60 * 1024 * 1024
FLEST_DELAR = 1_000
FLEST_CELLER = 100_000
# Further out nothing is read: a sheet may claim a cell in its last corner, and every cell before it.
STORSTA_RAD, STORSTA_KOLUMN = 10_000, 100

_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_BLOCK = 1024 * 1024


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
    _granska_delarna(innehall)
    try:
        formler = load_workbook(BytesIO(innehall), read_only=True, keep_links=False)
        varden = load_workbook(BytesIO(innehall), read_only=True, keep_links=False, data_only=True)
        namn = [blad.title for blad in formler.worksheets]
    # openpyxl has no exception of its own for a damaged file: it stops wherever it happens to stop.
    except Exception as fel:
        raise Olaslig("SKADAD", _SKADAD) from fel
    return tuple(_las_blad(n, formler[n], varden[n]) for n in namn)


_SKADAD = (
    "Filen är skadad och går inte att öppna. Öppna den i Excel eller LibreOffice, spara den på nytt och "
    "försök igen."
)


def _las_blad(namn, formler, varden) -> Blad:
    rutor, rad = {}, 0
    grans = {"max_row": STORSTA_RAD, "max_col": STORSTA_KOLUMN}
    try:
        for blad in (formler, varden):
            blad.reset_dimensions()
        for rad_f, rad_v in zip(formler.iter_rows(**grans), varden.iter_rows(**grans), strict=True):
            rad += 1
            for j, (f, v) in enumerate(zip(rad_f, rad_v, strict=True), start=1):
                if f.value is None:
                    continue
                if f.data_type == "f":
                    text = f.value if isinstance(f.value, str) else getattr(f.value, "text", None) or "="
                    rutor[rad, j] = Ruta(v.value, text, "" if v.value is None else v.data_type)
                else:
                    rutor[rad, j] = Ruta(f.value, "", f.data_type)
    except Exception as fel:
        raise Olaslig("SKADAD", f"Bladet «{namn}» går inte att läsa efter rad {rad}. {_SKADAD}") from fel
    return Blad(namn, rutor)


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


def _granska_delarna(innehall: bytes) -> None:
    """What the zip file holds, read to its end within bounds before anything is made of it."""
    try:
        with zipfile.ZipFile(BytesIO(innehall)) as fil:
            delar = fil.infolist()
            namn = {d.filename for d in delar}
            if len(delar) > FLEST_DELAR or sum(d.file_size for d in delar) > STORST_UPPACKAD:
                raise Olaslig("BOMB", "Arbetsboken blir orimligt stor när den packas upp, och läses inte.")
            if any(d.flag_bits & 1 for d in delar):
                raise Olaslig(
                    "LOSENORD", "Filen är skyddad med lösenord. Ta bort lösenordet och försök igen."
                )
            _granska_slaget(fil, namn)
            if len(namn) < len(delar):
                raise Olaslig("SKADAD", _SKADAD)
            _granska_innehallet(fil, delar)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        KeyError,
        ValueError,
    ) as fel:
        if isinstance(fel, Olaslig):
            raise
        raise Olaslig("SKADAD", _SKADAD) from fel


def _granska_slaget(fil, namn: set[str]) -> None:
    if "mimetype" in namn and b"opendocument" in fil.read("mimetype")[:100]:
        raise Olaslig("ODS", "Filen är i OpenDocument-format (.ods). Spara den som Excel-arbetsbok (.xlsx).")
    if "[Content_Types].xml" not in namn or not any(n.startswith("xl/workbook.") for n in namn):
        raise Olaslig(
            "ZIP", "Filen är en zip-fil eller ett annat slags dokument, inte en Excel-arbetsbok (.xlsx)."
        )
    if "xl/workbook.bin" in namn:
        raise Olaslig("XLSB", "Filen är en binär arbetsbok (.xlsb). Spara den som Excel-arbetsbok (.xlsx).")
    if any(n.endswith("vbaProject.bin") for n in namn) or b"macroEnabled" in fil.read("[Content_Types].xml"):
        raise Olaslig(
            "MAKRO",
            "Arbetsboken innehåller makron och läses inte. Spara den som Excel-arbetsbok utan makron (.xlsx).",
        )


def _granska_innehallet(fil, delar) -> None:
    celler = 0
    for d in delar:
        xml = d.filename.endswith((".xml", ".rels"))
        blad = d.filename.startswith("xl/worksheets/")
        svans = b""
        with fil.open(d) as strom:
            while block := strom.read(_BLOCK):
                if xml and (b"<!DOCTYPE" in svans + block or b"<!ENTITY" in svans + block):
                    raise Olaslig("SKADAD", _SKADAD)
                if blad:
                    celler += len(_CELL.findall(block))
                svans = block[-16:]
        if celler > FLEST_CELLER:
            raise Olaslig("CELLER", f"Arbetsboken har fler än {FLEST_CELLER} celler och läses inte.")
