"""The library and its targets: one definition per measure, one rule per year and segment."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import slug_re
from django.db import IntegrityError, transaction

from indikatorer.models import Enhetsslag, Indikator, Malniva, Segment
from indikatorer.regler.malregel import (
    Bevarande,
    Forandring,
    Forandringsslag,
    Forbattring,
    Intervall,
    Malregel,
    Malvarde,
    MotRiket,
    OlasligtMal,
    Riktning,
    Riktningsmal,
    Troskel,
)
from indikatorer.regler.skrift import OgiltigMalniva, las_sparad, tolka, utan_enhet
from regionskane.historik import andring

# Words that stand where a code does in an address, and lead to other pages.
UPPTAGNA_KODER = frozenset({"ny", "exportera", "las-in"})


class Bibliotekskonflikt(Exception):
    """Somebody else has changed it meanwhile; nothing is saved. `nu` is what is there now."""

    def __init__(self, nu):
        self.nu = nu
        super().__init__("Någon annan har ändrat samma uppgifter. Ingenting har sparats.")


class OgiltigIndikator(Exception):
    """The definition cannot be kept. `fel` holds sentences per field («__all__» for several)."""

    def __init__(self, fel: dict[str, list[str]]):
        self.fel = fel
        super().__init__(next(iter(fel.values()))[0])


class OgiltigtMal(Exception):
    """The target cannot be kept. `str()` is a sentence for the user."""


class TvaMal(OgiltigtMal):
    """There is another rule for the same indikator, year and segment. `finns` is that one."""

    def __init__(self, finns: Malniva):
        self.finns = finns
        super().__init__(
            f"{finns.indikator.namn} har redan målnivån «{finns.regel}» för {finns.ar}. Två olika målnivåer för samma "
            "indikator, år och segment kan inte gälla; ändra den som finns."
        )


@dataclass(frozen=True, slots=True)
class Malandring:
    """A wish that `regel` (written; empty: no target) shall hold in place of revision `sedd_rev` (0: none).

    `sedd` is the id of the target that was shown; every target has a revision 1, so the revision alone does not say.
    """

    indikator: Indikator
    ar: int
    segment: Segment | None
    regel: str
    sedd_rev: int = 0
    kalla: str = ""
    sedd: int | None = None


@dataclass(frozen=True, slots=True)
class Biblioteksrad:
    """An indikator of a file: the line it stands on and the fields that it gives."""

    rad: int
    kod: str
    falt: dict


@dataclass(frozen=True, slots=True)
class Biblioteksinlasning:
    """The codes of the indikatorer that a reading added, changed and left as they were."""

    nya: tuple[str, ...]
    andrade: tuple[str, ...]
    oforandrade: tuple[str, ...]


def fel_i_kod(kod: str) -> str | None:
    """Why a new indikator cannot have this code in its address, as a sentence, or None."""
    if not slug_re.match(kod):
        return f"Koden «{kod[:60]}» får bara ha bokstäverna a–z, siffror, bindestreck och understreck."
    if kod in UPPTAGNA_KODER:
        return f"Koden «{kod}» är upptagen av en annan sida. Välj en annan."
    return None


def las_in_bibliotek(*, rader: Iterable[Biblioteksrad], by, varfor: str) -> Biblioteksinlasning:
    """Add and change indikatorer by kod, all or nothing. What a row does not give stays as it is.

    Raises OgiltigIndikator, whose `fel` has «rad 7» for a key.
    """
    nya, andrade, oforandrade, fel = [], [], [], {}
    with andring(by=by, varfor=varfor):
        finns = {i.kod: i for i in Indikator.objects.select_for_update().order_by("pk")}
        for r in rader:
            indikator = finns.get(r.kod) or Indikator(kod=r.kod, rev=0)
            if indikator.pk and all(getattr(indikator, k) == v for k, v in r.falt.items()):
                oforandrade.append(r.kod)
                continue
            for k, v in r.falt.items():
                setattr(indikator, k, v)
            try:
                with transaction.atomic():
                    indikator.rev += 1
                    indikator.full_clean()
                    if indikator.pk and (mal := _mal_som_inte_passar(indikator)):
                        raise OgiltigIndikator({"enhetsslag": [str(mal)]})
                    (andrade if indikator.pk else nya).append(r.kod)
                    indikator.save()
            except ValidationError as e:
                fel[f"rad {r.rad}"] = e.messages
            except OgiltigIndikator as e:
                fel[f"rad {r.rad}"] = [str(e)]
        if fel:
            raise OgiltigIndikator(fel)
    return Biblioteksinlasning(tuple(nya), tuple(andrade), tuple(oforandrade))


def spara_indikator(*, indikator: Indikator, sedd_rev: int, by, varfor: str = "") -> Indikator:
    """Save a new (`sedd_rev` 0) or changed indikator, whose fields hold what is wished.

    Raises OgiltigIndikator, and Bibliotekskonflikt when it no longer has the revision that the user was shown.
    """
    with andring(by=by, varfor=varfor):
        if sedd_rev:
            nu = Indikator.objects.select_for_update().get(pk=indikator.pk)
            if nu.rev != sedd_rev:
                raise Bibliotekskonflikt(nu)
        elif skal := fel_i_kod(indikator.kod):
            raise OgiltigIndikator({"kod": [skal]})
        indikator.rev = sedd_rev + 1
        try:
            indikator.full_clean()
        except ValidationError as fel:
            raise OgiltigIndikator(fel.message_dict) from fel
        if sedd_rev and (mal := _mal_som_inte_passar(indikator)):
            raise OgiltigIndikator({"enhetsslag": [str(mal)]})
        indikator.save()
    return indikator


def satt_malniva(*, mal: Malandring, by, varfor: str = "") -> Malniva | None:
    """Set, change or take away the target of a year and return it (None: taken away).

    A written form that means the same rule as the one that holds changes only how it is written. Raises OgiltigtMal for
    a text that is no rule or does not go with the indikator's unit, TvaMal when a target is added where another
    rule holds, and Bibliotekskonflikt when somebody has changed it meanwhile.
    """
    text, tolkning = " ".join(mal.regel.split()), ""
    if text:
        regel = las_mal(mal.indikator, mal.ar, text)
        tolkning = utan_enhet(regel)
    with andring(by=by, varfor=varfor):
        nu = (
            Malniva.objects.select_for_update(of=("self",))
            .select_related("indikator")
            .filter(indikator=mal.indikator, ar=mal.ar, segment=mal.segment)
            .first()
        )
        if nu and not mal.sedd_rev and text and las_sparad(nu.regel, mal.indikator.matt) == regel:
            return nu
        if nu and not mal.sedd_rev:
            raise TvaMal(nu)
        if (nu.rev if nu else 0) != mal.sedd_rev or (nu and mal.sedd != nu.pk):
            raise Bibliotekskonflikt(nu)
        if not text:
            if nu:
                nu.delete()
            return None
        if nu:
            nu.regel, nu.tolkning, nu.kalla, nu.rev = text, tolkning, mal.kalla, nu.rev + 1
            nu.save()
            return nu
        try:
            with transaction.atomic():
                return Malniva.objects.create(
                    indikator=mal.indikator,
                    ar=mal.ar,
                    segment=mal.segment,
                    regel=text,
                    tolkning=tolkning,
                    kalla=mal.kalla,
                )
        except IntegrityError as fel:  # added by somebody between our reading and our writing
            finns = Malniva.objects.select_related("indikator").get(
                indikator=mal.indikator, ar=mal.ar, segment=mal.segment
            )
            raise TvaMal(finns) from fel


def las_mal(indikator: Indikator, ar: int, text: str) -> Malregel:
    """The rule that a text means as the target of a year. Raises OgiltigtMal where `satt_malniva` would."""
    try:
        regel = tolka(text, indikator.matt)
    except OgiltigMalniva as fel:
        raise OgiltigtMal(str(fel)) from fel
    _krav_passande(indikator, regel)
    if (sedan := getattr(regel, "sedan", None)) and sedan >= ar:
        raise OgiltigtMal(f"Målet för {ar} kan inte jämföras med {sedan}. Skriv ett år före {ar}.")
    return regel


def _krav_passande(indikator: Indikator, regel: Malregel) -> None:
    """A target in another unit than the values would be compared as if it were the same."""
    i_procent = indikator.enhetsslag == Enhetsslag.PROCENT
    match regel:
        case Troskel(enhet=enhet) | Malvarde(enhet=enhet) | Intervall(enhet=enhet) if (
            enhet == "%" and not i_procent
        ):
            raise OgiltigtMal(
                f"{indikator.namn} mäts i {indikator.enhet}, så målnivån kan inte vara i procent."
            )
        case (
            Forandring(slag=Forandringsslag.PROCENTENHETER) | Forbattring(slag=Forandringsslag.PROCENTENHETER)
        ) if not i_procent:
            raise OgiltigtMal(
                f"{indikator.namn} mäts i {indikator.enhet}. Skriv förändringen i procent eller i måttets enhet."
            )
        case Malvarde() | Forbattring() | Riktningsmal(None) | Bevarande(None) | MotRiket(None) if (
            indikator.riktning == Riktning.INGEN
        ):
            raise OgiltigtMal(
                f"{indikator.namn} har ingen riktning som är bättre. Skriv målnivån med ≥ eller ≤, till exempel ≥ 80 %."
            )


def _mal_som_inte_passar(indikator: Indikator) -> OgiltigtMal | None:
    tidigare = Indikator.objects.get(pk=indikator.pk).matt
    for m in indikator.malnivaer.all():
        regel = las_sparad(m.regel, indikator.matt)
        try:
            # One that could not be read before either is named by `kontrollera`, and stops nobody's definition.
            if isinstance(regel, OlasligtMal) and not isinstance(las_sparad(m.regel, tidigare), OlasligtMal):
                raise OgiltigtMal(regel.varfor)
            _krav_passande(indikator, regel)
        except OgiltigtMal as fel:
            return OgiltigtMal(f"Målnivån «{m.regel}» för {m.ar} passar inte: {fel}")
    return None
