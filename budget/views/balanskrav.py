"""Computing the balanskrav, and registering what fullmäktige has decided about a deficit."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from budget.actions.balanskrav import registrera_beslut, starta_berakning, ta_bort_beslut
from budget.forms.balanskrav import Beslutsformular
from budget.models import Balanskravsbeslut
from budget.selectors.balanskrav import ar_utan_underskott
from budget.views.atkomst import oppna_uppstallning, oppna_version
from budget.views.tabeller import ram
from organisation.permissions import Ratt, get_behorighet
from regionskane.jobb.views import vill_ha_fragment


@login_required
@require_POST
def berakna(request, ar, kod):
    """Queue the computation of the version's balanskravsutredning."""
    get_behorighet(request).krav(Ratt.BERAKNA_BALANSKRAV)
    atkomst = oppna_version(request, ar, kod)
    oppna_uppstallning(atkomst, "balanskrav")
    jobb = starta_berakning(version=atkomst.version, by=request.user)
    if vill_ha_fragment(request):
        return render(request, "jobb/_foljer.html", {"jobb": jobb})
    return redirect("tabell", ar, kod, "balanskrav")


@login_required
@require_http_methods(["GET", "POST"])
def beslut(request, ar, kod):
    """Register a decision about a year's deficit."""
    get_behorighet(request).krav(Ratt.BERAKNA_BALANSKRAV)
    atkomst = oppna_version(request, ar, kod)
    oppna_uppstallning(atkomst, "balanskrav")
    formular = Beslutsformular(
        request.POST if request.method == "POST" else None,
        version=atkomst.version,
        utan_underskott=ar_utan_underskott(atkomst.version),
    )
    if request.method == "POST" and formular.is_valid():
        registrera_beslut(beslut=formular.save(commit=False), by=request.user)
        messages.success(request, "Beslutet är registrerat. Beräkna om balanskravet så att det kommer med.")
        return redirect("tabell", ar, kod, "balanskrav")
    innehall = ram(request, atkomst, "balanskrav", titel="Balanskrav")
    innehall["smulor"][-1]["url"] = "../"
    innehall["smulor"].append({"text": "Registrera beslut"})
    innehall["registrerade"] = Balanskravsbeslut.objects.filter(version=atkomst.version).select_related(
        "registrerad_av"
    )
    status = 422 if formular.is_bound else 200
    return render(request, "budget/beslut.html", innehall | {"form": formular}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def ta_bort(request, ar, kod, pk):
    """Ask before a registered decision is taken away, and do it."""
    get_behorighet(request).krav(Ratt.BERAKNA_BALANSKRAV)
    atkomst = oppna_version(request, ar, kod)
    det = get_object_or_404(Balanskravsbeslut, pk=pk, version=atkomst.version)
    if request.method == "POST":
        ta_bort_beslut(beslut=det, by=request.user)
        messages.success(request, "Beslutet är borttaget. Beräkna om balanskravet så att det märks.")
        return redirect("balanskravsbeslut", ar, kod)
    innehall = ram(request, atkomst, "balanskrav", titel="Balanskrav")
    innehall["smulor"][-1]["url"] = "../../../"
    innehall["smulor"].append({"text": "Ta bort beslut"})
    innehall |= {
        "rubrik": f"Ta bort beslutet om underskottet {det.ar}?",
        "text": f"{det.get_slag_display()}. {det.plats}. Historiken behåller det.",
        "knapp": "Ta bort beslutet",
    }
    return render(request, "budget/bekrafta.html", innehall)
