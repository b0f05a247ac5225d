"""Writing investment objects: new, renamed, with what is decided about them. Each is one transaction."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from budget.actions.belopp import Cellandring, VersionenArLast, spara_belopp
from budget.models import (
    INVESTERINGSOBJEKT,
    Belopp,
    Budgetdel,
    Budgetversion,
    Investeringsbeslut,
    Investeringsobjekt,
    Post,
    Status,
    Uppstallning,
)
from budget.models.investering import postkod
from budget.regler.delflode import SKRIVBARA
from budget.selectors.budgetdel import stangda_enheter
from budget.selectors.celler import Cellnyckel
from organisation.models import Enhet, Enhetstyp, Namnd, Placering
from organisation.permissions import Behorighet, Ratt
from regionskane.historik import andring
from regionskane.lib.belopp import TolkatBelopp

# Each object is a row among the enheter that every sum goes through. A large region decides on some hundred a year.
FLEST_FORSLAG = 300
# Each is a note under the table of them all. The region has some thirty in a year.
FLEST_BESLUT = 300


class InvesteringsFel(Exception):
    """The object cannot be saved like that. `str()` is a sentence for the user."""


class ObjektetAndrat(InvesteringsFel):
    """Somebody else has changed the object since the user opened it; nothing is saved."""


@dataclass(frozen=True, slots=True)
class Objektuppgifter:
    """What a new object is. `slag` and `grupp` are values of their choices."""

    namn: str
    slag: str
    grupp: str
    strategiskt: bool
    namnd: Namnd


@dataclass(frozen=True, slots=True)
class Beslutsuppgifter:
    """What is decided or noted about an object in a version; `avslutas_ar` ends it."""

    organ: str
    datum: date | None
    paragraf: str
    text: str
    avslutas_ar: int | None


def skapa_objekt(
    *,
    version: Budgetversion,
    uppgifter: Objektuppgifter,
    belopp: Mapping[tuple[str, int], TolkatBelopp],
    by,
) -> Investeringsobjekt:
    """A new object with its first amounts in a version: (measure, year) → amount, the measure as in 5B's poster.

    An object stands in the versions where it has an amount. One that is laid up by somebody who does not answer
    äskanden is a proposal until somebody who does has tried it (`godta_objekt`).

    Raises InvesteringsFel for a locked version, no amount, a name that an object of the same kind and group has
    already, and a proposal of a nämnd that has FLEST_FORSLAG untried ones.
    """
    if not belopp:
        raise InvesteringsFel("Skriv minst ett belopp, så att objektet kommer med i versionen.")
    u = uppgifter
    forslag = not Behorighet(by).far(Ratt.BESVARA_ASKANDE)
    kod = postkod(u.slag, u.grupp, strategiskt=u.strategiskt)
    poster = {
        p.kod: p.pk for p in Post.objects.filter(uppstallning__kod=INVESTERINGSOBJEKT, kod__startswith=kod)
    }
    varfor = f"Nytt investeringsobjekt: {u.namn}"
    try:
        with transaction.atomic(), andring(by=by, varfor=varfor):
            _hall([version.pk])
            version.refresh_from_db()
            if version.last:
                raise InvesteringsFel(f"{version.namn} är låst. Ingenting har sparats.")
            if fast := varfor_fast_hos(version, u.namnd):
                raise InvesteringsFel(f"Ingenting har sparats. {fast}")
            _krav_pa_eget_namn(u.namn, u.slag, u.grupp)
            if forslag:
                _krav_pa_plats_for_forslag(u.namnd)
            sista = Investeringsobjekt.objects.aggregate(m=Max("ordning"))["m"] or 0
            enhet = Enhet.objects.create(
                kod=f"INV-{uuid.uuid4().hex[:10].upper()}", namn=u.namn, typ=Enhetstyp.OBJEKT
            )
            Placering.objects.create(
                enhet=enhet, namnd=u.namnd, ordning=sista + 1, giltig_fran=date(version.ar, 1, 1)
            )
            objekt = Investeringsobjekt.objects.create(
                enhet=enhet, slag=u.slag, grupp=u.grupp, strategiskt=u.strategiskt, ordning=sista + 1,
                foreslaget=forslag,
            )  # fmt: skip
            andringar = [
                Cellandring(Cellnyckel(enhet.pk, poster[kod + mattet], ar), 0, None, b)
                for (mattet, ar), b in belopp.items()
            ]
            spara_belopp(version=version, andringar=andringar, by=by, varfor=varfor)
    except VersionenArLast as fel:
        raise InvesteringsFel(str(fel)) from fel
    return objekt


def _hall(versioner: Iterable[int]) -> None:
    """Hold the objects and the versions (ids) to the end of the transaction: nobody lays up or renames another object
    meanwhile, no part of them is handed in and none of them is locked."""
    # Objects belong to no version, so what is held for two who lay up the same one in two versions is their table.
    list(Uppstallning.objects.select_for_update(no_key=True).filter(kod=INVESTERINGSOBJEKT).values_list("pk"))
    list(
        Budgetversion.objects.select_for_update(no_key=True)
        .filter(pk__in=set(versioner))
        .order_by("pk")
        .values_list("pk")
    )


def _krav_pa_eget_namn(namn: str, slag: str, grupp: str, *, utom: int | None = None) -> None:
    lika = Investeringsobjekt.objects.filter(enhet__namn__iexact=namn, slag=slag, grupp=grupp)
    if lika.exclude(pk=utom).exists():
        raise InvesteringsFel(
            f"Det finns redan ett objekt som heter «{namn}» i den gruppen. Välj ett annat namn."
        )


def _krav_pa_plats_for_forslag(namnd: Namnd) -> None:
    oprovade = Investeringsobjekt.objects.filter(
        foreslaget=True, enhet__in=Placering.objects.filter(namnd=namnd).values("enhet")
    )
    if oprovade.count() >= FLEST_FORSLAG:
        raise InvesteringsFel(
            f"{namnd} har redan {FLEST_FORSLAG} förslag som inte är prövade. Be en koncerncontroller att godta dem "
            "innan du lägger upp fler."
        )


def godta_objekt(*, objekt: Investeringsobjekt, by) -> None:
    """An object that a nämnd has proposed is tried and stands. Raises PermissionDenied."""
    Behorighet(by).krav(Ratt.BESVARA_ASKANDE)
    with andring(by=by, varfor=f"Investeringsobjektet {objekt.enhet.namn} är prövat"):
        Investeringsobjekt.objects.filter(pk=objekt.pk, foreslaget=True).update(
            foreslaget=False, rev=F("rev") + 1
        )


def varfor_fast(version: Budgetversion, objekt: Investeringsobjekt) -> str:
    """That the object lies fast with its nämnd's part, as a sentence for the user; empty when it does not."""
    if not (namnd := stangda_enheter(version).get(objekt.enhet_id)):
        return ""
    return (
        f"{namnd} har lämnat in sin del av {version.namn}, så objektet ligger fast. Ta tillbaka delen, eller be en "
        "koncerncontroller lämna den åter, om något ska ändras."
    )


