"""Reading in values from a file or from Kolada: send or fetch, see what would happen, and accept."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from indikatorer.actions.biblioteksfil import (
    BiblioteketAndrat,
    granska_biblioteksfil,
    ta_emot_biblioteksfil,
)
from indikatorer.actions.inlasning import (
    SLAG_KOLADA,
    InlasningsFel,
    Underlag,
    behall_fil,
    hamtat_underlag,
    krav_ratt,
    starta_inlasning,
    starta_koladahamtning,
)
from indikatorer.actions.inlasning import granska as granska_underlag
from indikatorer.actions.skala import fragans_enhet
from indikatorer.forms.inlasning import Koladaformular
from indikatorer.models import Ursprung
from indikatorer.selectors.register import hamta_cellnamn
from indikatorer.tabeller.inlasning import bygg_andringar, bygg_biblioteksandringar, visade
from indikatorer.views.atkomst import krav_lasa, smulor
from organisation.permissions import Ratt, get_behorighet
from regionskane.historik import andring
from regionskane.jobb.models import Jobb
from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.visning import visa

STORST = 5 * 1024 * 1024
FLEST_FYND = 100
# What has been sent is previewed by its sender and nobody else, and within a day.
_SALT, _LIVSTID = "indikatorer.inlasning", 24 * 3600


@login_required
@require_http_methods(["GET", "POST"])
def las_in(request):
    """Send a file; one that cannot be read at all is answered with why (422)."""
    _krav(request)
    if request.method == "GET":
        return _visa_start(request, Koladaformular())
    fil = request.FILES.get("fil")
    if fil is None:
        return _visa_start(request, Koladaformular(), "Välj en fil att läsa in.")
    if fil.size > STORST:
        return _visa_start(
            request, Koladaformular(), f"Filen är större än {STORST // 1024 // 1024} MB och läses inte."
        )
    underlag = behall_fil(innehall=fil.read(), namn=fil.name)
    try:
        granska_underlag(underlag=underlag, by=request.user)
    except InlasningsFel as fel:
        return _visa_start(request, Koladaformular(), str(fel), fel.anmarkningar)
    u = signing.dumps([request.user.pk, underlag.sha256, underlag.namn], salt=_SALT)
    return redirect(f"{reverse('granska_matningar')}?{urlencode({'u': u})}")


@login_required
@require_POST
def hamta_kolada(request):
    """Queue a fetching from Kolada. Nothing is written among the values until it has been previewed and accepted."""
    _krav(request)
    form = Koladaformular(request.POST)
    if not form.is_valid():
        return _visa_start(request, form, status=422)
    d = form.cleaned_data
    with andring(by=request.user):
        jobb = starta_koladahamtning(
            kpier=d["kpier"] or None,
            omraden=d["omraden"],
            ar=range(d["fran"], d["till"] + 1),
            by=request.user,
        )
    return redirect(jobb)


@login_required
@require_http_methods(["GET", "POST"])
def granska(request):
    """What a kept file (`?u=`) or a finished fetching (`?jobb=`) would do; a POST of what was shown accepts it."""
    _krav(request)
    underlag = replace(_underlag(request), rakna_om=request.GET.get("procent") == "rakna_om")
    try:
        granskning = granska_underlag(underlag=underlag, by=request.user)
    except InlasningsFel as fel:
        return _visa_start(request, Koladaformular(), str(fel), fel.anmarkningar)
    andrat = False
    if request.method == "POST" and granskning.resultat:
        andrat = request.POST.get("avtryck") != granskning.resultat.avtryck
        if not andrat:
            with andring(by=request.user):
                jobb = starta_inlasning(granskning=granskning, by=request.user)
            return redirect(jobb)
    andringar = visade(granskning) if granskning.resultat else []
    antal = len(granskning.nya) + len(granskning.resultat.ersatta) if granskning.resultat else 0
    t = bygg_andringar(andringar, hamta_cellnamn(a.cell for a in andringar), antal=antal)
    innehall = {
        "smulor": _smulor({"text": underlag.namn}),
        "underlag": underlag,
        "g": granskning,
        "t": visa(t) if andringar else None,
        "fraga": _skalfraga(request, granskning),
        "fel": _lista(granskning.fel),
        "upplysningar": _lista(
            [
                a
                for a in granskning.anmarkningar
                if a.niva is not Niva.FEL and not (a.kod == "SKALA" and granskning.skalfragor)
            ]
        ),
        "andrat": andrat,
    }
    status = 409 if andrat else 422 if granskning.fel and request.method == "POST" else 200
    return render(request, "indikatorer/granska.html", innehall, status=status)


def _skalfraga(request, granskning) -> dict | None:
    """The one question about values of another scale, and the preview where they are read anew."""
    if not granskning.skalfragor:
        return None
    fraga = request.GET.copy()
    fraga["procent"] = "rakna_om"
    text = next(a.text for a in granskning.anmarkningar if a.kod == "SKALA")
    enhet = fragans_enhet(granskning.skalfragor)
    return {"enhet": enhet, "text": text, "url": f"?{fraga.urlencode()}"}


def _krav(request) -> None:
    krav_lasa(request)
    krav_ratt(request.user)


def _underlag(request) -> Underlag:
    if pk := request.GET.get("jobb"):
        try:
            jobb = get_object_or_404(Jobb, pk=pk, agare=request.user)
        except ValidationError as fel:
            raise Http404 from fel
        if underlag := hamtat_underlag(jobb):
            return underlag
        raise Http404
    try:
        vem, sha256, namn = signing.loads(request.GET.get("u", ""), salt=_SALT, max_age=_LIVSTID)
    except signing.BadSignature as fel:
        raise Http404 from fel
    if vem != request.user.pk:
        raise Http404
    return Underlag(sha256, namn, Ursprung.IMPORTERAD)


def _visa_start(request, form, fel="", anmarkningar=(), *, status=None):
    return render(
        request,
        "indikatorer/las_in.html",
        {
            "smulor": _smulor(),
            "form": form,
            "fel": fel,
            "lista": _lista(anmarkningar),
            "storst": STORST // 1024 // 1024,
            "hamtningar": Jobb.objects.filter(agare=request.user, slag=SLAG_KOLADA)[:5],
        },
        status=status or (422 if fel else 200),
    )


def _smulor(*under: dict) -> list[dict]:
    return smulor({"text": "Läs in värden", "url": reverse("las_in_matningar")}, *under)


def _lista(fynd) -> list[dict]:
    fynd = list(fynd)
    lista = [{"text": _fynd(a)} for a in fynd[:FLEST_FYND]]
    if len(fynd) > FLEST_FYND:
        lista.append({"text": f"Och {len(fynd) - FLEST_FYND} till."})
    return lista


def _fynd(a: Anmarkning) -> str:
    plats = f"Rad {a.rad}" if a.rad else ""
    if a.kolumn:
        plats = f"{plats}, {a.kolumn}" if plats else a.kolumn
    return f"{plats}: {a.text}" if plats else a.text


@login_required
@require_http_methods(["GET", "POST"])
def las_in_bibliotek(request):
    """Send a file of definitions, see what it would change, and take it in: three answers of one page."""
    get_behorighet(request).krav(Ratt.STYRA_INDIKATORER)
    if request.method == "GET":
        return _visa_bibliotek(request)
    if "u" in request.POST:
        try:
            vem, sha256, namn = signing.loads(request.POST["u"], salt=_SALT, max_age=_LIVSTID)
        except signing.BadSignature as fel:
            raise Http404 from fel
        if vem != request.user.pk:
            raise Http404
        try:
            g = ta_emot_biblioteksfil(
                sha256=sha256, namn=namn, avtryck=request.POST.get("avtryck", ""), by=request.user
            )
        except BiblioteketAndrat as fel:
            return _visa_granskat_bibliotek(request, sha256, namn, str(fel), status=409)
        messages.success(request, f"{len(g.andringar)} definitioner är sparade.")
        return redirect("indikatorer")
    fil = request.FILES.get("fil")
    if fil is None or fil.size > STORST:
        skal = "Välj en fil att läsa in." if fil is None else "Filen är för stor och läses inte."
        return _visa_bibliotek(request, {"fel": skal}, status=422)
    underlag = behall_fil(innehall=fil.read(), namn=fil.name)
    return _visa_granskat_bibliotek(request, underlag.sha256, underlag.namn)


def _visa_granskat_bibliotek(request, sha256: str, namn: str, fel: str = "", *, status=200):
    g = granska_biblioteksfil(sha256=sha256, by=request.user)
    if g.anmarkningar:
        innehall = {"fel": f"{namn} går inte att läsa in. Inget är sparat.", "lista": _lista(g.anmarkningar)}
        return _visa_bibliotek(request, innehall, status=422)
    innehall = {
        "fel": fel,
        "namn": namn,
        "g": g,
        "t": visa(bygg_biblioteksandringar(g.andringar)) if g.andringar else None,
        "u": signing.dumps([request.user.pk, sha256, namn], salt=_SALT),
    }
    return _visa_bibliotek(request, innehall, status=status)


def _visa_bibliotek(request, innehall: dict | None = None, *, status=200):
    innehall = {"smulor": smulor({"text": "Läs in definitioner"})} | (innehall or {})
    return render(request, "indikatorer/las_in_bibliotek.html", innehall, status=status)
