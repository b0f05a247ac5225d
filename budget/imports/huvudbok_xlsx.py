"""A ledger as a workbook (xlsx) → neutral rows and findings, streamed."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

from openpyxl.utils import get_column_letter

from budget.imports.huvudbok import (
    LANGSTA_KOD,
    LANGSTA_TEXT,
    Extraperiod,
    Huvudboksrad,
    belopp_av_text,
    hitta_kolumner,
    ren_kod,
    tolka_tid,
)
from regionskane.lib.anmarkning import Anmarkningar
from regionskane.lib.belopp import ORE, STORSTA_BELOPP, OgiltigtBelopp
from regionskane.lib.textfil import TRASIGA_TECKEN, OkandaKolumner, OlasligFil, trasig_bokstav
from regionskane.lib.xlsx_strom import FLEST_I_TEXT, DoldaRader, Strombok, Trasig, andra_blad_i_ord

RUBRIKRADER = 20
EXCELPRECISION = Decimal("1e-6")
# Excel's numbers for the days of 1950 to 2100: the first of them, and the first that is none. They are compared with:
# to find a number with decimals in a range, Python asks each of its days.
FORSTA_EXCELDAG, EFTER_EXCELDAG = 18_264, 73_416


class XlsxLasning:
    """One reading of a workbook. Iterate `rader()`; a finding of level FEL means that a row was left out.

    Raises OlasligFil when nothing can be read. `blad` names the sheet; without it the first one whose header is
    understood is taken, before all of those that Excel shows. The others that are ledgers too are told, as are hidden
    rows. `kolumner`, `perioder` and `extraperioder` are as for CSV.
    """

    def __init__(
        self,
        fil: BinaryIO,
        *,
        blad: str | None = None,
        kolumner: Mapping[str, str] | None = None,
        perioder: tuple[int, int] | None = None,
        extraperioder: Mapping[int, int] | None = None,
    ):
        self._bok = Strombok(fil, vad="en huvudbok")
        self.anmarkningar = Anmarkningar()
        self.antal_rader = 0
        self._perioder = perioder
        self.extraperioder = dict(extraperioder or {})
        self.bladnamn = self._bok.bladnamn
        self.blad, self.rubrikrad, self.kolumner = self._valj_blad(blad, kolumner)

    def rader(self) -> Iterator[Huvudboksrad]:
        """The rows in the sheet's order. `rad` is the row number that Excel shows."""
        fran, till = self._perioder or (0, 0)
        dolda = DoldaRader(self._bok)
        for nr, celler in self._bok.rader(self.blad):
            if nr <= self.rubrikrad or not any(k in celler for k in self.kolumner.values()):
                continue
            self.antal_rader += 1
            dolda.rakna(nr)
            try:
                rad = self._rad(nr, celler)
            except OgiltigtBelopp as fel:
                self.anmarkningar.fel("BELOPP", str(fel), nr)
                continue
            except ValueError as fel:
                kod = fel.kod if isinstance(fel, Extraperiod) else "CELL"
                self.anmarkningar.fel(kod, str(fel), nr)
                continue
            if fran and not fran <= rad[1] <= till:
                self.anmarkningar.fel("UTANFOR_AR", f"Perioden {rad[1]} ligger utanför {fran}–{till}.", nr)
                continue
            if ordet := trasig_bokstav(" ".join(rad[3:10])):
                self.anmarkningar.varning("TECKEN", TRASIGA_TECKEN.format(ordet), nr)
            yield rad
        dolda.beratta(self.blad, self.anmarkningar)
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
            extra=self.extraperioder,
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
        return f"Cell {get_column_letter(self.kolumner[falt])}{nr}"

    def _text(self, nr, falt, varde) -> str:
        """A code or a text. Excel keeps 3010 as the number 3010.0 in some books."""
        if varde is None:
            return ""
        if isinstance(varde, Trasig):
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
        if falt == "datum" and type(varde) in (int, float) and FORSTA_EXCELDAG <= varde < EFTER_EXCELDAG:
            raise ValueError(
                f"{self._adress(nr, falt)} har talet {varde:g} där ett datum ska stå. Det är troligen Excels nummer "
                "för en dag: välj datumformat för kolumnen."
            )
        return self._text(nr, falt, varde)

    def _belopp(self, nr, falt, varde) -> Decimal | None:
        if varde is None or (isinstance(varde, str) and not varde.strip()):
            return None
        if isinstance(varde, Trasig):
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

    def _valj_blad(self, blad, val):
        if blad is not None and blad not in self.bladnamn:
            finns = ", ".join(f"«{n}»" for n in self.bladnamn)
            raise OlasligFil(f"Bladet «{blad}» finns inte. Blad i filen: {finns}.")
        basta = None
        for titel in [blad] if blad is not None else self.bladnamn:
            funnet, narmast = self._prova_blad(titel, val)
            if funnet is not None:
                self._beratta_om_bladen(titel, val, valt=blad is not None)
                return titel, *funnet
            if narmast is not None and (basta is None or narmast[0] > basta[0]):
                basta = narmast
        if basta is None:
            raise OlasligFil("Arbetsboken är tom.")
        raise OkandaKolumner(f"Bladet «{basta[1]}»: {' '.join(basta[2])}", basta[3])

    def _prova_blad(self, titel, val):
        """((header row, field → column), None) of a sheet, or (None, what came nearest)."""
        basta = None
        for nr, celler in self._bok.prova(titel, RUBRIKRADER):
            if not celler:
                continue
            bredd = max(celler)
            rubriker = [None if isinstance(v, Trasig) else v for v in map(celler.get, range(1, bredd + 1))]
            funna, brister = hitta_kolumner(rubriker, val=val)
            if not brister:
                return (nr, {falt: i + 1 for falt, i in funna.items()}), None
            if basta is None or len(funna) > basta[0]:
                basta = (len(funna), titel, brister, rubriker)
        return None, basta

    def _beratta_om_bladen(self, last: str, val, *, valt: bool) -> None:
        """What the sheets are that are not read, and that the one that is read is hidden."""
        if last in self._bok.dolda and not valt:
            self.anmarkningar.varning(
                "DOLT_BLAD",
                f"Bladet «{last}» är dolt i Excel. Det läses, eftersom inget av de synliga bladen har en huvudbok.",
            )
        andra, dolda, olasta = [], [], []
        for titel in self.bladnamn if not valt else ():
            if titel == last:
                continue
            try:
                if self._ar_huvudbok(titel, val):
                    andra.append(titel)
                elif titel in self._bok.dolda:
                    dolda.append(titel)
            except OlasligFil:
                olasta.append(titel)
        if andra:
            self.anmarkningar.varning("FLERA_BLAD", andra_blad_i_ord(last, andra, self._bok.dolda))
        if olasta:
            namn = ", ".join(f"«{b}»" for b in olasta[:FLEST_I_TEXT])
            self.anmarkningar.varning(
                "FLERA_BLAD", f"Bladet «{last}» läses. Om {namn} också har sådana rader går inte att se."
            )
        if dolda:
            namn = ", ".join(f"«{b}»" for b in dolda[:FLEST_I_TEXT])
            self.anmarkningar.info("DOLT_BLAD", f"Arbetsboken har dolda blad som inte läses: {namn}.")

    def _ar_huvudbok(self, titel, val) -> bool:
        """Whether a sheet has the headers and at least one row below them."""
        funnet, _ = self._prova_blad(titel, val)
        return funnet is not None and any(
            nr > funnet[0] and any(k in celler for k in funnet[1].values())
            for nr, celler in self._bok.prova(titel, funnet[0] + RUBRIKRADER)
        )
