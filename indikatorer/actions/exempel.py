"""Reading in what the published documents say of the indikatorer, once."""

from collections.abc import Iterable

from indikatorer.models import (
    Indikator,
    Jamforelseomrade,
    Kontrolluppgift,
    Malniva,
    Malomrade,
    Omradesslag,
    Segment,
    Segmentgrupp,
)
from indikatorer.regler.skrift import tolka, utan_enhet
from regionskane.historik import andring


def las_in_ramar(*, malomraden: Iterable[dict], segment: Iterable[dict], varfor: str) -> int:
    """Goals, segments and the country that are not there yet, and how many. A goal stands after its overordnat."""
    nya = 0
    with andring(by=None, varfor=varfor):
        finns = {m.kod: m for m in Malomrade.objects.all()}
        for r in malomraden:
            if r["kod"] not in finns:
                falt = r | {"overordnat": finns.get(r["overordnat"])}
                finns[r["kod"]] = Malomrade.objects.create(**falt)
                nya += 1
        riket = {"namn": "Riket", "slag": Omradesslag.RIKET}
        nya += Jamforelseomrade.objects.get_or_create(kod="0000", defaults=riket)[1]
        grupper = {g.kod: g for g in Segmentgrupp.objects.all()}
        kanda = set(Segment.objects.values_list("kod", flat=True))
        for r in segment:
            r = dict(r)
            kod, namn = r.pop("grupp"), r.pop("gruppnamn")
            if kod not in grupper:
                grupper[kod] = Segmentgrupp.objects.create(kod=kod, namn=namn)
                nya += 1
            if r["kod"] not in kanda:
                Segment.objects.create(grupp=grupper[kod], **r)
                nya += 1
    return nya


def las_in_mal_och_kontroller(
    *, malnivaer: list[Malniva], kontrolluppgifter: list[Kontrolluppgift], varfor: str
) -> int:
    """Targets and what is printed beside them, for indikatorer that have none yet. Raises OgiltigMalniva."""
    indikatorer = Indikator.objects.in_bulk({m.indikator_id for m in malnivaer})
    for m in malnivaer:
        m.tolkning = utan_enhet(tolka(m.regel, indikatorer[m.indikator_id].matt))
    with andring(by=None, varfor=varfor):
        Malniva.objects.bulk_create(malnivaer)
        Kontrolluppgift.objects.bulk_create(kontrolluppgifter)
    return len(malnivaer) + len(kontrolluppgifter)
