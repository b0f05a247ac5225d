"""Neutral ledger rows → SIE 4, CSV or XLSX, streamed: what `budget.imports` reads, written back.

What a format cannot hold is changed in a way that is told here, and nothing else is:

- In all three, control characters and line separators of a text become spaces, and an amount has two decimals.
- SIE has no escape for a backslash before the closing quote: a text that ends in one gets a space after it. A voucher
  has one day, so a row with only a period is dated its first. What the encoding lacks becomes «?» in a text, and is
  refused in a code. A file has one räkenskapsår.
- CSV refuses what its encoding lacks.
- Excel keeps fifteen digits: a longer amount is written as text, which the reader takes with a warning. A text that
  would be taken for XlsxWriter's own markup gets a space after it.
"""

import csv
import io
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from typing import BinaryIO

import xlsxwriter

from budget.imports.huvudbok import Huvudboksrad
from regionskane.lib.belopp import formatera
from regionskane.lib.textfil import KODNINGAR

RADER_PER_BLOCK = 512
I_MINNET = 4 << 20
SIFFROR_I_EXCEL = 15
SISTA_RAD = 1_048_576
RUBRIKER = (
    "Datum", "Period", "Konto", "Ansvar", "Motpart", "Verksamhet", "Projekt", "Verifikation", "Text", "Belopp",
)  # fmt: skip
# The dimensions that #TRANS names, in the order of the row. 1 and 6 are reserved by the standard; 20 and up are free.
DIMENSIONER = (("1", "Ansvar"), ("20", "Motpart"), ("21", "Verksamhet"), ("6", "Projekt"))
PROGRAM = "regionskane"
BALANSKLASSER = ("1", "2")
LANGSTA_KONTO = LANGSTA_SERIE = 20

_STYR = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_INTE_I_KOD = re.compile(r'["{}\\]')
_EPOK = date(1899, 12, 30).toordinal()
_FORSTA_EXCELDAG = "1900-03-01"


class GarInteAttSkriva(ValueError):
    """The rows do not fit in the format. `str()` is one Swedish sentence."""


def ren_text(text: str) -> str:
    """A text on one line: control characters, line separators and halves of characters become spaces."""
    return text if text.isprintable() else _STYR.sub(" ", text)


# CSV.


def csvblock(
    rader: Iterable[Huvudboksrad], *, avskiljare: str = ";", decimaltecken: str = ",", inledning: str = ""
) -> Iterator[str]:
    """The file's text in pieces, with CRLF. `inledning` is a line of its own above the header."""
    if inledning:
        yield _csvrad([ren_text(inledning)], avskiljare)
    yield _csvrad(RUBRIKER, avskiljare)
    a, komma = avskiljare, decimaltecken != "."
    rader = iter(rader)
    while grupp := list(islice(rader, RADER_PER_BLOCK)):
        block = "\n".join(
            [
                f"{datum}{a}{period}{a}{konto}{a}{ansvar}{a}{motp}{a}{vht}{a}{proj}{a}{ver}{a}{text}{a}{belopp:.2f}"
                for _, period, datum, konto, ansvar, motp, vht, proj, ver, text, belopp in grupp
            ]
        )
        antal = len(grupp)
        rak = (
            '"' not in block
            and block.count(a) == 9 * antal
            and block.count("\n") == antal - 1
            and block.replace("\n", "").isprintable()
        )
        if rak and komma:
            # The only full stops that are decimal signs stand third from the end of a line.
            block = "\n".join([f"{rad[:-3]},{rad[-2:]}" for rad in block.split("\n")])
        if rak:
            yield block.replace("\n", "\r\n") + "\r\n"
        else:
            yield "".join(_csvrad(_falt(rad, komma), a) for rad in grupp)


def _falt(rad: Huvudboksrad, komma: bool) -> list[str]:
    _, period, datum, *koder, ver, text, belopp = rad
    kr = f"{belopp:.2f}"
    return [datum, str(period), *koder, ren_text(ver), ren_text(text), kr.replace(".", ",") if komma else kr]


def _csvrad(falt, avskiljare: str) -> str:
    ut = io.StringIO()
    csv.writer(ut, delimiter=avskiljare, lineterminator="\r\n").writerow(falt)
    return ut.getvalue()


def skriv_csv(
    rader: Iterable[Huvudboksrad],
    ut: BinaryIO,
    *,
    avskiljare: str = ";",
    decimaltecken: str = ",",
    kodning: str = "UTF-8",
    bom: bool = False,
    inledning: str = "",
) -> None:
    """`kodning` is one of `KODNINGAR`; `bom` marks UTF-8 for Excel.

    Raises GarInteAttSkriva when one sign has two meanings, or when the encoding lacks a character.
    """
    if avskiljare == decimaltecken:
        raise GarInteAttSkriva(f"«{avskiljare}» kan inte både skilja fält och vara decimaltecken.")
    codec = KODNINGAR[kodning].codec
    if bom and codec == "utf-8":
        ut.write(b"\xef\xbb\xbf")
    for block in csvblock(rader, avskiljare=avskiljare, decimaltecken=decimaltecken, inledning=inledning):
        try:
            ut.write(block.encode(codec))
        except UnicodeEncodeError as fel:
            raise GarInteAttSkriva(
                f"Tecknet «{block[fel.start]}» finns inte i {kodning}. Välj UTF-8."
            ) from fel


