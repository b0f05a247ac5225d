"""The nämnder's parts of a version: the list of them, a part's own page, and the steps."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from budget.actions import budgetdel as aktion
from budget.actions.budgetdel import DelenAndrad, DelFel, MotivSaknas
from budget.forms.budgetdel import Aterlamningsformular, Dagformular, Oppningsformular
from budget.models import Budgetdel, Delstatustext, Uppstallningsslag
from budget.regler.delflode import FLODE, Sida, Steg, mojliga_steg
from budget.selectors.askanden import hamta_askanden
from budget.selectors.budgetdel import hamta_delenheter, hamta_delhistorik, i_delen, las_avtryck
from budget.selectors.kommentar import hamta_deltradar, rakna_per_cell, rakna_per_plats
from budget.tabeller.adress import versionsadress
from budget.tabeller.askanden import askandevarningar, bygg_askandetabell
from budget.tabeller.budgetdel import (
    ORDNINGAR,
    STEGORD,
    Delrad,
    las_delar,
    las_deltabell,
    nasta_att_granska,
    ordna,
    rakna_celler,
    skriv_historik,
    varningar,
)
from budget.tabeller.kommentar import INGET_SKRIVET, bygg_kommentarer
from budget.views.atkomst import Atkomst, last, oppna_version, skrivbart
from budget.views.tabeller import ram
from organisation.permissions import Enhetsurval, Ratt, get_behorighet
from regionskane.bladdra import bladdra
from regionskane.lib.visning import visa

# More empty cells than these are counted, not spelled out.
FLEST_TOMMA = 12


@dataclass(frozen=True)
class Delatkomst:
    """A part that the user may read. `enheter` are all of the part's, `urval` those that the user may read."""

    atkomst: Atkomst
    budgetdel: Budgetdel
    rader: tuple[Delrad, ...]
    rad: Delrad
    enheter: frozenset[int]
    urval: Enhetsurval


def delurval(request, version) -> Enhetsurval:
    """The enheter whose part and comments the user may read, whether the version is locked or not."""
    return get_behorighet(request).urval(Ratt.LASA_DELAR, last=version.last, period=version.period)


def oppna_delar(request, ar, kod) -> tuple[Atkomst, list[Delrad]]:
    """The version and the parts of it that the user may read. 404 or PermissionDenied."""
    atkomst = oppna_version(request, ar, kod, Ratt.LASA_DELAR)
    return atkomst, las_delar(atkomst.version, atkomst.kolumner, atkomst.urval, idag=timezone.localdate())


def oppna_del(request, ar, kod, namnd) -> Delatkomst:
    """One part. 404, or PermissionDenied for somebody else's."""
    atkomst, rader = oppna_delar(request, ar, kod)
    rad = next((r for r in rader if r.budgetdel.namnd.kod == namnd), None)
    if rad is None:
        if Budgetdel.objects.filter(version=atkomst.version, namnd__kod=namnd).exists():
            raise PermissionDenied("Du får inte läsa den nämndens del.")
        raise Http404
    alla = hamta_delenheter(atkomst.version)
    enheter = frozenset(e for e, n in alla.items() if n == rad.budgetdel.namnd_id)
    urval = Enhetsurval(enheter=frozenset(e for e in enheter if e in atkomst.urval))
    return Delatkomst(atkomst, rad.budgetdel, tuple(rader), rad, enheter, urval)


def far_ta_steg(request, d: Delatkomst, steg: Steg) -> bool:
    """Whether the user is on the side that takes a step: the nämnd's takes the right to write all of its enheter."""
    version = d.atkomst.version
    if version.last:
        return False
    if FLODE[steg].sida == Sida.GRANSKAREN:
        return get_behorighet(request).far(Ratt.GRANSKA_DELAR)
    skriv = skrivbart(request, version)
    return all(e in skriv for e in d.enheter)


def mina_steg(request, d: Delatkomst) -> list[Steg]:
    """The steps that the user may take with the part as it is."""
    return [s for s in mojliga_steg(d.budgetdel.status) if far_ta_steg(request, d, s)]


