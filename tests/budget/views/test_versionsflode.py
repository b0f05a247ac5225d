"""A version's way from start to decision, driven through its pages."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budget.models import (
    Balanskravsbeslut,
    Budgetversion,
    Investeringsbeslut,
    Investeringsobjekt,
    Malavsteg,
)
from budget.selectors.versioner import versionens_avtryck
from tests.budget.registrera import registrera

FAST = "/budget/2024/B2024"
BESLUT = {"organ": "Regionfullmäktige", "datum": "2024-11-26", "paragraf": "§ 88"}


def text(svar):
    return re.sub(r"\s+", " ", svar.content.decode())


@pytest.fixture
def b2025(som):
    klient = som("koncerncontroller")
    svar = klient.post(f"{FAST}/nasta-ar/", {"namn": "Budget 2025", "kod": "B2025"})
    assert svar["Location"] == "/budget/2025/B2025/"
    return klient


def skriv_justering(klient, sida="/budget/2025/B2025", *, ar=2025, mnkr="10", titel="Kulturskola"):
    svar = klient.post(
        f"{sida}/brygga/justering/ny/",
        {
            "ar": ar, "block": "riktad", "titel": titel, "prisniva": ar, "motiv": "Ny satsning",
            "belopp-KN": mnkr, "belopp-FINANS": str(-int(mnkr)), "vad": "besluta",
        },
    )  # fmt: skip
    assert svar.status_code == 302, text(svar)


def test_en_beslutad_justering_syns_i_4a_och_i_varifran(b2025):
    tabell = "/budget/2025/B2025/regionbidrag/"
    assert "361,3" in text(b2025.get(tabell))
    skriv_justering(b2025)
    assert "371,3" in text(b2025.get(tabell))
    panel = text(b2025.get("/budget/2025/B2025/varifran/regionbidrag/regionbidrag/enhet-KN/2025/"))
    assert "Räknas av bryggan" in panel
    assert "Regionbidrag 2024 i Budget 2024, 357,4" in panel
    assert "Förändring 2025 enligt plan, +3,9" in panel
    assert "Kulturskola, +10,0" in panel


def test_inmatningen_visar_bryggans_niva_i_ett_tomt_falt(b2025):
    html = b2025.get("/budget/2025/B2025/regionbidrag/inmatning/").content.decode()
    assert re.search(
        r'value="" data-varde="" aria-label="Kulturnämnden, 2025" data-hamtat="361300000.00"', html
    )


def test_fran_forslag_till_faststalld(b2025, som):
    sida = "/budget/2025/B2025/"
    assert "Registrera beredning" in text(b2025.get(sida))
    assert b2025.post(f"{sida}bered/", BESLUT | {"paragraf": ""}).status_code == 422
    assert (
        registrera(
            b2025, f"{sida}bered/", BESLUT | {"organ": "Regionstyrelsen", "datum": "2024-11-05"}
        ).status_code
        == 302
    )
    assert "Beredd" in text(b2025.get(sida)) and "Regionstyrelsen, 5 november 2024, § 88" in text(
        b2025.get(sida)
    )
    assert som("politiker").get(sida).status_code == 200
    svar = registrera(b2025, f"{sida}faststall/", BESLUT | {"datum": "2024-11-01"})
    assert svar.status_code == 422 and "före beredningen" in text(svar)
    assert registrera(b2025, f"{sida}faststall/", BESLUT).status_code == 302
    assert "Regionfullmäktige, 26 november 2024, § 88" in text(b2025.get(sida))
    assert "Starta budget 2026" in text(b2025.get(sida))
    assert "Budget 2025" in text(b2025.get("/"))


def test_det_som_beslutas_ar_det_som_visades(b2025):
    """A version that was taken back, changed and prepared again was decided for good by the page opened before."""
    sida = "/budget/2025/B2025"

    def avtryck(steg):
        return re.search(r'name="avtryck"[^>]*value="(\w+)"', b2025.get(f"{sida}/{steg}/").content.decode())[
            1
        ]

    sett = avtryck("bered")
    skriv_justering(b2025)
    beredning = BESLUT | {"organ": "Regionstyrelsen", "datum": "2024-11-05"}
    svar = b2025.post(f"{sida}/bered/", beredning | {"avtryck": sett})
    assert svar.status_code == 422 and "har ändrats sedan sidan öppnades. Inget är registrerat" in text(svar)
    assert not Budgetversion.objects.get(kod="B2025").beredd
    # The page that says so is of the version as it is now.
    nytt = re.search(r'name="avtryck"[^>]*value="(\w+)"', svar.content.decode())[1]
    assert b2025.post(f"{sida}/bered/", beredning | {"avtryck": nytt}).status_code == 302
    sett = avtryck("faststall")
    assert b2025.post(f"{sida}/las-upp/", {"varfor": "Fel siffra"}).status_code == 302
    skriv_justering(b2025, mnkr="77", titel="Sent påkommet")
    assert registrera(b2025, f"{sida}/bered/", beredning).status_code == 302
    for gammalt in (sett, ""):
        svar = b2025.post(f"{sida}/faststall/", BESLUT | {"avtryck": gammalt})
        assert svar.status_code == 422 and "har ändrats sedan sidan öppnades" in text(svar)
    assert not Budgetversion.objects.get(kod="B2025").faststalld
    assert registrera(b2025, f"{sida}/faststall/", BESLUT).status_code == 302


@pytest.mark.parametrize(
    ("modell", "falt"),
    [
        (Malavsteg, {"mal": "resultatmal", "fran": 2027, "till": 2027, "motiv": "Prov", "kalla": "Prov"}),
        (Balanskravsbeslut, {"ar": 2025, "slag": "aldrig", "organ": "RF", "motiv": "Prov", "kalla": "Prov"}),
        (Investeringsbeslut, {"text": "Prov"}),
    ],
)
def test_det_som_beslutas_om_underskott_mal_och_objekt_ar_ocksa_visat(b2025, modell, falt):
    version = Budgetversion.objects.get(kod="B2025")
    fore = versionens_avtryck(version)
    assert versionens_avtryck(version) == fore
    if modell is Investeringsbeslut:
        falt = falt | {"objekt": Investeringsobjekt.objects.first()}
    rad = modell.objects.create(version=version, **falt)
    skrivet = versionens_avtryck(version)
    assert skrivet != fore
    rad.delete()
    assert versionens_avtryck(version) not in (fore, skrivet)


def test_tillaggsbudgeten_sager_vad_den_andrar_och_hur_det_betalas(som):
    klient = som("koncerncontroller")
    klient.post(f"{FAST}/tillagg/", {"namn": "Tilläggsbudget 2024", "kod": "T2024"})
    sida = "/budget/2024/T2024"
    assert "Ännu skiljer sig ingenting" in text(klient.get(f"{sida}/finansiering/"))
    assert "357,4" in text(klient.get(f"{sida}/regionbidrag/"))
    skriv_justering(klient, sida, ar=2024)
    # The level follows by itself, whatever was done before.
    assert "367,4" in text(klient.get(f"{sida}/regionbidrag/"))
    assert "finansieras" in text(klient.get(f"{sida}/finansiering/"))
    klient.post(f"{sida}/finansiering/", {"finansiering": "omfordelning", "text": "Ur reserven"})
    assert "får tillsammans mer" in text(klient.get(f"{sida}/finansiering/"))
    skriv_justering(klient, sida, ar=2024, mnkr="-10", titel="Kulturskolan betalas inom nämnden")
    svar = klient.post(f"{sida}/finansiering/", {"finansiering": "omfordelning", "text": ""})
    assert svar.status_code == 422 and "Skriv hur beslutet finansieras" in text(svar)
    svar = klient.post(
        f"{sida}/finansiering/", {"finansiering": "omfordelning", "text": "Byts mellan nämnder"}
    )
    assert svar.status_code == 302
    assert "stämmer med siffrorna" in text(klient.get(f"{sida}/finansiering/"))
    assert registrera(klient, f"{sida}/bered/", BESLUT).status_code == 302
    assert registrera(klient, f"{sida}/faststall/", BESLUT).status_code == 302
    svar = klient.post(f"{sida}/finansiering/", {"finansiering": "resultat", "text": "Annat"})
    assert svar.status_code == 422 and "låst" in text(svar)
    assert Budgetversion.objects.get(kod="T2024").finansiering == "omfordelning"


def test_den_som_inte_ser_hela_regionen_ser_ingen_finansiering(som):
    som("koncerncontroller").post(f"{FAST}/tillagg/", {"namn": "Tilläggsbudget 2024", "kod": "T2024"})
    assert som("controller").get("/budget/2024/T2024/finansiering/").status_code == 403
    assert som("revisor").get("/budget/2024/T2024/finansiering/").status_code == 200
    assert som("revisor").post("/budget/2024/T2024/finansiering/", {}).status_code == 403


def test_antalet_fragor_ar_detsamma_hur_manga_justeringar_som_an_raknas(b2025):
    def fragor(adress):
        b2025.get(adress)
        with CaptureQueriesContext(connection) as fangst:
            assert b2025.get(adress).status_code == 200
        return len(fangst)

    adresser = [
        "/budget/2025/B2025/regionbidrag/",
        "/budget/2025/B2025/varifran/regionbidrag/regionbidrag/enhet-KN/2027/",
        "/budget/2025/B2025/",
    ]
    fore = [fragor(a) for a in adresser]
    skriv_justering(b2025)
    assert [fragor(a) for a in adresser] == fore


def test_versionsvalet_leder_bara_till_sidor_som_lasaren_far_oppna(som):
    klient = som("controller")
    for sida in ("resultatbudget", "finansiella-mal", "regionbidrag", "jamfor"):
        html = klient.get(f"{FAST}/{sida}/").content.decode()
        lankar = set(re.findall(r'href="(/budget/2024/B2024-ARB/[^"]*)"', html))
        assert lankar and {klient.get(lank).status_code for lank in lankar} == {200}, sida
    assert (
        'href="/budget/2024/B2024-ARB/regionbidrag/"' in klient.get(f"{FAST}/regionbidrag/").content.decode()
    )


def test_panelen_leder_bara_till_tabeller_som_versionen_har(som):
    klient = som("koncerncontroller")
    html = klient.get("/budget/2022/BS2022/varifran/skatt/skatteintakter/enhet-REGION/2022/").content.decode()
    lankar = set(re.findall(r'href="(/budget/2022/BS2022/varifran/[^"]*)"', html))
    assert lankar and {klient.get(lank).status_code for lank in lankar} == {200}
