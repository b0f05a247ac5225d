"""Which ledger files there are, what they are for, and which months are in place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Window

from budget.models import Filstatus, Utfallsanmarkning, Utfallsdel, Utfallsfil
from organisation.models import Anvandare, Enhet, Namnd, Period, Roll
from organisation.permissions import Behorighet, Omfang, Ratt
from regionskane.jobb.models import Jobb


def aret(ar: int, namnd: int | None = None) -> Period:
    """A calendar year, as rights and placements are asked about it."""
    return Period(date(ar, 1, 1), date(ar, 12, 31), namnd)


def far_importera(anvandare, namnd_id: int | None) -> bool:
    """Whether the user may read ledger files in for a nämnd; None is the whole region at once."""
    behorighet = Behorighet(anvandare)
    return behorighet.far(Ratt.IMPORTERA_UTFALL) or namnd_id in behorighet.namnder(Ratt.IMPORTERA_UTFALL)


def namndens_enheter(namnd_id: int, ar: int) -> frozenset[int]:
    """The enheter (ids) of a nämnd in a year."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT enhet_id FROM organisation_platser(%s, %s) WHERE namnd_id = %s",
            [date(ar, 1, 1), date(ar, 12, 31), namnd_id],
        )
        return frozenset(e for (e,) in cursor.fetchall())


def valbara_namnder(behorighet: Behorighet) -> list[Namnd]:
    """The nämnder that the user may read files in for."""
    namnder = Namnd.objects.all()
    if not behorighet.far(Ratt.IMPORTERA_UTFALL):
        namnder = namnder.filter(pk__in=behorighet.namnder(Ratt.IMPORTERA_UTFALL))
    return list(namnder)


def synliga_filer(behorighet: Behorighet):
    """The files that the user may see: all, or those of the own nämnder."""
    filer = Utfallsfil.objects.select_related("namnd", "kalla", "mottagen_av", "inlast_av")
    if Omfang.ALLT in behorighet.omfang(Ratt.LASA_HUVUDBOK):
        return filer
    return filer.filter(namnd__in=behorighet.namnder(Ratt.LASA_HUVUDBOK))


def far_se_filen(behorighet: Behorighet, fil: Utfallsfil) -> bool:
    """Whether the file is among `synliga_filer`, without asking the database."""
    return Omfang.ALLT in behorighet.omfang(Ratt.LASA_HUVUDBOK) or fil.namnd_id in behorighet.namnder(
        Ratt.LASA_HUVUDBOK
    )


def filens_jobb(fil: Utfallsfil) -> Jobb | None:
    """The latest reading of the file."""
    return Jobb.objects.filter(slag="las_in_utfall", parametrar__fil=fil.pk).order_by("-skapad").first()


@dataclass(frozen=True, slots=True)
class Enhetsmanader:
    """An enhet's months of a year: (month 1–12) → the part in force."""

    namnd: str
    enhet: str
    kod: str
    manader: dict[int, Utfallsdel]


def pa_plats(ar: int, enheter) -> list[Enhetsmanader]:
    """What is in force of a year, nämnd by nämnd: for the enheter of an Enhetsurval that have something, or that an
    ansvar belongs to. Three queries. A part says whether it corrected an earlier one (`rattad`)."""
    rattad = Utfallsdel.objects.filter(
        enhet=OuterRef("enhet"), period=OuterRef("period"), ersatt_av=OuterRef("fil")
    )
    delar = (
        Utfallsdel.objects.filter(ersatt_av=None, period__gt=ar * 100, period__lte=ar * 100 + 12)
        .select_related("enhet", "fil")
        .annotate(rattad=Exists(rattad))
    )
    vantade = Enhet.objects.filter(
        Q(ansvarsregler__till_ar=None) | Q(ansvarsregler__till_ar__gte=ar), ansvarsregler__fran_ar__lte=ar
    ).distinct()
    if not enheter.allt:
        delar = delar.filter(enhet__in=enheter.enheter)
        vantade = vantade.filter(pk__in=enheter.enheter)
    platser = _platser(ar)
    per_enhet: dict[int, Enhetsmanader] = {}

    def rad(enhet: Enhet) -> Enhetsmanader:
        namnd = platser.get(enhet.pk, (0, "Utan nämnd"))[1]
        return per_enhet.setdefault(enhet.pk, Enhetsmanader(namnd, enhet.namn, enhet.kod, {}))

    for enhet in vantade:
        rad(enhet)
    for d in delar:
        rad(d.enhet).manader[d.period % 100] = d
    sist = 1 << 15
    return [
        r for _, r in sorted(per_enhet.items(), key=lambda x: (platser.get(x[0], (sist, ""))[0], x[1].enhet))
    ]


def _platser(ar: int) -> dict[int, tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.enhet_id, n.ordning, n.namn FROM organisation_platser(%s, %s) p"
            " JOIN organisation_namnd n ON n.id = p.namnd_id",
            [date(ar, 1, 1), date(ar, 12, 31)],
        )
        return {e: (ordning, namn) for e, ordning, namn in cursor.fetchall()}


def filer_som_vantar(koder: Iterable[str], *, hogst: int) -> tuple[list[Utfallsfil], int]:
    """The files that wait for an answer about any of these findings, the `hogst` latest first, and how many there are
    in all. One query."""
    vantar = Utfallsanmarkning.objects.filter(fil=OuterRef("pk"), kod__in=list(koder))
    filer = list(
        Utfallsfil.objects.filter(Exists(vantar), status=Filstatus.VANTAR)
        .select_related("mottagen_av", "namnd")
        .annotate(alla=Window(Count("pk")))[:hogst]
    )
    return filer, filer[0].alla if filer else 0


def ar_med_utfall() -> list[int]:
    """The years that have something in force, the latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT period / 100 FROM budget_utfallsdel WHERE ersatt_av_id IS NULL ORDER BY 1 DESC"
        )
        return [ar for (ar,) in cursor.fetchall()]


def filens_delar(fil: Utfallsfil) -> list[Utfallsdel]:
    """Each enhet's month in the file, and which file has replaced it."""
    return list(fil.delar.select_related("enhet", "ersatt_av"))


def filens_ersatta(fil: Utfallsfil) -> list[Utfallsdel]:
    """The parts of earlier files that this one replaced."""
    return list(fil.ersatter.select_related("enhet", "fil"))


class Filhandelse(NamedTuple):
    """What somebody did with a file."""

    tid: datetime
    namn: str
    varfor: str


def filens_historik(fil: Utfallsfil, vilka: slice = slice(None)) -> list[Filhandelse]:
    """Who has done what with the file, latest first, the same act once; `vilka` of all there are. One query."""
    handelser = (
        apps.get_model("budget", "UtfallsfilEvent")
        .objects.filter(id=fil.pk)
        .annotate(uppgifter=F("pgh_context__metadata"))
        .values("pgh_created_at", "uppgifter")
        .annotate(sist=Max("pgh_id"))
        .order_by("-pgh_created_at", "-sist")
        .values_list("pgh_created_at", "uppgifter")
    )
    return [
        Filhandelse(tid, (u or {}).get("namn", ""), (u or {}).get("varfor", ""))
        for tid, u in handelser[vilka]
    ]


def koncerncontrollers() -> list[Anvandare]:
    """Whom to ask about the kontoplan."""
    return list(
        Anvandare.objects.filter(is_active=True, roller__roll=Roll.KONCERNCONTROLLER)
        .distinct()
        .order_by("last_name")
    )
