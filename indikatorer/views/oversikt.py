"""The overview of a year: what is met and what is not, per goal or per nämnd."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from indikatorer.models import Indikator, Segment
from indikatorer.regler.bedomning import Utfall
from indikatorer.selectors.arsbild import hamta_arsbild
from indikatorer.selectors.bedomning import bedom_celler
from indikatorer.selectors.bibliotek import hamta_malomraden
from indikatorer.tabeller.arsbild import rakna
from indikatorer.tabeller.oversikt import UTAN, bygg_grupper, malgrupper, valj
from indikatorer.views.atkomst import krav_ar, krav_lasa, smulor
from organisation.models import Namnd

# Drawings in all, shared between the groups; a politician reads no more, and the page stays quick.
FLEST_RITADE = 72


@login_required
@require_GET
def oversikt(request, ar):
    """Drawings of what is furthest from its target, and a line for what is met; `?per=namnd` groups by nämnd."""
    krav_lasa(request)
    aren = krav_ar(ar)
    per_namnd = request.GET.get("per") == "namnd"
    bild = hamta_arsbild(ar)
    register = {
        pk: (mal, agare) for pk, mal, agare in Indikator.objects.values_list("pk", "malomrade", "agare")
    }
    if per_namnd:
        grupper = [(pk, namn, "", f"agare={pk}") for pk, namn in Namnd.objects.values_list("pk", "namn")]
        grupper.append((None, "Utan ägande nämnd", "", ""))
        valda_for = {pk: agare for pk, (_, agare) in register.items()}
    else:
        grupp_av, grupper = malgrupper(hamta_malomraden())
        grupper.append((None, UTAN, "", ""))
        valda_for = {pk: grupp_av.get(mal) for pk, (mal, _) in register.items()}
    antal_grupper = len({valda_for[b.indikator] for b in bild.rader}) or 1
    valda = valj(
        bild.rader,
        grupp_for=lambda b: valda_for[b.indikator],
        grupper=grupper,
        per_grupp=max(1, min(6, FLEST_RITADE // antal_grupper)),
    )
    visade = {b[:2] for g in valda for b in (*g.ej, *g.uppfyllda)}
    bedomda = bedom_celler(ar, visade)
    antal = rakna(bild.rader)
    rot = reverse("indikatoroversikt", args=[ar])
    return render(
        request,
        "indikatorer/oversikt.html",
        {
            "smulor": smulor({"text": f"Översikt {ar}"}),
            "ar": ar,
            "aren": [
                {
                    "text": str(a),
                    "url": reverse("indikatoroversikt", args=[a]) + ("?per=namnd" if per_namnd else ""),
                    "aktiv": a == ar,
                }
                for a in aren
            ],
            "per": [
                {"text": "Per mål", "url": rot, "aktiv": not per_namnd},
                {"text": "Per nämnd", "url": f"{rot}?per=namnd", "aktiv": per_namnd},
            ],
            "uppfyllda": antal[Utfall.UPPFYLLT],
            "ej": antal[Utfall.EJ_UPPFYLLT],
            "oklara": antal[Utfall.KAN_EJ_BEDOMAS],
            "bedomda": antal[Utfall.UPPFYLLT] + antal[Utfall.EJ_UPPFYLLT],
            "grupper": bygg_grupper(valda, bedomda, Segment.objects.in_bulk(), ar=ar),
        },
    )
