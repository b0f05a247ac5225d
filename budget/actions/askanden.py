"""Äskanden: saying why, and answering. Each is one transaction."""

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from budget.actions.budgetdel import beratta_for_namnden
from budget.actions.justering import JusteringsFel, Uppgifter, spara_justering, ta_bort_justering
from budget.models import (
    Askandemotiv,
    Askandesvar,
    Askandeutfall,
    Block,
    Budgetversion,
    Justering,
)
from budget.models.justering import SVARET
from budget.selectors.askanden import Askanderad, hamta_rad, radens_avtryck, som_text, utfall_i_ord
from budget.selectors.budgetdel import stangda_enheter
from budget.selectors.justering import FINANS
from budget.selectors.skrivratt import skrivbart_i
from organisation.models import Enhet
from organisation.permissions import Behorighet, Ratt
from regionskane.historik import andring
from regionskane.lib.belopp import MNKR, ORE, TolkatBelopp, formatera

_TIONDEL = MNKR / 10


class AskandeFel(Exception):
    """The äskande cannot be written or answered like that. `str()` is a sentence for the user."""


class AskandetAndrat(AskandeFel):
    """Somebody else was there before; nothing is saved."""


class InteDittAskande(PermissionDenied):
    """The äskande is not the user's to write, or to answer. `str()` is a sentence for the user."""


def radens_adress(version: Budgetversion, rad: Askanderad) -> str:
    """The page of a row."""
    return reverse("askande", args=[version.ar, version.kod, rad.plats.enhet_kod, rad.post.kod])


def spara_motiv(*, version: Budgetversion, rad: Askanderad, text: str, by, sedd_rev: int = 0) -> Askandemotiv:
    """Write why a row is asked for, in place of what the user was shown (`sedd_rev`, 0 for nothing yet).

    Raises InteDittAskande, AskandetAndrat when somebody else was there before, and AskandeFel for a locked version and
    for a nämnd that has handed in.
    """
    enhet = rad.plats.enhet_id
    if enhet not in skrivbart_i(Behorighet(by), version, rad.post.uppstallning, aven_last=True):
        raise InteDittAskande(
            f"Du får inte {Ratt.SKRIVA_ASKANDE.value} för den enheten. Ingenting har sparats."
        )
    _krav_oppen(version, rad)
    text = text.strip()
    try:
        with transaction.atomic(), andring(by=by, varfor=f"Motiv till äskande: {rad.namn}"):
            platsen = {"version": version, "enhet_id": enhet, "post": rad.post}
            if not sedd_rev:
                return Askandemotiv.objects.create(text=text, **platsen)
            andrade = Askandemotiv.objects.filter(rev=sedd_rev, **platsen).update(text=text, rev=F("rev") + 1)
            if not andrade:
                raise AskandetAndrat(_NAGON_ANNAN)
            return Askandemotiv.objects.get(**platsen)
    except IntegrityError as fel:
        if "askandemotiv_ett_per_rad" in str(fel):
            raise AskandetAndrat(_NAGON_ANNAN) from fel
        version.refresh_from_db()
        _krav_oppen(version, rad)
        raise


_NAGON_ANNAN = (
    "Någon annan har ändrat motivet medan du skrev. Inget är sparat. Det som är sparat nu står under fältet; spara "
    "igen för att ersätta det med ditt."
)


def _krav_oppen(version: Budgetversion, rad: Askanderad) -> None:
    if version.last:
        raise AskandeFel(f"{version.namn} är låst. Ingenting har sparats.")
    if namnd := stangda_enheter(version).get(rad.plats.enhet_id):
        raise AskandeFel(f"{namnd} har lämnat in sin del av {version.namn}. Ingenting har sparats.")


def besvara_askande(
    *,
    version: Budgetversion,
    rad: Askanderad,
    utfall: str,
    text: str,
    by,
    delvis: Mapping[int, Decimal] | None = None,
    sedd_rev: int = 0,
    avtryck: str,
) -> Askandesvar:
    """Answer a row that has been handed in, as it was shown (`avtryck` of it) and in place of the answer that the user
    was shown (`sedd_rev`, 0 for none).

    TILL JUSTERING grants what is asked for beside the ram, DELVIS the amounts of `delvis` (kronor by year, beside the
    ram). Of a row that stands against the ram either makes a draft justering per year, with FINANS as the other side,
    in place of the drafts of an earlier answer. AVSLÅS takes a reason. The nämnd is told.

    Raises InteDittAskande; AskandetAndrat when somebody else was there before, or the nämnd has changed the row since
    it was shown; and AskandeFel for a locked version, a row that asks for nothing or is not handed in, an answer
    without what it takes, and when a justering of an earlier answer has been decided.
    """
    if not Behorighet(by).far(Ratt.BESVARA_ASKANDE):
        raise InteDittAskande(f"Din roll får inte {Ratt.BESVARA_ASKANDE.value}.")
    if version.last:
        raise AskandeFel(f"{version.namn} är låst. Ingenting har sparats.")
    utfall, text = Askandeutfall(utfall), text.strip()
    if utfall == Askandeutfall.AVSLAS and not text:
        raise AskandeFel("Skriv varför äskandet avslås. Nämnden läser skälet.")
    try:
        with transaction.atomic(), andring(by=by, varfor=f"Svar på äskande: {rad.namn}"):
            # Held, as by who takes the part back, so that what is answered is what was handed in.
            Budgetversion.objects.select_for_update(no_key=True).get(pk=version.pk)
            if rad.plats.enhet_id not in stangda_enheter(version):
                raise AskandeFel(
                    f"{rad.plats.enhet_namn} har inte lämnat in sin del, så äskandet kan ändras än."
                )
            rad = _som_visad(version, rad, avtryck)
            if rad.tom:
                raise AskandeFel(f"{rad.namn} begär inget, så det finns inget att svara på.")
            beviljat = _beviljat(rad, utfall, delvis or {})
            svar = _spara_svar(version, rad, utfall, text, beviljat, by, sedd_rev)
            _ersatt_justeringar(version, rad, svar, beviljat, by)
            ord_ = utfall_i_ord(svar, mot_ram=rad.mot_ram).lower()
            beratta_for_namnden(
                version=version,
                namnd=rad.namnd,
                text=f"{rad.post.uppstallning.rads_ord} i {version.namn} har fått svar: {rad.namn}, {ord_}.",
                url=radens_adress(version, rad),
                by=by,
            )
    except JusteringsFel as fel:
        raise AskandeFel(str(fel)) from fel
    return svar


