"""The library as a CSV file that `imports.bibliotek` reads back."""

import csv
import io
from collections.abc import Iterable

from indikatorer.imports.bibliotek import KOLUMNER
from indikatorer.models import Indikator


def skriv_bibliotek(indikatorer: Iterable[Indikator]) -> bytes:
    """Semicolons and a byte order mark, as Swedish Excel opens it. Read back it changes nothing.

    `indikatorer` with `agare`, `malomrade` and `segmentgrupp` fetched.
    """
    ut = io.StringIO()
    skrivare = csv.writer(ut, delimiter=";", lineterminator="\r\n")
    skrivare.writerow(KOLUMNER)
    for i in indikatorer:
        skrivare.writerow(_varde(i, k) for k in KOLUMNER)
    return ut.getvalue().encode("utf-8-sig")


def _varde(i: Indikator, kolumn: str):
    varde = getattr(i, kolumn)
    if kolumn in ("agare", "malomrade", "segmentgrupp"):
        return varde.kod if varde else ""
    if kolumn == "konsuppdelad":
        return int(varde)
    if kolumn == "uppdrag":
        return " ".join(varde)
    return "" if varde is None else varde
