"""A comparison shows the same figures as page, API, workbook and PDF: between copies after a change, and between
versions that are no copies of each other."""

import io
import re
from decimal import Decimal
from html import unescape

import openpyxl
import pypdf
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from budget.actions.handling import starta_jamforelse
from budget.actions.versioner import skapa_tillaggsbudget
from budget.models import Belopp
from budget.selectors.summor import ALLA_ENHETER
from budget.tabeller.jamforelse import Jamforelseval, bygg_jamforelsehandling
from organisation.models import Nedladdning
from regionskane.jobb.actions import fil_plats, kor_jobb
from regionskane.jobb.models import Jobb
from regionskane.jobb.slag import far_anvanda
from regionskane.lib import pdf
from regionskane.lib.belopp import MNKR
from regionskane.lib.visning import visa_handling
from tests.budget.belopp import justera, skriv
from verktyg.verapdf import vera

# The address of the page, and how many tables it has.
PAR = [
    ("B2024/jamfor/?mot=B2023", 5),
    ("B2024/jamfor/?mot=P2023", 3),
    ("B2024/jamfor/?mot=BS2022", 3),
    ("B2024/jamfor/?mot=B2024&ar=2025&mot_ar=2024", 9),
    ("B2024-ARB/jamfor/", 7),
    ("B2024-ARB/jamfor/?mot=B2024&ar=2025&mot_ar=2025", 9),
]


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def andrad(version, erik):
    """The working copy with costs of two years, and a justering, changed."""
    arb = version("B2024-ARB")
    for ar in (2024, 2025):
        _kosta(arb, ar, 25, erik)
    justera(arb, 2024, erik, KN="10")
    return arb


def _kosta(version, ar, mer, by):
    nu = Belopp.objects.get(
        version=version, post__uppstallning__kod="resultatbudget", post__kod="kostnader", ar=ar
    )
    skriv(version, "resultatbudget", "kostnader", "REGION", ar, nu.belopp / MNKR - mer, by)


def _ren(text):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def _sidans(html):
    """Each table's rows: heading and cells without the numbers of their notes."""
    tabeller = {}
    for nyckel, kropp in re.findall(r'<table id="([^"]+)".*?<tbody>(.*?)</table>', html, re.S):
        rader = []
        for rad in re.findall(r'<tr class="(?!grupp|forkl)[^>]*>(.*?)</tr>', kropp, re.S):
            utan = re.sub(r"<sup.*?</sup>", "", rad, flags=re.S)
            rader.append([_ren(c) for c in re.findall(r"<t[hd].*?</t[hd]>", utan, re.S)])
        tabeller[nyckel] = rader
    return tabeller


def _apins(svar):
    return {
        t["nyckel"]: [
            [r["rubrik"], *(c["visat"].replace("\u00a0", " ") for c in r["celler"].values())]
            for r in t["rader"]
            if r["celler"]
        ]
        for t in svar["tabeller"]
    }


def _bokens(innehall, tabeller):
    """The same, as the number format of the workbook shows it: figures in the unit of the row, unrounded."""
    bok = openpyxl.load_workbook(io.BytesIO(innehall), data_only=True)
    blad = [b for b in bok.worksheets if b.title not in ("Om", "Källor")]
    assert len(blad) == len(tabeller)
    return {
        t.nyckel: [
            [c.value for c in rad]
            for rad in b.iter_rows(
                min_row=(4 if t.ingress else 3) + 1, max_row=(4 if t.ingress else 3) + len(t.rader)
            )
        ]
        for t, b in zip(tabeller, blad, strict=True)
    }


