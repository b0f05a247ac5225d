"""Lines in percent, numbers and kronor per skattekrona: shown, entered, asked about, compared and loaded."""

import io
import json
import re
from html import unescape

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from budget.actions.inlasning import InlasningsFel, las_in_belopp
from budget.actions.versioner import kopiera_version
from budget.imports.beloppsfil import las_beloppsfil
from budget.models import Belopp, Post, Uppstallning, Versionskolumn

FAST, ARB = "/budget/2024/B2024/forutsattningar/", "/budget/2024/B2024-ARB/forutsattningar/"
HUVUD = "version,uppstallning,post,omfang,ar,belopp,matt,slag,kalla\n"


def _rader(klient, adress=f"/api/v1{FAST}"):
    rader = klient.get(adress).json()["tabeller"][0]["rader"]
    return {r["nyckel"]: [c["visat"].replace("\u00a0", " ") for c in r["celler"].values()] for r in rader}


def _falt(html):
    return {n: unescape(v) for n, v in re.findall(r'name="([ck]\.[\d.]+|bas)" value="([^"]*)"', html)}


def _cell(kod, ar=2024):
    b = Belopp.objects.get(version__kod="B2024-ARB", post__kod=kod, ar=ar)
    return f"c.{b.enhet_id}.{b.post_id}.{ar}"


def _spara(klient, **texter):
    falt = _falt(klient.get(f"{ARB}inmatning/").content.decode())
    falt |= {_cell(kod): text for kod, text in texter.items()}
    return klient.post(f"{ARB}inmatning/", falt, follow=True)


def test_varje_rad_visas_som_den_ar_tryckt_i_sin_egen_enhet(som):
    assert _rader(som("koncerncontroller")) == {
        "grupp-skattesats": [],
        "skattesats": ["11,18"] * 5,
        "skatteunderlag": ["5,6 %", "4,7 %", "3,3 %", "5,0 %", "4,3 %"],
        "skatteintakter": ["36 875", "38 693", "39 710", "41 736", "43 618"],
        # The table that it is from gives 8 617 for 2026.
        "utjamning": ["7 739", "7 630", "8 477", "8 436", "8 618"],
        "generella_bidrag": ["4 845", "4 539", "5 297", "4 930", "4 965"],
        "skatt_utjamning_bidrag": ["49 459", "50 862", "53 484", "55 101", "57 201"],
        "intaktsokning": ["2,8 %", "2,8 %", "5,2 %", "3,0 %", "3,8 %"],
        "grupp-nettokostnader": [],
        "nettokostnader": ["−45 586", "−52 211", "−53 610", "−52 655", "−54 777"],
        "nettokostnadsutveckling": ["1,3 %", "17,5 %", "5,0 %", "−1,8 %", "4,0 %"],
        "lpik": ["3,7 %", "7,6 %", "3,6 %", "−0,3 %", "0,9 %"],
        "lpik_exkl_lakemedel": ["3,7 %", "8,4 %", "4,3 %", "−0,2 %", "1,1 %"],
        "lpik_justerad": ["3,7 %", "5,0 %", "3,1 %", "2,5 %", "0,9 %"],
        "lpik_justerad_exkl_lakemedel": ["3,7 %", "5,8 %", "3,8 %", "2,6 %", "1,1 %"],
        "grupp-invanare": [],
        "invanare": ["1 413 080", "1 424 117", "1 434 802", "1 445 146", "1 455 135"],
        "befolkningsokning": ["0,87 %", "0,78 %", "0,75 %", "0,72 %", "0,69 %"],
        "internranta": ["1,0 %", "1,0 %", "2,0 %", "2,0 %", "2,0 %"],
        "kreditivranta": ["0,55 %", "1,60 %", "2,25 %", "2,80 %", "2,90 %"],
        "aga_lagstadgad": ["31,42 %"] * 5,
        "aga_avtalsforsakringar": ["0,13 %"] * 5,
        "aga_pension": ["15,47 %", "21,70 %", "23,10 %", "16,20 %", "12,40 %"],
        "aga": ["47,02 %", "53,25 %", "54,65 %", "47,75 %", "43,95 %"],
        "aga_verksamhet": ["47,02 %", "47,02 %", "47,02 %", "47,75 %", "43,95 %"],
    }


