"""The letters of what is sent: UTF-8, as our own pages and clients send it, and nothing else.

Django decodes a form by whatever codec its Content-Type names. Python has some whose time grows with the square of the
text (punycode), and some that are no letters at all (zlib). So a stranger is answered before Django reads the head.
"""

import codecs
from collections.abc import Callable, Iterable
from email.message import Message

# Several times a boundary with a name of the type.
LANGSTA_INNEHALLSTYP = 500
MENING = "Det du skickade är inte skrivet i UTF-8, eller säger inte begripligt vad det är. Inget har ändrats."
_SVAR = MENING.encode()


def ar_utf8(innehallstyp: str) -> bool:
    """Whether a Content-Type says nothing of letters, or UTF-8, in a way that takes no decoding itself."""
    if ";" not in innehallstyp:
        return True
    if len(innehallstyp) > LANGSTA_INNEHALLSTYP:
        return False
    huvud = Message()
    huvud["content-type"] = innehallstyp
    try:
        falt = huvud.get_params(failobj=[])[1:]
        return all(isinstance(v, str) and (namn.lower() != "charset" or _utf8(v)) for namn, v in falt)
    except (ValueError, LookupError):
        return False


def _utf8(namn: str) -> bool:
    return codecs.lookup(namn).name == "utf-8"


def bara_utf8(program: Callable) -> Callable:
    """A WSGI application that answers 415 to other letters, and lets `program` answer everything else."""

    def svara(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if ar_utf8(environ.get("CONTENT_TYPE") or ""):
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
