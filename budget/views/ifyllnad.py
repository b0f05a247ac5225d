"""Filling in outside the system: fetch a workbook, send it back, see what it changes, and take it in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from budget.actions.belopp import Cellandring, Konflikt, VersionenArLast
from budget.actions.ifyllnad import (
    ForMangaArbetsbocker,
    behall_arbetsbok,
    prova_belopp,
    svara_om_enhet,
    ta_emot,
)
from budget.imports.ifyllnad import (
    TEXTTAL,
    Ifylld,
    Ifyllnadsbok,
    granska_ifyllnad,
    i_annan_enhet,
    las_ifyllnad,
)
from budget.models import Ifyllnad
from budget.regler.enhetssinne import DELAS_MED, INGET_UTSLAG, Enhet, Utslag, Varde, bedom
from budget.selectors.celler import Cellnyckel, Cellvarde, hamta_celler
from budget.selectors.enhetssinne import hamta_ursprung, referenser
from budget.selectors.ifyllnad import (
    Fyllnadsdel,
    hamta_delar,
    hamta_enhetskoder,
    hamta_summalage,
    senaste_ifyllnader,
    summerade_poster,
)
from budget.selectors.skrivratt import skrivbart_i
from budget.selectors.uppstallning import Uppstallningsdata
from budget.tabeller.enhetssinne import ORD, RAKNADE, bygg_fraga
from budget.tabeller.ifyllnad import (
    Val,
    belopp_i_ord,
    bygg_andringar,
    bygg_arbetsbok,
    bygg_summor,
    cellrubrik,
    las_fyllnadsdata,
)
from budget.views.atkomst import Atkomst, last, oppna_version, skrivbart
from budget.views.tabeller import XLSX, ram
from organisation.permissions import Enhetsurval, Ratt, get_behorighet
from regionskane.jobb.actions import fil_plats
from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.belopp import MNKR
from regionskane.lib.jsontext import las_decimal, las_json
from regionskane.lib.visning import visa
from regionskane.lib.xlsx_las import STORSTA_FIL
from regionskane.lib.xlsx_mall import skriv_mall

FLEST_FYND = 50
TOM = Cellvarde()
ALLT = Fyllnadsdel("allt", "Allt som du får fylla i", Enhetsurval())
# Who has changed a cell is told however long the workbook has been away.
LANGE = timedelta(days=3650)


@dataclass(frozen=True)
class Granskad:
    """A workbook against the version as it is now. `rena` are the cells that can be saved as they are, `krockar` those
    that somebody else has changed since the workbook was fetched. `utslag` says whether the amounts look like another
    unit than the table's, `svar` what was answered, and `omraknade` which cells were counted into mnkr for it."""

    bok: Ifyllnadsbok
    fel: tuple[Anmarkning, ...]
    tabeller: tuple[Uppstallningsdata, ...] = ()
    rena: dict[Cellnyckel, tuple[Ifylld, Cellvarde]] | None = None
    krockar: dict[Cellnyckel, tuple[Ifylld, Cellvarde]] | None = None
    utslag: Utslag = INGET_UTSLAG
    svar: str = ""
    omraknade: frozenset[Cellnyckel] = frozenset()
    andrade: Mapping[Cellnyckel, Ifylld] = field(default_factory=dict)

    @property
    def obesvarad(self) -> bool:
        """Whether the question of unit waits for an answer. One about another unit than is asked now is none."""
        return bool(self.utslag) and self.svar not in (self.utslag.enhet, Enhet.MNKR)

    @property
    def visad(self) -> str:
        """What the page shows as counted, so that nothing else is taken in than somebody has seen."""
        celler = ",".join(sorted(map(str, self.omraknade)))
        return f"{self.svar}:{sha256(celler.encode()).hexdigest()[:16]}" if celler else ""

    def i_tabell(self, data: Uppstallningsdata, celler) -> list[tuple[Ifylld, Cellnyckel, Cellvarde]]:
        return [(i, c, nu) for c, (i, nu) in celler.items() if i.uppstallning == data.uppstallning.kod]


