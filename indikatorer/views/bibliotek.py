"""The library: finding an indikator and seeing how the year came out."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from indikatorer.forms.bibliotek import Filterformular
from indikatorer.models import Indikator, Segment
from indikatorer.selectors.arsbild import (
    Arsbild,
    Bild,
    hamta_arsbild,
    hamta_indikatorer_i_ordning,
    hamta_matar,
    hamta_senaste_fyllda,
)
from indikatorer.selectors.bedomning import bedom_celler
from indikatorer.selectors.bibliotek import hamta_indikatorer, hamta_malomraden
from indikatorer.tabeller.arsbild import bygg_rader, rakna, rakna_i_ord
from indikatorer.views.atkomst import far_exportera, far_styra, heltal, krav_lasa
from organisation.models import Enhet, Enhetstyp, Namnd
from organisation.permissions import Ratt, get_behorighet

PER_SIDA = 100


@login_required
@require_GET
def bibliotek(request):
    """All indikatorer with the year's judgement, searched, filtered and ordered."""
    krav_lasa(request)
    form, ar, bilder, segment, arsnot = las_urval(request)
    antal = rakna(bilder)
    vald = form.vard("utfall")
    if vald:
        bilder = [b for b in bilder if (b.utfall or "inget") == vald]
    sida = Paginator(_ordna(bilder, form.vard("ordning")), PER_SIDA).get_page(request.GET.get("sida"))
    visade = list(dict.fromkeys(b.indikator for b in sida))
    indikatorer = {i.pk: i for i in hamta_indikatorer_i_ordning(visade)}
    bedomda = bedom_celler(ar, {b[:2] for b in sida}, kon=form.vard("kon") or "T", enhet=form.vard("enhet"))
    val = {k: v for k, v in request.GET.items() if v and k != "sida"}
    return render(
        request,
        "indikatorer/bibliotek.html",
        {
            "form": form,
            "ar": ar,
            "arsnot": arsnot,
            "rader": bygg_rader(sida, indikatorer, bedomda, segment, fraga=enhetsfraga(form)),
            "sida": sida,
            "rakning": rakna_i_ord(antal),
            "antal": len(bilder),
            "filtrerat": any(v for k, v in val.items() if k not in ("ar", "ordning")),
            "fler_val": any(val.get(k) for k in ("malomrade", "segment", "slag", "kon", "enhet")),
            "finns": Indikator.objects.exists(),
            "fraga": urlencode(val),
            "far_styra": far_styra(request),
            "far_exportera": far_exportera(request),
            "far_lasa_in": bool(get_behorighet(request).omfang(Ratt.SKRIVA_MATNINGAR)),
        },
    )


def las_urval(request):
    """The filter, the year, the cells of it that are asked for whatever their judgement, the segments by id, and what
    is to be said of the year: that the one asked for has no values, or that another has begun."""
    enhet = heltal(request.GET.get("enhet", ""))
    aren = hamta_matar(enhet) or hamta_matar() or [timezone.localdate().year]
    segment = {s.pk: s for s in Segment.objects.select_related("grupp")}
    form = Filterformular(
        request.GET,
        aren=aren,
        malomraden=hamta_malomraden(),
        namnder=list(Namnd.objects.filter(indikatorer__isnull=False).distinct().values_list("pk", "namn")),
        enheter=Enhet.objects.exclude(typ=Enhetstyp.OBJEKT).values_list("pk", "namn").order_by("namn"),
        segment=[(s.pk, f"{s.namn} ({s.grupp.namn.lower()})") for s in segment.values()],
    )
    fylld, antal_senast = hamta_senaste_fyllda(aren, enhet)
    ar = form.vard("ar") or fylld
    urval = hamta_indikatorer(
        sok=form.vard("sok") or "",
        agare=form.vard("agare"),
        malomrade=form.vard("malomrade"),
        enhetsslag=form.vard("slag") or "",
    )
    namn = dict(urval.values_list("pk", "namn"))
    kon = form.vard("kon")
    bild = hamta_arsbild(ar, kon=kon or "T", enhet=form.vard("enhet"))
    arsnot = _arsnot(form, heltal(request.GET.get("ar", "")), ar, aren[0], antal_senast, bild)
    bilder = [b for b in bild.rader if b.indikator in namn]
    vald = form.vard("segment")
    if vald:
        bilder = [b for b in bilder if b.segment == vald]
    elif not kon and not form.vard("enhet"):
        med = {b.indikator for b in bilder}
        bilder += [Bild(pk, None, "T", None, None, False) for pk in namn if pk not in med]
    if kon:
        bilder = [b for b in bilder if b.har_varde]
    if form.vard("ordning") == "namn":
        bilder.sort(key=lambda b: namn[b.indikator].casefold())
    return form, ar, bilder, segment, arsnot


def _arsnot(form, onskat: int | None, ar: int, senast: int, antal_senast: int, bild: Arsbild) -> str:
    """What the reader must know of the year that is shown; empty when it is the one asked for and has values."""
    if onskat is not None and onskat != ar:
        return f"Det finns inga värden för {onskat}. Listan visar {ar}."
    if not any(b.har_varde for b in bild.rader):
        return f"Det finns inga värden för {ar}" + (" i urvalet." if form.vard("kon") else ".")
    if onskat is None and senast != ar:
        varden = "ett värde" if antal_senast == 1 else f"{antal_senast} värden"
        return f"{senast} har hittills {varden}. Listan visar {ar}; välj {senast} under År för att se det."
    return ""


def enhetsfraga(form) -> str:
    """The part of an indikator's address that says whose values the library shows."""
    vald = form.vard("enhet")
    kod = Enhet.objects.filter(pk=vald).values_list("kod", flat=True).first() if vald else None
    return f"&enhet={kod}" if kod else ""


def _ordna(bilder: list[Bild], ordning: str | None) -> list[Bild]:
    """By distance to the target; what could not be judged stands last."""
    if ordning not in ("langst", "narmast"):
        return bilder
    tecken = 1 if ordning == "langst" else -1
    return sorted(bilder, key=lambda b: (b.avstand is None, 0 if b.avstand is None else tecken * b.avstand))
