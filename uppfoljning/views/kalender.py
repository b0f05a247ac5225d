"""The start of the follow-up: the year's calendar, what is nearest, and the ways to plan and styrkort."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from regionskane.lib.visning import visa
from uppfoljning.selectors.kalender import hamta_ar, hamta_kalender, kalendern_andrad
from uppfoljning.selectors.malplan import hamta_planer
from uppfoljning.tabeller import kalender as tabeller
from uppfoljning.views.atkomst import far_exportera, laser_planen, rot, svara_med_bok


@laser_planen
def kalender(request):
    """The calendar of `?ar=`, or of the year that has begun last; of the first to come when none has."""
    alla, idag = hamta_ar(), timezone.localdate()
    ar = _valt_ar(request, alla, idag.year)
    tillfallen = hamta_kalender(ar) if ar else []
    innehall = {
        "ar": ar,
        "segment": [
            {"text": str(a), "url": f"{reverse('uppfoljning')}?ar={a}", "aktiv": a == ar} for a in alla
        ],
        "planer": [(p, plan_url(p)) for p in hamta_planer()],
        "far_exportera": far_exportera(request),
    }
    if tillfallen:
        innehall |= {
            "t": visa(tabeller.bygg_kalender(ar, tillfallen, idag)),
            "narmast": [{"text": text} for text in tabeller.narmast(tillfallen, idag)],
            "slut": tabeller.senast_avslutad(tillfallen, idag),
            "idag": idag,
        }
    return render(request, "uppfoljning/kalender.html", innehall)


@laser_planen
def kalender_excel(request, ar):
    """The calendar as a workbook."""
    tillfallen = hamta_kalender(ar)
    if not tillfallen:
        raise Http404
    tabell = tabeller.bygg_kalender(ar, tillfallen)
    return svara_med_bok(
        request,
        tabeller.bygg_handling(ar, tabell, tid=kalendern_andrad(ar).isoformat(), rot=rot(request)),
    )


def plan_url(plan) -> str:
    """The page of an uppföljningsplan or a styrkort."""
    if plan.enhet:
        return reverse("styrkort", args=[plan.ar, plan.enhet.kod])
    return reverse("malplan", args=[plan.ar])


def _valt_ar(request, alla: list[int], i_ar: int) -> int | None:
    onskat = request.GET.get("ar", "")
    if onskat in map(str, alla):
        return int(onskat)
    return next((a for a in alla if a <= i_ar), alla[-1] if alla else None)