def _oppna(request, ar: int, kod: str) -> tuple[Atkomst, Enhetsurval]:
    """The version, and what the user may write in it or might when it was open."""
    atkomst = oppna_version(request, ar, kod, Ratt.LASA_BELOPP)
    version = atkomst.version
    skriv = (
        get_behorighet(request).urval(Ratt.SKRIVA_BELOPP, last=False, period=version.period)
        if version.last
        else skrivbart(request, version)
    )
    if not skriv:
        raise PermissionDenied(f"Du får läsa men inte skriva i {version.namn}.")
    return atkomst, skriv


def _krav_pa_oppen(version) -> None:
    if version.last:
        raise last(version, " och tar inga nya belopp")


@login_required
@require_http_methods(["GET", "POST"])
def ifyllnad(request, ar, kod):
    """Fetch a workbook, or send one back. A workbook that cannot be taken in is answered with what is wrong (422)."""
    if request.method == "GET" and get_behorighet(request).far(Ratt.LASA_HISTORIK):
        # Who may read all history sees what has been sent in, also when nothing more can be.
        atkomst = oppna_version(request, ar, kod, Ratt.LASA_BELOPP)
        return _visa_start(request, atkomst, skrivbart(request, atkomst.version))
    atkomst, skriv = _oppna(request, ar, kod)
    if request.method == "GET":
        _krav_pa_oppen(atkomst.version)
        return _visa_start(request, atkomst, skriv)
    fil = request.FILES.get("fil")
    if fil is None:
        fynd = Anmarkning("INGEN_FIL", Niva.FEL, "Välj den arbetsbok som du har fyllt i.")
        return _visa_start(request, atkomst, skriv, (fynd,), status=422)
    if fil.size > STORSTA_FIL:
        text = f"Filen är större än {STORSTA_FIL // 1024 // 1024} MB och läses inte."
        return _visa_start(
            request, atkomst, skriv, (Anmarkning("STORLEK", Niva.FEL, text),), fil.name, status=422
        )
    innehall = fil.read()
    granskad = _granska(request, atkomst, skriv, innehall)
    if granskad.fel:
        return _visa_start(request, atkomst, skriv, granskad.fel, fil.name, status=422)
    try:
        sparad = behall_arbetsbok(version=atkomst.version, namn=fil.name, innehall=innehall, by=request.user)
    except ForMangaArbetsbocker as skal:
        fynd = Anmarkning("FOR_MANGA", Niva.FEL, str(skal))
        return _visa_start(request, atkomst, skriv, (fynd,), fil.name, status=422)
    return redirect("ta_emot_ifyllnad", ar, kod, sparad.pk)


def _visa_start(request, atkomst, skriv, fel=(), filnamn="", *, status=200):
    version = atkomst.version
    innehall = ram(request, atkomst, "", titel="Fyll i i Excel")
    fler = len(fel) - FLEST_FYND
    lista = [{"text": a.text} for a in fel[:FLEST_FYND]]
    if fler > 0:
        lista.append({"text": f"Och {fler} till av samma slag."})
    alla = get_behorighet(request).far(Ratt.LASA_HISTORIK)
    innehall |= {
        "delar": [] if version.last else hamta_delar(version, skriv),
        "lista": lista,
        "felrubrik": f"{filnamn} går inte att läsa in. Inget är sparat." if filnamn else "Inget är sparat.",
        "senaste": senaste_ifyllnader(version, av=None if alla else request.user),
        "storst": STORSTA_FIL // 1024 // 1024,
    }
    return render(request, "budget/ifyllnad.html", innehall, status=status)


@login_required
@require_GET
def ifyllnadsbok(request, ar, kod):
    """The workbook of a part of the version (`del`), or of all that the user may write."""
    atkomst, skriv = _oppna(request, ar, kod)
    version = atkomst.version
    _krav_pa_oppen(version)
    delkod = request.GET.get("del", ALLT.kod)
    delar = hamta_delar(version, skriv)
    if delkod == ALLT.kod:
        del_ = delar[0] if len(delar) == 1 else ALLT._replace(urval=skriv)
    else:
        del_ = next((d for d in delar if d.kod == delkod), None)
    if del_ is None:
        raise Http404
    tabeller = las_fyllnadsdata(
        version, atkomst.kolumner, _fyllbara(atkomst), del_.urval, _far(request, version)
    )
    if not tabeller:
        messages.info(request, f"{del_.namn} har inget att fylla i i {version.namn}.")
        return redirect("ifyllnad", ar, kod)
    mall = bygg_arbetsbok(
        version, tabeller, del_, av=str(request.user), nu=timezone.now(),
        adress=request.build_absolute_uri(reverse("ifyllnad", args=[ar, kod])),
    )  # fmt: skip
    svar = HttpResponse(skriv_mall(mall), content_type=XLSX)
    svar["Content-Disposition"] = f'attachment; filename="{version.kod}-{del_.kod}-fyll-i.xlsx"'.lower()
    return svar


