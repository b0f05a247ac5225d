"""Regionbidrag as a bridge: the printed matrix, its guards, and the entry of a justering."""

import csv
import io
import json
import re
from decimal import Decimal
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from budget.models import Justering, Justeringsrad, Justeringssumma
from budget.selectors.justering import hamta_brygga
from budget.selectors.kontroll import hamta_bryggavvikelser
from budget.selectors.summor import ALLA_ENHETER
from budget.tabeller.brygga import bygg_enhetsbrygga, bygg_matris
from budget.tabeller.handling import bygg_handling
from organisation.models import Enhet, Placering
from regionskane.lib import xlsx

MNKR = 1_000_000
ARB = "/budget/2024/B2024-ARB/brygga/"
FIL = Path(__file__).resolve().parents[3] / "fixtures/budget2024/regionbidrag_4b.csv"
# The printed «SUMMA FÖRÄNDRING» of bilaga 4B, textrad 4149 and 4264.
FORANDRING = (
    "KN=10.6 KTN=318.6 RUN=15.3 PHH=276.2 SUS=1384.1 LKR=39.2 HBG=313.6 AHM=72.5 CSK=503.5 HHM=81.2 YSD=109.4 "
    "TBG=61.1 PV_OFF=258.8 PV_HV=702.4 PDV=4.9 NORV_MS=50.0 HSN=740.4 RS=15.4 PEN=4.5 REV=0.2 FINANS=-4961.9"
)


def _rader():
    with FIL.open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil))


def _falt(html):
    return {n: unescape(v) for n, v in re.findall(r'<input[^>]*name="([\w-]+)"[^>]*value="([^"]*)"', html)}


def test_varje_tryckt_rad_star_i_matrisen_och_summerar_till_noll(version):
    data = hamta_brygga(version("B2024"), 2024, ALLA_ENHETER)
    tabell = bygg_matris(data)
    nyckel = {(j.block, j.titel): f"justering-{j.pk}" for j in data.justeringar}
    rader = _rader()
    assert len(rader) == 159 and len(nyckel) == 33
    for r in rader:
        cell = tabell.cell(nyckel[r["block"], r["titel"]], r["enhet"])
        assert cell.varde == Decimal(r["belopp"]) * MNKR, r
    for rad in nyckel.values():
        assert tabell.cell(rad, "summa").varde == 0


@pytest.mark.parametrize("kod", ["B2024", "B2024-ARB"])
def test_andelarna_star_som_en_rad_under_sin_justering(version, kod):
    data = hamta_brygga(version(kod), 2024, ALLA_ENHETER)
    tabell = bygg_matris(data)
    tryckta = {r["enhet"]: r["andel"] for r in _rader() if r["andel"]}
    assert len(tryckta) == 8 and sum(map(Decimal, tryckta.values())) == Decimal("99.9")
    i = next(i for i, r in enumerate(tabell.rader) if r.nyckel.startswith("andel-"))
    over, rad = tabell.rader[i - 1 : i + 1]
    assert over.rubrik == "Omfördelningseffekt ny ersättningsmodell" and rad.rubrik == f"{over.rubrik}, andel"
    visade = {
        k.nyckel: rad.i(k).text(c)
        for k, c in zip(tabell.kolumner, rad.celler, strict=True)
        if c.varde is not None
    }
    assert visade == {enhet: f"{andel.replace('.', ',')}\u00a0%" for enhet, andel in tryckta.items()}
    assert all(rad.nyckel not in dict(r.delar) for r in tabell.rader)


def test_andelarna_star_pa_sidan_i_pdf_och_i_arbetsboken(som, version):
    sida = som("koncerncontroller").get(ARB).content.decode()
    assert "ersättningsmodell, andel" in sida and "60,6\u00a0%" in sida
    handling = bygg_handling(version("B2024"), ALLA_ENHETER)
    delar = [t for t in handling.tabeller if any(r.nyckel.startswith("andel-") for r in t.rader)]
    assert delar and all(t.nyckel.startswith("regionbidrag-4b") for t in delar)
    bok = openpyxl.load_workbook(io.BytesIO(xlsx.skriv_handling(handling)))
    celler = [c for blad in bok for rad in blad.iter_rows() for c in rad if c.value in (60.6, 0.606)]
    assert celler and all("%" in c.number_format for c in celler)