def _som_visad(version: Budgetversion, rad: Askanderad, avtryck: str) -> Askanderad:
    nu = hamta_rad(version, rad)
    if nu is None or radens_avtryck(nu) != avtryck:
        raise AskandetAndrat(
            f"{rad.namn}: det som begärs, ramen eller motivet har ändrats sedan sidan öppnades. Inget är sparat. Läs "
            "det som gäller nu, och svara igen."
        )
    return nu


def _beviljat(rad: Askanderad, utfall: Askandeutfall, delvis: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """What an answer grants beside the ram, in kronor by year; of a row without a ram, in all."""
    begart = {ar: b if (s := rad.skillnad(ar)) is None else s for ar, b in rad.begart.items()}
    if utfall == Askandeutfall.AVSLAS:
        return {}
    if utfall == Askandeutfall.JUSTERING:
        if not any(begart.values()):
            raise AskandeFel("Äskandet är lika stort som ramen, så det finns inget att justera.")
        return begart
    beviljat = {ar: b for ar, b in delvis.items() if b is not None}
    if not any(beviljat.values()):
        raise AskandeFel("Skriv hur mycket som beviljas, minst ett år.")
    for ar, belopp in beviljat.items():
        if ar not in begart:
            raise AskandeFel(f"Inget är begärt för {ar}.")
        if belopp * begart[ar] < 0 or abs(belopp) > abs(begart[ar]):
            mest = formatera(begart[ar], skala=MNKR, decimaler=1, tecken=True)
            raise AskandeFel(f"För {ar} begärs {mest} mnkr. Skriv ett belopp upp till det.")
    return beviljat


def _spara_svar(version, rad: Askanderad, utfall, text, beviljat, by, sedd_rev: int) -> Askandesvar:
    platsen = {"version": version, "enhet_id": rad.plats.enhet_id, "post": rad.post}
    falt = {
        "utfall": utfall,
        "text": text,
        "begart": som_text(rad.begart),
        "beviljat": som_text(beviljat),
        "svarat_av": by,
        "svarat_tid": timezone.now(),
    }
    if not sedd_rev:
        svar, nytt = Askandesvar.objects.get_or_create(**platsen, defaults=falt)
        if nytt:
            return svar
    elif Askandesvar.objects.filter(rev=sedd_rev, **platsen).update(rev=F("rev") + 1, **falt):
        return Askandesvar.objects.get(**platsen)
    raise AskandetAndrat(
        "Någon annan har svarat på äskandet medan du skrev. Inget är sparat. Läs svaret nedan."
    )


def _ersatt_justeringar(version, rad: Askanderad, svar: Askandesvar, beviljat, by) -> None:
    for gammal in Justering.objects.filter(askande=svar).select_related("version"):
        if gammal.beslutad:
            raise AskandeFel(
                f"Justeringen «{gammal.titel}» {gammal.ar} är beslutad. Gör den till utkast innan du svarar annorlunda."
            )
        ta_bort_justering(justering=gammal, by=by)
    if not rad.mot_ram:
        return
    finans = Enhet.objects.filter(kod=FINANS).values_list("pk", flat=True).first()
    titel = f"{rad.post.uppstallning.rads_ord}: {rad.namn}"[:120]
    motiv = (rad.motiv.text if rad.motiv else "") + (f"\n\n{SVARET}{svar.text}" if svar.text else "")
    forra = Decimal(0)
    for ar in sorted(beviljat):
        # The bridge carries a change on to the years after, so each year's justering is what is new in it.
        nytt, forra = beviljat[ar] - forra, beviljat[ar]
        if not nytt:
            continue
        precision = ORE if nytt % _TIONDEL else _TIONDEL
        rader = {rad.plats.enhet_id: TolkatBelopp(nytt, precision)}
        if finans and finans != rad.plats.enhet_id:
            rader[finans] = TolkatBelopp(-nytt, precision)
        spara_justering(
            version=version,
            uppgifter=Uppgifter(ar, Block.RIKTAD, titel, ar, motiv.strip()[:2000]),
            rader=rader,
            by=by,
            besluta=False,
            askande=svar,
        )