def krav_steg(request, d: Delatkomst, steg: Steg) -> None:
    """Raise PermissionDenied for who is not on the side that takes the step."""
    if far_ta_steg(request, d, steg):
        return
    if d.atkomst.version.last:
        raise last(d.atkomst.version, ", så delarna ligger fast")
    if FLODE[steg].sida == Sida.GRANSKAREN:
        get_behorighet(request).krav(Ratt.GRANSKA_DELAR)
    raise PermissionDenied("Bara den som får skriva för hela nämnden lämnar in eller tar tillbaka dess del.")


@login_required
@require_http_methods(["GET", "POST"])
def delar(request, ar, kod):
    """All parts that the user may read, to order (`?ordna=`) and filter (`?status=`, `?sena=1`); a POST opens."""
    atkomst, rader = oppna_delar(request, ar, kod)
    version = atkomst.version
    form, status = Oppningsformular(), 200
    if request.method == "POST":
        get_behorighet(request).krav(Ratt.GRANSKA_DELAR)
        form = Oppningsformular(request.POST)
        if form.is_valid():
            try:
                antal = aktion.oppna_for_inmatning(
                    version=version, sista_dag=form.cleaned_data["sista_dag"], by=request.user
                )
            except DelFel as fel:
                form.add_error("sista_dag", str(fel))
            else:
                messages.success(
                    request,
                    f"{version.namn} är öppen för inmatning: {antal} {'nämnd' if antal == 1 else 'nämnder'}.",
                )
                return redirect("delar", ar, kod)
        status = 422
    efter = request.GET.get("ordna", "namnd")
    fallande = efter.startswith("-")
    if efter.removeprefix("-") not in ORDNINGAR:
        raise Http404
    valda = ordna(rader, efter.removeprefix("-"), fallande=fallande)
    valt_lage, bara_sena = request.GET.get("status", ""), request.GET.get("sena") == "1"
    valda = [
        r for r in valda if (not valt_lage or r.budgetdel.status == valt_lage) and (not bara_sena or r.sen)
    ]
    behorighet = get_behorighet(request)
    innehall = ram(request, atkomst, "delar", titel="Nämndernas delar") | {
        "rubrik": "Nämndernas delar",
        "ingress": _sammanfatta(rader) if rader else f"{version.namn} är inte öppnad för inmatning i delar.",
        "rader": valda,
        "finns": bool(rader),
        "huvuden": [_huvud(request, ordet, efter) for ordet in ORDNINGAR],
        "lagen": [{"varde": v, "text": t, "vald": v == valt_lage} for v, t in Delstatustext.choices],
        "bara_sena": bara_sena,
        "ordning": efter,
        "form": form,
        "far_granska": behorighet.far(Ratt.GRANSKA_DELAR) and not version.last,
        "nasta": next((r for r in rader if r.budgetdel.status == Delstatustext.INLAMNAD), None),
    }
    return render(request, "budget/delar.html", innehall, status=status)


def _sammanfatta(rader) -> str:
    antal = {v: sum(r.budgetdel.status == v for r in rader) for v in Delstatustext.values}
    lagesord = (_STANGDA, *_LAGESORD[1:]) if any(r.stangd for r in rader) else _LAGESORD
    delar_ = ", ".join(f"{n} {text if n == 1 else flera}" for v, text, flera in lagesord if (n := antal[v]))
    sena = sum(r.lage.vantar and r.sen for r in rader)
    ord_ = "1 del" if len(rader) == 1 else f"{len(rader)} delar"
    slut = f" {sena} är {'sen' if sena == 1 else 'sena'}." if sena else ""
    return f"{ord_}: {delar_}.{slut}"


# What an open part is in a version that is locked.
_STANGDA = (Delstatustext.OPPEN, "inte inlämnad", "inte inlämnade")
_LAGESORD = (
    (Delstatustext.OPPEN, "öppen", "öppna"),
    (Delstatustext.INLAMNAD, "inlämnad", "inlämnade"),
    (Delstatustext.GRANSKAD, "granskad", "granskade"),
    (Delstatustext.ATER, "åter för komplettering", "åter för komplettering"),
    (Delstatustext.KLAR, "klar", "klara"),
)