def test_varje_kolumn_star_som_den_trycktes_och_raderna_ger_den_utom_for_hsn_och_finans(version):
    data = hamta_brygga(version("B2024"), 2024, ALLA_ENHETER)
    tabell = bygg_matris(data)
    enheter = {p.enhet_kod: p.enhet_id for p in data.enheter}
    raderna_ger = {}
    for par in FORANDRING.split():
        enhet, tryckt = par.split("=")
        assert tabell.cell("forandring", enhet).varde == Decimal(tryckt) * MNKR, enhet
        if data.summa(enhet=enheter[enhet]) != Decimal(tryckt) * MNKR:
            raderna_ger[enhet] = data.summa(enhet=enheter[enhet]) / MNKR
    assert raderna_ger == {"HSN": Decimal("740.3"), "FINANS": Decimal("-4961.8")}
    assert tabell.cell("ingaende", "FINANS").varde == Decimal("-48872.0") * MNKR
    assert tabell.cell("niva", "FINANS").varde == Decimal("-53833.9") * MNKR
    assert tabell.cell("niva", "NORV_MS").varde == Decimal("617.4") * MNKR
    assert tabell.cell("forandring", "summa").varde == 0
    # It ends in the level, which is the last of its sums; a row beside it would say something else.
    assert tabell.rader[-1].nyckel == "niva" and "brygga" not in [r.nyckel for r in tabell.rader]
    teknisk = tabell.cell("summa-teknisk", "HSN")
    assert (teknisk.varde / MNKR, teknisk.delar_ger / MNKR) == (Decimal("275.7"), Decimal("275.6"))
    assert "delarna ger 275,6" in tabell.noter[teknisk.noter[0] - 1]


def test_en_namnds_egen_brygga_slutar_dar_4a_slutar(som, version):
    data = hamta_brygga(version("B2024"), 2024, ALLA_ENHETER)
    hsn = next(p for p in data.enheter if p.enhet_kod == "HSN")
    t = bygg_enhetsbrygga(data, hsn)
    vantat = "ingaende=14688.3 summa-teknisk=275.7 summa-upprakning=433.9 summa-riktad=30.8 niva=15428.7"
    for rad, mnkr in (par.split("=") for par in vantat.split()):
        assert t.cell(rad, "belopp").varde == Decimal(mnkr) * MNKR, rad
    html = som("revisor").get("/budget/2024/B2024/brygga/HSN/").content.decode().replace("\u00a0", " ")
    assert "Bidraget ökar med 740,4 mnkr, från 14 688,3 till 15 428,7" in html
    assert "Inte förklarat av justeringarna" in html and "bryggan ger 15 428,6" in html


def test_en_kopia_har_sina_egna_summor_av_justeringar(version):
    """What was printed was decided in the version that it was printed for."""
    assert Justeringssumma.objects.filter(version=version("B2024")).count() == 75
    assert not Justeringssumma.objects.exclude(version=version("B2024")).exists()
    tabell = bygg_matris(hamta_brygga(version("B2024-ARB"), 2024, ALLA_ENHETER))
    assert tabell.cell("summa-teknisk", "HSN").varde == Decimal("275.6") * MNKR
    assert [r.nyckel for r in tabell.rader if any(c.delar_ger is not None for c in r.celler)] == []


def test_en_last_versions_tryckta_summor_kan_inte_andras(version):
    summa = Justeringssumma.objects.filter(version=version("B2024")).first()
    with pytest.raises(IntegrityError, match="är låst"), transaction.atomic():
        Justeringssumma.objects.filter(pk=summa.pk).update(belopp=1)
    with pytest.raises(IntegrityError, match="töms inte"), transaction.atomic(), connection.cursor() as c:
        c.execute("TRUNCATE budget_justeringssumma")


