"""Histories read a page at a time: nothing of them is ever taken away, so there is no telling how long they become."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import Http404

PER_SIDA = 50
# As many as nobody has, and no more digits than the database counts.
_LANGST = 9


@dataclass(frozen=True, slots=True)
class Blad:
    """A page of a history, latest first, and the addresses of those beside it ("" where there is none).

    `fore` is what comes next after `rader`, if anything: what the last of them changed.
    """

    rader: list
    fore: list
    tidigare: str
    senare: str


def begard(request, *, per_sida: int = PER_SIDA) -> slice:
    """The rows that `?historik=` asks for and one more, which tells whether there are earlier ones. 404 for what no
    page leads to."""
    text = request.GET.get("historik") or "0"
    if not (text.isascii() and text.isdecimal() and len(text) <= _LANGST) or int(text) % per_sida:
        raise Http404
    return slice(int(text), int(text) + per_sida + 1)


def blad(request, rader: Sequence, vilka: slice, *, ankare: str) -> Blad:
    """The page of the rows that were read as `vilka`; `ankare` is the id of its heading."""
    per_sida = vilka.stop - vilka.start - 1

    def adress(fran: int) -> str:
        fraga = request.GET.copy()
        fraga["historik"] = fran
        # With its path, since a panel stands on another page than it was fetched from.
        return f"{request.path}?{fraga.urlencode()}#{ankare}"

    return Blad(
        rader=list(rader[:per_sida]),
        fore=list(rader[per_sida:]),
        tidigare=adress(vilka.stop - 1) if len(rader) > per_sida else "",
        senare=adress(max(vilka.start - per_sida, 0)) if vilka.start else "",
    )


def bladdra(request, hamta: Callable[[slice], Sequence], *, ankare: str, per_sida: int = PER_SIDA) -> Blad:
    """The asked page of what `hamta` reads, latest first. 404 as `begard`."""
    vilka = begard(request, per_sida=per_sida)
    return blad(request, list(hamta(vilka)), vilka, ankare=ankare)
