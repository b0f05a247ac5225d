"""What is looked at before Django: the letters that a request is written in, how many parts its form has, and how long
its cookies are.

Django decodes a form by whatever codec its Content-Type names. Python has some whose time grows with the square of the
text (punycode), and some that are no letters at all (zlib). It counts the fields and the files of a form, but not the
parts that are neither, of which some millions fit in a body of ordinary size; and the head of each part may take a
millisecond to read. It reads every cookie, whoever set it, and Python before 3.11.10 took time with the square of one
that stands in quotation marks with many backslashes.
"""

import codecs
from collections.abc import Callable, Iterable
from email.message import Message

from django.http.multipartparser import TooManyFilesSent

# Several times a boundary with a name of the type.
LANGSTA_INNEHALLSTYP = 500
# A form with files has a handful. Those of thousands of fields are sent as application/x-www-form-urlencoded.
FLEST_DELAR = 500
# Ours are a tenth of it; as much as nginx takes of a head by itself.
LANGSTA_KAKOR = 8 << 10
KAKMENING = (
    "Webbläsaren skickar mer kakor än vad som tas emot. Rensa kakorna för den här adressen, eller öppna sidan i ett "
    "privat fönster."
)
MENING = "Det du skickade är inte skrivet i UTF-8, eller säger inte begripligt vad det är. Inget har ändrats."


def ar_utf8(innehallstyp: str) -> bool:
    """Whether a Content-Type says nothing of letters, or UTF-8, in a way that takes no decoding itself."""
    if ";" not in innehallstyp:
        return True
    if len(innehallstyp) > LANGSTA_INNEHALLSTYP:
        return False
    try:
        return all(
            isinstance(v, str) and (namn.lower() != "charset" or codecs.lookup(v).name == "utf-8")
            for namn, v in _falt(innehallstyp)
        )
    except (ValueError, LookupError, TypeError):  # the last of «x*=a; x*0=b»
        return False


def _falt(innehallstyp: str) -> list[tuple[str, str]]:
    huvud = Message()
    huvud["content-type"] = innehallstyp
    return huvud.get_params(failobj=[])[1:]


class Delraknare:
    """A body that is read as it is, and ends with TooManyFilesSent (400) when it has more parts than a form may."""

    def __init__(self, strom, grans: bytes):
        self._strom, self._grans = strom, grans
        self._kvar = FLEST_DELAR

    def read(self, *antal: int) -> bytes:
        return self._raknat(self._strom.read(*antal))

    def readline(self, *antal: int) -> bytes:
        return self._raknat(self._strom.readline(*antal))

    def _raknat(self, byte: bytes) -> bytes:
        self._kvar -= byte.count(self._grans)
        if self._kvar < 0:
            raise TooManyFilesSent("Formuläret har för många delar.")
        return byte


def vakta(program: Callable) -> Callable:
    """A WSGI application that answers 431 to long cookies and 415 to other letters, counts the parts of a form, and
    lets `program` answer."""

    def svara(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if len(environ.get("HTTP_COOKIE") or "") > LANGSTA_KAKOR:
            return _vagra(start_response, "431 Request Header Fields Too Large", KAKMENING)
        typ = environ.get("CONTENT_TYPE") or ""
        if not ar_utf8(typ):
            return _vagra(start_response, "415 Unsupported Media Type", MENING)
        grans = dict(_falt(typ)).get("boundary", "") if ";" in typ else ""
        if grans:
            environ["wsgi.input"] = Delraknare(
                environ["wsgi.input"], b"--" + grans.encode("latin-1", "replace")
            )
        return program(environ, start_response)

    return svara


def _vagra(start_response: Callable, status: str, mening: str) -> Iterable[bytes]:
    svar = mening.encode()
    huvud = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(svar))),
        ("Cache-Control", "private, no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(status, huvud)
    return [svar]
