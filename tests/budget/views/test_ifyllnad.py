"""A workbook out and in: what it holds, what comes back, and twelve and more broken ones that change nothing."""

import hashlib
import io
import json
import re
import zipfile
from datetime import date
from decimal import Decimal
from html import unescape

import openpyxl
import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budget.actions.versioner import kopiera_version, las_version, starta_nasta_ar
from budget.models import Belopp, Ifyllnad
from organisation.models import Anvandare, Rolltilldelning
from regionskane.lib import xlsx_las
from regionskane.lib.xlsx_bok import I_ANROP
from regionskane.lib.xlsx_mall import NYCKELBLAD, _kontrollsumma
from tests.budget.belopp import egna_nivaer, skriv
from tests.lib.kontor import Kontor


@pytest.fixture(autouse=True)
def nivaer_av_egna_belopp(version):
    """The bridge counts the levels of a copy; here their cells are to have amounts."""
    egna_nivaer(version("B2024-ARB"))


ARB = "/budget/2024/B2024-ARB/"
SIDA = f"{ARB}ifyllnad/"
RB = "Regionbidrag 2023–2026"
ASK = "Äskanden 2024–2026"
RES = "Resultatbudget 2023–2026"
FORUTS = "Förutsättningar 2022–2026"
MNKR = Decimal(1_000_000)


def hamta(klient, del_="allt", sida=SIDA):
    svar = klient.get(f"{sida}arbetsbok/", {"del": del_})
    assert svar.status_code == 200
    return svar.content


def skicka(klient, innehall, namn="ifylld.xlsx", sida=SIDA, **kwargs):
    fil = io.BytesIO(innehall)
    fil.name = namn
    return klient.post(sida, {"fil": fil}, **kwargs)


def andra(innehall, *celler, **bok):
    """The workbook as openpyxl saves it, with (sheet, cell, value) written in it."""
    arbetsbok = openpyxl.load_workbook(io.BytesIO(innehall))
    for blad, ruta, varde in celler:
        arbetsbok[blad][ruta] = varde
    return spara(arbetsbok)


def spara(arbetsbok):
    ut = io.BytesIO()
    arbetsbok.save(ut)
    return ut.getvalue()


def text(svar):
    html = re.sub(r"<[^>]+>", " ", svar.content.decode())
    return " ".join(unescape(html).replace("\u00a0", " ").split())


def belopp(version, enhet, ar=2024, post="regionbidrag"):
    b = Belopp.objects.filter(version=version, enhet__kod=enhet, post__kod=post.split(".")[-1], ar=ar)
    b = b.filter(post__uppstallning__kod=post.split(".")[0]).first()
    return b and b.belopp / MNKR


def lage(version):
    """Everything that an upload must not change."""
    handelser = apps.get_model("budget", "BeloppEvent").objects.count()
    celler = sorted(
        Belopp.objects.filter(version=version).values_list(
            "enhet", "post", "ar", "belopp", "rev", "precision"
        )
    )
    return celler, handelser


# What the workbook holds


def test_arbetsboken_har_sidans_rader_och_kolumner_och_samma_siffror(som):
    klient = som("koncerncontroller")
    bok = openpyxl.load_workbook(io.BytesIO(hamta(klient)), data_only=True)
    for uppstallning, blad in (("regionbidrag", RB), ("resultatbudget", RES), ("skatt", "Skatt")):
        tabell = klient.get(f"/api/v1{ARB}{uppstallning}/").json()["tabeller"][0]
        ark = bok[blad]
        kolumner = {ark.cell(1, j).value: j for j in range(3, ark.max_column + 1) if ark.cell(1, j).value}
        assert list(kolumner) == [k["nyckel"] for k in tabell["kolumner"]]
        rader = [ark.cell(i, 1).value for i in range(6, ark.max_row + 1) if ark.cell(i, 1).value]
        assert rader == [r["nyckel"] for r in tabell["rader"]]
        for i, rad in enumerate(tabell["rader"], start=6):
            assert ark.cell(i, 2).value == rad["rubrik"]
            for nyckel, cell in rad["celler"].items():
                varde = ark.cell(i, kolumner[nyckel]).value
                if cell["varde"] is None:
                    assert varde in (None, "–")
                elif nyckel.startswith("B"):
                    assert varde == float(Decimal(cell["varde"]) / MNKR), (blad, rad["nyckel"], nyckel)


def test_bara_det_som_far_fyllas_i_ar_olast_och_summorna_ar_formler(som):
    bok = openpyxl.load_workbook(io.BytesIO(hamta(som("koncerncontroller"))))
    ark = bok[RB]
    assert ark.protection.sheet and ark.protection.password is None
    assert ark.freeze_panes == "C6"
    assert [ark[ruta].protection.locked for ruta in ("C7", "D7", "E7", "G7", "D10")] == [
        True, False, True, False, True,
    ]  # fmt: skip
    assert ark["D10"].value == "=SUM(D7:D9)"
    assert ark["D7"].fill.fgColor.rgb == "FFFFF6D6" and ark["C7"].fill.fill_type is None
    regel = next(r for r in ark.data_validations.dataValidation if "D7" in r.sqref)
    assert regel.type == "decimal" and "Skriv ett tal i mnkr" in regel.error
    assert ark.column_dimensions["A"].hidden and ark.row_dimensions[1].hidden
    assert bok[NYCKELBLAD].sheet_state == "veryHidden"
    assert ark.page_setup.orientation == "landscape" and ark.print_title_rows == "$5:$5"
    # Fetched from a sum that Skatt does not show: its parts, as the page adds them.
    hamtad = bok[RES]["D10"]
    assert hamtad.value == "='Skatt'!E6" and hamtad.font.i and not hamtad.protection.locked
    assert bok[RES]["D11"].value == "='Skatt'!E10+'Skatt'!E13"


