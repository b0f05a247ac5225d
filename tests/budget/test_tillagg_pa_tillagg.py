"""A tilläggsbudget is a copy of the budget that it is made on. Made on one that another has changed since, it would
undo what that one decided: it is refused, and the pages that lead to the decision say so."""

import re
from datetime import date
from html import unescape

import pytest

from budget.actions.versioner import (
    Beslut,
    VersionsFel,
    bered_version,
    faststall_version,
    skapa_tillaggsbudget,
    spara_finansiering,
    starta_nasta_ar,
)
from budget.models import Budgetversion
from budget.selectors.versioner import hamta_andrat_utgangslage
from tests.budget.belopp import justera

RS = Beslut("Regionstyrelsen", date(2024, 5, 1), "§ 1")
RF = Beslut("Regionfullmäktige", date(2024, 6, 1), "§ 2")
UPPHAVER = (
    "Budget 2024 har ändrats av Tilläggsbudget 1, beslutad 2024-06-01. Tilläggsbudget X har inte med den ändringen och "
    "skulle ta bort den. Gör en ny tilläggsbudget på Tilläggsbudget 1, och för in det som skiljer Tilläggsbudget X "
    "från Budget 2024."
)


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def klient(som):
    return som("koncerncontroller")


def _tillagg(grund, kod, namn, by):
    t = skapa_tillaggsbudget(grund=grund, kod=kod, namn=namn, by=by)
    justera(t, 2024, by, KN="10", KTN="-10")
    spara_finansiering(version=t, finansiering="omfordelning", text="Enligt förslaget", by=by)
    return t


@pytest.fixture
def paborjad(version, erik):
    return _tillagg(version("B2024"), "TX", "Tilläggsbudget X", erik)


@pytest.fixture
def beslutad(version, erik, paborjad):
    """Begun after `paborjad` and decided before it."""
    t = _tillagg(version("B2024"), "T1", "Tilläggsbudget 1", erik)
    bered_version(version=t, beslut=RS, by=erik)
    faststall_version(version=t, beslut=RF, by=erik)
    return t


def _text(svar) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", svar.content.decode())).split())


def test_en_ny_gors_pa_den_senast_beslutade(beslutad, version, erik, klient):
    with pytest.raises(
        VersionsFel, match=r"Budget 2024 har ändrats av Tilläggsbudget 1\. Gör tilläggsbudgeten på den"
    ):
        skapa_tillaggsbudget(grund=version("B2024"), kod="T2", namn="T", by=erik)
    svar = klient.get("/budget/2024/B2024/tillagg/", follow=True)
    assert svar.redirect_chain == [("/budget/2024/T1/tillagg/", 302)]
    assert "Budget 2024 har ändrats av Tilläggsbudget 1. Tilläggsbudgeten görs på Tilläggsbudget 1." in _text(
        svar
    )
    svar = klient.post("/budget/2024/B2024/tillagg/", {"namn": "T", "kod": "T2"})
    assert svar.status_code == 422 and "Gör tilläggsbudgeten på den." in _text(svar)
    assert not Budgetversion.objects.filter(kod="T2").exists()
    assert skapa_tillaggsbudget(grund=beslutad, kod="T2", namn="T", by=erik).kopia_av == beslutad


def test_en_paborjad_bereds_inte_nar_en_annan_har_beslutats(paborjad, beslutad, erik, klient):
    with pytest.raises(VersionsFel, match=re.escape(UPPHAVER)):
        bered_version(version=paborjad, beslut=RS, by=erik)
    paborjad.refresh_from_db()
    assert not paborjad.last
    for sida in ("finansiering", "bered"):
        assert UPPHAVER in _text(klient.get(f"/budget/2024/TX/{sida}/")), sida
    # Those that are decided have nothing to answer for.
    assert "har ändrats av" not in _text(klient.get("/budget/2024/T1/finansiering/"))


def test_en_beredd_faststalls_inte_nar_en_annan_har_beslutats(version, paborjad, erik, klient):
    bered_version(version=paborjad, beslut=RS, by=erik)
    annan = _tillagg(version("B2024"), "T1", "Tilläggsbudget 1", erik)
    bered_version(version=annan, beslut=RS, by=erik)
    assert UPPHAVER not in _text(klient.get("/budget/2024/TX/faststall/"))
    faststall_version(version=annan, beslut=RF, by=erik)
    assert UPPHAVER in _text(klient.get("/budget/2024/TX/faststall/"))
    with pytest.raises(VersionsFel, match=re.escape(UPPHAVER)):
        faststall_version(version=paborjad, beslut=RF, by=erik)
    paborjad.refresh_from_db()
    assert not paborjad.faststalld


def test_den_som_startar_nasta_ar_far_veta_att_budgeten_ar_andrad(beslutad, klient):
    sagt = "Budget 2024 har ändrats av Tilläggsbudget 1. Starta från Tilläggsbudget 1 om ändringen ska följa med."
    assert sagt in _text(klient.get("/budget/2024/B2024/nasta-ar/"))
    assert "Observera" not in _text(klient.get("/budget/2024/T1/nasta-ar/"))


def test_sidorna_foreslar_en_kod_som_ar_ledig(beslutad, erik, klient):
    def forslag(sida):
        return klient.get(f"/budget/2024/{sida}/").context["form"].initial

    assert forslag("T1/tillagg") == {"namn": "Tilläggsbudget 2024", "kod": "T2024"}
    skapa_tillaggsbudget(grund=beslutad, kod="t2024", namn="Tilläggsbudget 2024", by=erik)
    assert forslag("T1/tillagg") == {"namn": "Tilläggsbudget 2024-2", "kod": "T2024-2"}
    for sida, koder in (("B2024/kopiera", ["B2024-2", "B2024-3"]), ("T1/nasta-ar", ["B2025", "B2025-2"])):
        for kod in koder:
            assert forslag(sida)["kod"] == kod
            assert klient.post(f"/budget/2024/{sida}/", {"namn": kod, "kod": kod}).status_code == 302


def test_nasta_ars_budget_sager_att_det_den_raknas_fran_har_andrats(version, erik, klient):
    nasta = starta_nasta_ar(kalla=version("B2024"), kod="B2025", namn="Budget 2025", by=erik)
    sidor = [f"/budget/2025/B2025/{s}/" for s in ("regionbidrag", "bered", "faststall")]
    mening = (
        "Budget 2025 räknas från Budget 2024, som har ändrats av Tilläggsbudget 1. Regionbidragen 2024 är de som "
        "gällde före ändringen. För in den som justeringar 2025, eller starta budgeten från Tilläggsbudget 1."
    )

    def sager(sida):
        html = " ".join(unescape(re.sub(r"<[^>]+>", " ", klient.get(sida).content.decode())).split())
        return mening in html

    assert [sager(s) for s in sidor] == [False] * 3
    t = _tillagg(version("B2024"), "T1", "Tilläggsbudget 1", erik)
    assert [sager(s) for s in sidor] == [False] * 3  # it is not decided
    bered_version(version=t, beslut=RS, by=erik)
    faststall_version(version=t, beslut=RF, by=erik)
    assert [sager(s) for s in sidor] == [True] * 3
    ny = starta_nasta_ar(kalla=version("T1"), kod="B2025-2", namn="Budget 2025 igen", by=erik)
    assert hamta_andrat_utgangslage(ny) is None and hamta_andrat_utgangslage(nasta)
    # A copy counts from what it is copied from, and a decided budget stands.
    assert hamta_andrat_utgangslage(version("B2024-ARB")) is None
