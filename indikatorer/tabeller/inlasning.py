"""What a reading of measurements would do, as it is read before it is accepted."""

from collections.abc import Iterable, Mapping, Sequence

from indikatorer.actions.inlasning import Andring, Granskning
from indikatorer.models import Indikator, Kon, Ursprung
from indikatorer.regler.skrift import skriv_tal
from indikatorer.selectors.celler import Matningsnyckel, Matningsuppgift
from indikatorer.selectors.register import Cellnamn
from indikatorer.tabeller.definition import skillnader
from indikatorer.tabeller.ord import KORTA
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Tabell

FLEST = 200


def visade(granskning: Granskning) -> list[Andring]:
    """The changes that the page shows: what is taken away, what is changed, and then what is new."""
    return [*granskning.borttagna, *granskning.andrade, *granskning.nya][:FLEST]


def bygg_andringar(
    andringar: Iterable[Andring], namn: Mapping[Matningsnyckel, Cellnamn], *, antal: int
) -> Tabell:
    """`antal` is how many there are in all; `namn` holds those that are shown."""
    rader = []
    for nr, a in enumerate(andringar):
        n = namn[a.cell]
        delar = (n.segment, n.plats, "" if a.cell.kon == Kon.TOTALT else n.kon)
        rader.append(
            Rad(
                f"andring-{nr}",
                n.indikator,
                (
                    Cell(text=", ".join(d for d in delar if d) or "Hela regionen"),
                    Cell(text=n.period),
                    Cell(text=_uppgift(a.fore)),
                    Cell(text=Ursprung(a.fore_ursprung).label if a.fore_ursprung else "–"),
                    Cell(text=_uppgift(a.efter)),
                    Cell(text=_vad(a)),
                ),
            )
        )
    return Tabell(
        "andringar",
        "Det här händer",
        "Indikator",
        tuple(
            Kolumn(nyckel, rubrik, slag=Kolumnslag.TEXT)
            for nyckel, rubrik in (
                ("galler", "Gäller"),
                ("period", "Period"),
                ("fore", "Nu"),
                ("ursprung", "Kom in"),
                ("efter", "Blir"),
                ("vad", "Vad"),
            )
        ),
        tuple(rader),
        noter=(f"De {len(rader)} första av {antal} visas.",) if antal > len(rader) else (),
    )


def _vad(a: Andring) -> str:
    return "Nytt" if a.fore is None else "Tas bort" if a.efter is None else "Ändras"


def _uppgift(u: Matningsuppgift | None) -> str:
    if u is None:
        return "–"
    varde = KORTA[u.saknas] if u.varde is None else skriv_tal(u.varde)
    delar = [varde, "preliminärt" if u.preliminar else "", "inte jämförbart" if u.brott else ""]
    if u.taljare is not None or u.namnare is not None:
        delar.append(f"{_tal(u.taljare)} av {_tal(u.namnare)}")
    if u.antal is not None:
        delar.append(f"n = {u.antal}")
    return ", ".join(d for d in delar if d)


def _tal(tal) -> str:
    return "–" if tal is None else skriv_tal(tal)


def bygg_biblioteksandringar(andringar: Sequence[tuple[Indikator | None, Indikator]]) -> Tabell:
    """Every field that a file would give another content, and the indikatorer that would be new."""
    rader = []
    for nu, ditt in andringar:
        falt = skillnader(nu, ditt) if nu else [("Ny indikator", "–", ditt.enhet)]
        rader += [
            Rad(
                f"{ditt.kod}-{nr}",
                f"{ditt.id_nr or ditt.kod} {ditt.namn}",
                (Cell(text=ord_), Cell(text=fore), Cell(text=efter)),
            )
            for nr, (ord_, fore, efter) in enumerate(falt)
        ]
    return Tabell(
        "bibliotek",
        "Det här händer",
        "Indikator",
        (
            Kolumn("falt", "Uppgift", slag=Kolumnslag.TEXT),
            Kolumn("fore", "Nu", slag=Kolumnslag.TEXT),
            Kolumn("efter", "Blir", slag=Kolumnslag.TEXT),
        ),
        tuple(rader[:FLEST]),
        noter=(f"De {FLEST} första av {len(rader)} ändringar visas.",) if len(rader) > FLEST else (),
    )
