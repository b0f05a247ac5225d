"""The finansiella mål of a version, judged year by year."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from budget.selectors.finansiella_mal import hamta_finansiella_mal
from budget.tabeller.finansiella_mal import bygg_finansiella_mal
from budget.views.atkomst import oppna_version
from budget.views.tabeller import ram
from organisation.permissions import Ratt, get_behorighet
from regionskane.lib.visning import visa


@login_required
@require_GET
def finansiella_mal(request, ar, kod):
    """The goals are those of the whole region, and so is the right to read them."""
    atkomst = oppna_version(request, ar, kod)
    if not atkomst.urval.allt:
        get_behorighet(request).krav(Ratt.LASA_BELOPP)
    innehall = ram(request, atkomst, "finansiella-mal", titel="Finansiella mål")
    t = bygg_finansiella_mal(atkomst.version, hamta_finansiella_mal(atkomst.version))
    innehall |= {"rubrik": t.rubrik, "ingress": t.ingress, "t": visa(t)}
    return render(request, "budget/finansiella_mal.html", innehall)
