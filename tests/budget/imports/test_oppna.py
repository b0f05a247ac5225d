"""The reader is chosen by what the file contains, and one ledger is the same in all three formats."""

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.imports.huvudbok_csv import CsvLasning
from budget.imports.huvudbok_xlsx import XlsxLasning
from budget.imports.oppna import oppna_huvudbok
from budget.imports.sie import Sielasning
from regionskane.lib.textfil import OlasligFil

RUBRIK = ["Datum", "Konto", "Ansvar", "Motpart", "Verifikation", "Belopp"]


def _sie(rader):
    linjer = ["#FLAGGA 0", "#FORMAT PC8", "#SIETYP 4", "#RAR 0 20240101 20241231"]
    linjer += ['#DIM 1 "Ansvar"', '#DIM 8 "Motpart"']
    for i, (dag, konto, ansvar, motpart, belopp) in enumerate(rader):
        linjer += [
            f'#VER A {i} {dag:%Y%m%d} ""',
            "{",
            f'#TRANS {konto} {{1 "{ansvar}" 8 "{motpart}"}} {belopp}',
            "}",
        ]
    return io.BytesIO("\r\n".join(linjer).encode("cp437"))


def _csv(rader):
    ut = io.StringIO()
    skriv = csv.writer(ut, delimiter=";")
    skriv.writerow(RUBRIK)
    skriv.writerows(
        [d.isoformat(), k, a, m, f"A {i}", str(b).replace(".", ",")]
        for i, (d, k, a, m, b) in enumerate(rader)
    )
    return io.BytesIO(ut.getvalue().encode("utf-8-sig"))


def _xlsx(rader):
    bok = openpyxl.Workbook()
    bok.active.append(RUBRIK)
    for i, (d, k, a, m, b) in enumerate(rader):
        bok.active.append([d, int(k), a, m, f"A {i}", b])
    ut = io.BytesIO()
    bok.save(ut)
    return ut


_rad = st.tuples(
    st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    st.integers(1000, 8999).map(str),
    st.text("0123456789ÅÄÖ", min_size=1, max_size=5),
    st.sampled_from("1234"),
    st.integers(-(10**11), 10**11).map(lambda ore: Decimal(ore).scaleb(-2)),
)


@given(st.lists(_rad, min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_samma_bok_i_tre_format_ger_samma_rader_pa_oret(rader):
    vantat = [
        (d.year * 100 + d.month, d.isoformat(), k, a, m, f"A {i}", b)
        for i, (d, k, a, m, b) in enumerate(rader)
    ]
    for skriv, klass in ((_sie, Sielasning), (_csv, CsvLasning), (_xlsx, XlsxLasning)):
        lasning = oppna_huvudbok(skriv(rader))
        assert type(lasning) is klass
        lasta = [(r[1], r[2], r[3], r[4], r[5], r[8], r[10]) for r in lasning.alla_rader()]
        assert lasta == vantat


def test_fil_utan_verifikationer_ger_manadernas_saldon():
    text = "#SIETYP 2\n#RAR 0 20240101 20241231\n#RES 0 3010 -5\n#PSALDO 0 202402 3010 {} -5\n"
    lasning = oppna_huvudbok(io.BytesIO(text.encode()))
    assert [(r[0], r[1], r[3], r[10]) for r in lasning.alla_rader()] == [(4, 202402, "3010", Decimal(-5))]


def test_valen_nar_fram_och_det_som_inte_ar_en_bok_sags():
    fil = io.BytesIO(b"Kto;Per;Utfall 1\n3010;202401;5\n")
    (rad,) = oppna_huvudbok(fil, kolumner={"belopp": "Utfall 1"}, perioder=(202401, 202412)).alla_rader()
    assert rad[10] == Decimal(5)
    with pytest.raises(OlasligFil, match="inga kolumner"):
        oppna_huvudbok(io.BytesIO("Hej på dig\n".encode()))
