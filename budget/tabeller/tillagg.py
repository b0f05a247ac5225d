"""What a tilläggsbudget changes, as a table."""

from budget.models import Budgetversion
from budget.regler.tillagg import Andring
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell


def bygg_tillagg(version: Budgetversion, andring: Andring) -> Tabell:
    """The change of regionbidrag, income and result in the budget year, in mnkr with sign."""
    rader = (
        Rad("regionbidrag", "Nämndernas regionbidrag", (Cell(andring.regionbidrag),)),
        Rad(
            "intakter",
            "Verksamhetens intäkter, skatt, utjämning och bidrag",
            (Cell(andring.intakter),),
            plus_battre=True,
        ),
        Rad("resultat", "Årets resultat", (Cell(andring.resultat),), Radslag.TOTAL, rod=True),
    )
    return Tabell(
        nyckel="tillagg",
        rubrik=f"Det som ändras {version.ar}",
        radrubrik="Post",
        ingress="Mnkr. Plus är mer pengar, och ett bättre resultat.",
        kolumner=(Kolumn("andring", "Ändring", "mnkr", slag=Kolumnslag.DIFFERENS, decimaler=1),),
        rader=rader,
    )
