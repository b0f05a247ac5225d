"""Scenarier: the pages for their owner and nobody else, saving, proposing, the workbook and the queries."""

import re
from decimal import Decimal
from io import BytesIO

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from budget.actions.scenario import ScenarioFel, foresla_scenario, spara_scenario
from budget.models import Belopp, Budgetversion, Post, Scenario
from budget.regler.scenario import Antaganden, rakna
from budget.selectors.finansiella_mal import hamta_finansiella_mal
from budget.selectors.scenario import hamta_scenariounderlag
from budget.selectors.summor import ALLA, Lage, hamta_summor
from regionskane.lib.belopp import MNKR
from tests.budget.belopp import skriv

SIDA = "/budget/2024/B2024/scenarier/"
LPIK = Antaganden(lpik={2024: Decimal(1)})


def _skicka(klient, adress, vad="spara", **falt):
    return klient.post(adress, {k.replace("__", "-"): v for k, v in falt.items()} | {"vad": vad})


def _rad(html, nyckel, tabell="scenario"):
    rad = re.search(rf'id="{tabell}-{nyckel}">(.*?)</tr>', html, re.S)[1]
    celler = re.findall(r"<td.*?</td>", rad, re.S)
    return [re.sub(r"<sup.*?</sup>|<[^>]+>|\s+", " ", c).strip().replace("\u00a0", " ") for c in celler]


@pytest.fixture
def sparat(version, anvandare):
    """A scenario of the koncerncontroller on Budget 2024: LPIK +1."""
    return spara_scenario(
        version=version("B2024"), namn="Dyrare priser", antaganden=LPIK, by=anvandare("koncerncontroller")
    )


def test_underlaget_ar_versionens_egna_siffror(version):
    u = hamta_scenariounderlag(version("B2024"))
    assert u.ar == (2024, 2025, 2026)
    assert u.rader[2024] == {
        "intakter": 11190 * MNKR, "kostnader": -62834 * MNKR, "skatteintakter": 39710 * MNKR,
        "utjamning_bidrag": 13774 * MNKR, "finansnetto": -88 * MNKR,
    }  # fmt: skip
    assert [m.ar for m in u.mal] == [2022, 2023, 2024, 2025, 2026]
    for a, k in zip(rakna(u, Antaganden()), hamta_finansiella_mal(version("B2024-ARB"))[2:], strict=True):
        assert a.fore == a.efter == k.mal


def test_lpik_en_procentenhet_provas_utan_att_sparas(som):
    svar = _skicka(som("politiker"), f"{SIDA}nytt/", vad="rakna", lpik__2024="1")
    html = svar.content.decode()
    # By hand: 1 % of 62 834, 62 068 and 63 426 mnkr.
    assert _rad(html, "arets_resultat") == [
        "−4 417",
        "−5 045",
        "−628",
        "653",
        "32",
        "−621",
        "1 142",
        "508",
        "−634",
    ]
    assert _rad(html, "balanskravsresultat")[3:] == ["1", "−620", "−621", "292", "−342", "−634"]
    assert _rad(html, "ub_aterstalla") == ["0", "628", "+628", "0", "1 248", "+1 248", "0", "1 590", "+1 590"]
    assert _rad(html, "nettolaneskuld")[6:] == ["13 982", "15 865", "+1 883"]
    assert _rad(html, "skuldandel")[6:] == ["24,4 %", "27,7 %", "+3,3 p.e."]
    assert _rad(html, "skuldsattningsmal")[6:] == ["Uppfyllt", "Ej uppfyllt", "Inte längre"]
    text = html.replace("\u00a0", " ")
    for mening in (
        "2024: 628 mnkr sämre, −5 045 mnkr i stället för −4 417 mnkr.",
        "2026: uppfylls inte längre. Andelen ökar från 24,4 % till 27,7 %.",
        "2025: uppfylls inte längre. Balanskravsresultatet minskar från 1 mnkr till −620 mnkr. Att återställa när året"
        " är slut ökar från 0 mnkr till 1 248 mnkr.",
        "2026: minskar från 71,7 % till 59,2 %.",
        "1 249,02 från åren före − (−634,26)",
        "ingen annan ser det, inte heller koncerncontroller eller revisor",
    ):
        assert mening in text
    assert 'value="1"' in html and not Scenario.objects.exists()


