"""Reading the library."""

from datetime import date

from django.db.models import Q, QuerySet

from indikatorer.models import Indikator, Malomrade, Segment


def hamta_indikatorer(
    *,
    sok: str = "",
    agare: int | None = None,
    malomrade: int | None = None,
    enhetsslag: str = "",
) -> QuerySet[Indikator]:
    """Indikatorer in order, with owner, goal and segmentgrupp.

    `sok` is words that all stand in number, name or definition; `agare` a nämnd's id; `malomrade` a goal's id, with all
    that lie under it.
    """
    urval = Indikator.objects.select_related(
        "agare", "malomrade__overordnat__overordnat", "segmentgrupp"
    ).order_by("ordning", "kod")
    for ord_ in sok.split():
        urval = urval.filter(
            Q(id_nr__icontains=ord_)
            | Q(kod__icontains=ord_)
            | Q(namn__icontains=ord_)
            | Q(definition__icontains=ord_)
        )
    if agare is not None:
        urval = urval.filter(agare=agare)
    if malomrade is not None:
        urval = urval.filter(
            Q(malomrade=malomrade)
            | Q(malomrade__overordnat=malomrade)
            | Q(malomrade__overordnat__overordnat=malomrade)
        )
    if enhetsslag:
        urval = urval.filter(enhetsslag=enhetsslag)
    return urval


def giltiga_under(fran: date, till: date) -> Q:
    """Valid some day from `fran` to `till`, both included."""
    return (Q(giltig_fran=None) | Q(giltig_fran__lte=till)) & (Q(giltig_till=None) | Q(giltig_till__gt=fran))


def hamta_malomraden() -> list[Malomrade]:
    """All goals as a tree read from the top: each right before what lies under it. One query."""
    under = {}
    for m in Malomrade.objects.order_by("ordning", "pk"):
        under.setdefault(m.overordnat_id, []).append(m)

    def grena(overordnat):
        for m in under.get(overordnat, ()):
            yield m
            yield from grena(m.pk)

    return list(grena(None))


def hamta_segment(indikator: Indikator) -> list[Segment]:
    """The segments of an indikator: its group's, and those that it has values or targets for."""
    return list(
        Segment.objects.filter(
            Q(grupp=indikator.segmentgrupp_id)
            | Q(pk__in=indikator.matningar.order_by().values("segment").distinct())
            | Q(pk__in=indikator.malnivaer.order_by().values("segment"))
        ).select_related("grupp")
    )


def hamta_anvanda_segment(indikator: Indikator) -> set[int | None]:
    """The segments (ids) that an indikator has values or targets for; None among them: for the whole. One query."""
    return set(
        indikator.matningar.filter(omrade=None)
        .order_by()
        .values_list("segment", flat=True)
        .union(indikator.malnivaer.order_by().exclude(segment=None).values_list("segment", flat=True))
    )
