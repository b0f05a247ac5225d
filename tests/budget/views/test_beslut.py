"""Decisions about a deficit: registered, refused, counted, shown, and taken away."""

from datetime import date, timedelta

import pytest

from budget.actions.balanskrav import berakna_utredning, spara_utredning
from budget.models import Balanskravsbeslut, Budgetversion
from budget.selectors.balanskrav import hamta_underlag
from tests.budget.belopp import skriv

BESLUT = "/budget/2024/B2024-ARB/balanskrav/beslut/"
RATT = {
    "ar": 2024, "slag": "aldrig", "senast_ar": "", "organ": "Regionfullmäktige", "datum": "2023-11-28",
    "paragraf": "§ 91", "motiv": "Hög inflation",
}  # fmt: skip


@pytest.mark.parametrize(
    ("andring", "fel"),
    [
        ({"ar": 2025}, "inte negativt"),
        ({"datum": (date.today() + timedelta(2)).isoformat()}, "i framtiden"),
        ({"slag": "langre_tid", "senast_ar": 2300}, "Skriv ett år mellan 2028 och 2054"),
        ({"slag": "langre_tid", "senast_ar": 2027}, "Lagen ger redan tid till 2027"),
        ({"senast_ar": 2030}, "Lämna tomt"),
        ({"motiv": ""}, "Det här fältet är obligatoriskt"),
    ],
)
def test_beslut_som_inte_kan_vara_ratt_avvisas(som, andring, fel):
    svar = som("koncerncontroller").post(BESLUT, RATT | andring)
    assert svar.status_code == 422 and fel in svar.content.decode()
    assert not Balanskravsbeslut.objects.exists()


def test_beslut_syns_i_utredningens_tabell_och_kan_tas_bort(som, version):
    klient = som("koncerncontroller")
    klient.post(BESLUT, RATT)
    arb = version("B2024-ARB")
    underlag, resultat = berakna_utredning(version=arb)
    spara_utredning(version=arb, underlag=underlag, resultat=resultat)
    svar = klient.get("/api/v1/budget/2024/B2024-ARB/balanskrav/").json()
    assert svar["utredning"]["aktuell"] is True
    beslut = next(t for t in svar["tabeller"] if t["nyckel"] == "beslut")
    assert [c["visat"] for c in beslut["rader"][0]["celler"].values()] == [
        "Återställs inte", "Regionfullmäktige", "2023-11-28", "§ 91", "Hög inflation",
    ]  # fmt: skip
    assert "UNDANTAG_UTAN_BESLUT" not in {a.kod for a in resultat.ar[2].anmarkningar}
    det = Balanskravsbeslut.objects.get()
    fraga = klient.get(f"{BESLUT}{det.pk}/ta-bort/").content.decode()
    assert "Ta bort beslutet om underskottet 2024?" in fraga
    klient.post(f"{BESLUT}{det.pk}/ta-bort/")
    assert not Balanskravsbeslut.objects.exists()
    assert klient.get("/api/v1/budget/2024/B2024-ARB/balanskrav/").json()["utredning"]["aktuell"] is False


def test_versionens_eget_beslut_galler_fore_kallans(som, version, anvandare):
    prognos = Budgetversion.objects.get(kod="P2023")
    for v, slag, senast in ((prognos, "langre_tid", 2030), (version("B2024"), "aldrig", None)):
        Balanskravsbeslut.objects.create(
            version=v, ar=2023, slag=slag, senast_ar=senast, organ="RF", datum="2023-06-01", paragraf="§ 1",
            motiv="Skäl", registrerad_av=anvandare("koncerncontroller"),
        )  # fmt: skip
    ar_2023 = next(u for u in hamta_underlag(version("B2024")) if u.ar == 2023)
    assert ar_2023.synnerliga_skal_beslut.slag == "aldrig" and ar_2023.senast_ar is None


def test_eget_belopp_som_skiljer_sig_fran_resultatbudgeten_pekas_ut(som, version, anvandare):
    from budget.models import Belopp

    arb = version("B2024-ARB")
    skriv(arb, "balanskrav", "arets_resultat", "REGION", 2026, 1144, anvandare("koncerncontroller"))
    Belopp.objects.filter(version=arb, post__kod="kostnader", ar=2026).update(belopp=-68_426_000_000)
    underlag, resultat = berakna_utredning(version=arb)
    spara_utredning(version=arb, underlag=underlag, resultat=resultat)
    sida = som("koncerncontroller").get("/budget/2024/B2024-ARB/balanskrav/").content.decode()
    assert "Årets resultat enligt resultaträkningen 2026 har ett eget belopp, 1\u00a0144 mnkr" in sida
    assert "−3\u00a0858 mnkr" in sida


def test_belopp_som_hamtas_och_skiljer_sig_fran_handlingen_ar_inget_eget_belopp(som, version):
    from budget.models import Belopp

    arb = version("B2024-ARB")
    Belopp.objects.filter(version=arb, post__kod="kostnader", ar=2024).update(belopp=-62_824_000_000)
    underlag, resultat = berakna_utredning(version=arb)
    spara_utredning(version=arb, underlag=underlag, resultat=resultat)
    assert (
        "eget belopp"
        not in som("koncerncontroller").get("/budget/2024/B2024-ARB/balanskrav/").content.decode()
    )


def test_panelen_sager_nar_undantaget_inte_raknas_fullt_ut(som, version):
    from budget.models import Belopp

    arb = version("B2024-ARB")
    Belopp.objects.filter(version=arb, post__kod="kostnader", ar=2024).update(belopp=-62_824_000_000)
    underlag, resultat = berakna_utredning(version=arb)
    spara_utredning(version=arb, underlag=underlag, resultat=resultat)
    adress = "/budget/2024/B2024-ARB/varifran/balanskrav/synnerliga_skal/enhet-REGION/2024/"
    sida = som("koncerncontroller").get(adress).content.decode()
    assert "Utredningen räknar med 3\u00a0990 mnkr" in sida and "högst årets underskott" in sida