def test_sparas_andras_och_kastas(som, anvandare):
    klient = som("koncerncontroller")
    svar = _skicka(
        klient, f"{SIDA}nytt/", namn="Dyrt", lpik__2024="1", ranta="3,1", belopp__kostnader__2025="-12,5"
    )
    s = Scenario.objects.get()
    assert svar.headers["Location"] == f"{SIDA}{s.pk}/"
    assert (s.agare, s.namn) == (anvandare("koncerncontroller"), "Dyrt")
    html = klient.get(f"{SIDA}{s.pk}/").content.decode()
    for text in ('value="3,1"', 'value="−12,5"', "Belopp", "Ränta 3,1"):
        assert text in html
    assert _skicka(klient, f"{SIDA}{s.pk}/", namn="Dyrare", lpik__2024="2", rev="1").status_code == 302
    s.refresh_from_db()
    assert (s.namn, s.rev, s.antaganden["lpik"]) == ("Dyrare", 2, {"2024": "2.00"})
    assert "Dyrare" in klient.get(SIDA).content.decode()
    assert "för gott" in klient.get(f"{SIDA}{s.pk}/kasta/").content.decode()
    assert klient.post(f"{SIDA}{s.pk}/kasta/").headers["Location"] == SIDA
    assert not Scenario.objects.exists()


def test_ingen_har_hur_manga_som_helst(som, sparat, monkeypatch):
    monkeypatch.setattr("budget.actions.scenario.FLEST", 1)
    klient = som("koncerncontroller")
    svar = _skicka(klient, f"{SIDA}nytt/", namn="Ett till", lpik__2024="1")
    assert svar.status_code == 422 and "Du har redan 1 scenarier på" in svar.content.decode()
    assert 'value="Ett till"' in svar.content.decode() and Scenario.objects.count() == 1


def test_ingen_annan_ser_det(som, sparat):
    for namn in ("controller", "politiker", "revisor"):
        klient = som(namn)
        for slut in ("", "kasta/", "excel/"):
            assert klient.get(f"{SIDA}{sparat.pk}/{slut}").status_code == 404
        assert klient.post(f"{SIDA}{sparat.pk}/kasta/").status_code == 404
        assert _skicka(klient, f"{SIDA}{sparat.pk}/", namn="Mitt", rev="1").status_code == 404
        assert "Dyrare priser" not in klient.get(SIDA).content.decode()
    assert som("koncerncontroller").get(f"{SIDA}{sparat.pk}/").status_code == 200
    # Not under another version either.
    assert som("koncerncontroller").get(f"/budget/2024/B2024-ARB/scenarier/{sparat.pk}/").status_code == 404


def test_fel_behaller_det_som_skrevs(som, sparat):
    klient = som("koncerncontroller")
    for falt, text in (
        ({"namn": "A", "lpik__2024": "mycket"}, "Skriv ett tal"),
        ({"namn": "A", "lpik__2024": "99"}, "mellan −50 och 50"),
        ({"namn": "", "lpik__2024": "1,5"}, "Skriv ett namn"),
        ({"namn": "A", "skattesats__2025": "10"}, "Skriv dagens skattesats"),
        ({"namn": "A", "belopp__kostnader__2024": "x"}, "inte ett tal"),
        ({"namn": "Dyrare priser", "lpik__2024": "1"}, "redan ett scenario som heter"),
    ):
        svar = _skicka(klient, f"{SIDA}nytt/", **falt)
        html = svar.content.decode()
        assert svar.status_code == 422 and text in html
        for varde in falt.values():
            assert not varde or f'value="{varde}"' in html
    assert Scenario.objects.count() == 1


def test_andrat_i_annat_fonster_visar_bada(som, sparat):
    klient = som("koncerncontroller")
    _skicka(klient, f"{SIDA}{sparat.pk}/", namn="Dyrare priser", lpik__2024="2", rev="1")
    svar = _skicka(klient, f"{SIDA}{sparat.pk}/", namn="Dyrare priser", lpik__2024="3", rev="1")
    html = svar.content.decode()
    assert svar.status_code == 409
    assert 'value="3"' in html and "LPIK 2024, procentenheter: sparat nu 2" in html
    assert 'name="rev" value="2"' in html
    assert (
        _skicka(klient, f"{SIDA}{sparat.pk}/", namn="Dyrare priser", lpik__2024="3", rev="2").status_code
        == 302
    )


def test_tva_scenarier_sida_vid_sida(som, sparat, anvandare):
    annat = spara_scenario(
        version=sparat.version, namn="Mer skatt", antaganden=Antaganden(skatteunderlag={2024: Decimal(1)}),
        by=anvandare("koncerncontroller"),
    )  # fmt: skip
    spara_scenario(version=sparat.version, namn="Politikerns", antaganden=LPIK, by=anvandare("politiker"))
    html = som("koncerncontroller").get(f"{SIDA}{sparat.pk}/?bredvid={annat.pk}").content.decode()
    # 39 710 · 1 % = 397,1 better.
    assert _rad(html, "arets_resultat", "bredvid")[:3] == ["−4 417", "−5 045", "−4 020"]
    assert "Politikerns" not in html


