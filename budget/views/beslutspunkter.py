"""Fullmäktige's decision: reading its points, entering, moving and taking them away."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from budget.actions.beslutspunkter import (
    BeslutspunktenAndrad,
    BeslutspunktsFel,
    bekrafta_beslutspunkt,
    flytta_beslutspunkt,
    spara_beslutspunkt,
    ta_bort_beslutspunkt,
)
from budget.forms.beslutspunkter import LANGSTA_BESLUT, Beslutspunktsformular
from budget.models import Beslutspunkt, Beslutstal, Post, Posttyp
from budget.selectors.beslutspunkter import (
    JUSTERINGAR,
    JUSTERINGARS_BILAGA,
    besvara,
    hamta_beslutspunkter,
    hamta_talhistorik,
)
from budget.selectors.borttaget import har_tagits_bort
from budget.selectors.uppstallning import region_enhet
from budget.tabeller.beslutspunkter import bygg_talkalla, skriv_bitar, visa_punkter
from budget.tabeller.handling import beslutslage
from budget.views.atkomst import last, oppna_version, skrivbart
from budget.views.tabeller import ram
from organisation.permissions import Ratt, get_behorighet
from regionskane.bladdra import bladdra
from regionskane.jobb.views import vill_ha_fragment


def _oppna(request, ar, kod):
    """The decision is the whole region's, and so is the right to read it."""
    atkomst = oppna_version(request, ar, kod)
    if not atkomst.urval.allt:
        get_behorighet(request).krav(Ratt.LASA_BELOPP)
    return atkomst


def _far_andra(request, version) -> bool:
    return skrivbart(request, version).allt


def _krav_andra(request, version) -> None:
    if not _far_andra(request, version):
        if version.last:
            raise last(version, ", och dess beslut ändras inte")
        raise PermissionDenied("Bara den som får skriva för alla nämnder kan skriva beslutspunkter.")


BORTTAGEN = "Någon annan tog bort punkten medan du skrev. Det du skrev står kvar; spara för att lägga upp den på nytt."


@login_required
@require_GET
def beslutspunkter(request, ar, kod):
    """The points in order, every figure with a link to where it comes from."""
    atkomst = _oppna(request, ar, kod)
    version = atkomst.version
    punkter = visa_punkter(version, hamta_beslutspunkter(version), region_enhet().kod)
    trasiga = [b.fel for p in punkter for b in p.bitar if b.fel]
    innehall = ram(request, atkomst, "beslut", titel="Beslut") | {
        "rubrik": "Beslut",
        "ingress": f"{version.namn}. {beslutslage(version)}. Siffrorna i texten är tabellernas egna.",
        "inledning": [p for p in punkter if not p.nummer],
        "punkter": [p for p in punkter if p.nummer],
        "trasiga": trasiga,
        "arvda": sum(p.arvd for p in punkter) if _far_andra(request, version) else 0,
        "far_andra": _far_andra(request, version),
    }
    return render(request, "budget/beslutspunkter.html", innehall)


@login_required
@require_http_methods(["GET", "POST"])
def ny_beslutspunkt(request, ar, kod):
    """Enter a point."""
    return _redigera(request, _oppna(request, ar, kod), None)


@login_required
@require_http_methods(["GET", "POST"])
def beslutspunkt(request, ar, kod, pk):
    """Change a point."""
    atkomst = _oppna(request, ar, kod)
    if request.method == "POST" and har_tagits_bort(Beslutspunkt, atkomst.version, pk):
        return _spara_borttagen(request, atkomst)
    return _redigera(request, atkomst, get_object_or_404(Beslutspunkt, version=atkomst.version, pk=pk))


def _spara_borttagen(request, atkomst):
    """What was typed of a point that is gone, to lay up as a new one."""
    version = atkomst.version
    if not get_behorighet(request).urval(Ratt.SKRIVA_BELOPP, last=False, period=version.period).allt:
        _krav_andra(request, version)
    form = Beslutspunktsformular(request.POST, version=version, punkt=None)
    form.add_error(None, BORTTAGEN)
    ny = reverse("ny_beslutspunkt", args=[version.ar, version.kod])
    return _formular(request, atkomst, None, form, status=409, adress=ny)


