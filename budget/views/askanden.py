"""Äskanden: what the nämnder ask for beside the ram, why, and what they are answered."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from budget.actions.askanden import (
    AskandeFel,
    AskandetAndrat,
    besvara_askande,
    radens_adress,
    spara_motiv,
)
from budget.forms.askanden import Motivformular, Svarsformular
from budget.selectors.askanden import Askanderad, hamta_askanden, radens_avtryck, utan_ram
from budget.selectors.budgetdel import hamta_delenheter, stangda_enheter
from budget.selectors.kommentar import rakna_per_cell
from budget.selectors.skrivratt import skrivbart_i
from budget.tabeller.askanden import (
    arsrader,
    askandehandling,
    bygg_askandetabell,
    bygg_svar,
    sammanfatta_askanden,
)
from budget.views.atkomst import Atkomst, oppna_askanden, skrivbart_har
from budget.views.tabeller import adressrot, ram, svara_med_bok
from organisation.models import Namnd
from organisation.permissions import Enhetsurval, Ratt, get_behorighet
from regionskane.lib.tabell import Tabell
from regionskane.lib.visning import visa


@dataclass(frozen=True)
class Askandesida:
    """The äskanden that somebody reads: every row, asked for or not, and the nämnder (id → name) that they are of.
    `nyckel` is the kod of the nämnd that was chosen, if any."""

    atkomst: Atkomst
    rader: tuple[Askanderad, ...]
    namnder: dict[int, str]
    koder: dict[int, str]
    nyckel: str

    @property
    def valda(self) -> tuple[Askanderad, ...]:
        return tuple(r for r in self.rader if not self.nyckel or self.koder[r.namnd] == self.nyckel)


def las_askandesida(request, ar, kod) -> Askandesida:
    """The äskanden of a version that the user may read, those of one nämnd with `?namnd=`. 404 or PermissionDenied."""
    atkomst = oppna_askanden(request, ar, kod)
    per_enhet = hamta_delenheter(atkomst.version)
    rader = tuple(
        utan_ram(
            hamta_askanden(atkomst.version, atkomst.askanden, atkomst.urval, per_enhet),
            _laser_belopp(request, atkomst.version),
        )
    )
    egna = {r.namnd for r in rader}
    namnder = {n.pk: n for n in Namnd.objects.filter(pk__in=egna).order_by("ordning")}
    koder = {pk: n.kod for pk, n in namnder.items()}
    nyckel = request.GET.get("namnd", "")
    if nyckel and nyckel not in koder.values():
        raise Http404
    return Askandesida(atkomst, rader, {pk: n.namn for pk, n in namnder.items()}, koder, nyckel)


def las_askandetabell(request, s: Askandesida, *, for_fil: bool = False) -> Tabell:
    """The table of a page of äskanden: with links for who may follow them, whole for a file."""
    version, u, behorighet = s.atkomst.version, s.atkomst.askanden, get_behorighet(request)
    laser = _laser_belopp(request, version)
    delar = behorighet.urval(Ratt.LASA_DELAR, last=version.last, period=version.period)
    return bygg_askandetabell(
        version, u, s.valda, s.namnder, med_lankar=not for_fil, med_kallor=bool(laser), hel_text=for_fil,
        kommentarer=rakna_per_cell(version, u, delar) if not for_fil else None,
    )  # fmt: skip


@login_required
@require_GET
def askanden(request, ar, kod):
    """What is asked for: ram, äskande, skillnad, motiv and svar."""
    s = las_askandesida(request, ar, kod)
    version, u = s.atkomst.version, s.atkomst.askanden
    t = las_askandetabell(request, s)
    innehall = _sida(request, s.atkomst) | {
        "rubrik": t.rubrik,
        "ingress": t.ingress,
        "sammanfattning": sammanfatta_askanden(s.valda),
        "t": visa(t),
        "tom": not t.rader,
        "far_skriva": skrivbart_har(request, version, u),
        "far_exportera": _far_exportera(request, s.atkomst),
        "namnder": [
            {"text": namn, "kod": s.koder[pk], "vald": s.koder[pk] == s.nyckel}
            for pk, namn in s.namnder.items()
        ],
        "nyckel": s.nyckel,
        "utan": [
            {"text": r.namn, "url": radens_adress(s.atkomst.version, r)}
            for r in s.valda
            if r.tom and len(s.namnder) == 1
        ],
    }
    return render(request, "budget/askanden.html", innehall)


def _sida(request, atkomst: Atkomst) -> dict:
    """What every page of a version shows, as the user sees the rest of it: some read nothing else."""
    version = atkomst.version
    laser = _laser_belopp(request, version)
    innehall = ram(request, replace(atkomst, urval=laser), atkomst.askanden.kod, titel=atkomst.askanden.namn)
    if not laser:
        innehall |= {"flikar": [], "underflikar": [], "versionsval": []}
        del innehall["smulor"][1]["url"]
    return innehall


def _far_exportera(request, atkomst: Atkomst) -> bool:
    version = atkomst.version
    return bool(get_behorighet(request).urval(Ratt.EXPORTERA, last=version.last, period=version.period))


@login_required
@require_GET
def excel(request, ar, kod):
    """The workbook of the äskanden that the user may read."""
    s = las_askandesida(request, ar, kod)
    if not _far_exportera(request, s.atkomst):
        raise PermissionDenied(f"Din roll får inte {Ratt.EXPORTERA.value} i {s.atkomst.version.namn}.")
    dokument = askandehandling(
        s.atkomst.version,
        las_askandetabell(request, s, for_fil=True),
        adressrot(request),
    )
    return svara_med_bok(dokument)


def oppna_rad(request, ar, kod, enhet, post) -> tuple[Atkomst, Askanderad]:
    """A row that the user may read. 404 or PermissionDenied."""
    atkomst = oppna_askanden(request, ar, kod)
    per_enhet = hamta_delenheter(atkomst.version)
    rader = hamta_askanden(atkomst.version, atkomst.askanden, Enhetsurval(allt=True), per_enhet)
    rad = next((r for r in rader if (r.plats.enhet_kod, r.post.kod) == (enhet, post)), None)
    if rad is None:
        raise Http404
    if rad.plats.enhet_id not in atkomst.urval:
        raise PermissionDenied("Du får inte läsa den nämndens äskanden.")
    return atkomst, utan_ram([rad], _laser_belopp(request, atkomst.version))[0]


def _laser_belopp(request, version) -> Enhetsurval:
    """The enheter whose amounts in the budget itself the user may read, the ram among them."""
    return get_behorighet(request).urval(Ratt.LASA_BELOPP, last=version.last, period=version.period)


def far_skriva_motiv(request, atkomst: Atkomst, rad: Askanderad) -> bool:
    """Whether the user writes for the enhet, whether it is handed in or not."""
    skriv = skrivbart_i(get_behorighet(request), atkomst.version, atkomst.askanden, aven_last=True)
    return rad.plats.enhet_id in skriv


@login_required
@require_http_methods(["GET", "POST"])
def askande(request, ar, kod, enhet, post):
    """A row: its years, the motive and the answer. A POST writes one of them (`vad`: motiv or svar)."""
    atkomst, rad = oppna_rad(request, ar, kod, enhet, post)
    if request.method == "GET":
        return _visa_rad(request, atkomst, rad)
    if request.POST.get("vad") == "svar":
        return _svara(request, atkomst, rad)
    return _skriv_motiv(request, atkomst, rad)


def _skriv_motiv(request, atkomst: Atkomst, rad: Askanderad):
    if not far_skriva_motiv(request, atkomst, rad):
        raise PermissionDenied(f"Din roll får inte {Ratt.SKRIVA_ASKANDE.value} för den enheten.")
    form = Motivformular(request.POST, rad=rad)
    if not form.is_valid():
        return _visa_rad(request, atkomst, rad, motivform=form, status=422)
    try:
        spara_motiv(
            version=atkomst.version, rad=rad, text=form.cleaned_data["text"], by=request.user,
            sedd_rev=form.cleaned_data["rev"] or 0,
        )  # fmt: skip
    except AskandeFel as fel:
        form.add_error(None, str(fel))
        atkomst, rad = oppna_rad(
            request, atkomst.version.ar, atkomst.version.kod, rad.plats.enhet_kod, rad.post.kod
        )
        return _visa_rad(request, atkomst, rad, motivform=_pa_nytt(form, rad.motiv, fel), status=_status(fel))
    messages.success(request, "Motivet är sparat.")
    return redirect(radens_adress(atkomst.version, rad))


def _svara(request, atkomst: Atkomst, rad: Askanderad):
    get_behorighet(request).krav(Ratt.BESVARA_ASKANDE)
    form = Svarsformular(request.POST, rad=rad)
    if not form.is_valid():
        return _visa_rad(request, atkomst, rad, svarsform=form, status=422)
    try:
        besvara_askande(
            version=atkomst.version, rad=rad, utfall=form.cleaned_data["utfall"],
            text=form.cleaned_data["text"], delvis=form.delvis(), by=request.user,
            sedd_rev=form.cleaned_data["rev"] or 0, avtryck=form.cleaned_data["avtryck"],
        )  # fmt: skip
    except AskandeFel as fel:
        form.add_error(None, str(fel))
        atkomst, rad = oppna_rad(
            request, atkomst.version.ar, atkomst.version.kod, rad.plats.enhet_kod, rad.post.kod
        )
        form = _pa_nytt(form, rad.svar, fel, avtryck=radens_avtryck(rad))
        return _visa_rad(request, atkomst, rad, svarsform=form, status=_status(fel))
    messages.success(request, f"{rad.namn}: svaret är sparat och nämnden har fått en notis.")
    return redirect(radens_adress(atkomst.version, rad))


def _status(fel: AskandeFel) -> int:
    return 409 if isinstance(fel, AskandetAndrat) else 422


def _pa_nytt(form, sparat, fel, **visas_nu: str):
    """What was typed is kept; after a conflict the next try is on what is saved now, which the page shows."""
    if isinstance(fel, AskandetAndrat):
        form.data = form.data.copy()
        for falt, varde in {"rev": str(sparat.rev if sparat else 0), **visas_nu}.items():
            form.data[falt] = varde
    return form


def _visa_rad(request, atkomst: Atkomst, rad: Askanderad, *, motivform=None, svarsform=None, status=200):
    version, u = atkomst.version, atkomst.askanden
    behorighet = get_behorighet(request)
    inlamnad = rad.plats.enhet_id in stangda_enheter(version)
    far_motivera = far_skriva_motiv(request, atkomst, rad) and not version.last and not inlamnad
    far_svara = behorighet.far(Ratt.BESVARA_ASKANDE) and not version.last and inlamnad and not rad.tom
    innehall = _sida(request, atkomst)
    innehall["smulor"][-1]["url"] = reverse("askanden", args=[version.ar, version.kod])
    innehall["smulor"].append({"text": rad.namn})
    innehall |= {
        "rubrik": rad.namn,
        "ordet": u.rads_ord,
        "rad": rad,
        "visar_ram": rad.mot_ram and not rad.ram_dold,
        "ar": arsrader(version, rad),
        "svar": bygg_svar(version, rad),
        "ser_justeringar": bool(behorighet.urval(Ratt.LASA_BELOPP, last=version.last, period=version.period)),
        "inlamnad": inlamnad,
        "motivform": (motivform or Motivformular(rad=rad)) if far_motivera or motivform else None,
        "svarsform": (svarsform or Svarsformular(rad=rad)) if far_svara or svarsform else None,
        "far_skriva": rad.plats.enhet_id in skrivbart_har(request, version, u) and not inlamnad,
        "krock": status == 409,
    }
    return render(request, "budget/askande.html", innehall, status=status)
