"""A document as a workbook that a revisor can follow: real numbers, sums as formulas, every source.

A figure stands unrounded in the unit that its column shows; the number format rounds it on screen.
Formulas are written with their value, so that a reader that does not calculate sees the same figures.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from itertools import groupby, pairwise

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from regionskane.lib.belopp import ENHETER, MINUS, relativ_avvikelse, relativ_forandring
from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Rad, Radslag, Tabell, punkttabeller
from regionskane.lib.visning import enhetstext, gemensam_enhet, har_egna_enheter, ren_text

STORSTA_BLADNAMN = 31
STORSTA_TEXT = 32_767  # XlsxWriter drops a longer text without a word
STORSTA_FORMEL = 8_000  # Excel refuses the file above 8 192
STORSTA_LANKAR = 65_530  # in one sheet; XlsxWriter leaves the cell of a further one empty
STORSTA_ADRESS = 2_079
STORSTA_SIDTEXT = 110  # a header has 255 characters for its two parts and their codes

OM_BLADET = "Om"
KALLBLADET = "Källor"

# Half of the smallest unit of the ledger: two sums that differ by less are the same sum.
_SAMMA_BELOPP = Decimal("0.005")
_SAMMA_ANDEL = Decimal("1e-9")

# Columns that hold fractions, which no sum of rows gives.
_BROK = (Kolumnslag.PROCENT, Kolumnslag.ANDEL)

_EJ_I_BLADNAMN = re.compile(r"[\[\]:*?/\\]")

_TEXTFARG = "#16191C"
_SVAG = "#62676D"
_ACCENT = "#0A5A6B"
_ROD = "#A4231B"
_LINJE = "#DAD9D3"

# XlsxWriter numbers the border styles.
_TUNN, _DUBBEL, _HARFIN = 1, 6, 7


def skriv_handling(handling: Handling) -> bytes:
    """Write the workbook: «Om», the points of the decision, one sheet per table, «Källor». The same handling gives
    the same bytes.

    Raises ValueError when `handling.tid` is not an ISO timestamp, when a row has another number of
    cells than its table has columns, or when `delar` or `av` names a row or column that is not there.
    """
    handling = replace(handling, tabeller=punkttabeller(handling.punkter) + handling.tabeller, punkter=())
    minne = BytesIO()
    bok = xlsxwriter.Workbook(minne, {"in_memory": True})
    bok.set_properties(
        {
            "title": _ren(handling.titel),
            "subject": _ren(handling.undertitel),
            "author": "Budget och uppföljning",
            "created": _tid(handling.tid),
        }
    )
    stil = _Stilar(bok)
    namn = bladnamn(handling.tabeller)
    om = bok.add_worksheet(OM_BLADET)
    blad = [
        _Tabellblad(bok.add_worksheet(namn[i]), namn[i], tabell, stil, handling).skriv()
        for i, tabell in enumerate(handling.tabeller)
    ]
    har_kallor = any(c.kalla for t in handling.tabeller for r in t.rader for c in r.celler)
    if har_kallor:
        _skriv_kallor(bok.add_worksheet(KALLBLADET), blad, stil, handling)
    _skriv_om(om, handling, namn, stil, har_kallor)
    bok.close()
    return minne.getvalue()


def bladnamn(tabeller: Sequence[Tabell]) -> list[str]:
    """One valid and unique sheet name per table: its heading when that fits, otherwise its key."""
    tagna = {OM_BLADET.casefold(), KALLBLADET.casefold(), "history"}  # Excel keeps «History» for itself
    namn = []
    for tabell in tabeller:
        rubrik = _rent_bladnamn(tabell.rubrik)
        if not rubrik or len(rubrik) > STORSTA_BLADNAMN or rubrik.casefold() in tagna:
            nyckel = _rent_bladnamn(tabell.nyckel) or "Tabell"
            rubrik = nyckel[0].upper() + nyckel[1:]
        forslag, nummer = rubrik[:STORSTA_BLADNAMN].strip(" '"), 2
        while forslag.casefold() in tagna:
            svans = f" {nummer}"
            forslag, nummer = rubrik[: STORSTA_BLADNAMN - len(svans)] + svans, nummer + 1
        tagna.add(forslag.casefold())
        namn.append(forslag)
    return namn


def _rent_bladnamn(text: str) -> str:
    return " ".join(_EJ_I_BLADNAMN.sub(" ", _ren(text)).split()).strip(" '")


def _ren(text: str) -> str:
    """Text that fits in a cell: no control characters, no lone surrogates, not longer than Excel takes.

    Soft hyphens go too: Excel shows them as hyphens in the middle of the word.
    """
    ren = ren_text(text).replace("\u00ad", "")[:STORSTA_TEXT]
    # XlsxWriter puts a text of this shape into the file as raw XML. A trailing blank makes it text.
    return ren + " " if ren.startswith("<r>") and ren.endswith("</r>") else ren


def _tid(iso: str) -> datetime:
    tid = datetime.fromisoformat(iso)
    return tid.astimezone(UTC).replace(tzinfo=None) if tid.tzinfo else tid


class _Stilar:
    """Formats by their properties, each made once: Excel allows 64 000, and the file stays small."""

    def __init__(self, bok: xlsxwriter.Workbook) -> None:
        self._bok = bok
        self._gjorda: dict[tuple, object] = {}

    def __call__(self, **egenskaper):
        nyckel = tuple(sorted(egenskaper.items()))
        if nyckel not in self._gjorda:
            grund = {"font_size": 10, "font_color": _TEXTFARG, "valign": "vcenter"}
            self._gjorda[nyckel] = self._bok.add_format(grund | egenskaper)
        return self._gjorda[nyckel]

    def villkor(self, **egenskaper):
        """A format for a condition: only what it changes, so that the cell keeps the rest."""
        nyckel = ("villkor", *sorted(egenskaper.items()))
        if nyckel not in self._gjorda:
            self._gjorda[nyckel] = self._bok.add_format(egenskaper)
        return self._gjorda[nyckel]


def talformat(kolumn: Kolumn) -> str:
    """The number format of a column: thousands, its decimals, U+2212 for minus, «+» where a change is shown.

    Excel itself turns «,» and «.» of the code into the separators of the reader's language.
    """
    tal = "#,##0" + ("." + "0" * kolumn.decimaler if kolumn.decimaler else "")
    tal += _efter(kolumn)
    plus = '"+"' if kolumn.slag in (Kolumnslag.DIFFERENS, Kolumnslag.PROCENT) else ""
    return f'{plus}{tal};"{MINUS}"{tal};{tal}'


def _nollformat(kolumn: Kolumn) -> str:
    """For a figure that rounds to zero: without it Excel would show «−0,0»."""
    tal = "0" + ("." + "0" * kolumn.decimaler if kolumn.decimaler else "")
    tal += _efter(kolumn)
    return f"{tal};{tal};{tal}"


def _ar_andel(kolumn: Kolumn) -> bool:
    """Whether the sheet holds the figure as a fraction, which Excel's own «%» shows as percent."""
    return kolumn.slag in _BROK or kolumn.tillagg == "%"