@pytest.mark.parametrize(("adress", "antal"), PAR)
def test_sida_api_bok_och_pdf_har_samma_tal(som, andrad, adress, antal):
    klient = som("koncerncontroller")
    svar = klient.get(f"/budget/2024/{adress}")
    sida, val = _sidans(svar.content.decode()), svar.context["val"]
    assert len(sida) == antal and all(sida.values())
    assert _apins(klient.get(f"/api/v1/budget/2024/{adress}").json()) == sida

    handling = bygg_jamforelsehandling(val, ALLA_ENHETER)
    html = render_to_string("rapporter/handling.html", {"handling": visa_handling(handling)})
    # The PDF is this HTML: the same texts cell by cell.
    i_pdf = [
        [
            _ren(re.sub(r'<span class="not">.*?</span>', "", c))
            for c in re.findall(r"<t[hd].*?</t[hd]>", rad, re.S)
        ]
        for tabell in re.findall(r"<tbody>(.*?)</tbody>", html, re.S)[1:]
        for rad in re.findall(r"<tr.*?</tr>", tabell, re.S)
        if "colspan" not in rad
    ]
    assert i_pdf == [rad for rader in sida.values() for rad in rader]

    bok = klient.get(f"/budget/2024/{adress.replace('/jamfor/', '/jamfor/excel/')}")
    assert bok["Content-Disposition"] == f'attachment; filename="{handling.nyckel}.xlsx"'
    rader = _bokens(bok.content, handling.tabeller)
    for t in handling.tabeller:
        for rad, i_boken in zip(t.rader, rader[t.nyckel], strict=True):
            assert i_boken[0] == rad.rubrik
            for kolumn, cell, varde in zip(t.kolumner, rad.celler, i_boken[1:], strict=False):
                k = rad.i(kolumn)
                if cell.varde is None:
                    assert (varde or "") == k.text(cell)
                    continue
                skala = (
                    1 if k.slag == "procent" else 100 if k.tillagg == "%" else {"mnkr": MNKR}.get(k.enhet, 1)
                )
                assert k.text(type(cell)(Decimal(str(varde)) * skala)) == k.text(cell), (t.nyckel, rad.nyckel)


def test_en_internbudget_jamfors_med_forra_arets_och_med_prognosen(som):
    klient, adress = som("controller"), "/budget/2025/IB2025-MS/jamfor/"
    assert klient.get(adress).context["val"].mot.kod == "IB2024-MS"
    for mot, resultat in (("", "0"), ("?mot=P2024-MS", "−25")):
        tabeller = _sidans(klient.get(adress + mot).content.decode())
        assert len(tabeller) == 3
        assert _apins(klient.get(f"/api/v1{adress}{mot}").json()) == tabeller
        hela = next(iter(tabeller.values()))
        assert hela[-1][:3] == ["Resultat", resultat, "0"]
        bok = openpyxl.load_workbook(io.BytesIO(klient.get(f"{adress}excel/{mot}").content), data_only=True)
        assert [r[1].value for r in bok.worksheets[1].iter_rows() if r[0].value == "Resultat"] == [
            int(resultat.replace("−", "-"))
        ]


def test_skillnaden_i_boken_ar_en_formel_och_har_sin_kalla(som, andrad):
    klient = som("koncerncontroller")
    bok = openpyxl.load_workbook(io.BytesIO(klient.get("/budget/2024/B2024/jamfor/excel/?mot=B2023").content))
    blad = bok["Resultatbudget"]
    skillnad = next(r for r in blad.iter_rows() if r[0].value == "Årets resultat")
    assert str(skillnad[3].value).startswith("=IF(COUNT(")
    kallor = [r[6].value for r in bok["Källor"].iter_rows(min_row=4)]
    assert any("/budget/2023/B2023/varifran/resultatbudget/arets_resultat/" in k for k in kallor)
    assert any("/budget/2024/B2024/varifran/resultatbudget/arets_resultat/" in k for k in kallor)


def test_arets_resultat_2025_sager_vad_som_beslutades(som, andrad):
    """652 was decided and the parts gave 653: the change is −25 in both ways of comparing, and both say why."""
    klient = som("koncerncontroller")
    alla = _sidans(klient.get("/budget/2024/B2024-ARB/jamfor/").content.decode())["resultatbudget"]
    assert ["Årets resultat 2025", "628", "653", "−25", "", ""] in alla
    html = klient.get("/budget/2024/B2024-ARB/jamfor/").content.decode()
    assert "Årets resultat 2025: Budget 2024 beslutades till 652; delarna gav 653." in html
    adress = "/budget/2024/B2024-ARB/jamfor/?mot=B2024&ar=2025&mot_ar=2025"
    ett_ar = _sidans(klient.get(adress).content.decode())["resultatbudget"]
    assert ["Årets resultat", "652", "628", "−25"] in ett_ar


