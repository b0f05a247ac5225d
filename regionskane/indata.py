"""What is the same for every request: characters that cannot be kept are refused, and no answer is kept by others."""

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from regionskane.lib.jsontext import OTILLATET, OgiltigJson, las_json
from regionskane.skrivet import tillbaka

_FORMULAR = ("application/x-www-form-urlencoded", "multipart/form-data")
MENING = (
    "Det du skickade har ett tecken som inte går att spara (ett nolltecken eller ett halvt tecken). Inget har ändrats. "
    "Ta bort tecknet, eller skriv texten för hand i stället för att klistra in den."
)


class OtillatnaTeckenMiddleware:
    """Answers 400 to an address or a form with a character that no text of the database can hold.

    Stands before the session, since a cookie may have one too: such a cookie is nobody's. A view that shows the form
    again with its own sentence has the attribute `svarar_for_tecken`.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.csrf = CsrfViewMiddleware(get_response)

    def __call__(self, request):
        for namn in [n for n, v in request.COOKIES.items() if OTILLATET.search(n + v)]:
            del request.COOKIES[namn]
        if OTILLATET.search(request.path) or _fel_i(request.GET):
            return _vagra(request)
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "svarar_for_tecken", False) and _fel_i_formularet(request):
            self.csrf.process_view(request, view, args, kwargs)  # tells whether the form is one of ours
            return _vagra(request)
        return None


class IngenKopiaMiddleware:
    """No browser, and nothing between, keeps a page: it may hold figures that not everybody may see."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        svar = self.get_response(request)
        svar.headers["Cache-Control"] = "private, no-store"
        return svar


class Jsontolk(JSONParser):
    """JSON to the API, within bounds; what is not is answered with 400 and a sentence."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return las_json(stream.read().decode("utf-8"))
        except OgiltigJson as fel:
            raise ParseError({"fel": [str(fel)]}) from fel
        except UnicodeDecodeError as fel:
            raise ParseError({"fel": ["Det som skickades är inte UTF-8."]}) from fel


def som_formular(data) -> dict[str, str]:
    """A JSON object as a form reads it, every value a text. ParseError (400) for a list or object as value."""
    falt = data if isinstance(data, dict) else {}
    if fel := [namn[:40] for namn, v in falt.items() if isinstance(v, list | dict)]:
        raise ParseError({"fel": [f"{', '.join(fel[:5])} ska vara text, tal eller sant och falskt."]})
    return {namn: "" if v is None else str(v) for namn, v in falt.items()}


def _vagra(request: HttpRequest):
    if request.path.startswith("/api/"):
        return JsonResponse({"fel": [MENING]}, status=400)
    skrivet = tillbaka(request, lambda text: OTILLATET.sub("", text)) if request.method == "POST" else {}
    return render(request, "400.html", {"skal": MENING} | skrivet, status=400)


def _fel_i_formularet(request: HttpRequest) -> bool:
    if request.method != "POST" or request.content_type not in _FORMULAR:
        return False
    try:
        return _fel_i(request.POST) or any(
            OTILLATET.search(f"{namn}{fil.name}") for namn, filer in request.FILES.lists() for fil in filer
        )
    except UnreadablePostError as fel:  # the visitor left while sending
        raise SuspiciousOperation("Formuläret kom inte fram helt.") from fel


def _fel_i(falt) -> bool:
    return any(OTILLATET.search(namn) or any(map(OTILLATET.search, v)) for namn, v in falt.lists())