def _redigera(request, atkomst, punkt):
    version = atkomst.version
    if request.method == "GET":
        _krav_andra(request, version)
        return _formular(request, atkomst, punkt, Beslutspunktsformular(version=version, punkt=punkt))
    # Not asked of the version as it is now: whoever typed when it was locked keeps what was typed.
    if not get_behorighet(request).urval(Ratt.SKRIVA_BELOPP, last=False, period=version.period).allt:
        _krav_andra(request, version)
    vad = request.POST.get("vad", "spara")
    if vad == "bekrafta" and punkt:
        return _bekrafta(request, punkt)
    data = request.POST
    if vad == "infoga":
        data = data.copy()
        data["text"] = f"{data.get('text', '').rstrip()} {_vald(data, version)}".strip()
    form = Beslutspunktsformular(data, version=version, punkt=punkt)
    giltig = form.is_valid()
    if vad in ("visa", "infoga"):
        return _formular(request, atkomst, punkt, form, status=200 if giltig else 422)
    if not giltig:
        return _formular(request, atkomst, punkt, form, status=422)
    try:
        sparad = spara_beslutspunkt(
            version=version,
            uppgifter=form.uppgifter(),
            tal=form.rader,
            by=request.user,
            punkt=punkt,
            sedd_rev=form.cleaned_data["rev"] or 0,
        )
    except BeslutspunktenAndrad as fel:
        nu = Beslutspunkt.objects.filter(pk=punkt.pk).first()
        if nu is None:
            return _spara_borttagen(request, atkomst)
        form.add_error(None, str(fel))
        return _formular(request, atkomst, nu, form, status=409, nu=form.ersatts_av(nu))
    except BeslutspunktsFel as fel:
        for skal in fel.skal:
            form.add_error(None if version.last else "text", skal)
        return _formular(request, atkomst, punkt, form, status=422)
    messages.success(request, f"«{sparad.rubrik}» är sparad.")
    return redirect(f"{reverse('beslutspunkter', args=[version.ar, version.kod])}#punkt-{sparad.pk}")


def _bekrafta(request, punkt):
    version = punkt.version
    try:
        bekrafta_beslutspunkt(punkt=punkt, by=request.user)
    except BeslutspunktsFel as fel:
        messages.error(request, str(fel))
    else:
        messages.success(request, f"«{punkt.rubrik}» är genomgången.")
    return redirect(f"{reverse('beslutspunkter', args=[version.ar, version.kod])}#punkt-{punkt.pk}")


def _vald(data, version) -> str:
    """The placeholder that the list says, for who has no JavaScript to put it where the text is being written."""
    val = data.get("infoga", "")[:LANGSTA_BESLUT]
    if not val:
        return ""
    if "." not in val:
        return "{" + val + "}"
    artal = data.get("infoga_ar", "år")[:10]
    return f"{{{val} {artal}}}"


def _formular(request, atkomst, punkt, form, *, status=200, nu=None, adress=""):
    version, nu = atkomst.version, nu or {}
    innehall = ram(request, atkomst, "beslut", titel="Beslut")
    innehall["smulor"][-1]["url"] = reverse("beslutspunkter", args=[version.ar, version.kod])
    innehall["smulor"].append({"text": punkt.rubrik if punkt else "Ny beslutspunkt"})
    # What is too long for the field is not drawn: each brace that stands alone has a sentence of its own.
    text = "" if len(form["text"].value() or "") > LANGSTA_BESLUT else form["text"].value() or ""
    senast = form.cleaned_data.get("senast") if form.is_bound else (punkt and punkt.senast)
    tal = {t.namn: t for t in Beslutstal.objects.filter(version=version)}
    tal |= form.osparade_tal() if form.is_bound else {}
    bitar = skriv_bitar(version, besvara(version, {0: (text, senast)}, tal)[0], region_enhet().kod)
    innehall |= {
        "punkt": punkt,
        "form": form,
        "adress": adress,
        "forst": [(form[namn], nu.get(namn, "")) for namn in ("rubrik", "text")],
        "uppgifter": [(falt, nu.get(falt.name, "")) for falt in form.uppgiftsfalt],
        "talrader": [[(falt, nu.get(falt.name, "")) for falt in rad] for rad in form.talrader],
        "bitar": bitar,
        "val": _val(atkomst, tal),
        "aren": [("år", f"{version.ar}, budgetåret")]
        + [(f"år+{i}", f"{version.ar + i}, plan") for i in range(1, version.planar + 1)]
        + [("år-1", f"{version.ar - 1}, året före")],
        "lista": [
            {"text": fel, "url": f"#{form[namn].id_for_label}"}
            for namn, lista in form.errors.items()
            if namn != NON_FIELD_ERRORS
            for fel in lista
        ],
    }
    return render(request, "budget/beslutspunkt.html", innehall, status=status)


