"""The years of a version as the rule of the finansiella mål wants them."""

from typing import NamedTuple

from budget.models import Budgetversion, Post, Posttyp, Versionskolumn
from budget.regler.balanskrav import Arsunderlag
from budget.regler.finansiella_mal import Malar, Malunderlag, bedom
from budget.selectors.balanskrav import UPPSTALLNING, berakna, hamta_underlag
from budget.selectors.summor import Nyckel, hamta_summor

# Where each figure is read, and the sign that makes a debt or a cost positive.
KALLOR = {
    "arets_resultat": ("balanskrav", "arets_resultat", 1),
    "bas": ("balanskrav", "bas", 1),
    "synnerliga_skal": ("balanskrav", "synnerliga_skal", 1),
    "avskrivningar": ("resultatbudget", "avskrivningar", -1),
    "nettolaneskuld": ("kassaflode", "nettoskuld_slut", -1),
    "investeringar": ("investeringar", "summa_investeringar", 1),
}


class Malkolumn(NamedTuple):
    """A year of the version's balanskrav with what it came to."""

    kolumn: Versionskolumn
    mal: Malar


class Malunderlagsdata(NamedTuple):
    """What the goals are judged by: the columns by year, the figures of each, and the lines of the balanskrav."""

    kolumner: dict[int, Versionskolumn]
    mal: tuple[Malunderlag, ...]
    balanskrav: tuple[Arsunderlag, ...]


def hamta_finansiella_mal(version: Budgetversion) -> tuple[Malkolumn, ...]:
    """The years of the version's balanskrav in order, judged. Empty when it has no balanskrav."""
    data = hamta_malunderlag(version)
    return tuple(Malkolumn(data.kolumner[m.ar], m) for m in bedom(data.mal))


def hamta_malunderlag(version: Budgetversion) -> Malunderlagsdata:
    """The years of the version's balanskrav as the rules want them. Empty when it has none.

    A table that does not exist, or that the year's source does not have, leaves its figure None.
    """
    kolumner = {
        k.ar: k
        for k in Versionskolumn.objects.filter(
            version=version, uppstallning__kod=UPPSTALLNING
        ).select_related("kalla")
    }
    if not kolumner:
        return Malunderlagsdata({}, (), ())
    poster = {
        (u, kod): pk
        for u, kod, pk in Post.objects.filter(uppstallning__kod__in={u for u, _, _ in KALLOR.values()})
        .exclude(typ=Posttyp.REGEL)
        .values_list("uppstallning__kod", "kod", "pk")
    }
    falt = {namn: (poster.get((u, kod)), tecken) for namn, (u, kod, tecken) in KALLOR.items()}
    summor = hamta_summor(
        kolumner=[(k.kalla_id, k.ar) for k in kolumner.values()],
        poster=[pk for pk, _ in falt.values() if pk],
        period=version.period,
    )
    underlag = hamta_underlag(version)
    # The rule counts a missing line as zero, which would read as a balanskrav that is met.
    ifyllda = {u.ar for u in underlag if "arets_resultat" in u.poster}
    balanskravsresultat = {a.ar: a.balanskravsresultat for a in berakna(underlag).ar if a.ar in ifyllda}

    def varde(kolumn, post, tecken):
        summa = summor.get(Nyckel(post, kolumn.kalla_id, kolumn.ar)) if post else None
        return summa.varde * tecken if summa else None

    mal = tuple(
        Malunderlag(
            ar,
            balanskravsresultat=balanskravsresultat.get(ar),
            **{namn: varde(kolumn, post, tecken) for namn, (post, tecken) in falt.items()},
        )
        for ar, kolumn in kolumner.items()
    )
    return Malunderlagsdata(kolumner, mal, underlag)
