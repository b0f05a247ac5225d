"""Writing justeringar: draft, decided, draft again, gone, or read from a file. Each is one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from budget.actions.budgetdel import beratta_att_ramen_flyttats
from budget.models import (
    Askandesvar,
    Budgetversion,
    Justering,
    Justeringsrad,
    Justeringsstatus,
    Justeringssumma,
)
from organisation.permissions import Behorighet, Ratt
from regionskane.historik import andring
from regionskane.lib.belopp import MNKR, TolkatBelopp, formatera_fullt

# Each is a row of 4B and of the bridge. Several times what the region decides in a year.
FLEST = 400


class JusteringsFel(Exception):
    """The justering cannot be saved like that. `str()` is a sentence for the user."""


class InteFullmaktige(PermissionDenied):
    """Justeringar move the ram, which is not the user's to write. `str()` is a sentence for the user."""


class JusteringenAndrad(JusteringsFel):
    """Somebody else has changed the justering since the user opened it; nothing is saved."""


@dataclass(frozen=True, slots=True)
class Uppgifter:
    """What a justering says, its rows apart. `ar` and `prisniva` are years, `block` a value of Block; `regel` is the
    rule that proposed its rows, with parameters."""

    ar: int
    block: str
    titel: str
    prisniva: int
    motiv: str
    regel: dict | None = None


def spara_justering(
    *,
    version: Budgetversion,
    uppgifter: Uppgifter,
    rader: Mapping[int, TolkatBelopp],
    by,
    besluta: bool,
    justering: Justering | None = None,
    sedd_rev: int = 0,
    askande: Askandesvar | None = None,
) -> Justering:
    """Write a new justering, or `justering` as it was shown (`sedd_rev`). `rader` is enhet id → amount; `askande` is
    the answered äskande that a new one comes of. A nämnd that has handed in is told if its ram moves.

    Raises InteFullmaktige for who may not write the ram; JusteringsFel for a locked version, a year outside it, a used
    title, one more than FLEST, and when it is to be decided although its rows do not sum to zero; JusteringenAndrad
    when somebody else was there before.
    """
    _krav_skriva_ram(by)
    if version.last:
        raise JusteringsFel(f"{version.namn} är låst. Ingenting har sparats.")
    if uppgifter.ar not in version.ar_lista:
        raise JusteringsFel(f"{version.namn} har inget år {uppgifter.ar}.")
    rest = sum(r.varde for r in rader.values())
    if besluta and rest:
        summa = f"{'+' if rest > 0 else ''}{formatera_fullt(rest, skala=MNKR, minst=1)}"
        raise JusteringsFel(
            f"Raderna summerar till {summa} mnkr och ska bli 0. "
            "Lägg resten på Finansförvaltningen, eller spara som utkast."
        )
    if besluta and not rader:
        raise JusteringsFel("En justering utan rader kan inte beslutas. Skriv minst två belopp.")
    status = Justeringsstatus.BESLUTAD if besluta else Justeringsstatus.UTKAST
    falt = {
        "ar": uppgifter.ar,
        "block": uppgifter.block,
        "titel": uppgifter.titel,
        "prisniva": uppgifter.prisniva,
        "motiv": uppgifter.motiv,
        "status": status,
    } | ({"regel": uppgifter.regel} if uppgifter.regel else {})
    try:
        with transaction.atomic(), andring(by=by, varfor=f"Justering: {uppgifter.titel}"):
            if justering is None:
                if version.justeringar.count() >= FLEST:
                    raise JusteringsFel(
                        f"{version.namn} har redan {FLEST} justeringar. Samla sådana som hör ihop i en."
                    )
                sista = version.justeringar.aggregate(m=Max("ordning"))["m"] or 0
                gallde = {}
                justering = Justering.objects.create(
                    version=version, ordning=sista + 1, askande=askande, **falt
                )
            else:
                gallde = _galler(justering.pk)
                andrade = Justering.objects.filter(pk=justering.pk, rev=sedd_rev).update(
                    rev=F("rev") + 1, **falt
                )
                if not andrade:
                    raise JusteringenAndrad(
                        "Någon annan har ändrat justeringen medan du skrev. Inget är sparat. Det som är sparat nu "
                        "står under fälten; spara igen för att ersätta det med ditt."
                    )
            _spara_rader(justering, rader)
            galler = _galler(justering.pk)
            flyttade = {e for e in gallde | galler if gallde.get(e) != galler.get(e)}
            if flyttade:
                beratta_att_ramen_flyttats(version=version, enheter=flyttade, by=by)
    except IntegrityError as fel:
        if "justering_en_per_titel" in str(fel):
            raise JusteringsFel(
                f"Det finns redan en justering med titeln «{uppgifter.titel}» i det blocket. Välj en annan titel."
            ) from fel
        version.refresh_from_db()
        if version.last:
            raise JusteringsFel(f"{version.namn} låstes medan du skrev. Ingenting har sparats.") from fel
        raise
    justering.refresh_from_db()
    return justering


