"""Follow-up: the table of a choice, what its amounts are made of, down to the ledger's lines, and their exports."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from budget.actions.periodisering import PeriodiseringsFel, ta_bort_periodisering, valj_periodisering
from budget.actions.utfallsexport import Form, starta_radexport
from budget.exports.huvudbok_csv import CSV, skriv_csv
from budget.forms.utfall import MANADER, Periodiseringsformular, Radfilterformular
from budget.models import Periodiseringssatt, Post
from budget.models.uppstallning import RESULTATSAMMANSTALLNING
from budget.regler import periodisering
from budget.selectors.huvudbok import (
    Ordning,
    Radfilter,
    Radsumma,
    hamta_rader,
    summera_rader,
)
from budget.selectors.kontoplan import hamta_kontonamn
from budget.selectors.utfall import (
    REGIONEN,
    Avgransning,
    Interna,
    Urval,
    arsperiod,
    avgransningar,
    far_lasa_rader,
    hamta_kontosummor,
    hamta_linjer,
    hamta_periodiseringshistorik,
    hamta_platser,
    hamta_senaste_manad,
    hamta_uppfoljning,
)
from budget.selectors.utfallsfiler import ar_med_utfall
from budget.tabeller.utfall import (
    INTERNATEXT,
    MANADSNAMN,
    PAHITTAT,
    annat_ars_enheter,
    antal_rader,
    barn_av,
    bygg_budget,
    bygg_handling,
    bygg_konton,
    bygg_per_enhet,
    bygg_profiler,
    bygg_rader,
    bygg_uppfoljning,
    fraga,
    kort_period,
    manader,
    pahittat_i_ord,
    radnamn,
    varningar,
)
from budget.views.heltal import las_heltal
from budget.views.tabeller import adressrot, svara_med_bok
from organisation.models import Enhet
from organisation.permissions import Behorighet, Enhetsurval, Ratt, get_behorighet
from regionskane.bladdra import bladdra
from regionskane.lib.belopp import MNKR, formatera, formatera_fullt
from regionskane.lib.tabell import Tabell
from regionskane.lib.visning import visa

# More lines than this are written by the queue: a page should not wait for them.
FLEST_I_EXCEL = 3_000
# A second of a web process, which a line takes 20 µs of.
FLEST_I_CSV = 50_000


@dataclass(frozen=True)
class Atkomst:
    """What the user asked for, everything else that the user may follow up, and whether the lines may be read."""

    urval: Urval
    alla: dict[str, Avgransning]
    behorighet: Behorighet

    def laser_rader(self, ar: int) -> bool:
        """Whether the user may read the lines that the enheter have in a year."""
        return far_lasa_rader(self.behorighet, self.urval.avgransning, ar)


def oppna_utfall(request, ar: int, ratt: Ratt = Ratt.LASA_BELOPP) -> Atkomst:
    """The choice in an address for somebody with the right to it. 404 or PermissionDenied.

    Utfall is no decided report, so it is read by those who may read an open version. `jamfor` is the year whose
    enheter it is of when that is not `ar`: the year before is of the enheter that it is compared for. No other year is:
    a right that was is no right to what came after it.
    """
    if not 2000 <= ar <= 2100:
        raise Http404
    behorighet = get_behorighet(request)
    platsar = las_heltal(request.GET.get("jamfor") or str(ar), ar, ar + 1)
    far = behorighet.urval(ratt, last=False, period=arsperiod(platsar))
    if not far:
        raise PermissionDenied(f"Din roll får inte {ratt.value} i uppföljningen av utfall.")
    platser = hamta_platser(platsar)
    alla = avgransningar(platser, far)
    nyckel = request.GET.get("av") or next((n for n in alla if not n.startswith("bara-")), "")
    if nyckel not in alla:
        if nyckel in avgransningar(platser, Enhetsurval(allt=True)):
            raise PermissionDenied(f"Din roll får inte {ratt.value} för hela den nämnden eller enheten.")
        raise Http404
    av = alla[nyckel]
    fran = _manad(request, "fran", 1)
    till = _manad(request, "till", 0) or max(fran, hamta_senaste_manad(av, ar) or 12)
    try:
        interna = Interna(request.GET.get("interna") or (Interna.MED if av.ar_del else Interna.UTAN))
    except ValueError as fel:
        raise Http404 from fel
    atkomst = Atkomst(Urval(av, ar, *sorted((fran, till)), interna), alla, behorighet)
    if ratt == Ratt.LASA_HUVUDBOK and platsar != ar and not atkomst.laser_rader(ar):
        raise PermissionDenied(f"Din roll får inte {ratt.value} för det som hörde till en annan nämnd {ar}.")
    return atkomst


def _manad(request, namn: str, annars: int) -> int:
    text = request.GET.get(namn) or ""
    return las_heltal(text, 1, 12) if text else annars


def _linje(linjer, kod: str) -> Post:
    linje = next((p for p in linjer if p.kod == kod), None)
    if linje is None:
        raise Http404
    return linje


def _ram(request, atkomst: Atkomst, titel: str = "", fler=()) -> dict:
    """What every page of a choice shows: crumbs, the form of the choice, and what may be done."""
    q = atkomst.urval
    rot = reverse("utfall", args=[q.ar]) + fraga(q)
    smulor = [{"text": "Utfall", "url": reverse("utfall", args=[q.ar])}]
    smulor.append({"text": q.avgransning.namn, "url": rot})
    smulor += [*fler, {"text": titel}] if titel else []
    behorighet = get_behorighet(request)
    return {
        "smulor": smulor,
        "ar": q.ar,
        "q": q,
        "fraga": fraga(q),
        "rubrik": q.avgransning.namn,
        "val": [
            {"nyckel": a.nyckel, "namn": a.namn, "vald": a.nyckel == q.avgransning.nyckel, "del": _indrag(a)}
            for a in atkomst.alla.values()
            if not a.nyckel.startswith("bara-") or a.nyckel == q.avgransning.nyckel
        ],
        "manader": MANADER,
        "internaval": [{"varde": i.value, "text": INTERNATEXT[i], "vald": i == q.interna} for i in Interna],
        "far_exportera": bool(behorighet.urval(Ratt.EXPORTERA, last=False, period=arsperiod(q.ar))),
        "laser_rader": atkomst.laser_rader(q.ar),
        "dolda": _dolda(q),
    }


def _dolda(q: Urval) -> list[tuple[str, int]]:
    return [("jamfor", q.avgransning.ar)] if annat_ars_enheter(q) else []


def _indrag(a: Avgransning) -> str:
    if a.nyckel == REGIONEN or a.nyckel.startswith("namnd-"):
        return ""
    return "\u2003" * (2 if a.ar_del else 1)


@login_required
@require_GET
def start(request):
    """Lead to the latest year with any ledger, or to this year."""
    if not get_behorighet(request).omfang(Ratt.LASA_HUVUDBOK):
        raise PermissionDenied(f"Din roll får inte {Ratt.LASA_HUVUDBOK.value}.")
    ar = next(iter(ar_med_utfall()), timezone.localdate().year)
    return redirect("utfall", ar)


@login_required
@require_GET
def utfall(request, ar):
    """The resultatsammanställning of a choice: utfall, budget, last year; and the level below."""
    atkomst = oppna_utfall(request, ar)
    u = hamta_uppfoljning(atkomst.urval)
    q, barn = atkomst.urval, barn_av(atkomst.urval.avgransning, atkomst.alla)
    egna_ar = sorted({*ar_med_utfall(), ar}, reverse=True)
    inlasta = {i.period % 100 for i in u.inlasta if i.period // 100 == ar}
    innehall = _ram(request, atkomst) | {
        "t": visa(bygg_uppfoljning(u)),
        "per_enhet": visa(bygg_per_enhet(u, barn)) if barn and u.har_utfall(q) else None,
        "varningar": varningar(u),
        "pahittad": pahittat_i_ord(u.inlasta, q),
        "arval": [
            {"text": str(a), "url": reverse("utfall", args=[a]) + fraga(q, jamfor=None), "aktiv": a == ar}
            for a in egna_ar
        ],
        "inlasta": [{"namn": MANADSNAMN[m - 1], "finns": m in inlasta} for m in range(1, 13)],
        "tom": not u.inlasta,
        "period": f"{manader(q.fran, q.till)} {ar}",
    }
    return render(request, "budget/utfall.html", innehall)


def las_konton(atkomst: Atkomst, kod: str):
    """The table of the konton that a line's utfall is made of. 404 for what is no line."""
    q, linjer = atkomst.urval, hamta_linjer()
    det = _linje(linjer, kod)
    summor = hamta_kontosummor(q, det)
    rader = {ar for ar in (q.ar, q.ar - 1) if atkomst.laser_rader(ar)}
    return bygg_konton(q, det, summor, linjer, hamta_kontonamn(), rader=rader)


