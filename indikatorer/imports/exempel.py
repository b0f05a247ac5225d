"""Region Skåne's published indikatorer, targets and results, from fixtures/."""

import csv
from decimal import Decimal
from pathlib import Path

from indikatorer.actions.bibliotek import las_in_bibliotek
from indikatorer.actions.exempel import las_in_mal_och_kontroller, las_in_ramar
from indikatorer.actions.matningar import Matningsrad, las_in_matningar
from indikatorer.imports.bibliotek import las_bibliotek
from indikatorer.models import (
    Indikator,
    Jamforelseomrade,
    Kontrolluppgift,
    Malniva,
    Segment,
    Ursprung,
)
from indikatorer.regler.period import tolka_period
from indikatorer.selectors.celler import Matningsnyckel, Matningsuppgift
from organisation.models import Enhet

DOKUMENT = ("hsn2024", "norv2023", "rs2022")


def ladda(mapp: Path) -> int:
    """What is not there yet, and how much it is. An indikator that exists is left alone, with all that it has."""
    nya = las_in_ramar(
        malomraden=_rader(mapp / "indikatorer/malomraden.csv"),
        segment=[r | {"total": r["total"] == "1"} for r in _rader(mapp / "indikatorer/segment.csv")],
        varfor="Inläst från exemplet",
    )
    fanns = set(Indikator.objects.values_list("kod", flat=True))
    for dokument in DOKUMENT:
        fil = las_bibliotek((mapp / dokument / "indikatorer.csv").read_bytes())
        if fil.anmarkningar:
            raise ValueError("\n".join(a.text for a in fil.anmarkningar))
        rader = [r for r in fil.rader if r.kod not in fanns]
        varfor = f"Inläst från {dokument}/indikatorer.csv"
        nya += len(las_in_bibliotek(rader=rader, by=None, varfor=varfor).nya)
    lasta = dict(Indikator.objects.exclude(kod__in=fanns).values_list("kod", "pk"))
    if lasta:
        nya += sum(_varden(mapp / dokument, lasta) for dokument in DOKUMENT)
    return nya


def _varden(mapp: Path, indikatorer: dict[str, int]) -> int:
    """Targets, values and printed checks of the document's indikatorer that are new."""
    segment = dict(Segment.objects.values_list("kod", "pk")) | {"": None}
    enheter = dict(Enhet.objects.values_list("kod", "pk")) | {"": None}
    omraden = dict(Jamforelseomrade.objects.values_list("kod", "pk")) | {"": None}
    malnivaer = [
        Malniva(
            indikator_id=indikatorer[r["indikator"]],
            ar=int(r["ar"]),
            segment_id=segment[r["segment"]],
            regel=r["regel"],
            kalla=r["kalla"],
        )
        for r in _rader(mapp / "malnivaer.csv")
        if r["indikator"] in indikatorer
    ]
    kontroller = [
        Kontrolluppgift(
            indikator_id=indikatorer[r["indikator"]],
            segment_id=segment[r["segment"]],
            enhet_id=enheter[r["enhet"]],
            jamfors_med_id=indikatorer[r["jamfors_med"]] if r["jamfors_med"] else None,
            **dict(zip(("ar", "delperiod"), tolka_period(r["period"]), strict=True)),
            **{f: r[f] for f in ("kon", "slag", "tryckt", "kalla")},
        )
        for r in _rader(mapp / "kontrolluppgifter.csv")
        if r["indikator"] in indikatorer
    ]
    rader = []
    for r in _rader(mapp / "matningar.csv"):
        if r["indikator"] not in indikatorer:
            continue
        ar, delperiod = tolka_period(r["period"])
        cell = Matningsnyckel(
            indikatorer[r["indikator"]],
            ar,
            segment[r["segment"]],
            r["kon"],
            delperiod,
            enheter[r["enhet"]],
            omraden[r["omrade"]],
        )
        uppgift = Matningsuppgift(
            varde=Decimal(r["varde"].replace(",", ".")) if r["varde"] else None,
            antal=int(r["antal"]) if r["antal"] else None,
            preliminar=r["preliminar"] == "1",
            brott=r["brott"] == "1",
            **{f: r[f] for f in ("saknas", "fotnot", "kalla")},
        )
        rader.append(Matningsrad(cell, uppgift))
    varfor = f"Inläst från {mapp.name}"
    nya = las_in_mal_och_kontroller(malnivaer=malnivaer, kontrolluppgifter=kontroller, varfor=varfor)
    return nya + las_in_matningar(rader=rader, ursprung=Ursprung.IMPORTERAD, by=None, varfor=varfor).nya


def _rader(fil: Path) -> list[dict[str, str]]:
    if not fil.exists():
        return []
    with fil.open(encoding="utf-8", newline="") as oppen:
        return list(csv.DictReader(oppen))
