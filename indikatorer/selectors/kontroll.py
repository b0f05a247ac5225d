"""What the documents print in two places, and totals with their rows, where they do not agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from indikatorer.models import Enhetsslag, Indikator, Kontrolluppgift, Malniva, Matning, Segment, Uppgiftsslag
from indikatorer.regler import kontroll
from indikatorer.regler.bedomning import Bedomning, bedom
from indikatorer.regler.kontroll import Skillnad, Slag
from indikatorer.regler.malregel import Malregel, Matvarde, Riktning, Underlag
from indikatorer.regler.skrift import las_sparad, utan_enhet
from indikatorer.regler.vagning import vag_samman
from indikatorer.selectors.bedomning import Cell


@dataclass(frozen=True, slots=True)
class Dubbeltryck:
    """A printed target, value, change, judgement or trend that is not what is used or computed.

    `malniva` is the target in use, `bedomning` the year judged, `beraknat` the computed figure and `skillnad` its
    difference: those that the kind of print has.
    """

    uppgift: Kontrolluppgift
    skillnad: Skillnad | None = None
    beraknat: Decimal | None = None
    malniva: Malniva | None = None
    bedomning: Bedomning | None = None
    anvand_kalla: str = ""


@dataclass(frozen=True, slots=True)
class Totalskillnad:
    """A printed total that its rows do not come to. `antal`: it is the number behind the value that differs."""

    matning: Matning
    indikator: Indikator
    segment: Segment
    tryckt: Decimal
    beraknat: Decimal
    skillnad: Skillnad
    antal: bool
    saknas: tuple[str, ...]


def hamta_dubbeltryck() -> list[Dubbeltryck]:
    """Every printed thing beside what is used that does not agree with it. Three queries."""
    uppgifter = list(
        Kontrolluppgift.objects.select_related("indikator", "segment", "enhet", "jamfors_med").order_by(
            "indikator__ordning", "indikator__kod", "-ar", "segment__ordning", "slag", "pk"
        )
    )
    berorda = {u.indikator_id for u in uppgifter} | {u.jamfors_med_id for u in uppgifter} - {None}
    serier: dict[Cell, dict[int, Matvarde]] = {}
    kallor = {}
    for m in Matning.objects.filter(indikator__in=berorda, omrade=None):
        cell = Cell(m.indikator_id, m.segment_id, m.kon, m.enhet_id, m.delperiod)
        serier.setdefault(cell, {})[m.ar] = Matvarde(m.ar, m.varde, m.preliminar, m.brott, m.saknas)
        kallor[cell, m.ar] = m.kalla
    mal = {(m.indikator_id, m.segment_id, m.ar): m for m in Malniva.objects.filter(indikator__in=berorda)}
    funna = (_prova(u, serier, mal, kallor) for u in uppgifter)
    return [d for d in funna if d is not None]


def _prova(u: Kontrolluppgift, serier, mal, kallor) -> Dubbeltryck | None:
    malniva = mal.get((u.indikator_id, u.segment_id, u.ar)) or mal.get((u.indikator_id, None, u.ar))
    riktning, matt = Riktning(u.indikator.riktning), u.indikator.matt
    if u.slag == Uppgiftsslag.MAL:
        if malniva is None or not kontroll.samma_mal(
            las_sparad(u.tryckt, matt), las_sparad(malniva.regel, matt), riktning
        ):
            return Dubbeltryck(u, malniva=malniva, anvand_kalla=malniva.kalla if malniva else "")
        return None
    cell = Cell(u.indikator_id, u.segment_id, u.kon, u.enhet_id, u.delperiod)
    serie = serier.get(cell, {})
    kalla = kallor.get((cell, u.ar), "")
    tidigare = tuple(sorted((m for a, m in serie.items() if a < u.ar), key=lambda m: -m.ar))
    underlag = Underlag(serie.get(u.ar), tidigare, riktning)
    if u.slag in (Uppgiftsslag.BEDOMNING, Uppgiftsslag.TREND):
        b = bedom(las_sparad(malniva.regel, matt) if malniva else None, underlag)
        if u.tryckt == (b.utfall if u.slag == Uppgiftsslag.BEDOMNING else b.trend):
            return None
        return Dubbeltryck(u, malniva=malniva, bedomning=b, anvand_kalla=kalla)
    tryckt = kontroll.tryckt_tal(u.tryckt)
    nu = underlag.nu and underlag.nu.varde
    if nu is None:
        return Dubbeltryck(u, anvand_kalla=kalla)
    if u.slag == Uppgiftsslag.VARDE:
        skillnad = kontroll.jamfor_varden(tryckt, nu)
        return skillnad and Dubbeltryck(u, skillnad, nu, anvand_kalla=kalla)
    if u.jamfors_med_id:
        fore = serier.get(cell._replace(indikator=u.jamfors_med_id), {}).get(u.ar)
    else:
        fore = underlag.jamforbart
    if fore is None or fore.varde is None:
        return Dubbeltryck(u, anvand_kalla=kalla)
    rakna = kontroll.forandring if u.slag == Uppgiftsslag.FORANDRING else kontroll.differens
    beraknat = rakna(nu, fore.varde)
    skillnad = beraknat and kontroll.jamfor(tryckt, beraknat)
    return skillnad and Dubbeltryck(u, skillnad, beraknat.mitt, anvand_kalla=kalla)


@dataclass(frozen=True, slots=True)
class AndratMal:
    """A stored target whose text is now read otherwise than when it was saved. `regel` is what it means now."""

    malniva: Malniva
    regel: Malregel


def hamta_andrade_mal() -> list[AndratMal]:
    """Every stored target that now means something else than when it was saved, or can no longer be read. One query."""
    funna = []
    rader = Malniva.objects.select_related("indikator", "segment")
    for m in rader.order_by("indikator__ordning", "indikator__kod", "-ar", "segment__ordning", "pk"):
        regel = las_sparad(m.regel, m.indikator.matt)
        if utan_enhet(regel) != m.tolkning:
            funna.append(AndratMal(m, regel))
    return funna


def hamta_totalskillnader() -> list[Totalskillnad]:
    """Printed totals of a segmentgrupp that the group's rows do not come to. One query."""
    med_total = Matning.objects.filter(segment__total=True, omrade=None)
    rader = (
        Matning.objects.filter(
            Q(segment__grupp__segment__total=True), indikator__in=med_total.values("indikator"), omrade=None
        )
        .select_related("indikator", "segment")
        .order_by("indikator__ordning", "indikator__kod", "-ar", "segment__ordning", "pk")
    )
    grupper: dict[tuple, list[Matning]] = {}
    for m in rader:
        nyckel = (m.indikator_id, m.segment.grupp_id, m.kon, m.enhet_id, m.ar, m.delperiod)
        grupper.setdefault(nyckel, []).append(m)
    return [t for grupp in grupper.values() for t in _provade_totaler(grupp)]


