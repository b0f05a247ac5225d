"""The finansiella mål of a version, judged year by year, and the decisions to depart from them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from budget.actions.finansiella_mal import AvstegsFel, registrera_avsteg, ta_bort_avsteg
from budget.forms.finansiella_mal import Avstegsformular
from budget.models import Malavsteg
from budget.selectors.finansiella_mal import beslut_i_ord, hamta_avsteg, hamta_finansiella_mal
from budget.tabeller.finansiella_mal import bygg_finansiella_mal
from budget.views.atkomst import oppna_version
from budget.views.tabeller import ram
from organisation.permissions import Ratt, get_behorighet
from regionskane.lib.visning import visa


@login_required
@require_GET
def finansiella_mal(request, ar, kod):
    """The goals are those of the whole region, and so is the right to read them."""
    atkomst = _oppna(request, ar, kod)
    innehall = ram(request, atkomst, "finansiella-mal", titel="Finansiella mål")
    kolumner = hamta_finansiella_mal(atkomst.version)
    avsteg = hamta_avsteg({atkomst.version.pk, *(k.kolumn.kalla_id for k in kolumner)})
    t = bygg_finansiella_mal(atkomst.version, kolumner, avsteg)
    innehall |= {"rubrik": t.rubrik, "ingress": t.ingress, "t": visa(t)}
    return render(request, "budget/finansiella_mal.html", innehall)


@login_required
@require_http_methods(["GET", "POST"])
def avsteg(request, ar, kod):
    """The version's decided departures, and the form for one more."""
    get_behorighet(request).krav(Ratt.BERAKNA_BALANSKRAV)
    atkomst = _oppna(request, ar, kod)
    version, status = atkomst.version, 200
    formular = Avstegsformular(request.POST if request.method == "POST" else None, version=version)
    if request.method == "POST":
        status = 422
        if formular.is_valid():
            try:
                registrera_avsteg(avsteg=formular.save(commit=False), by=request.user)
            except AvstegsFel as fel:
                formular.add_error(None, str(fel))
            else:
                messages.success(request, "Avsteget är registrerat.")
                return redirect("finansiella_mal", ar, kod)
        if version.last:
            status = 409
    innehall = ram(request, atkomst, "finansiella-mal", titel="Finansiella mål")
    innehall["smulor"][-1]["url"] = "../"
    innehall["smulor"].append({"text": "Avsteg"})
    registrerade = Malavsteg.objects.filter(version=version).select_related("registrerad_av")
    innehall |= {"form": formular, "registrerade": [(a, beslut_i_ord(a)) for a in registrerade]}
    return render(request, "budget/avsteg.html", innehall, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def ta_bort(request, ar, kod, pk):
    """Ask before a registered departure is taken away, and do it."""
    get_behorighet(request).krav(Ratt.BERAKNA_BALANSKRAV)
    atkomst = _oppna(request, ar, kod)
    det = get_object_or_404(Malavsteg, pk=pk, version=atkomst.version)
    if request.method == "POST":
        try:
            ta_bort_avsteg(avsteg=det, by=request.user)
            messages.success(request, "Avsteget är borttaget.")
        except AvstegsFel as fel:
            messages.error(request, str(fel))
        return redirect("malavsteg", ar, kod)
    innehall = ram(request, atkomst, "finansiella-mal", titel="Finansiella mål")
    innehall["smulor"][-1]["url"] = "../../../"
    innehall["smulor"].append({"text": "Ta bort avsteg"})
    innehall |= {
        "rubrik": f"Ta bort {str(det).replace('Avsteg', 'avsteget', 1)}?",
        "text": f"Beslut: {beslut_i_ord(det)}. Historiken behåller det.",
        "knapp": "Ta bort avsteget",
    }
    return render(request, "budget/bekrafta.html", innehall)


def _oppna(request, ar, kod):
    atkomst = oppna_version(request, ar, kod)
    if not atkomst.urval.allt:
        get_behorighet(request).krav(Ratt.LASA_BELOPP)
    return atkomst