def test_ingen_far_mer_an_sin_del(som):
    rubriker = {}
    for namn, del_ in (
        ("controller", "allt"),
        ("koncerncontroller", "KN"),
        ("koncerncontroller", "regionen"),
    ):
        bok = openpyxl.load_workbook(io.BytesIO(hamta(som(namn), del_)))
        rubriker[namn, del_] = bok.sheetnames[1:-1], [c.value for c in bok.worksheets[1]["B"]][5:]
    blad, rader = rubriker["controller", "allt"]
    assert blad[0] == RB and rader[0].startswith("Nämnden för operativ") and "Kulturnämnden" not in rader
    assert rubriker["koncerncontroller", "KN"] == ([RB, ASK], ["Kulturnämnden"])
    assert RB not in rubriker["koncerncontroller", "regionen"][0]
    assert som("controller").get(f"{SIDA}arbetsbok/?del=KN").status_code == 404


# There and back


def test_en_orord_arbetsbok_andrar_inget(som, version):
    klient = som("koncerncontroller")
    fore = lage(version("B2024-ARB"))
    svar = skicka(klient, hamta(klient), follow=True)
    assert "Arbetsboken skiljer sig inte från versionen" in text(svar)
    assert lage(version("B2024-ARB")) == fore


def test_varje_andring_syns_fore_och_tas_emot_som_en_handelse(som, version):
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    bok = andra(hamta(klient), (RB, "D7", 360.25), (RB, "G8", None), (RB, "H9", 0), ("Skatt", "E6", 39711))
    svar = skicka(klient, bok, "kultur & mer.xlsx", follow=True)
    fore = lage(arb)
    t = text(svar)
    assert "Kulturnämnden 2024 Regionbidrag 2023–2026, D7 357,40 360,25 +2,85" in t
    assert "Kollektivtrafiknämnden 2025 Regionbidrag 2023–2026, G8 4 071,50 töms −4 071,50" in t
    assert "Regionala utvecklingsnämnden 2026 Regionbidrag 2023–2026, H9 327,60 0,00 −327,60" in t
    assert "Skatteintäkter 2024 Skatt, E6 39 710 39 711 +1" in t
    # The sums that move, in other tables too: what is fetched follows.
    assert "Regionbidrag: Summa regional utveckling 2024 4 708,40 4 711,25 +2,85" in t
    assert "Regionbidrag: Totalsumma 2024" in t
    assert "Resultatbudget: Årets resultat 2024 −4 417,00 −4 416,00 +1,00" in t
    assert "4 belopp ändras" in t
    assert lage(arb) == fore
    adress = svar.redirect_chain[-1][0]
    svar = klient.post(adress, {"varfor": "Efter beredning."}, follow=True)
    assert "4 belopp är sparade ur «kultur & mer.xlsx»" in text(svar)
    assert belopp(arb, "KN") == Decimal("360.25") and belopp(arb, "KTN", 2025) is None
    assert belopp(arb, "RUN", 2026) == 0
    assert lage(arb)[1] == fore[1] + 4
    b = Belopp.objects.get(version=arb, enhet__kod="KN", ar=2024)
    assert b.precision == 10_000 and b.ursprung == "inmatad" and str(b.andrad_av) == "Erik Sandahl"
    panel = text(klient.get(f"{ARB}varifran/regionbidrag/regionbidrag/enhet-KN/2024/"))
    det = Ifyllnad.objects.get()
    assert f"Efter beredning. Ur arbetsboken «kultur & mer.xlsx» (SHA-256 {det.sha256})" in panel
    assert klient.get(f"{adress}fil/").getvalue() == bok
    # The same content again: nothing differs, and it is the same workbook.
    igen = skicka(klient, bok, "annat namn.xlsx", follow=True)
    assert igen.redirect_chain[-1][0] == adress
    assert "Arbetsboken skiljer sig inte från versionen" in text(igen)


def test_ifylld_i_libreoffice_kommer_den_tillbaka_med_just_sina_andringar(som, version, anvandare, tmp_path):
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    skriv(arb, "resultatbudget", "utjamning_bidrag", "REGION", 2026, 13_583, anvandare("koncerncontroller"))
    kontor = Kontor(tmp_path)
    hamtad = hamta(klient)
    orord = skicka(klient, kontor.fyll_i(hamtad, []), follow=True)
    assert "Arbetsboken skiljer sig inte från versionen" in text(orord)
    ifylld = kontor.fyll_i(
        hamtad,
        [(RB, "D7", 360.25), (RB, "D8", "=4000+27.2*2"), (RB, "D9", None), (RB, "G7", "=1000/3"),
         (RES, "D10", -5), (RES, "H11", None), (RES, "G14", "=0.1+0.2")],
    )  # fmt: skip
    # LibreOffice has calculated the sums from the formulas that stood there.
    assert openpyxl.load_workbook(io.BytesIO(ifylld), data_only=True)[RB]["D10"].value == pytest.approx(
        4414.65
    )
    fore, _ = lage(arb)
    svar = skicka(klient, ifylld, follow=True)
    assert "7 belopp ändras" in text(svar), re.findall(r"\d+ belopp ändras", text(svar))
    klient.post(svar.redirect_chain[-1][0])
    efter, _ = lage(arb)
    # Two are emptied, and one has an amount that was fetched before.
    assert len({r[:3] for r in fore} ^ {r[:3] for r in efter}) == 3
    assert len({r for r in efter if r not in fore}) == 5
    assert belopp(arb, "KN") == Decimal("360.25") and belopp(arb, "KTN") == Decimal("4054.4")
    assert belopp(arb, "RUN") is None and belopp(arb, "KN", 2025) == Decimal("333.33333333")
    assert belopp(arb, "REGION", 2024, "resultatbudget.skatteintakter") == -5
    assert belopp(arb, "REGION", 2025, "resultatbudget.finansnetto") == Decimal("0.3")
    summa = Belopp.objects.get(
        version=arb, post__uppstallning__kod="resultatbudget", post__kod="finansnetto", ar=2025
    )
    assert summa.precision == 100_000
    fore = lage(arb)
    for filter_, vantat in (
        ("calc8", "OpenDocument-format (.ods)"),
        ("MS Excel 97", "äldre Excelformat (.xls)"),
        ("Text - txt - csv (StarCalc)", "textfil (till exempel CSV)"),
        ("HTML (StarCalc)", "webbsida eller XML"),
    ):
        svar = skicka(klient, kontor.fyll_i(hamtad, [], filter_))
        assert svar.status_code == 422 and vantat in text(svar), filter_
    assert lage(arb) == fore