# XLSX.


def skriv_xlsx(
    rader: Iterable[Huvudboksrad], ut: BinaryIO, *, inledning: str = "", sista_rad: int = SISTA_RAD
) -> None:
    """One sheet, «Huvudbok», one row at a time. Raises GarInteAttSkriva for more rows than a sheet has, its heading
    counted."""
    val = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(ut, val) as bok:
        if inledning:
            bok.set_properties({"title": inledning, "comments": inledning})
        ark = bok.add_worksheet("Huvudbok")
        fet, dag, kr = (
            bok.add_format(f)
            for f in ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "#,##0.00"})
        )
        ark.set_column(0, 7, 13)
        ark.set_column(8, 8, 50)
        ark.set_column(9, 9, 18)
        nr = 0
        if inledning:
            ark.write_string(0, 0, ren_text(inledning), fet)
            nr = 1
        for kolumn, rubrik in enumerate(RUBRIKER):
            ark.write_string(nr, kolumn, rubrik, fet)
        ark.freeze_panes(nr + 1, 0)
        dagar: dict[str, int] = {}
        for _, period, datum, *texter, belopp in rader:
            nr += 1
            if nr >= sista_rad:
                raise GarInteAttSkriva(
                    f"Ett Excel-blad rymmer {formatera(Decimal(sista_rad))} rader. Exportera som CSV eller SIE, eller "
                    "färre månader."
                )
            if datum >= _FORSTA_EXCELDAG:
                if datum not in dagar:
                    dagar[datum] = date.fromisoformat(datum).toordinal() - _EPOK
                ark.write_number(nr, 0, dagar[datum], dag)
            elif datum:
                ark.write_string(nr, 0, datum)
            ark.write_number(nr, 1, period)
            for kolumn, text in enumerate(texter, 2):
                if text:
                    ark.write_string(nr, kolumn, _exceltext(text))
            if len(belopp.as_tuple().digits) <= SIFFROR_I_EXCEL:
                ark.write_number(nr, 9, float(belopp), kr)
            else:
                ark.write_string(nr, 9, f"{belopp:.2f}".replace(".", ","))


def _exceltext(text: str) -> str:
    ren = ren_text(text)
    return ren + " " if ren.startswith("<r>") and ren.endswith("</r>") else ren


# SIE 4.


def skriv_sie(
    rader: Iterable[Huvudboksrad],
    ut: BinaryIO,
    *,
    kodning: str = "CP437",
    konton: Mapping[str, str] | None = None,
    ingaende: Mapping[str, Decimal] | None = None,
    foretag: str = "",
    inledning: str = "",
    skapad: date | None = None,
) -> None:
    """Type 4 with the year's balances, months and vouchers; consecutive rows of one voucher and day are one #VER.

    `konton` gives names, `ingaende` the balance accounts' #IB (kronor, debet +). The vouchers are kept in a temporary
    file until the balances, which stand before them, are known. Raises GarInteAttSkriva for rows of several years, for
    no rows and for a code that SIE cannot hold.
    """
    codec = KODNINGAR[kodning].codec
    summor = _Summor(codec)
    with tempfile.SpooledTemporaryFile(I_MINNET) as mellan:
        for block in _vervis(rader, summor):
            mellan.write(block.encode(codec, "replace"))
        if not summor.per_konto:
            raise GarInteAttSkriva("Det finns inga rader att skriva.")
        huvud = _siehuvud(summor, konton or {}, ingaende or {}, foretag, inledning, skapad or date.today())
        ut.write("".join(f"{rad}\r\n" for rad in huvud).encode(codec, "replace"))
        mellan.seek(0)
        shutil.copyfileobj(mellan, ut)


class _Summor:
    """What the balances and the objects are made from; grows with the codes and not with the rows."""

    def __init__(self, codec: str):
        self.codec = codec
        self.per_konto: dict[str, Decimal] = defaultdict(Decimal)
        self.per_manad: dict[tuple[int, str, str], Decimal] = defaultdict(Decimal)  # with ansvar
        self.objekt: dict[tuple[str, ...], str] = {}  # the row's four codes → object list
        self.ar: int | None = None

    def objektlista(self, koder: tuple[str, ...]) -> str:
        par = zip(DIMENSIONER, koder, strict=True)
        self.objekt[koder] = lista = " ".join(f'{dim} "{self.kod(kod)}"' for (dim, _), kod in par if kod)
        return lista

    def kod(self, kod: str) -> str:
        """A code that can stand between quotes. Raises GarInteAttSkriva."""
        try:
            kod.encode(self.codec)
        except UnicodeEncodeError as fel:
            raise GarInteAttSkriva(f"Koden «{kod}» har tecken som inte finns i filens kodning.") from fel
        if _INTE_I_KOD.search(kod):
            raise GarInteAttSkriva(f"Koden «{kod}» har tecken som SIE inte kan ha i en kod.")
        return kod

    def avsluta(self) -> None:
        for (_, konto, _), belopp in self.per_manad.items():
            if konto not in self.per_konto and len(self.kod(konto)) > LANGSTA_KONTO:
                raise GarInteAttSkriva(f"Kontot «{konto}» är längre än {LANGSTA_KONTO} tecken.")
            self.per_konto[konto] += belopp


