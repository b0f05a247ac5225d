"""Regionbidrag as a bridge: the matrix 4B, one nämnd's bridge, and the entry of a justering."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from budget.actions.justering import JusteringenAndrad, JusteringsFel, spara_justering, ta_bort_justering
from budget.diagram.brygga import bygg_bryggdiagram
from budget.forms.justering import Justeringsformular, Upprakningsformular, med_finans
from budget.models import Justering
from budget.regler.upprakning import upprakning
from budget.selectors.justering import hamta_brygga, upprakningsbaser
from budget.selectors.uppstallning import Plats, gallande_placeringar
from budget.tabeller.brygga import bygg_enhetsbrygga, bygg_matris, bygg_upprakning
from budget.views.atkomst import oppna_version, skrivbart
from budget.views.tabeller import ram
from organisation.models import Enhet
from regionskane.jobb.views import vill_ha_fragment
from regionskane.lib.belopp import MNKR, formatera
from regionskane.lib.diagram import rita_vattenfall
from regionskane.lib.visning import visa


def _oppna(request, ar, kod):
    atkomst = oppna_version(request, ar, kod)
    if not any(u.kod == "regionbidrag" for u in atkomst.uppstallningar):
        raise Http404
    return atkomst


def _valt_ar(request, version) -> int:
    text = request.GET.get("ar", str(version.ar))
    if not text.isdigit() or int(text) not in version.ar_lista:
        raise Http404
    return int(text)


@login_required
@require_GET
def brygga(request, ar, kod):
    """The matrix of a year (`?ar=`) with the version's justeringar."""
    atkomst = _oppna(request, ar, kod)
    version = atkomst.version
    valt = _valt_ar(request, version)
    data = hamta_brygga(version, valt, atkomst.urval)
    tabell = bygg_matris(data)
    rot = reverse("brygga", args=[version.ar, version.kod])
    innehall = ram(request, atkomst, "brygga", titel="Justeringar") | {
        "t": visa(tabell),
        "finns": bool(data.justeringar),
        "far_justera": _far_justera(request, version),
        "aren": [{"text": str(a), "url": f"{rot}?ar={a}", "aktiv": a == valt} for a in version.ar_lista],
        "enheter": [{"namn": p.enhet_namn, "url": f"{rot}{p.enhet_kod}/?ar={valt}"} for p in data.enheter],
        "utkast": sum(not j.beslutad for j in data.justeringar),
    }
    return render(request, "budget/brygga.html", innehall)


@login_required
@require_GET
def enhetsbrygga(request, ar, kod, enhet):
    """One enhet's bridge, from last year's level to the new one."""
    atkomst = _oppna(request, ar, kod)
    data = hamta_brygga(atkomst.version, _valt_ar(request, atkomst.version), atkomst.urval)
    plats = next((p for p in data.enheter if p.enhet_kod == enhet), None)
    if plats is None:
        if Enhet.objects.filter(kod=enhet).exists() and not atkomst.urval.allt:
            raise PermissionDenied("Du får inte läsa den enhetens belopp i den här versionen.")
        raise Http404
    innehall = ram(request, atkomst, "brygga", titel="Justeringar")
    innehall["smulor"][-1]["url"] = "../"
    innehall["smulor"].append({"text": plats.enhet_namn})
    innehall["t"] = visa(bygg_enhetsbrygga(data, plats))
    if diagram := bygg_bryggdiagram(data, plats):
        innehall |= {
            "diagram": diagram,
            "diagram_bred": mark_safe(rita_vattenfall(diagram, bredd=760, id_="dia-bred")),
            "diagram_smal": mark_safe(rita_vattenfall(diagram, bredd=358, id_="dia-smal")),
        }
    return render(request, "budget/enhetsbrygga.html", innehall)


def _far_justera(request, version) -> bool:
    """A justering touches several nämnder, so it takes the right to write for all of them."""
    return skrivbart(request, version).allt


def _krav_justera(request, version) -> None:
    if not _far_justera(request, version):
        raise PermissionDenied(
            f"{version.namn} är låst och tar inga justeringar."
            if version.last
            else "Bara den som får skriva för alla nämnder kan skriva in en justering."
        )


def _faltens_enheter(atkomst, justering: Justering | None) -> tuple[Plats, ...]:
    """Those that can be given an amount: the ones with a sektor, FINANS, and any that has one already."""
    uppstallning = next(u for u in atkomst.kolumner if u.kod == "regionbidrag")
    har = {r.enhet_id for r in justering.rader.all()} if justering else set()
    return tuple(
        p
        for p in gallande_placeringar(atkomst.version, uppstallning, har)
        if p.sektor_id or p.enhet_kod == "FINANS" or p.enhet_id in har
    )