def test_ett_tomt_ar_raknas_i_boken_medan_det_fylls_i(som, version, anvandare, tmp_path):
    """The new last plan year: what the tables fetch from each other was empty, so the workbook's sums were others than
    the system's."""
    klient, erik = som("koncerncontroller"), anvandare("koncerncontroller")
    b2025 = starta_nasta_ar(kalla=version("B2024"), kod="B2025", namn="Budget 2025", by=erik)
    sida = "/budget/2025/B2025/ifyllnad/"
    hamtad, kontor = hamta(klient, sida=sida), Kontor(tmp_path)
    bok = openpyxl.load_workbook(io.BytesIO(hamtad))
    ark = {bok[n]["A1"].value.rpartition(":")[2]: bok[n] for n in bok.sheetnames if bok[n]["A1"].value}

    def ruta(tabell, post, ar=2027):
        blad = ark[tabell]
        rad = next(i for i in range(6, blad.max_row + 1) if blad.cell(i, 1).value == post)
        kol = next(j for j in range(3, blad.max_column + 1) if blad.cell(1, j).value == f"B2025-{ar}")
        return blad.title, blad.cell(rad, kol).coordinate

    def i_boken(innehall, tabell, post):
        namn, plats = ruta(tabell, post)
        return openpyxl.load_workbook(io.BytesIO(innehall), data_only=True)[namn][plats].value

    orord = kontor.fyll_i(hamtad, [])
    assert i_boken(orord, "resultatbudget", "skatteintakter") in (None, "")
    assert "Arbetsboken skiljer sig inte från versionen" in text(
        skicka(klient, orord, sida=sida, follow=True)
    )
    ifyllt = {
        ("skatt", "skatteintakter"): 46_500,
        ("skatt", "inkomstutjamning"): 9_600,
        ("resultatbudget", "kostnader"): -55_000,
    }
    ifylld = kontor.fyll_i(hamtad, [(*ruta(*plats), tal) for plats, tal in ifyllt.items()])
    svar = skicka(klient, ifylld, sida=sida, follow=True)
    assert "3 belopp ändras" in text(svar)
    klient.post(svar.redirect_chain[-1][0])
    assert belopp(b2025, "REGION", 2027, "resultatbudget.skatteintakter") is None
    for tabell, post, kalla in (
        ("resultatbudget", "skatteintakter", ("skatt", "skatteintakter")),
        ("resultatbudget", "arets_resultat", ("resultatbudget", "arets_resultat")),
        ("kassaflode", "arets_resultat", ("resultatbudget", "arets_resultat")),
        ("balanskrav", "arets_resultat", ("resultatbudget", "arets_resultat")),
        ("balanskrav", "bas", ("skatt", "skatteintakter")),
    ):
        tabeller = klient.get(f"/api/v1/budget/2025/B2025/{kalla[0]}/").json()["tabeller"]
        rader = {r["nyckel"]: r["celler"] for r in tabeller[0]["rader"]}
        vantat = Decimal(rader[kalla[1]]["B2025-2027"]["varde"]) / MNKR
        vantat += 9_600 if post == "bas" else 0
        assert i_boken(ifylld, tabell, post) == pytest.approx(float(vantat)), (tabell, post)


def test_egna_blad_och_anteckningar_stoppar_inget(som, version):
    klient = som("koncerncontroller")
    arbetsbok = openpyxl.load_workbook(io.BytesIO(hamta(klient)))
    arbetsbok.create_sheet("Mina räkningar")["A1"] = 12
    arbetsbok[RB]["K7"] = "fråga Anna"
    arbetsbok[RB]["D7"] = 358
    t = text(skicka(klient, spara(arbetsbok), follow=True))
    assert "Bladet «Mina räkningar» är ditt eget och läses inte in." in t
    assert f"Bladet «{RB}», cell K7: det som står utanför tabellen läses inte in." in t
    assert "1 belopp ändras" in t


def test_tal_som_text_lases_som_huvudboken_laser_dem_och_sidan_sager_vilka(som, version):
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    celler = (
        ("Skatt", "E6", "40\u00a0250,5"), ("Skatt", "E7", "(7 900)"), ("Skatt", "E8", "−702,75"),
        ("Skatt", "E9", "955-"), ("Skatt", "H6", "41736"), ("Skatt", "E11", "4.893,4"), (FORUTS, "E8", "3,5 %"),
    )  # fmt: skip
    svar = skicka(klient, andra(hamta(klient), *celler), follow=True)
    t = text(svar)
    assert "7 celler innehöll tal som text och lästes som tal" in t
    for rad in (
        "Bladet «Skatt», cell E6 (Skatteintäkter 2024): «40 250,5» lästes som 40 250,5.",
        "cell E7 (Inkomstutjämningsbidrag 2024): «(7 900)» lästes som −7 900.",
        "cell E8 (Kostnadsutjämningsavgift 2024): «−702,75» lästes som −702,75.",
        "cell E9 (Regleringsbidrag eller regleringsavgift 2024): «955-» lästes som −955.",
        "cell H6 (Skatteintäkter 2025): «41736» lästes som 41 736.",
        "cell E11 (Bidrag för läkemedelsförmånen 2024): «4.893,4» lästes som 4 893,4.",
        f"Bladet «{FORUTS}», cell E8 (Skatteunderlagets utveckling 2024): «3,5 %» lästes som 3,5 %.",
    ):
        assert rad in t
    assert "Det här läses inte in" not in t and "ser ut att vara" not in t
    # What says the same as before is no change.
    assert "6 belopp ändras" in t
    klient.post(svar.redirect_chain[-1][0])
    for post, vantat in (
        ("skatteintakter", "40250.5"), ("inkomstutjamning", "-7900"), ("kostnadsutjamning", "-702.75"),
        ("reglering", "-955"), ("lakemedel", "4893.4"),
    ):  # fmt: skip
        assert belopp(arb, "REGION", 2024, f"skatt.{post}") == Decimal(vantat)
    b = Belopp.objects.get(
        version=arb, post__uppstallning__kod="skatt", post__kod="kostnadsutjamning", ar=2024
    )
    assert b.precision == 10_000
    andel = Belopp.objects.get(version=arb, post__kod="skatteunderlag", ar=2024)
    assert (andel.belopp, andel.precision) == (Decimal("3.5"), Decimal("0.1"))