@pytest.mark.parametrize(
    ("adress", "rad"),
    [
        ("B2024/jamfor/?mot=B2024-ARB&ar=2025&mot_ar=2025", ["Årets resultat", "653", "652", "0"]),
        ("B2024-ARB/jamfor/?mot=B2024&ar=2025&mot_ar=2025", ["Årets resultat", "652", "653", "0"]),
    ],
)
def test_noten_namnger_den_version_som_beslutades(som, adress, rad):
    """Whichever side of the change it is on: on the page, in the workbook and in what the PDF is made of."""
    klient = som("koncerncontroller")
    svar = klient.get(f"/budget/2024/{adress}")
    html = svar.content.decode()
    assert rad in _sidans(html)["resultatbudget"]
    bok = openpyxl.load_workbook(
        io.BytesIO(klient.get(f"/budget/2024/{adress.replace('/jamfor/', '/jamfor/excel/')}").content)
    )
    i_boken = " ".join(str(c.value) for blad in bok for r in blad.iter_rows() for c in r if c.value)
    handling = visa_handling(bygg_jamforelsehandling(svar.context["val"], ALLA_ENHETER))
    i_pdf = render_to_string("rapporter/handling.html", {"handling": handling})
    for text in (html, i_boken, i_pdf):
        text = _ren(text)
        assert "arbetsversion beslutades" not in text
        assert "Årets resultat: Budget 2024 beslutades till 652; delarna gav 653." in text


def test_varje_tal_leder_till_sin_kalla(som, andrad):
    klient = som("koncerncontroller")
    for adress, _ in PAR[3:]:
        html = klient.get(f"/budget/2024/{adress}").content.decode()
        lankar = sorted(
            {
                unescape(k)
                for k in re.findall(r'href="(/budget/\d+/[^"]+/varifran/resultatbudget/[^"]*)"', html)
            }
        )
        assert lankar
        assert {klient.get(k).status_code for k in lankar} == {200}


def _bestall(klient, adress="/budget/2024/B2024/jamfor/handling/", **val):
    svar = klient.post(adress, val)
    assert svar.status_code == 302
    return Jobb.objects.get(slag="jamforelse")


def test_pdf_gors_av_kon_ar_taggad_och_har_boken_i_sig(som, andrad, tmp_path):
    jobb = _bestall(som("koncerncontroller"), mot="B2023", ar="2024", mot_ar="2023")
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, jobb.fel) == ("klar", "")
    filer = {f.namn: fil_plats(f.sha256).read_bytes() for f in jobb.filer.all()}
    assert sorted(filer) == ["b2024-2024-mot-b2023-2023.pdf", "b2024-2024-mot-b2023-2023.xlsx"]
    fil = tmp_path / "b.pdf"
    fil.write_bytes(filer["b2024-2024-mot-b2023-2023.pdf"])
    assert vera.validera(fil, "ua1") == []
    las = pypdf.PdfReader(fil)
    assert list(las.attachments) == ["b2024-2024-mot-b2023-2023.xlsx"]
    text = " ".join(" ".join(s.extract_text() for s in las.pages).replace("\u00a0", " ").split())
    for tal in ("−4 417", "−839", "−3 578", "62 834"):
        assert tal in text, tal


def test_nedladdningen_loggas_som_andra(som, andrad):
    fore = Nedladdning.objects.count()
    som("revisor").get("/budget/2024/B2024/jamfor/excel/?mot=B2023")
    assert Nedladdning.objects.count() == fore + 1
    assert Nedladdning.objects.latest("pk").filnamn == "b2024-2024-mot-b2023-2023.xlsx"


def test_utkastet_far_ingen_i_handen_som_inte_far_lasa_det(som, version, anvandare, andrad):
    """Neither by asking from the decided version, nor by a job that was ordered before the version was opened."""
    politiker = som("politiker")
    fran_beslutad = "/budget/2024/B2024/jamfor/"
    for adress in ("", "excel/"):
        assert politiker.get(f"{fran_beslutad}{adress}?mot=B2024-ARB").status_code == 403
    assert politiker.post(f"{fran_beslutad}handling/", {"mot": "B2024-ARB"}).status_code == 403
    assert "arbetsversion" not in politiker.get(fran_beslutad).content.decode()
    jobb = starta_jamforelse(
        version=version("B2024"), mot=version("B2024-ARB"), ar=None, mot_ar=None, urval=ALLA_ENHETER,
        by=anvandare("politiker"),
    )  # fmt: skip
    assert not far_anvanda(jobb)
    jobb = starta_jamforelse(
        version=version("B2024"), mot=version("B2023"), ar=2024, mot_ar=2023, urval=ALLA_ENHETER,
        by=anvandare("politiker"),
    )  # fmt: skip
    assert far_anvanda(jobb)


def test_controllern_far_bara_egna_enheter_i_boken(som, andrad):
    bok = openpyxl.load_workbook(
        io.BytesIO(som("controller-kn").get("/budget/2024/B2024-ARB/jamfor/excel/").content)
    )
    celler = {str(c.value) for b in bok.worksheets for rad in b.iter_rows() for c in rad}
    assert any("Kulturnämnden" in c for c in celler)
    assert "Resultatbudget" not in bok.sheetnames and not any("Finansförvaltningen" in c for c in celler)