@login_required
@require_GET
def post(request, ar, kod):
    """The konton that a line's utfall is made of, and the level below, each leading on."""
    atkomst = oppna_utfall(request, ar)
    q = atkomst.urval
    t = las_konton(atkomst, kod)
    u = hamta_uppfoljning(q)
    det = _linje(u.linjer, kod)
    barn = barn_av(q.avgransning, atkomst.alla)
    v = u.varden(det)
    innehall = _ram(request, atkomst, det.namn) | {
        "post": det,
        "t": visa(t),
        "per_enhet": visa(bygg_per_enhet(u, barn, [det.kod])) if barn and u.har_utfall(q) else None,
        "pahittad": pahittat_i_ord(u.inlasta, q),
        "fakta": [
            (f"Utfall {kort_period(q.fran, q.till)} {ar}", _mnkr(v.utfall)),
            (f"Budget {kort_period(q.fran, q.till)} {ar}", _mnkr(v.budget)),
            ("Avvikelse", _mnkr(None if None in (v.utfall, v.budget) else v.utfall - v.budget, tecken=True)),
            (f"Utfall {kort_period(q.fran, q.till)} {ar - 1}", _mnkr(v.fore)),
        ],
    }
    return render(request, "budget/utfall_post.html", innehall)


def _mnkr(varde, *, tecken: bool = False) -> str:
    return "—" if varde is None else f"{formatera(varde, skala=MNKR, decimaler=1, tecken=tecken)}\u00a0mnkr"


