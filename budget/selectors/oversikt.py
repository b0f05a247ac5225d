"""What waits for a user, and what has happened lately."""

from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Count, F, Max, Q

from budget.models import Budgetversion, Status
from organisation.permissions import Enhetsurval


def hamta_oppna_versioner() -> list[Budgetversion]:
    return list(Budgetversion.objects.filter(status=Status.OPPEN).order_by("-ar", "kod"))


@dataclass(frozen=True, slots=True)
class Handelsegrupp:
    """Amounts changed together: who, when, how many, in which version, and why."""

    tid: datetime
    namn: str
    varfor: str
    version: str
    antal: int


def hamta_senaste_andringar(
    urval_per_version: dict[int, Enhetsurval], *, antal: int = 6
) -> list[Handelsegrupp]:
    """The latest changes of amounts in the given versions, limited to the enheter the reader may see."""
    villkor = Q()
    for version, urval in urval_per_version.items():
        del_ = Q(version_id=version)
        villkor |= del_ if urval.allt else del_ & Q(enhet_id__in=urval.enheter)
    if not villkor:
        return []
    handelser = (
        apps.get_model("budget", "BeloppEvent")
        .objects.filter(villkor)
        .values("pgh_context_id", "version__namn", uppgifter=F("pgh_context__metadata"))
        .annotate(tid=Max("pgh_created_at"), antal=Count("pk"))
        .order_by("-tid")[:antal]
    )
    return [
        Handelsegrupp(
            h["tid"],
            (h["uppgifter"] or {}).get("namn") or "Direkt i databasen",
            (h["uppgifter"] or {}).get("varfor", ""),
            h["version__namn"],
            h["antal"],
        )
        for h in handelser
    ]