@login_required
@require_http_methods(["GET", "POST"])
def justering(request, ar, kod, pk=None):
    """Enter a justering, or read one that may not be changed."""
    atkomst = _oppna(request, ar, kod)
    version = atkomst.version
    post = get_object_or_404(Justering, version=version, pk=pk) if pk else None
    if post is None or request.method == "POST":
        _krav_justera(request, version)
    if vill_ha_fragment(request) or not _far_justera(request, version):
        return _las_justering(request, atkomst, post)
    enheter = _faltens_enheter(atkomst, post)
    form = Justeringsformular(
        request.POST if request.method == "POST" else None, version=version, enheter=enheter, justering=post
    )
    status, nu = 200, {}
    if request.method == "POST":
        if form.is_valid():
            vad = request.POST.get("vad", "utkast")
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
                form.add_error(None, str(fel))
                post.refresh_from_db()
                form.data = _med_rev(form, post)
                nu = {r.enhet_id: formatera(r.belopp, skala=MNKR, decimaler=1) for r in post.rader.all()}
                status = 409
            except JusteringsFel as fel:
                form.add_error(None, str(fel))
            else:
                return _sparad(request, version, sparad, vad)
        status = 422 if form.errors and status == 200 else status
    innehall = ram(request, atkomst, "brygga", titel="Justeringar")
    innehall["smulor"][-1]["url"] = reverse("brygga", args=[ar, kod])
    innehall["smulor"].append({"text": post.titel if post else "Ny justering"})
    innehall |= {
        "form": form,
        "justering": post,
        "belopp": [
            (falt, nu.get(p.enhet_id, "0,0") if nu else "")
            for falt, p in zip(form.beloppsfalt, enheter, strict=True)
        ],
    }
    return render(request, "budget/justering.html", innehall, status=status)


def _med_rev(form, post):
    data = form.data.copy()
    data["rev"] = str(post.rev)
    return data


def _sparad(request, version, sparad: Justering, vad: str):
    if vad == "finans":
        messages.success(
            request, "Sparat som utkast. Finansförvaltningen tar resten; raderna summerar till 0."
        )
        return redirect("justering", version.ar, version.kod, sparad.pk)
    ord_ = "beslutad och räknas i bryggan" if sparad.beslutad else "sparad som utkast"
    messages.success(request, f"«{sparad.titel}» är {ord_}.")
    return redirect(f"{reverse('brygga', args=[version.ar, version.kod])}?ar={sparad.ar}")


def _las_justering(request, atkomst, post: Justering):
    data = hamta_brygga(atkomst.version, post.ar, atkomst.urval)
    rader = data.rader[post.pk]
    if not rader and not atkomst.urval.allt:
        raise PermissionDenied("Justeringen rör inte dina enheter.")
    innehall = ram(request, atkomst, "brygga", titel="Justeringar")
    innehall["smulor"][-1]["url"] = reverse("brygga", args=[atkomst.version.ar, atkomst.version.kod])
    innehall["smulor"].append({"text": post.titel})
    innehall |= {
        "justering": post,
        "rader": [
            (
                p.enhet_namn,
                formatera(rader[p.enhet_id].belopp, skala=MNKR, decimaler=1, tecken=True),
                rader[p.enhet_id].kalla,
            )
            for p in data.enheter
            if p.enhet_id in rader
        ],
    }
    mall = "_justering.html" if vill_ha_fragment(request) else "las_justering.html"
    return render(
        request, f"budget/{mall}", innehall | {"far_justera": _far_justera(request, atkomst.version)}
    )


@login_required
@require_POST
def ta_bort(request, ar, kod, pk):
    """Take away a draft; its page asks first."""
    atkomst = _oppna(request, ar, kod)
    _krav_justera(request, atkomst.version)
    post = get_object_or_404(Justering, version=atkomst.version, pk=pk)
    try:
        ta_bort_justering(justering=post, by=request.user)
    except JusteringsFel as fel:
        messages.error(request, str(fel))
        return redirect("justering", ar, kod, pk)
    messages.success(request, f"Utkastet «{post.titel}» är borttaget. Historiken har det kvar.")
    return redirect("brygga", ar, kod)


@login_required
@require_http_methods(["GET", "POST"])
def rakna_upp(request, ar, kod):
    """Propose uppräkning by rule. A GET with percentages shows the arithmetic; a POST keeps it as a draft."""
    atkomst = _oppna(request, ar, kod)
    version = atkomst.version
    _krav_justera(request, version)
    skickat = request.POST if request.method == "POST" else request.GET if "titel" in request.GET else None
    form = Upprakningsformular(skickat, version=version)
    innehall = ram(request, atkomst, "brygga", titel="Justeringar") | {"form": form}
    innehall["smulor"][-1]["url"] = reverse("brygga", args=[ar, kod])
    innehall["smulor"].append({"text": "Räkna upp"})
    if form.is_bound and form.is_valid():
        data = hamta_brygga(version, form.cleaned_data["ar"], atkomst.urval)
        forslag = upprakning(upprakningsbaser(data), form.satser())
        if request.method == "POST":
            try:
                sparad = spara_justering(
                    version=version,
                    uppgifter=form.uppgifter(),
                    rader=med_finans({e: f.summa for e, f in forslag.items()}, data),
                    by=request.user,
                    besluta=False,
                )
            except JusteringsFel as fel:
                form.add_error(None, str(fel))
            else:
                messages.success(request, "Förslaget är sparat som utkast. Läs det och spara som beslutad.")
                return redirect("justering", ar, kod, sparad.pk)
        if forslag:
            innehall["t"] = visa(bygg_upprakning(data, forslag, form.satser()))
        else:
            innehall["tomt"] = True
    return render(request, "budget/upprakning.html", innehall, status=422 if form.errors else 200)