@login_required
@require_http_methods(["GET", "POST"])
def ta_emot_ifyllnad(request, ar, kod, pk):
    """What a workbook changes. «Ta emot» saves all of it, or nothing (409) until every conflict has a choice."""
    atkomst, skriv = _oppna(request, ar, kod)
    version = atkomst.version
    det = get_object_or_404(Ifyllnad, pk=pk, version=version, uppladdad_av=request.user)
    plats = fil_plats(det.sha256)
    if not plats.exists():
        messages.error(request, f"{det.namn} finns inte kvar på disken. Läs in den igen.")
        return redirect("ifyllnad", ar, kod)
    svar = request.POST.get("enhet")
    if svar in DELAS_MED and not version.last:
        svara_om_enhet(ifyllnad=det, enhet=svar, by=request.user)
    granskad = _granska(request, atkomst, skriv, plats.read_bytes(), det.enhet)
    if granskad.fel:
        return _visa_start(
            request, atkomst, skriv, granskad.fel, det.namn, status=409 if request.method == "POST" else 200
        )
    if request.method == "GET" or svar:
        return _visa_skillnad(request, atkomst, det, granskad)
    andringar, kvar = _valda(request.POST, granskad)
    kommentar = request.POST.get("varfor", "")[:300]
    if kvar or granskad.obesvarad or request.POST.get("visad", "") != granskad.visad:
        return _visa_skillnad(request, atkomst, det, granskad, status=409)
    try:
        antal = ta_emot(
            ifyllnad=det,
            andringar=andringar,
            by=request.user,
            kommentar=kommentar,
            last_som=_last_som(granskad),
            omraknade=granskad.omraknade,
        )
    except Konflikt:
        granskad = _granska(request, atkomst, skriv, plats.read_bytes(), det.enhet)
        return _visa_skillnad(request, atkomst, det, granskad, status=409)
    except VersionenArLast as fel:
        lasta = (Anmarkning("LAST", Niva.FEL, str(fel)),)
        return _visa_start(request, atkomst, skriv, lasta, det.namn, status=409)
    if antal:
        ord_ = "belopp är sparat" if antal == 1 else "belopp är sparade"
        messages.success(
            request, f"{antal} {ord_} ur «{det.namn}». Hämta en ny arbetsbok innan du fyller i mer."
        )
    else:
        messages.info(request, "Inget var att ändra, så inget sparades.")
    return redirect("ifyllnad", ar, kod)


@login_required
@require_GET
def ifyllnadsfil(request, ar, kod, pk):
    """The workbook as it was sent, for its sender and for those who may read all history."""
    atkomst = oppna_version(request, ar, kod, Ratt.LASA_BELOPP)
    det = get_object_or_404(Ifyllnad, pk=pk, version=atkomst.version)
    if det.uppladdad_av_id != request.user.pk and not get_behorighet(request).far(Ratt.LASA_HISTORIK):
        raise Http404
    plats = fil_plats(det.sha256)
    if not plats.exists():
        raise Http404
    return FileResponse(plats.open("rb"), as_attachment=True, filename=det.namn, content_type=XLSX)


def _fyllbara(atkomst: Atkomst):
    """The tables that a workbook may have."""
    return [*atkomst.uppstallningar, *filter(None, [atkomst.askanden])]


def _far(request, version):
    return partial(skrivbart_i, get_behorighet(request), version)


