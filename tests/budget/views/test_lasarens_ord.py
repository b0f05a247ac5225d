"""What readers are told in their own words: goals, names, sources, and what came before and after a budget."""

import re
from datetime import date
from html import unescape

import pytest

from budget.actions.versioner import (
    Beslut,
    bered_version,
    faststall_version,
    skapa_tillaggsbudget,
    spara_finansiering,
    starta_nasta_ar,
)
from budget.diagram.resultat import bygg_resultatdiagram
from budget.selectors.balanskrav import berakna, hamta_underlag
from budget.selectors.summor import ALLA_ENHETER
from budget.tabeller.handling import bygg_handling, las_bryggor
from tests.budget.belopp import justera, skriv


def _text(svar):
    return re.sub(r"\s+", " ", unescape(svar.content.decode()).replace("\u00a0", " "))


@pytest.fixture
def kc(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def b2025(version, kc):
    return starta_nasta_ar(kalla=version("B2024"), kod="B2025", namn="Budget 2025", by=kc)


def test_finansiella_mal_sager_vad_malen_kraver_och_namner_ingen_textrad(som):
    html = _text(som("politiker").get("/budget/2024/B2024/finansiella-mal/"))
    assert "årets resultat ska vara minst 2,0 % av skatt, utjämning" in html
    assert "nettolåneskulden ska vara högst 25,0 % av" in html
    assert "Verksamhetsplan och budget 2024, beslutspunkt 8." in html and "textrad" not in html


def test_matrisen_i_handlingen_skriver_ut_sina_forkortningar(version):
    for t in las_bryggor(version("B2024"), ALLA_ENHETER):
        not_ = t.noter[-1]
        assert not_.startswith("Förkortningar: ")
        for k in t.kolumner:
            assert k.nyckel == "summa" or f"{k.rubrik} är " in not_


def test_panelen_namner_regeln_med_ord(som):
    klient = som("politiker")
    for rad in ("balanskrav/balanskravsresultat", "forutsattningar/nettokostnadsutveckling"):
        html = _text(klient.get(f"/budget/2024/B2024/varifran/{rad}/enhet-REGION/2024/"))
        assert "budget.regler" not in html


def test_nasta_ar_sager_inte_att_det_star_i_forra_arets_handling(som, b2025):
    html = _text(som("koncerncontroller").get("/budget/2025/B2025/"))
    # What was entered since did not come out of it, and it has no figures at all of the last year.
    sagt = (
        "Belopp ur Verksamhetsplan och budget 2024 med plan 2025–2026 har följt med där ingen har ändrat dem."
    )
    assert sagt in " ".join(html.split()) and "kommer ur" not in html
    assert "till. Ur " not in html
    fakta = dict(bygg_handling(b2025, ALLA_ENHETER).fakta)
    assert fakta["Oförändrade belopp ur"].startswith("Verksamhetsplan och budget 2024")
    assert not {"Källhandling", "Medföljande belopp ur"} & set(fakta)
    # In the list of versions it stands at the one that it is of.
    listan = _text(som("koncerncontroller").get("/budget/"))
    handlingar = [
        rad.partition("</li>")[0] for rad in listan.split("<li>") if "Verksamhetsplan och budget 2024" in rad
    ]
    assert handlingar and not [rad for rad in handlingar if "Budget 2025" in rad or "arbetsversion" in rad]


def test_det_som_aviserades_om_2023_foljer_med_till_budget_2025(b2025):
    """It was said in Budget 2024, of a year that Budget 2025 shows from a prognosis."""
    underlag = {u.ar: u for u in hamta_underlag(b2025)}
    assert underlag[2023].aviserat and underlag[2023].aviserat.organ == "Regionledningen"


def test_ett_ar_utan_siffror_har_ingen_stapel(b2025):
    underlag = hamta_underlag(b2025)
    tomma = {str(u.ar) for u in underlag if not u.poster}
    diagram = bygg_resultatdiagram(underlag, berakna(underlag), {})
    assert tomma and not tomma & set(diagram.grupper)
    assert all(len(s.varden) == len(diagram.grupper) for s in diagram.serier)


def test_ett_ar_som_inte_kan_bedomas_har_ingen_stapel(b2025, kc):
    """The utredning says «Kan inte bedömas än», and the start page showed it as fulfilled."""
    skriv(b2025, "resultatbudget", "intakter", "REGION", 2027, 1_740, kc)
    underlag = hamta_underlag(b2025)
    utredning = berakna(underlag)
    (ar,) = [a for a in utredning.ar if a.ar == 2027]
    assert next(u for u in underlag if u.ar == 2027).poster and not ar.bedombart
    assert "2027" not in bygg_resultatdiagram(underlag, utredning, {}).grupper


def test_matrisens_delar_har_samma_rader_ocksa_nar_bara_den_ena_har_en_not(b2025, kc):
    """The level of the other half stood on the page and not in the document."""
    justera(b2025, 2025, kc, KN="7.3", RUN="-7.3")
    skriv(b2025, "regionbidrag", "regionbidrag", "KTN", 2025, "4083.2", kc)
    delar = [t for t in las_bryggor(b2025, ALLA_ENHETER) if t.nyckel.startswith("regionbidrag-4b-2025")]
    noter = [[n for n in t.noter if "bryggan ger" in n] for t in delar]
    assert len(delar) == 2 and sorted(map(bool, noter)) == [False, True]
    ena, andra = ([r.nyckel for r in t.rader] for t in delar)
    assert ena == andra
    for t in delar:
        (niva,) = [r for r in t.rader if r.nyckel == "niva"]
        assert all(c.varde is not None for c in niva.celler[: len(t.kolumner) - 1])


def test_en_andrad_budget_namner_tillagget_och_oversikten_behaller_diagrammet(som, version, kc):
    tillagg = skapa_tillaggsbudget(grund=version("B2024"), kod="T2024", namn="Tilläggsbudget 2024", by=kc)
    skriv(tillagg, "resultatbudget", "avskrivningar", "REGION", 2024, -2_100, kc)
    klient = som("koncerncontroller")
    assert "Budgeten har ändrats av" not in _text(klient.get("/budget/2024/B2024/"))
    spara_finansiering(version=tillagg, finansiering="resultat", text="Så betalas det", by=kc)
    bered_version(version=tillagg, beslut=Beslut("Regionstyrelsen", date(2024, 2, 1), "§ 1"), by=kc)
    faststall_version(version=tillagg, beslut=Beslut("Regionfullmäktige", date(2024, 3, 1), "§ 2"), by=kc)
    html = _text(klient.get("/budget/2024/B2024/"))
    assert "Budgeten har ändrats av" in html and "Tilläggsbudget 2024</a>, beslutad 2024-03-01" in html
    assert "dia-bred" in _text(klient.get("/"))
