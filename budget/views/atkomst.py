"""Loading a version for a reader, or refusing. Every view of the budget goes through here."""

from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from budget.models import Budgetversion, Post, Uppstallning, Uppstallningsslag, Versionskolumn
from budget.selectors.skrivratt import lasbara_askanden, skrivbart_i, stangda_i
from budget.selectors.uppstallning import hamta_kolumner, lasbara_uppstallningar
from organisation.permissions import Enhetsurval, LiggerFast, Omfang, Ratt, get_behorighet


@dataclass(frozen=True)
class Atkomst:
    """A version and the enheter of it that the user may read. `arets` are all versions of its year."""

    version: Budgetversion
    urval: Enhetsurval
    arets: tuple[Budgetversion, ...]

    @cached_property
    def kolumner(self) -> dict[Uppstallning, tuple[Versionskolumn, ...]]:
        """The tables that the version has, whether the user may see them or not, with their columns."""
        return hamta_kolumner(self.version)

    @cached_property
    def uppstallningar(self) -> tuple[Uppstallning, ...]:
        """The tables that the user may see any of."""
        return lasbara_uppstallningar(self.kolumner, self.urval)

    @cached_property
    def askanden(self) -> Uppstallning | None:
        """The table of äskanden, if the version asks for any."""
        return next((u for u in self.kolumner if u.slag == Uppstallningsslag.ASKANDE), None)


def oppna_version(request, ar: int, kod: str, ratt: Ratt = Ratt.LASA_BELOPP) -> Atkomst:
    """The version at an address for somebody with the right to any of it. 404 or PermissionDenied."""
    arets = tuple(Budgetversion.objects.filter(ar=ar))
    version = next((v for v in arets if v.kod == kod), None)
    if version is None:
        raise Http404
    behorighet = get_behorighet(request)
    urval = behorighet.urval(ratt, last=version.last, period=version.period)
    if not urval:
        senare = Omfang.FASTSTALLT in behorighet.omfang(ratt) and not version.last
        nar = " förrän den är låst" if senare else ""
        raise PermissionDenied(f"Din roll får inte {ratt.value} i {version.namn}{nar}.")
    return Atkomst(version, urval, arets)


def oppna_askanden(request, ar: int, kod: str) -> Atkomst:
    """The version at an address with the enheter whose äskanden the user may read. 404 or PermissionDenied."""
    arets = tuple(Budgetversion.objects.filter(ar=ar))
    version = next((v for v in arets if v.kod == kod), None)
    if version is None:
        raise Http404
    behorighet = get_behorighet(request)
    if not behorighet.omfang(Ratt.LASA_ASKANDE):
        behorighet.krav(Ratt.LASA_ASKANDE)
    atkomst = Atkomst(version, lasbara_askanden(behorighet, version), arets)
    if atkomst.askanden is None:
        raise Http404
    if not atkomst.urval:
        raise PermissionDenied(f"Din nämnd har inte lämnat in några äskanden i {version.namn}.")
    return atkomst


def last(version: Budgetversion, foljd: str) -> LiggerFast:
    """What to raise for a locked version: `foljd` follows «är låst», and then who can open it."""
    if version.faststalld:
        vem = "Den är fastställd. En ändring görs i en tilläggsbudget, som en koncerncontroller startar."
    else:
        vem = "En koncerncontroller kan låsa upp den om något ska ändras."
    return LiggerFast(f"{version.namn} är låst{foljd}. {vem}")


def oppna_uppstallning(atkomst: Atkomst, kod: str, *, aven_askanden: bool = False) -> Uppstallning:
    """A table that the version has and the user may see some of. 404 or PermissionDenied.

    Äskanden have pages of their own; who shows them elsewhere (`aven_askanden`) asks for the right to them.
    """
    uppstallning = next((u for u in atkomst.kolumner if u.kod == kod), None)
    if uppstallning is None:
        raise Http404
    if uppstallning.slag == Uppstallningsslag.ASKANDE:
        if aven_askanden:
            return uppstallning
        raise Http404
    krav_pa_uppstallning(uppstallning, atkomst.urval)
    return uppstallning


def krav_pa_uppstallning(uppstallning: Uppstallning, urval: Enhetsurval) -> None:
    """Refuse a table of the whole region to somebody who may only see parts of it."""
    if not lasbara_uppstallningar([uppstallning], urval):
        raise PermissionDenied(
            f"{uppstallning.namn} gäller hela regionen. Du kan läsa den när versionen är låst."
        )


def skrivbart(request, version: Budgetversion) -> Enhetsurval:
    """The enheter whose amounts the user may write in the version; none when it is locked."""
    if version.last:
        return Enhetsurval()
    return get_behorighet(request).urval(Ratt.SKRIVA_BELOPP, last=False, period=version.period)


def skrivbart_har(request, version: Budgetversion, uppstallning: Uppstallning) -> Enhetsurval:
    """The enheter whose amounts in a table the user may write as it is now: not locked, and not handed in."""
    skriv = skrivbart_i(get_behorighet(request), version, uppstallning)
    if not skriv or skriv.allt:
        return skriv
    return Enhetsurval(enheter=skriv.enheter - stangda_i(version, uppstallning).keys())


def hamta_post(uppstallning: Uppstallning, kod: str) -> Post:
    return get_object_or_404(
        Post.objects.select_related(
            "uppstallning",
            "foralder__uppstallning",
            "kalla_post__uppstallning",
            "taljare__uppstallning",
            "namnare__uppstallning",
        ),
        uppstallning=uppstallning,
        kod=kod,
    )
