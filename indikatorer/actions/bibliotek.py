"""The library and its targets: one definition per measure, one rule per year and segment."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import slug_re
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from psycopg.errors import UniqueViolation

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
from indikatorer.regler.matt import Matt
from indikatorer.regler.skrift import OgiltigMalniva, las_sparad, tolka, utan_enhet
from regionskane.historik import andring, infor_manga_rader

# Some times what a region measures. Lists, files and the API hold them all.
FLEST_INDIKATORER = 4_000
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
    """The codes of the indikatorer that a reading added, changed and left as they were.

    `andringar` are those that it changed and then those that it added, each as it was (None: new) and as it is now.
    """

    nya: tuple[str, ...]
    andrade: tuple[str, ...]
    oforandrade: tuple[str, ...]
    andringar: tuple[tuple[Indikator | None, Indikator], ...]


def fel_i_kod(kod: str) -> str | None:
    """Why a new indikator cannot have this code in its address, as a sentence, or None."""
    if not slug_re.match(kod):
        return f"Koden «{kod[:60]}» får bara ha bokstäverna a–z, siffror, bindestreck och understreck."
    if kod in UPPTAGNA_KODER:
        return f"Koden «{kod}» är upptagen av en annan sida. Välj en annan."
    return None


def las_in_bibliotek(
    *, rader: Iterable[Biblioteksrad], by, varfor: str, prova: bool = False
) -> Biblioteksinlasning:
    """Add and change indikatorer by kod, all or nothing. What a row does not give stays as it is.

    With `prova` nothing is written or locked. Raises OgiltigIndikator, whose `fel` has «rad 7» for a key.
    """
    rader = list(rader)
    if prova:
        return _planera(rader, Indikator.objects.all())
    try:
        with andring(by=by, varfor=varfor):
            plan = _planera(rader, Indikator.objects.select_for_update().order_by("pk"))
            infor_manga_rader()
            # The rows are taken one by one in this order, so that an id_nr that one has left can be another's.
            Indikator.objects.bulk_create(
                [efter for fore, efter in plan.andringar if fore],
                update_conflicts=True,
                unique_fields=("id",),
                update_fields=_SKRIVS,
            )
            Indikator.objects.bulk_create([efter for fore, efter in plan.andringar if not fore])
    except IntegrityError as fel:  # added by somebody between our reading and our writing
        if not isinstance(fel.__cause__, UniqueViolation):
            raise
        skal = "Någon annan hann lägga till en indikator som också står i filen. Läs in filen på nytt."
        raise OgiltigIndikator({f"rad {rader[0].rad}": [skal]}) from fel
    return plan


def _planera(rader: Sequence[Biblioteksrad], urval: QuerySet[Indikator]) -> Biblioteksinlasning:
    """What the rows make of `urval`, all indikatorer, in as many questions whatever the rows are.

    A row is held against what those before it have made, as if they were saved one by one.
    """
    finns = {i.kod: i for i in urval}
    har_id_nr = {i.id_nr: i.kod for i in finns.values() if i.id_nr}
    malnivaer: dict[int, list[Malniva]] = {}
    for m in Malniva.objects.all():
        malnivaer.setdefault(m.indikator_id, []).append(m)
    nycklar = {f: f.related_model._base_manager.in_bulk() for f in _NYCKLAR}
    nya, andrade, oforandrade, fel, sedda = [], [], [], {}, {}
    for r in rader:
        if (forra := sedda.setdefault(r.kod, r.rad)) != r.rad:
            fel[f"rad {r.rad}"] = [f"Koden {r.kod[:60]} står också på rad {forra}."]
            continue
        fore = finns.get(r.kod)
        if fore and all(getattr(fore, k) == v for k, v in r.falt.items()):
            oforandrade.append(r.kod)
            continue
        efter = copy(fore) if fore else Indikator(kod=r.kod, rev=0)
        for k, v in r.falt.items():
            setattr(efter, k, v)
        efter.rev += 1
        try:
            _krav_hel(efter, nycklar, har_id_nr)
            if fore and (mal := _mal_som_inte_passar(efter, fore.matt, malnivaer.get(fore.pk, ()))):
                raise ValidationError(str(mal))
        except ValidationError as e:
            fel[f"rad {r.rad}"] = e.messages
            continue
        if fore:
            _hang_pa(fore, nycklar)
            har_id_nr.pop(fore.id_nr, None)
        if efter.id_nr:
            har_id_nr[efter.id_nr] = efter.kod
        (andrade if fore else nya).append((fore, efter))
    if fel:
        raise OgiltigIndikator(fel)
    if nya and (skal := _for_manga(len(finns) + len(nya))):
        raise OgiltigIndikator({f"rad {rader[0].rad}": [skal]})
    return Biblioteksinlasning(
        tuple(efter.kod for _, efter in nya),
        tuple(efter.kod for _, efter in andrade),
        tuple(oforandrade),
        (*andrade, *nya),
    )


def _for_manga(antal: int) -> str:
    if antal <= FLEST_INDIKATORER:
        return ""
    hogst = f"ett bibliotek har högst {FLEST_INDIKATORER}"
    return f"Det skulle bli {antal} indikatorer, och {hogst}. Ingenting har sparats."


_NYCKLAR = tuple(f for f in Indikator._meta.concrete_fields if f.many_to_one)
_SKRIVS = tuple(f.name for f in Indikator._meta.concrete_fields if f.name not in ("id", "kod"))
# The constraints of the model, which `full_clean` would ask the database about for every row: their fields, and whether
# an indikator keeps them when each id_nr is of the kod that it has here.
_VILLKOR = {
    "indikator_ett_id_nummer": (("id_nr",), lambda i, har: har.get(i.id_nr, i.kod) == i.kod),
    "indikator_giltig_framat": (
        ("giltig_fran", "giltig_till"),
        lambda i, _: i.giltig_fran is None or i.giltig_till is None or i.giltig_till > i.giltig_fran,
    ),
    "indikator_rimliga_decimaler": (("decimaler",), lambda i, _: i.decimaler <= 6),
}


def _krav_hel(indikator: Indikator, nycklar: dict, har_id_nr: dict[str, str]) -> None:
    """What `full_clean` requires, in its words, held against what has been read. Raises ValidationError.

    That the kod is its own has been seen to. What the foreign keys mean is hung on the indikator.
    """
    fel = {}
    try:
        indikator.clean_fields(exclude={f.name for f in _NYCKLAR})
    except ValidationError as e:
        fel = e.update_error_dict({})
    for f in _hang_pa(indikator, nycklar):
        varde = getattr(indikator, f.attname)
        vad = {
            "model": f.related_model._meta.verbose_name,
            "pk": varde,
            "field": f.remote_field.field_name,
            "value": varde,
        }
        fel[f.name] = [ValidationError(f.error_messages["invalid"], code="invalid", params=vad)]
    brott = [
        ValidationError(villkor.get_violation_error_message())
        for villkor in Indikator._meta.constraints
        for falt, haller in (_VILLKOR[villkor.name],)
        if not fel.keys() & falt and not haller(indikator, har_id_nr)
    ]
    if brott:
        fel[NON_FIELD_ERRORS] = brott
    if fel:
        raise ValidationError(fel)


def _hang_pa(indikator: Indikator, nycklar: dict) -> list:
    """Let the foreign keys be what has been read. Returns those that lead nowhere."""
    utan = []
    for f, poster in nycklar.items():
        pk = getattr(indikator, f.attname)
        if pk is not None and pk not in poster:
            utan.append(f)
        else:
            setattr(indikator, f.name, None if pk is None else poster[pk])
    return utan


def spara_indikator(*, indikator: Indikator, sedd_rev: int, by, varfor: str = "") -> Indikator:
    """Save a new (`sedd_rev` 0) or changed indikator, whose fields hold what is wished.

    Raises OgiltigIndikator, and Bibliotekskonflikt when it no longer has the revision that the user was shown.
    """
    with andring(by=by, varfor=varfor):
        if sedd_rev:
            nu = Indikator.objects.select_for_update().get(pk=indikator.pk)
            if nu.rev != sedd_rev:
                raise Bibliotekskonflikt(nu)
        elif skal := fel_i_kod(indikator.kod) or _for_manga(Indikator.objects.count() + 1):
            raise OgiltigIndikator({"kod": [skal]})
        indikator.rev = sedd_rev + 1
        try:
            indikator.full_clean()
        except ValidationError as fel:
            raise OgiltigIndikator(fel.message_dict) from fel
        if sedd_rev and (mal := _mal_som_inte_passar(indikator, nu.matt, indikator.malnivaer.all())):
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


def _mal_som_inte_passar(
    indikator: Indikator, tidigare: Matt, malnivaer: Iterable[Malniva]
) -> OgiltigtMal | None:
    """Why the indikator cannot have its targets, which were read for `tidigare`, or None."""
    for m in malnivaer:
        regel = las_sparad(m.regel, indikator.matt)
        try:
            # One that could not be read before either is named by `kontrollera`, and stops nobody's definition.
            if isinstance(regel, OlasligtMal) and not isinstance(las_sparad(m.regel, tidigare), OlasligtMal):
                raise OgiltigtMal(regel.varfor)
            _krav_passande(indikator, regel)
        except OgiltigtMal as fel:
            return OgiltigtMal(f"Målnivån «{m.regel}» för {m.ar} passar inte: {fel}")
    return None
