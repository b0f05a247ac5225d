"""Every workbook of the example, calculated anew by LibreOffice: each formula gives the figure that it stands for."""

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from budget.models import Budgetversion
from budget.selectors.summor import ALLA_ENHETER
from budget.tabeller.handling import bygg_handling
from regionskane.lib import xlsx
from regionskane.lib.belopp import ENHETER
from regionskane.lib.tabell import Cell, Kolumnslag, Radslag, punkttabeller
from tests.budget.huvudbok import lagg_in
from tests.lib.kontor import rakna_om

ADRESSER = {
    "utfall": "/utfall/2024/excel/?av=region&fran=1&till=2&interna=med",
    "utfall-ms": "/utfall/2024/excel/?av=enhet-NORV_MS&fran=1&till=2",
    "utfallsrader": "/utfall/2024/rader/excel/?av=region&fran=1&till=2&interna=med",
    "indikatorer": "/indikatorer/2024/bilaga/excel/",
    "kalender": "/uppfoljning/2024/kalender/excel/",
    "plan": "/uppfoljning/2024/plan/excel/",
}


@pytest.fixture
def handlingar(db):
    """The document of every version that has tables."""
    alla = {v.kod: bygg_handling(v, ALLA_ENHETER) for v in Budgetversion.objects.all()}
    return {kod: handling for kod, handling in alla.items() if handling.tabeller}


def _formler(bok: bytes, omraknad: bytes):
    """(sheet, cell, formula, the value that was written with it, the value that it gives)."""
    formler, skrivna = load_workbook(BytesIO(bok)), load_workbook(BytesIO(bok), data_only=True)
    raknade = load_workbook(BytesIO(omraknad), data_only=True)
    for blad in formler:
        for rad in blad.iter_rows():
            for cell in rad:
                if cell.data_type == "f":
                    skrivet, raknat = (b[blad.title][cell.coordinate].value for b in (skrivna, raknade))
                    yield blad.title, cell.coordinate, cell.value, skrivet, raknat


def _visat(kolumn, varde: float) -> str:
    """A cell's number as the document writes it. Excel shows no more than fifteen digits."""
    skala = Decimal(1) if kolumn.slag in (Kolumnslag.PROCENT, Kolumnslag.ANDEL) else ENHETER[kolumn.enhet]
    if kolumn.tillagg == "%":
        skala = Decimal(100)
    return kolumn.text(Cell(Decimal(f"{varde:.15g}") * skala))


def test_varje_formel_ger_det_tal_som_den_star_for(handlingar, som, tmp_path):
    lagg_in(
        (enhet, period, konto, ansvar, motpart, belopp)
        for period in (202301, 202302, 202401, 202402)
        for enhet, ansvar in (("MS_LAB", "35900"), ("MS_ANSLAG", "35000"), ("KN", "10000"))
        for konto, motpart, belopp in (
            ("3510", "14", f"-{period}.17"), ("4110", "", f"{period - 200000}333.33"), ("6010", "4", "70.07"),
        )
    )  # fmt: skip
    klient = som("revisor")
    bocker = {kod: xlsx.skriv_handling(handling) for kod, handling in handlingar.items()}
    for namn, adress in ADRESSER.items():
        svar = klient.get(adress)
        assert svar.status_code == 200, adress
        bocker[namn] = svar.content
    omraknade = rakna_om(bocker, tmp_path)
    antal = dict.fromkeys(bocker, 0)
    for namn, bok in bocker.items():
        for blad, plats, formel, skrivet, raknat in _formler(bok, omraknade[namn]):
            antal[namn] += 1
            if isinstance(skrivet, int | float):
                assert raknat == pytest.approx(skrivet, rel=1e-12, abs=1e-8), (namn, blad, plats, formel)
            else:
                assert raknat == skrivet, (namn, blad, plats, formel)
    assert min(antal[kod] for kod in handlingar) > 30 and antal["utfall"] > 50
    _jamfor_med_det_visade(handlingar, omraknade)


def _jamfor_med_det_visade(handlingar, omraknade) -> None:
    for kod, handling in handlingar.items():
        bok = load_workbook(BytesIO(omraknade[kod]), data_only=True)
        tabeller = punkttabeller(handling.punkter) + handling.tabeller
        for namn, tabell in zip(xlsx.bladnamn(tabeller), tabeller, strict=True):
            blad = bok[namn]
            huvud = next(r for r in range(1, 9) if blad.cell(r, 1).value == tabell.radrubrik)
            for i, rad in enumerate(tabell.rader, start=huvud + 1):
                if rad.slag == Radslag.GRUPP:
                    continue
                for j, (kolumn, cell) in enumerate(zip(tabell.kolumner, rad.celler, strict=True), start=2):
                    egen = rad.i(kolumn)
                    if egen.slag != Kolumnslag.TEXT and cell.text is None and cell.varde is not None:
                        visat = _visat(egen, blad.cell(i, j).value)
                        assert visat == egen.text(cell), (kod, namn, rad.nyckel, kolumn.nyckel)
