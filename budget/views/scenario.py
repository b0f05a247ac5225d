"""Scenarier of a version: trying, keeping, throwing away and proposing. A scenario is its owner's alone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from budget.actions.scenario import (
    ScenarioFel,
    ScenariotAndrat,
    foresla_scenario,
    kasta_scenario,
    spara_scenario,
)
from budget.actions.versioner import VersionsFel
from budget.forms.scenario import Scenarioformular
from budget.models import Scenario
from budget.regler.scenario import Antaganden, las_antaganden, rakna
from budget.selectors.scenario import egna_scenarier, hamta_scenariounderlag
from budget.tabeller.scenario import (
    RAKNESATT,
    bygg_meningar,
    bygg_rakning,
    bygg_scenario,
    bygg_scenariohandling,
    bygg_sida_vid_sida,
    skriv_antagandena,
)
from budget.views.atkomst import oppna_version
from budget.views.tabeller import adressrot, ram, svara_med_bok
from budget.views.versioner import Kopieformular
from organisation.permissions import Ratt, get_behorighet
from regionskane.lib.visning import visa


def oppna_hela(request, ar, kod, ratt: Ratt = Ratt.LASA_BELOPP):
    """The version at an address for who may read all of its figures: a scenario counts on the whole region."""
    atkomst = oppna_version(request, ar, kod, ratt)
    if not atkomst.urval.allt:
        raise PermissionDenied(
            "Ett scenario räknas på hela regionens siffror. Du kan göra ett när versionen är låst."
        )
    return atkomst


def _eget(request, atkomst, pk) -> Scenario:
    """Somebody else's scenario is not there, whoever asks."""
    return get_object_or_404(egna_scenarier(atkomst.version, request.user).select_related("version"), pk=pk)


def _ram(request, atkomst, titel: str) -> dict:
    version = atkomst.version
    innehall = ram(request, atkomst, "scenarier", titel="Scenarier")
    if titel:
        innehall["smulor"][-1]["url"] = reverse("scenarier", args=[version.ar, version.kod])
        innehall["smulor"].append({"text": titel})
    return innehall


BORTTAGET = (
    "Scenariot kastades i en annan flik medan du skrev. Det du skrev står kvar; "
    "spara för att lägga upp det på nytt."
)


@login_required
@require_GET
def scenarier(request, ar, kod):
    """The user's own scenarier of the version."""
    atkomst = oppna_hela(request, ar, kod)
    version = atkomst.version
    innehall = _ram(request, atkomst, "") | {
        "rubrik": "Mina scenarier",
        "ingress": f"Pröva andra antaganden på {version.namn}. Inget i versionen ändras.",
        "scenarier": [
            {"scenario": s, "text": skriv_antagandena(las_antaganden(s.antaganden, version.ar_lista))}
            for s in egna_scenarier(version, request.user)
        ],
    }
    return render(request, "budget/scenarier.html", innehall)


@login_required
@require_http_methods(["GET", "POST"])
def nytt_scenario(request, ar, kod):
    """Try assumptions (`vad=rakna`), or keep them under a name."""
    atkomst = oppna_hela(request, ar, kod)
    return _sida(request, atkomst, None)


@login_required
@require_http_methods(["GET", "POST"])
def scenario(request, ar, kod, pk):
    """A kept scenario: its effect, to change, and beside another one (`?bredvid=`)."""
    atkomst = oppna_hela(request, ar, kod)
    return _sida(request, atkomst, _eget(request, atkomst, pk))


def _sida(request, atkomst, post: Scenario | None):
    version = atkomst.version
    if request.method == "GET":
        form = Scenarioformular(version=version, scenario=post)
        antaganden = las_antaganden(post.antaganden, version.ar_lista) if post else Antaganden()
        return _visa(request, atkomst, post, form, antaganden)
    spara = request.POST.get("vad") == "spara"
    form = Scenarioformular(request.POST, version=version, scenario=post, spara=spara)
    if not form.is_valid():
        return _visa(request, atkomst, post, form, Antaganden(), status=422)
    if not spara:
        return _visa(request, atkomst, post, form, form.antaganden, provas=True)
    try:
        sparat = spara_scenario(
            version=version,
            namn=form.cleaned_data["namn"],
            antaganden=form.antaganden,
            by=request.user,
            scenario=post,
            sedd_rev=form.cleaned_data["rev"] or 0,
        )
    except ScenariotAndrat as fel:
        nu = Scenario.objects.filter(pk=post.pk).first()
        if nu is None:
            form.add_error(None, BORTTAGET)
            ny = reverse("nytt_scenario", args=[version.ar, version.kod])
            return _visa(request, atkomst, None, form, form.antaganden, status=409, adress=ny)
        form.add_error(None, str(fel))
        return _visa(request, atkomst, nu, form, form.antaganden, status=409, nu=form.ersatts_av(nu))
    except ScenarioFel as fel:
        form.add_error("namn", str(fel))
        return _visa(request, atkomst, post, form, form.antaganden, status=422)
    messages.success(request, f"Scenariot «{sparat.namn}» är sparat. Bara du ser det.")
    return redirect("scenario", version.ar, version.kod, sparat.pk)


