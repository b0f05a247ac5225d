"""What is done with whole versions. Each asks on a page of its own before it does anything."""

import re

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from budget.actions.versioner import (
    Beslut,
    VersionenAndrad,
    VersionsFel,
    bered_version,
    faststall_version,
    finansieringens_avtryck,
    finansieringsbrist,
    grundbrist,
    kopiera_version,
    las_upp_version,
    las_version,
    skapa_tillaggsbudget,
    spara_finansiering,
    starta_nasta_ar,
)
from budget.forms.beslutsdatum import fattat
from budget.models import BEREDS, Budgetversion, Finansieringssatt, Versionstyp
from budget.regler.delflode import Delstatus
from budget.selectors.versioner import hamta_ersattare, hamta_tillagg, ledig_kod, versionens_avtryck
from budget.tabeller.beredning import hamta_oppna_delar, las_beredningslage, las_beslutslage, sett_oppna
from budget.tabeller.tillagg import bygg_tillagg
from budget.views.atkomst import oppna_version
from budget.views.tabeller import ram
from organisation.permissions import Ratt, get_behorighet
from regionskane.lib.radfalt import Radfalt
from regionskane.lib.visning import visa


class Motivformular(forms.Form):
    varfor = forms.CharField(
        label="Varför?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Skriv varför versionen öppnas igen."},
    )

    def __init__(self, *args, kravs: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["varfor"].required = kravs


class Kopieformular(forms.Form):
    namn = Radfalt(label="Den nya versionens namn", max_length=100)
    kod = forms.SlugField(
        label="Kod",
        max_length=50,
        help_text="Står i adressen. Bokstäver a–z, siffror och bindestreck, till exempel B2024-SCEN.",
        error_messages={"invalid": "Skriv bara bokstäver a–z, siffror och bindestreck."},
    )


class Beslutsformular(forms.Form):
    organ = Radfalt(label="Beslutande organ", max_length=100)
    datum = forms.DateField(
        label="Datum", validators=[fattat], widget=forms.DateInput(attrs={"type": "date"})
    )
    paragraf = Radfalt(label="Paragraf i protokollet", max_length=20, help_text="Till exempel § 112.")
    # What is decided: the version as it was shown.
    avtryck = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args, version: Budgetversion, organ: str, **kwargs):
        initial = {"organ": organ, "avtryck": versionens_avtryck(version)}
        super().__init__(*args, initial=initial, **kwargs)

    def beslut(self) -> Beslut:
        return Beslut(**{namn: self.cleaned_data[namn] for namn in ("organ", "datum", "paragraf")})

    def visa_pa_nytt(self, version: Budgetversion, fel: VersionsFel) -> None:
        """Show why it was not registered; what was typed is kept, and the next try is on the version as it is now."""
        self.add_error(None, str(fel))
        if isinstance(fel, VersionenAndrad):
            self.data = self.data.copy()
            self.data["avtryck"] = versionens_avtryck(version)


class Beredningsformular(Beslutsformular):
    """A decision that also closes the parts that are open (`oppna`: how many), which is to have been seen."""

    sett = forms.BooleanField(
        error_messages={"required": "Kryssa i rutan om du vill registrera beredningen ändå."}
    )

    def __init__(self, *args, oppna: int, **kwargs):
        super().__init__(*args, **kwargs)
        if oppna:
            self.fields["sett"].label = sett_oppna(oppna)
        else:
            del self.fields["sett"]


class Finansieringsformular(forms.Form):
    finansiering = forms.ChoiceField(
        label="Hur betalas beslutet?", choices=[("", "Välj …"), *Finansieringssatt.choices]
    )
    text = forms.CharField(
        label="Förklara finansieringen",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Texten följer med beslutet.",
        error_messages={"required": "Skriv hur beslutet finansieras."},
    )
    sett = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)


def _forbered(request, ar, kod, titel):
    get_behorighet(request).krav(Ratt.STYRA_VERSION)
    atkomst = oppna_version(request, ar, kod)
    return atkomst.version, ram(request, atkomst, "", titel=titel)


def _skickat(request):
    return request.POST if request.method == "POST" else None