def _huvud(request, ordet: str, efter: str) -> dict:
    vald, fallande = efter.removeprefix("-") == ordet, efter.startswith("-")
    fraga = request.GET.copy()
    fraga["ordna"] = f"-{ordet}" if vald and not fallande else ordet
    sort = ("descending" if fallande else "ascending") if vald else ""
    tal = ordet in ("tomma", "kommentarer")
    return {"text": ORDNINGAR[ordet][0], "url": f"?{fraga.urlencode()}", "sort": sort, "tal": tal}


@login_required
@require_GET
def budgetdel(request, ar, kod, namnd):
    """A part: how it stands, its sums, what is empty or odd, the comments, and the steps that the user may take."""
    return visa_del(request, oppna_del(request, ar, kod, namnd))


def visa_del(request, d: Delatkomst, *, status=200, skrivet=INGET_SKRIVET, fel="", dagform=None):
    """The page of a part, also as the answer to something that was refused."""
    version = d.atkomst.version
    steg = mina_steg(request, d)
    skriv = skrivbart(request, version)
    far_kommentera = bool(d.urval) and any(e in skriv for e in d.urval.enheter)
    granskar = get_behorighet(request).far(Ratt.GRANSKA_DELAR)
    historik = bladdra(request, lambda vilka: hamta_delhistorik(d.budgetdel, vilka), ankare="delens-gang")
    innehall = _delsida(request, d) | _underlag(request, d) | {
        "steg": [{"ord": STEGORD[s], "steg": s.value} for s in steg if s not in (Steg.LAMNA_IN, Steg.ATERLAMNA)],
        "far_lamna_in": Steg.LAMNA_IN in steg,
        "far_aterlamna": Steg.ATERLAMNA in steg,
        "dagform": dagform or Dagformular(initial={"sista_dag": d.budgetdel.sista_dag, "rev": d.budgetdel.rev}),
        "far_andra_dag": granskar and not version.last and d.budgetdel.skrivbar,
        "nasta": nasta_att_granska(list(d.rader), d.budgetdel) if granskar else None,
        "historik": skriv_historik([*historik.rader, *historik.fore], antal=len(historik.rader)),
        "blad": historik,
        "kommentarer": bygg_kommentarer(
            hamta_deltradar(d.budgetdel, d.urval.enheter),
            adress=reverse("kommentera_del", args=[version.ar, version.kod, d.budgetdel.namnd.kod]),
            far_skriva=far_kommentera,
            jag=request.user.pk,
            med_plats=True,
            skrivet=skrivet,
        ),
        "fel": fel,
    }  # fmt: skip
    return render(request, "budget/budgetdel.html", innehall, status=status)


def _delsida(request, d: Delatkomst) -> dict:
    """What every page of a part shows, with crumbs that lead back to the list."""
    version = d.atkomst.version
    innehall = ram(request, d.atkomst, "delar", titel="Nämndernas delar")
    innehall["smulor"][-1]["url"] = reverse("delar", args=[version.ar, version.kod])
    innehall["smulor"].append({"text": d.rad.namnd})
    return innehall | {"rubrik": d.rad.namnd, "budgetdel": d.budgetdel, "rad": d.rad}