def test_en_tom_jamforelse_sager_det_i_alla_former(version, erik, som):
    tillagg = skapa_tillaggsbudget(grund=version("B2024"), kod="T", namn="Tilläggsbudget", by=erik)
    klient = som("koncerncontroller")
    assert (
        "Ännu skiljer sig ingenting från Budget 2024."
        in klient.get("/budget/2024/T/jamfor/").content.decode()
    )
    handling = bygg_jamforelsehandling(Jamforelseval(tillagg, version("B2024")), ALLA_ENHETER)
    assert "Ännu skiljer sig ingenting från Budget 2024." in handling.ingress and not handling.tabeller
    bok = openpyxl.load_workbook(io.BytesIO(klient.get("/budget/2024/T/jamfor/excel/").content))
    assert any("Ännu skiljer sig ingenting" in str(c.value) for rad in bok["Om"].iter_rows() for c in rad)
    html = render_to_string("rapporter/handling.html", {"handling": visa_handling(handling)})
    assert pdf.skriv_handling(handling, html=html).startswith(b"%PDF")


def test_ett_ar_utan_belopp_sags(som):
    klient = som("koncerncontroller")
    html = klient.get("/budget/2024/B2024/jamfor/?mot=B2023&ar=2024&mot_ar=2031").content.decode()
    assert "Budget 2023 gäller 2023 och har inga belopp för 2031. Här visas 2023." in html
    # What was not asked for is handed to nobody.
    assert "/jamfor/excel/" not in html
    assert klient.get("/budget/2024/B2024/jamfor/excel/?mot=B2023&mot_ar=2031").status_code == 404
    svar = klient.get("/api/v1/budget/2024/B2024/jamfor/?mot=B2023&mot_ar=2031")
    assert svar.status_code == 400 and "har inga belopp för 2031" in svar.json()["fel"][0]
    assert klient.get("/budget/2024/B2024/jamfor/?mot=B2023&ar=tjugo").status_code == 404


def test_en_annan_version_valjs_i_formularet_utan_den_forras_ar(som):
    klient = som("koncerncontroller")
    html = klient.get("/budget/2024/B2024/jamfor/").content.decode()
    assert '<input type="hidden" name="valt" value="B2023">' in html
    svar = klient.get("/budget/2024/B2024/jamfor/?valt=B2023&mot=BS2022&ar=2024&mot_ar=2023")
    assert svar.context["val"][2:] == (2024, 2022) and not svar.context["arsnot"]
    svar = klient.get("/budget/2024/B2024/jamfor/?valt=B2023&mot=B2024-ARB&ar=2024&mot_ar=2023")
    assert svar.context["val"][2:] == (None, None)


def test_ett_ar_jamfors_inte_med_sig_sjalvt(som):
    klient = som("koncerncontroller")
    svar = klient.get("/budget/2024/B2024/jamfor/?mot=B2024")
    assert svar.context["val"][2:] == (2025, 2024) and not svar.context["arsnot"]
    svar = klient.get("/budget/2024/B2024/jamfor/?mot=B2024&ar=2024&mot_ar=2024")
    assert svar.context["val"][2:] == (2024, 2025)
    assert "Ett år kan inte jämföras med sig självt. Här visas 2024 mot 2025." in svar.content.decode()


def test_det_naturliga_valet_ar_forvalt(som, version, erik):
    klient = som("koncerncontroller")
    skapa_tillaggsbudget(grund=version("B2024"), kod="T", namn="Tilläggsbudget", by=erik)
    valt = {
        kod: klient.get(f"/budget/2024/{kod}/jamfor/").context["val"] for kod in ("B2024", "B2024-ARB", "T")
    }
    assert {kod: (v.mot.kod, v.ar, v.mot_ar) for kod, v in valt.items()} == {
        "B2024": ("B2023", 2024, 2023),
        "B2024-ARB": ("B2024", None, None),
        "T": ("B2024", None, None),
    }


def test_fragorna_ar_lika_manga_hur_mycket_som_an_skiljer(som, andrad, erik):
    klient, adress = som("koncerncontroller"), "/budget/2024/B2024-ARB/jamfor/"

    def antal():
        klient.get(adress)
        with CaptureQueriesContext(connection) as fangst:
            klient.get(adress)
        return len(fangst)

    fore = antal()
    _kosta(andrad, 2026, 5, erik)
    assert antal() == fore