def test_versionens_siffror_svarar_varifran(som, sparat):
    klient = som("koncerncontroller")
    html = klient.get(f"{SIDA}{sparat.pk}/").content.decode()
    adresser = set(re.findall(r'href="(/[^"]+)" data-varifran', html))
    assert len(adresser) == 18  # six lines in three years
    assert {a: klient.get(a).status_code for a in adresser} == dict.fromkeys(adresser, 200)


def test_excel_har_tabellen_och_rakningen(som, sparat):
    svar = som("koncerncontroller").get(f"{SIDA}{sparat.pk}/excel/")
    bok = load_workbook(BytesIO(svar.content))
    assert bok.sheetnames == ["Om", "Effekten per år", "Så här är det räknat", "Källor"]
    text = str(list(bok["Effekten per år"].values))
    assert "-5045.34" in text and "Inte längre" in text
    assert "1249.02" in str(list(bok["Så här är det räknat"].values))
    assert "LPIK 2024: +1 procentenheter." in str(list(bok["Om"].values))
    assert som("koncerncontroller").get(f"{SIDA}{sparat.pk}/excel/").content == svar.content


A = Antaganden
FORSLAG = {
    "lpik": A(lpik={2024: Decimal(1)}, ranta=Decimal("3.1")),
    "skatt": A(skatteunderlag={2025: Decimal("-0.5")}, skattesats={2026: Decimal(20)}, skattesats_nu=Decimal("11.18")),
    "belopp": A(belopp={"utjamning_bidrag": {2026: 31 * MNKR}, "finansnetto": {2025: -7 * MNKR},
                        "intakter": {2024: Decimal("12.34")}}),
}  # fmt: skip


@pytest.mark.parametrize("antaganden", FORSLAG.values(), ids=FORSLAG)
def test_foreslagen_version_blir_som_scenariot_visade(antaganden, version, anvandare):
    by = anvandare("koncerncontroller")
    s = spara_scenario(version=version("B2024"), namn="Prov", antaganden=antaganden, by=by)
    visat = rakna(hamta_scenariounderlag(s.version), antaganden)
    ny = foresla_scenario(scenario=s, kod="B2024-P", namn="Förslag", by=by)
    assert not ny.last and ny.kopia_av == s.version
    blev = {k.kolumn.ar: k.mal for k in hamta_finansiella_mal(ny)}
    assert [blev[a.ar] for a in visat] == [a.efter for a in visat]
    assert [blev[a.ar] for a in visat] != [a.fore for a in visat]
    # The original is as it was. What is lost of eget kapital is borrowed, so the balance balances and cash stays.
    assert rakna(hamta_scenariounderlag(version("B2024")), antaganden) == visat
    for post in ("summa_eget_kapital_avsattningar_skulder", "arets_kassaflode"):
        assert _summor(ny, post) == _summor(s.version, post)
    assert _summor(ny, "eget_kapital") != _summor(s.version, "eget_kapital")


def _summor(version, kod):
    post = Post.objects.filter(kod=kod, uppstallning__kod__in=("balansbudget", "kassaflode")).get()
    summor = hamta_summor(
        kolumner=[(version.pk, ar) for ar in version.ar_lista],
        poster=[post.pk],
        period=version.period,
        lage=Lage.FAKTA,
    )
    return {n.ar: s.varde for n, s in summor.items() if n.omfang == ALLA}


def test_battre_resultat_tar_nya_lan_forst_och_amorterar_sedan(version, anvandare):
    by = anvandare("koncerncontroller")
    a = Antaganden(belopp={"kostnader": {2024: 4000 * MNKR, 2025: 100 * MNKR}})
    s = spara_scenario(version=version("B2024"), namn="Prov", antaganden=a, by=by)
    ny = foresla_scenario(scenario=s, kod="B2024-P", namn="Förslag", by=by)
    # 2024: 3 075 of new loans are not needed, and 925 more is paid off than 1 071. 2025: 2 413 − 100.
    lan = Belopp.objects.filter(version=ny, post__kod__in=("nya_lan", "amortering_lan"), ar__in=(2024, 2025))
    assert {(b.post.kod, b.ar): b.belopp / MNKR for b in lan} == {
        ("nya_lan", 2024): 0, ("amortering_lan", 2024): -1996,
        ("nya_lan", 2025): 2313, ("amortering_lan", 2025): -1200,
    }  # fmt: skip


