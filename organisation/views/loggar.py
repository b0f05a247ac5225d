"""What happened to accounts and roles, and who has downloaded what: to read, never to change."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from organisation.permissions import Ratt, get_behorighet
from organisation.selectors import SLAG, hamta_kontohandelser, hamta_nedladdningar

_FLEST_SIDOR = 10_000

# What a file is, by the name of its address. One that is missing here is shown by its address alone.
FILER = {
    "askanden_excel": "Äskanden",
    "excel": "Budgettabell",
    "ifyllnadsbok": "Arbetsbok att fylla i",
    "ifyllnadsfil": "Inskickad arbetsbok",
    "jamfor_excel": "Jämförelse",
    "scenario_excel": "Scenario",
    "kontoplansfil": "Kontoplan",
    "utfallsexcel": "Uppföljning av utfall",
    "utfallsrader_csv": "Huvudbokens rader",
    "utfallsrader_excel": "Huvudbokens rader",
    "hamta_utfallsfil": "Huvudboksfil, som den lämnades",
    "indikatorexport": "Indikatorer",
    "indikatorbilaga_excel": "Indikatorbilaga",
    "kalender_excel": "Kalender",
    "malplan_excel": "Uppföljningsplan",
    "styrkort_excel": "Styrkort",
    "jobbfil": "Fil från ett jobb",
}


def loggflikar(behorighet, aktiv: str = "") -> list[dict]:
    """The logs that the user may read, as links."""
    return [
        {"text": text, "url": reverse(namn), "aktiv": namn == aktiv}
        for namn, text, ratt in (
            ("kontohandelser", "Kontohändelser", Ratt.LASA_LOGG),
            ("nedladdningar", "Nedladdningar", Ratt.LASA_EXPORTLOGG),
        )
        if behorighet.far(ratt)
    ]


@login_required
@never_cache
@require_GET
def kontohandelser(request):
    """What happened to accounts, passwords and roles: who, whom, what and when."""
    behorighet = get_behorighet(request)
    behorighet.krav(Ratt.LASA_LOGG)
    sok, sida = _sokning(request)
    slag = request.GET.get("slag", "")
    slag = slag if slag in SLAG else ""
    rader, fler = hamta_kontohandelser(sok=sok, slag=slag, sida=sida)
    innehall = {"rader": rader, "slagen": SLAG.items(), "slag": slag, "sok": sok}
    innehall |= _ram(request, behorighet, "kontohandelser", sida, fler, sok=sok, slag=slag)
    return render(request, "organisation/kontohandelser.html", innehall)


@login_required
@never_cache
@require_GET
def nedladdningar(request):
    """Who has downloaded what, and when."""
    behorighet = get_behorighet(request)
    behorighet.krav(Ratt.LASA_EXPORTLOGG)
    sok, sida = _sokning(request)
    rader, fler = hamta_nedladdningar(sok=sok, sida=sida)
    for rad in rader:
        rad.vad = FILER.get(rad.vy, "Fil")
    innehall = {"rader": rader, "sok": sok}
    innehall |= _ram(request, behorighet, "nedladdningar", sida, fler, sok=sok)
    return render(request, "organisation/nedladdningar.html", innehall)


def _sokning(request) -> tuple[str, int]:
    sida = request.GET.get("sida", "")
    nummer = int(sida) if sida.isascii() and sida.isdigit() and len(sida) < 6 else 1
    return (
        request.GET.get("sok", "").replace("\0", "").strip()[:100],
        min(max(nummer, 1), _FLEST_SIDOR),
    )


def _ram(request, behorighet, namn: str, sida: int, fler: bool, **val) -> dict:
    def adress(nummer):
        valda = {k: v for k, v in val.items() if v} | ({"sida": nummer} if nummer > 1 else {})
        return f"{reverse(namn)}?{urlencode(valda)}" if valda else reverse(namn)

    flikar = loggflikar(behorighet, namn)
    return {
        "flikar": flikar if len(flikar) > 1 else [],
        "nyare": adress(sida - 1) if sida > 1 else "",
        "aldre": adress(sida + 1) if fler else "",
        "sida": sida,
        "smulor": [
            {"text": "Organisation", "url": reverse("organisation")},
            {"text": next(f["text"] for f in flikar if f["aktiv"])},
        ],
    }