def _svara(request, innehall, formular, mall="budget/bekrafta.html"):
    return render(request, mall, innehall | {"form": formular}, status=422 if formular.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def las(request, ar, kod):
    """Lock a version."""
    version, innehall = _forbered(request, ar, kod, "Lås versionen")
    if version.last and request.method == "GET":
        messages.info(request, f"{version.namn} är redan låst.")
        return redirect("version", ar, kod)
    formular = Motivformular(_skickat(request), kravs=False)
    if request.method == "POST" and formular.is_valid():
        try:
            las_version(version=version, by=request.user, varfor=formular.cleaned_data["varfor"])
        except VersionsFel as fel:
            formular.add_error(None, str(fel))
        else:
            messages.success(
                request, f"{version.namn} är låst. Ingen kan ändra beloppen förrän du öppnar den igen."
            )
            return redirect("version", ar, kod)
    kvar = version.delar.exclude(status=Delstatus.KLAR).count()
    innehall |= {
        "rubrik": f"Lås {version.namn}?",
        "text": "När versionen är låst kan ingen ändra ett belopp i den, och politiker kan läsa den. "
        "Du kan öppna den igen så länge den inte är fastställd."
        + (f" Observera: {kvar} av nämndernas delar är inte klara." if kvar else ""),
        "knapp": "Lås versionen",
    }
    return _svara(request, innehall, formular)


@login_required
@require_http_methods(["GET", "POST"])
def las_upp(request, ar, kod):
    """Open a locked version again."""
    version, innehall = _forbered(request, ar, kod, "Öppna versionen")
    if request.method == "GET" and (version.faststalld or not version.last):
        messages.info(
            request,
            f"{version.namn} är fastställd och öppnas inte igen. Kopiera den i stället."
            if version.faststalld
            else f"{version.namn} är redan öppen.",
        )
        return redirect("version", ar, kod)
    formular = Motivformular(_skickat(request), kravs=True)
    if request.method == "POST" and formular.is_valid():
        try:
            las_upp_version(version=version, by=request.user, varfor=formular.cleaned_data["varfor"])
        except VersionsFel as fel:
            formular.add_error("varfor", str(fel))
        else:
            messages.success(request, f"{version.namn} är öppen för inmatning.")
            return redirect("version", ar, kod)
    innehall |= {
        "rubrik": f"Öppna {version.namn} igen?",
        "text": "Versionen kan ändras igen. Skälet sparas i historiken.",
        "knapp": "Öppna versionen",
    }
    return _svara(request, innehall, formular)


@login_required
@require_http_methods(["GET", "POST"])
def kopiera(request, ar, kod):
    """Make an open copy of a version."""
    version, innehall = _forbered(request, ar, kod, "Kopiera versionen")
    start = {"namn": f"{version.namn}, kopia", "kod": ledig_kod(version.kod)}
    formular = Kopieformular(_skickat(request), initial=start)
    if request.method == "POST" and formular.is_valid():
        try:
            ny = kopiera_version(
                kalla=version,
                kod=formular.cleaned_data["kod"],
                namn=formular.cleaned_data["namn"],
                by=request.user,
            )
        except VersionsFel as fel:
            formular.add_error("kod", str(fel))
        else:
            messages.success(request, f"{ny.namn} är skapad och öppen för inmatning.")
            return redirect("version", ny.ar, ny.kod)
    innehall |= {
        "rubrik": f"Kopiera {version.namn}",
        "text": "Kopian får alla belopp och beslut, och är öppen för inmatning. Summorna räknas ur beloppen. "
        "Varje siffra behåller uppgiften om var den kommer ifrån.",
        "knapp": "Skapa kopian",
    }
    return _svara(request, innehall, formular)


@login_required
@require_http_methods(["GET", "POST"])
def bered(request, ar, kod):
    """Record that the proposal has been prepared, which locks it."""
    get_behorighet(request).krav(Ratt.STYRA_VERSION)
    atkomst = oppna_version(request, ar, kod)
    version, oppna = atkomst.version, hamta_oppna_delar(atkomst.version)
    formular = Beredningsformular(
        _skickat(request), version=version, organ="Regionstyrelsen", oppna=len(oppna)
    )
    if request.method == "POST" and formular.is_valid():
        try:
            bered_version(
                version=version, beslut=formular.beslut(), by=request.user,
                avtryck=formular.cleaned_data["avtryck"],
            )  # fmt: skip
        except VersionsFel as fel:
            formular.visa_pa_nytt(version, fel)
        else:
            messages.success(
                request, f"{version.namn} är beredd och låst. Nu kan fullmäktiges beslut registreras."
            )
            return redirect("version", ar, kod)
    innehall = ram(request, atkomst, "", titel="Registrera beredning") | {
        "inventering": las_beredningslage(version, atkomst.askanden, oppna),
        "rubrik": f"Registrera beredningen av {version.namn}",
        "text": "Versionen låses och blir det förslag som fullmäktige tar ställning till. Du kan lämna tillbaka den, "
        "med skäl, tills den är fastställd.",
        "knapp": "Registrera beredningen",
    }
    return _svara(request, innehall, formular)


@login_required
@require_http_methods(["GET", "POST"])
def faststall(request, ar, kod):
    """Record the decision that makes a version final."""
    version, innehall = _forbered(request, ar, kod, "Registrera beslut")
    formular = Beslutsformular(
        _skickat(request), version=version, organ=str(version.namnd or "Regionfullmäktige")
    )
    if request.method == "POST" and formular.is_valid():
        try:
            faststall_version(
                version=version, beslut=formular.beslut(), by=request.user,
                avtryck=formular.cleaned_data["avtryck"],
            )  # fmt: skip
        except VersionsFel as fel:
            formular.visa_pa_nytt(version, fel)
        else:
            messages.success(request, f"{version.namn} är fastställd.")
            return redirect("version", ar, kod)
    innehall |= {
        "inventering": las_beslutslage(version),
        "rubrik": f"Fastställ {version.namn}?",
        "text": "En fastställd version kan aldrig ändras eller öppnas igen. En senare ändring blir en tilläggsbudget.",
        "knapp": "Fastställ för gott",
    }
    return _svara(request, innehall, formular)


def _ny_version(request, ar, kod, *, titel, start, skapa, innehall_till):
    """A page that makes a version with a name and kod of its own; `skapa(version, kod, namn)` does it."""
    version, innehall = _forbered(request, ar, kod, titel)
    formular = Kopieformular(_skickat(request), initial=start(version))
    if request.method == "POST" and formular.is_valid():
        try:
            ny = skapa(version, formular.cleaned_data["kod"], formular.cleaned_data["namn"])
        except VersionsFel as fel:
            formular.add_error("kod" if "Koden" in str(fel) else None, str(fel))
        else:
            messages.success(request, f"{ny.namn} är skapad och öppen för inmatning.")
            return redirect("version", ny.ar, ny.kod)
    return _svara(request, innehall | innehall_till(version), formular)


@login_required
@require_http_methods(["GET", "POST"])
def nasta_ar(request, ar, kod):
    """Start next year's budget from this one's plan."""
    return _ny_version(
        request, ar, kod,
        titel="Starta nästa års budget",
        start=lambda v: {
            "namn": re.sub(rf"\b{v.ar}\b", str(v.ar + 1), v.namn) if v.namnd_id else f"Budget {v.ar + 1}",
            "kod": ledig_kod(re.sub(str(v.ar), str(v.ar + 1), v.kod) if v.namnd_id else f"B{v.ar + 1}"),
        },
        skapa=lambda v, ny_kod, namn: starta_nasta_ar(kalla=v, kod=ny_kod, namn=namn, by=request.user),
        innehall_till=lambda v: {
            "rubrik": f"Starta {'internbudget' if v.namnd_id else 'budget'} {v.ar + 1}",
            "text": f"Den nya versionen börjar med beloppen i {v.namn}. Regionbidragen räknas av bryggan."
            if not v.planar
            else f"Den nya versionen börjar i planen i {v.namn}. Regionbidragen räknas av bryggan: nivån {v.ar} och "
            f"de justeringar som beslutas. Planårets förändring läggs in som en egen justering som du kan ändra. "
            f"Det sista planåret börjar tomt.{_ersatt(v)}",
            "knapp": "Starta budgeten",
        },
    )  # fmt: skip


def _ersatt(version) -> str:
    """A sentence for who starts from a decided budget that a tilläggsbudget has changed."""
    ersattare = hamta_ersattare(version) if version.faststalld and version.typ in BEREDS else None
    if not ersattare:
        return ""
    return (
        f" Observera: {version.namn} har ändrats av {ersattare.namn}. Starta från {ersattare.namn} om ändringen "
        "ska följa med."
    )


def _tillaggets_start(version):
    """The year's second tilläggsbudget has a number, in its name as in its kod."""
    kod = ledig_kod(f"T{version.ar}")
    return {"namn": f"Tilläggsbudget {kod.removeprefix('T')}", "kod": kod}


@login_required
@require_http_methods(["GET", "POST"])
def tillagg(request, ar, kod):
    """Make a tilläggsbudget on the decided budget; who asks for one on a budget that has been changed since is led to
    the one that is in force."""
    get_behorighet(request).krav(Ratt.STYRA_VERSION)
    grund = oppna_version(request, ar, kod).version
    if request.method == "GET" and grund.faststalld and (ersattare := hamta_ersattare(grund)):
        messages.info(
            request,
            f"{grund.namn} har ändrats av {ersattare.namn}. Tilläggsbudgeten görs på {ersattare.namn}.",
        )
        return redirect("tillaggsbudget", ersattare.ar, ersattare.kod)
    return _ny_version(
        request, ar, kod,
        titel="Ny tilläggsbudget",
        start=_tillaggets_start,
        skapa=lambda v, ny_kod, namn: skapa_tillaggsbudget(grund=v, kod=ny_kod, namn=namn, by=request.user),
        innehall_till=lambda v: {
            "rubrik": f"Ny tilläggsbudget på {v.namn}",
            "text": "Tilläggsbudgeten börjar som den fastställda. Ändra det som beslutet gäller; sidan Finansiering "
            "visar skillnaden och frågar hur den betalas (kommunallagen 11 kap. 15 §).",
            "knapp": "Skapa tilläggsbudgeten",
        },
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def finansiering(request, ar, kod):
    """What a tilläggsbudget changes, and how it is paid for."""
    atkomst = oppna_version(request, ar, kod)
    version = atkomst.version
    if version.typ != Versionstyp.TILLAGG:
        raise Http404
    behorighet = get_behorighet(request)
    if not atkomst.urval.allt:
        behorighet.krav(Ratt.LASA_BELOPP)
    far_andra = behorighet.far(Ratt.STYRA_VERSION) and not version.last
    if request.method == "POST":
        behorighet.krav(Ratt.STYRA_VERSION)
    start = {
        "finansiering": version.finansiering,
        "text": version.finansiering_text,
        "sett": finansieringens_avtryck(version),
    }
    formular = Finansieringsformular(_skickat(request), initial=start)
    if request.method == "POST" and formular.is_valid():
        try:
            spara_finansiering(
                version=version,
                finansiering=formular.cleaned_data["finansiering"],
                text=formular.cleaned_data["text"],
                by=request.user,
                sett=formular.cleaned_data["sett"] or None,
            )
        except VersionenAndrad as fel:
            version.refresh_from_db()
            formular.data = formular.data.copy()
            formular.data["sett"] = finansieringens_avtryck(version)
            formular.add_error(None, str(fel))
        except VersionsFel as fel:
            formular.add_error(None, str(fel))
        else:
            messages.success(request, "Finansieringen är sparad.")
            return redirect("finansiering", ar, kod)
    brist, foraldrad = finansieringsbrist(version), grundbrist(version)
    innehall = ram(request, atkomst, "finansiering", titel="Finansiering") | {
        "rubrik": f"Finansiering av {version.namn}",
        "ingress": f"Det som ändras mot {version.kopia_av.namn}, och hur det betalas.",
        "t": visa(bygg_tillagg(hamta_tillagg(version), brist)),
        "brist": brist,
        "foraldrad": foraldrad,
        "form": formular if far_andra or formular.errors else None,
        "knapp": "Spara",
    }
    return render(request, "budget/finansiering.html", innehall, status=422 if formular.errors else 200)
