"""Jobs, run for real: one result however often they are started, interrupted or repeated."""

import os
import time

import pikepdf
import pypdf
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection, transaction

from budget.actions.balanskrav import starta_berakning
from budget.actions.handling import starta_handling
from budget.models import Budgetversion, Utredning
from organisation.models import Namnd, Rolltilldelning
from organisation.permissions import Enhetsurval
from regionskane.celery import app
from regionskane.jobb.actions import (
    FLEST_VANTANDE,
    ForMangaJobb,
    aterstall_avbrutna,
    fil_plats,
    kor_jobb,
    kor_om_jobb,
    starta_jobb,
)
from regionskane.jobb.models import Jobb
from regionskane.jobb.slag import SLAG
from tests.regionskane.arbetare import doda, starta
from verktyg.verapdf import vera

ALLT = Enhetsurval(allt=True)


def test_balanskravsjobb_sparar_en_utredning_hur_ofta_det_an_kors(version, anvandare):
    jobb = starta_berakning(version=version("B2024-ARB"), by=anvandare("koncerncontroller"))
    for _ in range(3):
        kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, jobb.andel, jobb.forsok) == ("klar", 100, 1)
    assert jobb.resultat_url == "/budget/2024/B2024-ARB/balanskrav/"
    utredning = Utredning.objects.get(version=version("B2024-ARB"))
    assert utredning.jobb == jobb
    assert {a["ar"]: a["balanskravsresultat"] for a in utredning.resultat["ar"]}[2024] == "-4000000000"


def test_jobb_som_inte_gar_sager_varfor_och_kan_koras_om(version, anvandare, som):
    tom = Budgetversion.objects.create(kod="TOM", namn="Tom version", ar=2024, typ="budget")
    jobb = starta_berakning(version=tom, by=anvandare("koncerncontroller"))
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert jobb.status == "fel"
    assert jobb.fel == "Tom version har ingen balanskravsuppställning, så det finns inget att beräkna."
    assert jobb.fel in som("koncerncontroller").get(jobb.get_absolute_url()).content.decode()
    kor_om_jobb(jobb=jobb)
    jobb.refresh_from_db()
    assert (jobb.status, jobb.fel, jobb.forsok) == ("koad", "", 0)


def test_ett_jobb_som_tar_for_lang_tid_sager_det_och_provas_inte_igen(version, anvandare, monkeypatch):
    """Killed by its limit it would look as if its worker had died, and be run three times."""

    def haller_pa(*_):
        raise SoftTimeLimitExceeded

    monkeypatch.setitem(SLAG, "balanskrav", haller_pa)
    jobb = starta_berakning(version=version("B2024-ARB"), by=anvandare("koncerncontroller"))
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, jobb.forsok) == ("fel", 1)
    assert jobb.fel.startswith("Arbetet tog längre tid än 15 minuter") and aterstall_avbrutna() == 0
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit == settings.TASK_TIME_LIMIT


def test_samma_jobb_i_kon_bestalls_en_gang_och_kon_tar_inte_hur_manga_som_helst(version, anvandare, som):
    """There is one worker for all: a script of orders would keep it from everybody else's."""
    erik, version = anvandare("koncerncontroller"), version("B2024-ARB")
    forsta, andra = (starta_berakning(version=version, by=erik) for _ in range(2))
    assert forsta == andra
    kor_jobb(str(forsta.pk))
    assert starta_berakning(version=version, by=erik) != forsta  # done, so it is another
    for i in range(FLEST_VANTANDE - 1):
        starta_jobb(slag="balanskrav", titel="Prov", parametrar={"nr": i}, by=erik)
    with pytest.raises(ForMangaJobb, match="20 jobb"):
        starta_jobb(slag="balanskrav", titel="Prov", parametrar={"nr": "till"}, by=erik)
    svar = som("koncerncontroller").post("/budget/2024/B2024/handling/", {"bara": ""})
    assert svar.status_code == 403 and "Du har redan 20 jobb" in svar.content.decode()
    assert "för många jobb" in svar.content.decode() and "behörighet" not in svar.content.decode()
    till_skriptet = som("koncerncontroller").post(
        "/budget/2024/B2024/handling/", {"bara": ""}, headers={"X-Fragment": "1"}
    )
    assert till_skriptet.headers["Content-Type"].startswith("text/plain")
    assert till_skriptet.content.decode().startswith("Du har för många jobb på gång. Du har redan 20 jobb")
    Jobb.objects.filter(pk=forsta.pk).update(status="fel")
    assert som("koncerncontroller").post(f"/jobb/{forsta.pk}/igen/").status_code == 403
    forsta.refresh_from_db()
    assert forsta.status == "fel"
    starta_jobb(slag="balanskrav", titel="Prov", parametrar={}, by=anvandare("revisor"))


