"""What is the same for every request: what is too large or cannot be kept is refused, no answer is kept by others."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from regionskane.lib.jsontext import OTILLATET, OgiltigJson, las_json
from regionskane.skrivet import tillbaka

URLKODAT = "application/x-www-form-urlencoded"
_FORMULAR = (URLKODAT, "multipart/form-data")
MENING = (
    "Det du skickade har ett tecken som inte går att spara (ett nolltecken eller ett halvt tecken). Inget har ändrats. "
    "Ta bort tecknet, eller skriv texten för hand i stället för att klistra in den."
)
MB = 1024 * 1024
# A page of some thousand figures is a tenth of these. A form is written out at each «%», and a piece is kept of each.
STORST_FORMULAR, STORST_JSON = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, MB
FLEST_PROCENT, FLEST_PROCENT_UTAN_INLOGGNING = 200_000, 50_000
# A login is less; a page of figures whose session has ended gets its own answer.
STORST_UTAN_INLOGGNING = MB
UTAN_LANGD = "Det du skickade säger inte hur stort det är. Inget har ändrats. Skicka det med Content-Length."
FOR_STORA_FALT = (
    f"Fälten du skickade är tillsammans större än {STORST_FORMULAR // MB} MB, det mesta som tas emot. "
    "Inget har ändrats. Skicka mindre i taget."
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
        try:
            return self._prova(request, view, args, kwargs)
        except RequestDataTooBig:  # a form with files, whose other fields are counted as they are read
            return _svar(request, FOR_STORA_FALT, 413)

    def _prova(self, request, view, args, kwargs):
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


class ForStortMiddleware:
    """Answers 413 to a body that is larger than anybody may send, by what it says of itself: none of it is read.

    Follows what tells whether somebody has logged in, and so may send files. Forms are read by what middlewares do
    with the view, and that begins when all of them have been called. A body that does not tell its size gets 411.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            return _svar(request, UTAN_LANGD, 411)
        if skal := _for_stort(request) or _for_manga_tecken(request):
            return _svar(request, skal, 413)
        return self.get_response(request)


def _for_stort(request: HttpRequest) -> str:
    """What is wrong with the size of the body, or ""."""
    try:
        byte = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return ""  # Django reads nothing of it
    if byte <= min(STORST_UTAN_INLOGGNING, STORST_JSON):
        return ""
    # Asked only now: to know who it is costs a query.
    if not request.user.is_authenticated:
        return "Du är inte inloggad, och då tas högst 1 MB emot. Inget har ändrats. Logga in och skicka igen."
    if request.content_type == "multipart/form-data":
        storst, rad = (
            settings.UPLOAD_LIMIT,
            "Dela upp filen, eller be den som driver systemet att läsa in den.",
        )
    else:
        storst = STORST_FORMULAR if request.content_type == URLKODAT else STORST_JSON
        rad = "Skicka mindre i taget."
    if byte <= storst:
        return ""
    return f"Det du skickade är större än {storst // MB} MB, det mesta som tas emot. Inget har ändrats. {rad}"


def _for_manga_tecken(request: HttpRequest) -> str:
    """What is wrong with a form that is mostly signs written in code, or ""."""
    if request.method != "POST" or request.content_type != URLKODAT:
        return ""
    try:
        antal = request.body.count(b"%")
    except UnreadablePostError as fel:  # the visitor left while sending
        raise SuspiciousOperation("Formuläret kom inte fram helt.") from fel
    if antal <= FLEST_PROCENT_UTAN_INLOGGNING:
        return ""
    if antal <= FLEST_PROCENT and request.user.is_authenticated:
        return ""
    return "Det du skickade har orimligt många särskilda tecken. Inget har ändrats. Skicka mindre i taget."


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
    skrivet = tillbaka(request, lambda text: OTILLATET.sub("", text)) if request.method == "POST" else {}
    return _svar(request, MENING, 400, skrivet)


def _svar(request: HttpRequest, skal: str, status: int, skrivet: dict | None = None):
    if request.path.startswith("/api/"):
        return JsonResponse({"fel": [skal]}, status=status)
    return render(request, "400.html", {"skal": skal} | (skrivet or {}), status=status)


def _fel_i_formularet(request: HttpRequest) -> bool:
    if request.method != "POST" or request.content_type not in _FORMULAR:
        return False
    try:
        return _fel_i(request.POST) or any(
            OTILLATET.search(f"{namn}{fil.name}") for namn, filer in request.FILES.lists() for fil in filer
        )
    except UnreadablePostError as fel:  # the visitor left while sending
        raise SuspiciousOperation("Formuläret kom inte fram helt.") from fel
    except TypeError as fel:  # a part's head is «x*=a; x*0=b», which cannot be put in order
        raise SuspiciousOperation("Formuläret går inte att läsa.") from fel


def _fel_i(falt) -> bool:
    return any(OTILLATET.search(namn) or any(map(OTILLATET.search, v)) for namn, v in falt.lists())