def test_kontrollera_namner_bara_hsn_som_avrundning(version):
    (a,) = hamta_bryggavvikelser([version("B2024")])
    assert (a.kod, a.omfang_namn, a.skillnad.slag) == ("BRYGGA", "Hälso- och sjukvårdsnämnden", "avrundning")
    assert "textrad 4027" in a.kalla


def test_ny_justering_som_utkast_sedan_med_finans_och_beslutad(som, version):
    klient = som("koncerncontroller")
    adress = f"{ARB}justering/ny/"
    skrivet = {
        "titel": "Kulturskolan", "block": "riktad", "ar": "2024", "prisniva": "2024",
        "belopp-KN": "1,5", "vad": "besluta",
    }  # fmt: skip
    svar = klient.post(adress, skrivet)
    html = svar.content.decode()
    assert svar.status_code == 422
    assert "+1,5 mnkr och ska bli 0" in html and 'value="1,5"' in html
    assert not Justering.objects.filter(titel="Kulturskolan").exists()
    klient.post(adress, skrivet | {"vad": "utkast"})
    ny = Justering.objects.get(titel="Kulturskolan")
    assert not ny.beslutad
    fore = hamta_brygga(version("B2024-ARB"), 2024, ALLA_ENHETER)
    kn = Enhet.objects.get(kod="KN").pk
    assert fore.summa(enhet=kn) == Decimal("10.6") * MNKR
    sida = f"{ARB}justering/{ny.pk}/"
    klient.post(sida, skrivet | {"vad": "finans", "rev": ny.rev})
    assert ny.rader.get(enhet__kod="FINANS").belopp == Decimal("-1.5") * MNKR
    ny.refresh_from_db()
    klient.post(sida, skrivet | {"vad": "besluta", "rev": ny.rev, "belopp-FINANS": "-1,5"})
    ny.refresh_from_db()
    assert ny.beslutad
    efter = hamta_brygga(version("B2024-ARB"), 2024, ALLA_ENHETER)
    assert efter.summa(enhet=kn) == Decimal("12.1") * MNKR
    # 4A is the bridge: the level follows, so there is no difference between them to tell of.
    assert [b.utgaende[kn].varde for b in (fore, efter)] == [Decimal("357.4") * MNKR, Decimal("358.9") * MNKR]
    html = klient.get(ARB).content.decode()
    assert "Kulturskolan" in html and "Kulturnämnden 2024 är" not in html


def test_api_sparar_ett_utkast_i_obalans_men_beslutar_det_inte(som):
    klient = som("koncerncontroller")
    adress = "/api/v1/budget/2024/B2024-ARB/justeringar/"
    skickat = {"titel": "Via API", "block": "riktad", "ar": 2024, "prisniva": 2024, "rader": {"KN": "1,5"}}

    def skicka(**mer):
        return klient.post(adress, json.dumps(skickat | mer), content_type="application/json")

    svar = skicka(besluta=True)
    assert svar.status_code == 400 and "ska bli 0" in svar.json()["fel"][0]
    assert not Justering.objects.filter(titel="Via API").exists()
    assert skicka().status_code == 201
    assert not Justering.objects.get(titel="Via API").beslutad
    assert (
        skicka(titel="Två", rader={"KN": "1,5", "FINANS": "-1,5"}, besluta=True).json()["status"]
        == "beslutad"
    )
    assert skicka(titel="Tre", rader={"XX": "1"}).json()["fel"] == ["Enheten finns inte i versionen: XX."]
    assert skicka(titel="Fyra", rader={"KN": "abc"}).status_code == 400
    assert skicka(rader=[]).status_code == 400


def test_den_som_skrev_nar_versionen_lastes_har_sin_text_kvar(som):
    klient = som("koncerncontroller")
    klient.post("/budget/2024/B2024-ARB/las/")
    svar = klient.post(
        f"{ARB}justering/ny/",
        {"titel": "Kulturskolan", "block": "riktad", "ar": "2024", "prisniva": "2024", "belopp-KN": "1,55"},
    )
    html = svar.content.decode()
    assert svar.status_code == 422
    assert (
        "är låst. Ingenting har sparats." in html
        and 'value="1,55"' in html
        and 'value="Kulturskolan"' in html
    )


