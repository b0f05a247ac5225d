"""What the frame of every page needs: menu, user, theme."""

from django.urls import reverse

from organisation.models import Notis
from organisation.permissions import Ratt, get_behorighet

TEMAN = {"ljust": "light", "mörkt": "dark"}


def ram(request):
    """Context of every page. Makes no query for somebody who is not logged in."""
    anvandare, meny = None, []
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        behorighet = get_behorighet(request)
        roller = ", ".join(dict.fromkeys(r.get_roll_display().lower() for r in behorighet.roller))
        # Counted only where the header is drawn: a fragment has none.
        olasta = Notis.objects.filter(mottagare=request.user, sedd__isnull=True).count
        anvandare = {"namn": str(request.user), "roll_text": roller or "ingen roll", "olasta": olasta}
        meny = [_post(request, "Översikt", reverse("oversikt"), exakt=True)]
        if behorighet.omfang(Ratt.LASA_BELOPP):
            meny.append(_post(request, "Budget", reverse("versioner")))
        if behorighet.omfang(Ratt.LASA_HUVUDBOK):
            meny.append(_post(request, "Utfall", reverse("utfall_start")))
        if behorighet.omfang(Ratt.LASA_ORGANISATION):
            meny.append(_post(request, "Organisation", reverse("organisation")))
    tema = request.COOKIES.get("tema", "")
    return {
        "ram": {"meny": meny, "anvandare": anvandare, "tema_url": reverse("tema")},
        "tema": tema if tema in TEMAN.values() else "",
    }


def _post(request, text, url, *, exakt=False):
    aktiv = request.path == url if exakt else request.path.startswith(url)
    return {"text": text, "url": url, "aktiv": aktiv}
