"""What the names in a file of measurements can mean, and what stands in the cells that it speaks of."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from indikatorer.models import Enhetsslag, Indikator, Jamforelseomrade, Kon, Segment
from indikatorer.regler.period import skriv_period
from indikatorer.selectors.celler import (
    NYCKELKOLUMNER,
    UPPGIFTSFALT,
    Matningsnyckel,
    Matningsuppgift,
)
from organisation.models import Enhet, Enhetstyp
from organisation.permissions import Behorighet, Ratt


@dataclass(frozen=True, slots=True)
class Indikatorpost:
    """What a reading must know of an indikator; `far_andras`: the user may write its values."""

    pk: int
    namn: str
    procent: bool
    segmentgrupp: int | None
    konsuppdelad: bool = True
    far_andras: bool = True


@dataclass(frozen=True, slots=True)
class Register:
    """What names can mean, as `namnnyckel` writes them. `segment` is by (grupp, name)."""

    indikatorer: Mapping[str, Indikatorpost]
    segment: Mapping[tuple[int | None, str], int]
    enheter: Mapping[str, int]
    omraden: Mapping[str, int]


class Sparad(NamedTuple):
    """A stored value: where it came from (`Ursprung`) and what it says."""

    ursprung: str
    uppgift: Matningsuppgift


def namnnyckel(text: str) -> str:
    """A name for comparison: small letters, white space in one form."""
    return " ".join(text.casefold().split())


def hamta_register(by) -> Register:
    """Everything that a file can name, for a user (None: the system, which may write all). Four queries and the rights.

    An indikator is found by id-nummer and code, and by its name when only one has it; so are the others by code and
    name. A segment's name is read within the indikator's group (of all, for one that has no group), its code always.
    """
    indikatorer = list(Indikator.objects.all())
    far = _far_andra(by)
    poster = {i.pk: _post(i, far) for i in indikatorer}
    segment = list(Segment.objects.all())
    per_grupp: dict[int | None, list[Segment]] = {None: segment}
    for s in segment:
        per_grupp.setdefault(s.grupp_id, []).append(s)
    koder = [(s.kod, s.pk) for s in segment]
    enheter = Enhet.objects.exclude(typ=Enhetstyp.OBJEKT)
    return Register(
        indikatorer={
            namn: poster[pk]
            for namn, pk in _entydiga(
                ((i.namn, i.pk) for i in indikatorer),
                (n for i in indikatorer for n in ((i.kod, i.pk), (i.id_nr, i.pk))),
            ).items()
        },
        segment={
            (grupp, namn): pk
            for grupp, dess in per_grupp.items()
            for namn, pk in _entydiga(((s.namn, s.pk) for s in dess), koder).items()
        },
        enheter=_namn_och_kod(enheter),
        omraden=_namn_och_kod(Jamforelseomrade.objects.all()),
    )


def hamta_koladaindikatorer(kpier: Collection[str] | None, by) -> dict[str, list[Indikatorpost]]:
    """The indikatorer that are fetched from Kolada, by nyckeltal in capitals: those of `kpier` (None: all).

    One query and the rights.
    """
    far = _far_andra(by)
    ut: dict[str, list[Indikatorpost]] = {}
    for i in Indikator.objects.exclude(kolada_id=""):
        kpi = i.kolada_id.strip().upper()
        if kpier is None or kpi in kpier:
            ut.setdefault(kpi, []).append(_post(i, far))
    return ut


def hamta_sparade(celler: Iterable[Matningsnyckel]) -> dict[Matningsnyckel, Sparad]:
    """What stands in those of the cells that hold something. One query."""
    celler = list(celler)
    with connection.cursor() as cursor:
        cursor.execute(
            _SPARADE,
            [
                sorted({c.indikator for c in celler}),
                sorted({c.ar for c in celler}),
                [f"{_radnyckel(c)}.{c.ar}" for c in celler],
            ],
        )
        n = len(NYCKELKOLUMNER)
        return {
            Matningsnyckel(*rad[:n]): Sparad(rad[n], Matningsuppgift(*rad[n + 1 :]))
            for rad in cursor.fetchall()
        }


def hamta_jamforbara(celler: Iterable[Matningsnyckel]) -> dict[Matningsnyckel, tuple[int, Decimal]]:
    """(year, value) that the value of a cell can be held against: what stands in it, else the same row's nearest other
    year, the earlier of two. One query."""
    per_rad: dict[str, list[Matningsnyckel]] = {}
    for c in celler:
        per_rad.setdefault(_radnyckel(c), []).append(c)
    ut: dict[Matningsnyckel, tuple[int, Decimal]] = {}
    with connection.cursor() as cursor:
        indikatorer = sorted({c.indikator for rad in per_rad.values() for c in rad})
        cursor.execute(_JAMFORBARA, [indikatorer, list(per_rad)])
        sparade: dict[str, list[tuple[int, Decimal]]] = {}
        for nyckel, ar, varde in cursor.fetchall():
            sparade.setdefault(nyckel, []).append((ar, varde))
    for nyckel, varden in sparade.items():
        # The two beside each year, and not every year against every other: a row may have 151 of them.
        varden.sort()
        aren = [ar for ar, _ in varden]
        for c in per_rad[nyckel]:
            i = bisect_left(aren, c.ar)
            ut[c] = min(varden[max(i - 1, 0) : i + 1], key=lambda v: (abs(v[0] - c.ar), v[0]))
    return ut


def _radnyckel(c: Matningsnyckel) -> str:
    """A cell without its year, as `_RADNYCKEL` writes it."""
    return f"{c.indikator}.{c.segment or 0}.{c.kon}.{c.delperiod}.{c.enhet or 0}.{c.omrade or 0}"


# A cell as one text, looked up in a hash of those asked for: a join of its columns may be made by the indikator alone,
# and then every cell is held against every value of it.
_RADNYCKEL = """concat_ws('.', m.indikator_id, COALESCE(m.segment_id, 0), m.kon, m.delperiod, COALESCE(m.enhet_id, 0),
    COALESCE(m.omrade_id, 0))"""
_SPARADE = f"""
SELECT {", ".join(f"m.{k}" for k in (*NYCKELKOLUMNER, "ursprung", *UPPGIFTSFALT))}
FROM indikatorer_matning m
WHERE m.indikator_id = ANY(%s) AND m.ar = ANY(%s) AND concat_ws('.', {_RADNYCKEL}, m.ar) = ANY(%s)
"""
_JAMFORBARA = f"""
SELECT {_RADNYCKEL}, m.ar, m.varde
FROM indikatorer_matning m
WHERE m.indikator_id = ANY(%s) AND m.varde <> 0 AND {_RADNYCKEL} = ANY(%s)
"""


class Cellnamn(NamedTuple):
    """What a cell is called: the indikator's number and name, and the others as they are shown, «» for none."""

    indikator: str
    segment: str
    plats: str
    period: str
    kon: str


