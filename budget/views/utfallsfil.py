"""Ledger files: hand one in, follow it, map what it does not know, answer for its warnings, see what is in place."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from budget.actions.utfall import (
    KopplingFel,
    UtfallFel,
    ar_fraga,
    bekrafta_varningar,
    koppla_koder,
    starta_inlasning,
    ta_bort_fil,
    ta_emot_fil,
    valj_kolumner,
    valj_perioder,
)
from budget.forms.utfallsfil import (
    kolumnformular,
    kopplingsformular,
    periodfragor,
    valda_kolumner,
    valda_perioder,
)
from budget.imports.granska_utfall import OMAPPADE
from budget.imports.radtext import STORST, las_radtext
from budget.models import Filstatus, Utfallsfil, Utfallskalla
from budget.selectors.huvudbok import hamta_radkalla
from budget.selectors.utfallsfiler import (
    ar_med_utfall,
    aret,
    far_importera,
    far_se_filen,
    filens_delar,
    filens_ersatta,
    filens_historik,
    filens_jobb,
    koncerncontrollers,
    pa_plats,
    synliga_filer,
    valbara_namnder,
)
from budget.tabeller.utfallsfil import (
    LAGEN,
    MANADER,
    antal,
    ersattrader,
    fyndrader,
    manadsrutnat,
    perioder_i_ord,
    radfakta,
    varningsnamn,
)
from budget.views.heltal import las_heltal
from organisation.permissions import Ratt, get_behorighet
from regionskane.bladdra import bladdra
from regionskane.jobb.actions import ForMangaJobb, fil_plats
from regionskane.jobb.models import Jobbstatus
from regionskane.lib.anmarkning import Niva

SENASTE = 30
# Suggestions for a field where any name may be written.
FLEST_KALLOR = 300


def _smula() -> dict:
    return {"text": "Utfall", "url": reverse("utfall_start")}


def _krav_pa_lasning(request):
    behorighet = get_behorighet(request)
    if not behorighet.omfang(Ratt.LASA_HUVUDBOK):
        raise PermissionDenied(f"Din roll får inte {Ratt.LASA_HUVUDBOK.value}.")
    return behorighet


def _krav_pa_import(request):
    behorighet = _krav_pa_lasning(request)
    if not behorighet.omfang(Ratt.IMPORTERA_UTFALL):
        raise PermissionDenied(f"Din roll får inte {Ratt.IMPORTERA_UTFALL.value}.")
    return behorighet


def _fil(request, pk: int) -> Utfallsfil:
    return get_object_or_404(synliga_filer(_krav_pa_lasning(request)), pk=pk)


def _fil_att_lasa_in(request, pk: int) -> Utfallsfil:
    _krav_pa_import(request)
    fil = _fil(request, pk)
    if not far_importera(request.user, fil.namnd_id):
        raise PermissionDenied("Du får inte läsa in huvudböcker för den nämnden.")
    return fil


@login_required
@require_http_methods(["GET", "POST"])
def filer(request):
    """What is in place month by month, the latest files, and the box where a new one is dropped."""
    behorighet = _krav_pa_import(request) if request.method == "POST" else _krav_pa_lasning(request)
    fel = ""
    if request.method == "POST":
        try:
            return _ta_emot(request, behorighet)
        except UtfallFel as skal:
            fel = str(skal)
    aren = ar_med_utfall()
    idag = timezone.localdate()
    valt = request.GET.get("ar", "")
    ar = next((a for a in aren if str(a) == valt), next(iter(aren), idag.year))
    urval = behorighet.urval(Ratt.LASA_HUVUDBOK, last=False, period=aret(ar))
    far_lasa_in = bool(behorighet.omfang(Ratt.IMPORTERA_UTFALL))
    return render(
        request,
        "budget/utfallsfiler.html",
        {
            "smulor": [_smula(), {"text": "Huvudböcker", "url": ""}],
            "ar": ar,
            "aren": [{"text": str(a), "url": _val(request, ar=a), "aktiv": a == ar} for a in aren],
            "manader": MANADER,
            "rutnat": manadsrutnat(pa_plats(ar, urval), ar, idag, lambda fil: far_se_filen(behorighet, fil)),
            **_fillista(request, behorighet),
            "far_lasa_in": far_lasa_in,
            "hela_regionen": behorighet.far(Ratt.IMPORTERA_UTFALL),
            "namnder": valbara_namnder(behorighet) if far_lasa_in else [],
            "kallor": Utfallskalla.objects.all()[:FLEST_KALLOR] if far_lasa_in else [],
            "skrivet": request.POST,
            "fel": fel,
        },
        status=422 if fel else 200,
    )


def _val(request, **nytt) -> str:
    """The page with another year or state, and the other as it was."""
    valt = {namn: request.GET[namn] for namn in ("ar", "lage") if namn in request.GET} | nytt
    return f"?{urlencode(valt)}"


def _fillista(request, behorighet) -> dict:
    """The files that the user sees, a page of those in the chosen state at a time."""
    filer = synliga_filer(behorighet)
    lage = request.GET.get("lage", "")
    if lage in Filstatus.values:
        filer = filer.filter(status=lage)
    else:
        lage = ""
    blad = bladdra(request, lambda vilka: filer[vilka], ankare="filerna", per_sida=SENASTE)
    valbara = [("", "Alla"), *((s.value, text) for s, (_, text) in LAGEN.items())]
    return {
        "blad": blad,
        "filer": [(f, LAGEN[f.status], antal(f.rader) if f.rader else "") for f in blad.rader],
        "lagen": [
            {"text": text, "url": f"{_val(request, lage=v)}#filerna", "aktiv": v == lage}
            for v, text in valbara
        ],
        "lage": lage,
    }


def _ta_emot(request, behorighet):
    fil = request.FILES.get("fil")
    if fil is None:
        raise UtfallFel("Välj en fil att läsa in.")
    namnder = {str(n.pk): n for n in valbara_namnder(behorighet)}
    vald = request.POST.get("namnd", "")
    if not vald and not behorighet.far(Ratt.IMPORTERA_UTFALL):
        raise UtfallFel("Välj vilken nämnd filen gäller.")
    if vald and vald not in namnder:
        raise UtfallFel("Du får inte läsa in huvudböcker för den nämnden.")
    mottagen = ta_emot_fil(
        block=fil.chunks(),
        namn=fil.name,
        namnd=namnder.get(vald),
        kalla=request.POST.get("kalla", ""),
        by=request.user,
    )
    if mottagen.ny or mottagen.fil.status != Filstatus.INLAST:
        return _starta(request, mottagen.fil)
    messages.info(request, f"{_redan(mottagen.fil)} Ingenting har ändrats.")
    return redirect("utfallsfil", mottagen.fil.pk)


def _starta(request, fil: Utfallsfil):
    """Queue the reading, and go to where it is followed."""
    try:
        starta_inlasning(fil=fil, by=request.user)
    except UtfallFel as skal:
        messages.error(request, str(skal))
    except ForMangaJobb as skal:
        # What was done before is done: the file is there, or what was answered about it.
        messages.error(request, f"Det du gjorde är sparat, men filen läses inte in än. {skal}")
    return redirect("utfallsfil", fil.pk)


def _redan(fil: Utfallsfil) -> str:
    vem = fil.inlast_av or "systemet"
    nar = timezone.localtime(fil.inlast_tid)
    return f"Filen är redan inläst, {nar:%Y-%m-%d} kl. {nar:%H.%M} av {vem}, som {fil.namn}. {galler(fil)}"


def galler(fil: Utfallsfil) -> str:
    """Whether what the file had is in force, or which file has replaced it."""
    delar = filens_delar(fil)
    ersatta = [d for d in delar if d.ersatt_av_id]
    av = ", ".join(dict.fromkeys(d.ersatt_av.namn for d in ersatta))
    if not ersatta:
        return "Den gäller."
    if len(ersatta) == len(delar):
        return f"Den är ersatt av {av}."
    return f"Den gäller delvis: {perioder_i_ord({d.period for d in ersatta})} är ersatt av {av}."


@dataclass(frozen=True, slots=True)
class _Grupp:
    niva: str
    rubrik: str
    lista: list


_RUBRIKER = (
    (Niva.FEL, "Fel som stoppar filen"),
    (Niva.VARNING, "Varningar"),
    (Niva.INFO, "Upplysningar"),
)


@login_required
@require_GET
def fil(request, pk):
    """One file: its progress, findings and what it brought."""
    return _sida(request, _fil(request, pk))


def _sida(request, fil: Utfallsfil, *, koppling=None, kolumner=None, fel: str = "", status: int = 200):
    behorighet = get_behorighet(request)
    anmarkningar = list(fil.anmarkningar.all())
    vanliga = [a for a in anmarkningar if not (a.niva == Niva.FEL and ar_fraga(a.kod, a.koder))]
    omappade = [a for a in anmarkningar if a.kod in OMAPPADE]
    jobb = filens_jobb(fil)
    pagar = jobb is not None and jobb.status in (Jobbstatus.KOAD, Jobbstatus.KORS)
    oppen = fil.status != Filstatus.INLAST and not pagar
    far_lasa_in = far_importera(request.user, fil.namnd_id)
    far_koppla = far_lasa_in and behorighet.far(Ratt.STYRA_KONTOPLAN)
    okanda_kolumner = next((a for a in anmarkningar if a.kod == "KOLUMNER"), None)
    fel_finns = any(a.niva == Niva.FEL for a in vanliga)
    varningar = varningsnamn(a for a in vanliga if a.niva == Niva.VARNING)
    inlast = fil.status == Filstatus.INLAST
    delar = filens_delar(fil) if inlast else []
    return render(
        request,
        "budget/utfallsfil.html",
        {
            "smulor": [
                _smula(),
                {"text": "Huvudböcker", "url": reverse("utfallsfiler")},
                {"text": fil.namn, "url": ""},
            ],
            "fil": fil,
            "lage": LAGEN[fil.status],
            "jobb": jobb if jobb and (pagar or jobb.status == Jobbstatus.FEL) else None,
            "mitt_jobb": jobb is not None and jobb.agare_id == request.user.pk,
            "pagar": pagar,
            "grupper": [
                _Grupp(niva, rubrik, fyndrader(lista))
                for niva, rubrik in _RUBRIKER
                if (lista := [a for a in vanliga if a.niva == niva])
            ],
            "omappade": omappade if oppen else [],
            "koppling": (koppling or kopplingsformular(omappade)) if oppen and omappade and far_koppla else None,
            "fraga": koncerncontrollers() if oppen and omappade and not far_koppla else [],
            "okanda_kolumner": okanda_kolumner if oppen else None,
            "rubriker": [k["kod"] for k in okanda_kolumner.koder] if okanda_kolumner else [],
            "kolumner": kolumner
            or (kolumnformular([k["kod"] for k in okanda_kolumner.koder]) if okanda_kolumner else []),
            "periodfragor": periodfragor(anmarkningar, fil.kallans_val, request.POST or None) if oppen else [],
            "valda_kolumner": valda_kolumner(fil.kallans_val),
            "kallnamn": request.POST.get("kalla", fil.kalla.namn if fil.kalla else ""),
            "varningar": [(kod, namn, n, kod in fil.bekraftat) for kod, namn, n in varningar],
            "kan_bekraftas": oppen and far_lasa_in and varningar and not fel_finns
            and not any(ar_fraga(a.kod, a.koder) for a in anmarkningar),
            "far_lasa_in": far_lasa_in and oppen,
            "fel_finns": fel_finns,
            "galler": galler(fil) if inlast else "",
            "delar": delar,
            "perioder": perioder_i_ord({d.period for d in delar}),
            "antal_enheter": len({d.enhet_id for d in delar}),
            "aren": sorted({d.period // 100 for d in delar}),
            "ersatta": ersattrader(filens_ersatta(fil)) if inlast else [],
            "rader": antal(fil.rader),
            "blad": bladdra(request, lambda vilka: filens_historik(fil, vilka), ankare="filens-historik"),
            "fel": fel,
        },
        status=status,
    )  # fmt: skip


@login_required
@require_POST
def las_in(request, pk):
    """Read the file in (again)."""
    fil = _fil_att_lasa_in(request, pk)
    return redirect("utfallsfil", fil.pk) if fil.status == Filstatus.INLAST else _starta(request, fil)


@login_required
@require_POST
def ta_bort(request, pk):
    """Take away a file that has not been read in."""
    fil = _fil_att_lasa_in(request, pk)
    try:
        ta_bort_fil(fil=fil, by=request.user)
    except UtfallFel as skal:
        return _sida(request, fil, fel=str(skal), status=422)
    messages.success(request, f"{fil.namn} är borttagen. Inget av den var inläst.")
    return redirect("utfallsfiler")


@login_required
@require_POST
def bekrafta(request, pk):
    """Answer for warnings, and let the reading go on."""
    fil = _fil_att_lasa_in(request, pk)
    try:
        bekrafta_varningar(fil=fil, koder=request.POST.getlist("kod"), by=request.user)
    except UtfallFel as skal:
        return _sida(request, fil, fel=str(skal), status=422)
    return _starta(request, fil)


@login_required
@require_POST
def koppla(request, pk):
    """Map the file's unknown codes, and let the reading go on."""
    get_behorighet(request).krav(Ratt.STYRA_KONTOPLAN)
    fil = _fil_att_lasa_in(request, pk)
    formular = kopplingsformular([a for a in fil.anmarkningar.all() if a.kod in OMAPPADE], request.POST)
    try:
        koppla_koder(fil=fil, kopplingar=formular.kopplingar(), by=request.user)
    except KopplingFel as skal:
        formular.markera(skal.nyckel, str(skal))
        return _sida(request, fil, koppling=formular, fel=str(skal), status=422)
    except UtfallFel as skal:
        return _sida(request, fil, koppling=formular, fel=str(skal), status=422)
    return _starta(request, fil)