def _granska(request, atkomst: Atkomst, skriv: Enhetsurval, innehall: bytes, svar: str = "") -> Granskad:
    """`svar` is the unit that the user has answered that the amounts are in."""
    version = atkomst.version
    bok = las_ifyllnad(innehall)
    if bok.fel and not bok.version:
        return Granskad(bok, bok.fel)
    tabeller = las_fyllnadsdata(
        version,
        atkomst.kolumner,
        _fyllbara(atkomst),
        Enhetsurval() if version.last else skriv,
        _far(request, version),
    )
    andrade, fel = granska_ifyllnad(bok, version, tabeller, hamta_enhetskoder(), skriv)
    # Of the wrong version nothing more is worth saying.
    if fel and not andrade and fel[0].kod in ("VERSION", "LAST"):
        return Granskad(bok, fel)
    if fel or bok.fel:
        return Granskad(bok, (*fel, *bok.fel))
    berorda = {i.uppstallning for i in andrade.values()}
    data = tuple(d for d, _ in tabeller if d.uppstallning.kod in berorda)
    utslag = _bedom_enheten(version, data, andrade, skriv)
    omraknade = frozenset(utslag.galler if utslag and svar == utslag.enhet != Enhet.MNKR else ())
    for cell in omraknade:
        andrade[cell] = i_annan_enhet(andrade[cell], DELAS_MED[utslag.enhet])
    nu: dict[Cellnyckel, Cellvarde] = {}
    for d in data:
        nu |= hamta_celler(version, d.uppstallning, skriv, sedan=timezone.now() - LANGE)
    rena, krockar = {}, {}
    for cell, ifylld in andrade.items():
        finns = nu.get(cell, TOM)
        if finns.varde == ifylld.varde or not ifylld.andrad:
            continue
        orord = (finns.rev, finns.varde) == (ifylld.rev, ifylld.bas)
        (rena if orord else krockar)[cell] = (ifylld, finns)
    return Granskad(bok, (), data, rena, krockar, utslag, svar, omraknade, andrade)


def _bedom_enheten(version, tabeller, andrade: Mapping[Cellnyckel, Ifylld], skriv: Enhetsurval) -> Utslag:
    """Whether the new amounts look like another unit than mnkr. One query at most, whatever they are."""
    ursprung = hamta_ursprung(version, [p for d in tabeller for p in d.poster], skriv)
    varden = []
    for d in tabeller:
        egna = [c for c, i in andrade.items() if i.uppstallning == d.uppstallning.kod and i.varde]
        for cell, mot in referenser(d, egna, ursprung).items():
            varden.append(Varde(cell, andrade[cell].varde / MNKR, tuple(m / MNKR for m in mot)))
    return bedom(varden)


def _last_som(granskad: Granskad) -> str:
    if not granskad.omraknade:
        return ""
    enhet, antal = Enhet(granskad.svar), len(granskad.omraknade)
    vad = "1 belopp lästes" if antal == 1 else f"{antal} belopp lästes"
    return f"{vad} som {ORD[enhet]} ({RAKNADE[enhet]})"


def _valda(post, granskad: Granskad) -> tuple[list[Cellandring], list[Cellnyckel]]:
    """The changes to save, and the conflicts that nobody has chosen between."""
    andringar = [Cellandring(c, i.rev, i.bas, i.nytt) for c, (i, _) in granskad.rena.items()]
    kvar = []
    for cell, (ifylld, _) in granskad.krockar.items():
        sedd = _sedd(post.get(f"k.{cell}"))
        val = post.get(f"v.{cell}") or post.get("alla", "")
        # A choice is between what was shown; what nobody has shown yet nobody has chosen.
        if sedd is None or val not in ("mitt", "deras"):
            kvar.append(cell)
        elif val == "mitt":
            andringar.append(Cellandring(cell, *sedd, ifylld.nytt))
    return andringar, kvar


def _sedd(text: str | None) -> tuple[int, Decimal | None] | None:
    try:
        rev, varde = las_json(text or "")
        return int(rev), None if varde is None else las_decimal(varde)
    except (ValueError, TypeError, OverflowError):
        return None