def _efter(kolumn: Kolumn) -> str:
    if _ar_andel(kolumn):
        return '"\u00a0"%'
    return f'"\u00a0{kolumn.tillagg}"' if kolumn.tillagg else ""


def _halvt_steg(kolumn: Kolumn) -> str:
    """Half of the last shown digit, in the unit of the cell."""
    steg = Decimal("0.5").scaleb(-kolumn.decimaler - (2 if _ar_andel(kolumn) else 0))
    return format(steg, "f")


def _skala(kolumn: Kolumn) -> Decimal:
    if _ar_andel(kolumn):
        return Decimal(1) if kolumn.slag in _BROK else Decimal(100)
    return ENHETER[kolumn.enhet]


@dataclass(frozen=True, slots=True)
class _Plats:
    """Where a figure with a source stands."""

    rad: Rad
    kolumn: Kolumn
    cell: Cell
    ruta: str
    tal: float | None


class _Tabellblad:
    """One table on one sheet. Rows and columns are counted from 0, as XlsxWriter does."""

    def __init__(self, blad, namn: str, tabell: Tabell, stil: _Stilar, handling: Handling) -> None:
        self.blad = blad
        self.namn = namn
        self.tabell = tabell
        self.stil = stil
        self.handling = handling
        self.enhet = gemensam_enhet(tabell)
        self.sista = len(tabell.kolumner)
        self.huvud = 3 if tabell.ingress else 2
        self.platser: list[_Plats] = []
        self.avvikande: list[str] = []
        self._kolumn = {k.nyckel: i for i, k in enumerate(tabell.kolumner)}
        self._rad: dict[str, int] = {}
        for i, rad in enumerate(tabell.rader):
            if rad.slag != Radslag.GRUPP and len(rad.celler) != len(tabell.kolumner):
                raise ValueError(f"Raden «{rad.nyckel}» i «{tabell.nyckel}» har inte en cell per kolumn.")
            self._rad.setdefault(rad.nyckel, i)

    def skriv(self) -> "_Tabellblad":
        self._skriv_huvud()
        for i, rad in enumerate(self.tabell.rader):
            self._skriv_rad(i, rad)
        self._villkor()
        self._under()
        self._sida()
        return self

    # The head and the page

    def _skriv_huvud(self) -> None:
        stil = self.stil
        self._text(0, 0, self.tabell.rubrik, stil(bold=True, font_size=14))
        self.blad.set_row(0, 24)
        enhet = f"Belopp i {enhetstext(self.tabell)}. " if self.enhet else ""
        upplysning = f"{enhet}Talen är inte avrundade; talformatet avrundar det som visas."
        self._text(1, 0, upplysning, stil(font_color=_SVAG))
        if self.tabell.ingress:
            self._textblock(2, self.tabell.ingress, stil(text_wrap=True, valign="top"))
        grund = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": _TUNN}
        self._text(self.huvud, 0, self.tabell.radrubrik, stil(**grund))
        rader = 1
        for j, kolumn in enumerate(self.tabell.kolumner, start=1):
            delar = self._kolumnhuvud(kolumn)
            bredd = self.bredder[j - 1]
            rader = max(rader, sum(_antal_rader(d, bredd) for d in delar))
            self._text(self.huvud, j, "\n".join(delar), stil(**grund, **_lage(kolumn)))
            self.blad.set_column(j, j, bredd)
        self.blad.set_row(self.huvud, 14 * rader + 4)
        self.blad.set_column(0, 0, self.forsta_bredd)

    def _kolumnhuvud(self, kolumn: Kolumn) -> list[str]:
        """Heading and what stands under it; the unit too, where the sheet as a whole does not say it."""
        delar = [kolumn.rubrik, *filter(None, (kolumn.under,))]
        ord_ = " ".join(delar).split()
        if (
            not self.enhet
            and kolumn.enhet
            and kolumn.slag in (Kolumnslag.BELOPP, Kolumnslag.DIFFERENS)
            and kolumn.enhet not in ord_
        ):
            delar.append(kolumn.enhet)
        return delar

    # Widths follow from every row, so they are counted once and not for each row anew.

    @cached_property
    def forsta_bredd(self) -> float:
        langst = max((len(_ren(r.rubrik)) for r in self.tabell.rader), default=0) + 2
        return min(52, max(20, langst, len(self.tabell.radrubrik) + 2))

    @cached_property
    def bredder(self) -> list[float]:
        return [self._bredd(j, k) for j, k in enumerate(self.tabell.kolumner)]

    def _bredd(self, j: int, kolumn: Kolumn) -> float:
        ord_ = max((len(o) for o in _ren(f"{kolumn.rubrik} {kolumn.under}").split()), default=0)
        rader = (r for r in self.tabell.rader if r.slag != Radslag.GRUPP)
        langst = max((len(r.i(kolumn).text(r.celler[j])) for r in rader), default=0)
        return min(
            self._storsta_text() if kolumn.slag == Kolumnslag.TEXT else 24, max(10, ord_ + 2, langst + 3)
        )

    def _storsta_text(self) -> int:
        """The sheet is printed one page wide, and many wide columns of text would be too small to read there."""
        return 48 if sum(k.slag == Kolumnslag.TEXT for k in self.tabell.kolumner) <= 2 else 34

    def _sida(self) -> None:
        _sidinstallning(self.blad, self.handling, self.tabell.rubrik)
        self.blad.freeze_panes(self.huvud + 1, 1)
        self.blad.repeat_rows(self.huvud)
        self.blad.repeat_columns(0)

    # The rows

    def _skriv_rad(self, i: int, rad: Rad) -> None:
        r = self.huvud + 1 + i
        ram = _radram(rad.slag)
        # XlsxWriter may drop the indent of a cell that does not also say «left».
        indrag = {"indent": 1, "align": "left"} if rad.slag == Radslag.DEL else {}
        forsta = ram | indrag | {"text_wrap": True}
        self._text(r, 0, rad.rubrik, self.stil(**forsta))
        hojd = _antal_rader(rad.rubrik, self.forsta_bredd - (2 if rad.slag == Radslag.DEL else 0))
        if rad.slag == Radslag.GRUPP:
            for j in range(1, self.sista + 1):
                self.blad.write_blank(r, j, None, self.stil(**ram))
        else:
            for j, (kolumn, cell) in enumerate(zip(self.tabell.kolumner, rad.celler, strict=True), start=1):
                self._skriv_cell(r, j, rad, rad.i(kolumn), cell, ram)
                if kolumn.slag == Kolumnslag.TEXT:
                    hojd = max(hojd, _antal_rader(kolumn.text(cell), self.bredder[j - 1]))
        self.blad.set_row(r, 14 * hojd + (10 if rad.slag == Radslag.GRUPP else 3))

    def _skriv_cell(self, r: int, j: int, rad: Rad, kolumn: Kolumn, cell: Cell, ram: dict) -> None:
        tal = None
        if kolumn.slag == Kolumnslag.TEXT or cell.text is not None:
            self._text(r, j, kolumn.text(cell), self.stil(**ram, **_lage(kolumn), text_wrap=True))
        else:
            stil = self.stil(**ram, align="right", num_format=talformat(kolumn))
            formel = self._formel(r, j, rad, kolumn, cell)
            if cell.varde is not None:
                tal = float(cell.varde / _skala(kolumn))
                if formel:
                    self.blad.write_formula(r, j, formel, stil, tal)
                else:
                    self.blad.write_number(r, j, tal, stil)
            elif formel:
                self.blad.write_formula(r, j, formel, stil, _ren(cell.saknas))
            else:
                self._text(r, j, cell.saknas, self.stil(**ram, align="right", font_color=_SVAG))
        if cell.delar_ger is not None:
            # What was decided stands in the cell; what its parts give stands beside it.
            self.blad.write_comment(r, j, f"Delarna ger {kolumn.text(Cell(cell.delar_ger))}.")
        if cell.kalla:
            self.platser.append(_Plats(rad, kolumn, cell, xl_rowcol_to_cell(r, j), tal))

    # Formulas

    def _formel(self, r: int, j: int, rad: Rad, kolumn: Kolumn, cell: Cell) -> str:
        """The formula of a figure that follows from others in the table, or empty.

        A formula is only written when it gives what the document shows. Printed tables have sums that
        do not follow from their parts; such a figure stands as a number and is named under the table. A
        word that stands where the parts would give a figure is left as it is: it claims no figure.
        """
        if kolumn.av is not None:
            formel, varde = self._av(r, rad, kolumn, cell)
        elif rad.delar and kolumn.slag not in _BROK and cell.varde is not None:
            formel, varde = self._summa(j, rad)
        else:
            return ""
        samma = _SAMMA_ANDEL if kolumn.slag == Kolumnslag.PROCENT else _SAMMA_BELOPP
        if varde is None or cell.varde is None:
            stammer = varde is None and cell.varde is None
        else:
            stammer = abs(varde - cell.varde) < samma
        if stammer and len(formel) <= STORSTA_FORMEL:
            return formel
        if not stammer and cell.varde is not None:
            ger = kolumn.text(Cell(varde=varde)) if varde is not None else "inget tal"
            ruta = xl_rowcol_to_cell(r, j)
            self.avvikande.append(
                f"{ruta} ({rad.rubrik}, {kolumn.rubrik}) står som tal: handlingen har {kolumn.text(cell)}, "
                f"de tal som den bygger på ger {ger}."
            )
        return ""

    def _bladrad(self, nyckel: str) -> int:
        return self.huvud + 1 + self._rad[nyckel]

    def _av(self, r: int, rad: Rad, kolumn: Kolumn, cell: Cell) -> tuple[str, Decimal | None]:
        """A change between two columns of the same row, with the words for a missing figure kept."""
        for nyckel in kolumn.av:
            if nyckel not in self._kolumn:
                raise ValueError(f"Kolumnen «{kolumn.nyckel}» bygger på «{nyckel}», som inte finns.")
        index = [self._kolumn[nyckel] for nyckel in kolumn.av]
        rutor = [xl_rowcol_to_cell(r, i + 1) for i in index]
        ny, gammal = (rad.celler[i].varde if rad.celler[i].text is None else None for i in index)
        skalor = [_skala(rad.i(self.tabell.kolumner[i])) for i in index]
        mal = skalor[0] if kolumn.slag == Kolumnslag.PROCENT else _skala(kolumn)
        a, b = (_ganger(ruta, skala / mal) for ruta, skala in zip(rutor, skalor, strict=True))
        saknas = _ren(cell.saknas).replace('"', '""')
        finns = f"COUNT({rutor[0]},{rutor[1]})=2"
        if kolumn.slag == Kolumnslag.PROCENT:
            villkor = f"{finns},N({rutor[1]})<>0,N({rutor[0]})*N({rutor[1]})>=0"
            namnare = f"ABS({b})" if kolumn.matt_i_storlek else b if b.isalnum() else f"({b})"
            andel = (relativ_avvikelse if kolumn.matt_i_storlek else relativ_forandring)(ny, gammal)
            return f'=IF(AND({villkor}),({a}-{b})/{namnare},"{saknas}")', andel
        varde = None if ny is None or gammal is None else ny - gammal
        return f'=IF({finns},{a}-{b},"{saknas}")', varde

    def _summa(self, j: int, rad: Rad) -> tuple[str, Decimal]:
        """A sum over rows: neighbours as a range, the others one by one."""
        varde = Decimal(0)
        termer: list[tuple[int, int, bool]] = []
        for nyckel, faktor in rad.delar:
            if nyckel not in self._rad or nyckel == rad.nyckel:
                raise ValueError(f"Summan «{rad.nyckel}» bygger på raden «{nyckel}», som inte finns.")
            delrad = self.tabell.rader[self._rad[nyckel]]
            if not delrad.celler or not faktor:
                continue
            cell = delrad.celler[j - 1]
            tal = cell.varde is not None and cell.text is None
            varde += faktor * cell.varde if tal else 0
            termer.append((self._bladrad(nyckel), faktor, tal))
        return "=" + (_summatext(termer, j) or "0"), varde

    # Under the table

    def _villkor(self) -> None:
        """Red for bad news and no sign on a figure that rounds to zero, also after someone edits it."""
        if not self.tabell.rader:
            return
        for j, kolumn in enumerate(self.tabell.kolumner, start=1):
            if kolumn.slag != Kolumnslag.TEXT:
                for forsta, sista, som_visad in self._block(kolumn):
                    self._villkor_i(j, forsta, sista, som_visad)

    def _block(self, kolumn: Kolumn) -> Iterator[tuple[int, int, Kolumn]]:
        """Neighbouring rows whose figures in the column are written alike."""
        rader = enumerate(self.tabell.rader, start=self.huvud + 1)
        for som_visad, grupp in groupby(rader, key=lambda par: par[1].i(kolumn)):
            nummer = [r for r, _ in grupp]
            yield nummer[0], nummer[-1], som_visad

    def _villkor_i(self, j: int, forsta: int, sista: int, kolumn: Kolumn) -> None:
        def lagg(a: int, b: int, villkor: str, stil) -> None:
            kriterium = f"=AND(ISNUMBER({xl_rowcol_to_cell(a, j)}),{villkor.format(xl_rowcol_to_cell(a, j))})"
            self.blad.conditional_format(
                a, j, b, j, {"type": "formula", "criteria": kriterium, "format": stil}
            )

        halv = _halvt_steg(kolumn)
        lagg(forsta, sista, f"ABS({{}})<{halv}", self.stil.villkor(num_format=_nollformat(kolumn)))
        rod = self.stil.villkor(font_color=_ROD)
        forandring = kolumn.slag in (Kolumnslag.DIFFERENS, Kolumnslag.PROCENT)
        for r in self._roda_rader(forsta, sista, forandring):
            if kolumn.slag == Kolumnslag.PROCENT and kolumn.av is not None:
                # Worse is less, whatever the sign of the percentage.
                ny, gammal = (xl_rowcol_to_cell(r, self._kolumn[n] + 1) for n in kolumn.av)
                lagg(r, r, f"ABS({{}})>={halv},N({ny})<N({gammal})", rod)
            else:
                lagg(r, r, f"N({{}})<=-{halv}", rod)

    def _roda_rader(self, forsta: int, sista: int, forandring: bool) -> list[int]:
        """The rows in which less than nothing, or for a change less than before, is bad news."""
        rader = enumerate(self.tabell.rader, start=self.huvud + 1)
        return [
            r for r, rad in rader if forsta <= r <= sista and (rad.rod or (forandring and rad.plus_battre))
        ]

    def _under(self) -> None:
        r = self.huvud + len(self.tabell.rader) + 2
        stil = self.stil(text_wrap=True, valign="top")
        for nummer, text in enumerate(self.tabell.noter, start=1):
            rutor = self._rutor_med_not(nummer)
            galler = f" Gäller {', '.join(rutor)}." if rutor else ""
            r = self._textblock(r, f"{nummer}) {text}{galler}", stil)
        forklarade = [rad for rad in self.tabell.rader if rad.forklaring or rad.paragraf]
        if forklarade:
            r += 1 if self.tabell.noter else 0
            self._text(r, 0, "Raderna förklarade", self.stil(bold=True))
            r += 1
            for rad in forklarade:
                text = ". ".join(filter(None, (rad.rubrik, rad.forklaring.rstrip("."), rad.paragraf)))
                r = self._textblock(r, text.rstrip(".") + ".", stil)
        if self.avvikande:
            r += 1
            self._text(r, 0, "Tal som inte följer av tabellens övriga tal", self.stil(bold=True))
            r += 1
            for text in self.avvikande:
                r = self._textblock(r, text, stil)

    def _rutor_med_not(self, nummer: int) -> list[str]:
        return [
            xl_rowcol_to_cell(self.huvud + 1 + i, j)
            for i, rad in enumerate(self.tabell.rader)
            for j, cell in enumerate(rad.celler, start=1)
            if nummer in cell.noter
        ]

    # Writing

    def _text(self, r: int, j: int, text: str, stil) -> None:
        # Never `write`, which makes a formula of «=…» and a link of «http…».
        ren = _ren(text)
        if ren:
            self.blad.write_string(r, j, ren, stil)
        else:
            self.blad.write_blank(r, j, None, stil)

    def _textblock(self, r: int, text: str, stil) -> int:
        """Running text over the whole width of the table; returns the next free row."""
        bredd = self.forsta_bredd + sum(self.bredder)
        return _skriv_block(self.blad, r, self.sista, bredd, text, stil)