def test_sidan_namner_enheten_och_det_som_inte_kan_raknas(som):
    html = som("koncerncontroller").get(FAST).content.decode().replace("\u00a0", " ")
    for text in (
        "Skattesats, kr per skattekrona", "Invånare den 1 november, antal", "mnkr där inget annat anges",
        "Nettokostnadsutveckling 2024 är beslutat till 5,0 %; raderna ger 2,7 %. Skillnaden 2,3 procentenheter",
        "Befolkningsökning 2022 är beslutat till 0,87 %. Det kan inte räknas",
    ):  # fmt: skip
        assert text in html


def test_prognosens_egen_sida_har_aret_fore_fran_sina_egna_kolumner(som, version):
    klient = som("koncerncontroller")
    assert _rader(klient, "/api/v1/budget/2023/P2023/forutsattningar/")["intaktsokning"] == ["2,8 %", "2,8 %"]
    # What was printed stands, so that which is counted is asked of a copy, which has nothing printed.
    kopia = kopiera_version(kalla=version("P2023"), kod="PK", namn="Kopia av prognosen")
    kolumner = Versionskolumn.objects.filter(uppstallning__kod="forutsattningar")
    kolumner.filter(version__kod="B2024-ARB", kalla__kod="P2023").update(kalla=kopia)
    kopians = "/api/v1/budget/2023/PK/forutsattningar/"
    assert _rader(klient, kopians)["intaktsokning"] == ["2,8 %", "2,8 %"]
    assert _rader(klient, f"/api/v1{ARB}")["intaktsokning"][:3] == ["2,8 %", "2,8 %", "5,2 %"]
    # Without that column nobody knows which version the year before is in, and nothing is guessed.
    kolumner.filter(version=kopia, ar=2022).delete()
    assert _rader(klient, kopians)["intaktsokning"] == ["–"]
    assert _rader(klient, f"/api/v1{ARB}")["intaktsokning"][:3] == ["2,8 %", "–", "5,2 %"]


def test_en_procentsats_skrivs_in_och_allt_som_bygger_pa_den_foljer(som):
    klient = som("koncerncontroller")
    svar = _spara(klient, aga_pension="24,1 %", lpik="3,75", invanare="1 440 000", skattesats="11,38")
    assert "4 belopp sparade" in svar.content.decode()
    rader = _rader(klient, f"/api/v1{ARB}")
    assert rader["aga"][2] == "55,65 %" and rader["aga_pension"][2] == "24,10 %"
    assert rader["befolkningsokning"][2:4] == ["1,12 %", "0,36 %"]
    sparade = Belopp.objects.filter(version__kod="B2024-ARB", ar=2024, ursprung="inmatad")
    assert {(b.post.kod, str(b.belopp), str(b.precision)) for b in sparade.select_related("post")} == {
        ("aga_pension", "24.10", "0.10"), ("lpik", "3.75", "0.01"), ("invanare", "1440000.00", "1.00"),
        ("skattesats", "11.38", "0.01"),
    }  # fmt: skip
    # Shown with all that was given, so that saving it again changes nothing.
    assert 'value="3,75"' in klient.get(f"{ARB}inmatning/").content.decode()
    assert "Inget var ändrat" in _spara(klient).content.decode()


@pytest.mark.parametrize(
    ("kod", "text", "fel"),
    [
        ("lpik", "3,755", "har fler än två decimaler"),
        ("lpik", "tre", "är inte ett tal"),
        ("invanare", "12 %", "är en procentsats"),
        ("skattesats", "11,18 %", "är en procentsats"),
    ],
)
def test_det_som_inte_ar_radens_matt_avvisas_och_star_kvar(som, kod, text, fel):
    svar = _spara(som("koncerncontroller"), **{kod: text})
    assert svar.status_code == 422
    assert fel in svar.content.decode() and f'value="{text}"' in svar.content.decode()


def test_konflikt_i_en_procentrad_visar_bada_i_procent(som):
    klient = som("koncerncontroller")
    falt = _falt(klient.get(f"{ARB}inmatning/").content.decode())
    klient.post(f"{ARB}inmatning/", falt | {_cell("lpik"): "3,8"})
    svar = klient.post(f"{ARB}inmatning/", falt | {_cell("lpik"): "3,9"})
    assert svar.status_code == 409
    assert "LPIK, procent, 2024: Du sparade 3,8" in svar.content.decode()
    nu = _falt(svar.content.decode())
    assert json.loads(nu["k." + _cell("lpik")[2:]])[1] == "3.80"


