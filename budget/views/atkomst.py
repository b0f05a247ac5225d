"""Loading a version for a reader, or refusing. Every view of the budget goes through here."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from budget.models import Budgetversion, Post, Uppstallning, Versionskolumn
from budget.selectors.uppstallning import region_enhet
from organisation.permissions import Enhetsurval, Ratt, get_behorighet


@dataclass(frozen=True, slots=True)
class Atkomst:
    """A version and the enheter of it that the user may read."""

    version: Budgetversion
    urval: Enhetsurval


def oppna_version(request, ar: int, kod: str, ratt: Ratt = Ratt.LASA_BELOPP) -> Atkomst:
    """The version at an address for somebody with the right to any of it. 404 or PermissionDenied."""
    version = get_object_or_404(Budgetversion.objects.select_related("kopia_av", "last_av"), ar=ar, kod=kod)
    urval = get_behorighet(request).urval(ratt, last=version.last, datum=version.datum)
    if not urval:
        nar = "" if version.last else " förrän den är låst"
        raise PermissionDenied(f"Din roll får inte {ratt.value} i {version.namn}{nar}.")
    return Atkomst(version, urval)


def oppna_uppstallning(request, atkomst: Atkomst, kod: str) -> Uppstallning:
    """A table that the version has and the user may see some of. 404 or PermissionDenied."""
    uppstallning = get_object_or_404(
        Uppstallning,
        kod=kod,
        pk__in=Versionskolumn.objects.filter(version=atkomst.version).values("uppstallning"),
    )
    krav_pa_uppstallning(uppstallning, atkomst.urval)
    return uppstallning


def krav_pa_uppstallning(uppstallning: Uppstallning, urval: Enhetsurval) -> None:
    """Refuse a table of the whole region to somebody who may only see parts of it."""
    if not urval.allt and not uppstallning.per_enhet and region_enhet().pk not in urval:
        raise PermissionDenied(
            f"{uppstallning.namn} gäller hela regionen. Du kan läsa den när versionen är låst."
        )


def skrivbart(request, version: Budgetversion) -> Enhetsurval:
    """The enheter whose amounts the user may write in the version; none when it is locked."""
    if version.last:
        return Enhetsurval()
    return get_behorighet(request).urval(Ratt.SKRIVA_BELOPP, last=False, datum=version.datum)


def hamta_post(uppstallning: Uppstallning, kod: str) -> Post:
    return get_object_or_404(
        Post.objects.select_related("uppstallning", "foralder__uppstallning", "kalla_post__uppstallning"),
        uppstallning=uppstallning,
        kod=kod,
    )
