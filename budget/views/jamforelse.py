"""Comparing a version with another one."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from budget.models import Budgetversion, Versionskolumn
from budget.selectors.jamforelse import ar_kopior, gemensamt_urval, jamfor_versioner
from budget.tabeller.jamforelse import Kolumnval, bygg_jamforelse, bygg_talen
from budget.views.atkomst import oppna_version
from budget.views.heltal import las_heltal
from budget.views.tabeller import ram
from organisation.permissions import Ratt, get_behorighet
from regionskane.lib.visning import visa


@login_required
@require_GET
def jamfor(request, ar, kod):
    """A version beside another one (`mot`): the one that it was copied or started from unless told.

    Copies are compared cell by cell; others line by line, a year of the one (`ar`) with a year of the other (`mot_ar`).
    """
    atkomst = oppna_version(request, ar, kod)
    version = atkomst.version
    behorighet = get_behorighet(request)
    andra = [v for v in Budgetversion.objects.all() if v != version]
    urval = {v: behorighet.urval(Ratt.LASA_BELOPP, last=v.last, period=v.period) for v in andra}
    mot = _valj(request.GET.get("mot", ""), version, urval)
    innehall = ram(request, atkomst, "jamfor", titel="Jämför") | {
        "rubrik": "Jämför två versioner",
        "ingress": version.namn + (f" mot {mot.namn}." if mot else "."),
        "mot": mot,
        "valbara": [v for v in andra if urval[v]],
    }
    if not mot:
        return render(request, "budget/jamfor.html", innehall)
    gemensamt = gemensamt_urval(atkomst.urval, urval[mot])
    if ar_kopior(version, mot):
        j = jamfor_versioner(version, mot, gemensamt)
        innehall["ingress"] += " Belopp jämförs cell för cell, och justeringar av regionbidrag rad för rad."
        tabeller = bygg_jamforelse(version, mot, j)
    else:
        val = Kolumnval(version, _valt_ar(request, "ar", version, version.ar))
        motval = Kolumnval(
            mot, _valt_ar(request, "mot_ar", mot, val.ar if val.ar in mot.ar_lista else mot.ar)
        )
        innehall |= {"val": val, "motval": motval}
        innehall["ingress"] += " Tabellerna som båda har, rad för rad."
        tabeller = bygg_talen(val, motval, gemensamt)
    innehall["tabeller"] = [visa(t) for t in tabeller]
    return render(request, "budget/jamfor.html", innehall)


def _valt_ar(request, namn: str, version: Budgetversion, standard: int) -> int:
    return las_heltal(request.GET.get(namn) or str(standard), min(version.ar_lista), max(version.ar_lista))


def _valj(kod, version, urval):
    if not kod:
        naturliga = [version.kopia_av_id, *_fore(version)]
        return next((v for pk in naturliga for v in urval if v.pk == pk and urval[v]), None)
    mot = next((v for v in urval if v.kod == kod), None)
    if mot is None:
        raise Http404
    if not urval[mot]:
        raise PermissionDenied(f"Din roll får inte läsa belopp i {mot.namn}.")
    return mot


def _fore(version: Budgetversion) -> list[int]:
    """The versions (ids) whose year before the version shows, a budget before what else there is."""
    fore = Versionskolumn.objects.filter(version=version, ar=version.ar - 1).exclude(kalla=version)
    return list(
        dict.fromkeys(
            k.kalla_id
            for k in sorted(
                fore.select_related("kalla"), key=lambda k: (k.kalla.typ != version.typ, k.kalla_id)
            )
        )
    )
