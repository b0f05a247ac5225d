"""Reading a plan: its rows with goals and ansvariga, and those of them that are asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.apps import apps
from django.db.models import Max, Prefetch, Q

from organisation.models import Enhet, Namnd, Namndtyp
from uppfoljning.models import Ansvar, Malplan, Malrad, OvergripandeMal, Punkttyp

INGEN = "ingen"


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a plan to show. `ansvarig` and `huvudansvarig` are koder; INGEN asks for uppdrag that several answer for
    and where nobody is named. `nytt` is "ja", "nej" or empty."""

    sok: str = ""
    ansvarig: str = ""
    huvudansvarig: str = ""
    typ: str = ""
    nytt: str = ""

    def __bool__(self):
        return any((self.sok, self.ansvarig, self.huvudansvarig, self.typ, self.nytt))


@dataclass(frozen=True, slots=True)
class Rakning:
    """How much a plan holds. A point that stands in several places is counted once; `flera` is how many do so."""

    rader: int
    delmal: int
    uppdrag: int
    nya: int
    utan_huvudansvarig: int
    flera: int


def hamta_planer() -> list[Malplan]:
    """Every uppföljningsplan and styrkort, the latest year first."""
    return list(Malplan.objects.select_related("enhet"))


def hamta_rader(plan: Malplan) -> list[Malrad]:
    """The rows in the order of the document. `rad.ansvar.all()` is there, huvudansvarig marked."""
    ansvar = Ansvar.objects.select_related("namnd", "enhet")
    rader = Malrad.objects.filter(punkt__plan=plan).select_related("punkt", "mal", "mal_i_kapitlet")
    return list(rader.prefetch_related(Prefetch("ansvar", ansvar)))


def hamta_mal(ar: int) -> list[OvergripandeMal]:
    """The region's goals that held on the first day of a year."""
    return list(OvergripandeMal.objects.filter(_giltig(ar)))


def hamta_namnder(ar: int) -> list[Namnd]:
    """The nämnder and styrelser of the first day of a year."""
    return list(Namnd.objects.filter(_giltig(ar), typ__in=(Namndtyp.NAMND, Namndtyp.STYRELSE)))


def _giltig(ar: int) -> Q:
    dag = date(ar, 1, 1)
    return Q(giltig_fran__lte=dag) & (Q(giltig_till=None) | Q(giltig_till__gt=dag))


def ledande(rad: Malrad) -> Namnd | Enhet | None:
    """Who is huvudansvarig for a row: the one that is marked, or the only one that is ansvarig."""
    alla = rad.ansvar.all()
    marken = [a.vem for a in alla if a.huvudansvarig]
    return marken[0] if marken else alla[0].vem if len(alla) == 1 else None


def saknar_huvudansvarig(rad: Malrad) -> bool:
    """Whether several answer for an uppdrag and the plan names none of them."""
    return rad.punkt.typ == Punkttyp.UPPDRAG and len(rad.ansvar.all()) > 1 and ledande(rad) is None


def ansvariga(rader: Iterable[Malrad]) -> list[Namnd | Enhet]:
    """Everybody who answers for some row: the nämnder in their order, then the enheter."""
    alla = {a.vem for rad in rader for a in rad.ansvar.all()}
    return sorted(alla, key=lambda v: (isinstance(v, Enhet), getattr(v, "ordning", 0), v.kod))


def valj(rader: Iterable[Malrad], filter: Filter, ar: int) -> list[Malrad]:
    """The rows that a filter asks for. Every word of `sok` is to be found, in any case."""
    ord_ = filter.sok.casefold().split()
    return [
        rad
        for rad in rader
        if filter.typ in ("", rad.punkt.typ)
        and (not filter.nytt or (filter.nytt == "ja") == (rad.punkt.nytt_ar == ar))
        and (not filter.ansvarig or any(a.vem.kod == filter.ansvarig for a in rad.ansvar.all()))
        and _har_huvudansvarig(rad, filter.huvudansvarig)
        and all(o in _soktext(rad) for o in ord_)
    ]


def _har_huvudansvarig(rad: Malrad, kod: str) -> bool:
    if kod == INGEN:
        return saknar_huvudansvarig(rad)
    return not kod or getattr(ledande(rad), "kod", None) == kod


def _soktext(rad: Malrad) -> str:
    delar = (
        rad.kod,
        rad.punkt.titel,
        rad.omrade,
        rad.mal.namn,
        rad.insatsomrade,
        rad.punkt.malvarde,
        rad.anm,
    )
    return "\n".join(delar).casefold()


def rakna(rader: list[Malrad], ar: int) -> Rakning:
    """Count the points of some rows."""
    punkter = {rad.punkt_id: rad for rad in rader}
    typer = [rad.punkt.typ for rad in punkter.values()]
    platser = [rad.punkt_id for rad in rader]
    return Rakning(
        rader=len(rader),
        delmal=typer.count(Punkttyp.DELMAL),
        uppdrag=typer.count(Punkttyp.UPPDRAG),
        nya=sum(rad.punkt.nytt_ar == ar for rad in punkter.values()),
        utan_huvudansvarig=sum(saknar_huvudansvarig(rad) for rad in punkter.values()),
        flera=sum(platser.count(p) > 1 for p in punkter),
    )


def planen_andrad(plan: Malplan) -> datetime:
    """When a point, its places or who answers for them last changed."""
    tider = (
        apps.get_model("uppfoljning", modell)
        .objects.filter(**{falt: plan.pk})
        .aggregate(t=Max("pgh_created_at"))["t"]
        for modell, falt in (
            ("MalplanEvent", "pgh_obj"),
            ("MalpunktEvent", "plan"),
            ("MalradEvent", "punkt__plan"),
            ("AnsvarEvent", "rad__punkt__plan"),
        )
    )
    return max((t for t in tider if t), default=datetime(2000, 1, 1, tzinfo=UTC))
