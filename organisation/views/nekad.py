"""The answer to whom something is refused: what is refused, and who can help."""

from django.shortcuts import render

from organisation.permissions import LiggerFast


def fel403(request, exception):
    """A role that lacks a right is the administrator's matter; what lies fast is not."""
    innehall = {"exception": str(exception), "ligger_fast": isinstance(exception, LiggerFast)}
    return render(request, "403.html", innehall, status=403)
