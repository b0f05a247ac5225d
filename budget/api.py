"""The JSON view of the same tables. Amounts are decimal strings in kronor, shares are fractions.

A row with an `enhet` of its own is in that instead of its columns': procent (3.1 is 3,1 %), antal or kr.
"""

from dataclasses import asdict

from django.urls import path, reverse
from rest_framework.decorators import api_view
from rest_framework.response import Response

from budget.actions.justering import JusteringsFel, spara_justering
from budget.models import Budgetversion
from budget.selectors.justering import hamta_brygga
from budget.selectors.uppstallning import hamta_uppstallningar, lasbara_uppstallningar
from budget.tabeller.brygga import bygg_matris
from budget.tabeller.handling import las_balanskrav
from budget.tabeller.internbudget import las_internbudget
from budget.tabeller.investeringar import las_uppstallning
from budget.views.atkomst import oppna_uppstallning, oppna_version
from budget.views.brygga import oppna_brygga, valt_ar
from budget.views.justering import bygg_formular, krav_justera
from organisation.permissions import Ratt, get_behorighet
from regionskane.lib.tabell import Tabell


@api_view(["GET"])
def versioner(request):
    """The versions that the user may read, with the addresses of their tables."""
    behorighet = get_behorighet(request)
    svar = []
    versioner = list(Budgetversion.objects.all())
    uppstallningar = hamta_uppstallningar(versioner)
    for v in versioner:
        urval = behorighet.urval(Ratt.LASA_BELOPP, last=v.last, period=v.period)
        if urval:
            svar.append(
                {
                    "kod": v.kod,
                    "namn": v.namn,
                    "ar": v.ar,
                    "typ": v.typ,
                    "status": v.status,
                    "faststalld": v.faststalld,
                    "tabeller": {
                        u.kod: reverse("api_tabell", args=[v.ar, v.kod, u.kod])
                        for u in lasbara_uppstallningar(uppstallningar[v.pk], urval)
                    },
                }
            )
    return Response(svar)


@api_view(["GET"])
def tabell(request, ar, kod, uppstallning):
    """One table: the same object that page, PDF and workbook show."""
    atkomst = oppna_version(request, ar, kod)
    u = oppna_uppstallning(atkomst, uppstallning)
    svar = {"version": atkomst.version.kod}
    if u.kod == "balanskrav":
        tabeller, lage = las_balanskrav(atkomst.version)
        svar["utredning"] = lage and {
            "beraknad": lage.utredning.skapad,
            "regelversion": lage.utredning.regelversion,
            "aktuell": lage.aktuell,
        }
    elif u.per_forvaltning:
        tabeller = las_internbudget(atkomst.version, u, atkomst.kolumner[u], atkomst.urval)
    else:
        tabeller = (las_uppstallning(atkomst.version, u, atkomst.kolumner[u], atkomst.urval),)
    return Response(svar | {"tabeller": [_som_json(t) for t in tabeller]})


@api_view(["GET", "POST"])
def justeringar(request, ar, kod):
    """The matrix 4B of the version's first year, or of `?ar=`; a POST enters a justering.

    It takes {"titel", "block", "ar", "prisniva", "motiv", "rader": {enhet: mnkr as text}, "besluta": true|false} and
    answers 201 with its address, or 400 with what is wrong with it: the same rules as the form's.
    """
    atkomst = oppna_brygga(request, ar, kod)
    if request.method == "GET":
        data = hamta_brygga(atkomst.version, valt_ar(request, atkomst.version), atkomst.urval)
        return Response({"version": atkomst.version.kod, "tabeller": [_som_json(bygg_matris(data))]})
    krav_justera(request, atkomst.version)
    if not isinstance(request.data, dict) or not isinstance(request.data.get("rader", {}), dict):
        return Response(
            {"fel": ["Skicka ett JSON-objekt; rader är ett objekt med enhet och belopp."]}, status=400
        )
    rader = {f"belopp-{enhet}": str(belopp) for enhet, belopp in request.data.get("rader", {}).items()}
    form = bygg_formular(atkomst, None, request.data | rader)
    if okanda := sorted(rader.keys() - form.fields.keys()):
        namn = ", ".join(o.removeprefix("belopp-") for o in okanda)
        return Response({"fel": [f"Enheten finns inte i versionen: {namn}."]}, status=400)
    if not form.is_valid():
        fel = [f"{falt}: {text}" for falt, lista in form.errors.items() for text in lista]
        return Response({"fel": fel}, status=400)
    try:
        sparad = spara_justering(
            version=atkomst.version,
            uppgifter=form.uppgifter(),
            rader=form.rader(rest_pa_finans=False),
            by=request.user,
            besluta=request.data.get("besluta") is True,
        )
    except JusteringsFel as fel:
        return Response({"fel": [str(fel)]}, status=400)
    adress = reverse("justering", args=[ar, kod, sparad.pk])
    return Response({"id": sparad.pk, "status": sparad.status, "adress": adress}, status=201)


def _som_json(t: Tabell) -> dict:
    return {
        "nyckel": t.nyckel,
        "rubrik": t.rubrik,
        "noter": list(t.noter),
        "kolumner": [asdict(k) for k in t.kolumner],
        "rader": [
            {
                "nyckel": r.nyckel,
                "rubrik": r.rubrik,
                "slag": r.slag,
                "delar": [list(d) for d in r.delar],
                "enhet": r.enhet or None,
                "celler": {
                    k.nyckel: {
                        "varde": c.text if c.text is not None else None if c.varde is None else str(c.varde),
                        "visat": r.i(k).text(c),
                        "kalla": c.kalla,
                        "noter": list(c.noter),
                    }
                    for k, c in zip(t.kolumner, r.celler, strict=False)
                },
            }
            for r in t.rader
        ],
    }


urlpatterns = [
    path("budget/", versioner, name="api_versioner"),
    path("budget/<int:ar>/<slug:kod>/justeringar/", justeringar, name="api_justeringar"),
    path("budget/<int:ar>/<slug:kod>/<slug:uppstallning>/", tabell, name="api_tabell"),
]