def varfor_fast_hos(version: Budgetversion, namnd: Namnd) -> str:
    """That no object is laid up with the nämnd, whose part is handed in, as a sentence for the user; else empty."""
    if not Budgetdel.objects.filter(version=version, namnd=namnd).exclude(status__in=SKRIVBARA).exists():
        return ""
    return (
        f"{namnd} har lämnat in sin del av {version.namn}, och den tar inga nya objekt. Ta tillbaka delen, eller be en "
        "koncerncontroller lämna den åter, och lägg upp objektet sedan."
    )


def _krav_pa_oppen_del(version: Budgetversion, objekt: Investeringsobjekt) -> None:
    """Raise InvesteringsFel when the version is locked, or when the nämnd of the object has handed in its part of it:
    what was handed in is the object with its name and what is decided about it. The version is held (`_hall`)."""
    version.refresh_from_db()
    if version.last:
        raise InvesteringsFel(f"{version.namn} är låst. Ingenting har sparats.")
    if inlamnad := varfor_fast(version, objekt):
        raise InvesteringsFel(f"Ingenting har sparats. {inlamnad}")


def byt_namn(*, version: Budgetversion, objekt: Investeringsobjekt, namn: str, sedd_rev: int, by) -> None:
    """Rename an object, which is asked for in a version. Raises InvesteringsFel when that is locked, any locked version
    shows the object, its part of any version is handed in or another of its group is called so, ObjektetAndrat when
    somebody else was there before."""
    with andring(by=by, varfor=f"Investeringsobjektet byter namn till {namn}"):
        visas_i = Budgetversion.objects.filter(belopp__enhet=objekt.enhet_id).distinct()
        _hall([version.pk, *visas_i.values_list("pk", flat=True)])
        _krav_pa_oppen_del(version, objekt)
        if namn == objekt.enhet.namn:
            return
        if last := visas_i.filter(status=Status.LAST).first():
            raise InvesteringsFel(
                f"Objektet ingår i {last.namn}, som är låst, och behåller därför sitt namn."
            )
        for v in visas_i:
            _krav_pa_oppen_del(v, objekt)
        _krav_pa_eget_namn(namn, objekt.slag, objekt.grupp, utom=objekt.pk)
        andrade = Investeringsobjekt.objects.filter(pk=objekt.pk, rev=sedd_rev).update(rev=F("rev") + 1)
        if not andrade:
            raise ObjektetAndrat(
                "Någon annan har ändrat objektet medan du skrev. Inget är sparat. Det som är sparat nu står under "
                "fältet; spara igen för att ersätta det med ditt."
            )
        Enhet.objects.filter(pk=objekt.enhet_id).update(namn=namn)
    objekt.enhet.namn = namn


