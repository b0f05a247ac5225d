"""A finding: something a rule or a check noticed. Data, not an exception."""

from dataclasses import dataclass
from enum import StrEnum


class Niva(StrEnum):
    """How serious: `INFO` explains, `VARNING` wants a decision, `FEL` must be put right."""

    INFO = "info"
    VARNING = "varning"
    FEL = "fel"


@dataclass(frozen=True, slots=True)
class Anmarkning:
    """`kod` is stable and for machines, `text` is one Swedish sentence for the reader, `rad` a line of a file."""

    kod: str
    niva: Niva
    text: str
    rad: int | None = None
