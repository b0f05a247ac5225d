"""The years of a version as the rule of the finansiella mål wants them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from budget.models import Budgetversion, Malavsteg, Post, Posttyp, Versionskolumn
from budget.regler import parametrar
from budget.regler.balanskrav import Arsunderlag, gallande
from budget.regler.finansiella_mal import Avsteg, Malar, Malunderlag, bedom
from budget.selectors.balanskrav import UPPSTALLNING, berakna, hamta_underlag, tidigare_kolumner
from budget.selectors.summor import Lage, Nyckel, hamta_summor

# Where each figure is read, and the sign that makes a debt or a cost positive.
KALLOR = {
    "arets_resultat": ("balanskrav", "arets_resultat", 1),
    "bas": ("balanskrav", "bas", 1),
    "synnerliga_skal": ("balanskrav", "synnerliga_skal", 1),
    "avskrivningar": ("resultatbudget", "avskrivningar", -1),
    "nettolaneskuld": ("kassaflode", "nettoskuld_slut", -1),
    "investeringar": ("investeringar", "summa_investeringar", 1),
}


# The debt of a year whose own table is not known stands as the opening debt of the year after.
INGAENDE_SKULD = ("kassaflode", "nettoskuld_borjan")


class Kalla(NamedTuple):
    """Where a figure of a year was read."""

    version: Budgetversion
    uppstallning: str
    post: str
    ar: int


class Malkolumn(NamedTuple):
    """A year of the version's balanskrav with what it came to. `skuldkalla` is where its debt was read, `regeln_ger`
    the balanskravsresultat by the rule, where another was decided."""

    kolumn: Versionskolumn
    mal: Malar
    skuldkalla: Kalla | None = None
    regeln_ger: Decimal | None = None


class Malunderlagsdata(NamedTuple):
    """What the goals are judged by: the columns by year, the figures of each, and the lines of the balanskrav. `mal`
    begins with the years before the columns that a goal over several years asks for.
    `skuldkallor` tells by year where its debt was read, `regeln_ger` what the rule gives where another
    balanskravsresultat was decided."""

    kolumner: dict[int, Versionskolumn]
    mal: tuple[Malunderlag, ...]
    balanskrav: tuple[Arsunderlag, ...]
    skuldkallor: dict[int, Kalla]
    regeln_ger: dict[int, Decimal]


def hamta_finansiella_mal(version: Budgetversion) -> tuple[Malkolumn, ...]:
    """The years of the version's balanskrav in order, judged. Empty when it has no balanskrav."""
    data = hamta_malunderlag(version)
    return tuple(
        Malkolumn(data.kolumner[m.ar], m, data.skuldkallor[m.ar], data.regeln_ger.get(m.ar))
        for m in bedom(data.mal)
        if m.ar in data.kolumner
    )


def hamta_malunderlag(version: Budgetversion, *, lage: Lage = Lage.BESLUTAT) -> Malunderlagsdata:
    """The years of the version's balanskrav as the rules want them. Empty when it has none.

    A table that does not exist, or that the year's source does not have, leaves its figure None; a debt is then
    looked for where the year after begins.
    """
    kolumner = {
        k.ar: k
        for k in Versionskolumn.objects.filter(
            version=version, uppstallning__kod=UPPSTALLNING
        ).select_related("kalla")
    }
    if not kolumner:
        return Malunderlagsdata({}, (), (), {}, {})
    poster = {
        (u, kod): pk
        for u, kod, pk in Post.objects.filter(
            uppstallning__kod__in={u for u, _, _ in KALLOR.values()} | {INGAENDE_SKULD[0]}
        )
        .exclude(typ=Posttyp.REGEL)
        .values_list("uppstallning__kod", "kod", "pk")
    }
    falt = {namn: (poster.get((u, kod)), tecken) for namn, (u, kod, tecken) in KALLOR.items()}
    # The years before that a goal over several years asks for.
    tidigare = tidigare_kolumner(version, min(kolumner))
    fonster = parametrar.RESULTATMAL_FONSTER.for_ar(version.ar) or 1
    fore = {k.ar: k for k in tidigare if k.ar > min(kolumner) - fonster}
    summor = hamta_summor(
        kolumner=[(k.kalla_id, k.ar) for k in (*fore.values(), *kolumner.values())],
        poster=[pk for pk in [*(pk for pk, _ in falt.values()), poster.get(INGAENDE_SKULD)] if pk],
        period=version.period,
        lage=lage,
    )
    underlag = hamta_underlag(version, lage=lage, tidigare=tidigare)
    # The rule counts a missing line as zero, which would read as a balanskrav that is met.
    ifyllda = {u.ar for u in underlag if "arets_resultat" in u.poster}
    raknat = {a.ar: a for a in berakna(underlag).ar if a.ar in ifyllda and a.bedombart}
    balanskravsresultat = {ar: a.balanskravsresultat for ar, a in raknat.items()}
    if lage == Lage.BESLUTAT:
        balanskravsresultat = {
            u.ar: gallande(u, raknat[u.ar], "balanskravsresultat") for u in underlag if u.ar in raknat
        }
    regeln_ger = {
        ar: a.balanskravsresultat
        for ar, a in raknat.items()
        if a.balanskravsresultat != balanskravsresultat[ar]
    }

    def varde(kolumn, post, tecken):
        summa = summor.get(Nyckel(post, kolumn.kalla_id, kolumn.ar)) if post else None
        return summa.varde * tecken if summa else None

    kallor = {}
    underlagen = [
        Malunderlag(ar, **{namn: varde(kolumn, *falt[namn]) for namn in ("arets_resultat", "bas")})
        for ar, kolumn in fore.items()
    ]
    for ar, kolumn in kolumner.items():
        kanda = {namn: varde(kolumn, post, tecken) for namn, (post, tecken) in falt.items()}
        uppstallning, post, tecken = KALLOR["nettolaneskuld"]
        kallor[ar] = Kalla(kolumn.kalla, uppstallning, post, ar)
        if kanda["nettolaneskuld"] is None and (efter := kolumner.get(ar + 1)):
            kanda["nettolaneskuld"] = varde(efter, poster.get(INGAENDE_SKULD), tecken)
            kallor[ar] = Kalla(efter.kalla, *INGAENDE_SKULD, ar + 1)
        underlagen.append(Malunderlag(ar, balanskravsresultat=balanskravsresultat.get(ar), **kanda))
    return Malunderlagsdata(kolumner, tuple(underlagen), underlag, kallor, regeln_ger)


def hamta_avsteg(versioner: Iterable[int]) -> dict[int, tuple[Avsteg, ...]]:
    """The decided departures of each version (id) as the rule wants them: of a year shown from another version, that
    one's. One query."""
    ut: dict[int, tuple[Avsteg, ...]] = dict.fromkeys(versioner, ())
    for a in Malavsteg.objects.filter(version__in=ut):
        ut[a.version_id] += (Avsteg(a.mal, a.fran, a.till, a.motiv, beslut_i_ord(a)),)
    return ut


def beslut_i_ord(a: Malavsteg) -> str:
    """Who decided it, when and where: «Regionfullmäktige 2023-11-28, § 91»."""
    nar = f" {a.datum:%Y-%m-%d}" if a.datum else ""
    return ", ".join(d for d in (f"{a.organ}{nar}", a.paragraf, a.kalla) if d)
