"""Entering in the browser's forms, without a browser: saved, refused, and in conflict."""

import io
import json
import re
from html import unescape

import openpyxl
import pytest

from budget.models import Belopp
from tests.budget.belopp import egna_nivaer
from tests.lib.fientlig import Matt


@pytest.fixture(autouse=True)
def nivaer_av_egna_belopp(version):
    """The bridge counts the levels of a copy; here their cells are to have amounts."""
    egna_nivaer(version("B2024-ARB"))


ADRESS = "/budget/2024/B2024-ARB/resultatbudget/inmatning/"


def _falt(html):
    """The form as a browser would send it back unchanged."""
    funna = re.findall(r'name="([ck]\.[\d.]+|bas)" value="([^"]*)"', html)
    return {namn: unescape(varde) for namn, varde in funna}


def _cell(version, kod, ar=2024):
    b = Belopp.objects.get(version=version, post__kod=kod, ar=ar)
    return f"c.{b.enhet_id}.{b.post_id}.{ar}"


def test_oforandrat_formular_andrar_inget(som):
    klient = som("koncerncontroller")
    falt = _falt(klient.get(ADRESS).content.decode())
    svar = klient.post(ADRESS, falt, follow=True)
    assert "Inget var ändrat" in svar.content.decode()


def test_sparad_siffra_ar_densamma_i_sida_excel_json_och_historik(som, version):
    klient = som("koncerncontroller")
    falt = _falt(klient.get(ADRESS).content.decode())
    falt[_cell(version("B2024-ARB"), "kostnader")] = "(62 824)"
    svar = klient.post(ADRESS, falt | {"varfor": "Ny prognos"}, follow=True)
    assert "Sparat kl." in svar.content.decode()
    sida = klient.get("/budget/2024/B2024-ARB/resultatbudget/").content.decode()
    assert "−62\u00a0824" in sida and "−4\u00a0407" in sida
    data = klient.get("/api/v1/budget/2024/B2024-ARB/resultatbudget/").json()["tabeller"][0]
    rader = {r["nyckel"]: r["celler"]["B2024-ARB-2024"] for r in data["rader"]}
    assert rader["kostnader"]["varde"] == "-62824000000.00"
    assert rader["arets_resultat"]["visat"] == "−4\u00a0407"
    bok = openpyxl.load_workbook(
        io.BytesIO(klient.get("/budget/2024/B2024-ARB/resultatbudget/excel/").content), data_only=True
    )
    varden = {rad[0].value: [c.value for c in rad] for ark in bok for rad in ark.iter_rows() if rad[0].value}
    assert varden["Verksamhetens kostnader"][2] == -62824
    kalla = klient.get(rader["kostnader"]["kalla"]).content.decode()
    for text in (
        "Erik Sandahl",
        "Ny prognos",
        "−62\u00a0824",
        "−62\u00a0834",
        "budget2024/resultatbudget.csv",
    ):
        assert text in kalla


def test_fel_i_en_cell_behaller_allt_skrivet_och_sparar_inget(som, version):
    klient = som("koncerncontroller")
    falt = _falt(klient.get(ADRESS).content.decode())
    falt[_cell(version("B2024-ARB"), "kostnader")] = "1l"
    falt[_cell(version("B2024-ARB"), "intakter")] = "11 200"
    svar = klient.post(ADRESS, falt)
    html = svar.content.decode()
    assert svar.status_code == 422
    assert "«1l» är inte ett tal" in html
    assert 'value="1l"' in html and 'value="11 200"' in html and 'aria-invalid="true"' in html
    assert Belopp.objects.get(version=version("B2024-ARB"), post__kod="intakter", ar=2024).rev == 1


def test_konflikt_visar_bada_och_valet_avgor(som, version):
    klient = som("koncerncontroller")
    namn = _cell(version("B2024-ARB"), "kostnader")
    falt = _falt(klient.get(ADRESS).content.decode())
    klient.post(ADRESS, falt | {namn: "-62 800"})
    svar = klient.post(ADRESS, falt | {namn: "-62 900"})
    html = svar.content.decode()
    assert svar.status_code == 409
    assert "Du sparade −62\u00a0800" in html and "i ett annat fönster" in html
    assert 'value="-62 900"' in html
    nytt = _falt(html)
    assert json.loads(nytt["k." + namn[2:]])[1] == "-62800000000.00"
    assert klient.post(ADRESS, nytt).status_code == 409
    b = Belopp.objects.get(version=version("B2024-ARB"), post__kod="kostnader", ar=2024)
    klient.post(ADRESS, nytt | {"v." + namn[2:]: "deras"})
    b.refresh_from_db()
    assert b.belopp == -62800000000
    klient.post(ADRESS, nytt | {"v." + namn[2:]: "mitt"})
    b.refresh_from_db()
    assert b.belopp == -62900000000


