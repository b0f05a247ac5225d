"""The figures that the ties between the tables are asked of, and what the rule says of them."""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from budget.models import Budgetversion, Kontrollsumma, Post, Versionskolumn
from budget.regler.samband import REGLER, Samband, Siffra, prova
from budget.selectors.summor import Lage, Nyckel, hamta_summor

# The lines that any tie needs, as (uppställning, post).
_RADER = frozenset(n for r in REGLER for led in (r.vanster, r.hoger) for n, _ in (*led.delar, *led.forra))


@dataclass(frozen=True)
class Sambandsdata:
    """The ties of a version's years, and where each figure is read: (uppställning, post, år) → its version."""

    samband: tuple[Samband, ...]
    kallor: dict[tuple[str, str, int], Budgetversion]
    poster: dict[tuple[str, str], Post]

    @property
    def skilda(self) -> tuple[Samband, ...]:
        return tuple(s for s in self.samband if s.utfall == "skiljer")


def hamta_samband(version: Budgetversion, *, lage: Lage = Lage.BESLUTAT) -> Sambandsdata:
    """Every tie of every year that the tables of the version show. Four queries."""
    koder = {u for u, _ in _RADER}
    kolumner = list(
        Versionskolumn.objects.filter(version=version, uppstallning__kod__in=koder)
        .select_related("kalla", "uppstallning")
        .order_by("ar")
    )
    poster = {
        (p.uppstallning.kod, p.kod): p
        for p in Post.objects.filter(uppstallning__kod__in=koder).select_related("uppstallning")
        if (p.uppstallning.kod, p.kod) in _RADER
    }
    summor = hamta_summor(
        kolumner=[(k.kalla_id, k.ar) for k in kolumner],
        poster=[p.pk for p in poster.values()],
        period=version.period,
        lage=lage,
    )
    tryckta = {
        (v, p, ar): belopp
        for v, p, ar, belopp in Kontrollsumma.objects.filter(
            version__in={k.kalla_id for k in kolumner}, post__in=poster.values()
        ).values_list("version", "post", "ar", "belopp")
    }
    siffror, kallor = defaultdict(dict), {}
    for k in kolumner:
        for (u, kod), post in poster.items():
            summa = summor.get(Nyckel(post.pk, k.kalla_id, k.ar))
            if u == k.uppstallning.kod and summa:
                tryckt = tryckta.get((k.kalla_id, post.pk, k.ar))
                siffror[k.ar][u, kod] = Siffra(summa.varde, summa.precision, k.kalla.namn, tryckt)
                kallor[u, kod, k.ar] = k.kalla
    samband = tuple(s for ar in sorted(siffror) for s in prova(ar, siffror[ar], siffror.get(ar - 1, {})))
    return Sambandsdata(samband, kallor, poster)


class Raknas(StrEnum):
    """Whether a tie that differs is one of the differences of the version, and else why not."""

    SKILLNAD = "skillnad"
    RAD = "rad"  # a line that two tables have: found as that line
    FORHALLANDE = "förhållande"  # a relation to explain, not the same figure
    ANNAN_VERSION = "annan version"  # of a year that another version has
    URSPRUNGET = "ursprunget"  # the decided version that it goes back to has the same


_RAD_NAMNER = ("RESULTAT_KASSA", "RESULTAT_BALANS")


def hamta_skilda(version: Budgetversion, data: Sambandsdata) -> list[tuple[Samband, Raknas]]:
    """The ties of `data` that differ, and how each counts: what Kontroll, Samband and `kontrollera` go by. No query
    unless one of them may be from the version that this one goes back to, and then four."""
    skilda = [(s, _raknas(version, s)) for s in data.skilda]
    ursprung = version.bryggas_ur or version.kopia_av
    if ursprung is None or not any(hur == Raknas.SKILLNAD for _, hur in skilda):
        return skilda
    arvda = {(s.regel.kod, s.ar): s.differens for s in hamta_samband(ursprung, lage=Lage.FAKTA).samband}
    return [
        (
            s,
            Raknas.URSPRUNGET
            if hur == Raknas.SKILLNAD and arvda.get((s.regel.kod, s.ar)) == s.differens
            else hur,
        )
        for s, hur in skilda
    ]


def _raknas(version: Budgetversion, s: Samband) -> Raknas:
    if s.ar not in version.ar_lista:
        return Raknas.ANNAN_VERSION
    if not s.regel.samma:
        return Raknas.FORHALLANDE
    return Raknas.RAD if s.regel.kod in _RAD_NAMNER else Raknas.SKILLNAD
