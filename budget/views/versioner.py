"""Locking, opening and copying versions. Each asks on a page of its own before it does anything."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from budget.actions.versioner import VersionsFel, kopiera_version, las_upp_version, las_version
from budget.regler.delflode import Delstatus
from budget.views.atkomst import oppna_version
from budget.views.tabeller import ram
from organisation.permissions import Ratt, get_behorighet


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
    namn = forms.CharField(label="Den nya versionens namn", max_length=100)
    kod = forms.SlugField(
        label="Kod",
        max_length=50,
        help_text="Står i adressen. Bokstäver a–z, siffror och bindestreck, till exempel B2024-SCEN.",
        error_messages={"invalid": "Skriv bara bokstäver a–z, siffror och bindestreck."},
    )


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
    start = {"namn": f"{version.namn}, kopia", "kod": f"{version.kod}-2"}
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
        "text": "Kopian får alla belopp, tryckta summor och beslut, och är öppen för inmatning. "
        "Varje siffra behåller uppgiften om var den kommer ifrån.",
        "knapp": "Skapa kopian",
    }
    return _svara(request, innehall, formular)
