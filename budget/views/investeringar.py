"""Investment objects: bilaga 5B with its charts, and entering what an object is. Its amounts are entered in a table
like the others."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from budget.actions.investeringar import (
    InvesteringsFel,
    ObjektetAndrat,
    byt_namn,
    godta_objekt,
    registrera_investeringsbeslut,
    skapa_objekt,
    ta_bort_investeringsbeslut,
    varfor_fast,
)
from budget.diagram.investeringar import bygg_ramdiagram, bygg_utgiftsdiagram
from budget.forms.investeringar import (
    Filterformular,
    Investeringsbeslutsformular,
    Namnformular,
    Objektformular,
    las_filter,
)
from budget.models import INVESTERINGSOBJEKT, Investeringsbeslut, Investeringsobjekt
from budget.selectors.askanden import hamta_namndernas_ramar
from budget.selectors.investeringar import (
    berakna_kreditivranta,
    hamta_namnder,
    hamta_objekt,
    hamta_storsta,
    hamta_summa_5a,
    valbara_namnder,
)
from budget.selectors.kontroll import hamta_skilda_rader
from budget.tabeller.investeringar import FORESLAGET, beslutstext, bygg_kreditivranta, bygg_objekttabell
from budget.tabeller.kontroll import skild_rad
from budget.views.atkomst import last, oppna_uppstallning, oppna_version
from budget.views.tabeller import ram
from organisation.permissions import Omfang, Ratt, get_behorighet
from regionskane.lib.diagram import rita_andelar, rita_staplar
from regionskane.lib.visning import visa


def _oppna(request, ar, kod):
    atkomst = oppna_version(request, ar, kod)
    return atkomst, oppna_uppstallning(atkomst, INVESTERINGSOBJEKT)


@login_required
@require_GET
def investeringar(request, ar, kod):
    """The objects of a version, all or those asked for (`?sok=`, `?namnd=`, `?slag=`, `?strategiskt=`)."""
    atkomst, u = _oppna(request, ar, kod)
    version, filter = atkomst.version, las_filter(request.GET)
    data = hamta_objekt(version, u, atkomst.kolumner[u], atkomst.urval, filter)
    t = bygg_objekttabell(data)
    innehall = ram(request, atkomst, u.kod, titel=u.namn) | {
        "uppstallning": u,
        "rubrik": t.rubrik,
        "ingress": t.ingress,
        "t": visa(t),
        "tom": not data.objekt,
        "filter": Filterformular(request.GET or None, namnder=data.alla_namnder),
        "filtrerat": bool(filter),
        "foreslagna": [o for o in data.objekt if o.foreslaget and not version.faststalld],
        "askanden": atkomst.askanden if not version.last else None,
        "objekten": data.objekt,
    }
    innehall["far_skriva"] = any(o.enhet_id in innehall["far_skriva"] for o in data.objekt)
    innehall["far_lagga_upp"] = bool(_skrivnamnder(request, version))
    if data.objekt:
        hela = atkomst.urval.allt and not filter
        innehall |= _diagram(data, hamta_summa_5a(version) if hela else {})
        if hela:
            innehall["kreditivranta"] = visa(bygg_kreditivranta(data, berakna_kreditivranta(data)))
            fem_a = next((x for x in atkomst.uppstallningar if x.kod == "investeringar"), None)
            skilda = hamta_skilda_rader(version, fem_a) if fem_a else []
            innehall["varningar"] = [skild_rad(a) for a in skilda]
    return render(request, "budget/investeringar.html", innehall)


def _diagram(data, totalt) -> dict:
    svar = {}
    if utgift := bygg_utgiftsdiagram(data, totalt):
        svar["utgift"] = {
            "rubrik": utgift.rubrik,
            "under": utgift.under,
            "bred": mark_safe(rita_staplar(utgift, bredd=760, id_="utgift-bred")),
            "smal": mark_safe(rita_staplar(utgift, bredd=358, id_="utgift-smal")),
        }
    if mot := bygg_ramdiagram(data):
        svar["mot_ram"] = {
            "rubrik": mot.rubrik,
            "under": mot.under,
            "bred": mark_safe(rita_andelar(mot, bredd=760, id_="ram-bred")),
            "smal": mark_safe(rita_andelar(mot, bredd=358, id_="ram-smal")),
        }
    return svar


def _skrivnamnder(request, version, *, aven_last: bool = False):
    """The nämnder that the user may lay up an object under."""
    behorighet = get_behorighet(request)
    if version.last and not aven_last:
        return []
    if Omfang.ALLT in behorighet.omfang(Ratt.SKRIVA_BELOPP):
        return valbara_namnder(version, None)
    ids = behorighet.namnder(Ratt.SKRIVA_BELOPP)
    return valbara_namnder(version, ids) if ids else []


@login_required
@require_http_methods(["GET", "POST"])
def nytt_objekt(request, ar, kod):
    """Lay up an object with its first amounts."""
    atkomst, u = _oppna(request, ar, kod)
    version = atkomst.version
    # Whoever typed when the version was locked keeps what was typed.
    namnder = _skrivnamnder(request, version, aven_last=request.method == "POST")
    if not namnder:
        if version.last:
            raise last(version, " och tar inga nya objekt")
        raise PermissionDenied(f"Du får inte lägga upp investeringsobjekt i {version.namn}.")
    form = Objektformular(
        request.POST if request.method == "POST" else None, version=version, namnder=namnder,
        storsta=hamta_storsta(version), ramar=hamta_namndernas_ramar(version),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            objekt = skapa_objekt(
                version=version, uppgifter=form.uppgifter(), belopp=form.belopp(), by=request.user
            )
        except InvesteringsFel as fel:
            form.add_error(None, str(fel))
        else:
            som = f" Det räknas i 5A och står som {FORESLAGET}." if objekt.foreslaget else ""
            messages.success(request, f"«{objekt.enhet.namn}» är upplagt.{som}")
            return redirect("investeringar", ar, kod)
    innehall = _ram(request, atkomst, u, "Nytt objekt")
    innehall |= {
        "form": form,
        "lista": _felen(form),
        "askanden": atkomst.askanden,
        "foreslar": not get_behorighet(request).far(Ratt.BESVARA_ASKANDE),
    }
    return render(request, "budget/nytt_objekt.html", innehall, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def objekt(request, ar, kod, enhet):
    """An object: what it is, its name and what is decided about it in the version."""
    atkomst, u = _oppna(request, ar, kod)
    det = _hamta(atkomst, enhet)
    if request.method == "GET":
        return _objektsida(request, atkomst, u, det)
    version = atkomst.version
    if request.POST.get("vad") == "godta":
        godta_objekt(objekt=det, by=request.user)
        messages.success(request, f"«{det.enhet.namn}» är godtaget och står inte längre som föreslaget.")
        return redirect("investeringsobjekt", ar, kod, enhet)
    _krav_skriva(request, version, det)
    beslut = request.POST.get("vad") == "beslut"
    namnform = Namnformular(None if beslut else request.POST, objekt=det)
    beslutsform = Investeringsbeslutsformular(request.POST if beslut else None, version=version)
    form = beslutsform if beslut else namnform
    status, nu = 422, ""
    if form.is_valid():
        try:
            if beslut:
                registrera_investeringsbeslut(
                    version=version, objekt=det, uppgifter=form.uppgifter(), by=request.user
                )
                messages.success(request, "Beslutet är registrerat.")
            else:
                data = form.cleaned_data
                byt_namn(
                    version=version, objekt=det, namn=data["namn"], sedd_rev=data["rev"] or 0, by=request.user
                )
                messages.success(request, "Namnet är sparat.")
            return redirect("investeringsobjekt", ar, kod, enhet)
        except ObjektetAndrat as fel:
            det = _hamta(atkomst, enhet)
            status, nu = 409, det.enhet.namn
            form.add_error(None, str(fel))
            form.svara_pa(det)
        except InvesteringsFel as fel:
            form.add_error(None, str(fel))
    return _objektsida(request, atkomst, u, det, namnform, beslutsform, status=status, nu=nu)


def _objektsida(request, atkomst, u, det, namnform=None, beslutsform=None, *, status=200, nu=""):
    version = atkomst.version
    innehall = _ram(request, atkomst, u, det.enhet.namn)
    innehall |= {
        "objekt": det,
        "namnd": hamta_namnder(version).get(det.enhet_id),
        "beslut": [
            (b, beslutstext(b)) for b in Investeringsbeslut.objects.filter(version=version, objekt=det)
        ],
        "far_andra": det.enhet_id in innehall["far_skriva"],
        "namnform": namnform or Namnformular(objekt=det),
        "beslutsform": beslutsform or Investeringsbeslutsformular(version=version),
        "nu": nu,
        "foreslaget": det.foreslaget and not version.faststalld,
        "far_godta": get_behorighet(request).far(Ratt.BESVARA_ASKANDE),
        "lista": [x for f in (namnform, beslutsform) if f and f.is_bound for x in _felen(f)],
    }
    if (
        status == 200
        and not innehall["far_andra"]
        and not version.last
        and _far_skriva(request, version, det)
    ):
        innehall["fast"] = varfor_fast(version, det)
    # What was typed when the version was locked is shown even though it cannot be saved.
    innehall["far_andra"] = innehall["far_andra"] or status != 200
    return render(request, "budget/investeringsobjekt.html", innehall, status=status)


@login_required
@require_POST
def ta_bort_beslut(request, ar, kod, enhet, pk):
    """Take a decision about an object away."""
    atkomst, _ = _oppna(request, ar, kod)
    det = _hamta(atkomst, enhet)
    _krav_skriva(request, atkomst.version, det)
    beslut = get_object_or_404(Investeringsbeslut, version=atkomst.version, objekt=det, pk=pk)
    try:
        ta_bort_investeringsbeslut(beslut=beslut, by=request.user)
    except InvesteringsFel as fel:
        messages.error(request, str(fel))
    else:
        messages.success(request, "Beslutet är borttaget. Historiken har det kvar.")
    return redirect("investeringsobjekt", ar, kod, enhet)


def _hamta(atkomst, enhet) -> Investeringsobjekt:
    det = Investeringsobjekt.objects.select_related("enhet").filter(enhet__kod=enhet).first()
    if det is None:
        raise Http404
    if det.enhet_id not in atkomst.urval:
        raise PermissionDenied("Objektet hör till en nämnd som du inte får läsa innan versionen är låst.")
    return det


def _far_skriva(request, version, det) -> bool:
    return det.enhet_id in get_behorighet(request).urval(
        Ratt.SKRIVA_BELOPP, last=False, period=version.period
    )


def _krav_skriva(request, version, det) -> None:
    if not _far_skriva(request, version, det):
        raise PermissionDenied("Du får inte ändra objektet.")


def _ram(request, atkomst, u, titel) -> dict:
    innehall = ram(request, atkomst, u.kod, titel=u.namn)
    innehall["smulor"][-1]["url"] = f"{innehall['smulor'][1]['url']}{u.kod}/"
    innehall["smulor"].append({"text": titel})
    return innehall


def _felen(form) -> list[dict]:
    return [
        {"text": fel, "url": f"#{form[namn].id_for_label}"}
        for namn, lista in form.errors.items()
        if namn != NON_FIELD_ERRORS
        for fel in lista
    ]
