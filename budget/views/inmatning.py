"""Entering amounts in a table of a version."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from budget.actions.belopp import DelenArInlamnad, Konflikt, VersionenArLast, spara_belopp
from budget.forms.inmatning import OgiltigtFormular, OtillatenCell, las_inmatning
from budget.models import Uppstallningsslag
from budget.regler.enhetssinne import Enhet
from budget.selectors.balanskrav import med_regelrader
from budget.selectors.celler import hamta_celler
from budget.selectors.enhetssinne import hamta_ursprung, referenser
from budget.selectors.internbudget import hamta_enhetens_tabell, inmatningsenheter
from budget.selectors.investeringar import hamta_objekt
from budget.selectors.kommentar import rakna_per_cell
from budget.selectors.skrivratt import (
    LAST_AV_FULLMAKTIGE,
    ar_ram,
    last_av_fullmaktige,
    skrivbart_i,
    stangda_i,
)
from budget.selectors.uppstallning import hamta_uppstallning
from budget.tabeller.askandeinmatning import (
    SOM_DET_STAR,
    bygg_askandefraga,
    bygg_askandeinmatning,
    las_som,
    svaren_som_ges,
)
from budget.tabeller.inmatning import INGET_SVAR, NYSS, Svar, bygg_inmatning, cellnamn, skrivbara_celler
from budget.tabeller.investeringar import bygg_objektinmatning, objektcellnamn, skrivbara_objektceller
from budget.views.atkomst import last as last_version
from budget.views.atkomst import oppna_uppstallning, oppna_version, skrivbart
from budget.views.tabeller import ram
from organisation.permissions import Enhetsurval, LiggerFast, Ratt, get_behorighet


class Bord(NamedTuple):
    """How a kind of table is entered: what it is read from, which cells may be written, its page, a cell's name."""

    hamta: Callable
    skrivbara: Callable
    bygg: Callable
    namn: Callable


VANLIGT = Bord(hamta_uppstallning, skrivbara_celler, bygg_inmatning, cellnamn)
OBJEKT = Bord(hamta_objekt, skrivbara_objektceller, bygg_objektinmatning, objektcellnamn)
ASKANDEN = VANLIGT._replace(bygg=bygg_askandeinmatning)


def bordet(u) -> Bord:
    """How the table is entered: its rows may be investment objects, or stand against the ram."""
    if u.per_objekt:
        return OBJEKT
    return ASKANDEN if u.slag == Uppstallningsslag.ASKANDE else VANLIGT