def registrera_investeringsbeslut(
    *, version: Budgetversion, objekt: Investeringsobjekt, uppgifter: Beslutsuppgifter, by
) -> Investeringsbeslut:
    """Add what is decided about an object in a version.

    Raises InvesteringsFel for a locked version and a part that is handed in, a text that stands there already, and an
    end before years that the object has amounts for.
    """
    u = uppgifter
    try:
        with transaction.atomic(), andring(by=by, varfor=f"Beslut om {objekt.enhet.namn}"):
            _hall([version.pk])
            _krav_pa_oppen_del(version, objekt)
            if u.avslutas_ar:
                _krav_pa_inget_efter(version, objekt, u.avslutas_ar)
            if version.investeringsbeslut.count() >= FLEST_BESLUT:
                raise InvesteringsFel(
                    f"{version.namn} har redan {FLEST_BESLUT} beslut om investeringsobjekt. Ta bort sådana som inte "
                    "gäller."
                )
            return Investeringsbeslut.objects.create(
                version=version, objekt=objekt, organ=u.organ, datum=u.datum, paragraf=u.paragraf, text=u.text,
                avslutas_ar=u.avslutas_ar,
            )  # fmt: skip
    except IntegrityError as fel:
        if "investeringsbeslut_en_gang" in str(fel):
            raise InvesteringsFel("Det beslutet står redan under objektet.") from fel
        raise


def _krav_pa_inget_efter(version: Budgetversion, objekt: Investeringsobjekt, ar: int) -> None:
    efter = Belopp.objects.filter(
        version=version, enhet=objekt.enhet_id, post__kod=objekt.postkod, ar__gt=ar
    ).exclude(belopp=0)
    if aren := sorted(efter.values_list("ar", flat=True)):
        raise InvesteringsFel(
            f"Objektet har belopp för {' och '.join(map(str, aren))}. Töm dem innan du avslutar det {ar}."
        )


def ta_bort_investeringsbeslut(*, beslut: Investeringsbeslut, by) -> None:
    """Take a decision away; the history keeps it. Raises InvesteringsFel in a locked version, and in a part that is
    handed in."""
    with andring(by=by, varfor=f"Beslut om {beslut.objekt} borttaget"):
        _hall([beslut.version_id])
        _krav_pa_oppen_del(beslut.version, beslut.objekt)
        beslut.delete()
