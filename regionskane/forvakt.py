"""What is looked at before Django: the letters that a request is written in, and how many parts its form has.

Django decodes a form by whatever codec its Content-Type names. Python has some whose time grows with the square of the
text (punycode), and some that are no letters at all (zlib). It counts the fields and the files of a form, but not the
parts that are neither, of which some millions fit in a body of ordinary size; and the head of each part may take a
millisecond to read.
"""

import codecs
from collections.abc import Callable, Iterable
from email.message import Message

from django.http.multipartparser import TooManyFilesSent

# Several times a boundary with a name of the type.
LANGSTA_INNEHALLSTYP = 500
# A form with files has a handful. Those of thousands of fields are sent as application/x-www-form-urlencoded.
FLEST_DELAR = 500
MENING = "Det du skickade är inte skrivet i UTF-8, eller säger inte begripligt vad det är. Inget har ändrats."
_SVAR = MENING.encode()


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
    """A WSGI application that answers 415 to other letters, counts the parts of a form, and lets `program` answer."""

    def svara(environ: dict, start_response: Callable) -> Iterable[bytes]:
        typ = environ.get("CONTENT_TYPE") or ""
        if ar_utf8(typ):
            grans = dict(_falt(typ)).get("boundary", "") if ";" in typ else ""
            if grans:
                environ["wsgi.input"] = Delraknare(
                    environ["wsgi.input"], b"--" + grans.encode("latin-1", "replace")
                )
            return program(environ, start_response)
        huvud = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(_SVAR))),
            ("Cache-Control", "private, no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response("415 Unsupported Media Type", huvud)
        return [_SVAR]

    return svara
