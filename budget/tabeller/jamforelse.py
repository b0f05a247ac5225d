"""What differs between two versions, as one table per uppställning."""

from collections.abc import Iterable
from itertools import groupby

from budget.models import Budgetversion
from budget.selectors.jamforelse import Skillnad
from budget.tabeller.adress import Kallor
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell


def bygg_jamforelse(
    forsta: Budgetversion, andra: Budgetversion, skillnader: Iterable[Skillnad]
) -> list[Tabell]:
    """The tables, each ending in the sum of its differences. A missing amount counts as nothing."""
    kallor = Kallor()
    return [
        _tabell(forsta, andra, list(grupp), kallor)
        for _, grupp in groupby(skillnader, key=lambda s: s.uppstallning_kod)
    ]


def _tabell(forsta, andra, skillnader, kallor):
    u = skillnader[0]

    def cell(version, s, varde):
        if varde is None:
            return Cell()
        omfang = f"enhet-{s.enhet_kod}"
        return Cell(varde, kalla=kallor.adress(version, s.uppstallning_kod, s.post_kod, omfang, s.ar))

    rader = [
        Rad(
            f"{s.post_kod}-{s.enhet_kod}-{s.ar}",
            f"{s.post_namn}, {s.enhet_namn}, {s.ar}",
            (
                cell(forsta, s, s.forsta),
                cell(andra, s, s.andra),
                Cell((s.forsta or 0) - (s.andra or 0)),
                Cell(text=", ".join(dict.fromkeys(n for n in (s.forsta_av, s.andra_av) if n)) or "–"),
            ),
        )
        for s in skillnader
    ]
    summa = sum(r.celler[2].varde for r in rader)
    delar = tuple((r.nyckel, 1) for r in rader)
    tomt = Cell(saknas="")
    rader.append(
        Rad("summa", "Summa av skillnaderna", (tomt, tomt, Cell(summa), Cell(text="")), Radslag.TOTAL, delar)
    )
    kolumner = (
        Kolumn("forsta", forsta.namn, decimaler=u.decimaler),
        Kolumn("andra", andra.namn, decimaler=u.decimaler),
        Kolumn("skillnad", "Skillnad", "", Kolumnslag.DIFFERENS, "mnkr", u.decimaler, ("forsta", "andra")),
        Kolumn("andrad-av", "Ändrad av", slag=Kolumnslag.TEXT),
    )
    return Tabell(
        u.uppstallning_kod, u.uppstallning_namn, "Post, enhet och år", kolumner, tuple(rader), "Mnkr."
    )
