"""A workbook made to be filled in and read back: protected but for its input cells, with hidden keys.

Every sheet has the layout of its `Tabell`. Column A and row 1 are hidden and name each row and column, so that
a row that is moved takes its name along; the sheet NYCKELBLAD says where everything stood, and what each input
cell held, under a checksum. `las_nycklar` reads that back.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from io import BytesIO
from typing import NamedTuple

import xlsxwriter
from django.utils.crypto import constant_time_compare, salted_hmac
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from regionskane.lib.belopp import ORE, STORSTA_BELOPP
from regionskane.lib.jsontext import las_decimal, las_json
from regionskane.lib.tabell import Handling, Kolumnslag, Rad, Radslag, Tabell
from regionskane.lib.xlsx import (
    _SVAG,
    _TUNN,
    _antal_rader,
    _radram,
    _ren,
    _sidinstallning,
    _skala,
    _skriv_block,
    _Stilar,
    _summatext,
    _tid,
    bladnamn,
    talformat,
)

# Of the lines of NYCKELBLAD and how they are stamped; a workbook of another is fetched anew.
FORMAT = 2
MARKE = "budget-ifyllnad"
NYCKELBLAD = "_nycklar"
INSTRUKTION = "Läs först"
# More cells than a workbook may have when it is read back.
FLEST_NYCKLAR = 100_000
HUVUDRAD = 5  # counted from 1, as people do

_IN_YTA, _IN_KANT = "#FFF6D6", "#B89B3C"
_LIKA = Decimal("0.005")


class Cellslag(StrEnum):
    """`IN` takes an amount, `SUMMA` is a formula over the table, `VISA` is a figure beside it to read."""

    IN = "in"
    SUMMA = "summa"
    VISA = "visa"


@dataclass(frozen=True, slots=True)
class Inmatningscell:
    """A cell to fill in. `nyckel` is its name for whoever reads the workbook back; `rev` and `varde` (in the unit
    before division by `skala`, None when empty) are what it held. An empty one that fetches shows the figure of
    `hamtas` in the same column: (table key, row key, factor) for each row that it is made of; none where it is not made
    of rows in the workbook. Where there is no figure yet it shows nothing until those rows are filled in.
    `hamtas_titel` says above the cell how it comes there."""

    nyckel: str
    rev: int
    varde: Decimal | None
    skala: Decimal
    hamtas: tuple[tuple[str, str, int], ...] | None = None
    hamtas_namn: str = ""
    hamtas_titel: str = "Hämtas från annan tabell"


@dataclass(frozen=True, slots=True)
class Mallblad:
    """A table and those of its cells, by row and column key, that are to be filled in. In the columns of `raknas`
    a sum is a formula; in the others it is a figure to read. `last` says why nothing is to be filled in on the sheet,
    as (title, sentence)."""

    tabell: Tabell
    celler: Mapping[tuple[str, str], Inmatningscell]
    raknas: frozenset[str]
    last: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Mall:
    """A workbook to fill in. `om` is what it is about, kept with the keys as it is; `stycken` are the
    instructions, as (heading, sentences); `tid` is an ISO timestamp."""

    titel: str
    undertitel: str
    om: Mapping[str, str]
    blad: tuple[Mallblad, ...]
    fakta: tuple[tuple[str, str], ...]
    stycken: tuple[tuple[str, tuple[str, ...]], ...]
    tid: str


class Nyckelcell(NamedTuple):
    """What stood in a cell. `varde` is what the sheet showed for VISA, and the amount itself for IN; `formel` is
    that of an input cell which fetches."""

    rad: int
    kolumn: int
    slag: Cellslag
    nyckel: str
    rev: int
    varde: Decimal | None
    skala: Decimal
    formel: str
    rubrik: str


@dataclass(frozen=True, slots=True)
class Bladnycklar:
    """Where everything stood on a sheet, counted from 1: row and column → (key, heading as written). `last` is the
    title of why the whole sheet is locked."""

    nyckel: str
    namn: str
    rader: Mapping[int, tuple[str, str]]
    kolumner: Mapping[int, tuple[str, str]]
    celler: tuple[Nyckelcell, ...]
    last: str = ""


@dataclass(frozen=True, slots=True)
class Nycklar:
    om: Mapping[str, str]
    blad: tuple[Bladnycklar, ...]


class TrasigaNycklar(ValueError):
    """The hidden keys are not as they were written."""


class AnnatFormat(ValueError):
    """The keys are those of another version of the format."""


def skriv_mall(mall: Mall) -> bytes:
    """Write the workbook. The same template gives the same bytes."""
    minne = BytesIO()
    bok = xlsxwriter.Workbook(minne, {"in_memory": True})
    bok.set_properties(
        {"title": _ren(mall.titel), "author": "Budget och uppföljning", "created": _tid(mall.tid)}
    )
    bok.set_calc_mode("auto")
    stil = _Stilar(bok)
    handling = Handling(mall.titel, mall.undertitel, (), mall.tid)
    namn = bladnamn([b.tabell for b in mall.blad])
    om = bok.add_worksheet(INSTRUKTION)
    ritare = {
        b.tabell.nyckel: _Blad(bok.add_worksheet(n), n, b, stil, handling)
        for b, n in zip(mall.blad, namn, strict=True)
    }
    rader = [_json("om", dict(mall.om))]
    for blad in ritare.values():
        rader += blad.skriv(ritare)
    _skriv_instruktion(om, mall, namn, stil, handling)
    _skriv_nycklar(bok.add_worksheet(NYCKELBLAD), rader)
    if mall.blad:
        forst = next((b for b in mall.blad if b.celler), mall.blad[0])
        ritare[forst.tabell.nyckel].blad.activate()
    bok.close()
    return minne.getvalue()


def bladmarke(nyckel: str) -> str:
    """What stands in A1 of the sheet of a table, and says which one it is whatever the sheet is called."""
    return f"{MARKE}:{nyckel}"


def las_nycklar(kolumn: Sequence[str]) -> Nycklar:
    """The inverse of what NYCKELBLAD holds in its first column. Raises AnnatFormat and TrasigaNycklar."""
    marke, _, nummer = (kolumn[0] if kolumn else "").partition(" ")
    if marke != MARKE:
        raise TrasigaNycklar(marke)
    if nummer != str(FORMAT):
        raise AnnatFormat(nummer)
    if len(kolumn) < 3 or not constant_time_compare(kolumn[1], _kontrollsumma(kolumn[2:])):
        raise TrasigaNycklar("kontrollsumman")
    try:
        return _tolka_nycklar(kolumn[2:])
    except (LookupError, TypeError, ValueError, ArithmeticError) as fel:
        raise TrasigaNycklar(str(fel)) from fel


def _tolka_nycklar(texter: Iterable[str]) -> Nycklar:
    om, namn, rader, kolumner, celler, last = {}, {}, {}, {}, {}, {}
    antal = 0
    for text in texter:
        slag, *delar = las_json(text)
        if slag == "om":
            om = {str(k): str(v) for k, v in delar[0].items()}
            continue
        nyckel, *delar = delar
        if slag == "blad":
            namn[nyckel], rader[nyckel], kolumner[nyckel], celler[nyckel] = str(delar[0]), {}, {}, []
            last[nyckel] = str(delar[1]) if len(delar) > 1 else ""
        elif slag == "kol":
            plats, kolumnnyckel, rubrik = delar
            kolumner[nyckel][int(plats)] = (str(kolumnnyckel), str(rubrik))
        else:
            plats, radnyckel, rubrik, radceller = delar
            rader[nyckel][int(plats)] = (str(radnyckel), str(rubrik))
            antal += len(radceller)
            if antal > FLEST_NYCKLAR:
                raise ValueError("antal")
            for kol, cellslag, cell, rev, varde, skala, formel, cellrubrik in radceller:
                celler[nyckel].append(
                    Nyckelcell(
                        int(plats), int(kol), Cellslag(cellslag), str(cell), int(rev),
                        None if varde is None else las_decimal(varde), las_decimal(skala), str(formel), str(cellrubrik),
                    )
                )  # fmt: skip
    for cell in (c for lista in celler.values() for c in lista):
        _krav_rimlig(cell)
    return Nycklar(
        om,
        tuple(Bladnycklar(n, namn[n], rader[n], kolumner[n], tuple(celler[n]), last[n]) for n in namn),
    )


def _krav_rimlig(cell: Nyckelcell) -> None:
    """No template of ours has a place, a revision or an amount outside what is stored."""
    heltal = (cell.rad, cell.kolumn, cell.rev)
    belopp = cell.varde if cell.slag == Cellslag.IN and cell.varde is not None else Decimal(0)
    if min(heltal) < 0 or max(heltal) >= 2**31 or cell.skala <= 0:
        raise ValueError(cell.nyckel)
    if abs(belopp) >= STORSTA_BELOPP or belopp != belopp.quantize(ORE):
        raise ValueError(cell.nyckel)


def _json(*delar) -> str:
    return json.dumps(delar, ensure_ascii=False, separators=(",", ":"))


def _kontrollsumma(rader: Iterable[str]) -> str:
    """Made with the site's own secret, so that nobody else can write keys: what they say is what this site wrote."""
    return salted_hmac("regionskane.xlsx_mall", "\n".join(rader), algorithm="sha256").hexdigest()


