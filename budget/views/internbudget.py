"""A förvaltning's internbudget on one page: the förvaltning, its parts, and how they hang together."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from budget.models.uppstallning import RESULTATSAMMANSTALLNING
from budget.selectors.internbudget import hamta_forutsattningar
from budget.tabeller.internbudget import bygg_finansieringar, bygg_forutsattningar, las_internbudgetar
from budget.views.atkomst import oppna_uppstallning, oppna_version
from budget.views.tabeller import ram
from regionskane.lib.visning import visa


@login_required
@require_GET
def resultatsammanstallning(request, ar, kod):
    """The internbudget, without förvaltningsinterna poster unless `?interna=med`."""
    atkomst = oppna_version(request, ar, kod)
    u = oppna_uppstallning(atkomst, RESULTATSAMMANSTALLNING)
    version = atkomst.version
    med = request.GET.get("interna") == "med"
    rot = reverse("version", args=[version.ar, version.kod])
    har_brygga = any(x.kod == "regionbidrag" for x in atkomst.uppstallningar)
    avsnitt = []
    for i in las_internbudgetar(version, u, atkomst.kolumner[u], atkomst.urval):
        plats = i.data.forvaltning.plats
        hel = i.delarna if med else i.hel
        avsnitt.append(
            {
                "namn": plats.enhet_namn,
                "hel": hel and visa(hel),
                "delar": [visa(t) for t in i.delar],
                "skillnad": i.skillnad and visa(i.skillnad),
                "regionbidrag": i.regionbidrag and visa(i.regionbidrag),
                "brygga": f"{rot}brygga/{plats.enhet_kod}/"
                if har_brygga and plats.enhet_id in atkomst.urval
                else "",
                "finansieringar": bygg_finansieringar(version, i.data.forvaltning.urval.enheter),
            }
        )
    forutsattningar = bygg_forutsattningar(version, hamta_forutsattningar(version, atkomst.urval))
    innehall = ram(request, atkomst, u.kod, titel=u.namn) | {
        "uppstallning": u,
        "rubrik": u.namn,
        "ingress": f"{version.namn}, mnkr.",
        "avsnitt": avsnitt,
        "forutsattningar": visa(forutsattningar) if forutsattningar.rader else None,
        "interna": [
            {"text": "Utan interna poster", "url": f"{rot}{u.kod}/", "aktiv": not med},
            {"text": "Med interna poster", "url": f"{rot}{u.kod}/?interna=med", "aktiv": med},
        ],
        "med": med,
    }
    return render(request, "budget/internbudget.html", innehall)
