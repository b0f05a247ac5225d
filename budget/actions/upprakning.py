"""Saving a year's rates and exceptions together with the draft justering that comes of them, as one transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.db import IntegrityError

from budget.actions.justering import JusteringenAndrad, JusteringsFel, Uppgifter, spara_justering
from budget.models import (
    Block,
    Budgetversion,
    Justering,
    Sektorsats,
    Upprakning,
    Upprakningsundantag,
)
from budget.regler.upprakning import Satser, Undantag
from budget.selectors.upprakning import sparade_satser, sparade_undantag
from regionskane.historik import andring
from regionskane.lib.belopp import TolkatBelopp


@dataclass(frozen=True, slots=True)
class Rader:
    """Rates by sektor id and exceptions by enhet id, with the reason that was written beside each."""

    satser: Mapping[int, Satser]
    undantag: Mapping[int, Undantag]
    satsmotiv: Mapping[int, str]
    undantagsmotiv: Mapping[int, str]


def spara_upprakning(
    *,
    version: Budgetversion,
    rader: Rader,
    uppgifter: Uppgifter,
    belopp: Mapping[int, TolkatBelopp],
    by,
    sedd_rev: int,
    sedd_justering_rev: int,
) -> Justering:
    """Replace the rates of `uppgifter.ar` and write `belopp` (enhet id → amount) as a draft: the one that the rates
    gave before, or a new one. Revisions are those that the user was shown, 0 for nothing.

    The same thing sent twice is saved once. Raises JusteringsFel when the justering is decided already and for what
    `spara_justering` refuses; JusteringenAndrad when somebody else was there before with something else.
    """
    if version.last:
        raise JusteringsFel(f"{version.namn} är låst. Ingenting har sparats.")
    try:
        with andring(by=by, varfor=f"Uppräkning: {uppgifter.titel}"):
            Upprakning.objects.get_or_create(version=version, ar=uppgifter.ar, defaults={"rev": 0})
            # Held until the end, so that two who save at once come one after the other.
            u = Upprakning.objects.select_for_update().get(version=version, ar=uppgifter.ar)
            justering = u.justering
            sedda = (sedd_rev, sedd_justering_rev)
            if (u.rev, justering.rev if justering else 0) != sedda:
                if justering and _samma(u, justering, rader, uppgifter, belopp):
                    return justering
                raise JusteringenAndrad(
                    "Någon annan har ändrat uppräkningen medan du skrev. Inget är sparat. Det som är sparat nu står "
                    "under fälten; visa förslaget och spara igen för att ersätta det med ditt."
                )
            if justering and justering.beslutad:
                raise JusteringsFel(
                    f"«{justering.titel}» är beslutad och räknas i bryggan. Gör den till utkast först, så ersätts "
                    "dess belopp. Inget är sparat."
                )
            _skriv_rader(u, rader)
            u.justering = spara_justering(
                version=version,
                uppgifter=uppgifter,
                rader=belopp,
                by=by,
                besluta=False,
                justering=justering,
                sedd_rev=sedd_justering_rev,
            )
            u.rev += 1
            u.save(update_fields=["justering", "rev"])
    except IntegrityError as fel:
        version.refresh_from_db()
        if version.last:
            raise JusteringsFel(f"{version.namn} låstes medan du skrev. Ingenting har sparats.") from fel
        raise
    return u.justering


def _samma(u: Upprakning, justering: Justering, rader: Rader, uppgifter: Uppgifter, belopp) -> bool:
    """Whether what is saved is what is wished."""
    satser, undantag = list(u.sektorsatser.all()), list(u.undantag.all())
    return (
        not justering.beslutad
        and justering.titel == uppgifter.titel
        and sparade_satser(satser) == rader.satser
        and sparade_undantag(undantag) == rader.undantag
        and {s.sektor_id: s.motiv for s in satser} == rader.satsmotiv
        and {r.enhet_id: r.motiv for r in undantag} == rader.undantagsmotiv
        and {r.enhet_id: r.belopp for r in justering.rader.all()}
        == {enhet: b.varde for enhet, b in belopp.items()}
    )


def _skriv_rader(u: Upprakning, rader: Rader) -> None:
    """Rows that say the same already are left alone, so that the history tells what was changed."""
    for modell, falt, nya, motiv in (
        (Sektorsats, "sektor_id", rader.satser, rader.satsmotiv),
        (Upprakningsundantag, "enhet_id", rader.undantag, rader.undantagsmotiv),
    ):
        egna = modell.objects.filter(upprakning=u)
        nu = {getattr(r, falt): r for r in egna}
        egna.exclude(**{f"{falt}__in": nya}).delete()
        for nyckel, regel in nya.items():
            varden = asdict(regel) | {"motiv": motiv.get(nyckel, "")}
            rad = nu.get(nyckel)
            if rad is None:
                modell.objects.create(upprakning=u, **{falt: nyckel}, **varden)
            elif any(getattr(rad, f) != v for f, v in varden.items()):
                modell.objects.filter(pk=rad.pk).update(**varden)


def las_in_upprakning(*, version: Budgetversion, ar: int, titel: str, rader: Rader, varfor: str) -> int:
    """Save rates as a document gives them, for the justering that it prints. Returns how many rows there were."""
    justering = Justering.objects.get(version=version, ar=ar, block=Block.UPPRAKNING, titel=titel)
    with andring(by=None, varfor=varfor):
        u = Upprakning.objects.create(version=version, ar=ar, justering=justering)
        _skriv_rader(u, rader)
    return len(rader.satser) + len(rader.undantag)