def _skriv_block(blad, r: int, sista: int, bredd: float, text: str, stil) -> int:
    ren = _ren(text)
    if sista:
        # `merge_range` guesses the type of its text, so the text is written afterwards, as a string.
        blad.merge_range(r, 0, r, sista, "", stil)
    blad.write_string(r, 0, ren, stil)
    # Excel does not grow a merged row by itself.
    blad.set_row(r, min(14 * _antal_rader(ren, bredd) + 3, 409))
    return r + 1


def _antal_rader(text: str, bredd: float) -> int:
    """How many lines a text takes in a column `bredd` wide, counted in digits of Excel's own 11 points."""
    rader, bredd = 0, bredd * 1.1  # the text is set in 10 points
    for stycke in text.split("\n"):
        rader, kvar = rader + 1, bredd
        for ord_ in stycke.split(" "):
            if len(ord_) > kvar and kvar < bredd:
                rader, kvar = rader + 1, bredd
            rader += max(0, len(ord_) - 1) // max(1, int(bredd))
            kvar -= len(ord_) % max(1, int(bredd)) + 1
    return rader


def _lage(kolumn: Kolumn) -> dict:
    """Figures to the right; text to the left, and a little in, since figures often stand before it."""
    return {"align": "left", "indent": 1} if kolumn.slag == Kolumnslag.TEXT else {"align": "right"}