@login_required
@require_http_methods(["GET", "POST"])
def inmatning(request, ar, kod, uppstallning):
    """The entry table. A refused save (422: errors, 409: conflicts) shows the form with all that was typed."""
    atkomst = oppna_version(request, ar, kod, Ratt.LASA_BELOPP)
    u = oppna_uppstallning(atkomst, uppstallning, aven_askanden=True)
    skriv = skrivbart_i(get_behorighet(request), atkomst.version, u)
    if request.method == "POST" and atkomst.version.last:
        return _lastes(request, atkomst, u)
    if not skriv and ar_ram(atkomst.version, u) and skrivbart(request, atkomst.version):
        return _last_ram(request, atkomst, u)
    if not skriv:
        if atkomst.version.last:
            raise last_version(atkomst.version, " och tar inga nya belopp")
        raise PermissionDenied(f"Du får läsa men inte skriva i {atkomst.version.namn}.")
    data = _hamta(request, atkomst, u, skriv)
    tillatna = bordet(u).skrivbara(data, skriv)
    if not tillatna:
        raise PermissionDenied(f"Du har inga celler att fylla i under {u.namn}.")
    stangda = stangda_i(atkomst.version, u)
    inlamnade = {c for c in tillatna if c.enhet in stangda}
    if request.method == "GET":
        if inlamnade == tillatna:
            raise LiggerFast(_inlamnad(atkomst.version, stangda, inlamnade))
        return _visa(request, atkomst, u, data, tillatna - inlamnade, inlamnade=stangda.keys())
    try:
        inmatat = las_inmatning(request.POST, tillaten=tillatna.__contains__, matt=_matt(data))
    except OtillatenCell as fel:
        raise PermissionDenied("Formuläret har en cell som du inte får skriva i.") from fel
    except OgiltigtFormular as fel:
        return HttpResponseBadRequest(str(fel))
    if rorda := inlamnade & inmatat.texter.keys():
        return _lastes(request, atkomst, u, _inlamnad(atkomst.version, stangda, rorda))
    tillatna -= inlamnade
    if inmatat.fel:
        svar = Svar(inmatat.texter, inmatat.fel, {}, inmatat.sedda)
        return _visa(
            request,
            atkomst,
            u,
            data,
            tillatna,
            svar,
            status=422,
            varfor=inmatat.varfor,
            inlamnade=stangda.keys(),
        )
    andringar = inmatat.andringar
    if u.slag == Uppstallningsslag.ASKANDE:
        andringar, fraga = _fraga_om_ramen(request, data, andringar)
        if fraga:
            svar = Svar(inmatat.texter, {}, {}, inmatat.sedda)
            return _visa(
                request, atkomst, u, data, tillatna, svar, status=422, varfor=inmatat.varfor,
                inlamnade=stangda.keys(), fraga=fraga,
            )  # fmt: skip
    try:
        antal = spara_belopp(
            version=atkomst.version, andringar=list(andringar), by=request.user, varfor=inmatat.varfor
        )
    except Konflikt as krock:
        svar = Svar(inmatat.texter, {}, krock.celler, inmatat.sedda)
        return _visa(
            request,
            atkomst,
            u,
            data,
            tillatna,
            svar,
            status=409,
            varfor=inmatat.varfor,
            inlamnade=stangda.keys(),
        )
    except DelenArInlamnad as fel:
        return _lastes(request, atkomst, u, str(fel))
    except VersionenArLast:
        return _lastes(request, atkomst, u)
    klocka = timezone.localtime().strftime("%H.%M")
    if antal:
        messages.success(
            request, f"{antal} belopp sparade kl. {klocka}." if antal > 1 else f"Sparat kl. {klocka}."
        )
    else:
        messages.info(request, "Inget var ändrat, så inget sparades.")
    return redirect(f"{request.path}?{urlencode({'sparat': 1} | _vald_enhet(data))}")


def _fraga_om_ramen(request, data, andringar):
    """The changes as the answer of the form says that they are to be read, and the question that is not answered, if
    any. Who says that figures stand as they are to is not asked of such again."""
    nyckel = f"askandesinne:{data.version.pk}"
    svar = request.POST.get("lases_som", "")
    # A paste in tkr has been asked about where it was made.
    nekade = {e.value for e in Enhet} & set(request.POST.get("enhet_besvarad", "")[:100].split())
    besvarade = {f"{slag}.{enhet}" for slag in ("niva", "tillskott") for enhet in nekade}
    besvarade |= set(request.session.get(nyckel, ()))
    fraga = bygg_askandefraga(data, andringar, lambda c: cellnamn(data, c), besvarade)
    if fraga is None:
        return andringar, None
    if svar == SOM_DET_STAR:
        request.session[nyckel] = sorted(besvarade | svaren_som_ges(fraga))
        return andringar, None
    if svar in svaren_som_ges(fraga):
        return las_som(data, andringar, svar), None
    return andringar, fraga


def _last_ram(request, atkomst, u):
    """The table with every cell locked, to who may write in the version but not fullmäktige's ram in it."""
    if request.method == "POST":
        raise PermissionDenied(f"{last_av_fullmaktige(atkomst.version, u)} Ingenting har sparats.")
    data = _hamta(request, atkomst, u, Enhetsurval())
    return _visa(request, atkomst, u, data, frozenset(), last=LAST_AV_FULLMAKTIGE)


def _hamta(request, atkomst, u, skriv):
    """The table to enter: all of it or, of one that is per förvaltning, that of the enhet asked for (`?enhet=`)."""
    if not u.per_forvaltning:
        return bordet(u).hamta(atkomst.version, u, atkomst.kolumner[u], atkomst.urval)
    enheter = inmatningsenheter(atkomst.version, u, skriv)
    kod = request.GET.get("enhet")
    plats = next((p for p in enheter if kod in (None, p.enhet_kod)), None)
    if plats is None:
        raise PermissionDenied(f"Du har inga celler att fylla i under {u.namn} för den enheten.")
    return hamta_enhetens_tabell(atkomst.version, u, atkomst.kolumner[u], plats)