# Amounts in another unit

I_TKR = tuple(
    ("Skatt", ruta, tal)
    for ruta, tal in (("E6", 39_911_500), ("E7", 7_712_000), ("E8", -718_000), ("E9", "1 042 250"), ("H6", 0))
)


def test_belopp_i_tkr_fragas_det_om_en_gang_och_svaret_minns(som, version):
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    bok = andra(hamta(klient), *I_TKR)
    svar = skicka(klient, bok, follow=True)
    adress, t = svar.redirect_chain[-1][0], text(svar)
    # The zero and the value that is the same in tkr are changes as well.
    assert "Alla 4 värden ser ut att vara i tkr" in t
    assert (
        "Mot samma rads andra tal är de tusen gånger för stora. Tabellen är i mnkr. Ska de läsas som tkr?"
        in t
    )
    assert "Skatt, E6 (Skatteintäkter 2024): 39 911 500 mot 39 710" in t
    assert "Ja, dela med tusen Nej, de är i mnkr Avbryt" in t
    # Nothing is taken in before somebody has answered, and what was typed stays.
    fore = lage(arb)
    svar = klient.post(adress, {"varfor": "min kommentar"})
    assert svar.status_code == 409 and lage(arb) == fore
    assert (
        "svara först på vilken enhet beloppen är i" in text(svar) and "min kommentar" in svar.content.decode()
    )
    svar = klient.post(adress, {"enhet": "tkr", "varfor": "min kommentar"})
    t = text(svar)
    assert svar.status_code == 200 and lage(arb) == fore and "min kommentar" in svar.content.decode()
    assert "4 belopp lästes som tkr (delade med tusen), som du har svarat" in t and "ser ut att vara" not in t
    assert "Skatteintäkter 2024 Skatt, E6 39 710,00 39 911,50 +201,50" in t
    # Sent in again it is the same workbook, so it is not asked about again.
    igen = skicka(klient, bok, follow=True)
    assert igen.redirect_chain[-1][0] == adress
    assert "som du har svarat" in text(igen) and "ser ut att vara" not in text(igen)
    # What nobody has seen counted is not taken in.
    assert klient.post(adress).status_code == 409
    visad = re.search(r'name="visad" value="([^"]+)"', igen.content.decode())[1]
    assert klient.post(adress, {"visad": visad, "varfor": "Ur prognosen"}).status_code == 302
    assert belopp(arb, "REGION", 2024, "skatt.skatteintakter") == Decimal("39911.5")
    assert belopp(arb, "REGION", 2024, "skatt.reglering") == Decimal("1042.25")
    assert belopp(arb, "REGION", 2025, "skatt.skatteintakter") == 0
    b = Belopp.objects.get(version=arb, post__uppstallning__kod="skatt", post__kod="skatteintakter", ar=2024)
    assert b.precision == 1_000  # as it was given: in tkr
    panel = text(klient.get(f"{ARB}varifran/skatt/skatteintakter/enhet-REGION/2024/"))
    assert "Ur prognosen. 4 belopp lästes som tkr (delade med tusen). Ur arbetsboken «ifylld.xlsx»" in panel
    # Asked again it says the same.
    igen = text(skicka(klient, bok, follow=True))
    assert "Så lästa skiljer sig beloppen inte från versionen" in igen


def test_bara_det_belopp_som_raknades_om_sags_vara_last_i_en_annan_enhet(som, version):
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    bok = andra(hamta(klient), ("Skatt", "E6", 39_911_500), ("Skatt", "E7", 7_713.5))
    adress = skicka(klient, bok, follow=True).redirect_chain[-1][0]
    html = klient.post(adress, {"enhet": "tkr"}).content.decode()
    visad = re.search(r'name="visad" value="([^"]+)"', html)[1]
    assert klient.post(adress, {"visad": visad, "varfor": "Ur prognosen"}).status_code == 302
    poster = dict(
        Belopp.objects.filter(version=arb, ar=2024, post__uppstallning__kod="skatt").values_list(
            "post__kod", "belopp"
        )
    )
    paneler = {
        belopp_: text(klient.get(f"{ARB}varifran/skatt/{kod}/enhet-REGION/2024/"))
        for kod, belopp_ in poster.items()
    }
    raknad, rorlig = paneler[Decimal("39911500000")], paneler[Decimal("7713500000")]
    assert "Ur prognosen. 1 belopp lästes som tkr (delade med tusen). Ur arbetsboken «ifylld.xlsx»" in raknad
    assert "Ur prognosen. Ur arbetsboken «ifylld.xlsx»" in rorlig and "lästes som" not in rorlig