def test_vem_som_skrev_vad_syns_for_den_som_far_lasa_det(som, version):
    klient = som("koncerncontroller")
    j = Justering.objects.get(version=version("B2024-ARB"), titel="Demokratiuppdrag")
    sida = f"{ARB}justering/{j.pk}/"
    falt = _falt(klient.get(sida).content.decode()) | {"block": "teknisk", "ar": "2024", "vad": "besluta"}
    klient.post(sida, falt | {"belopp-KN": "3,05", "belopp-RS": "-3,05"})
    html = som("revisor").get(sida).content.decode()
    for text in ("Erik Sandahl", "+3,05", "+2,4", "Kopia av Budget 2024"):
        assert text in html
    fast = Justering.objects.get(version=version("B2024"), titel="Demokratiuppdrag")
    html = som("revisor").get(f"/budget/2024/B2024/brygga/justering/{fast.pk}/").content.decode()
    assert "Inläst från budget2024/regionbidrag_4b.csv" in html
    assert (
        "Vem som har skrivit vad"
        not in som("politiker").get(f"/budget/2024/B2024/brygga/justering/{fast.pk}/").content.decode()
    )


def test_handlingen_har_hela_bilaga_4b(version):
    handling = bygg_handling(version("B2024"), ALLA_ENHETER)
    delar = [t for t in handling.tabeller if t.nyckel.startswith("regionbidrag-4b")]
    koder = [k.nyckel for t in delar for k in t.kolumner]
    matris = bygg_matris(hamta_brygga(version("B2024"), 2024, ALLA_ENHETER))
    assert koder == [k.nyckel for k in matris.kolumner]
    for t in delar:
        for rad in t.rader:
            for k, cell in zip(t.kolumner, rad.celler, strict=False):
                assert cell.varde == matris.cell(rad.nyckel, k.nyckel).varde
    bok = openpyxl.load_workbook(io.BytesIO(xlsx.skriv_handling(handling)))
    blad = next(b for b in bok if any(rad[0].value == "Summa förändring" for rad in b.iter_rows()))
    summa = next(rad for rad in blad.iter_rows() if rad[0].value == "Summa förändring")
    assert str(summa[1].value).startswith("=")