def _visa_skillnad(request, atkomst, det: Ifyllnad, granskad: Granskad, *, status=200):
    version = atkomst.version
    data = {d.uppstallning.kod: d for d in granskad.tabeller}
    tabeller = []
    for d in granskad.tabeller:
        rader = granskad.i_tabell(d, granskad.rena)
        if rader:
            tabeller.append(bygg_andringar(d, rader))
    innehall = ram(request, atkomst, "", titel="Fyll i i Excel")
    innehall["smulor"][-1]["url"] = reverse("ifyllnad", args=[version.ar, version.kod])
    innehall["smulor"].append({"text": det.namn})
    innehall |= {
        "det": det,
        "tabeller": [visa(t) for t in tabeller],
        "summor": _summor(request, atkomst, granskad),
        "krockar": [_val(request, data[i.uppstallning], c, i, nu) for c, (i, nu) in granskad.krockar.items()],
        "alla": request.POST.get("alla", ""),
        "varfor": request.POST.get("varfor", ""),
        "antal": len(granskad.rena),
        "noteringar": [{"text": a.text} for a in granskad.bok.anmarkningar if a.kod != TEXTTAL],
        "texttal": _texttal(granskad.bok),
        "obesvarat": status == 409,
    } | _enhetsdel(granskad)
    return render(request, "budget/ifyllnad_skillnad.html", innehall, status=status)


def _texttal(bok: Ifyllnadsbok) -> dict | None:
    """The cells whose numbers were text, and what they were read as."""
    texter = [a.text for a in bok.anmarkningar if a.kod == TEXTTAL]
    if not texter:
        return None
    antal = len(texter)
    vad = "En cell innehöll" if antal == 1 else f"{antal} celler innehöll"
    lista = [{"text": t} for t in texter[:FLEST_FYND]]
    if antal > FLEST_FYND:
        lista.append({"text": f"Och {antal - FLEST_FYND} till av samma slag."})
    return {"rubrik": f"{vad} tal som text och lästes som tal", "lista": lista}


def _enhetsdel(granskad: Granskad) -> dict:
    """The question about the amounts' unit, or what was answered with a way to answer otherwise."""
    if not granskad.utslag:
        return {}

    def namn(cell):
        ifylld = granskad.andrade[cell]
        return f"{ifylld.blad}, {ifylld.ruta} ({' '.join(ifylld.rubrik.split())})"

    if granskad.obesvarad:
        return {"enhetsfraga": bygg_fraga(granskad.utslag, namn)}
    if granskad.omraknade:
        rubrik, enhet = f"{_last_som(granskad)}, som du har svarat", Enhet.MNKR
    else:
        rubrik, enhet = "Beloppen läses som mnkr, som du har svarat", granskad.utslag.enhet
    return {
        "enhetssvar": {"rubrik": rubrik, "enhet": enhet, "knapp": f"Läs dem som {ORD[enhet]}"},
        "visad": granskad.visad,
    }


def _summor(request, atkomst, granskad: Granskad):
    """The sums that move when the changes without conflict are saved; None when none does."""
    if not granskad.rena:
        return None
    version = atkomst.version
    poster = summerade_poster(atkomst.uppstallningar)

    def las():
        return hamta_summalage(version, poster, atkomst.urval)

    andringar = [Cellandring(c, nu.rev, nu.varde, i.nytt) for c, (i, nu) in granskad.rena.items()]
    fore = las()
    try:
        efter = prova_belopp(version=version, andringar=andringar, by=request.user, las=las)
    except (Konflikt, VersionenArLast):
        return None  # somebody was there this very moment; the save will say so
    t = bygg_summor(poster, fore, efter, granskad.tabeller)
    return visa(t) if t.rader else None


def _val(request, data: Uppstallningsdata, cell: Cellnyckel, ifylld: Ifylld, nu: Cellvarde) -> Val:
    post = next(p for p in data.poster if p.pk == cell.post)
    nar = timezone.localtime(nu.tid).strftime("%Y-%m-%d kl. %H.%M") if nu.tid else ""
    if not nu.tid:
        vem = "Någon tömde cellen" if nu.varde is None else "Står nu i systemet"
    else:
        vem = f"{'Du' if nu.av == request.user.pk else nu.namn} sparade {nar}"
    return Val(
        namn=str(cell),
        rubrik=f"{data.uppstallning.namn}: {cellrubrik(data, cell)} {cell.ar}",
        plats=f"Bladet «{ifylld.blad}», cell {ifylld.ruta}. "
        f"Var {belopp_i_ord(post, ifylld.bas)} när arbetsboken hämtades.",
        mitt=belopp_i_ord(post, ifylld.varde),
        deras=belopp_i_ord(post, nu.varde),
        vem=vem,
        nu=json.dumps([nu.rev, None if nu.varde is None else str(nu.varde)]),
        valt=request.POST.get(f"v.{cell}", ""),
    )
