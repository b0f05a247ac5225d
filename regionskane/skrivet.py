"""What a form had when it was refused before any view saw it: given back, to be sent again."""

from collections.abc import Callable

from django.http import HttpRequest


def tillbaka(request: HttpRequest, rensa: Callable[[str], str] = str) -> dict:
    """The context of `_komponenter/skicka_igen.html`: every field as it was typed, cleaned by `rensa`.

    Not passwords, files, or the token that a new answer has of its own. Nothing of a form that has not been found to
    come from a page of ours: it would be sent again as if it did.
    """
    if not getattr(request, "csrf_processing_done", False):
        return {}
    falt = [
        (rensa(namn), rensa(varde))
        for namn, varden in request.POST.lists()
        for varde in varden
        if namn != "csrfmiddlewaretoken" and "losenord" not in namn and "password" not in namn
    ]
    return {"falt": falt, "filer": list(request.FILES), "adress": request.get_full_path()}
