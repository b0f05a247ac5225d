"""What a page says when regionbidragen have moved without the region's costs, and the button that lets them follow."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from budget.actions.belopp import Konflikt, VersionenArLast
from budget.actions.ram import RamFel, lat_kostnaderna_folja
from budget.selectors.ram import hamta_ramrorelser
from budget.tabeller.kontroll import ramtext, skriv_lagg_till
from budget.views.atkomst import oppna_version, skrivbart
from budget.views.heltal import las_heltal


def ramrorelser(request, atkomst) -> list[dict]:
    """The movements in words, each with the button for who may write the region's own tables."""
    far = skrivbart(request, atkomst.version).allt
    return [
        {"text": ramtext(r), "ar": r.ar, "far": far, "knapp": skriv_lagg_till(r)}
        for r in hamta_ramrorelser([atkomst.version])
    ]


@login_required
@require_POST
def folj_regionbidragen(request, ar, kod):
    """Add to the region's costs what they lack to follow regionbidragen of a year."""
    version = oppna_version(request, ar, kod).version
    if not skrivbart(request, version).allt:
        raise PermissionDenied("Din roll får inte skriva regionens kostnader i den här versionen.")
    valt = las_heltal(request.POST.get("ar", ""), min(version.ar_lista), max(version.ar_lista))
    try:
        lat_kostnaderna_folja(version=version, ar=valt, by=request.user)
    except (RamFel, VersionenArLast) as fel:
        messages.error(request, str(fel))
    except Konflikt:
        messages.error(
            request, "Någon annan ändrade kostnaderna samtidigt. Se efter hur mycket som fattas nu."
        )
    else:
        messages.success(
            request,
            f"Verksamhetens kostnader {valt} följer nu regionbidragen. Ändringen står i resultatbudgeten.",
        )
    return redirect("tabell", ar, kod, "regionbidrag")
