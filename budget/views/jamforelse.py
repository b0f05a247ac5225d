"""Comparing a version with another one."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from budget.models import Budgetversion
from budget.selectors.jamforelse import gemensamt_urval, jamfor_versioner
from budget.tabeller.jamforelse import bygg_jamforelse
from budget.views.atkomst import oppna_version
from budget.views.tabeller import ram
from organisation.permissions import Ratt, get_behorighet
from regionskane.lib.visning import visa


@login_required
@require_GET
def jamfor(request, ar, kod):
    """The cells and justeringar that differ from another version (`mot`), the one it was copied from unless told."""
    atkomst = oppna_version(request, ar, kod)
    behorighet = get_behorighet(request)
    andra = [v for v in Budgetversion.objects.all() if v != atkomst.version]
    urval = {v: behorighet.urval(Ratt.LASA_BELOPP, last=v.last, period=v.period) for v in andra}
    mot = _valj(request.GET.get("mot", ""), atkomst.version, urval)
    innehall = ram(request, atkomst, "jamfor", titel="Jämför")
    ingress = f"{atkomst.version.namn}" + (f" mot {mot.namn}" if mot else "")
    innehall |= {
        "rubrik": "Jämför två versioner",
        "ingress": f"{ingress}. Belopp jämförs cell för cell, och justeringar av regionbidrag rad för rad.",
        "mot": mot,
        "valbara": [v for v in andra if urval[v]],
    }
    if mot:
        j = jamfor_versioner(atkomst.version, mot, gemensamt_urval(atkomst.urval, urval[mot]))
        innehall["aren"] = j.ar
        innehall["tabeller"] = [visa(t) for t in bygg_jamforelse(atkomst.version, mot, j)]
    return render(request, "budget/jamfor.html", innehall)


def _valj(kod, version, urval):
    if not kod:
        return next((v for v in urval if v.pk == version.kopia_av_id and urval[v]), None)
    mot = next((v for v in urval if v.kod == kod), None)
    if mot is None:
        raise Http404
    if not urval[mot]:
        raise PermissionDenied(f"Din roll får inte läsa belopp i {mot.namn}.")
    return mot
