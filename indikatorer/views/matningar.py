"""Entering and correcting the values of an indikator, and putting an earlier value back."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from indikatorer.actions.matningar import (
    Matningsandring,
    Matningskonflikt,
    OgiltigMatning,
    spara_matningar,
)
from indikatorer.actions.skala import fraga_om_skala, fragans_enhet, hitta_skalfragor, rakna_om
from indikatorer.forms.matningar import (
    Inmatning,
    OgiltigtFormular,
    konen,
    las_inmatning,
    skriv_bas,
    texter_for,
)
from indikatorer.models import Enhetsslag, Indikator, Matning, Saknas
from indikatorer.regler.period import DELPERIODER, HELAR, skriv_period
from indikatorer.selectors.bedomning import bedom_indikator
from indikatorer.selectors.bibliotek import hamta_anvanda_segment, hamta_segment
from indikatorer.selectors.celler import Matningsnyckel, nyckel_for, uppgift_for
from indikatorer.selectors.matningar import hamta_matning_historik
from indikatorer.tabeller.bedomning import UTFALL, motivering
from indikatorer.tabeller.indikator import segmentnamn, skriv_delperiod
from indikatorer.tabeller.inmatning import bygg_inmatning
from indikatorer.views.atkomst import heltal, oppna, smulor
from organisation.models import Enhet, Enhetstyp
from organisation.permissions import Ratt

KROCK = "Någon annan har sparat samma värden medan du skrev. Inget är sparat ännu: välj värde och spara igen."
TIDIGAST, SENAST = 1990, 2100


@login_required
@require_http_methods(["GET", "POST"])
def matningar(request, kod):
    """The entry table of a period (`?ar=`, `?delperiod=`) of the region or of an enhet (`?enhet=`).

    A refused save (422: errors, 409: others have been there) shows all that was typed.
    """
    det = oppna(request, kod, Ratt.SKRIVA_MATNINGAR)
    plats = _plats(request)
    alla = hamta_segment(det)
    anvanda = hamta_anvanda_segment(det)
    visa_alla = "alla" in request.GET or not anvanda
    segment = [s for s in alla if visa_alla or s.pk in anvanda]
    celler = _celler(det, segment, anvanda, plats)
    if request.method == "GET":
        return _visa(request, det, plats, segment, celler)
    # What was unused when the page was shown may be used by now, and then others are not shown any more: any segment
    # may be posted, and those that were are shown again.
    mojliga = _celler(det, alla, {None, *anvanda}, plats)
    try:
        inmatat = las_inmatning(request.POST, mojliga, procent=det.enhetsslag == Enhetsslag.PROCENT)
    except OgiltigtFormular as fel:
        return HttpResponseBadRequest(str(fel))
    celler = [c for c in mojliga if c in inmatat.sedda]
    segment = alla
    if inmatat.fel:
        return _visa(request, det, plats, segment, celler, inmatat, status=422)
    andringar, svar = list(inmatat.andringar), request.POST.get("procent", "")
    if svar != "behall":
        fragor = hitta_skalfragor({a.cell: a.nytt.varde for a in andringar if a.nytt})
        if fragor and svar != "rakna_om":
            text = fraga_om_skala(fragor, sum(a.nytt is not None for a in andringar))
            skalfraga = {"enhet": fragans_enhet(fragor), "text": text}
            return _visa(request, det, plats, segment, celler, inmatat, skalfraga=skalfraga)
        andringar = rakna_om(andringar, fragor)
    try:
        antal = spara_matningar(andringar=andringar, by=request.user, varfor=inmatat.varfor)
    except OgiltigMatning as fel:
        svar = Inmatning(
            (), inmatat.texter, inmatat.sedda, {(c, "varde"): t for c, t in fel.fel.items()}, inmatat.varfor
        )
        return _visa(request, det, plats, segment, celler, svar, status=422)
    except Matningskonflikt as krock:
        return _visa(request, det, plats, segment, celler, inmatat, krock.celler, status=409)
    _beratta(request, det, [a.cell for a in inmatat.andringar], antal, segment)
    return redirect(request.get_full_path())


# Its form says itself in which field the character stands, and keeps what was typed.
matningar.svarar_for_tecken = True


@login_required
@require_POST
def aterstall(request, kod, pk, handelse):
    """Put back what a value was at an earlier event. The present one stays in the history."""
    det = oppna(request, kod, Ratt.SKRIVA_MATNINGAR)
    m = get_object_or_404(Matning, pk=pk, indikator=det)
    h = get_object_or_404(hamta_matning_historik(m.pk), pgh_id=handelse)
    rev = heltal(request.POST.get("rev", ""))
    if rev is None:
        return HttpResponseBadRequest(str(OgiltigtFormular()))
    nar = timezone.localtime(h.pgh_created_at)
    try:
        spara_matningar(
            andringar=[Matningsandring(nyckel_for(m), rev, uppgift_for(h))],
            by=request.user,
            varfor=f"Lade tillbaka värdet från {nar:%Y-%m-%d kl. %H.%M}",
        )
    except (Matningskonflikt, OgiltigMatning) as fel:
        messages.error(request, str(fel))
    else:
        _beratta(request, det, [nyckel_for(m)], 1, hamta_segment(det))
    return redirect("matning", det.kod, m.pk)


@dataclass(frozen=True)
class Plats:
    """The period and the enhet (None: the whole region) that are entered."""

    ar: int
    delperiod: int
    enhet: Enhet | None

    def fraga(self, ar: int | None = None) -> str:
        """The address of the same, for another year."""
        enhet = f"&enhet={self.enhet.kod}" if self.enhet else ""
        return f"?ar={ar or self.ar}&delperiod={self.delperiod}{enhet}"


def _plats(request) -> Plats:
    """What the address says; what is no period is as if it were not there, and an unknown enhet is 404."""

    ar, delperiod = (heltal(request.GET.get(namn, "")) for namn in ("ar", "delperiod"))
    if ar is None or not TIDIGAST <= ar <= SENAST:
        ar = timezone.localdate().year
    kod = request.GET.get("enhet", "")
    if "\0" in kod:
        raise Http404
    enhet = get_object_or_404(Enhet, kod=kod) if kod else None
    return Plats(ar, delperiod if delperiod in DELPERIODER else HELAR, enhet)


def _celler(det: Indikator, segment, anvanda, plats: Plats) -> list[Matningsnyckel]:
    """The region's own cells of a period: the whole where nothing else is, and every segment, for each sex."""
    hela = [None] if None in anvanda or not segment or len(segment) > len(anvanda) else []
    return [
        Matningsnyckel(det.pk, plats.ar, s, kon, plats.delperiod, plats.enhet and plats.enhet.pk)
        for s in [*hela, *(s.pk for s in segment)]
        for kon in konen(det.konsuppdelad)
    ]


