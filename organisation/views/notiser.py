"""Behind the bell: the user's own notices."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from organisation.actions import markera_sedda
from organisation.models import Notis
from regionskane.bladdra import bladdra

PER_SIDA = 100


@login_required
@require_GET
def notiser(request):
    """A page of the user's notices, newest first, and how many of all are unread."""
    egna = Notis.objects.filter(mottagare=request.user)
    blad = bladdra(request, lambda vilka: egna[vilka], ankare="notiser", per_sida=PER_SIDA)
    innehall = {"blad": blad, "antal_olasta": egna.filter(sedd__isnull=True).count()}
    return render(request, "organisation/notiser.html", innehall)


@login_required
@require_POST
def oppna(request, pk):
    """Mark a notice as read and go where it leads; that page asks for the user's rights."""
    notis = get_object_or_404(Notis, pk=pk, mottagare=request.user)
    markera_sedda(by=request.user, notiser=[notis.pk])
    return redirect(notis.url)


@login_required
@require_POST
def alla_sedda(request):
    """Mark all of the user's notices as read."""
    antal = markera_sedda(by=request.user)
    messages.success(
        request,
        "1 notis är läst." if antal == 1 else f"{antal} notiser är lästa." if antal else "Inget nytt.",
    )
    return redirect("notiser")
