"""Comparing a version with another one: as page, workbook and document."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from budget.actions.handling import starta_jamforelse
from budget.models import Budgetversion, Versionskolumn
from budget.selectors.jamforelse import ar_kopior, gemensamt_urval
from budget.tabeller.jamforelse import Jamforelseval, bygg_jamforelsehandling, las_jamforelse
from budget.views.atkomst import Atkomst, oppna_version
from budget.views.heltal import las_arval
from budget.views.tabeller import adressrot, ram, svara_med_bok
from organisation.permissions import Enhetsurval, Ratt, get_behorighet
from regionskane.jobb.views import vill_ha_fragment
from regionskane.lib.visning import visa


@dataclass(frozen=True)
class Oppnad:
    """A comparison at an address. `val` is None when there is nothing to compare with; `urval` are the enheter that
    the user may see in both versions, `arsnot` says what year that was asked for is in neither."""

    atkomst: Atkomst
    valbara: tuple[Budgetversion, ...]
    val: Jamforelseval | None
    urval: Enhetsurval
    arsnot: str


def oppna_jamforelse(request, ar, kod, ratt: Ratt = Ratt.LASA_BELOPP) -> Oppnad:
    """The version at an address and another one (`mot`): the one that it was copied or started from unless told.

    Copies are compared in all years at once unless years are asked for; others a year of the one (`ar`) with a year of
    the other (`mot_ar`). 404 or PermissionDenied, also when the right is missing in the other version.
    """
    atkomst = oppna_version(request, ar, kod, ratt)
    version, fraga = atkomst.version, request.POST if request.method == "POST" else request.GET
    behorighet = get_behorighet(request)
    urval = {
        v: behorighet.urval(ratt, last=v.last, period=v.period)
        for v in Budgetversion.objects.select_related("kopia_av")
        if v != version or version.planar
    }
    mot = _valj(fraga.get("mot", ""), version, urval)
    valbara = tuple(v for v in urval if urval[v])
    if mot is None:
        return Oppnad(atkomst, valbara, None, Enhetsurval(), "")
    val, arsnot = _valda_ar(fraga, version, mot)
    return Oppnad(atkomst, valbara, val, gemensamt_urval(atkomst.urval, urval[mot]), arsnot)


@login_required
@require_GET
def jamfor(request, ar, kod):
    """The comparison as a page."""
    o = oppna_jamforelse(request, ar, kod)
    version, val = o.atkomst.version, o.val
    innehall = ram(request, o.atkomst, "jamfor", titel="Jämför") | {
        "rubrik": "Jämför två versioner",
        "ingress": f"{version.namn}.",
        "valbara": o.valbara,
        "val": val,
        "arsnot": o.arsnot,
    }
    if val:
        jamfort = las_jamforelse(val, o.urval)
        innehall |= {
            "ingress": jamfort.ingress,
            "tabeller": [visa(t) for t in jamfort.tabeller],
            "tomt": jamfort.tomt,
            "kopior": ar_kopior(version, val.mot) and version != val.mot,
            "far_exportera": innehall["far_exportera"] and _far_exportera(request, val.mot),
        }
    return render(request, "budget/jamfor.html", innehall)


@login_required
@require_GET
def excel(request, ar, kod):
    """The workbook of the comparison, made on the spot."""
    o = _att_exportera(request, ar, kod)
    dokument = bygg_jamforelsehandling(o.val, o.urval, rot=adressrot(request))
    return svara_med_bok(dokument)


@login_required
@require_POST
def skapa_handling(request, ar, kod):
    """Queue the PDF of the comparison, with the workbook in it."""
    o = _att_exportera(request, ar, kod)
    jobb = starta_jamforelse(
        version=o.val.version,
        mot=o.val.mot,
        ar=o.val.ar,
        mot_ar=o.val.mot_ar,
        urval=o.urval,
        rot=adressrot(request),
        by=request.user,
    )
    if vill_ha_fragment(request):
        return render(request, "jobb/_foljer.html", {"jobb": jobb})
    return redirect(jobb)


def _att_exportera(request, ar, kod) -> Oppnad:
    o = oppna_jamforelse(request, ar, kod, Ratt.EXPORTERA)
    if o.val is None or o.arsnot:
        raise Http404
    return o


def _far_exportera(request, version: Budgetversion) -> bool:
    return bool(get_behorighet(request).urval(Ratt.EXPORTERA, last=version.last, period=version.period))


def _valda_ar(fraga, version: Budgetversion, mot: Budgetversion) -> tuple[Jamforelseval, str]:
    onskat, mot_onskat = fraga.get("ar", ""), fraga.get("mot_ar", "")
    if fraga.get("valt", mot.kod) != mot.kod:  # the form's years are of the version that was shown before
        onskat = mot_onskat = ""
    if version != mot and not (onskat or mot_onskat) and ar_kopior(version, mot):
        return Jamforelseval(version, mot), ""
    standard = min(version.ar + 1, version.ar_lista[-1]) if version == mot else version.ar
    valt, not_ = las_arval(onskat, version, standard)
    standard = mot.ar if version == mot or valt not in mot.ar_lista else valt
    mot_valt, mot_not = las_arval(mot_onskat, mot, standard)
    if version == mot and valt == mot_valt:
        mot_valt = next(a for a in version.ar_lista if a != valt)
        mot_not = f"Ett år kan inte jämföras med sig självt. Här visas {valt} mot {mot_valt}."
    return Jamforelseval(version, mot, valt, mot_valt), " ".join(filter(None, (not_, mot_not)))


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
