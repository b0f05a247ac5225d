"""A year's uppräkning: the rates to read, and for who may justera to try and to save as a draft."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from budget.actions.justering import JusteringenAndrad, JusteringsFel
from budget.actions.upprakning import spara_upprakning
from budget.forms.upprakning import SATSER, UNDANTAG, Upprakningsformular, namndfalt, sektorsfalt
from budget.selectors.justering import upprakningsbaser
from budget.selectors.upprakning import Upprakningsdata, hamta_forslag, hamta_upprakning, sparade_satser
from budget.tabeller.upprakning import (
    bygg_upprakning,
    ovanliga_satser,
    sammanfatta_forslag,
    varna_for_planen,
)
from budget.views.brygga import far_justera, fick_justera, oppna_brygga, valt_ar
from budget.views.heltal import las_heltal
from budget.views.justering import krav_justera
from budget.views.tabeller import ram
from regionskane.lib.belopp import MNKR, formatera
from regionskane.lib.visning import visa


@login_required
@require_http_methods(["GET", "POST"])
def upprakning(request, ar, kod):
    """The uppräkning of a year (`?ar=`). A POST shows what the rates give, or saves (`vad`) what was shown."""
    atkomst = oppna_brygga(request, ar, kod)
    version = atkomst.version
    if request.method == "POST":
        if not fick_justera(request, version):
            krav_justera(request, version)
        return _ta_emot(request, atkomst)
    data = hamta_upprakning(version, valt_ar(request, version), atkomst.urval)
    form = Upprakningsformular(None, data=data) if far_justera(request, version) else None
    return _sida(request, atkomst, data, form)


def _ta_emot(request, atkomst):
    version = atkomst.version
    skrivet = request.POST.get("ar", str(version.ar))
    valt = las_heltal(skrivet, min(version.ar_lista), max(version.ar_lista))
    if valt not in version.ar_lista:
        raise Http404
    data = hamta_upprakning(version, valt, atkomst.urval)
    form = Upprakningsformular(request.POST, data=data)
    if not form.is_valid():
        return _sida(request, atkomst, data, form, status=422)
    if request.POST.get("vad") != "spara":
        return _sida(request, atkomst, data, form)
    if not any(f.summa for f in form.forslag.values()):
        form.add_error(None, "Satserna ger ingen nämnd något belopp. Inget är sparat.")
        return _sida(request, atkomst, data, form, status=422)
    if request.POST.get("avtryck") != form.avtryck():
        form.add_error(
            None,
            "Beloppen är inte de som visades: satserna eller basen har ändrats sedan dess. Inget är sparat. Läs "
            "igenom förslaget nedan och spara igen.",
        )
        return _sida(request, atkomst, data, form, status=409)
    rader = form.rader()
    if ovanliga_satser(data, rader.satser, rader.undantag) and not request.POST.get("satser_sedda"):
        form.add_error(None, "Inget är sparat: svara först på frågan om satserna.")
        return _sida(request, atkomst, data, form, status=422)
    try:
        sparad = spara_upprakning(
            version=version,
            rader=rader,
            uppgifter=form.uppgifter(),
            belopp=form.belopp(),
            by=request.user,
            sedd_rev=form.cleaned_data["rev"] or 0,
            sedd_justering_rev=form.cleaned_data["justering_rev"] or 0,
        )
    except JusteringenAndrad as fel:
        form.add_error(None, str(fel))
        data = hamta_upprakning(version, valt, atkomst.urval)
        return _sida(request, atkomst, data, form, status=409, nu=form.ersatts_av(data))
    except JusteringsFel as fel:
        form.add_error(None, str(fel))
        return _sida(request, atkomst, data, form, status=422)
    messages.success(
        request,
        f"Satserna är sparade, och {sammanfatta_forslag(form.forslag)} står i utkastet «{sparad.titel}». Läs det här "
        "och spara som beslutad.",
    )
    return redirect("justering", version.ar, version.kod, sparad.pk)


def _sida(request, atkomst, data: Upprakningsdata, form: Upprakningsformular | None, *, status=200, nu=None):
    """The page; `nu` has what is saved now for the fields where somebody else was there before."""
    version, valt = atkomst.version, data.brygga.ar
    innehall = ram(request, atkomst, "brygga", titel="Justeringar")
    innehall["smulor"][-1]["url"] = f"{reverse('brygga', args=[version.ar, version.kod])}?ar={valt}"
    innehall["smulor"].append({"text": "Uppräkning"})
    har = reverse("upprakning", args=[version.ar, version.kod])
    innehall |= {
        "form": form,
        "valt": valt,
        "aren": [{"text": str(a), "url": f"{har}?ar={a}", "aktiv": a == valt} for a in version.ar_lista],
        "har_bas": bool(upprakningsbaser(data.brygga)),
        "beslutad": data.justering if data.justering and data.justering.beslutad else None,
        "andra": [j for j in data.beslutade if j != data.justering],
        "nu": nu or {},
    }
    if form:
        innehall |= _formularet(data, form, nu or {})
    if form is None or not form.is_bound:
        forslag, satser = hamta_forslag(data), sparade_satser(data.satser.values())
        motiv = {e: u.motiv for e, u in data.undantag.items()}
        satsmotiv = {s: r.motiv for s, r in data.satser.items()}
    elif form.forslag is not None:
        rader = form.rader()
        forslag, satser = form.forslag, rader.satser
        motiv, satsmotiv = rader.undantagsmotiv, rader.satsmotiv
        innehall["avtryck"] = form.avtryck()
        innehall["ger"] = sammanfatta_forslag(forslag)
        innehall["plantext"], innehall["planrader"] = varna_for_planen(data, forslag)
        innehall["ovanliga"] = ovanliga_satser(data, rader.satser, rader.undantag)
        innehall["satser_sedda"] = bool(form.data.get("satser_sedda"))
    else:
        forslag = {}
    if forslag:
        innehall["t"] = visa(bygg_upprakning(data, forslag, satser, motiv, satsmotiv))
    return render(request, "budget/upprakning.html", innehall, status=status)


def _formularet(data: Upprakningsdata, form: Upprakningsformular, nu: dict) -> dict:
    """The two tables of fields, and what could not be read."""
    baser = upprakningsbaser(data.brygga)
    sektorer = list(form.sektorer.values())

    def ruta(namn: str) -> dict:
        return {"falt": form[namn], "nu": nu.get(namn, "")}

    grupper = [
        {
            "namn": s.sektor_namn,
            "rader": [
                {
                    "namn": p.enhet_namn,
                    "bas": formatera(baser[p.enhet_id], skala=MNKR, decimaler=1)
                    if p.enhet_id in baser
                    else "",
                    "rutor": [ruta(namndfalt(p, f)) for f in UNDANTAG],
                }
                for p in data.enheter
                if p.sektor_id == s.sektor_id
            ],
        }
        for s in sektorer
    ]
    fel = [f for f in form if f.errors and not f.is_hidden] if form.is_bound else []
    return {
        "sektorer": [s.sektor_namn for s in sektorer],
        "satsrader": [
            {"namn": etikett, "rutor": [ruta(sektorsfalt(s, f)) for s in sektorer]}
            for f, etikett in SATSER.items()
        ],
        "grupper": grupper,
        "undantagsrubriker": list(UNDANTAG.values()),
        "bredd": len(UNDANTAG) + 2,
        "fellista": [
            {"text": f"{f.label}: {text}", "url": f"#{f.id_for_label}"} for f in fel for text in f.errors
        ],
    }