def test_databasen_vagrar_en_beslutad_justering_i_obalans(version):
    j = Justering.objects.filter(version=version("B2024-ARB"), status="beslutad").first()
    rad = j.rader.first()
    with pytest.raises(IntegrityError, match="ta ut varandra"), transaction.atomic():
        Justeringsrad.objects.filter(pk=rad.pk).update(belopp=rad.belopp + 1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="ta ut varandra"), transaction.atomic():
        utkast = Justering.objects.create(
            version=j.version, ar=2024, block="riktad", titel="Obalans", prisniva=2024, ordning=99
        )
        Justeringsrad.objects.create(justering=utkast, enhet=rad.enhet, belopp=1, precision=1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a draft may be out of balance
        utkast.status = "beslutad"
        utkast.save()


def test_en_last_version_tar_inga_justeringar(version):
    j = Justering.objects.filter(version=version("B2024")).first()
    for andra in (
        lambda: Justeringsrad.objects.filter(justering=j).update(kalla="x"),
        lambda: Justering.objects.filter(pk=j.pk).update(titel="x"),
        lambda: Justeringsrad.objects.filter(justering=j).delete(),
    ):
        with pytest.raises(IntegrityError, match="är låst"), transaction.atomic():
            andra()


def test_den_som_blev_fore_syns_och_inget_skrivs_over(som, version):
    klient = som("koncerncontroller")
    j = Justering.objects.get(version=version("B2024-ARB"), titel="Demokratiuppdrag")
    sida = f"{ARB}justering/{j.pk}/"
    falt = _falt(klient.get(sida).content.decode()) | {"block": "teknisk", "ar": "2024"}
    klient.post(sida, falt | {"belopp-KN": "3,0", "belopp-RS": "-3,0", "vad": "besluta"})
    svar = klient.post(sida, falt | {"belopp-KN": "4,0", "belopp-RS": "-4,0", "vad": "besluta"})
    html = svar.content.decode()
    assert svar.status_code == 409
    assert 'value="4,0"' in html and "Sparat nu: 3" in html and "Sparat nu: −3" in html
    assert html.count("Sparat nu:") == 2
    klient.post(sida, _falt(html) | {"block": "teknisk", "ar": "2024", "vad": "besluta"})
    assert j.rader.get(enhet__kod="KN").belopp == 4 * MNKR
    klient.post(sida, falt | {"belopp-KN": "5,0", "belopp-RS": "-5,0", "vad": "besluta"})
    assert j.rader.get(enhet__kod="KN").belopp == 4 * MNKR


def test_en_justering_som_sparas_oforandrad_andrar_inget(som, version):
    klient = som("koncerncontroller")
    j = Justering.objects.get(version=version("B2024-ARB"), titel="Demokratiuppdrag")
    fore = {r.enhet_id: (r.pk, r.belopp, r.kalla) for r in j.rader.all()}
    assert 0 in [belopp for _, belopp, _ in fore.values()]
    sida = f"{ARB}justering/{j.pk}/"
    falt = _falt(klient.get(sida).content.decode()) | {"block": "teknisk", "ar": "2024", "vad": "besluta"}
    assert klient.post(sida, falt).status_code == 302
    assert {r.enhet_id: (r.pk, r.belopp, r.kalla) for r in j.rader.all()} == fore


def test_controller_ser_bara_sin_egen_kolumn(som):
    html = som("controller").get(ARB).content.decode()
    assert "NORV MS" in html and "Internränta 2,0" in html
    assert "FINANS" not in html and "Demokratiuppdrag" not in html and "1\u00a0384,1" not in html
    brygga = som("controller").get(f"{ARB}NORV_MS/").content.decode()
    assert "617,4" in brygga and "567,4" in brygga
    assert "Bidraget ökar med 50,0 mnkr, från 567,4 till 617,4" in brygga
    assert "Internränta 2,0 % +11,3, Justering restpost" in brygga
    assert som("controller").get(f"{ARB}KN/").status_code == 403


def test_fragor_beror_inte_pa_antalet_justeringar_och_namnder(som, version):
    klient = som("koncerncontroller")

    def fragor():
        with CaptureQueriesContext(
            connection,
        ) as matning:
            assert klient.get(ARB).status_code == 200
        return len(matning)

    klient.get(ARB)
    fore = fragor()
    arb, mall = version("B2024-ARB"), Placering.objects.get(enhet__kod="KN")
    nya = [Enhet.objects.create(kod=f"NY{i}", namn=f"Ny {i}", typ="forvaltning") for i in range(5)]
    for e in nya:
        Placering.objects.create(
            enhet=e, namnd=mall.namnd, sektor=mall.sektor, ordning=50, giltig_fran="2022-01-01"
        )
    for i in range(10):
        j = Justering.objects.create(
            version=arb, ar=2024, block="riktad", titel=f"Ny {i}", prisniva=2024, ordning=100 + i
        )
        for e in nya:
            Justeringsrad.objects.create(justering=j, enhet=e, belopp=i * MNKR, precision=MNKR)
    assert fragor() == fore


def test_varifran_sager_vad_bryggan_ger_dar_nivan_ar_en_annan(som):
    """As the note of the table does, for whoever asks about the figure."""
    klient = som("revisor")
    panel = "/budget/2024/B2024/varifran/regionbidrag/regionbidrag/enhet-{}/2024/"
    html = unescape(klient.get(panel.format("HSN")).content.decode()).replace("\u00a0", " ")
    assert "15 428,7" in html and "Bryggan ger 15 428,6: förra årets nivå" in html
    assert "Bryggan ger" not in klient.get(panel.format("KN")).content.decode()