@login_required
@require_POST
def kolumner(request, pk):
    """Say what the columns are, and let the reading go on."""
    fil = _fil_att_lasa_in(request, pk)
    valda = {k.removeprefix("falt-"): v for k, v in request.POST.items() if k.startswith("falt-")}
    try:
        valj_kolumner(fil=fil, kolumner=valda, kalla=request.POST.get("kalla", ""), by=request.user)
    except UtfallFel as skal:
        a = fil.anmarkningar.filter(kod="KOLUMNER").first()
        rubriker = [k["kod"] for k in a.koder] if a else []
        return _sida(request, fil, kolumner=kolumnformular(rubriker, valda), fel=str(skal), status=422)
    return _starta(request, fil)


@login_required
@require_POST
def perioder(request, pk):
    """Say what becomes of the periods 13 and 00, and let the reading go on."""
    fil = _fil_att_lasa_in(request, pk)
    try:
        valj_perioder(
            fil=fil, val=valda_perioder(request.POST), kalla=request.POST.get("kalla", ""), by=request.user
        )
    except UtfallFel as skal:
        return _sida(request, fil, fel=str(skal), status=422)
    return _starta(request, fil)


@login_required
@require_GET
def hamta(request, pk):
    """The file as it was handed in."""
    fil = _fil(request, pk)
    plats = fil_plats(fil.sha256)
    if not plats.exists():
        raise Http404
    return FileResponse(
        plats.open("rb"), as_attachment=True, filename=fil.namn, content_type="application/octet-stream"
    )