def test_en_raknad_rad_har_inget_falt(som):
    post = Post.objects.get(kod="intaktsokning")
    html = som("koncerncontroller").get(f"{ARB}inmatning/").content.decode()
    assert "Räknas om när du sparar." in html and f".{post.pk}." not in html
    svar = som("koncerncontroller").post(f"{ARB}inmatning/", {f"c.1.{post.pk}.2024": "9", "bas": "{}"})
    assert svar.status_code == 403


def _i_excel(klient, adress):
    """The sheet, and its rows by heading."""
    innehall = klient.get(f"{adress}excel/").content
    blad = openpyxl.load_workbook(io.BytesIO(innehall))["Förutsättningar 2022–2026"]
    return blad, {r[0].value: r for r in blad.iter_rows() if r[0].value}


def test_excel_har_riktiga_procenttal_med_ratt_format(som):
    blad, rader = _i_excel(som("koncerncontroller"), FAST)
    procent = rader["Kreditivränta"][3]
    assert procent.value == 0.0225
    assert procent.number_format == '#,##0.00"\u00a0"%;"−"#,##0.00"\u00a0"%;#,##0.00"\u00a0"%'
    assert rader["Invånare den 1 november, antal"][3].value == 1434802
    assert rader["Invånare den 1 november, antal"][3].number_format.startswith("#,##0;")
    assert rader["Skattesats, kr per skattekrona"][3].value == 11.18
    assert rader["Skatteintäkter"][3].value == 39710
    assert rader["Summa arbetsgivaravgifter"][3].value.startswith("=SUM(")
    # Decided as 5,2 %; a copy counts it from the lines.
    assert rader["Intäktsökning jämfört med föregående år"][3].value == 0.052
    kopians = _i_excel(som("koncerncontroller"), ARB)[1]
    assert kopians["Intäktsökning jämfört med föregående år"][3].value == pytest.approx(2622 / 50862)
    assert "Belopp i mnkr där inget annat anges." in blad["A2"].value


@pytest.mark.parametrize(
    ("adress", "texter"),
    [
        ("forutsattningar/lpik/enhet-REGION/2024", ("3,6", "Given i 0,1 %", "textrad 2895", "kvalitetsjusterat")),
        ("forutsattningar/invanare/alla/2024", ("1 434 802", "antal")),
        ("forutsattningar/skattesats/enhet-REGION/2024", ("kr per skattekrona", "11,18 kr")),
        ("forutsattningar/aga/enhet-REGION/2024", ("kollektivavtalad pension, 23,10 %", "54,65 % (textrad")),
        ("forutsattningar/intaktsokning/enhet-REGION/2024",
         ("53 484", "Prognos 2023: 50 862", "Förändring mot året före", "5,2 %", "Stämmer.")),
        ("forutsattningar/nettokostnadsutveckling/enhet-REGION/2024",
         ("Tryckt i handlingen: 5,0 %", "2,3 procentenheter, är mer än avrundning")),
        ("balansbudget/eget_kapital/enhet-REGION/2024", ("Ingår i", "Soliditet vid årets slut</a>")),
        ("balansbudget/soliditet/enhet-REGION/2024",
         ("−55", "Eget kapital 2024, Budget 2024: −24 809", "45 259", "Stämmer.")),
    ],
)  # fmt: skip
def test_panelen_svarar_i_radens_enhet(som, adress, texter):
    html = som("koncerncontroller").get(f"/budget/2024/B2024/varifran/{adress}/").content.decode()
    html = html.replace("\u00a0", " ")
    assert [t for t in texter if t.casefold() not in html.casefold()] == []


def test_panelen_sager_varfor_det_forsta_aret_inte_kan_raknas(som):
    adress = "/budget/2022/BS2022/varifran/forutsattningar/nettokostnadsutveckling/enhet-REGION/2022/"
    html = som("koncerncontroller").get(adress).content.decode().replace("\u00a0", " ")
    assert "Kan inte räknas: Nettokostnader 2021 finns inte i systemet." in html
    assert "Tryckt i handlingen: 1,3 %" in html


