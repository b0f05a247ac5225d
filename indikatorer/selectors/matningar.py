"""Reading values, with who gave them."""

from django.db.models import QuerySet

from indikatorer.models import Indikator, Matning
from indikatorer.selectors.celler import NYCKELKOLUMNER


def hamta_matningar(indikator: Indikator) -> QuerySet[Matning]:
    """All values of an indikator, ours and others', with segment, enhet and jämförelseområde; the latest year first."""
    urval = indikator.matningar.select_related("segment", "enhet", "omrade", "andrad_av")
    return urval.order_by("segment__grupp", "segment__ordning", "enhet", "omrade", "-ar", "delperiod", "kon")


def hamta_matning_historik(matning_id: int) -> QuerySet:
    """Every earlier and present value of the cell that a value stands in, the latest first, with who and why
    (`pgh_context.metadata`): also those from before it was taken away and given anew. Two queries."""
    cell = Matning.objects.filter(pk=matning_id).values(*NYCKELKOLUMNER).get()
    return Matning.pgh_event_model.objects.filter(**cell).select_related("pgh_context").order_by("-pgh_id")


def hamta_definitionshistorik(indikator: Indikator) -> QuerySet:
    """Every earlier and present definition, the latest first, with who and why (`pgh_context.metadata`)."""
    return (
        Indikator.pgh_event_model.objects.filter(pgh_obj=indikator.pk)
        .select_related("pgh_context", "agare", "malomrade")
        .order_by("-pgh_id")
    )
