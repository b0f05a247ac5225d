"""The kontoplan: what konton and ansvar belong to, and who motparter are; one by one, and as files."""

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from budget.actions import kontoplan as andringar
from budget.actions.kontoplan import Flytt, KontoplanFel, Sparad
from budget.forms.kontoplan import Ansvarsformular, Kontoformular, Motpartsformular
from budget.imports import kontoplan as filer
from budget.models import Ansvarsregel, Kontoregel, Motpart
from budget.selectors import kontoplan as las
from budget.views.heltal import las_heltal
from budget.views.tabeller import XLSX
from organisation.permissions import Ratt, get_behorighet
from regionskane.bladdra import bladdra
from regionskane.lib.belopp import formatera
from regionskane.lib.csvtext import ofarlig
from regionskane.lib.marke import marke


@dataclass(frozen=True)
class Slag:
    """One of the three tables, with what differs between them."""

    nyckel: str
    namn: str
    ett: str
    ingress: str
    modell: type
    formular: type
    hamta: Callable
    historik: Callable
    kolumner: tuple[str, ...]
    skriv: Callable
    las_fil: Callable


PER_SIDA = 500
# What a file changes is shown as far as somebody reads; all of it is counted.
FLEST_VISADE = 500
# What is read is sent back with the answer, as one field of a form (`regionskane.indata`).
STORST_ATER = 1_800_000
SLAG = {
    s.nyckel: s
    for s in (
        Slag(
            "konton",
            "Konton",
            "en regel för konton",
            "Vilken rad i resultatsammanställningen varje konto hör till, år för år. Kontona slås upp när saldon "
            "läses, så en ändring gäller genast, även bakåt i de år som regeln har.",
            Kontoregel,
            Kontoformular,
            las.hamta_kontoregler,
            las.hamta_regelhistorik,
            filer.KONTOKOLUMNER,
            filer.skriv_kontoregel,
            filer.las_kontoregler,
        ),
        Slag(
            "ansvar",
            "Ansvar",
            "en regel för ansvar",
            "Vilken enhet varje ansvar hör till, år för år. Enheten avgör vem som får läsa raderna. När ett ansvar "
            "byter enhet följer dess inlästa rader med.",
            Ansvarsregel,
            Ansvarsformular,
            las.hamta_ansvarsregler,
            las.hamta_regelhistorik,
            filer.ANSVARSKOLUMNER,
            filer.skriv_ansvarsregel,
            filer.las_ansvarsregler,
        ),
        Slag(
            "motparter",
            "Motparter",
            "en motpart",
            "Vem som står på andra sidan av ett belopp. Slaget avgör vad som räknas bort när interna poster utelämnas. "
            "En rad utan motpart räknas som extern.",
            Motpart,
            Motpartsformular,
            las.hamta_motparter,
            las.hamta_motpartshistorik,
            filer.MOTPARTSKOLUMNER,
            filer.skriv_motpart,
            filer.las_motparter,
        ),
    )
}


def _oppna(request, slag: str, ratt: Ratt = Ratt.LASA_HUVUDBOK) -> Slag:
    """The table of an address for somebody with any of the right. 404 or PermissionDenied."""
    if slag not in SLAG:
        raise Http404
    if not get_behorighet(request).omfang(ratt):
        raise PermissionDenied(f"Din roll får inte {ratt.value}.")
    return SLAG[slag]


def _adress(s: Slag) -> str:
    return reverse("kontoplan", args=[s.nyckel])


def _ram(request, s: Slag, titel: str = "") -> dict:
    smulor = [
        {"text": "Utfall", "url": reverse("utfall_start")},
        {"text": "Kontoplan", "url": reverse("kontoplan", args=["konton"])},
    ]
    smulor += [{"text": s.namn, "url": _adress(s)}, {"text": titel}] if titel else [{"text": s.namn}]
    return {
        "smulor": smulor,
        "slag": s,
        "flikar": [{"text": x.namn, "url": _adress(x), "aktiv": x == s} for x in SLAG.values()],
        "far_styra": get_behorighet(request).far(Ratt.STYRA_KONTOPLAN),
    }


@login_required
@require_GET
def start(request):
    """The first of the three."""
    return kontoplan(request, "konton")


