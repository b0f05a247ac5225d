"""Whose the amounts of a table are to write, and who reads äskanden: the one place that says so.

Page, paste, workbook, API and undo all ask here what may be written, and the actions ask again before they write. The
ram of a region's version is fullmäktige's: it is no part of what a nämnd hands in, and so does not lie fast with it.
In a nämnd's own version the nämnd writes all of it.
"""

from collections.abc import Iterable

from budget.models import Budgetversion, Post, Uppstallning, Uppstallningsslag
from budget.selectors.budgetdel import stangda_enheter
from organisation.permissions import Behorighet, Enhetsurval, Ratt

_RATT = {
    Uppstallningsslag.BUDGET: Ratt.SKRIVA_BELOPP,
    Uppstallningsslag.RAM: Ratt.SKRIVA_RAM,
    Uppstallningsslag.ASKANDE: Ratt.SKRIVA_ASKANDE,
}
LAST_AV_FULLMAKTIGE = "Låst av fullmäktige"


def ratt_att_skriva(version: Budgetversion, slag: str) -> Ratt:
    """The right that writing in a table of a kind takes."""
    return Ratt.SKRIVA_BELOPP if version.namnd_id else _RATT[Uppstallningsslag(slag)]


def ar_ram(version: Budgetversion, uppstallning: Uppstallning) -> bool:
    """Whether the table holds fullmäktige's ram in the version."""
    return ratt_att_skriva(version, uppstallning.slag) == Ratt.SKRIVA_RAM


def skrivbart_i(
    behorighet: Behorighet, version: Budgetversion, uppstallning: Uppstallning, *, aven_last: bool = False
) -> Enhetsurval:
    """The enheter whose amounts the user may write in a table of the version; none when it is locked, unless it is
    asked for what could be written if it was not (`aven_last`)."""
    if version.last and not aven_last:
        return Enhetsurval()
    ratt = ratt_att_skriva(version, uppstallning.slag)
    return behorighet.urval(ratt, last=False, period=version.period)


def stangda_i(version: Budgetversion, uppstallning: Uppstallning) -> dict[int, str]:
    """The enheter (ids) whose amounts in the table lie fast because their nämnd (name) has handed in."""
    return {} if ar_ram(version, uppstallning) else stangda_enheter(version)


def lasbara_askanden(behorighet: Behorighet, version: Budgetversion) -> Enhetsurval:
    """The enheter whose äskanden the user may read: some read them when they have been handed in."""
    urval = behorighet.urval(Ratt.LASA_ASKANDE, last=version.last, period=version.period)
    inlamnade = behorighet.inlamnade(Ratt.LASA_ASKANDE, version.period)
    if urval.allt or not inlamnade:
        return urval
    return Enhetsurval(enheter=urval.enheter | (inlamnade & stangda_enheter(version).keys()))


def hamta_slag(poster: Iterable[int]) -> dict[int, str]:
    """The kind of table that each post (id) stands in. One query."""
    return dict(Post.objects.filter(pk__in=set(poster)).values_list("pk", "uppstallning__slag"))


def last_av_fullmaktige(version: Budgetversion, uppstallning: Uppstallning) -> str:
    """Why somebody may not write in a table of the ram, as a sentence for the user."""
    return (
        f"{LAST_AV_FULLMAKTIGE}: {uppstallning.namn.lower()} i {version.namn} är ramen, som bara en koncerncontroller "
        "skriver. Lämna ett äskande om nämnden behöver en annan ram."
    )
