"""Changing what an indikator is and what is to be reached."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from indikatorer.actions.bibliotek import (
    Bibliotekskonflikt,
    Malandring,
    OgiltigIndikator,
    OgiltigtMal,
    las_mal,
    satt_malniva,
    spara_indikator,
)
from indikatorer.forms.definition import Indikatorformular, Malnivaformular
from indikatorer.models import Enhetsslag, Indikator, Segment
from indikatorer.regler.bedomning import bedom
from indikatorer.regler.malregel import Riktning
from indikatorer.regler.skrift import las_sparad
from indikatorer.selectors.bedomning import bedom_indikator
from indikatorer.selectors.bibliotek import hamta_segment
from indikatorer.tabeller.bedomning import UTFALL, motivering
from indikatorer.tabeller.definition import skillnader
from indikatorer.tabeller.regel import i_korthet, i_ord, mot_riktningen, skalans_obs
from indikatorer.views.atkomst import heltal, oppna, smulor
from organisation.permissions import Ratt, get_behorighet


@login_required
@require_http_methods(["GET", "POST"])
def ny(request):
    """A new indikator."""
    get_behorighet(request).krav(Ratt.STYRA_INDIKATORER)
    return _definition(request, Indikator(), "Ny indikator", {"text": "Ny indikator"})


@login_required
@require_http_methods(["GET", "POST"])
def andra(request, kod):
    """The definition of an indikator; what it was stays in the history."""
    det = oppna(request, kod, Ratt.STYRA_INDIKATORER)
    hem = {"text": det.namn, "url": reverse("indikator", args=[det.kod])}
    return _definition(request, det, f"Ändra definitionen av {det.namn}", hem, {"text": "Definition"})


def _definition(request, det: Indikator, rubrik: str, *under: dict):
    form = Indikatorformular(request.POST if request.method == "POST" else None, instance=det)
    status, skilda = 200, ()
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sparad = spara_indikator(
                    indikator=form.instance,
                    sedd_rev=form.cleaned_data["rev"] if det.pk else 0,
                    by=request.user,
                    varfor=form.cleaned_data["varfor"],
                )
            except OgiltigIndikator as fel:
                for falt, texter in fel.fel.items():
                    form.add_error(falt if falt in form.fields else None, texter)
            except Bibliotekskonflikt as krock:
                status, skilda = 409, skillnader(krock.nu, form.instance)
                # Whoever saves once more has seen what stands there now.
                _byt(form, rev=krock.nu.rev)
            else:
                messages.success(request, f"Definitionen av {sparad.namn} är sparad.")
                return redirect("indikator", sparad.kod)
    innehall = {
        "smulor": smulor(*under),
        "rubrik": rubrik,
        "form": form,
        "skilda": [{"text": f"{o}: sparat är «{nu}», du har skrivit «{ditt}»"} for o, nu, ditt in skilda],
        "avbryt": reverse("indikator", args=[det.kod]) if det.pk else reverse("indikatorer"),
    }
    return render(request, "indikatorer/definition.html", innehall, status=status)


def _byt(form, **falt) -> None:
    """Let the form show other hidden fields than were posted, and all that was typed as it was."""
    form.data = form.data.copy()
    for namn, varde in falt.items():
        form.data[namn] = str(varde)


@login_required
@require_http_methods(["GET", "POST"])
def malniva(request, kod):
    """A target of a year: written, shown as it is read with what it does to the judgements, and saved."""
    det = oppna(request, kod, Ratt.STYRA_INDIKATORER)
    segment = Segment.objects.filter(pk__in=[s.pk for s in hamta_segment(det)])
    status, lasning = 200, None
    if request.method == "POST":
        form = Malnivaformular(request.POST, indikator=det, segment=segment)
        status = 422
        if form.is_valid():
            lasning = _lasning(det, form)
            # Whoever has changed the text after it was shown is shown it anew.
            if lasning and (
                request.POST.get("steg") == "granska"
                or request.POST.get("visad", form.cleaned_data["regel"]) != form.cleaned_data["regel"]
            ):
                status = 200
            elif lasning:
                svar = _spara(request, det, form)
                if svar is not None:
                    return svar
                status = 409 if form.krock else 422
    elif vald := request.GET.get("malniva", ""):
        oppnad = get_object_or_404(det.malnivaer, pk=heltal(vald) or 0)
        form = Malnivaformular.for_malniva(oppnad, segment=segment)
    else:
        form = Malnivaformular(
            initial={"ar": heltal(request.GET.get("ar", ""))}, indikator=det, segment=segment
        )
    hem = {"text": det.namn, "url": reverse("indikator", args=[det.kod])}
    innehall = {
        "smulor": smulor(hem, {"text": "Målnivå"}),
        "indikator": det,
        "form": form,
        "lasning": lasning,
        "visad": form.cleaned_data["regel"] if lasning and status == 200 else None,
        "nivaer": list(det.malnivaer.select_related("segment").order_by("-ar", "segment")),
        "krock": getattr(form, "krock", None),
    }
    return render(request, "indikatorer/malniva.html", innehall, status=status)


def _lasning(det: Indikator, form: Malnivaformular) -> dict | None:
    """How the text is read, and what the judgements of the year would be; None with an error on the form."""
    d = form.cleaned_data
    try:
        regel = las_mal(det, d["ar"], d["regel"]) if d["regel"].strip() else None
    except OgiltigtMal as fel:
        form.add_error("regel", str(fel))
        return None
    arets = {m.segment_id: m for m in det.malnivaer.all() if m.ar == d["ar"]}
    egna = arets.keys() - {None}
    riktning = Riktning(det.riktning)
    ord_ = (
        f"{i_korthet(regel, riktning)}. {i_ord(regel, procent=det.enhetsslag == Enhetsslag.PROCENT)}"
        if regel
        else "Målnivån tas bort."
    )
    if regel and mot_riktningen(regel, riktning):
        ord_ += f" Obs: målet går åt andra hållet än indikatorn ({det.get_riktning_display().lower()})."
    if regel is None and d["segment"] and (allman := arets.get(None)):
        # Without a target of its own a segment is judged by the one for all.
        regel = las_sparad(allman.regel, det.matt)
        ord_ += f" Då gäller «{allman.regel}», som för alla segment utan eget mål."
    rader, varden = [], []
    for b in bedom_indikator(det):
        traffas = b.cell.segment == d["segment"].pk if d["segment"] else b.cell.segment not in egna
        if traffas and b.bedomning.nu and b.bedomning.nu.varde is not None:
            varden.append(b.bedomning.nu)
        if b.ar == d["ar"] and traffas:
            ny = bedom(regel, b.underlag)
            namn = ", ".join(d.namn for d in (b.segment, b.enhet) if d) or "Hela regionen"
            rader.append(f"{namn}: {UTFALL[ny.utfall].lower()}, {motivering(det, ny)}")
    if regel and varden:
        narmast = min(varden, key=lambda m: abs(m.ar - d["ar"]))
        ord_ = f"{ord_} {skalans_obs(regel, det.matt, narmast.ar, narmast.varde)}".rstrip()
    return {"ord": ord_, "rader": rader}


def _spara(request, det: Indikator, form: Malnivaformular):
    d = form.cleaned_data
    form.krock = None
    try:
        satt_malniva(
            mal=Malandring(det, d["ar"], d["segment"], d["regel"], d["sedd_rev"], d["kalla"], sedd=d["sedd"]),
            by=request.user,
            varfor=d["varfor"],
        )
    except OgiltigtMal as fel:
        form.add_error("regel", str(fel))
    except Bibliotekskonflikt as krock:
        form.krock = krock.nu
        _byt(form, sedd=krock.nu.pk if krock.nu else "", sedd_rev=krock.nu.rev if krock.nu else 0)
        nu = f"Nu gäller «{krock.nu.regel}»." if krock.nu else "Målnivån är borttagen."
        form.add_error(None, f"{krock} {nu} Du har skrivit «{d['regel']}». Spara igen för att ersätta.")
    else:
        messages.success(
            request, f"Målnivån {d['ar']} är sparad." if d["regel"] else "Målnivån är borttagen."
        )
        return redirect(f"{reverse('indikator', args=[det.kod])}?ar={d['ar']}")
    return None
