"""Log out a session that has stood untouched too long, have a password from somebody else replaced, and write down
what is downloaded."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse

from organisation.nedladdning import ar_fil, logga_nedladdning

# The session row is rewritten at most this often, so that reading pages does not cost a write each. A short time is
# measured closer, so that somebody who is at work is not logged out before the row is written.
GLOMSK_SEKUNDER = 60
INLOGGAD = "inloggad"
GLOMSK_ANDEL = 60


def minns_inloggningen(sender, request, user, **_) -> None:
    """When the user logged in: however busy, the session ends some hours after."""
    request.session[INLOGGAD] = int(time.time())


def _glomsk() -> int:
    return min(GLOMSK_SEKUNDER, settings.IDLE_TIMEOUT_SECONDS // GLOMSK_ANDEL)


class IdleTimeoutMiddleware:
    """Ends a session after IDLE_TIMEOUT_SECONDS without a request, and SESSION_COOKIE_AGE after the login in any case:
    Django counts that from when the session was last written. Must follow authentication."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            nu = int(time.time())
            senast = request.session.get("senast", nu)
            if nu - senast > settings.IDLE_TIMEOUT_SECONDS:
                logout(request)
                messages.info(
                    request, "Du loggades ut eftersom du inte gjort något på ett tag. Logga in igen."
                )
            elif nu - request.session.get(INLOGGAD, nu) > settings.SESSION_COOKIE_AGE:
                logout(request)
                timmar = settings.SESSION_COOKIE_AGE // 3600
                messages.info(
                    request, f"Du har varit inloggad i {timmar} timmar och loggades därför ut. Logga in igen."
                )
            elif "senast" not in request.session or nu - senast > _glomsk():
                request.session["senast"] = nu
        return self.get_response(request)


class BytLosenordMiddleware:
    """Sends a user whose password was given by an administratör to choose their own, before anything else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        anvandare = request.user
        if anvandare.is_authenticated and anvandare.maste_byta_losenord:
            fria = (reverse("byt_losenord"), reverse("logga_ut"), reverse("tema"), reverse("halsa"))
            if request.path not in fria:
                if request.method != "GET" or request.path.startswith("/api/"):
                    return HttpResponseForbidden("Välj först ett eget lösenord på sidan Byt lösenord.")
                messages.info(
                    request, "Du har fått ett tillfälligt lösenord. Välj ett eget innan du går vidare."
                )
                return redirect("byt_losenord")
        return self.get_response(request)


class NedladdningMiddleware:
    """Writes down every file that is handed out, before its first byte: no view can forget it, and a file whose row
    cannot be written is not handed out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        svar = self.get_response(request)
        if ar_fil(svar):
            logga_nedladdning(request, svar)
        return svar
