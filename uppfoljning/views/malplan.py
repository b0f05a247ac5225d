"""Reading the uppföljningsplan and the styrkort."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from regionskane.lib.visning import visa
from uppfoljning.forms import Filterformular, las_filter
from uppfoljning.models import Malplan
from uppfoljning.selectors.malplan import (
    INGEN,
    ansvariga,
    hamta_mal,
    hamta_namnder,
    hamta_rader,
    planen_andrad,
    rakna,
    valj,
)
from uppfoljning.tabeller import malplan as tabeller
from uppfoljning.views.atkomst import far_exportera, laser_planen, rot, svara_med_bok


@laser_planen
def malplan(request, ar):
    """The region's uppföljningsplan, all of it or what is asked for (`?sok=`, `?ansvarig=`, `?huvudansvarig=`,
    `?typ=`, `?nytt=`)."""
    plan = get_object_or_404(Malplan, ar=ar, enhet=None)
    alla, filter = hamta_rader(plan), las_filter(request.GET)
    valda = valj(alla, filter, ar)
    adress = reverse("malplan", args=[ar])
    rakning = rakna(alla, ar)
    innehall = {
        "plan": plan,
        "smulor": _smulor(f"Uppföljningsplan {ar}"),
        "tal": tabeller.nyckeltal(rakning, ar),
        "rakning": rakning,
        "antal": len(valda),
        "filter": Filterformular(request.GET or None, ar=ar, ansvariga=ansvariga(alla)),
        "filtrerat": bool(filter),
        "tabeller": [visa(t) for t in tabeller.bygg_plan(plan, valda, hamta_namnder(ar))],
        "far_exportera": far_exportera(request),
        "fraga": request.GET.urlencode(),
        "adress": adress,
        "utan_url": f"{adress}?huvudansvarig={INGEN}#urval",
    }
    return render(request, "uppfoljning/malplan.html", innehall)


@laser_planen
def malplan_excel(request, ar):
    """The same rows as the page as a workbook, with a sheet of everybody who answers for them."""
    plan = get_object_or_404(Malplan, ar=ar, enhet=None)
    alla, filter = hamta_rader(plan), las_filter(request.GET)
    valda = valj(alla, filter, ar)
    handling = tabeller.bygg_handling(
        plan,
        (*tabeller.bygg_plan(plan, valda, hamta_namnder(ar)), tabeller.bygg_ansvarstabell(valda)),
        tid=planen_andrad(plan).isoformat(),
        rot=rot(request),
        urval=f"{len(valda)} av {len(alla)} rader" if filter else "",
    )
    return svara_med_bok(request, handling)


@laser_planen
def styrkort(request, ar, kod):
    """An enhet's styrkort under the region's goals."""
    plan = _styrkort(ar, kod)
    rader, mal = hamta_rader(plan), hamta_mal(ar)
    under = tabeller.under_malen(mal, rader)
    med = {g["mal"].pk for g in under if g["effektmal"]}
    innehall = {
        "plan": plan,
        "smulor": _smulor(f"Styrkort {ar}"),
        "under_malen": under,
        "antal_mal": len(mal),
        "utan": [m for m in mal if m.pk not in med],
        "antal_effektmal": sum(len(g["effektmal"]) for g in under),
        "antal_aktiviteter": sum(len(g["aktiviteter"]) for g in under),
        "far_exportera": far_exportera(request),
    }
    return render(request, "uppfoljning/styrkort.html", innehall)


@laser_planen
def styrkort_excel(request, ar, kod):
    """The styrkort as a workbook."""
    plan = _styrkort(ar, kod)
    tabell = tabeller.bygg_styrkort(hamta_rader(plan))
    handling = tabeller.bygg_handling(plan, (tabell,), tid=planen_andrad(plan).isoformat(), rot=rot(request))
    return svara_med_bok(request, handling)


def _styrkort(ar: int, kod: str) -> Malplan:
    plan = Malplan.objects.filter(ar=ar, enhet__kod=kod).select_related("enhet").first()
    if plan is None:
        raise Http404
    return plan


def _smulor(text: str) -> list[dict]:
    return [{"text": "Uppföljning", "url": reverse("uppfoljning")}, {"text": text}]