def hamta_cellnamn(celler: Iterable[Matningsnyckel]) -> dict[Matningsnyckel, Cellnamn]:
    """The names of cells, for a preview. Four queries."""
    celler = set(celler)
    namn = [
        {p.pk: str(p) for p in modell.objects.filter(pk__in={getattr(c, falt) for c in celler} - {None})}
        for modell, falt in (
            (Indikator, "indikator"),
            (Segment, "segment"),
            (Enhet, "enhet"),
            (Jamforelseomrade, "omrade"),
        )
    ]
    return {
        c: Cellnamn(
            namn[0].get(c.indikator, ""),
            namn[1].get(c.segment, ""),
            namn[2].get(c.enhet) or namn[3].get(c.omrade, ""),
            skriv_period(c.ar, c.delperiod),
            Kon(c.kon).label if c.kon != Kon.TOTALT else "",
        )
        for c in celler
    }


def _post(i: Indikator, far) -> Indikatorpost:
    procent = i.enhetsslag == Enhetsslag.PROCENT
    return Indikatorpost(i.pk, i.namn, procent, i.segmentgrupp_id, i.konsuppdelad, far(i))


def _far_andra(by):
    if by is None:
        return lambda i: True
    behorighet = Behorighet(by)
    allt, namnder = behorighet.far(Ratt.SKRIVA_MATNINGAR), behorighet.namnder(Ratt.SKRIVA_MATNINGAR)
    return lambda i: allt or i.agare_id in namnder


def _namn_och_kod(urval) -> dict[str, int]:
    poster = list(urval)
    return _entydiga(((p.namn, p.pk) for p in poster), ((p.kod, p.pk) for p in poster))


def _entydiga(namn: Iterable[tuple[str, int]], koder: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Names that only one has, and codes, which go before names."""
    alla: dict[str, set[int]] = {}
    for text, pk in namn:
        alla.setdefault(namnnyckel(text), set()).add(pk)
    ut = {text: pk for text, (pk, *fler) in alla.items() if text and not fler}
    return ut | {namnnyckel(text): pk for text, pk in koder if text}
