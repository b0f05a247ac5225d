"""The JSON view of the same tables. Amounts are decimal strings in kronor, shares are fractions."""

from dataclasses import asdict

from django.urls import path, reverse
from rest_framework.decorators import api_view
from rest_framework.response import Response

from budget.models import Budgetversion
from budget.selectors.uppstallning import hamta_uppstallningar, lasbara_uppstallningar
from budget.tabeller.handling import las_balanskrav
from budget.tabeller.uppstallning import las_tabell
from budget.views.atkomst import oppna_uppstallning, oppna_version
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
    else:
        tabeller = (las_tabell(atkomst.version, u, atkomst.kolumner[u], atkomst.urval),)
    return Response(svar | {"tabeller": [_som_json(t) for t in tabeller]})


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
                "celler": {
                    k.nyckel: {
                        "varde": c.text if c.text is not None else None if c.varde is None else str(c.varde),
                        "visat": k.text(c),
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
    path("budget/<int:ar>/<slug:kod>/<slug:uppstallning>/", tabell, name="api_tabell"),
]
