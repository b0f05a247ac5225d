"""A ledger as CSV → neutral rows and findings, streamed.

The delimiter (; , tab |), the encoding (UTF-8, CP1252, Latin-1) and the decimal sign are seen from the file;
all three, and the columns, can be given instead.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, chain, islice
from operator import itemgetter
from typing import BinaryIO

from budget.imports.huvudbok import (
    BREDAST,
    LANGSTA_KOD,
    LANGSTA_TEXT,
    SYNONYMER,
    Extraperiod,
    Huvudboksrad,
    belopp_av_text,
    hitta_kolumner,
    ren_kod,
    som_copy,
    tolka_tid,
    visar_decimaltecken,
)
from regionskane.lib.anmarkning import Anmarkningar
from regionskane.lib.belopp import OgiltigtBelopp
from regionskane.lib.textfil import (
    BLOCK,
    BOM,
    KODNINGAR,
    OkandaKolumner,
    OlasligFil,
    ar_arbetsbok,
    gissa_kodning,
    granska_bokstaver,
    radblock,
    trasig_bokstav,
)

AVSKILJARE = ";\t|,"
PROVRADER = 2_000
RUBRIKRADER = 20
STORSTA_CACHE = 100_000
# What Excel's own line may say parts the columns. The database takes no letter of two bytes, and no quotation mark.
_SEP = re.compile(r"sep=([;\t|,:^~!#])", re.IGNORECASE)
_MASTE_BYTAS = re.compile(r"[\\\t\n\r]")
KODFALT = ("konto", "ansvar", "motpart", "verksamhet", "projekt")
TIDFALT = ("datum", "period", "ar")
RADER_PER_GRUPP = 512
RAKT_BELOPP = {",": r"-?[0-9]{1,14}(?:,[0-9]{1,2})?", ".": r"-?[0-9]{1,14}(?:\.[0-9]{1,2})?"}
NOLL = Decimal(0)
POSTGRES_KODNING = {"UTF-8": "UTF8", "Latin-1": "LATIN1", "CP1252": "WIN1252"}
_ASCII = bytes(range(128))
_RADSLUT = re.compile(rb"\r\n|\r|\n")


class CsvLasning:
    """One reading of a CSV file: iterate `rader()` or `copyblock()`.

    A finding of level FEL means that a row was left out.
    Raises OlasligFil when nothing can be read: another format, or columns that cannot be found.
    `kolumner` maps a field to a header («belopp» → «Utfall ack»). `perioder` is (first, last) as yyyymm.
    `extraperioder` says which month the periods 13 and 00 are; a row of one that it leaves out is a finding.
    """

    def __init__(
        self,
        fil: BinaryIO,
        *,
        kolumner: Mapping[str, str] | None = None,
        avskiljare: str | None = None,
        kodning: str | None = None,
        decimaltecken: str | None = None,
        perioder: tuple[int, int] | None = None,
        extraperioder: Mapping[int, int] | None = None,
    ):
        if ar_arbetsbok(fil, vad="en huvudbok"):
            raise OlasligFil("Filen är en Excel-arbetsbok (xlsx), inte en CSV-fil.")
        self._fil = fil
        gissad = gissa_kodning(fil, pc8=False)
        self.kodning = KODNINGAR[kodning] if kodning else gissad
        self.anmarkningar = Anmarkningar()
        self.antal_rader = 0
        self._perioder = perioder
        self.extraperioder = dict(extraperioder or {})
        prov = self._prov()
        self.avskiljare, self.rubrikrad, self.rubriker, self.kolumner = self._rubriker(
            prov, avskiljare, kolumner
        )
        self.decimaltecken = decimaltecken or self._decimaltecken(prov)
        self._tva = "belopp" not in self.kolumner
        self._plats = {**dict.fromkeys(SYNONYMER, len(self.rubriker)), **self.kolumner}
        self._texter = itemgetter(*(self._plats[f] for f in (*KODFALT, "verifikation", "text")))
        self._tidfalt = itemgetter(*(self._plats[f] for f in TIDFALT))
        rakt = RAKT_BELOPP[self.decimaltecken or ","]
        self._rakt = re.compile(rakt).fullmatch
        self._alla_raka = re.compile(rf"{rakt}(?:\n{rakt})*").fullmatch
        self._tolka = belopp_av_text(self.decimaltecken)
        self._koder: dict[str, str] = {}  # as written → without white space around it
        self._tider: dict[tuple[str, ...], tuple[int, str]] = {}

    def rader(self) -> Iterator[Huvudboksrad]:
        """The rows in the file's order."""
        for nummer, grupp in self._grupper():
            for nr, falt in zip(nummer, grupp, strict=True):
                if (rad := self._rad(nr, falt)) is not None:
                    yield rad

    alla_rader = rader

    def copyblock(self) -> Iterator[str]:
        """The same rows as `huvudbok.som_copy(rader())`, with the plain ones handled by the column.

        A group of rows in which anything at all is unusual goes through `rader`'s way instead, row by row.
        """
        for nummer, grupp in self._grupper():
            block = self._kolumnvis(nummer, grupp)
            if block is None:
                rader = map(self._rad, nummer, grupp)
                block = "".join(som_copy(rad for rad in rader if rad is not None))
            if block:
                yield block

    def oforandrat(self) -> Iterator[bytes]:
        """The bytes after the header as they stand in the file, in pieces.

        For `COPY … FROM STDIN (FORMAT csv, DELIMITER …, ENCODING …)` with `avskiljare` and `postgres_kodning`, into a
        table with a text column per header: the quickest way in, but then every check is the database's, and
        a file that COPY refuses is read again with `rader()` for findings that name line and fault.
        """
        self._fil.seek(len(BOM) if self.kodning.bom else 0)
        borjan = self._fil.read(BLOCK)
        slut = next(islice(_RADSLUT.finditer(borjan), self.rubrikrad - 1, None), None)
        if slut is not None and slut.end() < len(borjan):
            yield borjan[slut.end() :]
        while block := self._fil.read(BLOCK):
            yield block

    def bokstavsvakt(self) -> Callable[[bytes], bool]:
        """Of the pieces of `oforandrat`, in order: whether a letter is broken, so that `rader()` names it."""
        if self.kodning.ascii:
            return lambda block: False
        avkodare = codecs.getincrementaldecoder(self.kodning.codec)("replace")
        svenska = [b.encode(self.kodning.codec) for b in "åäöÅÄÖé"]
        svans = ""

        def vakt(block: bytes) -> bool:
            nonlocal svans
            andra = block.translate(None, _ASCII)
            for bokstav in svenska:
                andra = andra.replace(bokstav, b"")
            if not andra:
                svans = ""
                return False
            text = svans + avkodare.decode(block)
            svans = text[-2:]
            return bool(trasig_bokstav(text))

        return vakt

    @property
    def postgres_kodning(self) -> str:
        return POSTGRES_KODNING[self.kodning.namn]

    def _grupper(self) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        """(line numbers, rows), many at a time."""
        self.antal_rader = 0
        lasare = self._csv(self.rubrikrad + 1)
        nasta = self.rubrikrad + 1
        while True:
            grupp: list[list[str]] = []
            fore, fel = lasare.line_num, None
            try:
                grupp.extend(islice(lasare, RADER_PER_GRUPP))  # keeps what came before a fault
            except csv.Error as f:
                fel = f
            if not grupp and fel is None:
                break
            start = nasta + fore
            nummer: Sequence[int] = range(start, start + len(grupp))
            efter = start + len(grupp)
            if fel is not None or lasare.line_num - fore != len(grupp):
                spann = [1 + sum(f.count("\n") for f in falt) for falt in grupp]
                *nummer, efter = accumulate(spann, initial=start)
            if grupp:
                yield nummer, grupp
            if fel is not None:
                self.anmarkningar.fel("CSV", _csvfel(fel), efter)
        if not self.antal_rader:
            self.anmarkningar.fel("INGET", "Filen har en rubrikrad men inga rader.", self.rubrikrad)

    # One row.

    def _rad(self, nr: int, falt: list[str]) -> Huvudboksrad | None:
        fel, n = self.anmarkningar.fel, len(self.rubriker)
        if not any(falt):
            return None
        if len(falt) != n:
            if len(falt) < n or any(falt[n:]):
                fel("FALT", f"Raden har {len(falt)} fält, rubrikraden har {n}.", nr)
                return None
            del falt[n:]  # a delimiter too many at the end says nothing
        self.antal_rader += 1
        falt.append("")  # what a field without column reads
        konto, ansvar, motpart, verksamhet, projekt, verifikation, text = self._texter(falt)
        koder = self._koder
        try:
            konto, ansvar = koder[konto], koder[ansvar]
            motpart, verksamhet, projekt = koder[motpart], koder[verksamhet], koder[projekt]
        except KeyError:
            try:
                konto, ansvar, motpart, verksamhet, projekt = map(
                    self._ren_kod, (konto, ansvar, motpart, verksamhet, projekt)
                )
            except ValueError as skal:
                fel("KOD", str(skal), nr)
                return None
        if not konto:
            fel("KONTO", "Raden saknar konto. Är det en summarad ska den tas bort.", nr)
            return None
        tid = self._tidfalt(falt)
        if (period_datum := self._tider.get(tid)) is None:
            try:
                period_datum = tolka_tid(*tid, extra=self.extraperioder)
            except ValueError as skal:
                fel(skal.kod if isinstance(skal, Extraperiod) else "DATUM", str(skal), nr)
                return None
            self._minns(self._tider, tid, period_datum)
        period, datum = period_datum
        if self._perioder and not self._perioder[0] <= period <= self._perioder[1]:
            fel("UTANFOR_AR", f"Perioden {period} ligger utanför {'{}–{}'.format(*self._perioder)}.", nr)
            return None
        try:
            belopp = self._belopp(falt)
        except OgiltigtBelopp as skal:
            fel("BELOPP", str(skal), nr)
            return None
        if belopp is None:
            fel("BELOPP", "Raden saknar belopp.", nr)
            return None
        return (
            nr, period, datum, konto, ansvar, motpart, verksamhet, projekt,
            verifikation.strip()[:LANGSTA_KOD], text[:LANGSTA_TEXT], belopp,
        )  # fmt: skip

    def _ren_kod(self, kod: str) -> str:
        ren = ren_kod(kod)
        self._minns(self._koder, kod, ren)
        return ren

    def _minns(self, minne: dict, nyckel, varde) -> None:
        if len(minne) >= STORSTA_CACHE:
            minne.clear()
        minne[nyckel] = varde

    def _belopp(self, falt: list[str]) -> Decimal | None:
        if self._tva:
            debet, kredit = self._tolka(falt[self._plats["debet"]]), self._tolka(falt[self._plats["kredit"]])
            return None if debet is None and kredit is None else (debet or NOLL) - (kredit or NOLL)
        text = falt[self._plats["belopp"]]
        if self._rakt(text):
            return Decimal(text.replace(",", "."))
        return self._tolka(text)

    # Many rows.

    def _kolumnvis(self, nummer: Sequence[int], grupp: list[list[str]]) -> str | None:
        """COPY text of the rows, or None when one of them needs a closer look."""
        if self._tva or set(map(len, grupp)) != {len(self.rubriker)}:
            return None
        kolumner = list(zip(*grupp, strict=True))
        tom = ("",) * len(grupp)
        koder = []
        for falt in KODFALT:
            kolumn = kolumner[self.kolumner[falt]] if falt in self.kolumner else tom
            if (rena := self._rena_koder(kolumn)) is None:
                return None
            koder.append(rena)
        if "" in koder[0]:
            return None
        tider = self._tidtexter([kolumner[self.kolumner[f]] if f in self.kolumner else None for f in TIDFALT])
        belopp = "\n".join(kolumner[self.kolumner["belopp"]])
        if tider is None or not self._alla_raka(belopp):
            return None
        texter = []
        for falt, langst in (("verifikation", LANGSTA_KOD), ("text", LANGSTA_TEXT)):
            kolumn = kolumner[self.kolumner[falt]] if falt in self.kolumner else tom
            if max(map(len, kolumn)) > langst or _MASTE_BYTAS.search("".join(kolumn)):
                return None
            texter.append(kolumn)
        self.antal_rader += len(grupp)
        rader = zip(
            map(str, nummer), tider, *koder, map(str.strip, texter[0]), texter[1],
            belopp.replace(",", ".").split("\n"), strict=True,
        )  # fmt: skip
        return "\n".join(map("\t".join, rader)) + "\n"

    def _rena_koder(self, kolumn: Sequence[str]) -> Sequence[str] | None:
        olika = set(kolumn)
        orena = False
        for kod in olika:
            ren = self._koder.get(kod)
            if ren is None:
                try:
                    ren = self._ren_kod(kod)
                except ValueError:
                    return None
            if "\\" in ren:
                return None
            orena = orena or ren != kod
        return [kod.strip() for kod in kolumn] if orena else kolumn

    def _tidtexter(self, kolumner: list[Sequence[str] | None]) -> list[str] | None:
        """«yyyymm TAB day» of each row, or None when a row has no clear time or lies outside the periods."""
        finns = [k for k in kolumner if k is not None]
        nycklar = finns[0] if len(finns) == 1 else list(zip(*finns, strict=True))
        texter = {}
        for nyckel in set(nycklar):
            falt = iter((nyckel,) if len(finns) == 1 else nyckel)
            tid = tuple("" if k is None else next(falt) for k in kolumner)
            if (tolkad := self._tider.get(tid)) is None:
                try:
                    tolkad = tolka_tid(*tid, extra=self.extraperioder)
                except ValueError:
                    return None
                self._minns(self._tider, tid, tolkad)
            if self._perioder and not self._perioder[0] <= tolkad[0] <= self._perioder[1]:
                return None
            texter[nyckel] = f"{tolkad[0]}\t{tolkad[1]}"
        return list(map(texter.__getitem__, nycklar))

    # Before the rows.

    def _linjer(self, fran: int = 1) -> Iterator[str]:
        linjer = chain.from_iterable(self._block())
        return islice(linjer, fran - 1, None) if fran > 1 else linjer

    def _block(self):
        for nummer, block, _ in radblock(self._fil, self.kodning):
            if not self.kodning.ascii:
                granska_bokstaver(self.anmarkningar, nummer, block)
            # With their ends, because a quoted field may go on over the next line.
            yield io.StringIO("\n".join(block) + "\n", newline="\n")

    def _csv(self, fran: int):
        return csv.reader(self._linjer(fran), delimiter=self.avskiljare, strict=True)

    def _prov(self) -> list[str]:
        fynd, self.anmarkningar = self.anmarkningar, Anmarkningar()
        try:
            return list(islice(self._linjer(), PROVRADER))
        finally:
            self.anmarkningar = fynd

    def _rubriker(self, prov, avskiljare, val):
        """(delimiter, line of the header, header, field → column): the delimiter that finds the most columns."""
        if avskiljare is None and prov and (m := _SEP.fullmatch(prov[0].strip())):
            avskiljare = m[1]
        basta, fel = None, ()
        for tecken in avskiljare or AVSKILJARE:
            for nummer, rubriker in _forsta_rader(prov, tecken):
                funna, brister = hitta_kolumner(rubriker, val=val)
                rang = (not brister, len(funna), len(rubriker), -nummer)
                if len(rubriker) > 1 and (basta is None or rang > basta[0]):
                    basta, fel = (rang, tecken, nummer, rubriker, funna), brister
        if (basta is None or fel) and any(
            linje.count(t) >= BREDAST for linje in prov[:1] for t in AVSKILJARE
        ):
            raise OlasligFil(f"Filen har fler än {BREDAST} kolumner, vilket ingen huvudbok har.")
        if basta is None:
            raise OlasligFil(
                "Filen har inga kolumner: varken semikolon, komma, tabb eller | skiljer fält åt."
            )
        if fel:
            raise OkandaKolumner(" ".join(fel), basta[3])
        return basta[1:]

    def _decimaltecken(self, prov) -> str | None:
        platser = [self.kolumner[f] for f in ("belopp", "debet", "kredit") if f in self.kolumner]
        sedda = set()
        for _, falt in _forsta_rader(prov[self.rubrikrad :], self.avskiljare, flest=PROVRADER):
            sedda |= {visar_decimaltecken(falt[i]) for i in platser if i < len(falt)}
        sedda.discard(None)
        return sedda.pop() if len(sedda) == 1 else None


def _forsta_rader(linjer, tecken, flest=RUBRIKRADER):
    """(line number, fields) of the first rows; a row that cannot be divided is passed over."""
    lasare = csv.reader(linjer, delimiter=tecken)
    for _ in range(flest):
        try:
            falt = next(lasare)
        except StopIteration:
            return
        except csv.Error:
            continue
        if any(falt) and len(falt) <= BREDAST:
            yield lasare.line_num, falt


def _csvfel(fel: csv.Error) -> str:
    text = str(fel)
    if "field larger" in text:
        return "Ett fält är längre än 131 072 tecken. Ett citattecken avslutas troligen inte."
    if "unexpected end" in text:
        return "Filen tar slut inne i ett fält med citattecken. Den är avkortad, eller citattecknet avslutas inte."
    return "Raden går inte att dela i fält: citattecknen stämmer inte."
