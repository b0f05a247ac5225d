"""How the tables of a version hang together."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from budget.selectors.samband import hamta_samband, hamta_skilda
from budget.tabeller.samband import bygg_samband, sammanfatta_samband
from budget.views.atkomst import oppna_version
from budget.views.tabeller import ram
from organisation.permissions import Ratt, get_behorighet
from regionskane.lib.visning import visa


@login_required
@require_GET
def samband(request, ar, kod):
    """The tables are those of the whole region, and so is the right to read how they hang together."""
    atkomst = oppna_version(request, ar, kod)
    if not atkomst.urval.allt:
        get_behorighet(request).krav(Ratt.LASA_BELOPP)
    data = hamta_samband(atkomst.version)
    skilda = hamta_skilda(atkomst.version, data)
    t = bygg_samband(atkomst.version, data, skilda)
    innehall = ram(request, atkomst, "samband", titel="Samband")
    innehall |= {
        "rubrik": t.rubrik,
        "ingress": t.ingress,
        "t": visa(t),
        "sammanfattning": sammanfatta_samband(data.samband, skilda),
    }
    return render(request, "budget/samband.html", innehall)
