"""Regionbidrag as a bridge: the matrix 4B and one nämnd's bridge."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from budget.diagram.brygga import bygg_bryggdiagram
from budget.selectors.justering import hamta_brygga
from budget.tabeller.brygga import bygg_enhetsbrygga, bygg_matris, visad_kod
from budget.views.atkomst import oppna_version
from budget.views.heltal import las_arval, las_heltal
from budget.views.tabeller import ram
from organisation.models import Enhet
from organisation.permissions import Ratt, get_behorighet
from regionskane.lib.diagram import rita_vattenfall
from regionskane.lib.visning import visa


def far_justera(request, version) -> bool:
    """A justering moves the ram of several nämnder, so it takes the right to the ram of all of them."""
    return not version.last and fick_justera(request, version)


def fick_justera(request, version) -> bool:
    """Whether the user may justera the version when it is open. Asked of what is sent: whoever typed when it was locked
    keeps what was typed."""
    return get_behorighet(request).urval(Ratt.SKRIVA_RAM, last=False, period=version.period).allt


def oppna_brygga(request, ar, kod):
    """The version at an address, if it has a regionbidrag. 404 or PermissionDenied."""
    atkomst = oppna_version(request, ar, kod)
    if not any(u.kod == "regionbidrag" for u in atkomst.uppstallningar):
        raise Http404
    return atkomst


def valt_ar(request, version) -> int:
    """The year asked for (`?ar=`), the version's own unless told. 404 for one that it does not hold."""
    ar = las_heltal(request.GET.get("ar", str(version.ar)), min(version.ar_lista), max(version.ar_lista))
    if ar not in version.ar_lista:
        raise Http404
    return ar


@login_required
@require_GET
def brygga(request, ar, kod):
    """The matrix of a year (`?ar=`) with the version's justeringar."""
    atkomst = oppna_brygga(request, ar, kod)
    version = atkomst.version
    valt, arsnot = las_arval(request.GET.get("ar", ""), version, version.ar)
    data = hamta_brygga(version, valt, atkomst.urval)
    rot = reverse("brygga", args=[version.ar, version.kod])
    matris = bygg_matris(data)
    utkast = sum(not j.beslutad for j in data.justeringar)
    innehall = ram(request, atkomst, "brygga", titel="Justeringar") | {
        "rubrik": matris.rubrik,
        "ingress": f"{matris.ingress} {utkast} utkast." if utkast else matris.ingress,
        "t": visa(matris),
        "valt": valt,
        "arsnot": arsnot,
        "finns": bool(data.justeringar),
        "far_justera": far_justera(request, version),
        "aren": [{"text": str(a), "url": f"{rot}?ar={a}", "aktiv": a == valt} for a in version.ar_lista],
        "enheter": [
            {"kod": visad_kod(p), "namn": p.enhet_namn, "url": f"{rot}{p.enhet_kod}/?ar={valt}"}
            for p in data.enheter
        ],
    }
    return render(request, "budget/brygga.html", innehall)


@login_required
@require_GET
def enhetsbrygga(request, ar, kod, enhet):
    """One enhet's bridge, from last year's level to the new one."""
    atkomst = oppna_brygga(request, ar, kod)
    valt, arsnot = las_arval(request.GET.get("ar", ""), atkomst.version, atkomst.version.ar)
    data = hamta_brygga(atkomst.version, valt, atkomst.urval)
    plats = next((p for p in data.enheter if p.enhet_kod == enhet), None)
    if plats is None:
        if Enhet.objects.filter(kod=enhet).exists() and not atkomst.urval.allt:
            raise PermissionDenied("Du får inte läsa den enhetens belopp i den här versionen.")
        raise Http404
    innehall = ram(request, atkomst, "brygga", titel="Justeringar")
    innehall["smulor"][-1]["url"] = "../"
    innehall["smulor"].append({"text": plats.enhet_namn})
    t = bygg_enhetsbrygga(data, plats)
    innehall |= {"rubrik": t.rubrik, "ingress": t.ingress, "t": visa(t), "arsnot": arsnot}
    if diagram := bygg_bryggdiagram(data, plats):
        innehall |= {
            "diagram": diagram,
            "diagram_bred": mark_safe(rita_vattenfall(diagram, bredd=760, id_="dia-bred")),
            "diagram_smal": mark_safe(rita_vattenfall(diagram, bredd=358, id_="dia-smal")),
        }
    return render(request, "budget/enhetsbrygga.html", innehall)