@login_required
@require_GET
def budget(request, ar, kod):
    """How the budget that a line is compared with comes from the year's, and how it is spread."""
    atkomst = oppna_utfall(request, ar)
    u = hamta_uppfoljning(atkomst.urval)
    det = _linje(u.linjer, kod)
    t = bygg_budget(u, det)
    innehall = _ram(request, atkomst, f"Budget: {det.namn}") | {
        "post": det,
        "t": visa(t) if t else None,
        "blad": not u.barn.get(det.pk),
    }
    return render(request, "budget/utfall_budget.html", innehall)


def _filter(request, atkomst: Atkomst) -> tuple[Radfilter, Radfilterformular]:
    formular = Radfilterformular(request.GET)
    if not formular.is_valid():
        raise Http404
    data = formular.cleaned_data
    kod = request.GET.get("post") or ""
    falt = {f: data[f] for f in ("konto", "ansvar", "motpart", "verifikation", "sok")}
    return Radfilter(atkomst.urval, post=_linje(hamta_linjer(), kod) if kod else None, **falt), formular


@dataclass(frozen=True)
class Radsida:
    """A screen of lines: the table, the sum of all of the filter's lines, and the queries of the next screen and the
    first."""

    filter: Radfilter
    formular: Radfilterformular
    tabell: Tabell
    summa: Radsumma
    visas: int
    nasta: str
    forsta: str


def las_rader(request, atkomst: Atkomst) -> Radsida:
    """The lines that an address asks for. 404 for an order or a place in it that is none."""
    f, formular = _filter(request, atkomst)
    ordning = Ordning(formular.cleaned_data["ordning"] or Ordning.PERIOD)
    try:
        sida, nasta = hamta_rader(f, ordning=ordning, efter=request.GET.get("efter") or "")
    except (ValueError, ArithmeticError) as fel:
        raise Http404 from fel
    summa = summera_rader(f)
    fragan = request.GET.copy()
    fragan.pop("efter", None)
    forsta = fragan.urlencode()
    fragan["efter"] = nasta
    return Radsida(
        f,
        formular,
        bygg_rader(f, sida, summa),
        summa,
        len(sida),
        f"?{fragan.urlencode()}" if nasta else "",
        f"?{forsta}",
    )


@login_required
@require_GET
def rader(request, ar):
    """The ledger's lines in force of a choice, with the sum of all of them."""
    atkomst = oppna_utfall(request, ar, Ratt.LASA_HUVUDBOK)
    sida = las_rader(request, atkomst)
    det = sida.filter.post
    fler = []
    if det:
        fler = [{"text": det.namn, "url": reverse("utfallspost", args=[ar, det.kod]) + fraga(atkomst.urval)}]
    innehall = _ram(request, atkomst, "Rader", fler) | {
        "t": visa(sida.tabell),
        "form": sida.formular,
        "post": det,
        "antal": antal_rader(sida.summa.antal),
        "summa": formatera(-sida.summa.belopp, decimaler=2),
        "visas": sida.visas,
        "pahittad": sida.summa.pahittad,
        "nasta": sida.nasta,
        "forsta": sida.forsta if request.GET.get("efter") else "",
        "export": sida.forsta,
        "for_manga": sida.summa.antal > FLEST_I_EXCEL,
        "for_manga_csv": sida.summa.antal > FLEST_I_CSV,
    }
    return render(request, "budget/utfall_rader.html", innehall)