@login_required
@require_GET
def rad(request, ar, fil, rad):
    """A line as it was booked: what it says, where it stands in which file, and who read it in."""
    behorighet = _krav_pa_lasning(request)
    konto = request.GET.get("konto", "")
    if not (2000 <= ar <= 2100 and max(fil, rad) < 2**63) or "\0" in konto:
        raise Http404
    period = las_heltal(request.GET.get("period", ""), ar * 100 + 1, ar * 100 + 12)
    funna = hamta_radkalla(
        ar=ar,
        fil=fil,
        rad=rad,
        konto=konto,
        period=period,
        urval=behorighet.urval(Ratt.LASA_HUVUDBOK, last=False, period=aret(ar)),
    )
    if not funna:
        raise Http404
    kallfil = Utfallsfil.objects.select_related("inlast_av").get(pk=fil)
    manad = period % 100
    verifikation, enhet = funna[0].rad.verifikation, funna[0].enhet_kod
    om = {
        "av": f"enhet-{enhet}",
        "fran": manad,
        "till": manad,
        "interna": "med",
        "verifikation": verifikation,
    }
    return render(
        request,
        "budget/utfallsrad.html",
        {
            "smulor": [_smula(), {"text": f"Rad {rad}", "url": ""}],
            "fil": kallfil,
            "nr": rad,
            "poster": [radfakta(r) for r in funna],
            "radtext": _radtext(kallfil, rad),
            "verifikation": f"{reverse('utfallsrader', args=[ar])}?{urlencode(om)}" if verifikation else "",
            "far_se_filen": far_se_filen(behorighet, kallfil),
        },
    )


def _radtext(fil: Utfallsfil, rad: int) -> str | None:
    plats = fil_plats(fil.sha256)
    if fil.storlek > STORST or not plats.exists():
        return None
    with plats.open("rb") as innehall:
        return las_radtext(innehall, kodning=fil.kodning, rad=rad)