def test_den_som_svarar_nej_far_sina_belopp_och_kan_andra_sig(som, version):
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    adress = skicka(klient, andra(hamta(klient), *I_TKR), follow=True).redirect_chain[-1][0]
    t = text(klient.post(adress, {"enhet": "mnkr"}))
    assert "Beloppen läses som mnkr, som du har svarat Läs dem som tkr" in t
    assert "39 710 39 911 500" in t
    assert "(delade med tusen)" in text(klient.post(adress, {"enhet": "tkr"}))
    assert "39 710 39 911 500" in text(klient.post(adress, {"enhet": "mnkr"}))
    assert klient.post(adress).status_code == 302
    assert belopp(arb, "REGION", 2024, "skatt.skatteintakter") == 39_911_500
    klient.post(adress, {"enhet": "dollar"})  # no answer at all
    assert Ifyllnad.objects.get().enhet == "mnkr"


def test_bara_nagra_i_tkr_sags_vilka_och_bara_de_raknas_om(som, version):
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    bok = andra(
        hamta(klient),
        ("Skatt", "E6", 39_911_500),
        ("Skatt", "E7", 7_650),
        (RB, "D7", 361_000),
        (RB, "D8", 4_050),
    )
    svar = skicka(klient, bok, follow=True)
    adress, t = svar.redirect_chain[-1][0], text(svar)
    assert "2 av 4 värden ser ut att vara i tkr" in t
    assert "Bara de räknas om om du svarar ja; de andra står kvar som de är." in t
    # Beside it stands the figure of its row that it is nearest to: the plan of 2025.
    assert f"{RB}, D7 (Kulturnämnden 2024): 361 000 mot 36" in t
    assert "Skatt, E7" not in t.split("Ja, dela")[0]
    svar = klient.post(adress, {"enhet": "tkr"})
    visad = re.search(r'name="visad" value="([^"]+)"', svar.content.decode())[1]
    klient.post(adress, {"visad": visad})
    assert (belopp(arb, "KN"), belopp(arb, "KTN")) == (361, 4050)
    assert belopp(arb, "REGION", 2024, "skatt.inkomstutjamning") == 7650


def test_ett_tal_med_manga_decimaler_avvisas_ocksa_i_tkr(som, version):
    klient = som("koncerncontroller")
    fore = lage(version("B2024-ARB"))
    svar = skicka(klient, andra(hamta(klient), ("Skatt", "E6", 39_710.123456789), ("Skatt", "E7", 7_712_000)))
    assert svar.status_code == 422 and "har fler decimaler än ören" in text(svar)
    assert lage(version("B2024-ARB")) == fore


# When somebody else has been there


def _falt(svar):
    return {
        n: unescape(v) for n, v in re.findall(r'name="(k\.[\d.]+)" value="([^"]*)"', svar.content.decode())
    }


@pytest.fixture
def annan_koncerncontroller(db):
    """The username of a colleague."""
    jag = Anvandare.objects.create(username="kollegan", first_name="Ola", last_name="Berg", is_active=True)
    Rolltilldelning.objects.create(anvandare=jag, roll="koncerncontroller")
    return jag.username


@pytest.fixture
def krock(som, version, annan_koncerncontroller):
    """Two cells changed by somebody else after the workbook was fetched, and one that nobody touched."""
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    bok = andra(hamta(klient), (RB, "D7", 360), (RB, "D8", 4030), (RB, "D9", 330))
    cell = {e: Belopp.objects.get(version=arb, enhet__kod=e, ar=2024) for e in ("KN", "KTN", "RUN")}
    namn = {e: f"{b.enhet_id}.{b.post_id}.2024" for e, b in cell.items()}
    bas = {namn[e]: [b.rev, str(b.belopp)] for e, b in cell.items()}
    falt = {"bas": json.dumps(bas), f"c.{namn['KN']}": "355"}
    som(annan_koncerncontroller).post(f"{ARB}regionbidrag/inmatning/", falt)
    klient.post(f"{ARB}regionbidrag/inmatning/", {"bas": json.dumps(bas), f"c.{namn['KTN']}": "4 000"})
    svar = skicka(klient, bok, follow=True)
    return klient, arb, svar, svar.redirect_chain[-1][0], namn


def test_krock_visar_bada_och_inget_sparas_utan_val(krock):
    klient, arb, svar, adress, _namn = krock
    t = text(svar)
    assert "Ändrat sedan arbetsboken hämtades 2 celler" in t
    assert "Regionbidrag: Kulturnämnden 2024" in t and "Var 357,4 när arbetsboken hämtades." in t
    assert re.search(r"Arbetsboken: 360,0 .* sparade 20\d\d-\d\d-\d\d kl\. \d\d\.\d\d: 355,0", t)
    assert "Du sparade" in t and "1 belopp ändras, 2 att välja" in t
    svar = klient.post(adress, _falt(svar))
    assert svar.status_code == 409 and "Inget är sparat ännu" in text(svar)
    assert belopp(arb, "KN") == 355 and belopp(arb, "RUN") == Decimal("323.8")


@pytest.mark.parametrize(
    ("val", "vantat"),
    [
        ({"KN": "mitt", "KTN": "deras"}, (360, 4000, 330)),
        ({"KN": "deras", "alla": "mitt"}, (355, 4030, 330)),
        ({"alla": "deras"}, (355, 4000, 330)),
    ],
)
def test_valet_avgor_per_cell_eller_for_alla(krock, val, vantat):
    klient, arb, svar, adress, namn = krock
    falt = _falt(svar) | {f"v.{namn[k]}" if k in namn else k: v for k, v in val.items()}
    assert klient.post(adress, falt).status_code == 302
    assert (belopp(arb, "KN"), belopp(arb, "KTN"), belopp(arb, "RUN")) == vantat


def test_den_som_valt_mot_ett_varde_far_fraga_igen_om_det_andrats(krock, som, annan_koncerncontroller):
    klient, arb, svar, adress, namn = krock
    falt = _falt(svar) | {"alla": "mitt", "varfor": "min kommentar"}
    bas = {namn["KN"]: json.loads(falt[f"k.{namn['KN']}"])}
    som(annan_koncerncontroller).post(
        f"{ARB}regionbidrag/inmatning/", {"bas": json.dumps(bas), f"c.{namn['KN']}": "356"}
    )
    svar = klient.post(adress, falt)
    assert svar.status_code == 409
    assert "356,0" in text(svar) and "min kommentar" in svar.content.decode()
    assert belopp(arb, "KN") == 356 and belopp(arb, "RUN") == Decimal("323.8")