def _krav_skriva_ram(by) -> None:
    if not Behorighet(by).far(Ratt.SKRIVA_RAM):
        raise InteFullmaktige(
            "En justering ändrar fullmäktiges ram, och skrivs bara av en koncerncontroller. Ingenting har sparats."
        )


def _galler(justering: int) -> dict[int, tuple[int, Decimal]]:
    """What a justering does to each enhet (id), and in which year; nothing while it is a draft."""
    rader = Justeringsrad.objects.filter(justering=justering, justering__status=Justeringsstatus.BESLUTAD)
    return {
        enhet: (ar, belopp) for enhet, ar, belopp in rader.values_list("enhet", "justering__ar", "belopp")
    }


def _spara_rader(justering: Justering, rader: Mapping[int, TolkatBelopp]) -> None:
    nu = {r.enhet_id: r for r in justering.rader.all()}
    justering.rader.exclude(enhet__in=rader).delete()
    for enhet, belopp in rader.items():
        if enhet not in nu:
            Justeringsrad.objects.create(
                justering=justering, enhet_id=enhet, belopp=belopp.varde, precision=belopp.precision
            )
        elif nu[enhet].belopp != belopp.varde:
            Justeringsrad.objects.filter(pk=nu[enhet].pk).update(
                belopp=belopp.varde, precision=belopp.precision, kalla=""
            )


def las_in_justeringar(
    *, version: Budgetversion, lasta: Iterable[tuple[Uppgifter, list[Justeringsrad]]], varfor: str
) -> int:
    """Save decided justeringar in order, as a document gives them. Returns how many rows there were.

    The rows have their enhet, amount and place in the source, and no justering yet.
    """
    antal = 0
    with andring(by=None, varfor=varfor):
        for ordning, (u, rader) in enumerate(lasta, start=1):
            justering = Justering.objects.create(
                version=version, ar=u.ar, block=u.block, titel=u.titel, prisniva=u.prisniva, motiv=u.motiv,
                status=Justeringsstatus.BESLUTAD, ordning=ordning,
            )  # fmt: skip
            for rad in rader:
                rad.justering = justering
            antal += len(Justeringsrad.objects.bulk_create(rader))
    return antal


def las_in_justeringssummor(*, summor: Iterable[Justeringssumma], varfor: str) -> int:
    """Save the sums that a document prints of a version's justeringar. Returns how many there were."""
    with andring(by=None, varfor=varfor):
        return len(Justeringssumma.objects.bulk_create(summor))


def ta_bort_justering(*, justering: Justering, by) -> None:
    """Take away a draft. Raises InteFullmaktige for who may not write the ram, and JusteringsFel for a decided one: it
    is made a draft first."""
    _krav_skriva_ram(by)
    if justering.version.last:
        raise JusteringsFel(f"{justering.version.namn} är låst. Ingenting har tagits bort.")
    with andring(by=by, varfor=f"Justeringen {justering.titel} borttagen"):
        # As it is now, and held: somebody may have decided it since it was read.
        nu = Justering.objects.select_for_update(of=("self",)).filter(pk=justering.pk).first()
        if nu is None:
            return
        if nu.beslutad:
            raise JusteringsFel("En beslutad justering tas inte bort. Gör den till utkast först.")
        nu.delete()