def _visa(request, det, plats, segment, celler, inmatat=None, krockar=None, *, skalfraga=None, status=200):
    inmatat, krockar = inmatat or Inmatning(), krockar or {}
    samma = {"delperiod": plats.delperiod, "enhet": plats.enhet, "omrade": None}
    finns = {nyckel_for(m): m for m in det.matningar.filter(ar=plats.ar, **samma).select_related("andrad_av")}
    # A cell of a segment that is in no group any more still has its row.
    sedda = {c: (m.rev, texter_for(m)) if (m := finns.get(c)) else (0, texter_for(None)) for c in celler}
    texter = {c: inmatat.texter.get(c, sedda[c][1]) for c in celler}
    for c in inmatat.texter:
        # What is not saved keeps the base that it was typed on: a conflict collides until somebody has chosen.
        sedda[c] = inmatat.sedda[c]
    fore = {}
    for m in det.matningar.filter(ar__lt=plats.ar, **samma).order_by("ar"):
        if m.varde is not None:
            fore[m.segment_id, m.kon] = m
    bedomda = {
        (b.cell.segment, b.cell.kon): b
        for b in bedom_indikator(
            det,
            kon=konen(det.konsuppdelad),
            enhet=plats.enhet and plats.enhet.pk,
            delperiod=plats.delperiod,
        )
        if b.ar == plats.ar
    }
    namn = segmentnamn(segment) | ({None: "Hela enheten"} if plats.enhet else {})
    rader = bygg_inmatning(
        det, celler, namn=namn, texter=texter, bedomda=bedomda, fore=fore, andrade=inmatat.texter,
        fel=inmatat.fel, krockar=krockar, jag=request.user.pk,
    )  # fmt: skip
    fellista = [
        {"text": f"{r.rubrik}: {f.fel}", "url": f"#{f.id}"} for r in rader for f in r.falt.values() if f.fel
    ] + [{"text": f"{r.rubrik}: {r.krock.text}", "url": f"#krock-{r.kod}"} for r in rader if r.krock]
    period = skriv_period(plats.ar, plats.delperiod)
    hem = reverse("indikator", args=[det.kod]) + plats.fraga()
    return render(
        request,
        "indikatorer/matningar.html",
        {
            "smulor": smulor({"text": det.namn, "url": hem}, {"text": f"Värden {period}"}),
            "indikator": det,
            "period": period,
            "plats": plats,
            "hem": hem,
            "fraga": plats.fraga(),
            "perioder": [(d, skriv_delperiod(d)) for d in sorted(DELPERIODER)],
            "enheter": Enhet.objects.exclude(typ=Enhetstyp.OBJEKT)
            .values_list("kod", "namn")
            .order_by("namn"),
            "fler": det.segmentgrupp_id and "alla" not in request.GET,
            "aren": [
                {"text": str(a), "url": plats.fraga(a), "aktiv": a == plats.ar}
                for a in range(plats.ar - 3, plats.ar + 2)
            ],
            "rader": rader,
            "bas": skriv_bas(sedda),
            "skalen": Saknas.choices,
            "varfor": inmatat.varfor,
            "skalfraga": skalfraga,
            "procentsvar": request.POST.get("procent", ""),
            "fellista": fellista,
            "felrubrik": KROCK if krockar else "Något gick inte att spara. Inget är sparat ännu.",
        },
        status=status,
    )


def _beratta(request, det: Indikator, celler: list[Matningsnyckel], antal: int, segment) -> None:
    """Say what was saved and how the cells are judged now."""
    if not antal:
        messages.info(request, "Inget var ändrat, så inget sparades.")
        return
    forsta = celler[0]
    enhet = Enhet.objects.filter(pk=forsta.enhet).first() if forsta.enhet else None
    namn = segmentnamn(segment, enhet)
    bedomda = {
        (b.cell.segment, b.cell.kon, b.ar): b
        for b in bedom_indikator(det, kon=konen(True), enhet=forsta.enhet, delperiod=forsta.delperiod)
    }
    delar = [f"{antal} värden sparade." if antal > 1 else "Värdet är sparat."]
    for c in celler[:3]:
        if b := bedomda.get((c.segment, c.kon, c.ar)):
            vad = UTFALL[b.bedomning.utfall].lower()
            period = skriv_period(c.ar, c.delperiod)
            delar.append(f"{namn[c.segment]} {period}: {vad}, {motivering(det, b.bedomning)}.")
    messages.success(request, " ".join(delar))