def test_varje_siffra_leder_till_sin_kalla(som):
    klient = som("koncerncontroller")
    adresser = set(re.findall(r'href="(/[^"]+)" data-varifran', klient.get(FAST).content.decode()))
    assert len(adresser) == 5 * 22
    assert {a: klient.get(a).status_code for a in adresser} == dict.fromkeys(adresser, 200)


def test_jamforelsen_visar_procentenheter_och_det_raknade(som):
    klient = som("koncerncontroller")
    _spara(klient, lpik="4,6", invanare="1 440 000")
    html = klient.get("/budget/2024/B2024-ARB/jamfor/").content.decode().replace("\u00a0", " ")
    for text in ("4,6 %", "3,6 %", "1,0 procentenheter", "1 440 000", "Befolkningsökning 2024", "1,12 %"):
        assert text in html


def test_kontrollsidan_visar_procent(som):
    html = (
        som("koncerncontroller").get("/budget/2024/B2024/kontroll/").content.decode().replace("\u00a0", " ")
    )
    assert "+2,3 procentenheter" in html and "textrad 2894" in html


def test_filen_ska_ha_radens_matt(tmp_path, db):
    fil = tmp_path / "f.csv"
    for post, matt, belopp, fel in (
        ("lpik", "mnkr", "3.6", "lpik anges i procent, inte i mnkr"),
        ("invanare", "kr", "1", "invanare anges i antal, inte i kr"),
        ("nettokostnader", "procent", "1", "nettokostnader anges i mnkr, inte i procent"),
        ("lpik", "promille", "3.6", "ska vara kr, tkr, mnkr, procent eller antal"),
    ):
        fil.write_text(f"{HUVUD}B2024-ARB,forutsattningar,{post},enhet:REGION,2024,{belopp},{matt},blad,x\n")
        with pytest.raises(InlasningsFel, match=fel):
            las_in_belopp(fil=las_beloppsfil(fil, namn="f.csv"))


def test_databasen_vaktar_matt_och_regel(db):
    aga, pension = (Post.objects.get(kod=kod) for kod in ("aga", "aga_pension"))
    u = Uppstallning.objects.create(kod="prov", namn="Prov", ordning=99)
    for falt, fel in (
        ({"matt": "mnkr", "kalla_post": pension}, "annat mått"),
        ({"typ": "regel", "regel": "kvot", "matt": "procent", "taljare": aga}, "post_regel_har_sina_delar"),
        ({"regel": "tillvaxt", "matt": "procent", "taljare": aga}, "post_regel_har_sina_delar"),
        ({"matt": "procent", "per": "skattekrona"}, "post_per_galler_kronor"),
    ):
        with pytest.raises(IntegrityError, match=fel), transaction.atomic():
            Post.objects.create(uppstallning=u, kod="x", namn="X", ordning=1, **{"typ": "blad"} | falt)
    # The figures of a locked version do not change because what they are given in does.
    for falt in ({"matt": "antal"}, {"regel": "", "taljare": None}):
        with pytest.raises(IntegrityError, match="låsta budgetversionen"), transaction.atomic():
            Post.objects.filter(kod="intaktsokning").update(**falt)


def test_fragorna_ar_lika_manga_hur_manga_raknade_rader_tabellen_an_har(som):
    klient = som("koncerncontroller")
    sidor = (FAST, ARB, f"{ARB}inmatning/", "/budget/2024/B2024/kontroll/", "/budget/2024/B2024/balansbudget/",
             "/budget/2024/B2024/varifran/forutsattningar/intaktsokning/enhet-REGION/2024/")  # fmt: skip

    def antal():
        svar = []
        for sida in sidor:
            with CaptureQueriesContext(connection) as fangst:
                assert klient.get(sida).status_code == 200
            svar.append((sida, len(fangst)))
        return svar

    antal()
    fore = antal()
    mall = Post.objects.get(kod="befolkningsokning")
    for i in range(30):
        Post.objects.create(
            uppstallning=mall.uppstallning, kod=f"okning{i}", namn=f"Ökning {i}", typ="regel", regel="tillvaxt",
            matt="procent", decimaler=1, ordning=100 + i, taljare=mall.taljare,
        )  # fmt: skip
    assert antal() == fore