@login_required
@require_GET
def kontoplan(request, slag):
    """A table with search and year."""
    s = _oppna(request, slag)
    ar_text, sok = request.GET.get("ar") or "", (request.GET.get("sok") or "").strip()
    if "\0" in sok:
        raise Http404
    ar = las_heltal(ar_text, 2000, 2100) if ar_text else None
    sida = Paginator(s.hamta(ar=ar, sok=sok), PER_SIDA).get_page(request.GET.get("sida"))
    nu = timezone.localdate().year
    innehall = _ram(request, s) | {
        "rader": [_rad(s, r) for r in sida],
        "sida": sida,
        "fraga": urlencode({k: v for k, v in (("sok", sok), ("ar", ar)) if v}),
        "ar": ar,
        "aren": range(nu + 1, 2021, -1),
        "sok": sok,
        "omappade": las.hamta_omappade() if s.nyckel == "konton" else [],
    }
    return render(request, "budget/kontoplan.html", innehall)


def _rad(s: Slag, r) -> dict:
    if s.modell is Motpart:
        kod, hor_till = r.kod, r.get_slag_display()
        giltig = f"{r.giltig_fran} – {filer.skriv_motpart(r)[4] or 'tills vidare'}"
    else:
        kod, giltig = r.kod, f"{r.fran_ar} – {r.till_ar or 'tills vidare'}"
        hor_till = las.postnamn(r.post) if s.modell is Kontoregel else r.enhet.namn
    return {
        "kod": kod,
        "namn": r.namn,
        "hor_till": hor_till,
        "giltig": giltig,
        "kalla": r.kalla,
        "url": reverse("kontoplansrad", args=[s.nyckel, r.pk]),
    }


@login_required
@require_http_methods(["GET", "POST"])
def ny(request, slag):
    """Add a rule or a motpart."""
    s = _oppna(request, slag, Ratt.STYRA_KONTOPLAN)
    return _formularsida(request, s, None)


@login_required
@require_http_methods(["GET", "POST"])
def rad(request, slag, pk):
    """One rule or motpart: what it is, who has changed it, and for koncerncontroller the form to change it."""
    s = _oppna(request, slag)
    if request.method == "POST":
        _oppna(request, slag, Ratt.STYRA_KONTOPLAN)
    # Only STYRA_KONTOPLAN writes; the page is read by everyone who reads the ledger.
    relaterat = {"konton": ("post__foralder", "post__uppstallning"), "ansvar": ("enhet",)}.get(slag, ())
    fragan = s.modell.objects.select_related(*relaterat)
    if request.method == "GET":
        return _formularsida(request, s, get_object_or_404(fragan, pk=pk), fragan)
    # Held while it is told whether somebody else has changed it: of two who save at once, one is told.
    with transaction.atomic():
        objekt = get_object_or_404(fragan.select_for_update(of=("self",)), pk=pk)
        return _formularsida(request, s, objekt, fragan)


def _svar(flytt: tuple[Flytt, ...]) -> str:
    """What an answer to a question of just these moves carries."""
    return hashlib.sha256(repr(sorted(flytt)).encode()).hexdigest() if flytt else ""


def _formularsida(request, s: Slag, objekt, fragan=None):
    initial = s.formular.av(objekt) if objekt else None
    tar_bort = objekt is not None and request.POST.get("vad") == "ta_bort"
    formular = s.formular(
        request.POST if request.method == "POST" and not tar_bort else None, initial=initial
    )
    status, flytt, hinder = 200, (), ""
    if request.method == "POST":
        try:
            if tar_bort:
                _ta_bort(s, objekt, request.user)
                messages.success(request, f"{s.ett.capitalize()} är borttagen. Historiken har den kvar.")
                return redirect(_adress(s))
            status = 422
            if objekt and request.POST.get("sedd") != _sedd(s, objekt):
                raise KontoplanFel(
                    f"Någon annan har ändrat raden sedan sidan öppnades. Sparat nu är {_i_klartext(s, objekt)}. Spara "
                    "igen för att ersätta det med det som står i fälten."
                )
            if formular.is_valid():
                if s.modell is not Motpart:
                    flytt = andringar.prova(lambda: _spara(s, formular, objekt, request.user)).flyttat
                    objekt = objekt and get_object_or_404(fragan, pk=objekt.pk)
                if not flytt or request.POST.get("bekraftat") == _svar(flytt):
                    sparad = _spara(s, formular, objekt, request.user)
                    messages.success(
                        request, " ".join(["Sparat.", *_i_ord(s, sparad.flyttat, har="flyttades")])
                    )
                    return redirect(_adress(s))
                status = 200
        except KontoplanFel as fel:
            hinder, status = str(fel), 422
            # What was tried has left its marks on the object.
            objekt = get_object_or_404(fragan, pk=request.resolver_match.kwargs["pk"]) if objekt else None
    titel = f"{objekt}" if objekt else f"Ny {s.ett.removeprefix('en ')}"
    innehall = _ram(request, s, titel) | {
        "rubrik": titel,
        "form": formular,
        "objekt": objekt,
        "rad": _rad(s, objekt) if objekt else None,
        "flytt": _i_ord(s, flytt, har="flyttar"),
        "bekraftat": _svar(flytt),
        "sedd": _sedd(s, objekt) if objekt else "",
        "hinder": hinder,
        "blad": objekt
        and bladdra(request, lambda vilka: s.historik(objekt, vilka), ankare="radens-historik"),
        "avbryt": _adress(s),
    }
    return render(request, "budget/kontoplansrad.html", innehall, status=status)


