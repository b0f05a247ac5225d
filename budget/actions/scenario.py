"""Scenarier: saving, throwing away, and making a version of one."""

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from budget.actions.belopp import Cellandring, spara_belopp
from budget.actions.versioner import kopiera_version
from budget.models import Belopp, Budgetversion, Post, Scenario
from budget.regler.scenario import (
    NOLL,
    Antaganden,
    Arseffekt,
    Scenarioar,
    las_antaganden,
    rakna,
    skriv_antaganden,
)
from budget.selectors.celler import Cellnyckel
from budget.selectors.scenario import hamta_scenariounderlag
from budget.selectors.summor import Nyckel, hamta_summor
from budget.selectors.uppstallning import region_enhet
from regionskane.lib.belopp import ORE, TolkatBelopp

# Each is drawn on the page of them all.
FLEST = 100


class ScenarioFel(Exception):
    """The scenario cannot be saved or proposed like that. `str()` is a sentence for the user."""


class ScenariotAndrat(ScenarioFel):
    """The scenario has been changed since the user opened it, in another window; nothing is saved."""


def spara_scenario(
    *,
    version: Budgetversion,
    namn: str,
    antaganden: Antaganden,
    by,
    scenario: Scenario | None = None,
    sedd_rev: int = 0,
) -> Scenario:
    """Keep a new scenario of `by`, or `scenario` as it was shown (`sedd_rev`).

    Raises ScenarioFel for a name that is used already and for one more than FLEST, and ScenariotAndrat. No history is
    written: a scenario is its owner's own paper and changes nothing of the version, which may be locked.
    """
    falt = {"namn": namn, "antaganden": skriv_antaganden(antaganden)}
    try:
        with transaction.atomic():
            if scenario is None:
                if Scenario.objects.filter(version=version, agare=by).count() >= FLEST:
                    raise ScenarioFel(
                        f"Du har redan {FLEST} scenarier på {version.namn}. Kasta dem som inte används längre."
                    )
                return Scenario.objects.create(version=version, agare=by, **falt)
            andrade = Scenario.objects.filter(pk=scenario.pk, agare=by, rev=sedd_rev).update(
                rev=F("rev") + 1, andrad=timezone.now(), **falt
            )
    except IntegrityError as fel:
        if "scenario_ett_per_namn" not in str(fel):
            raise
        raise ScenarioFel(f"Du har redan ett scenario som heter «{namn}». Välj ett annat namn.") from fel
    if not andrade:
        raise ScenariotAndrat(
            "Scenariot har ändrats i ett annat fönster medan du skrev. Inget är sparat. Det som är sparat nu står "
            "under fälten; spara igen för att ersätta det med ditt."
        )
    scenario.refresh_from_db()
    return scenario


def kasta_scenario(*, scenario: Scenario, by) -> None:
    """Throw a scenario away for good. Only its owner can."""
    Scenario.objects.filter(pk=scenario.pk, agare=by).delete()


# The tables that a scenario reaches.
TABELLER = ("resultatbudget", "skatt", "balanskrav", "kassaflode", "balansbudget")


class _Rad(NamedTuple):
    """A line of a version that a scenario changes. `hamtar`: it repeats a figure that it could fetch. `skapa`: it
    gets an amount where it has none."""

    uppstallning: str
    post: str
    andring: Decimal
    hamtar: bool = False
    skapa: bool = False


def _rader(e: Arseffekt, nya_lan: Decimal):
    """The lines that a year's effects reach: those of the assumptions, those that repeat them, and the borrowing.

    A better result makes the new loans (`nya_lan`, as they are) fewer, and then pays off old ones.
    """
    for post in ("intakter", "kostnader", "finansnetto"):
        yield _Rad("resultatbudget", post, e.summa(post), skapa=True)
    # Assumed for utjämning and bidrag together; that table has no line of its own for both.
    for post, rad in (("skatteintakter", "skatteintakter"), ("ovriga_bidrag", "utjamning_bidrag")):
        yield _Rad("skatt", post, e.summa(rad), skapa=True)
        yield _Rad("resultatbudget", rad, e.summa(rad), hamtar=True)
    yield _Rad("balanskrav", "bas", e.bas, hamtar=True)
    for uppstallning in ("balanskrav", "kassaflode", "balansbudget"):
        yield _Rad(uppstallning, "arets_resultat", e.resultat, hamtar=True)
    nya = max(-e.resultat, min(NOLL, -nya_lan))
    yield _Rad("kassaflode", "nya_lan", nya, skapa=True)
    yield _Rad("kassaflode", "amortering_lan", -e.resultat - nya, skapa=True)
    yield _Rad("kassaflode", "nettoskuld_forandring", e.resultat)
    yield _Rad("kassaflode", "nettoskuld_borjan", -e.skuld_fore)
    yield _Rad("balanskrav", "eget_kapital", -e.skuld, hamtar=True)
    yield _Rad("balansbudget", "eget_kapital", -e.skuld)
    yield _Rad("balansbudget", "langfristiga_lan", e.skuld, skapa=True)


