"""Writing, answering, resolving and taking back comments, on a page or in the panel beside a table."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from budget.actions.kommentar import (
    KommentarsFel,
    kommentera_cell,
    kommentera_del,
    los_kommentar,
    svara,
    ta_tillbaka_kommentar,
)
from budget.models import Kommentar, Post
from budget.selectors.budgetdel import hamta_delenheter
from budget.selectors.celler import Cellnyckel
from budget.tabeller.kommentar import INGET_SKRIVET, Skrivet, cellens_plats
from budget.views.atkomst import hamta_post, last, oppna_uppstallning, oppna_version, skrivbart
from budget.views.budgetdel import delurval, oppna_del, visa_del
from budget.views.varifran import cellkommentarer, visa_varifran
from organisation.models import Enhet
from organisation.permissions import Ratt
from regionskane.jobb.views import vill_ha_fragment


@login_required
@require_POST
def kommentera_del_(request, ar, kod, namnd):
    """A comment on a nämnd's part."""
    d = oppna_del(request, ar, kod, namnd)
    skriv = skrivbart(request, d.atkomst.version)
    if not any(e in skriv for e in d.urval.enheter):
        raise PermissionDenied("Du får läsa kommentarerna men inte skriva några här.")
    text = request.POST.get("text", "")
    try:
        kommentera_del(budgetdel=d.budgetdel, text=text, by=request.user)
    except KommentarsFel as fel:
        return visa_del(request, d, status=422, skrivet=Skrivet(text, str(fel)))
    messages.success(request, "Kommentaren är sparad.")
    return redirect("budgetdel", ar, kod, namnd)


@login_required
@require_POST
def kommentera_cell_(request, ar, kod, uppstallning, post, enhet, artal):
    """A comment on a cell."""
    atkomst = oppna_version(request, ar, kod)
    u = oppna_uppstallning(atkomst, uppstallning, aven_askanden=True)
    det = hamta_post(u, post)
    plats = get_object_or_404(Enhet, kod=enhet)
    if artal not in atkomst.version.ar_lista:
        raise Http404
    _krav_skriva(request, atkomst.version, plats.pk)
    text = request.POST.get("text", "")
    cell = Cellnyckel(plats.pk, det.pk, artal)
    try:
        kommentera_cell(version=atkomst.version, cell=cell, text=text, by=request.user)
    except KommentarsFel as fel:
        return _svara(request, atkomst.version, det, plats, artal, Skrivet(text, str(fel)))
    return _svara(request, atkomst.version, det, plats, artal)


@login_required
@require_POST
def kommentar(request, ar, kod, pk):
    """What is done with a comment: `vad` is svara (with `text`), los, oppna or ta_tillbaka."""
    atkomst = oppna_version(request, ar, kod, Ratt.LASA_DELAR)
    version = atkomst.version
    k = get_object_or_404(
        Kommentar.objects.select_related(
            "enhet", "post__uppstallning", "budgetdel__namnd", "svar_pa", "version", "budgetdel__version"
        ),
        version=version,
        pk=pk,
    )
    if k.enhet_id:
        _krav_skriva(request, version, k.enhet_id)
    else:
        _krav_skriva(request, version, *(
            e for e, namnd in hamta_delenheter(version).items() if namnd == k.budgetdel.namnd_id
        ))  # fmt: skip
    vad, text = request.POST.get("vad", ""), request.POST.get("text", "")
    skrivet = INGET_SKRIVET
    try:
        if vad == "svara":
            svara(kommentar=k, text=text, by=request.user)
        elif vad in ("los", "oppna"):
            los_kommentar(kommentar=k, lost=vad == "los", by=request.user)
        elif vad == "ta_tillbaka":
            ta_tillbaka_kommentar(kommentar=k, by=request.user)
        else:
            return HttpResponseBadRequest("Det går inte att göra med en kommentar.")
    except KommentarsFel as fel:
        skrivet = Skrivet(text, str(fel), k.svar_pa_id or k.pk)
    if not skrivet.fel and (tillbaka := _tillbaka(request)):
        return redirect(tillbaka)
    if k.enhet_id:
        return _svara(request, version, k.post, k.enhet, k.ar, skrivet)
    if skrivet.fel:
        d = oppna_del(request, ar, kod, k.budgetdel.namnd.kod)
        return visa_del(request, d, status=422, skrivet=skrivet, fel=skrivet.fel)
    return redirect("budgetdel", ar, kod, k.budgetdel.namnd.kod)


def _krav_skriva(request, version, *enheter: int) -> None:
    """A comment is written by who may read it and enters or reviews amounts there; the lock is the action's matter."""
    laser, skriv = delurval(request, version), skrivbart(request, version)
    if version.last and any(e in laser for e in enheter):
        raise last(version, ", så kommentarerna ligger fast")
    if not any(e in laser and e in skriv for e in enheter):
        raise PermissionDenied("Du får inte skriva kommentarer här.")


def _svara(request, version, post: Post, enhet: Enhet, artal: int, skrivet: Skrivet = INGET_SKRIVET):
    """The comments of a cell as they are now: for the panel, or the cell's own page."""
    cell = Cellnyckel(enhet.pk, post.pk, artal)
    if vill_ha_fragment(request):
        vy = cellkommentarer(request, version, post, enhet.kod, cell, skrivet)
        innehall = {"kommentarer": vy, "i_panel": True}
        return render(request, "budget/_kommentarer.html", innehall, status=422 if skrivet.fel else 200)
    if not skrivet.fel:
        messages.success(request, "Kommentaren är sparad.")
        k = Kommentar(version=version, post=post, enhet=enhet, ar=artal)
        return redirect(cellens_plats(k)[1])
    return visa_varifran(
        request, version.ar, version.kod, post.uppstallning.kod, post.kod, f"enhet-{enhet.kod}", artal,
        skrivet=skrivet,
    )  # fmt: skip


def _tillbaka(request) -> str:
    """The page of this site that the form says it stood on."""
    url = request.POST.get("tillbaka", "")
    ok = url.startswith("/") and url_has_allowed_host_and_scheme(url, None, request.is_secure())
    return url if ok else ""