def _radram(slag: Radslag) -> dict:
    if slag == Radslag.GRUPP:
        return {"bold": True, "bottom": _HARFIN, "bottom_color": _LINJE, "valign": "bottom"}
    if slag == Radslag.SUMMA:
        return {"bold": True, "top": _TUNN, "bottom": _HARFIN, "bottom_color": _LINJE}
    if slag == Radslag.TOTAL:
        return {"bold": True, "top": _TUNN, "bottom": _DUBBEL}
    return {"bottom": _HARFIN, "bottom_color": _LINJE}


def _ganger(ruta: str, faktor: Decimal) -> str:
    """A cell times a power of ten, as when a column in kr is compared with one in mnkr."""
    if faktor == 1:
        return ruta
    return f"{ruta}*{faktor:f}" if faktor > 1 else f"{ruta}/{1 / faktor:f}"


def _summatext(termer: Sequence[tuple[int, int, bool]], j: int) -> str:
    """Terms (sheet row, factor, is a number now) as a formula without «=».

    A single cell that holds a word for a missing figure goes through N(), which reads it as
    nothing; SUM() does so by itself.
    """
    brott = [
        0,
        *(i for i, (a, b) in enumerate(pairwise(termer), 1) if not (a[1] == b[1] == 1 and b[0] == a[0] + 1)),
    ]
    text = ""
    for fran, till in pairwise([*brott, len(termer)]):
        (r, faktor, tal), sist = termer[fran], termer[till - 1]
        ruta = xl_rowcol_to_cell(r, j)
        if till - fran > 1:
            bit = f"SUM({ruta}:{xl_rowcol_to_cell(sist[0], j)})"
        else:
            bit = ruta if tal else f"N({ruta})"
            bit = bit if abs(faktor) == 1 else f"{abs(faktor)}*{bit}"
        text += ("-" if faktor < 0 else "+" if text else "") + bit
    return text