def test_foreslagna_rader_har_historik_och_rad_som_bara_upprepar_foljer(version, anvandare):
    by, arb = anvandare("koncerncontroller"), version("B2024-ARB")
    # 653 is what the resultatbudget's own lines give, 652 is not.
    for tabell, mnkr in (("kassaflode", 653), ("balansbudget", 652), ("balanskrav", 652)):
        skriv(arb, tabell, "arets_resultat", "REGION", 2025, mnkr, by)
    s = spara_scenario(version=arb, namn="Prov", antaganden=LPIK, by=by)
    ny = foresla_scenario(scenario=s, kod="B2024-P", namn="Förslag", by=by)
    rader = Belopp.objects.filter(version=ny, post__kod="arets_resultat")
    # 2024 was fetched already. Of 2025, only the lines that were written otherwise keep a figure: 652 − 620,68.
    assert sorted((b.post.uppstallning.kod, b.belopp) for b in rader.filter(ar=2025)) == [
        ("balansbudget", Decimal("31320000.00")), ("balanskrav", Decimal("31320000.00"))
    ]  # fmt: skip
    handelse = (
        apps.get_model("budget", "BeloppEvent")
        .objects.filter(version=ny.pk, post__kod="kostnader", ar=2024, pgh_label="update")
        .get()
    )
    assert handelse.pgh_context.metadata["varfor"] == "Föreslaget ur scenariot «Prov»"
    assert handelse.belopp == Decimal("-63462340000.00")


def test_foresla_genom_sidan(som, sparat):
    klient = som("koncerncontroller")
    adress = f"{SIDA}{sparat.pk}/foresla/"
    assert "själva scenariot är fortfarande bara ditt" in klient.get(adress).content.decode()
    svar = klient.post(adress, {"namn": "Upptagen", "kod": "B2024"})
    assert svar.status_code == 422 and "används redan" in svar.content.decode()
    svar = klient.post(adress, {"namn": "Dyrare priser", "kod": "B2024-DYR"})
    assert svar.headers["Location"] == "/budget/2024/B2024-DYR/"
    html = klient.get("/budget/2024/B2024-DYR/finansiella-mal/").content.decode()
    assert _rad(html, "skuldandel", "finansiella-mal")[4] == "27,7 %"
    html = klient.get("/budget/2024/B2024-DYR/resultatbudget/").content.decode()
    assert "−5\u00a0045" in html
    assert "Föreslå" not in som("politiker").get(SIDA).content.decode()


def test_forslag_som_inte_blir_som_visat_skapas_inte(version, anvandare, som):
    by, arb = anvandare("koncerncontroller"), version("B2024-ARB")
    # Half of the debt's lines are missing, so that the other half alone cannot carry the change.
    Belopp.objects.filter(version=arb, post__kod="nettoskuld_forandring", ar=2025).delete()
    s = spara_scenario(version=arb, namn="Prov", antaganden=LPIK, by=by)
    with pytest.raises(ScenarioFel, match="2025"):
        foresla_scenario(scenario=s, kod="B2024-P", namn="Förslag", by=by)
    assert not Budgetversion.objects.filter(kod="B2024-P").exists()
    svar = som("koncerncontroller").post(
        f"/budget/2024/B2024-ARB/scenarier/{s.pk}/foresla/", {"namn": "F", "kod": "B2024-P"}
    )
    assert svar.status_code == 422 and "går inte att föra in" in svar.content.decode()


def test_tomt_scenario_foreslas_inte(version, anvandare):
    by = anvandare("koncerncontroller")
    s = spara_scenario(version=version("B2024"), namn="Tomt", antaganden=Antaganden(), by=by)
    with pytest.raises(ScenarioFel, match="ändrar inget"):
        foresla_scenario(scenario=s, kod="B2024-P", namn="Förslag", by=by)


def test_version_utan_egna_ar_sager_det(som):
    Budgetversion.objects.create(kod="TOM", namn="Tom", ar=2024, planar=0, typ="budget")
    html = som("koncerncontroller").get("/budget/2024/TOM/scenarier/nytt/").content.decode()
    assert "Inga år att räkna på" in html


def test_fragorna_ar_lika_manga_hur_mycket_som_an_antas(som, sparat, anvandare):
    klient = som("koncerncontroller")

    def antal(adress):
        klient.get(adress)
        with CaptureQueriesContext(connection) as fangst:
            assert klient.get(adress).status_code == 200
        return len(fangst)

    lista, sida = antal(SIDA), antal(f"{SIDA}{sparat.pk}/")
    for nr in range(5):
        spara_scenario(
            version=sparat.version, namn=f"S{nr}", antaganden=LPIK, by=anvandare("koncerncontroller")
        )
    Scenario.objects.filter(pk=sparat.pk).update(
        antaganden={"lpik": {"2024": "1", "2025": "1"}, "belopp": {"kostnader": {"2026": "5"}}, "ranta": "3"}
    )
    assert (antal(SIDA), antal(f"{SIDA}{sparat.pk}/")) == (lista, sida)
    assert sida <= 21