def test_nagon_annans_inskickade_bok_finns_inte_men_revisorn_far_filen(krock, som):
    _, _, _, adress, _ = krock
    assert som("controller-kn").get(adress).status_code == 404
    assert som("controller-kn").get(f"{adress}fil/").status_code == 404
    assert som("revisor").get(adress).status_code == 403
    assert som("revisor").get(f"{adress}fil/").status_code == 200
    sida = text(som("revisor").get(SIDA))
    assert "ifylld.xlsx" in sida and "Läs in den ifyllda" not in sida


# Broken workbooks: every one gets its sentence, and nothing is changed


def _arbetsbok(gor):
    """A breakage made with openpyxl."""

    def bryt(innehall):
        arbetsbok = openpyxl.load_workbook(io.BytesIO(innehall))
        gor(arbetsbok)
        return spara(arbetsbok)

    return bryt


def _delar(gor):
    """A breakage made in the zip file: `gor(name, content)` gives the new content, None to leave it out."""

    def bryt(innehall):
        ut = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(innehall)) as fran,
            zipfile.ZipFile(ut, "w", zipfile.ZIP_DEFLATED) as till,
        ):
            for namn in fran.namelist():
                nytt = gor(namn, fran.read(namn))
                if nytt is not None:
                    till.writestr(namn, nytt)
            gor("", till)
        return ut.getvalue()

    return bryt


def _cellxml(ruta, xml):
    """Cell `ruta` of the first table as raw XML: what a program, not a person, may leave behind."""

    def gor(namn, data):
        if namn != "xl/worksheets/sheet2.xml":
            return data
        ny, antal = re.subn(
            rf'<c r="{ruta}"( s="\d+")?(?: t="\w+")?(/>|>.*?</c>)', xml, data.decode(), count=1
        )
        assert antal == 1
        return ny.encode()

    return _delar(gor)


def _byt_rader(ark, a, b, fran=1):
    for j in range(fran, 9):
        ark.cell(a, j).value, ark.cell(b, j).value = ark.cell(b, j).value, ark.cell(a, j).value


def _gammalt_format(b):
    b[NYCKELBLAD]["A1"] = "budget-ifyllnad 0"


def _andrad_nyckel(b):
    cell = b[NYCKELBLAD]["A12"]
    assert "KN|regionbidrag|2024" in cell.value
    cell.value = cell.value.replace("KN|regionbidrag|2024", "RUN|regionbidrag|2024")


def _forfalskad(b):
    """Keys that nobody wrote, under a checksum that holds."""
    b[NYCKELBLAD]["A12"] = '["rad","regionbidrag",6,"a","b",[[1]]]'
    _stampla(b)


def _stampla(b):
    rader = [c.value for c in b[NYCKELBLAD]["A"]][2:]
    b[NYCKELBLAD]["A2"] = _kontrollsumma(rader)


def _egen_stampel(b):
    """As somebody without the site's secret would have to."""
    rader = [c.value for c in b[NYCKELBLAD]["A"]][2:]
    b[NYCKELBLAD]["A2"] = hashlib.sha256("\n".join(rader).encode()).hexdigest()


def _orimligt(plats, varde):
    """A number that no column holds as the base (4), the revision (3) or the scale (5) of KN's cell."""

    def gor(b):
        rad = json.loads(b[NYCKELBLAD]["A12"].value)
        cell = next(c for c in rad[-1] if c[2] == "KN|regionbidrag|2024")
        cell[plats] = varde
        b[NYCKELBLAD]["A12"] = json.dumps(rad, ensure_ascii=False)
        _stampla(b)

    return gor


def _lagg_till(namn, innehall):
    def gor(del_, data):
        if not del_:
            data.writestr(namn, innehall)
        return data

    return _delar(gor)


def _annan_bok(_):
    arbetsbok = openpyxl.Workbook()
    arbetsbok.active["A1"] = "Budget"
    return spara(arbetsbok)


def _zip(_):
    ut = io.BytesIO()
    with zipfile.ZipFile(ut, "w") as fil:
        fil.writestr("budget.csv", "1;2")
    return ut.getvalue()


