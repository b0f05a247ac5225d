"""Reading the calendar."""

from datetime import UTC, datetime

from django.apps import apps
from django.db.models import Max

from uppfoljning.models import Tillfalle


def hamta_ar() -> list[int]:
    """The years that have a calendar, the latest first."""
    return list(Tillfalle.objects.order_by("-ar").values_list("ar", flat=True).distinct())


def hamta_kalender(ar: int) -> list[Tillfalle]:
    """The occasions of a year in the order of time, with who decides."""
    return list(Tillfalle.objects.filter(ar=ar).select_related("instans", "infor__instans"))


def kalendern_andrad(ar: int) -> datetime:
    """When an occasion of the year last changed."""
    handelser = apps.get_model("uppfoljning", "TillfalleEvent").objects.filter(ar=ar)
    return handelser.aggregate(t=Max("pgh_created_at"))["t"] or datetime(2000, 1, 1, tzinfo=UTC)
