"""The answer to whom something is refused: what is refused, and who can help."""

from django.http import HttpResponse
from django.shortcuts import render


def fel403(request, exception):
    """A role that lacks a right is the administrator's matter; what has a `rubrik` of its own is not, and
    is told to a script of the page (X-Fragment) too."""
    rubrik = getattr(exception, "rubrik", "")
    if rubrik and request.headers.get("X-Fragment") == "1":
        return HttpResponse(f"{rubrik}. {exception}", status=403, content_type="text/plain; charset=utf-8")
    innehall = {"exception": str(exception), "rubrik": rubrik}
    return render(request, "403.html", innehall, status=403)