def test_den_som_sparar_en_nyss_last_version_far_se_det_skrivna(som, version):
    klient = som("koncerncontroller")
    falt = _falt(klient.get(ADRESS).content.decode())
    falt[_cell(version("B2024-ARB"), "kostnader")] = "-62 111"
    klient.post("/budget/2024/B2024-ARB/las/")
    svar = klient.post(ADRESS, falt | {"varfor": "Ny prognos"})
    html = svar.content.decode()
    assert svar.status_code == 409
    for text in ("är låst", "Verksamhetens kostnader 2024", "-62 111", "Ny prognos"):
        assert text in html


@pytest.mark.parametrize("bas", ['{"1.1.2024":[1,"sNaN"]}', '{"1.1.2024":[1e999,"1"]}', "x"])
def test_skadat_formular_avvisas(som, bas):
    assert som("koncerncontroller").post(ADRESS, {"bas": bas}).status_code == 400


def test_nycklar_vars_hash_krockar_kostar_lite(som, version):
    """The hash of a whole number is its rest by 2^61 − 1, so all these cells had the same: 2 MB of them cost 99 s."""
    klient = som("koncerncontroller")
    falt = _falt(klient.get(ADRESS).content.decode())
    cell = _cell(version("B2024-ARB"), "kostnader")
    krock = ",".join(f'"{k * (2**61 - 1)}.1.2024":[1,"1"]' for k in range(1, 15_001))
    falt |= {"bas": "{" + krock + "," + falt["bas"][1:], cell: "-62 111"}
    with Matt() as matt:
        assert klient.post(ADRESS, falt).status_code == 302
    assert matt.cpu < 2
    assert Belopp.objects.get(version__kod="B2024-ARB", post__kod="kostnader", ar=2024).belopp == -62111000000


def test_en_cell_har_ett_namn_och_dess_utgangslage_ar_kort(som, version):
    """«c.01.1.2024» was the same cell as «c.1.1.2024», and each of them read a megabyte of what it had been shown."""
    klient = som("koncerncontroller")
    falt = _falt(klient.get(ADRESS).content.decode())
    namn = _cell(version("B2024-ARB"), "kostnader")
    enhet, rest = namn.removeprefix("c.").split(".", 1)
    for annat in (f"0{enhet}.{rest}", f"+{enhet}.{rest}", f" {enhet}.{rest}", f"{enhet}.{rest}_0"):
        assert klient.post(ADRESS, falt | {f"c.{annat}": "1"}).status_code == 400, annat
    lang = "[0,null]" + " " * 100_000
    mitt = {namn: "-62 111", f"v.{namn[2:]}": "mitt", f"k.{namn[2:]}": lang}
    with Matt() as matt:
        assert klient.post(ADRESS, falt | mitt).status_code == 400
    assert matt.cpu < 1
    assert not Belopp.objects.filter(version=version("B2024-ARB"), belopp=-62_111_000_000).exists()


def test_fragor_per_sida_beror_inte_pa_antalet_enheter(som, version):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from organisation.models import Enhet, Placering

    sidor = ("/", "/budget/2024/B2024-ARB/regionbidrag/", "/budget/2024/B2024-ARB/regionbidrag/inmatning/",
             "/budget/2024/B2024/regionbidrag/", "/budget/2024/B2024/kontroll/", "/organisation/")  # fmt: skip
    klient = som("koncerncontroller")

    def antal():
        svar = []
        for sida in sidor:
            with CaptureQueriesContext(connection) as fangst:
                assert klient.get(sida).status_code == 200
            svar.append((sida, len(fangst)))
        return svar

    antal()  # the first page of a session also writes its time
    fore = antal()
    mall = Placering.objects.get(enhet__kod="KN")
    post = Belopp.objects.get(version=version("B2024-ARB"), enhet__kod="KN", ar=2024).post
    for i in range(250):
        enhet = Enhet.objects.create(kod=f"X{i}", namn=f"Enhet {i}", typ="forvaltning")
        Placering.objects.create(
            enhet=enhet, namnd=mall.namnd, sektor=mall.sektor, ordning=i, giltig_fran="2022-01-01"
        )
        Belopp.objects.create(version=version("B2024-ARB"), enhet=enhet, post=post, ar=2024, belopp=1, precision=1,
                              ursprung="inmatad", andrad_tid="2024-01-01T00:00Z")  # fmt: skip
    assert antal() == fore


def test_fragor_pa_oversikten_vaxer_inte_med_oppna_versioner(som, version):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from budget.actions.versioner import kopiera_version

    klient = som("koncerncontroller")

    def antal(nya):
        for i in nya:
            kopiera_version(kalla=version("B2024"), kod=f"K{i}", namn=f"Kopia {i}")
        klient.get("/")
        svar = []
        for sida in ("/", "/api/v1/budget/", "/budget/"):
            with CaptureQueriesContext(connection) as fangst:
                assert klient.get(sida).status_code == 200
            svar.append(len(fangst))
        return svar

    fore = antal(range(3))
    assert antal(range(3, 10)) == fore
    assert "8 öppna versioner till" in klient.get("/").content.decode()
