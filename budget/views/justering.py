"""Entering, reading and taking away a justering."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from budget.actions.justering import JusteringenAndrad, JusteringsFel, spara_justering, ta_bort_justering
from budget.forms.justering import Justeringsformular
from budget.models import Justering, Upprakning
from budget.selectors.borttaget import har_tagits_bort
from budget.selectors.justering import (
    bryggans_enheter,
    hamta_brygga,
    hamta_justeringshistorik,
)
from budget.selectors.upprakning import hamta_forslag, hamta_upprakning
from budget.tabeller.brygga import skriv_andring
from budget.tabeller.upprakning import skiljer_sig
from budget.tabeller.varifran import tid
from budget.views.atkomst import last
from budget.views.brygga import far_justera, fick_justera, oppna_brygga
from budget.views.tabeller import ram
from organisation.models import Enhet
from organisation.permissions import Ratt, get_behorighet
from regionskane.bladdra import bladdra
from regionskane.jobb.views import vill_ha_fragment


def krav_justera(request, version) -> None:
    """Raise PermissionDenied for who may not enter a justering in the version."""
    if not far_justera(request, version):
        if version.last:
            raise last(version, " och tar inga justeringar")
        raise PermissionDenied(
            "En justering ändrar fullmäktiges ram, och skrivs bara av en koncerncontroller."
        )


BORTTAGEN = (
    "Någon annan tog bort justeringen medan du skrev. Det du skrev står kvar; "
    "spara för att lägga upp den på nytt."
)


@login_required
@require_http_methods(["GET", "POST"])
def ny_justering(request, ar, kod):
    """Enter a justering."""
    atkomst = oppna_brygga(request, ar, kod)
    if request.method == "POST":
        return _spara(request, atkomst, None)
    krav_justera(request, atkomst.version)
    return _formular(request, atkomst, None, bygg_formular(atkomst, None))


@login_required
@require_http_methods(["GET", "POST"])
def justering(request, ar, kod, pk):
    """A justering: to change for who may, to read for others and beside the matrix."""
    atkomst = oppna_brygga(request, ar, kod)
    if request.method == "POST" and har_tagits_bort(Justering, atkomst.version, pk):
        return _spara_borttagen(request, atkomst)
    post = get_object_or_404(Justering, version=atkomst.version, pk=pk)
    if request.method == "POST":
        return _spara(request, atkomst, post)
    if vill_ha_fragment(request) or not far_justera(request, atkomst.version):
        return _las(request, atkomst, post)
    return _formular(request, atkomst, post, bygg_formular(atkomst, post))


def bygg_formular(atkomst, post: Justering | None, skickat=None) -> Justeringsformular:
    """The form of a justering of the version, or of a new one, with what was sent."""
    uppstallning = next(u for u in atkomst.kolumner if u.kod == "regionbidrag")
    har = [r.enhet_id for r in post.rader.all()] if post else []
    enheter = tuple(bryggans_enheter(atkomst.version, uppstallning, har))
    return Justeringsformular(skickat, version=atkomst.version, enheter=enheter, justering=post)


def _spara(request, atkomst, post: Justering | None):
    version = atkomst.version
    if not fick_justera(request, version):
        krav_justera(request, version)
    form = bygg_formular(atkomst, post, request.POST)
    if not form.is_valid():
        return _formular(request, atkomst, post, form, status=422)
    vad = request.POST.get("vad", "utkast")
    belopp = {enhet: b.varde for enhet, b in form.rader(rest_pa_finans=False).items()}
    skilda = _skilda_fran_satserna(atkomst, post, belopp) if vad == "besluta" else []
    if skilda and not request.POST.get("skillnad_sedd"):
        form.add_error(None, "Inget är sparat: svara först på frågan om beloppen.")
        return _formular(request, atkomst, post, form, status=422, skilda=skilda)
    try:
        sparad = spara_justering(
            version=version,
            uppgifter=form.uppgifter(),
            rader=form.rader(rest_pa_finans=vad == "finans"),
            by=request.user,
            besluta=vad == "besluta",
            justering=post,
            sedd_rev=form.cleaned_data["rev"] or 0,
        )
    except JusteringenAndrad as fel:
        nu = Justering.objects.filter(pk=post.pk).first()
        if nu is None:
            return _spara_borttagen(request, atkomst)
        form.add_error(None, str(fel))
        return _formular(request, atkomst, nu, form, status=409, nu=form.ersatts_av(nu))
    except JusteringsFel as fel:
        form.add_error(None, str(fel))
        return _formular(request, atkomst, post, form, status=422)
    if vad == "finans":
        messages.success(
            request, "Sparat som utkast. Finansförvaltningen tar resten; raderna summerar till 0."
        )
        return redirect("justering", version.ar, version.kod, sparad.pk)
    ord_ = "beslutad och räknas i bryggan" if sparad.beslutad else "sparad som utkast"
    messages.success(request, f"«{sparad.titel}» är {ord_}.")
    return redirect(f"{reverse('brygga', args=[version.ar, version.kod])}?ar={sparad.ar}")


def _spara_borttagen(request, atkomst):
    """What was typed of a justering that is gone, to lay up as a new one."""
    version = atkomst.version
    if not fick_justera(request, version):
        krav_justera(request, version)
    form = bygg_formular(atkomst, None, request.POST)
    form.add_error(None, BORTTAGEN)
    ny = reverse("ny_justering", args=[version.ar, version.kod])
    return _formular(request, atkomst, None, form, status=409, adress=ny)


def _skilda_fran_satserna(atkomst, post: Justering | None, belopp) -> list[str]:
    """Where the amounts of a draft that came of saved rates are not what the rates give any more: the base has moved,
    or somebody has written another amount."""
    if post is None or post.beslutad or not Upprakning.objects.filter(justering=post).exists():
        return []
    data = hamta_upprakning(atkomst.version, post.ar, atkomst.urval)
    return skiljer_sig(data, hamta_forslag(data), belopp)


def _formular(
    request,
    atkomst,
    post: Justering | None,
    form: Justeringsformular,
    *,
    status=200,
    nu=None,
    skilda=None,
    adress="",
):
    """The form, sent to `adress` or to where it was asked for; `nu` has what is saved now for the fields where somebody
    else was there before, `skilda` what to ask of a draft of uppräkning."""
    nu = nu or {}
    if skilda is None and post and not form.is_bound:
        skilda = _skilda_fran_satserna(atkomst, post, {r.enhet_id: r.belopp for r in post.rader.all()})
    innehall = _justeringssida(request, atkomst, post)
    innehall |= {
        "form": form,
        "adress": adress,
        "uppgifter": [(falt, nu.get(falt.name, "")) for falt in form.uppgiftsfalt],
        "belopp": [(falt, nu.get(falt.name, "")) for falt in form.beloppsfalt],
        "skilda": skilda,
        "skillnad_sedd": bool(form.data.get("skillnad_sedd")),
        "lista": [{"text": fel, "url": f"#{form[namn].id_for_label}"} for namn, fel in _faltfel(form)],
    }
    return render(request, "budget/justering.html", innehall, status=status)


def _faltfel(form):
    return [(namn, fel) for namn, lista in form.errors.items() if namn != NON_FIELD_ERRORS for fel in lista]


def _las(request, atkomst, post: Justering):
    data = hamta_brygga(atkomst.version, post.ar, atkomst.urval)
    rader = data.rader[post.pk]
    if not rader and not atkomst.urval.allt:
        raise PermissionDenied("Justeringen rör inte dina enheter.")
    innehall = _justeringssida(request, atkomst, post)
    innehall["rader"] = [
        (p.enhet_namn, skriv_andring(rader[p.enhet_id].belopp), rader[p.enhet_id].kalla)
        for p in data.enheter
        if p.enhet_id in rader
    ]
    innehall["har_kalla"] = any(r.kalla for r in rader.values())
    mall = "_justering.html" if vill_ha_fragment(request) else "las_justering.html"
    return render(request, f"budget/{mall}", innehall)


def _justeringssida(request, atkomst, post: Justering | None) -> dict:
    version = atkomst.version
    innehall = ram(request, atkomst, "brygga", titel="Justeringar")
    innehall["smulor"][-1]["url"] = reverse("brygga", args=[version.ar, version.kod])
    innehall["smulor"].append({"text": post.titel if post else "Ny justering"})
    return innehall | {
        "justering": post,
        "far_justera": far_justera(request, version),
        **(_historik(request, version, post) if post else {}),
    }


def _historik(request, version, post: Justering) -> dict:
    """Earlier amounts of the rows, for the enheter whose history the user may read."""
    urval = get_behorighet(request).urval(Ratt.LASA_HISTORIK, last=version.last, period=version.period)
    blad = bladdra(
        request,
        lambda vilka: hamta_justeringshistorik(post, urval, vilka) if urval else (),
        ankare="justeringens-historik",
    )
    namn = dict(Enhet.objects.filter(pk__in={h.enhet for h in blad.rader}).values_list("pk", "namn"))
    historik = [
        {
            "tid": tid(h.tid),
            "enhet": namn[h.enhet],
            "belopp": "borttaget" if h.belopp is None else skriv_andring(h.belopp),
            "vem": h.namn or "Direkt i databasen",
            "varfor": h.varfor,
        }
        for h in blad.rader
    ]
    return {"historik": historik, "blad": blad}


@login_required
@require_POST
def ta_bort(request, ar, kod, pk):
    """Take away a draft; its page asks first."""
    atkomst = oppna_brygga(request, ar, kod)
    krav_justera(request, atkomst.version)
    post = get_object_or_404(Justering, version=atkomst.version, pk=pk)
    try:
        ta_bort_justering(justering=post, by=request.user)
    except JusteringsFel as fel:
        messages.error(request, str(fel))
        return redirect("justering", ar, kod, pk)
    messages.success(request, f"Utkastet «{post.titel}» är borttaget. Historiken har det kvar.")
    return redirect("brygga", ar, kod)
