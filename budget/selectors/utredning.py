"""The latest stored balanskravsutredning of a version, and whether it still answers for the figures."""

import logging
from dataclasses import dataclass

from budget.models import Budgetversion, Utredning
from budget.regler import balanskrav as regel
from budget.regler.balanskrav_json import OgiltigFil, fran_dict, las_resultat, skriv, underlag_som_dict
from budget.selectors.balanskrav import hamta_underlag

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Utredningslage:
    """A stored utredning with what it was computed from. `aktuell` is False when the figures, the
    decisions or the rules have changed since."""

    utredning: Utredning
    underlag: tuple[regel.Arsunderlag, ...]
    resultat: regel.Balanskravsutredning
    aktuell: bool


def som_indata(underlag: tuple[regel.Arsunderlag, ...]) -> dict:
    """The rule's input as it is stored: amounts in kronor."""
    return underlag_som_dict(underlag, enhet="kr")


def som_resultat(resultat: regel.Balanskravsutredning) -> dict:
    """The rule's result as it is stored."""
    return skriv(resultat)


def hamta_utredning(version: Budgetversion) -> Utredningslage | None:
    """The latest utredning of the version, or None when none has been computed that can be read."""
    utredning = Utredning.objects.filter(version=version).select_related("jobb__agare").first()
    if utredning is None:
        return None
    try:
        underlag, resultat = tuple(fran_dict(utredning.indata).underlag), las_resultat(utredning.resultat)
    except OgiltigFil:
        log.exception("Utredningen %s går inte att läsa", utredning.pk)
        return None
    nu = som_indata(hamta_underlag(version))
    return Utredningslage(
        utredning,
        underlag,
        resultat,
        aktuell=nu == utredning.indata and utredning.regelversion == regel.REGELVERSION,
    )
