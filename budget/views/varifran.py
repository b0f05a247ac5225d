"""«Varifrån?»: the page and the panel that answer for one figure."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from budget.models import Budgetversion, Posttyp, Uppstallningsslag
from budget.selectors.celler import Cellnyckel
from budget.selectors.kommentar import hamta_celltradar
from budget.selectors.ram import REGIONBIDRAG
from budget.selectors.skrivratt import lasbara_askanden
from budget.selectors.varifran import hamta_omfang, hamta_regelsvar, hamta_ursprung
from budget.tabeller.brygga import bryggnot
from budget.tabeller.kommentar import INGET_SKRIVET, bygg_kommentarer
from budget.tabeller.regelkalla import bygg_regelsvar, utredningsnot
from budget.tabeller.varifran import bygg_forandring, bygg_kalla, bygg_nyckeltal
from budget.views.atkomst import (
    hamta_post,
    krav_pa_uppstallning,
    oppna_uppstallning,
    oppna_version,
    skrivbart,
)
from budget.views.tabeller import ram
from organisation.models import Enhet
from organisation.permissions import Enhetsurval, Ratt, get_behorighet
from regionskane.bladdra import begard, blad
from regionskane.jobb.views import vill_ha_fragment


@login_required
@require_GET
def varifran(request, ar, kod, uppstallning, post, omfang, artal):
    """Where a figure comes from. `?mot=KOD.ÅR` asks about the change from another version and year."""
    return visa_varifran(request, ar, kod, uppstallning, post, omfang, artal)


def visa_varifran(request, ar, kod, uppstallning, post, omfang, artal, *, skrivet=INGET_SKRIVET):
    """The answer, also to a comment on the figure that was refused (`skrivet`)."""
    atkomst = oppna_version(request, ar, kod)
    u = oppna_uppstallning(atkomst, uppstallning, aven_askanden=True)
    if u.slag == Uppstallningsslag.ASKANDE:
        atkomst = replace(atkomst, urval=lasbara_askanden(get_behorighet(request), atkomst.version))
    det = hamta_post(u, post)
    rad = bygg_regelsvar(atkomst.version, det, artal) if u.kod == "balanskrav" else None
    historik, vilka = None, begard(request)
    if det.regel and not u.per_enhet:
        if artal not in atkomst.version.ar_lista or hamta_omfang(atkomst.version, det, omfang) is None:
            raise Http404
        rad = bygg_nyckeltal(hamta_regelsvar(atkomst.version, det, omfang, artal))
    if rad is None:
        if det.typ == Posttyp.REGEL:
            raise Http404
        svar = _ursprung(request, atkomst, det, omfang, artal, vilka)
        historik = blad(request, svar.handelser, vilka, ankare="kalla-historik")
        svar = replace(svar, handelser=tuple(historik.rader))
        mot = request.GET.get("mot")
        rad = (
            bygg_forandring(
                svar, _mot(request, mot, det, omfang), procent=request.GET.get("som") == "procent"
            )
            if mot
            else bygg_kalla(svar, tillagg=_om_utredningen(atkomst.version, u, svar) or _om_bryggan(svar))
        )
    kommentarer = None
    if det.typ == Posttyp.BLAD and omfang.startswith("enhet-") and "mot" not in request.GET:
        enhet = get_object_or_404(Enhet, kod=omfang.removeprefix("enhet-"))
        cell = Cellnyckel(enhet.pk, det.pk, artal)
        kommentarer = cellkommentarer(request, atkomst.version, det, enhet.kod, cell, skrivet)
    if vill_ha_fragment(request):
        innehall = {"kalla": rad, "kommentarer": kommentarer, "blad": historik, "i_panel": True}
        return render(request, "_komponenter/kalla.html", innehall)
    innehall = ram(request, atkomst, u.kod, titel=u.namn)
    innehall["smulor"][-1]["url"] = f"{innehall['smulor'][1]['url']}{u.kod}/"
    innehall["smulor"].append({"text": "Varifrån kommer siffran?"})
    innehall |= {"kalla": rad, "kommentarer": kommentarer, "blad": historik}
    return render(request, "budget/varifran.html", innehall, status=422 if skrivet.fel else 200)


def cellkommentarer(request, version, post, enhet: str, cell: Cellnyckel, skrivet=INGET_SKRIVET):
    """The comments on a cell for who may read them, otherwise None."""
    behorighet = get_behorighet(request)
    laser = behorighet.urval(Ratt.LASA_DELAR, last=version.last, period=version.period)
    if cell.enhet not in laser:
        return None
    adress = [version.ar, version.kod, post.uppstallning.kod, post.kod, enhet, cell.ar]
    return bygg_kommentarer(
        hamta_celltradar(version, cell),
        adress=reverse("kommentera_cell", args=adress),
        far_skriva=cell.enhet in skrivbart(request, version),
        jag=request.user.pk,
        skrivet=skrivet,
    )


def _om_utredningen(version, u, svar):
    if u.kod != "balanskrav":
        return ""
    return utredningsnot(version, svar.post, svar.ar, svar.summa.varde if svar.summa else None)


def _om_bryggan(svar):
    """What the bridge gives of an enhet's own level."""
    if svar.belopp is None or (svar.post.uppstallning.kod, svar.post.kod) != REGIONBIDRAG:
        return ""
    return bryggnot(
        svar.version, svar.belopp.enhet_id, svar.ar, svar.summa.varde if svar.summa else svar.belopp.belopp
    )


def _ursprung(request, atkomst, post, omfang, artal, vilka=slice(0, 0)):
    version = atkomst.version
    if artal not in version.ar_lista:
        raise Http404
    placeringar = hamta_omfang(version, post, omfang)
    if placeringar is None:
        raise Http404
    behorighet = get_behorighet(request)
    if omfang == "egna":
        # What the row summed for this reader. Who reads all of it has no such row, but perhaps had when it was open.
        egna = atkomst.urval
        if egna.allt:
            egna = behorighet.urval(Ratt.LASA_BELOPP, last=False, period=version.period)
        placeringar = tuple(p for p in placeringar if p.enhet_id in egna)
    elif any(p.enhet_id not in atkomst.urval for p in placeringar):
        raise PermissionDenied("Siffran gäller enheter som du inte får läsa innan versionen är låst.")
    historik = behorighet.urval(Ratt.LASA_HISTORIK, last=version.last, period=version.period)
    far_historik = bool(placeringar) and all(p.enhet_id in historik for p in placeringar)
    if not placeringar:
        raise Http404
    return hamta_ursprung(version, post, omfang, artal, placeringar, historik=vilka if far_historik else None)


def _mot(request, mot, post, omfang):
    kod, _, ar = mot.rpartition(".")
    if not (ar.isascii() and ar.isdecimal()):
        raise Http404
    annan = get_object_or_404(Budgetversion, kod=kod)
    urval: Enhetsurval = get_behorighet(request).urval(Ratt.LASA_BELOPP, last=annan.last, period=annan.period)
    if not urval:
        raise PermissionDenied(f"Du får inte läsa {annan.namn}.")
    krav_pa_uppstallning(post.uppstallning, urval)
    atkomst = oppna_version(request, annan.ar, annan.kod)
    return _ursprung(request, atkomst, post, omfang, int(ar))
