"""The overview's chart: årets resultat and balanskravsresultat per year."""

from collections.abc import Sequence

from budget.regler import balanskrav as regel
from regionskane.lib.belopp import MNKR, formatera
from regionskane.lib.diagram import Serie, Stapeldiagram


def visade_ar(
    underlag: Sequence[regel.Arsunderlag], utredning: regel.Balanskravsutredning
) -> list[regel.Arsutredning]:
    """The years that have a bar: those that something is entered for, and so much that they can be judged."""
    inmatade = {u.ar for u in underlag if u.poster}
    return [a for a in utredning.ar if a.ar in inmatade and a.bedombart]


def bygg_resultatdiagram(
    underlag: Sequence[regel.Arsunderlag],
    utredning: regel.Balanskravsutredning,
    rubriker: dict[int, str],
) -> Stapeldiagram:
    """Amounts in mnkr, as decided where they were. The heading says the finding: in which years the law's demand is not
    met. A year that is not entered so far that it can be judged has no bars: it is no zero, and meets nothing."""
    per_ar = {u.ar: u for u in underlag}
    aren = visade_ar(underlag, utredning)
    krav = {a.ar: regel.gallande(per_ar[a.ar], a, "balanskravsresultat") for a in aren}
    minus = [str(ar) for ar, varde in krav.items() if varde < 0]
    lista = " och ".join([", ".join(minus[:-1]), minus[-1]] if len(minus) > 1 else minus)
    return Stapeldiagram(
        rubrik=f"Balanskravsresultatet är negativt {lista}" if minus else "Balanskravet uppfylls alla år",
        under=f"Region Skåne {aren[0].ar}–{aren[-1].ar}, mnkr",
        grupper=tuple(f"{a.ar} {rubriker.get(a.ar, '')}".strip() for a in aren),
        serier=(
            Serie("Årets resultat", tuple(a.varde("arets_resultat") / MNKR for a in aren)),
            Serie("Balanskravsresultat", tuple(varde / MNKR for varde in krav.values())),
        ),
        text=lambda varde: formatera(varde),
    )
