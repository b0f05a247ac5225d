"""Who has downloaded what. Every file that leaves the system passes here, by NedladdningMiddleware."""

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

from django.http import FileResponse, HttpResponse

from organisation.models import Nedladdning

_SIDOR = ("text/html", "application/json")
_FILNAMN = re.compile(r"""filename\*=utf-8''([^;]+)|filename="((?:[^"\\]|\\.)*)\"""", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def ar_fil(svar) -> bool:
    """Whether an answer hands out a file: it says so, or is neither a page nor JSON."""
    if svar.status_code != 200:
        return False
    typ = svar.headers.get("Content-Type", "").split(";")[0].strip().lower()
    return "Content-Disposition" in svar.headers or bool(typ and typ not in _SIDOR)


def logga_nedladdning(request, svar) -> None:
    """One row for a file that is about to be handed out. Size and hash where they are known without reading it."""
    nyckel, storlek = "", None
    if isinstance(svar, FileResponse):
        storlek = int(svar.headers.get("Content-Length") or 0) or None
        # A kept file lies under its hash.
        namn = Path(str(getattr(svar.file_to_stream, "name", ""))).name
        nyckel = namn if _SHA256.fullmatch(namn) else ""
    elif isinstance(svar, HttpResponse):
        storlek, nyckel = len(svar.content), hashlib.sha256(svar.content).hexdigest()
    Nedladdning.objects.create(
        anvandare=request.user if request.user.is_authenticated else None,
        vem=f"{request.user} ({request.user.get_username()})" if request.user.is_authenticated else "",
        vy=(request.resolver_match.url_name if request.resolver_match else "") or "",
        adress=request.get_full_path(),
        filnamn=_filnamn(svar.headers.get("Content-Disposition", "")),
        storlek=storlek,
        sha256=nyckel,
    )


def _filnamn(huvud: str) -> str:
    traff = _FILNAMN.search(huvud)
    if traff is None:
        return ""
    return (unquote(traff[1]) if traff[1] else re.sub(r"\\(.)", r"\1", traff[2])).replace("\0", "")[:300]