def _vald_enhet(data) -> dict[str, str]:
    return {"enhet": data.placeringar[0].enhet_kod} if data.uppstallning.per_forvaltning else {}


def _matt(data):
    return {p.pk: p.matt for p in data.poster}


def _visa(
    request,
    atkomst,
    u,
    data,
    tillatna,
    svar=INGET_SVAR,
    *,
    status=200,
    varfor="",
    inlamnade=frozenset(),
    last="",
    fraga=None,
):
    nu = timezone.now()
    celler = hamta_celler(atkomst.version, u, atkomst.urval, sedan=nu - NYSS)
    if u.kod == "balanskrav":
        data = med_regelrader(data)
    laser = get_behorighet(request).urval(Ratt.LASA_DELAR, last=False, period=atkomst.version.period)
    kommentarer = rakna_per_cell(atkomst.version, u, laser)
    vy = bordet(u).bygg(
        data, celler, tillatna, anvandare_id=request.user.pk, nu=nu, svar=svar, kommentarer=kommentarer,
        inlamnade=inlamnade, last=last,
        mot=referenser(data, tillatna, hamta_ursprung(atkomst.version, data.poster, atkomst.urval)),
    )  # fmt: skip
    innehall = ram(request, atkomst, u.kod, titel=u.namn)
    innehall["smulor"][-1]["url"] = "../"
    innehall["smulor"].append({"text": "Inmatning"})
    if u.per_forvaltning:
        innehall["enheter"] = [
            {"text": p.enhet_namn, "url": f"?enhet={p.enhet_kod}", "aktiv": p == data.placeringar[0]}
            for p in inmatningsenheter(atkomst.version, u, skrivbart(request, atkomst.version))
        ]
    innehall |= {
        "vy": vy,
        "uppstallning": u,
        "last": last_av_fullmaktige(atkomst.version, u) if last else "",
        "askanden": atkomst.askanden if last else None,
        "varfor": varfor,
        "fraga": fraga,
        "sparat": status == 200 and "sparat" in request.GET,
        "fellista": [{"text": f.text, "url": f"#{f.falt}"} for f in vy.felrader],
        "felrubrik": _felrubrik(svar),
    }
    return render(request, "budget/inmatning.html", innehall, status=status)


def _inlamnad(version, stangda, celler) -> str:
    namnder = ", ".join(dict.fromkeys(stangda[c.enhet] for c in sorted(celler)))
    return (
        f"{namnder} har lämnat in sin del av {version.namn}, så beloppen ligger fast. "
        "Ta tillbaka delen, eller be en koncerncontroller lämna den åter, om något ska ändras."
    )


def _lastes(request, atkomst, u, inlamnad=""):
    """The version was locked, or a part handed in (`inlamnad` says so), while somebody typed: nothing is saved, and
    all that was typed is shown."""
    skriv = skrivbart_i(get_behorighet(request), atkomst.version, u, aven_last=True)
    data = _hamta(request, atkomst, u, skriv)
    bord = bordet(u)
    tillatna = bord.skrivbara(data, skriv)
    if not tillatna:
        raise last_version(atkomst.version, " och tar inga nya belopp")
    try:
        inmatat = las_inmatning(request.POST, tillaten=tillatna.__contains__, matt=_matt(data))
    except (OtillatenCell, OgiltigtFormular) as fel:
        raise last_version(atkomst.version, " och tar inga nya belopp") from fel
    innehall = ram(request, atkomst, u.kod, titel=u.namn)
    innehall |= {
        "uppstallning": u,
        "rader": [(bord.namn(data, cell), text) for cell, text in inmatat.texter.items()],
        "varfor": inmatat.varfor,
        "inlamnad": inlamnad,
    }
    return render(request, "budget/lastes.html", innehall, status=409)


def _felrubrik(svar: Svar) -> str:
    if svar.konflikter:
        antal = len(svar.konflikter)
        ord_ = "En cell har ändrats" if antal == 1 else f"{antal} celler har ändrats"
        return f"{ord_} av någon annan medan du skrev. Inget är sparat ännu: välj värde och spara igen."
    antal = len(svar.fel)
    return f"{'Ett värde' if antal == 1 else f'{antal} värden'} gick inte att läsa. Inget är sparat ännu."
