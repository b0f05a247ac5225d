"""The appendix as PDF out of the queue: made by the job, with the charts of the page and the workbook inside."""

import io

import pikepdf
import pypdf
import pytest

from indikatorer.actions.bilaga import starta_bilaga
from regionskane.jobb.actions import fil_plats, kor_jobb

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_jobbet_skriver_pdf_och_arbetsbok(anvandare, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    jobb = starta_bilaga(ar=2023, rot="https://prov.example", by=anvandare("politiker"))
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert jobb.status == "klar", jobb.fel
    filer = {f.namn: fil_plats(f.sha256).read_bytes() for f in jobb.filer.all()}
    assert sorted(filer) == ["indikatorer-2023.pdf", "indikatorer-2023.xlsx"]
    pdf = filer["indikatorer-2023.pdf"]
    text = " ".join(s.extract_text() for s in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "bedömda mål är uppfyllda" in text  # the heading of a chart
    assert "kan ej bedömas" in text
    with pikepdf.open(io.BytesIO(pdf)) as dokument:
        assert list(dokument.attachments) == ["indikatorer-2023.xlsx"]
        assert (
            dokument.attachments["indikatorer-2023.xlsx"].get_file().read_bytes()
            == filer["indikatorer-2023.xlsx"]
        )


def test_jobbet_skriver_inga_dokument_som_ingen_kan_lasa(anvandare, monkeypatch):
    monkeypatch.setattr("indikatorer.tabeller.bilaga.FLEST_RADER", 3)
    jobb = starta_bilaga(ar=2023, rot="https://prov.example", by=anvandare("politiker"))
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert jobb.status == "fel" and "ett dokument har högst 3. Välj nämnd" in jobb.fel
