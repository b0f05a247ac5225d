"""One indikator: its judgement, chart, values, segments, definition and history, and where each value comes from."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from indikatorer.diagram.serie import bygg_prickar, bygg_tidsserie
from indikatorer.models import Indikator, Kon, Matning
from indikatorer.regler.period import HELAR
from indikatorer.selectors.bedomning import Bedomd, bedom_indikator
from indikatorer.selectors.bibliotek import hamta_segment
from indikatorer.selectors.matningar import (
    hamta_definitionshistorik,
    hamta_matning_historik,
    hamta_matningar,
)
from indikatorer.tabeller.definition import bygg_definition, bygg_definitionshistorik
from indikatorer.tabeller.indikator import (
    HELA,
    bygg_huvudbedomning,
    bygg_konstabell,
    bygg_maltabell,
    bygg_omradestabell,
    bygg_segmenttabell,
    bygg_vardetabell,
    segmentnamn,
    skriv_delperiod,
)
from indikatorer.tabeller.ord import KORTA_I_ORD
from indikatorer.tabeller.varifran import bygg_kalla
from indikatorer.views.atkomst import far_skriva, far_styra, heltal, oppna, smulor
from organisation.models import Enhet
from organisation.permissions import Ratt, get_behorighet
from regionskane.bladdra import bladdra
from regionskane.jobb.views import vill_ha_fragment
from regionskane.lib.tidsserie import borjar_vid_noll, rita_prickar, rita_tidsserie
from regionskane.lib.visning import visa

BREDD, SMAL = 760, 358
# Changes of the definition on a page: each may hold four texts of 10 000 letters as they were and as they became.
PER_SIDA = 20


@login_required
@require_GET
def indikator(request, kod):
    """The page of an indikator; `?enhet=`, `?delperiod=`, `?segment=` and `?ar=` choose which judgement stands at its
    head. Without them: the whole region's, the whole year's, the whole and the latest, where there are such."""
    det = oppna(request, kod)
    segment = hamta_segment(det)
    matningar = list(hamta_matningar(det))
    plats = _valj_plats(request, matningar)
    namn = segmentnamn(segment, plats.enhet)
    bedomda = bedom_indikator(det, enhet=plats.enhet and plats.enhet.pk, delperiod=plats.delperiod)
    har = [m for m in matningar if m.omrade_id is None and m.enhet == plats.enhet]
    egna = {(m.segment_id, m.kon, m.ar): m for m in har if m.delperiod == plats.delperiod}
    vald = _valt_segment(request, segment, bedomda)
    aren = sorted({b.ar for b in bedomda}, reverse=True)
    ar = _valt_ar(request, aren)
    onskat = heltal(request.GET.get("ar", ""))
    arets = [b for b in bedomda if b.ar == ar]
    serie = [b for b in bedomda if b.cell.segment == vald]
    huvud = next((b for b in serie if b.ar == ar), None)
    delar = _jamforbara(arets, vald)
    rubrik = namn[vald]
    innehall = {
        "smulor": smulor(*_malsmulor(det), {"text": det.namn}),
        "indikator": det,
        "segment": rubrik if vald or plats.enhet else "",
        "platser": _platsval(matningar, plats),
        "perioder": _periodval(har, plats),
        "plats": plats,
        "ar": ar,
        "arsnot": (
            f"Det finns varken värde eller mål för {onskat}. Sidan visar {ar}."
            if ar and onskat is not None and onskat != ar
            else ""
        ),
        "aren": [
            {"text": str(a), "url": _adress(a, vald, segment, plats), "aktiv": a == ar} for a in sorted(aren)
        ],
        "segmentval": [
            {"text": namn[s], "url": _adress(ar, s, segment, plats), "aktiv": s == vald}
            for s in dict.fromkeys(b.cell.segment for b in bedomda)
        ],
        "huvud": bygg_huvudbedomning(huvud, delar=delar) if huvud else None,
        "diagram": _rita_serien(det, serie, rubrik),
        "varden": visa(
            bygg_vardetabell(
                det,
                [m for m in har if m.segment_id == vald and m.kon == Kon.TOTALT],
                {(b.ar, plats.delperiod): b for b in serie},
                rubrik=f"Värden, {rubrik[:1].lower()}{rubrik[1:]}" if vald else "Värden",
            )
        ),
        "korta": KORTA_I_ORD,
        "mal": visa(bygg_maltabell(det, list(det.malnivaer.order_by("-ar", "segment")), namn)),
        "definition": bygg_definition(det),
        **_historik(request, det),
        "far_skriva": far_skriva(request, det),
        "far_styra": far_styra(request),
    }
    if len({b.cell.segment for b in arets}) > 1:
        t = bygg_segmenttabell(det, arets, egna, ar=ar, namn=namn)
        prickar = bygg_prickar(arets, namn=namn, rubrik=t.rubrik, under=f"{det.enhet}. Bandet är målet")
        innehall["segmenttabell"] = visa(t)
        innehall["prickar"] = prickar and _bada(prickar, rita_prickar, "prickar")
    for nyckel, t in (
        ("kontabell", bygg_konstabell(det, egna, ar=ar, namn=namn)),
        ("omradestabell", bygg_omradestabell(det, matningar)),
    ):
        innehall[nyckel] = visa(t) if t else None
    return render(request, "indikatorer/indikator.html", innehall)


@login_required
@require_GET
def matning(request, kod, pk):
    """Where a value comes from: who, when and why, and every earlier value of it. As a page and as a panel."""
    det = oppna(request, kod)
    m = get_object_or_404(
        Matning.objects.select_related("segment__grupp", "enhet", "omrade", "andrad_av"), pk=pk, indikator=det
    )
    behorighet = get_behorighet(request)
    ser_historik = behorighet.far(Ratt.LASA_HISTORIK) or det.agare_id in behorighet.namnder(
        Ratt.LASA_HISTORIK
    )
    skriver = far_skriva(request, det)
    alla = hamta_matning_historik(m.pk) if ser_historik or skriver else ()
    blad = bladdra(request, lambda vilka: alla[vilka], ankare="kalla-historik")
    kalla = bygg_kalla(det, m, blad.rader, nu=not blad.senare)
    innehall = {"kalla": kalla, "blad": blad, "indikator": det, "matning": m, "far_skriva": skriver}
    if vill_ha_fragment(request):
        return render(request, "indikatorer/_kalla.html", innehall)
    hem = reverse("indikator", args=[det.kod])
    innehall["smulor"] = smulor({"text": det.namn, "url": hem}, {"text": "Varifrån kommer siffran?"})
    return render(request, "indikatorer/varifran.html", innehall)


def _jamforbara(arets: list[Bedomd], vald: int | None) -> list[Bedomd]:
    """The segments of a year that together are what stands at the head: of its group, when it has one."""
    grupp = next((b.segment.grupp_id for b in arets if b.cell.segment == vald and b.segment), None)
    return [b for b in arets if b.segment and not b.segment.total and grupp in (None, b.segment.grupp_id)]


@dataclass(frozen=True)
class Plats:
    """Whose values the page shows: an enhet's (None: the whole region's), and of which part of the years."""

    enhet: Enhet | None
    delperiod: int

    @property
    def fraga(self) -> str:
        """The part of an address that says it; empty for the whole region and year."""
        enhet = f"&enhet={self.enhet.kod}" if self.enhet else ""
        return enhet + (f"&delperiod={self.delperiod}" if self.delperiod != HELAR else "")


def _historik(request, det: Indikator) -> dict:
    """A page of the changes of the definition."""
    alla = hamta_definitionshistorik(det).select_related("segmentgrupp")
    blad = bladdra(request, lambda vilka: alla[vilka], ankare="definitionens-historik", per_sida=PER_SIDA)
    handelser = [*blad.rader, *blad.fore]
    return {"historik": bygg_definitionshistorik(handelser, antal=len(blad.rader)), "blad": blad}


def _valj_plats(request, matningar: list[Matning]) -> Plats:
    egna = [m for m in matningar if m.omrade_id is None]
    enheter = {m.enhet.kod if m.enhet else "": m.enhet for m in egna} or {"": None}
    kod = request.GET.get("enhet", "" if "" in enheter else next(iter(enheter)))
    if kod not in enheter:
        raise Http404
    delar = {m.delperiod for m in egna if m.enhet == enheter[kod]} or {HELAR}
    vald = heltal(request.GET.get("delperiod", ""))
    return Plats(enheter[kod], vald if vald in delar else min(delar))


def _platsval(matningar: list[Matning], plats: Plats) -> list[dict]:
    """The enheter that have values, and the region where it has; nothing to choose is an empty list."""
    enheter = dict.fromkeys(m.enhet for m in matningar if m.omrade_id is None)
    val = [
        {
            "text": e.namn if e else HELA,
            "url": f"?{Plats(e, HELAR).fraga.removeprefix('&')}",
            "aktiv": e == plats.enhet,
        }
        for e in sorted(enheter, key=lambda e: (e is not None, e.namn if e else ""))
    ]
    return val if len(val) > 1 else []


def _periodval(har: list[Matning], plats: Plats) -> list[dict]:
    delar = sorted({m.delperiod for m in har})
    val = [
        {
            "text": skriv_delperiod(d),
            "url": f"?delperiod={d}" + (f"&enhet={plats.enhet.kod}" if plats.enhet else ""),
            "aktiv": d == plats.delperiod,
        }
        for d in delar
    ]
    return val if len(val) > 1 else []


def _valt_segment(request, segment, bedomda: list[Bedomd]) -> int | None:
    """The segment asked for, or else the whole: what has no segment, the one that is a total, or the first."""
    if kod := request.GET.get("segment"):
        det = next((s for s in segment if s.kod == kod), None)
        if det is None:
            raise Http404
        return det.pk
    matta = {b.cell.segment: b.segment for b in bedomda}
    if None in matta or not matta:
        return None
    return next((pk for pk, s in matta.items() if s.total), next(iter(matta)))


def _valt_ar(request, aren: list[int]) -> int | None:
    vald = heltal(request.GET.get("ar", ""))
    if vald in aren:
        return vald
    return aren[0] if aren else None


def _adress(ar, segment_id, segment, plats: Plats) -> str:
    det = next((s for s in segment if s.pk == segment_id), None)
    return f"?ar={ar}" + (f"&segment={det.kod}" if det else "") + plats.fraga


def _malsmulor(det: Indikator) -> list[dict]:
    if det.malomrade is None:
        return []
    kedja, m = [], det.malomrade
    while m is not None:
        kedja.append(m)
        m = m.overordnat
    return [{"text": m.namn, "url": f"{reverse('indikatorer')}?malomrade={m.pk}"} for m in reversed(kedja)]


def _rita_serien(det: Indikator, serie: list[Bedomd], rubrik: str):
    d = bygg_tidsserie(serie, rubrik=f"{det.namn}, {rubrik}", under=det.enhet)
    if d is None:
        return None
    under = det.enhet[:1].upper() + det.enhet[1:]
    if not borjar_vid_noll(d):
        under += ". Axeln börjar inte vid noll"
    return {"under": under + "."} | _bada(d, rita_tidsserie, "serie")


def _bada(diagram, rita, id_: str) -> dict:
    """The drawing for a wide and for a narrow screen."""
    return {
        "bred": mark_safe(rita(diagram, bredd=BREDD, id_=f"{id_}-bred")),
        "smal": mark_safe(rita(diagram, bredd=SMAL, id_=f"{id_}-smal")),
    }