def _vervis(rader: Iterable[Huvudboksrad], summor: _Summor) -> Iterator[str]:
    per_manad, objekt = summor.per_manad, summor.objekt
    for (period, datum, ver), grupp in groupby(rader, itemgetter(1, 2, 8)):
        if period // 100 != summor.ar:
            if summor.ar is not None:
                raise GarInteAttSkriva(
                    f"En SIE-fil har ett räkenskapsår, men raderna gäller både {summor.ar} och {period // 100}."
                )
            summor.ar = period // 100
        serie, _, nummer = ver.partition(" ")
        if not nummer or len(serie) > LANGSTA_SERIE or serie.endswith("\\"):
            serie, nummer = "", ver
        dag = datum.replace("-", "") or f"{period}01"
        linjer = [f'#VER {_citat(serie)} {_citat(nummer)} {dag} ""', "{"]
        for rad in grupp:
            _, _, _, konto, ansvar, motpart, verksamhet, projekt, _, text, belopp = rad
            koder = (ansvar, motpart, verksamhet, projekt)
            lista = objekt.get(koder)
            if lista is None:
                lista = summor.objektlista(koder)
            per_manad[period, konto, ansvar] += belopp
            skrivet = f' "" {_citat(text)}' if text else ""
            linjer.append(f"#TRANS {_kontokod(konto)} {{{lista}}} {belopp:.2f}{skrivet}")
        linjer.append("}\r\n")
        yield "\r\n".join(linjer)
    summor.avsluta()


def _citat(text: str) -> str:
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    ren = ren_text(text)
    if ren.endswith("\\"):
        ren += " "
    return '"{}"'.format(ren.replace('"', '\\"'))


def _kontokod(konto: str) -> str:
    return konto if konto.isalnum() else f'"{konto}"'


def _siehuvud(summor: _Summor, namn, ingaende, foretag, inledning, skapad) -> Iterator[str]:
    yield from ("#FLAGGA 0", f'#PROGRAM "{PROGRAM}" "1"', "#FORMAT PC8", f"#GEN {skapad:%Y%m%d}", "#SIETYP 4")
    if inledning:
        yield f"#PROSA {_citat(inledning)}"
    yield f"#FNAMN {_citat(foretag or 'Region')}"
    yield f"#RAR 0 {summor.ar}0101 {summor.ar}1231"
    alla = sorted({*summor.per_konto, *ingaende})
    for konto in alla:
        yield f"#KONTO {_kontokod(konto)} {_citat(namn.get(konto, ''))}"
    for dim, rubrik in DIMENSIONER:
        yield f'#DIM {dim} "{rubrik}"'
    for plats, (dim, _) in enumerate(DIMENSIONER):
        for kod in sorted({koder[plats] for koder in summor.objekt} - {""}):
            yield f'#OBJEKT {dim} "{kod}" "{kod}"'
    balans = [k for k in alla if k.startswith(BALANSKLASSER)]
    for konto in balans:
        yield f"#IB 0 {_kontokod(konto)} {ingaende.get(konto, Decimal(0)):.2f}"
    for konto in balans:
        saldo = ingaende.get(konto, Decimal(0)) + summor.per_konto.get(konto, Decimal(0))
        yield f"#UB 0 {_kontokod(konto)} {saldo:.2f}"
    for konto in alla:
        if not konto.startswith(BALANSKLASSER):
            yield f"#RES 0 {_kontokod(konto)} {summor.per_konto[konto]:.2f}"
    yield from _psaldon(summor)


def _psaldon(summor: _Summor) -> Iterator[str]:
    for (period, konto), grupp in groupby(sorted(summor.per_manad.items()), lambda p: p[0][:2]):
        delar = [(ansvar, belopp) for (_, _, ansvar), belopp in grupp]
        yield f"#PSALDO 0 {period} {_kontokod(konto)} {{}} {sum(b for _, b in delar):.2f}"
        for ansvar, belopp in delar:
            if ansvar:
                yield f'#PSALDO 0 {period} {_kontokod(konto)} {{1 "{ansvar}"}} {belopp:.2f}'


SKRIVARE: Mapping[str, Callable[..., None]] = {"csv": skriv_csv, "sie": skriv_sie, "xlsx": skriv_xlsx}