def _manga_celler(_):
    bok = openpyxl.Workbook()
    for _rad in range(xlsx_las.FLEST_CELLER // 100 + 1):
        bok.active.append([1] * 100)
    return spara(bok)


CELL = f"Bladet «{RB}», cell "
D7 = f"{CELL}D7 (Kulturnämnden 2024): "
TRASIGA = {
    "rad tillagd": (_arbetsbok(lambda b: b[RB].insert_rows(8)),
                    "en rad har lagts till vid rad 8, så «Kollektivtrafiknämnden» står i cell B9."),
    "rad borttagen": (_arbetsbok(lambda b: b[RB].delete_rows(7)), "raden «Kulturnämnden» (rad 7) är borttagen"),
    "rad kopierad": (_arbetsbok(lambda b: b[RB].cell(40, 1, "enhet-KN")),
                     "raden «Kulturnämnden» finns 2 gånger, i cellerna B7 och B40."),
    "sorterad": (_arbetsbok(lambda b: _byt_rader(b[RB], 7, 8)),
                 "raden «Kulturnämnden» står i cell B8 men ska stå i cell B7. Rader är flyttade eller sorterade."),
    "sorterad utan nycklar": (_arbetsbok(lambda b: _byt_rader(b[RB], 7, 8, fran=2)),
                              "cell B7 ska vara «Kulturnämnden» men är «Kollektivtrafiknämnden»."),
    "kolumn tillagd": (_arbetsbok(lambda b: b[RB].insert_cols(4)), "en kolumn har lagts till vid kolumn D"),
    "kolumn borttagen": (_arbetsbok(lambda b: b[RB].delete_cols(7)), "kolumnen «2025 plan» (kolumn G) är borttagen"),
    "text": (_arbetsbok(lambda b: b[RB].__setitem__("D7", "cirka 360")),
             D7 + "cellen innehåller text. «cirka 360» är inte ett tal."),
    "punkt i text": (_arbetsbok(lambda b: b[RB].__setitem__("D7", "4.071")),
                     D7 + "cellen innehåller text. «4.071» kan läsas på två sätt. Skriv 4,071 eller 4 071."),
    "komma i text": (_arbetsbok(lambda b: b[RB].__setitem__("D7", "4,071")),
                     D7 + "cellen innehåller text. «4,071» kan läsas på två sätt, eftersom filen inte visar om "
                     "komma är decimaltecken eller tusental. Skriv det som ett tal i stället för som text."),
    "enhet i text": (_arbetsbok(lambda b: b[RB].__setitem__("D7", "360 kr")),
                     D7 + "cellen innehåller text. «360 kr» är inte ett tal."),
    "procent som text": (_arbetsbok(lambda b: b[FORUTS].__setitem__("E8", "0,035")),
                         f"Bladet «{FORUTS}», cell E8 (Skatteunderlagets utveckling 2024): cellen innehåller texten "
                         "«0,035» utan procenttecken och kan läsas på två sätt."),
    "delar av ören i text": (_arbetsbok(lambda b: b[RB].__setitem__("D7", "1,123456789")),
                             D7 + "cellen innehåller text. «1,123456789» har fler decimaler än ören."),
    "blanksteg": (_arbetsbok(lambda b: b[RB].__setitem__("D7", " ")), D7 + "cellen ser tom ut men innehåller"),
    "datum": (_arbetsbok(lambda b: b[RB].__setitem__("D7", date(2024, 5, 1))),
              D7 + "cellen innehåller ett datum"),
    "sant": (_arbetsbok(lambda b: b[RB].__setitem__("D7", True)), D7 + "cellen innehåller sant eller falskt"),
    "formelfel": (_cellxml("D7", r'<c r="D7"\1 t="e"><f>#REF!*2</f><v>#REF!</v></c>'),
                  D7 + "formeln «=#REF!*2» ger felet #REF!."),
    "formel utan värde": (_arbetsbok(lambda b: b[RB].__setitem__("D7", "=1+1")),
                          D7 + "formeln «=1+1» har inget uträknat värde."),
    "formel med text": (_cellxml("D7", r'<c r="D7"\1 t="str"><f>"a"</f><v>a</v></c>'),
                        D7 + "cellen innehåller text. «a» är inte ett tal."),
    "för stort": (_arbetsbok(lambda b: b[RB].__setitem__("D7", 357_400_000)), D7 + "talet «357400000» är för stort."),
    "oändligt": (_cellxml("D7", r'<c r="D7"\1><v>1e999</v></c>'), D7 + "talet «inf» är för stort."),
    "inte ett tal": (_cellxml("D7", r'<c r="D7"\1><v>NaN</v></c>'),
                     f"skadad och går inte att läsa (bladet «{RB}» efter rad 6)."),
    "delar av ören": (_arbetsbok(lambda b: b[RB].__setitem__("D7", 1.123456789)),
                      D7 + "talet «1,123456789» har fler decimaler än ören."),
    "summa överskriven": (_arbetsbok(lambda b: b[RB].__setitem__("D10", 4711)),
                          f"{CELL}D10 (Summa regional utveckling 2024): summan är överskriven med «4711»."),
    "annat år ändrat": (_arbetsbok(lambda b: b[RB].__setitem__("C7", 1)),
                        f"{CELL}C7 (Kulturnämnden 2023): cellen är till för att läsa men har ändrats till «1»."),
    "blad saknas": (_arbetsbok(lambda b: b.remove(b["Skatt"])), "Bladet «Skatt» saknas"),
    "blad dubbelt": (_arbetsbok(lambda b: b.copy_worksheet(b["Skatt"])),
                     "Bladet «Skatt» finns 2 gånger: «Skatt» och «Skatt Copy». Ta bort kopian."),
    "äldre format": (_arbetsbok(_gammalt_format), "Arbetsboken är hämtad i ett annat format"),
    "nyckel ändrad": (_arbetsbok(_andrad_nyckel), f"dolda blad «{NYCKELBLAD}» är ändrat"),
    "nycklar omstämplade": (_arbetsbok(_egen_stampel), f"dolda blad «{NYCKELBLAD}» är ändrat"),
    "nycklar förfalskade": (_arbetsbok(_forfalskad), f"dolda blad «{NYCKELBLAD}» är ändrat"),
    **{
        f"orimligt {vad}": (_arbetsbok(_orimligt(plats, varde)), f"dolda blad «{NYCKELBLAD}» är ändrat")
        for vad, plats, varde in (
            ("belopp", 4, "1E+30"), ("del av öre", 4, "0.001"), ("revision", 3, 2**40), ("skala", 5, "-1")
        )
    },
    "annat slag": (_annan_bok, "Arbetsboken är inte hämtad här"),
    "makro": (_lagg_till("xl/vbaProject.bin", b"x"), "Arbetsboken innehåller makron"),
    "binär": (_lagg_till("xl/workbook.bin", b"x"), "binär arbetsbok (.xlsb)"),
    "dokumenttyp": (_lagg_till("xl/ny.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "XML-definition (DOCTYPE)"),
    "zipbomb": (_lagg_till("xl/media/bild.png", b"\0" * (I_ANROP.uppackad + 1)), "för stor uppackad"),
    "många celler": (_manga_celler, "fler än 100000 celler"),
    "avhuggen": (lambda b: b[: len(b) // 2], "Arbetsboken är skadad"),
    "fel i zip": (lambda b: b[:3000] + b"\xff" * 200 + b[3200:], "Arbetsboken är skadad"),
    # How Office keeps a workbook with a password: an OLE file with a stream of this name.
    "lösenord": (lambda b: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024) + "EncryptedPackage".encode("utf-16-le"),
                 "Arbetsboken är skyddad med lösenord."),
    "tom fil": (lambda b: b"", "Filen är tom."),
    "zip": (_zip, "Filen är en zip-fil eller ett annat slags dokument"),
    "pdf": (lambda b: b"%PDF-1.7\n", "Filen är inte en Excel-arbetsbok (.xlsx)."),
}  # fmt: skip


@pytest.fixture(scope="module")
def frisk():
    """One workbook for all that is broken: the example is the same in every test."""
    return {}


@pytest.mark.parametrize("slag", TRASIGA)
def test_trasig_arbetsbok_avvisas_och_andrar_inget(slag, som, version, frisk):
    klient = som("koncerncontroller")
    if not frisk:
        frisk["bok"] = hamta(klient)
    innehall = frisk["bok"]
    bryt, vantat = TRASIGA[slag]
    fore = lage(version("B2024-ARB"))
    svar = skicka(klient, bryt(innehall))
    assert svar.status_code == 422
    t = text(svar)
    assert "ifylld.xlsx går inte att läsa in. Inget är sparat." in t
    assert vantat in t, t[t.index("Inget är sparat") :][:600]
    assert lage(version("B2024-ARB")) == fore and not Ifyllnad.objects.exists()


def test_en_bok_fran_en_annan_version_avvisas(som, version):
    klient = som("koncerncontroller")
    kopiera_version(kalla=version("B2024"), kod="B2024-X", namn="Kopian")
    svar = skicka(klient, hamta(klient, sida="/budget/2024/B2024-X/ifyllnad/"))
    assert svar.status_code == 422
    assert "Arbetsboken gäller Kopian (B2024-X), men du läser in till Budget 2024, arbetsversion" in text(
        svar
    )


def test_en_version_som_lasts_tar_inte_emot(som, version, anvandare):
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    bok = andra(hamta(klient), (RB, "D7", 360))
    adress = skicka(klient, bok, follow=True).redirect_chain[-1][0]
    las_version(version=arb, by=anvandare("koncerncontroller"))
    fore = lage(arb)
    for svar, status in ((skicka(klient, bok), 422), (klient.get(adress), 200), (klient.post(adress), 409)):
        assert svar.status_code == status
        assert "är låst sedan arbetsboken hämtades och tar inga nya belopp" in text(svar)
    sida = text(klient.get(SIDA))
    assert "Hämta arbetsbok" not in sida and "ifylld.xlsx" in sida
    assert klient.get(f"{SIDA}arbetsbok/").status_code == 403
    assert lage(arb) == fore


def test_en_annan_namnds_bok_avvisas_for_den_som_inte_far_skriva_dar(som, version):
    fore = lage(version("B2024-ARB"))
    svar = skicka(som("controller-kn"), hamta(som("controller")))
    assert svar.status_code == 422
    t = text(svar)
    assert (
        f"Bladet «{ASK}», cell C6: arbetsboken gäller Nämnden för operativ" in t
        and "där du inte får skriva" in t
    )
    svar = skicka(som("controller-kn"), hamta(som("koncerncontroller")))
    assert "Kollektivtrafiknämnden, Regionala utvecklingsnämnden, Psykiatri" in text(svar)
    assert lage(version("B2024-ARB")) == fore


def test_en_rad_som_forsvunnit_avvisas_bara_om_nagon_skrivit_i_den(som, version):
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    hamtad = hamta(klient)
    ark = openpyxl.load_workbook(io.BytesIO(hamtad))["Resultatkrav 2023–2026"]
    rad = ark["B6"].value
    kolumn = next(c.column_letter for c in ark[6][2:] if not c.protection.locked)
    # The row of a table that shows only those with amounts goes when they do.
    enhet = ark["A6"].value.removeprefix("enhet-")
    arb.kolumner.filter(uppstallning__kod="resultatkrav").exclude(kalla=arb).delete()
    Belopp.objects.filter(version=arb, enhet__kod=enhet, post__kod="resultatkrav").delete()
    tomd = andra(hamtad, *(("Resultatkrav 2023–2026", f"{k}6", None) for k in "DGH"))
    assert "Arbetsboken skiljer sig inte" in text(skicka(klient, tomd, follow=True))
    svar = skicka(klient, andra(hamtad, ("Resultatkrav 2023–2026", f"{kolumn}6", 7)))
    assert svar.status_code == 422
    assert f"cell {kolumn}6: {rad}" in text(svar) and "finns inte längre att fylla i" in text(svar)


def test_arbetsboken_for_lasning_ar_inte_den_som_fylls_i(som):
    klient = som("koncerncontroller")
    svar = skicka(klient, klient.get(f"{ARB}regionbidrag/excel/").content)
    assert svar.status_code == 422 and "Det här är arbetsboken för läsning" in text(svar)


def test_for_stor_fil_och_ingen_fil(som):
    klient = som("koncerncontroller")
    assert "större än 10 MB" in text(skicka(klient, b"PK" + b"\0" * xlsx_las.STORSTA_FIL))
    svar = klient.post(SIDA)
    assert svar.status_code == 422 and "Välj den arbetsbok som du har fyllt i." in text(svar)


def test_fragor_beror_inte_pa_hur_mycket_som_andras(som):
    klient = som("koncerncontroller")
    hamtad = hamta(klient)
    antal = []
    for celler in ([(RB, "D7", 1)], [(RB, f"{k}{r}", 2) for k in "DGH" for r in (7, 8, 9)]):
        adress = skicka(klient, andra(hamtad, *celler), follow=True).redirect_chain[-1][0]
        for sida in (adress, SIDA, f"{SIDA}arbetsbok/"):
            with CaptureQueriesContext(connection) as fangst:
                assert klient.get(sida).status_code == 200
            antal.append(len(fangst))
    assert antal[:3] == antal[3:]
    assert max(antal) < 70, antal