def _sidinstallning(blad, handling: Handling, rubrik: str) -> None:
    blad.set_landscape()
    blad.set_paper(9)  # A4
    blad.fit_to_pages(1, 0)
    blad.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.7)
    blad.hide_gridlines(2)
    blad.set_header(f"&L&9{_sidtext(handling.titel)}&R&9{_sidtext(rubrik)}")
    blad.set_footer(f"&L&9{_sidtext(handling.undertitel)}&R&9&P (&N)")


def _sidtext(text: str) -> str:
    """A header is a small language of its own, in which «&» is written twice."""
    ren = " ".join(_ren(text).split())
    kort, slut = ren.replace("&", "&&"), ""
    while len(kort) > STORSTA_SIDTEXT:
        ren, slut = ren[:-1].rstrip(), "…"
        kort = ren.replace("&", "&&")
    # A digit right after the size code would be read as part of it.
    return " " * kort[:1].isdigit() + kort + slut


def _skriv_om(blad, handling: Handling, namn: Sequence[str], stil: _Stilar, har_kallor: bool) -> None:
    bredder = (28, 92)
    blad.set_column(0, 0, bredder[0])
    blad.set_column(1, 1, bredder[1])
    _sidinstallning(blad, handling, OM_BLADET)
    brytande = stil(text_wrap=True, valign="top")

    def block(r: int, text: str) -> int:
        return _skriv_block(blad, r, 1, sum(bredder), text, brytande)

    def rubrik(r: int, text: str) -> int:
        blad.write_string(r, 0, text, stil(bold=True, bottom=_TUNN))
        blad.write_blank(r, 1, None, stil(bottom=_TUNN))
        return r + 1

    def par(r: int, etikett: str, text: str) -> int:
        rad = {"bottom": _HARFIN, "bottom_color": _LINJE, "text_wrap": True, "valign": "top"}
        blad.write_string(r, 0, _ren(etikett), stil(**rad, font_color=_SVAG))
        blad.write_string(r, 1, _ren(text), stil(**rad))
        blad.set_row(r, min(14 * _antal_rader(text, bredder[1]) + 3, 409))
        return r + 1

    blad.write_string(0, 0, _ren(handling.titel), stil(bold=True, font_size=18))
    blad.set_row(0, 28)
    blad.write_string(1, 0, _ren(handling.undertitel), stil(font_size=12))
    blad.set_row(1, 20)
    r = 3
    for stycke in filter(None, handling.ingress.split("\n\n")):
        r = block(r, stycke)
    r += 1 if handling.ingress else 0
    for etikett, text in handling.fakta:
        r = par(r, etikett, text)
    r = rubrik(r + 1, "Blad")
    lank = stil(font_color=_ACCENT, underline=1)
    mal = [
        (n, f"{t.bilaga[:1].upper()}{t.bilaga[1:]}. {t.rubrik}" if t.bilaga else t.rubrik)
        for n, t in zip(namn, handling.tabeller, strict=True)
    ]
    mal += [(KALLBLADET, "Varifrån varje tal kommer")] if har_kallor else []
    for bladet, text in mal:
        citerat = bladet.replace("'", "''")
        blad.write_url(r, 0, f"internal:'{citerat}'!A1", lank, bladet)
        blad.write_string(r, 1, _ren(text), brytande)
        r += 1
    r = rubrik(r + 1, "Så läser du arbetsboken")
    enheter = {gemensam_enhet(t) for t in handling.tabeller}
    enhet = enheter.pop() if len(enheter) == 1 else ""
    egna = any(map(har_egna_enheter, handling.tabeller))
    allt = (
        f"{f'Belopp står i {enhet} där raden inte säger något annat' if egna else f'Alla belopp står i {enhet}'}."
        if enhet
        else "Enheten står överst på varje blad eller i kolumnens rubrik."
    )
    for text in (
        f"{allt} Talen är inte avrundade. Talformatet avrundar det som visas, så en visad summa kan "
        "skilja sig på sista siffran från summan av de visade talen.",
        "Summor av rader i samma tabell är formler, liksom skillnader och procentsatser. Vad en regel "
        "räknar fram står som tal, och så gör också en summa som inte följer av tabellens övriga tal. "
        "Ändra ett tal så räknas formlerna om. Ändringen stannar i den här filen.",
        f"Minus skrivs {MINUS}. Ett ord eller streck i stället för ett tal betyder att tal saknas. Det "
        "räknas aldrig som ett tal i en skillnad och som inget i en summa.",
    ):
        r = block(r, text)
    if handling.stycken:
        r = rubrik(r + 1, "Så är siffrorna framtagna")
        for text in handling.stycken:
            r = block(r, text)


