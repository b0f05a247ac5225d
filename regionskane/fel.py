"""The answer to what nobody caught."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template import loader
from django.views.defaults import server_error

from regionskane import disk, langsamt, samtidigt, tungt
from regionskane.skrivet import tillbaka


def fel500(request: HttpRequest) -> HttpResponse:
    """Says so when a disk was full, the database ended a question, the answer cost too much or somebody else was there
    before, and gives back what was typed.

    Asks the database nothing.
    """
    fel = sys.exc_info()[1]
    if disk.ar_full(fel):
        return _svar(request, disk.TEXT, 507)
    if langsamt.ar_avbruten(fel):
        return _svar(request, langsamt.TEXT, 503)
    if tungt.ar_avbruten(fel):
        return _svar(request, tungt.TEXT, 503)
    if text := samtidigt.krock(fel):
        return _svar(request, text, 409)
    return server_error(request)


def _svar(request: HttpRequest, text: str, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": text}, status=status)
    innehall = {"text": text, "csrf_token": get_token(request)} | tillbaka(request)
    return HttpResponse(loader.get_template(f"{status}.html").render(innehall), status=status)
