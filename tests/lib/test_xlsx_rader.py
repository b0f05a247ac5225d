"""A long list as a workbook: all of it or nothing, as numbers and texts."""

from decimal import Decimal

import pytest
from openpyxl import load_workbook
from xlsxwriter.worksheet import Worksheet

from regionskane.lib.xlsx_rader import FLEST_RADER, ForMangaRader, skriv_rader

HUVUD = ("period", "text", "belopp")


def skriv(mapp, antal, **val):
    rader = ((202400 + nr, f"=rad({nr})", Decimal(nr) / 4) for nr in range(1, antal + 1))
    return skriv_rader(mapp / "bok.xlsx", blad="Rader", noter=["Vad", "Hur"], huvud=HUVUD, rader=rader, **val)


def test_listan_star_under_noter_och_huvud(tmp_path):
    assert skriv(tmp_path, 5, flest=5) == 5
    ark = load_workbook(tmp_path / "bok.xlsx")["Rader"]
    assert [[c.value for c in rad] for rad in ark] == [
        ["Vad", None, None],
        ["Hur", None, None],
        [None, None, None],
        list(HUVUD),
        *([202400 + nr, f"=rad({nr})", nr / 4] for nr in range(1, 6)),
    ]
    assert {c.data_type for c in ark["B"][4:]} == {"s"} and {c.data_type for c in ark["C"][4:]} == {"n"}
    assert ark.freeze_panes == "A5"


def test_fler_rader_an_bladet_far_ha_sags(tmp_path):
    with pytest.raises(ForMangaRader):
        skriv(tmp_path, 6, flest=5)


def test_det_flesta_ryms_pa_bladet_med_plats_for_noter():
    assert FLEST_RADER == 1_000_000 < Worksheet().xls_rowmax - 1000