def _skriv_kallor(blad, tabellblad: Sequence[_Tabellblad], stil: _Stilar, handling: Handling) -> None:
    """Every figure with a source. The value is a reference to its cell: one figure, one place."""
    blad.write_string(0, 0, KALLBLADET, stil(bold=True, font_size=14))
    blad.set_row(0, 24)
    galler = "öppnar talets sida" if handling.rot else "gäller"
    upplysning = f"Varifrån varje tal kommer. Adressen {galler} i systemet."
    blad.write_string(1, 0, upplysning, stil(font_color=_SVAG))
    linje = {"bottom": _HARFIN, "bottom_color": _LINJE}
    text, indragen = stil(**linje), stil(**linje, align="left", indent=1)
    lankstil = stil(**linje, font_color=_ACCENT, underline=1)
    kvar = STORSTA_LANKAR

    def lank(r: int, j: int, mal: str, innehall: str) -> None:
        """A link, or only its text where Excel takes no link."""
        nonlocal kvar
        if kvar and len(mal) <= STORSTA_ADRESS:
            kvar -= 1
            blad.write_url(r, j, mal, lankstil, innehall)
        else:
            blad.write_string(r, j, innehall, text)

    rubriker = ("Tabell", "Rad", "Kolumn", "Cell", "Värde", "Enhet", "Adress")
    bredder = [10, 10, 10, 8, 14, 9, 20]
    r = 3
    for tabell in tabellblad:
        citerat = tabell.namn.replace("'", "''")
        for plats in tabell.platser:
            kolumn = plats.kolumn
            penningar = kolumn.slag in (Kolumnslag.BELOPP, Kolumnslag.DIFFERENS)
            texter = {
                0: tabell.tabell.rubrik,
                1: plats.rad.rubrik,
                2: " ".join(filter(None, (kolumn.rubrik, kolumn.under))),
                5: kolumn.enhet if penningar else "",
                6: handling.rot + plats.cell.kalla,
            }
            for j, innehall in texter.items():
                bredder[j] = min(60, max(bredder[j], len(innehall) + 1))
                # Only a path stays within the site when it is put after its address.
                if j == 6 and handling.rot and plats.cell.kalla.startswith("/"):
                    lank(r, j, _ren(innehall), _ren(innehall))
                else:
                    blad.write_string(r, j, _ren(innehall), indragen if j == 5 else text)
            lank(r, 3, f"internal:'{citerat}'!{plats.ruta}", plats.ruta)
            visat = stil(**linje, align="right", num_format=talformat(kolumn))
            varde = plats.tal if plats.tal is not None else _ren(kolumn.text(plats.cell))
            blad.write_formula(r, 4, f"='{citerat}'!{plats.ruta}", visat, varde)
            r += 1
    for j, (rubrik, bredd) in enumerate(zip(rubriker, bredder, strict=True)):
        lage = {"Värde": {"align": "right"}, "Enhet": {"align": "left", "indent": 1}}.get(rubrik, {})
        blad.write_string(2, j, rubrik, stil(bold=True, bottom=_TUNN, **lage))
        blad.set_column(j, j, bredd)
    _sidinstallning(blad, handling, KALLBLADET)
    blad.freeze_panes(3, 0)
    blad.repeat_rows(2)
    blad.autofilter(2, 0, r - 1, len(rubriker) - 1)