def test_handlingen_ar_tillganglig_arkivbar_och_bar_sin_arbetsbok(version, anvandare, tmp_path):
    jobb = starta_handling(version=version("B2024"), urval=ALLT, bara="", by=anvandare("revisor"))
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, jobb.fel) == ("klar", "")
    filer = {f.namn: fil_plats(f.sha256) for f in jobb.filer.all()}
    assert sorted(filer) == ["b2024-budget.pdf", "b2024-budget.xlsx"]
    pdf = tmp_path / "b.pdf"
    pdf.write_bytes(filer["b2024-budget.pdf"].read_bytes())
    assert vera.validera(pdf, "ua1") == []
    assert vera.validera(pdf, "3a") == []
    text = "".join(sida.extract_text() for sida in pypdf.PdfReader(pdf).pages).replace("\u00a0", " ")
    for siffra in ("53 833,9", "47 060,6", "−4 417", "53 484", "−4 391", "294"):
        assert siffra in text
    with pikepdf.open(pdf) as dokument:
        bilaga = dokument.attachments["b2024-budget.xlsx"].get_file().read_bytes()
    assert bilaga == filer["b2024-budget.xlsx"].read_bytes()


def test_samma_siffror_ger_samma_filer(version, anvandare):
    summor = []
    for _ in range(2):
        jobb = starta_handling(version=version("B2024"), urval=ALLT, bara="skatt", by=anvandare("revisor"))
        kor_jobb(str(jobb.pk))
        summor.append({f.namn: f.sha256 for f in jobb.filer.all()})
    assert summor[0] == summor[1]


def _vanta(villkor, sekunder=60):
    slut = time.monotonic() + sekunder
    while time.monotonic() < slut:
        if villkor():
            return
        time.sleep(0.2)
    raise AssertionError("Det väntade hände inte i tid.")


@pytest.mark.slow
def test_dodad_arbetare_mitt_i_jobbet_ger_till_slut_ett_riktigt_resultat(
    exempel_pa_riktigt, version, anvandare
):
    arb = version("B2024-ARB")
    jobb = Jobb.objects.create(
        slag="balanskrav", titel="Prov", parametrar={"version": arb.pk}, agare=anvandare("koncerncontroller"),
        status="kors",
    )  # fmt: skip
    processer = []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE budget_utredning IN SHARE MODE")
            processer.append(starta())  # picks the interrupted job up as it starts
            _vanta(lambda: Jobb.objects.get(pk=jobb.pk).steg == "Sparar utredningen")
            doda(processer[0])
        assert Utredning.objects.filter(version=arb).count() == 0
        time.sleep(3)  # the database notices the dead client within two seconds and lets the job go
        processer.append(starta())
        _vanta(lambda: Jobb.objects.get(pk=jobb.pk).status == "klar")
    finally:
        for p in processer:
            doda(p)
    utredning = Utredning.objects.get(version=arb)
    assert utredning.jobb_id == jobb.pk
    assert Jobb.objects.get(pk=jobb.pk).forsok == 2
    assert aterstall_avbrutna() == 0


def test_halvskrivna_filer_av_dodade_processer_tas_bort_efter_en_dag(db, tmp_path, settings):
    settings.EXPORT_DIR = tmp_path
    for namn, timmar in (("gammal.tmp", 25), ("ny.tmp", 1), ("hel", 25)):
        (tmp_path / namn).touch()
        os.utime(tmp_path / namn, (nar := time.time() - timmar * 3600, nar))
    aterstall_avbrutna()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hel", "ny.tmp"]


def test_den_som_mist_sin_ratt_far_inte_filen_och_inte_kora_om(version, anvandare, som):
    koncern = anvandare("koncerncontroller")
    arb = version("B2024-ARB")
    handling = starta_handling(version=arb, urval=ALLT, bara="skatt", by=koncern)
    kor_jobb(str(handling.pk))
    adress = f"{handling.get_absolute_url()}filer/b2024-arb-skatt.xlsx"
    klient = som("koncerncontroller")
    assert klient.get(adress).status_code == 200
    balanskrav = starta_berakning(version=arb, by=koncern)
    Jobb.objects.filter(pk=balanskrav.pk).update(status="fel")
    koncern.roller.all().delete()
    Rolltilldelning.objects.create(anvandare=koncern, roll="controller", namnd=Namnd.objects.get(kod="KN"))
    assert klient.get(adress).status_code == 403
    assert klient.post(f"{balanskrav.get_absolute_url()}igen/").status_code == 403
    Jobb.objects.filter(pk=balanskrav.pk).update(status="koad")
    kor_jobb(str(balanskrav.pk))
    balanskrav.refresh_from_db()
    assert (balanskrav.status, balanskrav.fel) == ("fel", "Du har inte längre rätt att göra det här.")


def test_jobb_som_avbrutits_for_ofta_kors_inte_igen(version, anvandare):
    jobb = starta_berakning(version=version("B2024-ARB"), by=anvandare("koncerncontroller"))
    Jobb.objects.filter(pk=jobb.pk).update(forsok=3)
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert jobb.status == "fel" and "avbröts 3 gånger" in jobb.fel
