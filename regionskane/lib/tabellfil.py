"""A table with a header row in a CSV file or a workbook, read one row at a time.

The encoding (UTF-8, CP1252, Latin-1), the delimiter (; tab | ,), the sheet and the row of the header are seen from the
file: the ones where the caller knows most of the headers.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain, islice
from typing import Any, BinaryIO

from openpyxl.utils import get_column_letter

from regionskane.lib.anmarkning import Anmarkningar
from regionskane.lib.textfil import (
    TRASIGA_TECKEN,
    OlasligFil,
    ar_arbetsbok,
    gissa_kodning,
    radblock,
    rubriktext,
    trasig_bokstav,
)
from regionskane.lib.xlsx_bok import I_JOBB, Granser
from regionskane.lib.xlsx_strom import (
    BREDAST,
    DoldaRader,
    Strombok,
    Trasig,
    andra_blad_i_ord,
)

AVSKILJARE = ";\t|,"
PROVRADER = 200
RUBRIKRADER = 20
RADER_PER_GRUPP = 512

Rad = tuple[int, list[Any]]


class Tabellfil:
    """One reading of a file. Iterate `rader()` once.

    `kanns_igen(headers)` says how many of a row's headers the caller knows; the row with the most is the header. `vad`
    is what the file should be, with its article. Raises OlasligFil for another format, and when no row has any.
    `rubriker` are the headers, `kolumnnamn` the same as a finding names them (with Excel's letter in a workbook).
    What cannot be read as a row is left out and told in `anmarkningar`. In a workbook the sheets that Excel shows go
    before those that it hides; other sheets that have such headers, and hidden rows, are told there too. After
    `flest_fel` faults the rest of a CSV is not read, as a last finding says, and OlasligFil is raised for one of more
    than `flest_linjer` lines, empty ones too: they are met between two rows, where the caller sees nothing of them.
    """

    def __init__(
        self,
        fil: BinaryIO,
        *,
        vad: str,
        kanns_igen: Callable[[Sequence[str]], int],
        granser: Granser = I_JOBB,
        flest_fel: int | None = None,
        flest_linjer: int | None = None,
    ):
        self.anmarkningar = Anmarkningar()
        self._flest_fel, self._flest_linjer = flest_fel, flest_linjer
        self._kanns_igen = kanns_igen
        self._fil = fil
        self.arbetsbok = ar_arbetsbok(fil, vad=vad)
        if self.arbetsbok:
            self._bok = Strombok(fil, vad=vad, granser=granser)
            self._blad, self.rubrikrad, self.rubriker = self._valj_blad()
        else:
            self.kodning = gissa_kodning(fil, pc8=False)
            self.avskiljare, self.rubrikrad, self.rubriker = self._valj_avskiljare()
        self.kolumnnamn = [
            f"{get_column_letter(i)} ({namn})" if self.arbetsbok else namn
            for i, namn in enumerate(self.rubriker, 1)
        ]

    def rader(self) -> Iterator[Rad]:
        """(row number, a cell per header). Cells of CSV are text; of a workbook what Excel holds, None or a Trasig."""
        return self._xlsx_rader() if self.arbetsbok else self._csv_rader()

    # Workbooks.

    def _xlsx_rader(self) -> Iterator[Rad]:
        kolumner, dolda = range(1, len(self.rubriker) + 1), DoldaRader(self._bok)
        for nr, celler in self._bok.rader(self._blad):
            if nr > self.rubrikrad and celler:
                dolda.rakna(nr)
                rad = [celler.get(k) for k in kolumner]
                self._granska_bokstaver(nr, rad)
                yield nr, rad
        dolda.beratta(self._blad, self.anmarkningar)

    def _granska_bokstaver(self, nr: int, rad: Sequence[Any]) -> None:
        for cell in rad:
            if type(cell) is str and (ordet := trasig_bokstav(cell)):
                self.anmarkningar.varning("TECKEN", TRASIGA_TECKEN.format(ordet), nr)
                return

    def _valj_blad(self):
        dolda = self._bok.dolda
        funna = {}
        for blad in self._bok.bladnamn:  # those that Excel shows come first
            bast = (0,)
            for nr, celler in self._bok.prova(blad, RUBRIKRADER):
                rubriker = [_text(celler.get(k)) for k in range(1, max(celler, default=0) + 1)]
                if (antal := self._kanns_igen(rubriker)) > bast[0]:
                    bast = (antal, blad, nr, rubriker)
            if bast[0]:
                funna[blad] = bast
        val = [b for b in funna if b not in dolda] or list(funna)
        last = max(val, key=lambda b: funna[b][0], default=None)
        if last in dolda:
            self.anmarkningar.varning(
                "DOLT_BLAD",
                f"Bladet «{last}» är dolt i Excel. Det läses, eftersom inget synligt blad passar.",
            )
        # A legend may share a header or two with the table itself.
        andra = [
            b
            for b, f in funna.items()
            if b != last and f[0] * 2 > funna[last][0] and self._har_rader(*f[1:3])
        ]
        if andra:
            self.anmarkningar.varning("FLERA_BLAD", andra_blad_i_ord(last, andra, dolda))
        return self._funnet(funna[last] if last else (0,))

    def _har_rader(self, blad: str, rubrikrad: int) -> bool:
        return any(nr > rubrikrad and celler for nr, celler in self._bok.prova(blad, rubrikrad + RUBRIKRADER))

    # CSV.

    def _csv_rader(self) -> Iterator[Rad]:
        n, nasta = len(self.rubriker), self.rubrikrad + 1
        lasare = csv.reader(
            islice(self._linjer(), self.rubrikrad, None), delimiter=self.avskiljare, strict=True
        )
        while True:
            grupp: list[list[str]] = []
            fore, fel = lasare.line_num, None
            try:
                grupp.extend(islice(lasare, RADER_PER_GRUPP))  # keeps what came before a fault
            except csv.Error as f:
                fel = f
            if not grupp and fel is None:
                return
            if self._flest_linjer and lasare.line_num > self._flest_linjer:
                raise OlasligFil(
                    f"Filen har fler än {self._flest_linjer} rader, tomma eller inte, och läses inte på en gång. "
                    "Dela upp den."
                )
            if self._flest_fel and self.anmarkningar.antal_fel > self._flest_fel:
                text = "Raderna därefter är inte lästa. Rätta de här felen först."
                self.anmarkningar.fel("FLER", text, nasta + fore)
                return
            nummer: Sequence[int] = range(nasta + fore, nasta + fore + len(grupp))
            if fel is not None or lasare.line_num - fore != len(grupp):  # a field went on over a line
                nummer = list(
                    accumulate((1 + sum(f.count("\n") for f in r) for r in grupp), initial=nasta + fore)
                )
            for nr, falt in zip(nummer, grupp, strict=False):
                if not any(falt):
                    continue
                if len(falt) > n and not any(falt[n:]):
                    del falt[n:]  # a delimiter too many at the end says nothing
                if len(falt) != n:
                    self.anmarkningar.fel("FALT", f"Raden har {len(falt)} fält, rubrikraden har {n}.", nr)
                    continue
                if not self.kodning.ascii:
                    self._granska_bokstaver(nr, falt)
                yield nr, falt
            if fel is not None:
                self.anmarkningar.fel(
                    "CSV", "Raden går inte att dela i fält: citattecknen stämmer inte.", nummer[-1]
                )

    def _linjer(self) -> Iterator[str]:
        return chain.from_iterable(
            # With their ends, because a quoted field may go on over the next line.
            io.StringIO("\n".join(block) + "\n", newline="\n")
            for _, block, _ in radblock(self._fil, self.kodning)
        )

    def _valj_avskiljare(self):
        prov = list(islice(self._linjer(), PROVRADER))
        bast = (0,)
        for tecken in AVSKILJARE:
            lasare = csv.reader(prov, delimiter=tecken)
            for _ in range(RUBRIKRADER):
                try:
                    rubriker = [rubriktext(r) for r in next(lasare)]
                except StopIteration:
                    break
                except csv.Error:
                    continue
                if len(rubriker) > BREDAST:
                    continue
                if (antal := self._kanns_igen(rubriker)) > bast[0]:
                    bast = (antal, tecken, lasare.line_num, rubriker)
        return self._funnet(bast)

    def _funnet(self, bast):
        if not bast[0]:
            raise OlasligFil("Filen har ingen rad med rubriker som känns igen.")
        return bast[1:]


def _text(varde) -> str:
    if varde is None or isinstance(varde, Trasig):
        return ""
    if isinstance(varde, float) and varde.is_integer():
        return str(int(varde))
    return rubriktext(varde)
