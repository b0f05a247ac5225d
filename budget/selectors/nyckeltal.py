"""The lines of a table that a named rule computes from other lines: what they need, and what they come to."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from budget.models import Post, Versionskolumn
from budget.regler.nyckeltal import REGLER
from budget.selectors.summor import Nyckel, Summa, Summor


class Kolumnnyckel(NamedTuple):
    """A column's figures: of a version (id) and a year."""

    version: int
    ar: int


class Behov(NamedTuple):
    """What the rules of some lines need besides the lines themselves: posts (ids), columns, and for every
    column the one of the year before."""

    poster: frozenset[int]
    kolumner: frozenset[Kolumnnyckel]
    fore: dict[tuple[int, Kolumnnyckel], Kolumnnyckel]


def regelrader(poster: Iterable[Post]) -> list[Post]:
    """The lines that `budget.regler.nyckeltal` computes. Those of the balanskrav are not among them."""
    return [p for p in poster if p.regel]


def hamta_behov(rader: Iterable[Post], kolumner: Iterable[tuple[int, int]]) -> Behov:
    """What the lines need to be computed in the columns. One query, and none when no line looks at the year before.

    Which version the year before is in is never guessed: it is the one that the column's own version shows for
    that year in the same table, last before the column itself.
    """
    rader, kolumner = list(rader), [Kolumnnyckel(*k) for k in kolumner]
    poster = frozenset(pk for p in rader for pk in (p.taljare_id, p.namnare_id) if pk)
    ser_bakat = {p.uppstallning_id for p in rader if REGLER[p.regel].ar_bak}
    fore = {}
    if ser_bakat:
        visade: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for uppstallning, version, kalla, ar in (
            Versionskolumn.objects.filter(
                uppstallning__in=ser_bakat, version__in={k.version for k in kolumner}
            )
            .order_by("ordning", "pk")
            .values_list("uppstallning", "version", "kalla", "ar")
        ):
            visade.setdefault((uppstallning, version), []).append((kalla, ar))
        for uppstallning in ser_bakat:
            for k in kolumner:
                egna = visade.get((uppstallning, k.version), [])
                fram_till = egna[: egna.index(k)] if k in egna else []
                forra = [Kolumnnyckel(*e) for e in fram_till if e[1] == k.ar - 1]
                if forra:
                    fore[uppstallning, k] = forra[-1]
    return Behov(poster, frozenset(fore.values()), fore)


def berakna(
    rader: Iterable[Post], kolumner: Iterable[tuple[int, int]], behov: Behov, summor: Summor
) -> Summor:
    """The lines in the columns, computed from `summor`, for every omfang that it has. One that cannot be
    computed is absent."""
    omfang = {n.omfang for n in summor}
    svar: Summor = {}
    for post in rader:
        for k in map(Kolumnnyckel._make, kolumner):
            for o in omfang:
                varde = REGLER[post.regel].berakna(
                    *(s and s.varde for s in _argument(post, k, behov, summor, o))
                )
                if varde is not None:
                    svar[Nyckel(post.pk, k.version, k.ar, o)] = Summa(varde, Decimal(0), 1)
    return svar


def _argument(post: Post, k: Kolumnnyckel, behov: Behov, summor: Summor, omfang: str):
    yield summor.get(Nyckel(post.taljare_id, k.version, k.ar, omfang))
    if not REGLER[post.regel].ar_bak:
        yield summor.get(Nyckel(post.namnare_id, k.version, k.ar, omfang))
    elif (fore := behov.fore.get((post.uppstallning_id, k))) is not None:
        yield summor.get(Nyckel(post.taljare_id, fore.version, fore.ar, omfang))
    else:
        yield None