@login_required
@require_http_methods(["GET", "POST"])
def rader_csv(request, ar):
    """Every line of the filter as CSV: streamed when they can be waited for, otherwise (POST) written by the queue."""
    f = _exportfilter(request, ar)
    if request.method == "POST":
        return redirect(starta_radexport(filter_=f, by=request.user, form=Form.CSV))
    if (antal := summera_rader(f).antal) > FLEST_I_CSV:
        return _bestall_i_stallet(request, ar, antal, "CSV")
    svar = StreamingHttpResponse(skriv_csv(f), content_type=CSV)
    svar["Content-Disposition"] = f'attachment; filename="{radnamn(f)}.csv"'
    return svar


def _exportfilter(request, ar: int) -> Radfilter:
    return _filter(request, _oppna_export(request, ar, Ratt.LASA_HUVUDBOK))[0]


def _bestall_i_stallet(request, ar: int, antal: int, vad: str):
    messages.error(request, f"{antal_rader(antal)} skrivs av kön. Välj «Beställ {vad}».")
    return redirect(f"{reverse('utfallsrader', args=[ar])}?{request.GET.urlencode()}")


def _oppna_export(request, ar: int, ratt: Ratt = Ratt.LASA_BELOPP) -> Atkomst:
    atkomst = oppna_utfall(request, ar, ratt)
    av = atkomst.urval.avgransning
    far = atkomst.behorighet.urval(Ratt.EXPORTERA, last=False, period=arsperiod(av.ar or ar))
    if not all(e in far for e in av.enheter):
        raise PermissionDenied(f"Din roll får inte {Ratt.EXPORTERA.value} för det valet.")
    return atkomst


@login_required
@require_http_methods(["GET", "POST"])
def rader_excel(request, ar):
    """The lines of the filter as a workbook: at once when they are few, otherwise (POST) written by the queue."""
    atkomst = _oppna_export(request, ar, Ratt.LASA_HUVUDBOK)
    f, _ = _filter(request, atkomst)
    if request.method == "POST":
        return redirect(starta_radexport(filter_=f, by=request.user))
    summa = summera_rader(f)
    if summa.antal > FLEST_I_EXCEL:
        return _bestall_i_stallet(request, ar, summa.antal, "Excel")
    sida, _ = hamta_rader(f, antal=FLEST_I_EXCEL)
    t = bygg_rader(f, sida, summa)
    return _arbetsbok(
        request, atkomst.urval, "Huvudbokens rader", [t], PAHITTAT if summa.pahittad else "", "rader"
    )


@login_required
@require_GET
def excel(request, ar):
    """The follow-up of a choice as a workbook: the same tables as on the page."""
    atkomst = _oppna_export(request, ar)
    u = hamta_uppfoljning(atkomst.urval)
    tabeller = [bygg_uppfoljning(u)]
    if (barn := barn_av(atkomst.urval.avgransning, atkomst.alla)) and u.har_utfall(atkomst.urval):
        tabeller.append(bygg_per_enhet(u, barn))
    pahittat = pahittat_i_ord(u.inlasta, atkomst.urval)
    return _arbetsbok(request, atkomst.urval, tabeller[0].rubrik, tabeller, pahittat, "uppfoljning")


def _arbetsbok(request, q: Urval, titel: str, tabeller, pahittat: str, vad: str) -> HttpResponse:
    nyckel = f"{vad}-{q.avgransning.nyckel.lower()}-{q.ar}-{q.fran:02}-{q.till:02}"
    dokument = bygg_handling(
        titel,
        tabeller,
        nyckel=nyckel,
        tid=timezone.now().isoformat(),
        rot=adressrot(request),
        pahittat=pahittat,
    )
    return svara_med_bok(dokument)


@dataclass(frozen=True)
class _Periodval:
    """Whose choice is shown: an enhet's own, or (None) that for all enheter."""

    enhet: Enhet | None
    far_andra: bool


