"""Computing and storing the balanskravsutredning, and registering the decisions that it rests on."""

from budget.models import Balanskravsbeslut, Budgetversion, Utredning
from budget.regler import balanskrav as regel
from budget.regler.balanskrav_json import fran_dict
from budget.selectors.balanskrav import berakna, hamta_underlag
from budget.selectors.utredning import som_indata, som_resultat
from regionskane.historik import andring
from regionskane.jobb.actions import starta_jobb
from regionskane.jobb.models import Jobb
from regionskane.jobb.slag import JobbFel

SLAG = "balanskrav"


def starta_berakning(*, version: Budgetversion, by) -> Jobb:
    """Queue the computation of a version's balanskravsutredning."""
    with andring(by=by):
        return starta_jobb(
            slag=SLAG, titel=f"Balanskrav för {version.namn}", parametrar={"version": version.pk}, by=by
        )


def berakna_utredning(*, version: Budgetversion, rapportera=lambda andel, steg: None):
    """(underlag, result) of the version as it is now. Raises JobbFel when there is nothing to compute."""
    rapportera(10, "Hämtar raderna")
    underlag = hamta_underlag(version)
    if not underlag:
        raise JobbFel(f"{version.namn} har ingen balanskravsuppställning, så det finns inget att beräkna.")
    aren = [u.ar for u in underlag]
    if aren != list(range(aren[0], aren[0] + len(aren))):
        raise JobbFel(f"Åren i {version.namn} följer inte på varandra: {', '.join(map(str, aren))}.")
    rapportera(50, f"Prövar {len(underlag)} år mot kommunallagen")
    resultat = berakna(underlag)
    rapportera(90, "Sparar utredningen")
    return underlag, resultat


def spara_utredning(*, version: Budgetversion, underlag, resultat, jobb: Jobb | None = None) -> Utredning:
    """Store a computed utredning together with its input. A job stores at most one."""
    indata = som_indata(underlag)
    fran_dict(indata)  # what cannot be read back is not stored
    with andring(by=jobb.agare if jobb else None, varfor="Balanskravet beräknat"):
        return Utredning.objects.create(
            version=version,
            jobb=jobb,
            regelversion=regel.REGELVERSION,
            indata=indata,
            resultat=som_resultat(resultat),
        )


def registrera_beslut(*, beslut: Balanskravsbeslut, by) -> Balanskravsbeslut:
    """Save a decision about a year's deficit, in place of an earlier one of the same kind."""
    with andring(by=by, varfor=f"Beslut om underskottet {beslut.ar}"):
        # Held, so that two who register at the same time do not both take away what was there and both add theirs.
        Budgetversion.objects.select_for_update(no_key=True).get(pk=beslut.version_id)
        plan = beslut.slag == "atgardsplan"
        gamla = Balanskravsbeslut.objects.filter(version=beslut.version, ar=beslut.ar)
        (gamla.filter(slag="atgardsplan") if plan else gamla.exclude(slag="atgardsplan")).delete()
        beslut.registrerad_av = by
        beslut.save()
    return beslut


def ta_bort_beslut(*, beslut: Balanskravsbeslut, by) -> None:
    """Take away a decision that was registered by mistake. The history keeps it."""
    with andring(by=by, varfor=f"Beslut om underskottet {beslut.ar} borttaget"):
        beslut.delete()
