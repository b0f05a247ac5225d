"""A finding: something a rule or a check noticed. Data, not an exception."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from regionskane.lib.textfil import LANGSTA_RUBRIK, kapad, pa_en_rad

FLEST_PER_SLAG = 50


class Niva(StrEnum):
    """How serious: `INFO` explains, `VARNING` wants a decision, `FEL` must be put right."""

    INFO = "info"
    VARNING = "varning"
    FEL = "fel"


@dataclass(frozen=True, slots=True)
class Anmarkning:
    """`kod` is stable and for machines, `text` is one Swedish sentence for the reader, cut if it quotes too much.

    `rad` is a line of a file and `kolumn` the column's header, for a finding about one cell.
    """

    kod: str
    niva: Niva
    text: str
    rad: int | None = None
    kolumn: str = ""

    def __post_init__(self):
        object.__setattr__(self, "text", kapad(self.text))
        object.__setattr__(self, "kolumn", kapad(self.kolumn, LANGSTA_RUBRIK))


class Anmarkningar:
    """Findings as they are met, bounded: of each kind the first ones are kept and the rest counted."""

    def __init__(self):
        self._fynd: list[Anmarkning] = []
        self.antal: Counter[tuple[str, Niva]] = Counter()

    def lagg(self, kod: str, niva: Niva, text: str, rad: int | None = None, kolumn: str = "") -> None:
        self.antal[kod, niva] += 1
        if self.antal[kod, niva] <= FLEST_PER_SLAG:
            self._fynd.append(Anmarkning(kod, niva, pa_en_rad(kapad(text)), rad, pa_en_rad(kapad(kolumn))))

    def fel(self, kod: str, text: str, rad: int | None = None, kolumn: str = "") -> None:
        self.lagg(kod, Niva.FEL, text, rad, kolumn)

    def varning(self, kod: str, text: str, rad: int | None = None, kolumn: str = "") -> None:
        self.lagg(kod, Niva.VARNING, text, rad, kolumn)

    def info(self, kod: str, text: str, rad: int | None = None, kolumn: str = "") -> None:
        self.lagg(kod, Niva.INFO, text, rad, kolumn)

    @property
    def har_fel(self) -> bool:
        return bool(self.antal_fel)

    @property
    def antal_fel(self) -> int:
        return sum(n for (_, niva), n in self.antal.items() if niva is Niva.FEL)

    def alla(self) -> tuple[Anmarkning, ...]:
        """In the order they were met; last, how many of each kind that are not listed."""
        fler = (
            Anmarkning(
                kod,
                niva,
                f"Ytterligare {n - FLEST_PER_SLAG} rader har samma anmärkning som rad {self._forsta(kod, niva)}.",
            )
            for (kod, niva), n in self.antal.items()
            if n > FLEST_PER_SLAG
        )
        return (*self._fynd, *fler)

    def _forsta(self, kod, niva):
        return next(f.rad for f in self._fynd if (f.kod, f.niva) == (kod, niva))
