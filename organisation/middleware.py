"""Log out a session that has stood untouched too long."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout

# The session row is rewritten at most this often, so that reading pages does not cost a write each.
GLOMSK_SEKUNDER = 60


class IdleTimeoutMiddleware:
    """Ends a session after IDLE_TIMEOUT_SECONDS without a request. Must follow authentication."""

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
            elif "senast" not in request.session or nu - senast > GLOMSK_SEKUNDER:
                request.session["senast"] = nu
        return self.get_response(request)
