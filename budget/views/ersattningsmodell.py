"""Trying the ersättningsmodell: variants beside each other, of which one may become a draft justering."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from budget.actions.justering import JusteringsFel, spara_justering
from budget.forms.ersattningsmodell import VARIANTER, Modellformular, Variantformular
from budget.forms.justering import med_finans
from budget.selectors.ersattningsmodell import modellens_baser
from budget.selectors.justering import hamta_brygga
from budget.tabeller.ersattningsmodell import bygg_jamforelse, bygg_variant
from budget.views.brygga import oppna_brygga
from budget.views.justering import krav_justera
from budget.views.tabeller import ram
from regionskane.lib.belopp import MNKR, formatera, formatera_procent
from regionskane.lib.visning import visa


@login_required
@require_http_methods(["GET", "POST"])
def ersattningsmodell(request, ar, kod):
    """A GET with values shows what each variant comes to; a POST keeps one (`spara`) as a draft."""
    atkomst = oppna_brygga(request, ar, kod)
    version = atkomst.version
    krav_justera(request, version)
    skickat = request.POST if request.method == "POST" else request.GET if "titel" in request.GET else None
    huvud = Modellformular(skickat, version=version)
    valt = huvud.cleaned_data["ar"] if huvud.is_bound and huvud.is_valid() else version.ar
    data = hamta_brygga(version, valt, atkomst.urval)
    baser = modellens_baser(data)
    a = Variantformular(skickat, bokstav=VARIANTER[0], baser=baser)
    formular = [a, *(Variantformular(skickat, bokstav=b, baser=baser, forlaga=a) for b in VARIANTER[1:])]
    raknas = [f for f in formular if skickat is not None and baser and (f is a or f.ifylld)]
    giltiga = [f for f in raknas if f.is_valid()]
    fel = [text for f in raknas for text in f.non_field_errors()]
    if request.method == "POST" and huvud.is_valid() and baser:
        valda = [f for f in giltiga if f.bokstav == request.POST.get("spara")]
        fel += [] if valda else ["Välj en variant som går att räkna. Inget är sparat."]
        for f in valda:
            try:
                sparad = _spara(request, version, huvud, f, data)
            except JusteringsFel as skal:
                fel.append(str(skal))
            else:
                messages.success(request, "Varianten är sparad som utkast. Läs det och spara som beslutad.")
                return redirect("justering", ar, kod, sparad.pk)
    innehall = ram(request, atkomst, "brygga", titel="Justeringar")
    innehall["smulor"][-1]["url"] = reverse("brygga", args=[ar, kod])
    innehall["smulor"].append({"text": "Ersättningsmodell"})
    innehall |= {
        "huvud": huvud,
        "formular": formular,
        "grupper": _grupper(formular, baser),
        "fel": fel,
        "finns": bool(baser),
        "skickat": skickat is not None,
        "tabeller": [],
        "sparbara": giltiga,
    }
    if giltiga:
        utfall = {f.bokstav: f.utfall for f in giltiga}
        innehall["tabeller"] = [visa(bygg_jamforelse(baser, utfall))]
        innehall["tabeller"] += [visa(bygg_variant(baser, b, u)) for b, u in utfall.items()]
    trasigt = bool(fel) or len(giltiga) < len(raknas) or (huvud.is_bound and not huvud.is_valid())
    return render(request, "budget/ersattningsmodell.html", innehall, status=422 if trasigt else 200)


def _spara(request, version, huvud, form: Variantformular, data):
    effekter = {enhet: u.effekt for enhet, u in form.utfall.items()}
    if not any(effekter.values()):
        raise JusteringsFel(f"Variant {form.bokstav.upper()} ändrar ingenting. Inget är sparat.")
    return spara_justering(
        version=version,
        uppgifter=form.uppgifter(huvud),
        rader=med_finans(effekter, data),
        by=request.user,
        besluta=False,
    )


def _grupper(formular, baser) -> list[dict]:
    """The rows of the form: a heading, today's figure, and one field per variant."""
    summa = sum(bas for _, bas in baser)
    rad = [
        {
            "rubrik": p.enhet_namn,
            "idag": formatera(bas, skala=MNKR, decimaler=1)
            + (f" ({formatera_procent(bas / summa, decimaler=2)})" if summa else ""),
            "falt": [f[p.enhet_kod] for f in formular],
        }
        for p, bas in baser
    ]
    return [
        {
            "rubrik": "Ramar",
            "rader": [
                {
                    "rubrik": "Att fördela, mnkr",
                    "idag": formatera(summa, skala=MNKR, decimaler=1) if baser else "",
                    "falt": [f["total"] for f in formular],
                },
                {"rubrik": "Dämpare uppåt, % av idag", "idag": "", "falt": [f["upp"] for f in formular]},
                {"rubrik": "Dämpare nedåt, % av idag", "idag": "", "falt": [f["ned"] for f in formular]},
            ],
        },
        {"rubrik": "Andel, %", "rader": rad},
    ]
