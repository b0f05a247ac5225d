"""Writing decision points: new, changed, moved, gone, or read from a file. Each is one transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from budget.models import Beslutspunkt, Beslutstal, Budgetversion
from budget.regler.beslutstext import Hanvisning, Slag, Trasig, dela, tolka
from budget.selectors.beslutspunkter import besvara
from regionskane.historik import andring

# A page reads them all, and looks every figure up. A budget has some ten, with as many figures.
FLEST_PUNKTER, FLEST_TAL_I_TEXT = 100, 1_000


class BeslutspunktsFel(Exception):
    """The point cannot be saved like that. `skal` are sentences for the user."""

    def __init__(self, *skal: str):
        self.skal = skal
        super().__init__(" ".join(skal))


class BeslutspunktenAndrad(BeslutspunktsFel):
    """Somebody else has changed the point since the user opened it; nothing is saved."""


@dataclass(frozen=True, slots=True)
class Punktuppgifter:
    """What a point says, its figures apart."""

    rubrik: str
    text: str
    mottagare: str = ""
    senast: date | None = None
    numrerad: bool = True
    kalla: str = ""


@dataclass(frozen=True, slots=True)
class Talrad:
    """A figure of a point: `varde` and `precision` in kronor, or as a fraction for a percentage."""

    namn: str
    matt: str
    varde: Decimal
    precision: Decimal
    jamfors_med: str = ""
    kalla: str = ""


def hitta_fel(
    *,
    version: Budgetversion,
    uppgifter: Punktuppgifter,
    tal: Sequence[Talrad],
    punkt: Beslutspunkt | None = None,
) -> list[str]:
    """What is wrong with a point before it is saved: placeholders that nothing answers, and names used twice."""
    andras = Beslutstal.objects.filter(version=version).exclude(punkt=punkt)
    kanda = {t.namn: t for t in andras}
    fel = [
        f"Talet «{t.namn}» finns redan i en annan punkt. Välj ett annat namn." for t in tal if t.namn in kanda
    ]
    namn = [t.namn for t in tal]
    fel += [f"Två tal heter «{n}»." for n, antal in sorted(Counter(namn).items()) if antal > 1]
    kanda |= {t.namn: Beslutstal(**_falt(t)) for t in tal}
    bitar = besvara(version, {0: (uppgifter.text, uppgifter.senast)}, kanda)[0]
    fel += [b.skal for b in bitar if isinstance(b, Trasig)]
    fel += [
        t.skal
        for rad in tal
        if rad.jamfors_med and isinstance(t := tolka(rad.jamfors_med, ar=version.ar), Trasig)
    ]
    if punkt:
        forsvinner = set(punkt.tal.values_list("namn", flat=True)) - set(namn)
        fel += _anvands_av_andra(version, punkt, forsvinner)
    return fel


def _anvands_av_andra(version: Budgetversion, punkt: Beslutspunkt, namn: set[str]) -> list[str]:
    """Sentences about figures of the point that the text of another point needs."""
    return [
        f"Talet «{b.namn}» används i punkten «{annan.rubrik}». Ändra den först."
        for annan in (version.beslutspunkter.exclude(pk=punkt.pk) if namn else ())
        for b in dela(annan.text, ar=version.ar)
        if isinstance(b, Hanvisning) and b.slag == Slag.BESLUT and b.namn in namn
    ]


def spara_beslutspunkt(
    *,
    version: Budgetversion,
    uppgifter: Punktuppgifter,
    tal: Sequence[Talrad],
    by,
    punkt: Beslutspunkt | None = None,
    sedd_rev: int = 0,
) -> Beslutspunkt:
    """Write a new point, last, or `punkt` as it was shown (`sedd_rev`), with its figures.

    Raises BeslutspunktsFel for a locked version and for a text that the version's figures do not answer;
    BeslutspunktenAndrad when somebody else was there before.
    """
    if version.last:
        raise BeslutspunktsFel(f"{version.namn} är låst. Ingenting har sparats.")
    falt = {
        "rubrik": uppgifter.rubrik,
        "text": uppgifter.text,
        "mottagare": uppgifter.mottagare,
        "senast": uppgifter.senast,
        "numrerad": uppgifter.numrerad,
        "arvd": False,
    }
    try:
        with transaction.atomic(), andring(by=by, varfor=f"Beslutspunkt: {uppgifter.rubrik}"):
            _hall_punkterna(version)
            _krav_pa_plats(version, uppgifter, punkt)
            if fel := hitta_fel(version=version, uppgifter=uppgifter, tal=tal, punkt=punkt):
                raise BeslutspunktsFel(*fel)
            if punkt is None:
                punkt = Beslutspunkt.objects.create(
                    version=version, ordning=_sist(version), kalla=uppgifter.kalla, **falt
                )
            elif not Beslutspunkt.objects.filter(pk=punkt.pk, rev=sedd_rev).update(rev=F("rev") + 1, **falt):
                raise BeslutspunktenAndrad(
                    "Någon annan har ändrat punkten medan du skrev. Inget är sparat. Det som är sparat nu står under "
                    "fälten; spara igen för att ersätta det med ditt."
                )
            _spara_tal(punkt, tal)
    except IntegrityError as fel:
        version.refresh_from_db()
        if version.last:
            raise BeslutspunktsFel(f"{version.namn} låstes medan du skrev. Ingenting har sparats.") from fel
        raise BeslutspunktsFel("Någon annan sparade samtidigt. Försök igen.") from fel
    punkt.refresh_from_db()
    return punkt


def _hall_punkterna(version: Budgetversion) -> None:
    """Let nobody else write points of the version until the transaction ends: what one says, another may need."""
    Budgetversion.objects.select_for_update(no_key=True).get(pk=version.pk)


def _krav_pa_plats(version: Budgetversion, uppgifter: Punktuppgifter, punkt: Beslutspunkt | None) -> None:
    andra = version.beslutspunkter.exclude(pk=punkt and punkt.pk)
    texter = [uppgifter.text, *andra.values_list("text", flat=True)]
    if punkt is None and len(texter) > FLEST_PUNKTER:
        raise BeslutspunktsFel(f"{version.namn} har redan {FLEST_PUNKTER} beslutspunkter. Ta bort en först.")
    if (antal := sum(text.count("{") for text in texter)) > FLEST_TAL_I_TEXT:
        raise BeslutspunktsFel(
            f"Punkterna i {version.namn} skulle hämta {antal} tal tillsammans, och de hämtar högst {FLEST_TAL_I_TEXT}. "
            "Skriv färre tal i texten."
        )


def _sist(version: Budgetversion) -> int:
    return (version.beslutspunkter.aggregate(m=Max("ordning"))["m"] or 0) + 1


def _falt(t: Talrad) -> dict:
    return {
        "namn": t.namn,
        "matt": t.matt,
        "varde": t.varde,
        "precision": t.precision,
        "jamfors_med": t.jamfors_med,
        "kalla": t.kalla,
    }


def _spara_tal(punkt: Beslutspunkt, tal: Sequence[Talrad]) -> None:
    """A figure that is as it was keeps its row and its place in the source."""
    nu = {t.namn: t for t in punkt.tal.all()}
    punkt.tal.exclude(namn__in=[t.namn for t in tal]).delete()
    for rad in tal:
        gammalt = nu.get(rad.namn)
        if gammalt is None:
            Beslutstal.objects.create(version_id=punkt.version_id, punkt=punkt, **_falt(rad))
        elif (gammalt.varde, gammalt.matt, gammalt.jamfors_med) != (rad.varde, rad.matt, rad.jamfors_med):
            Beslutstal.objects.filter(pk=gammalt.pk).update(**_falt(rad))


def bekrafta_beslutspunkt(*, punkt: Beslutspunkt, by) -> None:
    """A point that was taken from the year before is to stand as it is. Raises BeslutspunktsFel for a locked
    version."""
    if punkt.version.last:
        raise BeslutspunktsFel(f"{punkt.version.namn} är låst. Ingenting har sparats.")
    with andring(by=by, varfor=f"Beslutspunkten {punkt.rubrik} är genomgången"):
        Beslutspunkt.objects.filter(pk=punkt.pk, arvd=True).update(arvd=False, rev=F("rev") + 1)


def flytta_beslutspunkt(*, punkt: Beslutspunkt, upp: bool, by) -> bool:
    """Let the point change places with the one before it, or after. False when there is none."""
    if punkt.version.last:
        raise BeslutspunktsFel(f"{punkt.version.namn} är låst. Ingenting har flyttats.")
    with andring(by=by, varfor=f"Beslutspunkten {punkt.rubrik} flyttad {'upp' if upp else 'ned'}"):
        alla = list(Beslutspunkt.objects.select_for_update().filter(version=punkt.version_id))
        plats = next((i for i, p in enumerate(alla) if p.pk == punkt.pk), None)
        ny = None if plats is None else plats + (-1 if upp else 1)
        if ny is None or not 0 <= ny < len(alla):
            return False
        denna, andra = alla[plats], alla[ny]
        for p, ordning in ((denna, andra.ordning), (andra, denna.ordning)):
            Beslutspunkt.objects.filter(pk=p.pk).update(ordning=ordning)
    return True


def ta_bort_beslutspunkt(*, punkt: Beslutspunkt, by) -> None:
    """Take away a point and its figures. Raises BeslutspunktsFel when the version is locked or another point's text
    needs one of the figures."""
    if punkt.version.last:
        raise BeslutspunktsFel(f"{punkt.version.namn} är låst. Ingenting har tagits bort.")
    with andring(by=by, varfor=f"Beslutspunkten {punkt.rubrik} borttagen"):
        _hall_punkterna(punkt.version)
        if fel := _anvands_av_andra(punkt.version, punkt, set(punkt.tal.values_list("namn", flat=True))):
            raise BeslutspunktsFel(*fel)
        punkt.delete()


def las_in_beslutspunkter(
    *, version: Budgetversion, lasta: Iterable[tuple[Punktuppgifter, Sequence[Talrad]]], varfor: str
) -> int:
    """Save points in order, as a document gives them. Returns how many there were."""
    antal = 0
    with andring(by=None, varfor=varfor):
        for antal, (u, tal) in enumerate(lasta, start=1):
            punkt = Beslutspunkt.objects.create(
                version=version, ordning=antal, numrerad=u.numrerad, rubrik=u.rubrik, text=u.text,
                mottagare=u.mottagare, senast=u.senast, kalla=u.kalla,
            )  # fmt: skip
            _spara_tal(punkt, tal)
    return antal
