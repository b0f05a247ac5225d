"""An administratör's pages: a new user, a user's details, roles and password."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from organisation.actions import (
    AnvandareFel,
    andra_anvandare,
    ge_roll,
    marke_for_losenordet,
    marke_for_uppgifterna,
    nytt_losenord,
    skapa_anvandare,
    ta_roll,
)
from organisation.forms import Anvandarformular, Rollformular
from organisation.models import Anvandare, Rolltilldelning
from organisation.permissions import Ratt, get_behorighet


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def ny(request):
    """Add a user. The answer itself shows the password to hand over, which is kept nowhere, and takes the roles.

    Sent again it says that the name is taken.
    """
    get_behorighet(request).krav(Ratt.STYRA_ANVANDARE)
    formular = Anvandarformular(request.POST if request.method == "POST" else None)
    if formular.is_valid():
        anvandare = formular.save(commit=False)
        try:
            losenord = skapa_anvandare(anvandare=anvandare, by=request.user)
        except AnvandareFel as fel:
            formular.add_error("username", str(fel))
        else:
            messages.success(
                request, f"{anvandare} är upplagd. Ge personen en roll, annars får hen inte göra något."
            )
            return _sida(request, anvandare.pk, losenord=losenord)
    return render(
        request,
        "organisation/ny_anvandare.html",
        {"form": formular, "smulor": _smulor("Ny användare")},
        status=422 if formular.is_bound else 200,
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def visa(request, pk):
    """A user's details and roles, to read and change."""
    get_behorighet(request).krav(Ratt.STYRA_ANVANDARE)
    anvandare = get_object_or_404(Anvandare, pk=pk)
    formular = Anvandarformular(request.POST if request.method == "POST" else None, instance=anvandare)
    if formular.is_valid():
        try:
            andra_anvandare(
                anvandare=formular.save(commit=False), by=request.user, sett=request.POST.get("sedda", "")
            )
        except AnvandareFel as fel:
            formular.add_error(None, str(fel))
        else:
            messages.success(request, "Uppgifterna är sparade.")
            return redirect("anvandare", pk)
    return _sida(request, pk, formular=formular)


@login_required
@never_cache
@require_POST
def losenord(request, pk):
    """A new password for somebody who has lost theirs, shown in the answer itself and kept nowhere.

    Sent again (a reload, a second click) it changes nothing: the form carries which password it saw.
    """
    get_behorighet(request).krav(Ratt.STYRA_ANVANDARE)
    anvandare = get_object_or_404(Anvandare, pk=pk)
    try:
        nytt = nytt_losenord(anvandare=anvandare, sett=request.POST.get("sett", ""), by=request.user)
    except AnvandareFel as fel:
        messages.error(request, str(fel))
        return _sida(request, pk, status=409)
    return _sida(request, pk, losenord=nytt)


@login_required
@never_cache
@require_POST
def roll(request, pk):
    """Give the user a role."""
    get_behorighet(request).krav(Ratt.STYRA_ANVANDARE)
    formular = Rollformular(request.POST, anvandare=get_object_or_404(Anvandare, pk=pk))
    if not formular.is_valid():
        return _sida(request, pk, rollformular=formular)
    try:
        ge_roll(tilldelning=formular.save(commit=False), by=request.user)
    except AnvandareFel as fel:
        formular.add_error("roll", str(fel))
        return _sida(request, pk, rollformular=formular)
    messages.success(request, f"Rollen är tillagd: {formular.instance}.")
    return redirect("anvandare", pk)


@login_required
@require_POST
def ta_bort_roll(request, pk, roll_pk):
    """Take a role away from the user."""
    get_behorighet(request).krav(Ratt.STYRA_ANVANDARE)
    tilldelning = get_object_or_404(
        Rolltilldelning.objects.select_related("namnd", "enhet"), pk=roll_pk, anvandare=pk
    )
    try:
        ta_roll(tilldelning=tilldelning, by=request.user)
    except AnvandareFel as fel:
        messages.error(request, str(fel))
    else:
        messages.success(request, f"Rollen är borttagen: {tilldelning}. Ge den igen nedan om det var fel.")
    return redirect("anvandare", pk)


def _sida(request, pk, *, formular=None, rollformular=None, losenord="", status=200):
    # Read anew: a refused form has put its own values in the instance.
    anvandare = get_object_or_404(Anvandare, pk=pk)
    refuserat = bool((formular and formular.errors) or (rollformular and rollformular.errors))
    return render(
        request,
        "organisation/anvandare.html",
        {
            "anvandare": anvandare,
            "form": formular or Anvandarformular(instance=anvandare),
            "rollform": rollformular or Rollformular(anvandare=anvandare),
            "roller": Rolltilldelning.objects.filter(anvandare=anvandare)
            .select_related("namnd", "enhet")
            .order_by("roll", "pk"),
            "losenord": losenord,
            "sett": marke_for_losenordet(anvandare),
            "sedda": marke_for_uppgifterna(anvandare),
            "smulor": _smulor(str(anvandare)),
        },
        status=422 if refuserat else status,
    )


def _smulor(sista):
    return [{"text": "Organisation", "url": "/organisation/"}, {"text": sista}]
