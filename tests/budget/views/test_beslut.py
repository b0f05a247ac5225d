"""Decisions about a deficit: registered, refused, counted, shown, and taken away."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from budget.actions.balanskrav import berakna_utredning, spara_utredning
from budget.diagram.resultat import bygg_resultatdiagram
from budget.models import Balanskravsbeslut, Belopp, Budgetversion
from budget.regler.balanskrav import Arsslag, Arsunderlag, Matt
from budget.selectors.balanskrav import berakna, hamta_underlag
from budget.tabeller.remsa import bygg_remsa
from regionskane.lib.belopp import MNKR
from regionskane.lib.tabell import Cell, Kolumn, Rad, Tabell
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
        ({"datum": ""}, "Det här fältet är obligatoriskt"),
        ({"paragraf": ""}, "Skriv paragrafen i protokollet"),
        ({"slag": "aviserat", "senast_ar": 2030}, "Lämna tomt"),
    ],
)
def test_beslut_som_inte_kan_vara_ratt_avvisas(som, andring, fel):
    fore = list(Balanskravsbeslut.objects.values())
    svar = som("koncerncontroller").post(BESLUT, RATT | andring)
    assert svar.status_code == 422 and fel in svar.content.decode()
    assert list(Balanskravsbeslut.objects.values()) == fore


def test_beslut_syns_i_utredningens_tabell_och_kan_tas_bort(som, version):
    klient = som("koncerncontroller")
    klient.post(BESLUT, RATT)
    arb = version("B2024-ARB")
    underlag, resultat = berakna_utredning(version=arb)
    spara_utredning(version=arb, underlag=underlag, resultat=resultat)
    svar = klient.get("/api/v1/budget/2024/B2024-ARB/balanskrav/").json()
    assert svar["utredning"]["aktuell"] is True
    beslut = next(t for t in svar["tabeller"] if t["nyckel"] == "beslut")
    assert [c["visat"] for c in beslut["rader"][1]["celler"].values()] == [
        "Återställs inte", "Regionfullmäktige", "2023-11-28", "§ 91", "Hög inflation",
    ]  # fmt: skip
    assert "UNDANTAG_UTAN_BESLUT" not in {a.kod for a in resultat.ar[2].anmarkningar}
    det = Balanskravsbeslut.objects.get(version=arb, ar=2024)
    fraga = klient.get(f"{BESLUT}{det.pk}/ta-bort/").content.decode()
    assert "Ta bort beslutet om underskottet 2024?" in fraga
    klient.post(f"{BESLUT}{det.pk}/ta-bort/")
    assert not Balanskravsbeslut.objects.filter(version=arb, ar=2024).exists()
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
    arb = version("B2024-ARB")
    skriv(arb, "balanskrav", "arets_resultat", "REGION", 2026, 1144, anvandare("koncerncontroller"))
    Belopp.objects.filter(version=arb, post__kod="kostnader", ar=2026).update(belopp=-68_426_000_000)
    underlag, resultat = berakna_utredning(version=arb)
    spara_utredning(version=arb, underlag=underlag, resultat=resultat)
    sida = som("koncerncontroller").get("/budget/2024/B2024-ARB/balanskrav/").content.decode()
    assert "Årets resultat enligt resultaträkningen 2026 har ett eget belopp, 1\u00a0144 mnkr" in sida
    assert "−3\u00a0858 mnkr" in sida


def test_belopp_som_hamtas_och_skiljer_sig_fran_handlingen_ar_inget_eget_belopp(som, version):
    arb = version("B2024-ARB")
    Belopp.objects.filter(version=arb, post__kod="kostnader", ar=2024).update(belopp=-62_824_000_000)
    underlag, resultat = berakna_utredning(version=arb)
    spara_utredning(version=arb, underlag=underlag, resultat=resultat)
    assert (
        "eget belopp"
        not in som("koncerncontroller").get("/budget/2024/B2024-ARB/balanskrav/").content.decode()
    )


def test_panelen_sager_nar_undantaget_inte_raknas_fullt_ut(som, version):
    arb = version("B2024-ARB")
    Belopp.objects.filter(version=arb, post__kod="kostnader", ar=2024).update(belopp=-62_824_000_000)
    underlag, resultat = berakna_utredning(version=arb)
    spara_utredning(version=arb, underlag=underlag, resultat=resultat)
    adress = "/budget/2024/B2024-ARB/varifran/balanskrav/synnerliga_skal/enhet-REGION/2024/"
    sida = som("koncerncontroller").get(adress).content.decode()
    assert "Utredningen räknar med 3\u00a0990 mnkr" in sida and "högst underskotten" in sida


def test_budgetens_eget_beslut_ar_inlast_och_det_aviserade_ar_inget_beslut(som, version):
    for kod in ("B2024", "B2024-ARB"):
        inlasta = Balanskravsbeslut.objects.filter(version=version(kod)).values_list("ar", "slag", "datum")
        assert list(inlasta) == [(2023, "aviserat", None), (2024, "aldrig", None)]
    underlag = {u.ar: u for u in hamta_underlag(version("B2024"))}
    assert (
        underlag[2023].synnerliga_skal_beslut is None and underlag[2023].aviserat.organ == "Regionledningen"
    )
    assert underlag[2024].synnerliga_skal_beslut.organ == "Regionfullmäktige" and not underlag[2024].aviserat
    sida = som("politiker").get("/budget/2024/B2024/balanskrav/").content.decode()
    assert "Aviserat, inte beslutat" in sida
    assert "Undantaget 2023 är aviserat men inte beslutat" in sida
    assert "Beslutet om synnerliga skäl 2024 är ofullständigt. Det saknar datum och paragraf" in sida
    registrerade = som("koncerncontroller").get(BESLUT).content.decode()
    assert "Inläst ur Verksamhetsplan och budget 2024" in registrerade


def test_kontrollera_fragar_efter_det_aviserade_beslutet_tills_det_ar_fattat(som, version, capsys):
    call_command("kontrollera", "--budgetversion", "B2024-ARB")
    assert "Undantaget 2023 är aviserat men inte beslutat" in capsys.readouterr().out
    svar = som("koncerncontroller").post(BESLUT, RATT | {"ar": 2023})
    assert svar.status_code == 302
    assert list(
        Balanskravsbeslut.objects.filter(version=version("B2024-ARB"), ar=2023).values_list("slag", flat=True)
    ) == ["aldrig"]
    call_command("kontrollera", "--budgetversion", "B2024-ARB")
    assert "2023 är aviserat" not in capsys.readouterr().out


def test_ett_aviserat_beslut_registreras_utan_paragraf_och_andrar_inget_belopp(som, version):
    arb = version("B2024-ARB")
    fore = berakna(hamta_underlag(arb)).ar[2].ub_aterstalla
    svar = som("koncerncontroller").post(BESLUT, RATT | {"slag": "aviserat", "paragraf": ""})
    assert svar.status_code == 302
    ar_2024 = berakna(hamta_underlag(arb)).ar[2]
    assert ar_2024.ub_aterstalla == fore
    assert "UNDANTAG_UTAN_BESLUT" in {a.kod for a in ar_2024.anmarkningar}


def _stall(version, post, ar, mnkr):
    rad = Belopp.objects.filter(version=version, post__uppstallning__kod="balanskrav", post__kod=post).first()
    Belopp.objects.update_or_create(
        version=version, post=rad.post, enhet=rad.enhet, ar=ar,
        defaults={"belopp": mnkr * 1_000_000, "precision": 1_000_000},
    )  # fmt: skip


def test_ett_senare_beslut_friar_det_som_ar_kvar_och_panelen_raknar_med_det(som, version):
    arb = version("B2024-ARB")
    klient = som("koncerncontroller")
    avvisat = klient.post(BESLUT, RATT | {"ar": 2025, "slag": "del"})
    assert "inget är kvar att återställa" in avvisat.content.decode()
    _stall(arb, "synnerliga_skal", 2024, 3000)
    assert klient.post(BESLUT, RATT | {"ar": 2025, "slag": "del"}).status_code == 302
    _stall(arb, "synnerliga_skal", 2025, 900)
    underlag, resultat = berakna_utredning(version=arb)
    spara_utredning(version=arb, underlag=underlag, resultat=resultat)
    mnkr = {a.ar: (int(a.undantag_tidigare / 10**6), int(a.ub_aterstalla / 10**6)) for a in resultat.ar}
    # The copy's own facts give 2025 a result of 1, which restores 1.
    assert (mnkr[2024], mnkr[2025]) == ((0, 1000), (900, 99))
    sida = klient.get("/budget/2024/B2024-ARB/balanskrav/").content.decode()
    assert "Synnerliga skäl för tidigare underskott" in sida
    assert (
        "Synnerliga skäl för tidigare underskott"
        not in som("politiker").get("/budget/2024/B2024/balanskrav/").content.decode()
    )
    panel = klient.get("/budget/2024/B2024-ARB/varifran/balanskrav/ub_aterstalla/enhet-REGION/2025/")
    assert panel.status_code == 200 and "900" in panel.content.decode()
    # The lines are called what the utredning calls them.
    assert (
        "Årets underskott att återställa, " in panel.content.decode()
        and "Nytt underskott" not in panel.content.decode()
    )
    rad = klient.get("/budget/2024/B2024-ARB/varifran/balanskrav/synnerliga_skal/enhet-REGION/2025/")
    assert "Utredningen räknar med" not in rad.content.decode()


def test_arens_slag_foljer_versionens_typ_och_planaren_har_inget(version):
    slag = [u.slag for u in hamta_underlag(version("B2024"))]
    assert slag == [Arsslag.BOKSLUT, Arsslag.PROGNOS, Arsslag.BUDGET, None, None]


def test_en_budget_under_noll_utan_synnerliga_skal_ar_ett_fel(version):
    arb = version("B2024-ARB")
    assert "BUDGET_UNDER_NOLL" not in {a.kod for a in berakna(hamta_underlag(arb)).ar[2].anmarkningar}
    _stall(arb, "synnerliga_skal", 2024, 0)
    Balanskravsbeslut.objects.filter(version=arb, ar=2024).delete()
    ar_2024 = berakna(hamta_underlag(arb)).ar[2]
    assert "BUDGET_UNDER_NOLL" in {a.kod for a in ar_2024.anmarkningar}


def test_formeln_for_hogsta_reservering_star_i_tabell_och_panel(som):
    klient = som("politiker")
    formel = "min(−4\u00a0417 + 422; −4\u00a0422 + 422) − 2\u00a0% · 53\u00a0484 = −5\u00a0069,68, alltså 0"
    assert formel in klient.get("/budget/2024/B2024/balanskrav/").content.decode()
    panel = klient.get("/budget/2024/B2024/varifran/balanskrav/max_reservering/enhet-REGION/2024/")
    assert formel in panel.content.decode()


@pytest.mark.parametrize(
    "adress",
    [
        "balanskrav/",
        "balanskrav/beslut/",
        "finansiella-mal/",
        "varifran/balanskrav/blandmodell/enhet-REGION/2024/",
    ],
)
def test_inget_att_kontrollera_star_pa_sidorna(som, adress):
    svar = som("koncerncontroller").get(f"/budget/2024/B2024-ARB/{adress}")
    assert svar.status_code == 200 and "att kontrollera" not in svar.content.decode()


def test_det_beslutade_balanskravsresultatet_ar_detsamma_overallt(som):
    """295 was printed for 2026 and the rule gives 294: the printed figure stands, and what the rule gives beside it."""
    klient = som("koncerncontroller")
    diagram = klient.get("/").context["diagram_rader"]
    assert [tal for grupp, tal in diagram if grupp.startswith("2026")] == [["1\u00a0144", "295"]]
    sida = klient.get("/budget/2024/B2024/balanskrav/")
    assert sida.context["remsa"][4]["varde"] == "295"
    upplysning = next(a.text for a in sida.context["upplysningar"] if "2026 prövas" in a.text)
    assert "Resultatet är 295\u00a0mnkr som publicerat och 294\u00a0mnkr enligt beräkningen." in upplysning
    svar = klient.get("/budget/2024/B2024/varifran/balanskrav/balanskravsresultat/enhet-REGION/2026/")
    kalla = svar.context["kalla"]
    assert kalla.varde == "295"
    assert next(f for f in kalla.fakta if f.ord == "Slag").text == "Beslutat, som det är tryckt i handlingen"
    assert "Regeln ger 294." in kalla.fotnot
    # A year that nothing was printed for is the rule's.
    kopian = klient.get("/budget/2024/B2024-ARB/varifran/balanskrav/balanskravsresultat/enhet-REGION/2026/")
    assert next(f for f in kopian.context["kalla"].fakta if f.ord == "Slag").text == "Räknas av en regel"


def test_laget_och_diagrammets_rubrik_foljer_det_beslutade():
    """By the decided amount, also where the rule's is on the other side of zero."""
    noll, minus = Matt(Decimal(0)), Matt(-MNKR)
    underlag = (
        Arsunderlag(ar=2026, poster={"arets_resultat": noll}, publicerat={"balanskravsresultat": minus}),
    )
    utredning = berakna(underlag)
    assert bygg_resultatdiagram(underlag, utredning, {}).rubrik == "Balanskravsresultatet är negativt 2026"
    rad = Rad("balanskravsresultat", "Balanskravsresultat", (Cell(-MNKR),))
    tabell = Tabell("balanskrav", "Balanskrav", "Post", (Kolumn("B-2026", "2026"),), (rad,))
    assert [ruta["lage_text"] for ruta in bygg_remsa(tabell, utredning)] == ["Underskott"]
