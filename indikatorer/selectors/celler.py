"""A value's place and content, apart from who gave it."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import NamedTuple

from indikatorer.models import Matning


class Matningsnyckel(NamedTuple):
    """The cell of a value, by id: an indikator's år and, where they apply, segment, kön, delperiod, enhet, område."""

    indikator: int
    ar: int
    segment: int | None = None
    kon: str = "T"
    delperiod: int = 0
    enhet: int | None = None
    omrade: int | None = None


@dataclass(frozen=True, slots=True)
class Matningsuppgift:
    """What is said of a cell: a value or, in `saknas`, why there is none."""

    varde: Decimal | None = None
    taljare: Decimal | None = None
    namnare: Decimal | None = None
    antal: int | None = None
    preliminar: bool = False
    brott: bool = False
    saknas: str = ""
    fotnot: str = ""
    kalla: str = ""


UPPGIFTSFALT = tuple(f.name for f in fields(Matningsuppgift))
NYCKELKOLUMNER = ("indikator_id", "ar", "segment_id", "kon", "delperiod", "enhet_id", "omrade_id")


def nyckel_for(m: Matning) -> Matningsnyckel:
    """The cell that a stored value stands in."""
    return Matningsnyckel(*(getattr(m, k) for k in NYCKELKOLUMNER))


def uppgift_for(m: Matning) -> Matningsuppgift:
    """What a stored value says."""
    return Matningsuppgift(*(getattr(m, f) for f in UPPGIFTSFALT))