def foresla_scenario(*, scenario: Scenario, kod: str, namn: str, by) -> Budgetversion:
    """A new open version in which the lines of the scenario are changed, and no longer private.

    A line that only repeats what it could fetch is emptied, so that it follows from now on; one that was printed
    otherwise is moved by as much, so that the difference in print stays as it was. Raises VersionsFel for a used
    kod, and ScenarioFel when the new version does not come to exactly what the scenario shows.
    """
    kalla = scenario.version
    antaganden = las_antaganden(scenario.antaganden, kalla.ar_lista)
    if not antaganden:
        raise ScenarioFel("Scenariot ändrar inget. Skriv minst ett antagande först.")
    visat = rakna(hamta_scenariounderlag(kalla), antaganden)
    with transaction.atomic():
        ny = kopiera_version(kalla=kalla, kod=kod, namn=namn, by=by)
        andringar = _andringar(ny, [a.effekt for a in visat])
        spara_belopp(
            version=ny, andringar=andringar, by=by, varfor=f"Föreslaget ur scenariot «{scenario.namn}»"
        )
        blev = rakna(hamta_scenariounderlag(ny), Antaganden())
        if skiljer := [str(a.ar) for a, b in zip(visat, blev, strict=True) if _utfall(a) != _utfall(b)]:
            raise ScenarioFel(
                "Scenariot går inte att föra in i en version: rader i den saknas eller har egna siffror, så att "
                f"{', '.join(skiljer)} inte blir som scenariot visar."
            )
    return ny


def _utfall(a: Scenarioar):
    return a.efter, a.krav_efter and replace(a.krav_efter, anmarkningar=())


def _andringar(ny: Budgetversion, effekter: list[Arseffekt]) -> list[Cellandring]:
    """The cells of a fresh copy that carry the effects, by their posts and what they hold."""
    poster = {
        (p.uppstallning.kod, p.kod): p
        for p in Post.objects.filter(uppstallning__kod__in=TABELLER).select_related("uppstallning")
    }
    nu = list(
        Belopp.objects.filter(version=ny, post__in=poster.values()).select_related("post__uppstallning")
    )
    celler = {(b.post_id, b.ar): b for b in nu}
    ifyllda = {(b.post.uppstallning.kod, b.ar) for b in nu}
    nya_lan = {
        b.ar: b.belopp for b in nu if (b.post.uppstallning.kod, b.post.kod) == ("kassaflode", "nya_lan")
    }
    rader = [(e.ar, rad) for e in effekter for rad in _rader(e, nya_lan.get(e.ar, NOLL)) if rad.andring]
    hamtade = hamta_summor(
        kolumner=[(ny.pk, e.ar) for e in effekter],
        poster={p.kalla_post_id for p in poster.values() if p.kalla_post_id},
        period=ny.period,
    )
    region, andringar = region_enhet(), []
    for ar, rad in rader:
        post = poster.get((rad.uppstallning, rad.post))
        if post is None:
            continue
        b = celler.get((post.pk, ar))
        if b is None:
            if rad.skapa and (rad.uppstallning, ar) in ifyllda:
                nyckel = Cellnyckel(region.pk, post.pk, ar)
                andringar.append(Cellandring(nyckel, 0, None, TolkatBelopp(rad.andring, ORE)))
            continue
        hamtat = hamtade.get(Nyckel(post.kalla_post_id, ny.pk, ar)) if rad.hamtar else None
        foljer = hamtat is not None and hamtat.varde == b.belopp
        nytt = None if foljer else TolkatBelopp(b.belopp + rad.andring, b.precision)
        andringar.append(Cellandring(Cellnyckel(b.enhet_id, post.pk, ar), b.rev, b.belopp, nytt))
    return andringar
