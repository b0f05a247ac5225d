"""The library as a CSV file that `imports.bibliotek` reads back, and what of it has nothing to judge."""

import csv
import io
from collections.abc import Iterable

from indikatorer.imports.bibliotek import KOLUMNER
from indikatorer.models import Indikator
from regionskane.lib.csvtext import ofarlig
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Tabell


def skriv_bibliotek(indikatorer: Iterable[Indikator]) -> bytes:
    """Semicolons and a byte order mark, as Swedish Excel opens it. Read back it changes nothing.

    `indikatorer` with `agare`, `malomrade` and `segmentgrupp` fetched.
    """
    ut = io.StringIO()
    skrivare = csv.writer(ut, delimiter=";", lineterminator="\r\n")
    skrivare.writerow(KOLUMNER)
    for i in indikatorer:
        skrivare.writerow(ofarlig(str(_varde(i, k))) for k in KOLUMNER)
    return ut.getvalue().encode("utf-8-sig")


def bygg_utan_bedomning(indikatorer: Iterable[Indikator]) -> Tabell:
    """The indikatorer of an export that have neither value nor target, as the library's page shows them too.

    `indikatorer` with `agare` fetched.
    """
    return Tabell(
        "utan-bedomning",
        "Varken värde eller mål",
        "Indikator",
        tuple(
            Kolumn(nyckel, rubrik, slag=Kolumnslag.TEXT)
            for nyckel, rubrik in (("id", "Id"), ("enhet", "Enhet"), ("agare", "Ägare"), ("kalla", "Källa"))
        ),
        tuple(
            Rad(
                i.kod,
                i.namn,
                tuple(Cell(text=t or "–") for t in (i.id_nr, i.enhet, str(i.agare or ""), i.kalla)),
            )
            for i in indikatorer
        ),
    )


def _varde(i: Indikator, kolumn: str):
    varde = getattr(i, kolumn)
    if kolumn in ("agare", "malomrade", "segmentgrupp"):
        return varde.kod if varde else ""
    if kolumn == "konsuppdelad":
        return int(varde)
    if kolumn == "uppdrag":
        return " ".join(varde)
    return "" if varde is None else varde