def _skriv_nycklar(blad, rader: list[str]) -> None:
    blad.very_hidden()
    for i, text in enumerate([f"{MARKE} {FORMAT}", _kontrollsumma(rader), *rader]):
        blad.write_string(i, 0, text)
    blad.protect()


_VAD = {
    "procent": "Skriv en procentsats, till exempel 2,5 %.",
    "antal": "Skriv ett antal, till exempel 1434802.",
}


class _Blad:
    """One table. Rows and columns are counted from 0 here, as XlsxWriter does; column 0 and row 0 are hidden."""

    def __init__(self, blad, namn: str, mall: Mallblad, stil: _Stilar, handling: Handling) -> None:
        self.blad, self.namn, self.mall, self.stil, self.handling = blad, namn, mall, stil, handling
        self.tabell = mall.tabell
        self.rad = {r.nyckel: HUVUDRAD + i for i, r in enumerate(self.tabell.rader)}
        self.kolumn = {k.nyckel: 2 + j for j, k in enumerate(self.tabell.kolumner)}
        # What may be written, and where: one rule for many cells opens quicker than one for each.
        self.regler: dict[tuple, list[tuple[int, int]]] = {}
        self.forklaras = any(r.forklaring for r in self.tabell.rader)

    def skriv(self, andra: Mapping[str, "_Blad"]) -> list[str]:
        """Write the sheet and return its lines of keys. `andra` are the sheets that figures are fetched from."""
        self._skriv_huvud()
        nyckel = self.tabell.nyckel
        titel, _ = self.mall.last
        nycklar = [_json("blad", nyckel, self.namn, *([titel] if titel else []))]
        for k in self.tabell.kolumner:
            nycklar.append(_json("kol", nyckel, self.kolumn[k.nyckel] + 1, k.nyckel, self._rubrik(k)))
        for rad in self.tabell.rader:
            celler = list(self._skriv_rad(rad, andra))
            nycklar.append(
                _json("rad", nyckel, self.rad[rad.nyckel] + 1, rad.nyckel, _ren(rad.rubrik), celler)
            )
        for regel, celler in self.regler.items():
            (r, j), *fler = celler
            self.blad.data_validation(r, j, r, j, dict(regel) | {"other_cells": [(*c, *c) for c in fler]})
        self._sida()
        return nycklar

    def _skriv_huvud(self) -> None:
        blad, stil = self.blad, self.stil
        blad.write_string(0, 0, bladmarke(self.tabell.nyckel))
        blad.write_string(1, 1, _ren(self.tabell.rubrik), stil(bold=True, font_size=14))
        blad.set_row(1, 24)
        blad.write_string(2, 1, _ren(self.tabell.ingress), stil(font_color=_SVAG))
        _, last = self.mall.last
        blad.write_string(
            3, 1, _ren(last) or "Fyll i de gula cellerna. Grå kursiv siffra i en gul cell hämtas från en annan tabell. "
            "Allt annat är låst.", stil(font_color=_SVAG),
        )  # fmt: skip
        huvud = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": _TUNN}
        blad.write_string(HUVUDRAD - 1, 1, _ren(self.tabell.radrubrik), stil(**huvud))
        for k in self.tabell.kolumner:
            j = self.kolumn[k.nyckel]
            blad.write_string(0, j, k.nyckel)
            blad.write_string(HUVUDRAD - 1, j, self._rubrik(k), stil(**huvud, align="right"))
            blad.set_column(j, j, 14 if k.slag == Kolumnslag.BELOPP else 11)
        if self.forklaras:
            j = 2 + len(self.tabell.kolumner)
            blad.write_string(HUVUDRAD - 1, j, "Förklaring", stil(**huvud, align="left", indent=1))
            blad.set_column(j, j, 70)
        blad.set_row(HUVUDRAD - 1, 48)
        blad.set_row(0, None, None, {"hidden": True})
        blad.set_column(0, 0, None, None, {"hidden": True})
        blad.set_column(1, 1, self.forsta_bredd)

    def _rubrik(self, k) -> str:
        return "\n".join(filter(None, (_ren(k.rubrik), _ren(k.under))))

    @cached_property
    def forsta_bredd(self) -> float:
        return min(52, max(24, 2 + max((len(r.rubrik) for r in self.tabell.rader), default=0)))

    def _skriv_rad(self, rad: Rad, andra) -> Iterable[tuple]:
        """Write a row; yields the keys of its cells."""
        r, ram = self.rad[rad.nyckel], _radram(rad.slag)
        indrag = {"indent": 1, "align": "left"} if rad.slag == Radslag.DEL else {}
        self.blad.write_string(r, 0, rad.nyckel)
        self.blad.write_string(r, 1, _ren(rad.rubrik), self.stil(**(ram | indrag), text_wrap=True))
        hojd = _antal_rader(rad.rubrik, self.forsta_bredd)
        if rad.forklaring:
            stil = self.stil(
                **(ram | {"bold": False}), font_color=_SVAG, align="left", indent=1, text_wrap=True
            )
            self.blad.write_string(r, 2 + len(self.tabell.kolumner), _ren(rad.forklaring), stil)
            hojd = max(hojd, _antal_rader(rad.forklaring, 68))
        self.blad.set_row(r, 14 * hojd + (10 if rad.slag == Radslag.GRUPP else 4))
        if rad.slag == Radslag.GRUPP:
            return
        for i, (kolumn, cell) in enumerate(zip(self.tabell.kolumner, rad.celler, strict=True)):
            k = rad.i(kolumn)
            slag, varde, formel = self._cell(r, i, rad, k, cell, ram, andra)
            if slag is None:
                continue
            mall = self.mall.celler.get((rad.nyckel, k.nyckel))
            yield (
                self.kolumn[k.nyckel] + 1, slag.value, mall.nyckel if mall else "", mall.rev if mall else 0,
                None if varde is None else str(varde), str(mall.skala if mall else _skala(k)), formel,
                f"{rad.rubrik} {k.rubrik}",
            )  # fmt: skip

    def _cell(self, r, i, rad, k, cell, ram, andra):
        """Write one cell; returns its kind (None for one that is not looked at again), figure and formula."""
        j = self.kolumn[k.nyckel]
        mall = self.mall.celler.get((rad.nyckel, k.nyckel))
        tal = {"align": "right", "num_format": talformat(k)}
        if mall:
            return self._skriv_in(r, j, k, cell, mall, tal, andra)
        if k.slag in (Kolumnslag.DIFFERENS, Kolumnslag.PROCENT):
            self._skriv_andring(r, j, rad, k, cell, self.stil(**ram, **tal))
            return None, None, ""
        if k.slag != Kolumnslag.BELOPP:
            self.blad.write_string(r, j, _ren(k.text(cell)), self.stil(**ram))
            return None, None, ""
        stil = self.stil(**ram, **tal, font_color=_SVAG) if not rad.delar else self.stil(**ram, **tal)
        if rad.delar and k.nyckel in self.mall.raknas:
            formel = self._summa(i, rad, cell, _skala(k))
            self.blad.write_formula(r, j, formel, stil, float((cell.varde or Decimal(0)) / _skala(k)))
            return Cellslag.SUMMA, None, ""
        if cell.varde is None:
            self.blad.write_blank(r, j, None, stil)
        else:
            self.blad.write_number(r, j, float(cell.varde / _skala(k)), stil)
        titel, text = self.mall.last
        if titel and k.nyckel in self.mall.raknas:
            regel = {"validate": "any", "input_title": titel[:32], "input_message": text[:255]}
            self.regler.setdefault(tuple(sorted(regel.items())), []).append((r, j))
        return Cellslag.VISA, cell.varde, ""

    def _skriv_in(self, r, j, k, cell, mall: Inmatningscell, tal, andra):
        stil = {"locked": False, "bg_color": _IN_YTA, "border": _TUNN, "border_color": _IN_KANT, **tal}
        grans = float(STORSTA_BELOPP / mall.skala)
        regel = {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -grans,
            "maximum": grans,
            "error_title": "Bara tal",
            "error_message": _VAD.get(k.enhet, f"Skriv ett tal i {k.enhet}, till exempel 1234,5 eller -12.")
            + " Töm cellen med Delete.",
        }
        formel = ""
        if mall.varde is not None:
            self.blad.write_number(r, j, float(mall.varde / mall.skala), self.stil(**stil))
        elif mall.hamtas is not None and (formel := self._hamtformel(k, cell, mall, andra)):
            grundstil = self.stil(**stil, font_color=_SVAG, italic=True)
            visat = "" if cell.varde is None else float(cell.varde / mall.skala)
            self.blad.write_formula(r, j, formel, grundstil, visat)
            regel |= {
                "input_title": mall.hamtas_titel[:32],
                "input_message": f"Siffran kommer från {mall.hamtas_namn}. Skriv ett tal här för att "
                "ersätta den. Töm cellen så gäller den igen."[:255],
            }
        else:
            self.blad.write_blank(r, j, None, self.stil(**stil))
        self.regler.setdefault(tuple(sorted(regel.items())), []).append((r, j))
        return Cellslag.IN, mall.varde, formel

    def _hamtformel(self, k, cell, mall: Inmatningscell, andra) -> str:
        """A reference to the figure that is fetched, where the workbook has it, or else the figure itself. Nothing
        where there is neither."""
        termer, rutor, varde = [], [], Decimal(0)
        for tabell, rad, faktor in mall.hamtas:
            blad = andra.get(tabell)
            if not blad or rad not in blad.rad or k.nyckel not in blad.kolumn:
                break
            dar = blad.tabell.cell(rad, k.nyckel).varde
            varde += faktor * (dar or 0)
            citerat = blad.namn.replace("'", "''")
            ruta = f"'{citerat}'!{xl_rowcol_to_cell(blad.rad[rad], blad.kolumn[k.nyckel])}"
            rutor.append(ruta)
            # An empty cell there may be one that fetches in its turn, and shows an empty text.
            termer.append(f"{'+' if faktor > 0 else '-'}{ruta if dar is not None else f'N({ruta})'}")
        if termer and len(termer) == len(mall.hamtas) and abs(varde - (cell.varde or 0)) < _LIKA:
            formel = "".join(termer).removeprefix("+")
            return f"={formel}" if cell.varde is not None else f'=IF(COUNT({",".join(rutor)})=0,"",{formel})'
        return "" if cell.varde is None else f"={float(cell.varde / mall.skala)!r}"

    def _skriv_andring(self, r, j, rad, k, cell, stil) -> None:
        a, b = (xl_rowcol_to_cell(r, self.kolumn[nyckel]) for nyckel in k.av)
        if k.slag == Kolumnslag.PROCENT and rad.rod:
            self.blad.write_string(r, j, _ren(cell.saknas), stil)
            return
        saknas = _ren(cell.saknas).replace('"', '""')
        if k.slag == Kolumnslag.PROCENT:
            villkor = f"COUNT({a},{b})=2,N({b})<>0,N({a})*N({b})>=0"
            formel = f'=IF(AND({villkor}),({a}-{b})/{b},"{saknas}")'
        else:
            formel = f'=IF(COUNT({a},{b})=2,{a}-{b},"{saknas}")'
        varde = _ren(cell.saknas) if cell.varde is None else float(cell.varde / _skala(k))
        self.blad.write_formula(r, j, formel, stil, varde)

    def _summa(self, i: int, rad: Rad, cell, skala: Decimal) -> str:
        """The sum's formula; what it has besides its visible rows is added as a figure."""
        termer, varde = [], Decimal(0)
        for nyckel, faktor in rad.delar:
            delrad = self.tabell.rader[self.rad[nyckel] - HUVUDRAD]
            varde += faktor * (delrad.celler[i].varde or 0)
            termer.append((self.rad[nyckel], faktor, delrad.celler[i].varde is not None))
        rest = (cell.varde or Decimal(0)) - varde
        text = _summatext(termer, self.kolumn[self.tabell.kolumner[i].nyckel]) or "0"
        return f"={text}" + (f"{float(rest / skala):+.15g}" if abs(rest) >= _LIKA else "")

    def _sida(self) -> None:
        _sidinstallning(self.blad, self.handling, self.tabell.rubrik)
        self.blad.freeze_panes(HUVUDRAD, 2)
        self.blad.repeat_rows(HUVUDRAD - 1)
        self.blad.repeat_columns(1)
        self.blad.print_area(0, 1, self.rad[self.tabell.rader[-1].nyckel], 1 + len(self.tabell.kolumner))
        self.blad.protect("", {"format_columns": True, "format_rows": True})


