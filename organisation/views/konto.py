"""Logging in and out, the theme, and the pages that everybody may read."""

from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.views.decorators.http import require_GET, require_POST

from organisation.actions import AnvandareFel, byt_losenord
from organisation.context import TEMAN
from organisation.forms import Inloggningsformular, Losenordsformular
from organisation.models import Anvandare, Enhetstyp, Placering, Rolltilldelning
from organisation.permissions import RATTER, Ratt, get_behorighet
from organisation.views.loggar import loggflikar

ETT_AR = 365 * 24 * 60 * 60


class LoggaIn(auth.LoginView):
    template_name = "organisation/logga_in.html"
    authentication_form = Inloggningsformular
    redirect_authenticated_user = True


class LoggaUt(auth.LogoutView):
    template_name = "organisation/utloggad.html"
    next_page = None


class BytLosenord(auth.PasswordChangeView):
    template_name = "organisation/byt_losenord.html"
    success_url = reverse_lazy("losenord_bytt")

    form_class = Losenordsformular

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form):
        try:
            byt_losenord(anvandare=form.user, losenord=form.cleaned_data["new_password1"])
        except AnvandareFel as fel:
            form.add_error(None, str(fel))
            return self.form_invalid(form)
        update_session_auth_hash(self.request, form.user)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form):
        # Locked by this very guess: whoever guesses in somebody's session does not go on in it.
        # A form that is refused before its old password is tried has not been counted.
        if getattr(self.request, "axes_locked_out", False) and self.request.axes_failures_since_start:
            logout(self.request)
        return super().form_invalid(form)


class LosenordBytt(auth.PasswordChangeDoneView):
    template_name = "organisation/losenord_bytt.html"


@require_POST
def tema(request):
    """Remember light, dark or automatic colours, and go back."""
    nasta = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(nasta, {request.get_host()}, request.is_secure()):
        nasta = "/"
    svar = HttpResponseRedirect(nasta)
    val = TEMAN.get(request.POST.get("tema", ""))
    if val:
        svar.set_cookie(
            "tema", val, max_age=ETT_AR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        svar.delete_cookie("tema")
    return svar


@require_GET
def stil(request):
    """Every component of the pages, as they look."""
    return render(request, "stil.html")


@require_GET
def tillganglighet(request):
    """The accessibility statement (lagen 2018:1937)."""
    return render(request, "tillganglighet.html")


@login_required
@require_GET
def organisation(request):
    """Users with their roles, what each role may do, and which enheter belong where."""
    behorighet = get_behorighet(request)
    behorighet.krav(Ratt.LASA_ORGANISATION)
    return render(
        request,
        "organisation/organisation.html",
        {
            "anvandarna": Anvandare.objects.prefetch_related(
                Prefetch("roller", Rolltilldelning.objects.select_related("namnd", "enhet").order_by("pk"))
            ).order_by("username"),
            "far_styra": behorighet.far(Ratt.STYRA_ANVANDARE),
            "loggar": loggflikar(behorighet),
            "ratter": [
                (
                    capfirst(ratt.value),
                    [", ".join(sorted(o.value for o in omfang)) for omfang in roller.values()],
                )
                for ratt, roller in RATTER.items()
            ],
            "roller": [roll.label for roll in RATTER[Ratt.LASA_BELOPP]],
            "placeringar": Placering.objects.exclude(enhet__typ=Enhetstyp.OBJEKT)
            .select_related("enhet", "namnd", "sektor")
            .order_by("sektor__ordning", "ordning"),
        },
    )