def _underlag(request, d: Delatkomst) -> dict:
    """The sums of the part per table, its empty cells, and what to look at twice."""
    rot = versionsadress(d.atkomst.version)
    skriv = skrivbart(request, d.atkomst.version)
    skrivbar = d.budgetdel.skrivbar and any(e in skriv for e in d.urval.enheter)
    version, kolumner = d.atkomst.version, d.atkomst.kolumner
    tabeller, sett = [], []
    for u, u_kolumner in kolumner.items():
        if not i_delen(version, u):
            continue
        if u.slag == Uppstallningsslag.ASKANDE:
            tabell, sett_har = _askanden(request, d, u, skrivbar)
            tabeller.insert(0, tabell)
            sett += sett_har
            continue
        t = las_deltabell(version, u, u_kolumner, d.urval, d.rad.namnd, rakna_per_plats(version, u, d.urval))
        if not t.rader:
            continue
        lankar = [{"text": f"Visa {u.namn.lower()} i versionen", "url": f"{rot}{u.kod}/"}]
        if skrivbar:
            lankar.append({"text": "Ändra belopp", "url": f"{rot}{u.kod}/inmatning/"})
        tabeller.append({"vy": visa(t), "lankar": lankar})
        sett += varningar(t)
    tomma = [namn for tal in rakna_celler(version, kolumner, d.urval).values() for namn in tal.tomma]
    visade = (
        tomma if len(tomma) <= FLEST_TOMMA else [*tomma[:FLEST_TOMMA], f"och {len(tomma) - FLEST_TOMMA} till"]
    )
    return {
        "tabeller": tabeller,
        "varningar": sett,
        "tomma": tomma,
        "tomma_rubrik": "En cell är tom" if len(tomma) == 1 else f"{len(tomma)} celler är tomma",
        "tomma_lista": [{"text": namn} for namn in visade],
    }


def _askanden(request, d: Delatkomst, u, skrivbar: bool) -> tuple[dict, list[str]]:
    """What the part asks for beside its ram, with its page and, while it may be written, its entry; and what to look
    at twice in it."""
    version, namnd = d.atkomst.version, d.budgetdel.namnd
    urval = Enhetsurval(enheter=d.urval.enheter)
    rader = hamta_askanden(version, u, urval, dict.fromkeys(d.enheter, namnd.pk))
    t = bygg_askandetabell(
        version, u, rader, {namnd.pk: namnd.namn}, kommentarer=rakna_per_cell(version, u, urval)
    )
    rot = versionsadress(version)
    lankar = [{"text": "Motiv och svar", "url": f"{rot}askanden/?namnd={namnd.kod}"}]
    if skrivbar:
        lankar.append({"text": "Ändra belopp", "url": f"{rot}{u.kod}/inmatning/"})
    return {"vy": visa(t), "lankar": lankar, "tom": not t.rader}, askandevarningar(version, rader)


@login_required
@require_http_methods(["GET", "POST"])
def lamna_in(request, ar, kod, namnd):
    """What the nämnd is about to hand in; a POST hands in just that."""
    d = oppna_del(request, ar, kod, namnd)
    krav_steg(request, d, Steg.LAMNA_IN)
    status, fel = 200, ""
    if request.method == "POST":
        try:
            aktion.lamna_in(
                budgetdel=d.budgetdel,
                by=request.user,
                avtryck=request.POST.get("avtryck", ""),
                sedd_rev=_rev(request),
            )
        except DelenAndrad as skal:
            status, fel = 409, str(skal)
            d = oppna_del(request, ar, kod, namnd)
        except MotivSaknas as skal:
            status, fel = 422, str(skal)
        except DelFel as skal:
            return visa_del(request, oppna_del(request, ar, kod, namnd), status=422, fel=str(skal))
        else:
            messages.success(request, f"{d.rad.namnd} har lämnat in. Beloppen ligger nu fast.")
            return redirect("budgetdel", ar, kod, namnd)
    elif not d.budgetdel.skrivbar:
        messages.info(request, f"Delen är {d.rad.status.lower()} och lämnas inte in igen.")
        return redirect("budgetdel", ar, kod, namnd)
    # Before the tables are read: what is written in between is then not as it was shown, and handed in by nobody.
    avtryck = las_avtryck(d.atkomst.version, d.enheter)
    innehall = _delsida(request, d) | _underlag(request, d)
    innehall["smulor"][-1]["url"] = "../"
    innehall["smulor"].append({"text": "Lämna in"})
    innehall |= {
        "rubrik": f"Lämna in: {d.rad.namnd}",
        "avtryck": avtryck,
        "fel": fel,
    }
    return render(request, "budget/lamna_in.html", innehall, status=status)


