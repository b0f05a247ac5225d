"""What a set of new values would change: compared with what stands there, before anything is written."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

# What is part of a value: when the value is another, these are no longer true unless they were given with it.
HOR_TILL_VARDET = ("taljare", "namnare", "antal", "preliminar")


class Matcell(NamedTuple):
    """Where a value stands, by id. `enhet` and `omrade` are both None for the whole region."""

    indikator: int
    segment: int | None
    enhet: int | None
    omrade: int | None
    kon: str
    ar: int
    delperiod: int


class Innehall(NamedTuple):
    """What stands there, in the indikator's unit. Without `varde`, `saknas` says why."""

    varde: Decimal | None = None
    saknas: str = ""
    taljare: Decimal | None = None
    namnare: Decimal | None = None
    antal: int | None = None
    preliminar: bool = False
    brott: bool = False
    fotnot: str = ""
    kalla: str = ""


class Sparad(NamedTuple):
    """A stored value: its revision, where it came from (`Ursprung`), and what it is."""

    rev: int
    ursprung: str
    innehall: Innehall


class Andrad(NamedTuple):
    """A cell whose value would be another. `gammal` is None for a new one; `rev` is then 0."""

    cell: Matcell
    rev: int
    gammal: Innehall | None
    ny: Innehall
    gammalt_ursprung: str = ""


@dataclass(frozen=True, slots=True)
class Skillnad:
    """What would be written. `borttagna` are those that the source has taken away: they become «ingen uppgift».

    `bas` is a checksum of all that the comparison stands on, unchanged cells too.
    """

    nya: tuple[Andrad, ...]
    andrade: tuple[Andrad, ...]
    borttagna: tuple[Andrad, ...]
    oforandrade: int
    bas: str

    @property
    def alla(self) -> tuple[Andrad, ...]:
        """Everything that is to be written."""
        return self.nya + self.andrade + self.borttagna


def jamfor(
    nya: Mapping[Matcell, Innehall],
    sparade: Mapping[Matcell, Sparad],
    *,
    givna: Iterable[str],
    kalla: str = "",
    borttagna: Iterable[Matcell] = (),
    fotnot_borttagen: str = "",
) -> Skillnad:
    """Compare new contents with the stored ones of the same cells (others in `sparade` are left alone).

    `givna` are the fields of Innehall that the source speaks of; the value and its reason always are. A field that it
    says nothing of keeps what stands there, except that what belongs to the value goes when the value does. `kalla` is
    written on what is new or changed when the source gives none per row. A number that is the same but written with
    other digits (79 and 79,0) is a change. `borttagna` are cells whose value the source has withdrawn; one that is not
    stored, or has no value already, is nothing.
    """
    givna = frozenset(givna) | {"varde", "saknas"}
    ny_lista, andrad_lista, borta = [], [], []
    oforandrade = 0
    kontroll = hashlib.sha256()
    for cell in sorted({*nya, *borttagna}, key=_ordning):
        finns = sparade.get(cell)
        if cell not in nya:
            if finns and finns.innehall.varde is not None:
                blir = Innehall(saknas="iu", brott=finns.innehall.brott, fotnot=fotnot_borttagen, kalla=kalla)
                borta.append(Andrad(cell, finns.rev, finns.innehall, blir, finns.ursprung))
        elif finns is None:
            ny = nya[cell]
            ny_lista.append(Andrad(cell, 0, None, ny if "kalla" in givna else ny._replace(kalla=kalla)))
        else:
            blir = _sammanfogad(nya[cell], finns.innehall, givna)
            if _lika(blir, finns.innehall):
                oforandrade += 1
            else:
                blir = blir if "kalla" in givna else blir._replace(kalla=kalla)
                andrad_lista.append(Andrad(cell, finns.rev, finns.innehall, blir, finns.ursprung))
        kontroll.update(f"{tuple(cell)}:{finns.rev if finns else 0};".encode())
    return Skillnad(tuple(ny_lista), tuple(andrad_lista), tuple(borta), oforandrade, kontroll.hexdigest())


def _ordning(cell: Matcell):
    return tuple((v is not None, v or 0) if i in (1, 2, 3) else v for i, v in enumerate(cell))


def _sammanfogad(ny: Innehall, gammal: Innehall, givna: frozenset[str]) -> Innehall:
    samma_varde = _skrivet(ny.varde) == _skrivet(gammal.varde) and ny.saknas == gammal.saknas
    behalls = [f for f in Innehall._fields if f not in givna and (samma_varde or f not in HOR_TILL_VARDET)]
    return ny._replace(**{f: getattr(gammal, f) for f in behalls})


def _lika(a: Innehall, b: Innehall) -> bool:
    return a == b and all(
        _skrivet(getattr(a, f)) == _skrivet(getattr(b, f)) for f in ("varde", "taljare", "namnare")
    )


def _skrivet(tal: Decimal | None) -> str:
    return "" if tal is None else f"{tal:f}"