def _sedd(s: Slag, objekt) -> str:
    """What the form carries to say what it was filled in from."""
    return marke(s.formular.av(objekt))


def _i_klartext(s: Slag, objekt) -> str:
    rad_ = _rad(s, objekt)
    return f"{rad_['kod']} {rad_['namn']}, {rad_['hor_till']}, {rad_['giltig']}"


def _spara(s: Slag, formular, objekt, by) -> Sparad:
    uppgifter = formular.uppgifter()
    if s.modell is Motpart:
        return Sparad((andringar.spara_motpart(**uppgifter, motpart=objekt, by=by),))
    spara = andringar.spara_kontoregel if s.modell is Kontoregel else andringar.spara_ansvarsregel
    return spara(**uppgifter, regel=objekt, by=by)


def _ta_bort(s: Slag, objekt, by) -> None:
    if s.modell is Motpart:
        andringar.ta_bort_motpart(motpart=objekt, by=by)
    else:
        andringar.ta_bort_regel(regel=objekt, by=by)


def _i_ord(s: Slag, flytt: tuple[Flytt, ...], *, har: str) -> list[str]:
    """What moves, a sentence per pair of places: how many codes, and how many kronor whatever their sign."""
    par: dict[tuple[str, str], list[Flytt]] = {}
    for f in flytt:
        par.setdefault((f.fran, f.till), []).append(f)
    meningar = []
    for (fran, till), delar in par.items():
        koder = sorted({f.kod for f in delar})
        ar = sorted({f.ar for f in delar})
        belopp = formatera(sum((abs(f.belopp) for f in delar), Decimal(0)), decimaler=2)
        fler = f" och {len(koder) - 3} till" if len(koder) > 3 else ""
        vad = "konto" if s.nyckel == "konton" else "ansvar"
        meningar.append(
            f"{belopp}\u00a0kr på {vad} {', '.join(koder[:3])}{fler} ({', '.join(map(str, ar))}) {har} "
            f"från {fran} till {till}, genast."
        )
    return meningar


@login_required
@require_GET
def fil(request, slag):
    """The whole table as CSV or Excel: what the reading in takes back."""
    s = _oppna(request, slag)
    rader = [list(s.kolumner), *(s.skriv(r) for r in s.hamta())]
    if request.GET.get("som") == "xlsx":
        svar = HttpResponse(_arbetsbok(s.namn, rader), content_type=XLSX)
    else:
        minne = io.StringIO()
        csv.writer(minne, delimiter=";").writerows(map(ofarlig, rad_) for rad_ in rader)
        svar = HttpResponse("\ufeff" + minne.getvalue(), content_type="text/csv; charset=utf-8")
    andelse = "xlsx" if request.GET.get("som") == "xlsx" else "csv"
    svar["Content-Disposition"] = f'attachment; filename="kontoplan-{s.nyckel}.{andelse}"'
    return svar


