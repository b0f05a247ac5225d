"""The answer to whom something is refused: what is refused, and who can help."""

from django.shortcuts import render


def fel403(request, exception):
    """A role that lacks a right is the administrator's matter; what has a `rubrik` of its own is not."""
    innehall = {"exception": str(exception), "rubrik": getattr(exception, "rubrik", "")}
    return render(request, "403.html", innehall, status=403)