def _val(atkomst, tal) -> list[dict]:
    """What may be put into the text, in groups: (placeholder without year and braces, what it is called)."""
    tabeller = [u for u in atkomst.uppstallningar if u.kod != "resultatkrav"]
    poster: dict[int, list[tuple[str, str]]] = {}
    for p in (
        Post.objects.filter(uppstallning__in=tabeller)
        .exclude(typ=Posttyp.REGEL)
        .select_related("uppstallning")
    ):
        poster.setdefault(p.uppstallning_id, []).append((f"{p.uppstallning.kod}.{p.kod}", p.namn))
    bilagor = [
        (f"bilaga:{u.kod}", f"{u.handling} ({u.namn})") for u in tabeller if u.handling.startswith("bilaga")
    ]
    if any(u.kod == "regionbidrag" for u in tabeller):
        bilagor.append((f"bilaga:{JUSTERINGAR}", f"{JUSTERINGARS_BILAGA} (Justeringar)"))
    return [
        {"namn": "Beslutets egna tal", "val": [(f"beslut:{namn}", namn) for namn in tal]},
        {
            "namn": "Bilagor och datum",
            "val": [*bilagor, ("år", "Budgetåret"), ("senast", "Punktens sista dag")],
        },
        *({"namn": u.namn, "val": poster.get(u.pk, [])} for u in tabeller),
    ]


@login_required
@require_POST
def flytta(request, ar, kod, pk):
    """Move a point one step (`vart`: upp or ned)."""
    atkomst = _oppna(request, ar, kod)
    _krav_andra(request, atkomst.version)
    punkt = get_object_or_404(Beslutspunkt.objects.select_related("version"), version=atkomst.version, pk=pk)
    try:
        flytta_beslutspunkt(punkt=punkt, upp=request.POST.get("vart") == "upp", by=request.user)
    except BeslutspunktsFel as fel:
        messages.error(request, str(fel))
    return redirect(f"{reverse('beslutspunkter', args=[ar, kod])}#punkt-{pk}")


@login_required
@require_http_methods(["GET", "POST"])
def ta_bort(request, ar, kod, pk):
    """Ask before a point is taken away, and do it."""
    atkomst = _oppna(request, ar, kod)
    _krav_andra(request, atkomst.version)
    punkt = get_object_or_404(Beslutspunkt.objects.select_related("version"), version=atkomst.version, pk=pk)
    if request.method == "POST":
        try:
            ta_bort_beslutspunkt(punkt=punkt, by=request.user)
        except BeslutspunktsFel as fel:
            messages.error(request, str(fel))
        else:
            messages.success(request, f"«{punkt.rubrik}» är borttagen. Historiken har den kvar.")
        return redirect("beslutspunkter", ar, kod)
    innehall = ram(request, atkomst, "beslut", titel="Beslut")
    innehall["smulor"][-1]["url"] = reverse("beslutspunkter", args=[ar, kod])
    innehall["smulor"].append({"text": "Ta bort"})
    innehall |= {
        "rubrik": f"Ta bort «{punkt.rubrik}»?",
        "text": "Punkten och dess egna tal försvinner ur beslutet, och de följande får nya nummer.",
        "knapp": "Ta bort punkten",
    }
    return render(request, "budget/bekrafta.html", innehall)


@login_required
@require_GET
def beslutstal(request, ar, kod, namn):
    """Where a figure that the decision sets comes from: the panel, or a page of its own."""
    atkomst = _oppna(request, ar, kod)
    version = atkomst.version
    tal = get_object_or_404(Beslutstal.objects.select_related("punkt", "version"), version=version, namn=namn)
    anvands_i = [p for p in version.beslutspunkter.all() if f"{{beslut:{namn}}}" in p.text.replace(" ", "")]
    far = get_behorighet(request).urval(Ratt.LASA_HISTORIK, last=version.last, period=version.period)
    historik = bladdra(
        request, lambda vilka: hamta_talhistorik(tal, vilka) if far.allt else (), ankare="kalla-historik"
    )
    kalla = bygg_talkalla(tal, anvands_i, historik.rader)
    if vill_ha_fragment(request):
        return render(request, "_komponenter/kalla.html", {"kalla": kalla, "blad": historik})
    innehall = ram(request, atkomst, "beslut", titel="Beslut")
    innehall["smulor"][-1]["url"] = reverse("beslutspunkter", args=[ar, kod])
    innehall["smulor"].append({"text": "Varifrån kommer siffran?"})
    return render(request, "budget/varifran.html", innehall | {"kalla": kalla, "blad": historik})