def _visa(
    request, atkomst, post, form, antaganden: Antaganden, *, status=200, provas=False, nu=(), adress=""
):
    version = atkomst.version
    underlag = hamta_scenariounderlag(version)
    innehall = _ram(request, atkomst, post.namn if post else "Nytt scenario") | {
        "rubrik": post.namn if post else "Nytt scenario",
        "ingress": f"{version.namn}, mnkr. Scenariot är ditt eget: ingen annan ser det, inte heller "
        "koncerncontroller eller revisor, och inget i versionen ändras.",
        "scenario": post,
        "form": form,
        "adress": adress,
        "finns_ar": any(u.ar in underlag.ar for u in underlag.mal),
        "grupper": [("Antaganden", list(form.rader())), ("Belopp på en rad", list(form.beloppsrader()))],
        "fellista": _fellista(form),
        "provas": provas,
        "nu": [{"text": f"{etikett}: sparat nu {text}"} for etikett, text in nu],
        "raknesatt": RAKNESATT,
    }
    if antaganden and innehall["finns_ar"]:
        resultat = rakna(underlag, antaganden)
        innehall |= {
            "meningar": bygg_meningar(resultat),
            "t": visa(bygg_scenario(version, resultat)),
            "rakning": visa(bygg_rakning(version, resultat, antaganden)),
        }
        if post and not provas:
            innehall |= _bredvid(request, atkomst, post, underlag, resultat)
    return render(request, "budget/scenario.html", innehall, status=status)


def _fellista(form):
    return [
        {"text": f"{form[namn].label}: {fel}", "url": f"#{form[namn].id_for_label}"}
        for namn, lista in form.errors.items()
        if namn != NON_FIELD_ERRORS
        for fel in lista
    ]


def _bredvid(request, atkomst, post: Scenario, underlag, resultat) -> dict:
    """The other own scenarier, and the one chosen to stand beside this one."""
    version = atkomst.version
    andra = list(egna_scenarier(version, request.user).exclude(pk=post.pk))
    vald = next((s for s in andra if str(s.pk) == request.GET.get("bredvid")), None)
    innehall = {"andra": andra, "vald": vald}
    if vald:
        annat = rakna(underlag, las_antaganden(vald.antaganden, version.ar_lista))
        tabell = bygg_sida_vid_sida(version, ((post.namn, resultat), (vald.namn, annat)))
        innehall["bredvid"] = visa(tabell)
    return innehall


@login_required
@require_http_methods(["GET", "POST"])
def kasta(request, ar, kod, pk):
    """Ask, and throw the scenario away."""
    atkomst = oppna_hela(request, ar, kod)
    post = _eget(request, atkomst, pk)
    if request.method == "POST":
        kasta_scenario(scenario=post, by=request.user)
        messages.success(request, f"Scenariot «{post.namn}» är kastat.")
        return redirect("scenarier", ar, kod)
    innehall = _ram(request, atkomst, "Kasta") | {
        "rubrik": f"Kasta «{post.namn}»?",
        "text": "Scenariot försvinner för gott. Inget i versionen ändras.",
        "knapp": "Ja, kasta scenariot",
        "tillbaka": reverse("scenario", args=[ar, kod, pk]),
    }
    return render(request, "budget/scenario_bekrafta.html", innehall)


@login_required
@require_http_methods(["GET", "POST"])
def foresla(request, ar, kod, pk):
    """Make a new open version with the scenario's changes in its lines. For who may copy versions."""
    get_behorighet(request).krav(Ratt.STYRA_VERSION)
    atkomst = oppna_hela(request, ar, kod)
    post = _eget(request, atkomst, pk)
    version = atkomst.version
    start = {"namn": f"{version.namn}, {post.namn}"[:100], "kod": f"{version.kod}-SCEN{post.pk}"}
    form = Kopieformular(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            ny = foresla_scenario(scenario=post, by=request.user, **form.cleaned_data)
        except VersionsFel as fel:
            form.add_error("kod", str(fel))
        except ScenarioFel as fel:
            form.add_error(None, str(fel))
        else:
            messages.success(
                request, f"{ny.namn} är skapad och öppen. Raderna i den är ändrade som i scenariot."
            )
            return redirect("version", ny.ar, ny.kod)
    innehall = _ram(request, atkomst, "Föreslå") | {
        "rubrik": f"Föreslå «{post.namn}» som version",
        "text": f"En ny öppen version kopieras från {version.namn}, och raderna i den ändras: intäkter, kostnader, "
        "skatt och finansnetto, och det som lånas i kassaflöde och balans. Rader som bara upprepar en annan "
        "tabells siffra töms, så att de följer den; de som är tryckta annorlunda ändras lika mycket. "
        "Alla som får läsa versionen ser den och scenariots namn; själva scenariot är fortfarande bara ditt.",
        "knapp": "Skapa versionen",
        "tillbaka": reverse("scenario", args=[ar, kod, pk]),
        "form": form,
    }
    return render(request, "budget/scenario_bekrafta.html", innehall, status=422 if form.errors else 200)


@login_required
@require_GET
def excel(request, ar, kod, pk):
    """The workbook of a scenario: the table of effects and the arithmetic."""
    atkomst = oppna_hela(request, ar, kod, Ratt.EXPORTERA)
    post = _eget(request, atkomst, pk)
    antaganden = las_antaganden(post.antaganden, atkomst.version.ar_lista)
    resultat = rakna(hamta_scenariounderlag(atkomst.version), antaganden)
    handling = bygg_scenariohandling(post, resultat, antaganden, rot=adressrot(request))
    return svara_med_bok(handling)
