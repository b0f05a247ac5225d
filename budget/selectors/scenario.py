"""A version as a scenario starts from it, and the scenarier of one user."""

from django.db.models import QuerySet

from budget.models import Budgetversion, Post, Scenario, Versionskolumn
from budget.regler.scenario import RADER, Scenariounderlag
from budget.selectors.balanskrav import UPPSTALLNING as BALANSKRAV
from budget.selectors.finansiella_mal import hamta_malunderlag
from budget.selectors.summor import Lage, Nyckel, hamta_summor

RESULTATBUDGET = "resultatbudget"


def egna_scenarier(version: Budgetversion, anvandare) -> QuerySet[Scenario]:
    """The user's own scenarier of a version, latest first. Nobody else's are ever read."""
    return Scenario.objects.filter(version=version, agare=anvandare)


def hamta_kallor(version: Budgetversion) -> set[int]:
    """The versions (ids) whose figures a scenario of the version is counted from."""
    return {
        version.pk,
        *Versionskolumn.objects.filter(version=version, uppstallning__kod=BALANSKRAV).values_list(
            "kalla_id", flat=True
        ),
    }


def hamta_scenariounderlag(version: Budgetversion) -> Scenariounderlag:
    """What the version says now, as facts, since a proposal made of the scenario is a copy. A scenario may change its
    own years, not those that it shows from other versions."""
    data = hamta_malunderlag(version, lage=Lage.FAKTA)
    aren = {
        *Versionskolumn.objects.filter(
            version=version, kalla=version, uppstallning__kod=RESULTATBUDGET
        ).values_list("ar", flat=True)
    }
    poster = dict(
        Post.objects.filter(uppstallning__kod=RESULTATBUDGET, kod__in=RADER).values_list("pk", "kod")
    )
    summor = hamta_summor(
        kolumner=[(version.pk, ar) for ar in sorted(aren)],
        poster=poster,
        period=version.period,
        lage=Lage.FAKTA,
    )
    rader = {
        ar: {
            kod: summa.varde
            for pk, kod in poster.items()
            if (summa := summor.get(Nyckel(pk, version.pk, ar)))
        }
        for ar in sorted(aren)
    }
    egna = tuple(
        sorted(ar for ar in aren if ar in data.kolumner and data.kolumner[ar].kalla_id == version.pk)
    )
    return Scenariounderlag(egna, rader, data.mal, data.balanskrav)