def _arbetsbok(namn: str, rader: list[list[str]]) -> bytes:
    minne = io.BytesIO()
    # Codes are text: as numbers they would lose their leading zeros.
    bok = xlsxwriter.Workbook(
        minne, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    blad = bok.add_worksheet(namn)
    blad.freeze_panes(1, 0)
    text = bok.add_format({"num_format": "@"})
    fet = bok.add_format({"bold": True})
    for r, rad_ in enumerate(rader):
        for k, varde in enumerate(rad_):
            blad.write_string(r, k, varde, text if r else fet)
    blad.set_column(0, len(rader[0]), 20)
    bok.close()
    return minne.getvalue()


@login_required
@require_http_methods(["GET", "POST"])
def las_in(request, slag):
    """Read a file: first what it would change, row by row, and then, all or nothing, save it."""
    s = _oppna(request, slag, Ratt.STYRA_KONTOPLAN)
    innehall = _ram(request, s, "Läs in fil") | {"kolumner": s.kolumner, "avbryt": _adress(s)}
    if request.method == "GET":
        return render(request, "budget/kontoplansfil.html", innehall)
    uppladdad = request.FILES.get("fil")
    text = request.POST.get("innehall", "")
    byte = uppladdad.read(filer.STORST + 1) if uppladdad else text.encode()
    lasning = s.las_fil(byte)
    fel = [a.text for a in lasning.anmarkningar]
    if not byte:
        fel = ["Välj en fil att läsa in."]
    skillnader, flytt, andrad, ater = [], (), False, ""
    if not fel:
        ater = _som_text(s, byte, lasning)
        if len(ater.encode()) > STORST_ATER:
            fel = [
                "Filens texter är tillsammans längre än vad som kan visas och sparas på en gång. Dela upp filen."
            ]
    if not fel:
        skillnader = _skillnader(s, lasning.rader)
        try:
            if s.modell is not Motpart:
                flytt = andringar.prova(
                    lambda: andringar.las_in_regler(
                        modell=s.modell, rader=lasning.rader, varfor="Prov", by=request.user
                    )
                ).flyttat
            sparar = bool(text) and request.POST.get("vad") == "spara"
            andrad = sparar and request.POST.get("bekraftat", "") != _svar(flytt)
            if sparar and not andrad:
                sparade, flytt = _las_in(s, lasning.rader, request.user)
                messages.success(
                    request,
                    " ".join([f"Sparat: {sparade} nya eller ändrade.", *_i_ord(s, flytt, har="flyttades")]),
                )
                return redirect(_adress(s))
        except KontoplanFel as hinder:
            fel = [str(hinder)]
    innehall |= {
        "fel": fel,
        "skillnader": len(skillnader),
        "visade": [_visa(s, *par) for par in skillnader[:FLEST_VISADE]],
        "flest_visade": FLEST_VISADE,
        "oforandrade": len(lasning.rader) - len(skillnader),
        "flytt": _i_ord(s, flytt, har="flyttar"),
        "bekraftat": _svar(flytt),
        "andrad": andrad,
        "innehall": "" if fel else ater,
        "last": True,
    }
    return render(request, "budget/kontoplansfil.html", innehall, status=422 if fel else 200)


def _las_in(s: Slag, rader, by) -> tuple[int, tuple[Flytt, ...]]:
    if s.modell is Motpart:
        return andringar.las_in_motparter(rader=rader, by=by), ()
    sparad = andringar.las_in_regler(modell=s.modell, rader=rader, varfor=f"{s.namn} lästa ur fil", by=by)
    return len(sparad.regler), sparad.flyttat


def _som_text(s: Slag, byte: bytes, lasning: filer.Lasning) -> str:
    """The file's rows in the columns of the export, to be posted again with the answer."""
    minne = io.StringIO()
    skriv = csv.writer(minne, delimiter=";")
    skriv.writerow(s.kolumner)
    skriv.writerows(map(ofarlig, s.skriv(_som_objekt(s, r))) for r in lasning.rader)
    return minne.getvalue()


def _som_objekt(s: Slag, rad_):
    """A row as an unsaved object, which the export can write."""
    if s.modell is Motpart:
        return Motpart(**rad_._asdict())
    mal = {"post" if s.modell is Kontoregel else "enhet": rad_.hor_till}
    falt = {f: getattr(rad_, f) for f in ("fran", "till", "namn", "fran_ar", "till_ar", "kalla")}
    return s.modell(**falt, **mal)


def _skillnader(s: Slag, rader) -> list[tuple]:
    """The rows that are new or say something else, each with what stands now, or None."""
    if s.modell is Motpart:
        nu = {(m.kod, m.giltig_fran): m for m in s.hamta().filter(kod__in={r.kod for r in rader})}
        skiljer, nyckel = andringar.motpart_skiljer, lambda r: (r.kod, r.giltig_fran)
    else:
        nu = {(r.fran, r.till, r.fran_ar): r for r in s.hamta().filter(fran__in={r.fran for r in rader})}
        skiljer, nyckel = andringar.regel_skiljer, lambda r: (r.fran, r.till, r.fran_ar)
    par = ((r, nu.get(nyckel(r))) for r in rader)
    return [(r, gammal) for r, gammal in par if gammal is None or skiljer(r, gammal)]


def _visa(s: Slag, rad_, gammal) -> dict:
    blir = _som_objekt(s, rad_)
    blir.pk = 0
    return {"ny": gammal is None, "blir": _rad(s, blir), "ar": gammal and _rad(s, gammal)}
