"""A ledger as CSV → neutral rows and findings, streamed.

The delimiter (; , tab |), the encoding (UTF-8, CP1252, Latin-1) and the decimal sign are seen from the file;
all three, and the columns, can be given instead.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain, islice
from operator import itemgetter
from typing import BinaryIO

from budget.imports.fil import KODNINGAR, OlasligFil, ar_arbetsbok, gissa_kodning, radblock
from budget.imports.huvudbok import (
    LANGSTA_KOD,
    LANGSTA_TEXT,
    Anmarkningar,
    Huvudboksrad,
    belopp_av_text,
    hitta_kolumner,
    ren_kod,
    tolka_tid,
    visar_decimaltecken,
)
from regionskane.lib.belopp import OgiltigtBelopp

AVSKILJARE = ";\t|,"
PROVRADER = 2_000
RUBRIKRADER = 20
STORSTA_CACHE = 100_000
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)
_TEXTFALT = ("konto", "ansvar", "motpart", "verksamhet", "projekt", "verifikation", "text")
_RAKT = {
    ",": re.compile(r"-?\d{1,14}(?:,\d{1,2})?"),
    ".": re.compile(r"-?\d{1,14}(?:\.\d{1,2})?"),
}


class CsvLasning:
    """One reading of a CSV file. Iterate `rader()`; a finding of level FEL means that a row was left out.

    Raises OlasligFil when nothing can be read: another format, or columns that cannot be found.
    `kolumner` maps a field to a header («belopp» → «Utfall ack»). `perioder` is (first, last) as yyyymm.
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
    ):
        if ar_arbetsbok(fil):
            raise OlasligFil("Filen är en Excel-arbetsbok (xlsx), inte en CSV-fil.")
        self._fil = fil
        gissad = gissa_kodning(fil, pc8=False)
        self.kodning = KODNINGAR[kodning] if kodning else gissad
        self.anmarkningar = Anmarkningar()
        self.antal_rader = 0
        self._perioder = perioder
        prov = self._prov()
        self.avskiljare, self.rubrikrad, self.rubriker, self.kolumner = self._rubriker(
            prov, avskiljare, kolumner
        )
        self.decimaltecken = decimaltecken or self._decimaltecken(prov)

    def rader(self) -> Iterator[Huvudboksrad]:
        """The rows in the file's order."""
        anm, n, tom = self.anmarkningar, len(self.rubriker), len(self.rubriker)
        plats = {**dict.fromkeys((*_TEXTFALT, "datum", "period", "ar", "belopp", "debet", "kredit"), tom)}
        plats |= self.kolumner
        textfalt = itemgetter(*(plats[f] for f in _TEXTFALT))
        tidfalt = itemgetter(plats["datum"], plats["period"], plats["ar"])
        ib, idebet, ikredit = plats["belopp"], plats["debet"], plats["kredit"]
        tva = ib == tom
        rakt, komma = _RAKT[self.decimaltecken or ","].fullmatch, self.decimaltecken != "."
        tolka = belopp_av_text(self.decimaltecken)
        tider: dict[tuple, tuple[int, str]] = {}
        fran, till = self._perioder or (0, 0)
        koder: dict[str, str] = {}
        lasare = self._csv(self.rubrikrad + 1)
        nasta = self.rubrikrad + 1
        forra = antal = 0
        while True:
            rad = nasta + forra
            try:
                falt = next(lasare)
            except StopIteration:
                break
            except csv.Error as fel:
                anm.fel("CSV", _csvfel(fel), rad)
                forra = lasare.line_num
                continue
            forra = lasare.line_num
            if len(falt) != n:
                if not any(falt):
                    continue
                if len(falt) < n or any(falt[n:]):
                    anm.fel("FALT", f"Raden har {len(falt)} fält, rubrikraden har {n}.", rad)
                    continue
                del falt[n:]  # a delimiter too many at the end says nothing
            elif not any(falt):
                continue
            antal += 1
            falt.append("")
            konto, ansvar, motpart, verksamhet, projekt, verifikation, text = textfalt(falt)
            try:
                konto, ansvar = koder[konto], koder[ansvar]
                motpart, verksamhet, projekt = koder[motpart], koder[verksamhet], koder[projekt]
            except KeyError:
                if len(koder) > STORSTA_CACHE:
                    koder.clear()
                try:
                    rena = [ren_kod(k) for k in (konto, ansvar, motpart, verksamhet, projekt)]
                except ValueError as fel:
                    anm.fel("KOD", str(fel), rad)
                    continue
                koder.update(zip((konto, ansvar, motpart, verksamhet, projekt), rena, strict=True))
                konto, ansvar, motpart, verksamhet, projekt = rena
            if not konto:
                anm.fel("KONTO", "Raden saknar konto. Är det en summarad ska den tas bort.", rad)
                continue
            tid = tidfalt(falt)
            try:
                period, datum = tider[tid]
            except KeyError:
                try:
                    period, datum = tolka_tid(*tid)
                except ValueError as fel:
                    anm.fel("DATUM", str(fel), rad)
                    continue
                if len(tider) < STORSTA_CACHE:
                    tider[tid] = period, datum
            if fran and not fran <= period <= till:
                anm.fel("UTANFOR_AR", f"Perioden {period} ligger utanför {fran}–{till}.", rad)
                continue
            try:
                if tva:
                    belopp = _debet_kredit(tolka(falt[idebet]), tolka(falt[ikredit]))
                elif rakt(beloppstext := falt[ib]):
                    belopp = Decimal(beloppstext.replace(",", ".") if komma else beloppstext)
                else:
                    belopp = tolka(beloppstext)
            except OgiltigtBelopp as fel:
                anm.fel("BELOPP", str(fel), rad)
                continue
            if belopp is None:
                anm.fel("BELOPP", "Raden saknar belopp.", rad)
                continue
            yield (
                rad, period, datum, konto, ansvar, motpart, verksamhet, projekt,
                verifikation[:LANGSTA_KOD].strip(), text[:LANGSTA_TEXT], belopp,
            )  # fmt: skip
        self.antal_rader = antal
        if not antal:
            anm.fel("INGET", "Filen har en rubrikrad men inga rader.", self.rubrikrad)

    # Before the rows.

    def _linjer(self, fran: int = 1) -> Iterator[str]:
        linjer = chain.from_iterable(self._block())
        return islice(linjer, fran - 1, None) if fran > 1 else linjer

    def _block(self):
        for nummer, block, _ in radblock(self._fil, self.kodning):
            if self.kodning.bruten:
                for i, rad in enumerate(block, nummer):
                    if "\ufffd" in rad:
                        self.anmarkningar.varning(
                            "TECKEN", f"Raden har tecken som inte är {self.kodning.namn}.", i
                        )
            yield block

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
        if basta is None:
            raise OlasligFil(
                "Filen har inga kolumner: varken semikolon, komma, tabb eller | skiljer fält åt."
            )
        if fel:
            raise OlasligFil(" ".join(fel))
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
        if any(falt):
            yield lasare.line_num, falt


def _debet_kredit(debet: Decimal | None, kredit: Decimal | None) -> Decimal | None:
    if debet is None and kredit is None:
        return None
    return (debet or Decimal(0)) - (kredit or Decimal(0))


def _csvfel(fel: csv.Error) -> str:
    text = str(fel)
    if "field larger" in text:
        return "Ett fält är längre än 131 072 tecken. Ett citattecken avslutas troligen inte."
    if "unexpected end" in text:
        return "Filen tar slut inne i ett fält med citattecken. Den är avkortad, eller citattecknet avslutas inte."
    return "Raden går inte att dela i fält: citattecknen stämmer inte."
