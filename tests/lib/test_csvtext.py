"""Text that a spreadsheet takes for a formula, in the CSV files that the system writes and reads back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.imports.kontoplan import las_motparter, skriv_motpart
from budget.models import Motpart, Motpartsslag
from indikatorer.imports.bibliotek import las_bibliotek
from indikatorer.models import Indikator
from indikatorer.tabeller.bibliotek import skriv_bibliotek
from regionskane.lib.csvtext import ofarlig, ursprunglig

FARLIGA = [
    "\ufeff=1+1",
    "\u200b\u200e =1+1",
    "\ufe66=1",
    "\ufe621+1",
    "\ufe63a",
    "=1+1",
    "+SUM(A1)",
    "-2+3|cmd",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1",
    "＋1+1",
    "－a",
    "＠x",
    "−a",
    "'=1",
    "''=1",
]


@pytest.mark.parametrize("text", FARLIGA)
def test_formel_skrivs_som_text(text):
    assert ofarlig(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-5", "-1 234,50", "−3,1 %", "+46", "a=1", "'a", "Kök - bad", "3010"])
def test_tal_och_annan_text_skrivs_som_de_ar(text):
    assert ofarlig(text) == text


@given(st.text(alphabet="=+-@＝＋－＠−\ufeff\u200b\ufe62' \t\r\n0123456789,.%a"))
def test_det_som_skrivits_lases_tillbaka(text):
    skrivet = ofarlig(text)
    assert ursprunglig(skrivet) == text
    assert skrivet == text or skrivet == f"'{text}"


@given(st.text(alphabet="=+-@' a"))
def test_apostrof_tas_bort_bara_dar_den_behovdes(text):
    last = ursprunglig(text)
    assert last == text or ofarlig(last) == text


def _celler(byte: bytes) -> list[str]:
    return [c for rad in csv.reader(io.StringIO(byte.decode("utf-8-sig")), delimiter=";") for c in rad]


def test_kontoplanens_fil_har_inga_formler_och_lases_tillbaka(som, db):
    namn = '=HYPERLINK("http://x";"y")'
    Motpart.objects.create(
        kod="990", namn=namn, slag=Motpartsslag.EXTERN, giltig_fran="2024-01-01", kalla="@x"
    )
    byte = som("koncerncontroller").get("/utfall/kontoplan/motparter/fil/").content
    assert f"'{namn}" in _celler(byte) and "'@x" in _celler(byte)
    assert not [c for c in _celler(byte) if c.startswith(("=", "+", "-", "@"))]
    lasning = las_motparter(byte)
    assert lasning.anmarkningar == ()
    assert [(r.namn, r.kalla) for r in lasning.rader if r.kod == "990"] == [(namn, "@x")]
    assert [skriv_motpart(m)[1] for m in Motpart.objects.filter(kod="990")] == [namn]


def test_indikatorbibliotekets_fil_har_inga_formler_och_lases_tillbaka(db):
    en = Indikator.objects.select_related("agare", "malomrade", "segmentgrupp").first()
    en.namn, en.definition, en.fotnot = "=1+1", "-2+3|cmd", "'=x"
    byte = skriv_bibliotek([en])
    assert {"'=1+1", "'-2+3|cmd", "''=x"} <= set(_celler(byte))
    (rad,) = las_bibliotek(byte).rader
    assert (rad.falt["namn"], rad.falt["definition"], rad.falt["fotnot"]) == ("=1+1", "-2+3|cmd", "'=x")