def _periodval(request, atkomst: Atkomst) -> _Periodval:
    """Choices are an enhet's: a nämnd's or the region's page shows those for all, which koncerncontroller makes."""
    q = atkomst.urval
    far = get_behorighet(request).urval(Ratt.SKRIVA_BELOPP, last=False, period=arsperiod(q.ar))
    if len(q.avgransning.barare) == 1 and q.avgransning.nyckel.startswith("enhet-"):
        enhet = q.avgransning.barare[0].plats.enhet
        return _Periodval(Enhet.objects.get(pk=enhet), enhet in far)
    return _Periodval(None, far.allt)


@login_required
@require_GET
def periodiseringar(request, ar):
    """How each line's budget is spread: the enhet's own choice, or the one for all."""
    atkomst = oppna_utfall(request, ar)
    u = hamta_uppfoljning(atkomst.urval)
    vems = _periodval(request, atkomst)
    val = []
    for p in u.linjer:
        if u.barn.get(p.pk):
            continue
        egen = u.periodiseringar.val.get((p.pk, vems.enhet and vems.enhet.pk))
        allas = u.periodiseringar.val.get((p.pk, None))
        galler = egen or allas
        val.append(
            {
                "post": p,
                "satt": galler.get_satt_display() if galler else Periodiseringssatt.RAK.label,
                "fran": "Enhetens eget val"
                if egen and vems.enhet
                else "Val för alla"
                if galler
                else "Förvalt",
                "url": reverse("utfallsperiodisering", args=[ar, p.kod]) + fraga(atkomst.urval),
            }
        )
    innehall = _ram(request, atkomst, "Periodisering") | {"val_per_post": val, "vems": vems}
    return render(request, "budget/utfall_periodiseringar.html", innehall)


@login_required
@require_http_methods(["GET", "POST"])
def valj(request, ar, kod):
    """Choose how one line's budget is spread, with what each way would give."""
    atkomst = oppna_utfall(request, ar)
    vems = _periodval(request, atkomst)
    det = get_object_or_404(
        Post.objects.select_related("uppstallning"), uppstallning__kod=RESULTATSAMMANSTALLNING, kod=kod
    )
    u = hamta_uppfoljning(atkomst.urval)
    if det.pk not in {p.pk for p in u.linjer} or u.barn.get(det.pk):
        raise Http404
    if request.method == "POST" and not vems.far_andra:
        raise PermissionDenied(f"Din roll får inte {Ratt.SKRIVA_BELOPP.value} här.")
    rad = u.periodiseringar.val.get((det.pk, vems.enhet and vems.enhet.pk))
    andelar = list(rad.andelar) if rad and rad.andelar else []
    forslag = {f"m{m}": formatera_fullt(a * 100) for m, a in enumerate(andelar, start=1)}
    formular = Periodiseringsformular(
        request.POST if request.method == "POST" else None,
        initial={"satt": rad.satt if rad else Periodiseringssatt.RAK.value, **forslag},
    )
    adress = reverse("utfallsperiodiseringar", args=[ar]) + fraga(atkomst.urval)
    status = 200
    if request.method == "POST":
        fragor = {"ar": ar, "post": det, "enhet": vems.enhet, "by": request.user}
        if request.POST.get("vad") == "ta_bort":
            ta_bort_periodisering(**fragor)
            messages.success(request, f"{det.namn}: det egna valet är borttaget.")
            return redirect(adress)
        status = 422
        if formular.is_valid():
            try:
                valj_periodisering(satt=formular.cleaned_data["satt"], andelar=formular.andelar(), **fragor)
            except PeriodiseringsFel as fel:
                formular.add_error(None, str(fel))
            else:
                messages.success(
                    request, f"{det.namn} fördelas nu så. Uppföljningen räknas om med det genast."
                )
                return redirect(adress)
        andelar = formular.andelar() if formular.is_bound and not formular.errors else andelar
    try:
        egen = periodisering.egen(andelar) if andelar else None
    except periodisering.OgiltigProfil:
        egen = None
    barare = [b for b in u.i_bruk if u.budget.hitta(b, det)]
    innehall = _ram(request, atkomst, det.namn, [{"text": "Periodisering", "url": adress}]) | {
        "post": det,
        "form": formular,
        "vems": vems,
        "har_eget": rad is not None,
        "t": visa(bygg_profiler(u, det, barare, egen)) if barare else None,
        "blad": bladdra(
            request,
            lambda vilka: hamta_periodiseringshistorik(ar, det, vems.enhet, vilka),
            ankare="tidigare-val",
        ),
        "avbryt": adress,
    }
    return render(request, "budget/utfall_periodisering.html", innehall, status=status)
