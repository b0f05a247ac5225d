"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def klientadress(request: HttpRequest) -> str:
    """The client's address, for the login lock.

    Behind the proxy it is the last entry of X-Forwarded-For: the one that the proxy wrote. Earlier entries
    come from the client, who may write anything.
    """
    if settings.HTTPS and (kedja := request.META.get("HTTP_X_FORWARDED_FOR")):
        return kedja.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")
