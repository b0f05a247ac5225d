"""Fullmäktiges handling: the decision and its bilagor as one PDF and one workbook."""

import io

import openpyxl
import pikepdf
import pypdf
import pytest
from django.template.loader import render_to_string

from budget.models import Belopp, Budgetversion
from budget.selectors.beslutspunkter import hamta_beslutspunkter
from budget.selectors.summor import ALLA_ENHETER
from budget.tabeller.beslutspunkter import visa_punkter
from budget.tabeller.handling import beslutslage, bygg_handling, senast_andrad
from organisation.models import Enhet
from organisation.permissions import Enhetsurval
from regionskane.lib import pdf, xlsx
from regionskane.lib.visning import visa_handling
from verktyg.verapdf import vera

ORDNING = ["bilaga 1", "bilaga 2", "bilaga 3", "bilaga 4A", "bilaga 4B", "bilaga 5A", "bilaga 5B", ""]


def _pdf(handling) -> bytes:
    return pdf.skriv_handling(
        handling, html=render_to_string("rapporter/handling.html", {"handling": visa_handling(handling)})
    )


@pytest.fixture
def handling(version):
    return bygg_handling(version("B2024"), ALLA_ENHETER)


def test_bilagorna_star_i_sin_ordning(handling):
    bilagor = [t.bilaga for t in handling.tabeller]
    assert list(dict.fromkeys(bilagor)) == ORDNING
    assert bilagor == sorted(bilagor, key=ORDNING.index)
    nycklar = [t.nyckel for t in handling.tabeller]
    assert nycklar[:2] == ["resultatbudget", "balanskrav"]
    assert nycklar[nycklar.index("regionbidrag") + 1] == "resultatkrav"


def test_pdf_har_varje_punkt_med_sina_siffror_och_ar_giltig(handling, version, tmp_path):
    fil = _pdf(handling)
    vag = tmp_path / "handling.pdf"
    vag.write_bytes(fil)
    assert vera.validera(vag, "ua1") == []
    assert vera.validera(vag, "3a") == []
    sidor = [" ".join(s.extract_text().split()) for s in pypdf.PdfReader(io.BytesIO(fil)).pages]
    assert "Budget 2024" in sidor[0] and "Region Skåne. Fastställd av regionfullmäktige" in sidor[0]
    beslut = " ".join(s for s in sidor if "Skattesats" in s)
    punkter = visa_punkter(version("B2024"), hamta_beslutspunkter(version("B2024")), "REGION")
    for p in punkter:
        for text in (p.rubrik, p.text, p.mottagare):
            assert " ".join(text.split()) in beslut
        assert not p.nummer or f"{p.nummer}. {p.rubrik}" in beslut
    for tal in ("11,18 kronor", "−4 417 miljoner kronor", "5 533 miljoner kronor", "16 000 miljoner kronor"):
        assert tal in beslut
    with pikepdf.open(io.BytesIO(fil)) as dokument, dokument.open_outline() as oversikt:
        bokmarken = [p.title for p in oversikt.root]
        under = [[b.title for b in p.children] for p in oversikt.root]
    vantat = ["Beslut", *(f"B{b[1:]}" for b in ORDNING[:-1])]
    assert bokmarken == [*vantat, "Underlag", "Raderna förklarade", "Så är siffrorna framtagna"]
    assert under[0] == [f"{p.nummer}. {p.rubrik}" if p.nummer else p.rubrik for p in punkter]
    assert under[1][:2] == ["Resultatbudget 2023–2026", "Balanskravsutredning 2022–2026"]
    # The contents name the page on which each of them begins: first all numbers, as the text lies in the file.
    vy = visa_handling(handling)
    rader = ["Beslut", *(r for b in vy.bilagor for r in (b.rubrik, *(k.tabell.rubrik for k in b.kapitel)))]
    tal, _, namn = sidor[1].partition(" Innehåll ")
    assert namn.startswith(" ".join(rader))
    for rubrik, sida in zip(rader, map(int, tal.split()), strict=False):
        assert rubrik in sidor[sida - 1]
    assert all(f"{i} ({len(sidor)})" in s for i, s in enumerate(sidor[1:], start=2))


def test_arbetsboken_har_beslutet_och_varje_tabell(handling):
    bok = openpyxl.load_workbook(io.BytesIO(xlsx.skriv_handling(handling)))
    texter = [rad[2] for rad in bok["Beslut"].iter_rows(min_row=4, values_only=True)]
    assert texter == [p.text for p in handling.punkter]
    tal = {(rad[0], rad[2]): rad[1] for rad in bok["Beslutets tal"].iter_rows(min_row=4, values_only=True)}
    assert tal["3. Investeringsram", "5\u00a0533\u00a0miljoner kronor"] == 5533
    assert tal["5. Långfristig upplåning", "16\u00a0000\u00a0miljoner kronor"] == 16000
    assert tal["10. Kollektivtrafikens taxa", "2,7\u00a0procent"] is None
    assert len(bok.sheetnames) == len(handling.tabeller) + 4
    om = [rad[1] for rad in bok["Om"].iter_rows(values_only=True)]
    assert "Bilaga 1. Resultatbudget 2023–2026" in om and "Bilaga 5A. Investeringar 2024–2026" in om
    kallor = [rad[6] for rad in bok["Källor"].iter_rows(min_row=4, values_only=True)]
    assert "/budget/2024/B2024/beslut/tal/mtn_ram/" in kallor


def test_text_och_tabell_kan_inte_skilja_sig(version):
    arb = version("B2024-ARB")
    b = Belopp.objects.filter(version=arb, post__uppstallning__kod="investeringar", ar=2024).first()
    Belopp.objects.filter(pk=b.pk).update(belopp=b.belopp + 7_000_000)
    handling = bygg_handling(arb, ALLA_ENHETER)
    tabell = next(t for t in handling.tabeller if t.nyckel == "investeringar")
    varde = tabell.cell("summa_med_kreditivranta", "B2024-ARB-2024").varde
    tal = next(
        t
        for p in handling.punkter
        for t in p.tal
        if t.kalla.endswith("/summa_med_kreditivranta/enhet-REGION/2024/")
    )
    assert tal.varde == varde == 5_541_000_000
    assert any("5\u00a0541\u00a0miljoner kronor" in p.text for p in handling.punkter)


def test_titelsidan_sager_vad_som_ar_beslutat(version):
    arb = version("B2024-ARB")
    assert beslutslage(arb) == "Förslag till regionfullmäktige"
    Budgetversion.objects.filter(pk=arb.pk).update(
        beslut_organ="Regionfullmäktige", beslut_datum="2023-10-24", beslut_paragraf="§ 91"
    )
    assert beslutslage(version("B2024-ARB")) == "Fastställd av regionfullmäktige 2023-10-24 §\u00a091"


def test_den_som_ser_en_del_far_inte_beslutet_och_en_tabell_ar_utan_bilaga(version):
    ms = Enhet.objects.get(kod="NORV_MS").pk
    del_ = bygg_handling(version("B2024-ARB"), Enhetsurval(enheter=frozenset({ms})))
    assert del_.punkter == () and del_.tabeller[0].nyckel == "regionbidrag"
    en = bygg_handling(version("B2024"), ALLA_ENHETER, bara="skatt")
    assert en.punkter == () and {t.bilaga for t in en.tabeller} == {""}


def test_en_andrad_punkt_andrar_handlingens_tid(version):
    arb = version("B2024-ARB")
    fore = senast_andrad([arb.pk])
    arb.beslutspunkter.filter(rubrik="Finansiella mål").update(text="Målen gäller.")
    assert senast_andrad([arb.pk]) > fore
