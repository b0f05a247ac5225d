"""A full disk, whoever meets it: this process, the temporary folder, or the database."""

import errno
import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template import loader
from django.views.defaults import server_error

from regionskane.skrivet import tillbaka

# No room on the disk, in the user's quota, or for a file of this size.
FULLA = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SQL_DISK_FULL = "53100"
TEXT = (
    "Disken på servern är full, så inget har sparats. Säg till driften, och försök igen när det finns plats."
)


def ar_full(fel: BaseException | None) -> bool:
    """Whether something stopped because a disk was full, whatever has been made of it on the way."""
    while fel is not None:
        if (isinstance(fel, OSError) and fel.errno in FULLA) or getattr(
            fel, "sqlstate", None
        ) == SQL_DISK_FULL:
            return True
        fel = fel.__cause__ or fel.__context__
    return False


def fel500(request: HttpRequest) -> HttpResponse:
    """The answer to what nobody caught. When a disk was full it says so, and gives back what was typed.

    Asks the database nothing.
    """
    if not ar_full(sys.exc_info()[1]):
        return server_error(request)
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": TEXT}, status=507)
    innehall = {"text": TEXT, "csrf_token": get_token(request)} | tillbaka(request)
    return HttpResponse(loader.get_template("507.html").render(innehall), status=507)