def _skriv_instruktion(blad, mall: Mall, namn: Sequence[str], stil: _Stilar, handling: Handling) -> None:
    bredder = (28, 82)
    for j, bredd in enumerate(bredder):
        blad.set_column(j, j, bredd)
    _sidinstallning(blad, handling, INSTRUKTION)
    blad.write_string(0, 0, _ren(mall.titel), stil(bold=True, font_size=18))
    blad.set_row(0, 28)
    blad.write_string(1, 0, _ren(mall.undertitel), stil(font_size=12))
    r = 3
    for etikett, text in mall.fakta:
        blad.write_string(r, 0, _ren(etikett), stil(font_color=_SVAG, valign="top"))
        blad.write_string(r, 1, _ren(text), stil(text_wrap=True, valign="top"))
        blad.set_row(r, 14 * _antal_rader(text, bredder[1]) + 3)
        r += 1
    lank = stil(font_color="#0A5A6B", underline=1)
    for i, (n, b) in enumerate(zip(namn, mall.blad, strict=True)):
        blad.write_string(r, 0, "Bladen" if not i else "", stil(font_color=_SVAG))
        citerat = n.replace("'", "''")
        blad.write_url(
            r,
            1,
            f"internal:'{citerat}'!B{HUVUDRAD}",
            lank,
            _ren(f"{b.tabell.rubrik}, att {'läsa' if any(b.last) else 'fylla i'}"),
        )
        r += 1
    for rubrik, stycken in mall.stycken:
        r += 1
        blad.write_string(r, 0, _ren(rubrik), stil(bold=True, bottom=_TUNN))
        blad.write_blank(r, 1, None, stil(bottom=_TUNN))
        r += 1
        for text in stycken:
            r = _skriv_block(blad, r, 1, sum(bredder), text, stil(text_wrap=True, valign="top"))
    blad.protect("", {"format_columns": True, "format_rows": True})


def ruta(rad: int, kolumn: int) -> str:
    """«C6» for row 6 and column 3, counted from 1."""
    return xl_rowcol_to_cell(rad - 1, kolumn - 1)


def kolumnnamn(kolumn: int) -> str:
    return xl_col_to_name(kolumn - 1)