def _provade_totaler(grupp: list[Matning]) -> Iterable[Totalskillnad]:
    total = next((m for m in grupp if m.segment.total), None)
    delar = [m for m in grupp if not m.segment.total]
    if total is None or not delar:
        return
    # A row that is suppressed has its number all the same; one without any may be what is lacking.
    saknas = tuple(m.segment.namn for m in delar if m.varde is None and m.antal is None)
    if total.antal is not None:
        summa = Decimal(sum(m.antal or 0 for m in delar))
        if total.antal != summa:
            skillnad = Skillnad(total.antal - summa, Slag.FEL)
            yield Totalskillnad(
                total, total.indikator, total.segment, Decimal(total.antal), summa, skillnad, True, saknas
            )
    if total.varde is None:
        return
    beraknat = _helhet(total.indikator, delar)
    if beraknat and (skillnad := kontroll.jamfor(total.varde, beraknat)):
        yield Totalskillnad(
            total, total.indikator, total.segment, total.varde, beraknat.mitt, skillnad, False, saknas
        )


def _helhet(indikator: Indikator, delar: list[Matning]) -> kontroll.Spann | None:
    """What the rows come to: exactly, when they have numerators and denominators, else as near as print allows."""
    if indikator.enhetsslag == Enhetsslag.ANTAL:
        kanda = [m.varde for m in delar if m.varde is not None]
        return kontroll.summa(kanda) if kanda else None
    if indikator.enhetsslag != Enhetsslag.PROCENT:
        return None
    if helhet := vag_samman((m.taljare, m.namnare) for m in delar):
        return kontroll.Spann(helhet.varde, helhet.varde, helhet.varde)
    return kontroll.vagd_andel((m.antal, m.varde) for m in delar if m.antal is not None)
