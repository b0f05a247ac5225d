"""The appendix of a year on a page, as workbook and as PDF, and the library as files."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_POST

from indikatorer.actions.bilaga import SLAG, starta_bilaga
from indikatorer.models import Indikator
from indikatorer.selectors.bedomning import bedom_ar
from indikatorer.selectors.bibliotek import hamta_indikatorer, hamta_malomraden
from indikatorer.tabeller.arsbild import rakna_i_ord, rakna_utfall
from indikatorer.tabeller.bibliotek import bygg_utan_bedomning, skriv_bibliotek
from indikatorer.tabeller.bilaga import (
    bygg_bilaga,
    bygg_bilagans_handling,
    bygg_bilagediagram,
    for_manga,
)
from indikatorer.views.atkomst import far_exportera, krav_ar, krav_exportera, krav_lasa, smulor
from indikatorer.views.bibliotek import las_urval
from regionskane.jobb.models import Jobb
from regionskane.jobb.views import vill_ha_fragment
from regionskane.lib import xlsx
from regionskane.lib.visning import visa

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BRED, SMAL = 860, 358


@login_required
@require_GET
def bilaga(request, ar):
    """A table and a chart per goal, as in the documents."""
    krav_lasa(request)
    aren = krav_ar(ar)
    bedomda, malomraden = bedom_ar(ar), hamta_malomraden()
    hinder = for_manga(bedomda)
    visade = [] if hinder else bedomda
    breda, smala = (bygg_bilagediagram(visade, malomraden, ar=ar, bredd=b) for b in (BRED, SMAL))
    kapitel = [
        {
            "t": visa(t),
            "diagram": [
                {"rubrik": d.rubrik, "text": d.text, "bred": mark_safe(d.svg), "smal": mark_safe(s.svg)}
                for d, s in zip(breda.get(t.nyckel, ()), smala.get(t.nyckel, ()), strict=True)
            ],
        }
        for t in bygg_bilaga(visade, malomraden, ar=ar)
    ]
    return render(
        request,
        "indikatorer/bilaga.html",
        {
            "smulor": smulor({"text": f"Bilaga {ar}"}),
            "ar": ar,
            "aren": [
                {"text": str(a), "url": reverse("indikatorbilaga", args=[a]), "aktiv": a == ar} for a in aren
            ],
            "rakning": rakna_i_ord(rakna_utfall(bedomda)),
            "kapitel": kapitel,
            "hinder": hinder,
            "far_exportera": far_exportera(request) and not hinder,
            "jobb": Jobb.objects.filter(agare=request.user, slag=SLAG, parametrar__ar=ar)
            .prefetch_related("filer")
            .first(),
        },
    )


@login_required
@require_GET
def excel(request, ar):
    """The appendix as a workbook, made on the spot."""
    krav_exportera(request)
    krav_ar(ar)
    bedomda = bedom_ar(ar)
    if hinder := for_manga(bedomda):
        messages.error(request, hinder)
        return redirect("indikatorbilaga", ar)
    return _bok(bygg_bilagans_handling(bedomda, hamta_malomraden(), ar=ar, rot=_rot(request), kallor=True))


@login_required
@require_POST
def handling(request, ar):
    """Queue the PDF and workbook of the appendix."""
    krav_exportera(request)
    krav_ar(ar)
    jobb = starta_bilaga(ar=ar, rot=_rot(request), by=request.user)
    if vill_ha_fragment(request):
        return render(request, "jobb/_foljer.html", {"jobb": jobb})
    return redirect(jobb)


@login_required
@require_GET
def exportera(request):
    """What the library shows, filtered alike: as workbook with values, targets, judgement, motivering and källa, or
    with `?form=csv` the definitions as a file that can be read back."""
    krav_exportera(request)
    form, ar, bilder, *_ = las_urval(request)
    vald = form.vard("utfall")
    if vald:
        bilder = [b for b in bilder if (b.utfall or "inget") == vald]
    valda = {b.indikator for b in bilder}
    if request.GET.get("form") == "csv":
        svar = HttpResponse(
            skriv_bibliotek(i for i in hamta_indikatorer() if i.pk in valda),
            content_type="text/csv; charset=utf-8",
        )
        svar["Content-Disposition"] = 'attachment; filename="indikatorbibliotek.csv"'
        return svar
    platser = {b[:2] for b in bilder}
    bedomda = [
        b
        for b in bedom_ar(
            ar,
            indikatorer=Indikator.objects.filter(pk__in=valda),
            kon=(form.vard("kon") or "T",),
            enhet=form.vard("enhet"),
        )
        if (b.indikator.pk, b.cell.segment) in platser
    ]
    if hinder := for_manga(bedomda):
        messages.error(request, hinder)
        return redirect(f"{reverse('indikatorer')}?{request.GET.urlencode()}")
    dokument = bygg_bilagans_handling(
        bedomda,
        hamta_malomraden(),
        ar=ar,
        rot=_rot(request),
        titel=f"Indikatorer {ar}, urval",
        kallor=True,
    )
    utan = valda - {b.indikator.pk for b in bedomda}
    if utan:
        t = bygg_utan_bedomning(i for i in hamta_indikatorer() if i.pk in utan)
        dokument = replace(dokument, tabeller=(*dokument.tabeller, t))
    return _bok(dokument)


def _bok(dokument) -> HttpResponse:
    svar = HttpResponse(xlsx.skriv_handling(dokument), content_type=XLSX)
    svar["Content-Disposition"] = f'attachment; filename="{dokument.nyckel}.xlsx"'
    return svar


def _rot(request) -> str:
    return request.build_absolute_uri("/").rstrip("/")