_STEG = {
    Steg.TA_TILLBAKA: (aktion.ta_tillbaka, "Delen är tagen tillbaka och kan ändras."),
    Steg.GRANSKA: (aktion.granska, "Delen är markerad som granskad."),
    Steg.KLARMARKERA: (aktion.klarmarkera, "Delen är klar."),
}


@login_required
@require_POST
def steg(request, ar, kod, namnd):
    """A step that takes no words: `steg` is ta_tillbaka, granska or klarmarkera."""
    d = oppna_del(request, ar, kod, namnd)
    valt = next((s for s in _STEG if s == request.POST.get("steg")), None)
    if valt is None:
        # Asked of who may not take any step first, so that a guess tells nothing.
        if not any(far_ta_steg(request, d, s) for s in _STEG):
            krav_steg(request, d, Steg.GRANSKA)
        return HttpResponseBadRequest("Steget finns inte.")
    krav_steg(request, d, valt)
    gor, besked = _STEG[valt]
    try:
        gor(budgetdel=d.budgetdel, by=request.user, sedd_rev=_rev(request))
    except DelFel as fel:
        ny = oppna_del(request, ar, kod, namnd)
        return visa_del(request, ny, status=409 if isinstance(fel, DelenAndrad) else 422, fel=str(fel))
    messages.success(request, f"{d.rad.namnd}: {besked[0].lower()}{besked[1:]}")
    return redirect("budgetdel", ar, kod, namnd)


@login_required
@require_http_methods(["GET", "POST"])
def aterlamna(request, ar, kod, namnd):
    """Give a part back with what is to be done."""
    d = oppna_del(request, ar, kod, namnd)
    krav_steg(request, d, Steg.ATERLAMNA)
    form, status = Aterlamningsformular(initial={"rev": d.budgetdel.rev}), 200
    if request.method == "POST":
        form, status = Aterlamningsformular(request.POST), 422
        if form.is_valid():
            try:
                aktion.aterlamna(
                    budgetdel=d.budgetdel,
                    kommentar=form.cleaned_data["kommentar"],
                    sista_dag=form.cleaned_data["sista_dag"],
                    sedd_rev=form.cleaned_data["rev"],
                    by=request.user,
                )
            except DelFel as fel:
                form.add_error(None, str(fel))
                if isinstance(fel, DelenAndrad):
                    status = 409
                    d = oppna_del(request, ar, kod, namnd)
                    # What was typed is kept; the next try is on the part as it is now.
                    form.data = form.data.copy()
                    form.data["rev"] = str(d.budgetdel.rev)
            else:
                messages.success(request, f"{d.rad.namnd} har fått delen åter för komplettering.")
                return redirect("budgetdel", ar, kod, namnd)
    innehall = _delsida(request, d)
    innehall["smulor"][-1]["url"] = "../"
    innehall["smulor"].append({"text": "Lämna åter"})
    innehall |= {"form": form, "rubrik": f"Lämna åter: {d.rad.namnd}"}
    return render(request, "budget/aterlamna.html", innehall, status=status)


@login_required
@require_POST
def sista_dag(request, ar, kod, namnd):
    """Give a nämnd another last day."""
    d = oppna_del(request, ar, kod, namnd)
    get_behorighet(request).krav(Ratt.GRANSKA_DELAR)
    form = Dagformular(request.POST)
    if form.is_valid():
        try:
            aktion.andra_sista_dag(
                budgetdel=d.budgetdel,
                sista_dag=form.cleaned_data["sista_dag"],
                sedd_rev=form.cleaned_data["rev"],
                by=request.user,
            )
        except DelenAndrad as fel:
            return visa_del(request, oppna_del(request, ar, kod, namnd), status=409, fel=str(fel))
        except DelFel as fel:
            form.add_error("sista_dag", str(fel))
        else:
            messages.success(request, f"{d.rad.namnd} har ny sista dag.")
            return redirect("budgetdel", ar, kod, namnd)
    return visa_del(request, d, status=422, dagform=form)


def _rev(request) -> int | None:
    text = request.POST.get("rev", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
