"""An answer that costs too much is interrupted, wherever it is, and whoever comes next is answered as usual."""

import os
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.test import Client

from budget.models import Belopp
from budget.views import inmatning
from organisation.models import Anvandare
from regionskane import tungt
from regionskane.tungt import TEXT, ForTungt, Tungvakt
from tests.regionskane.arbetare import databasadress

ADRESS = "/budget/2024/B2024-ARB/resultatbudget/inmatning/"


def _rakna(sekunder: float = 60) -> None:
    slut = time.thread_time() + sekunder
    while time.thread_time() < slut:
        pass


def test_den_som_raknar_for_lange_avbryts_och_nasta_svar_kommer():
    vakt = Tungvakt(0.3)
    borjan = time.thread_time()
    with pytest.raises(ForTungt, match="tog för lång tid att räkna fram"):
        vakt.begransa(lambda environ, start: _rakna())({}, None)
    assert 0.3 <= time.thread_time() - borjan < 5
    assert vakt.begransa(lambda environ, start: [b"svar"])({}, None) == [b"svar"]


def test_den_som_vantar_avbryts_inte():
    """Its own processor time is counted, not the time that a database or a slow client takes, nor what others use."""
    vakt = Tungvakt(0.3)
    annan = threading.Thread(target=_rakna, args=(1.2,))
    annan.start()
    with vakt.vaktad():
        annan.join()


def test_den_som_fangar_avbrottet_avbryts_igen():
    fangade = 0
    with pytest.raises(ForTungt), Tungvakt(0.2).vaktad():
        while True:
            try:
                _rakna()
            except ForTungt:
                fangade += 1
                if fangade == 3:
                    raise
    assert fangade == 3


def test_ett_avbrott_kommer_aldrig_till_nasta(monkeypatch):
    """One that is on its way when the answer is ready is taken back."""
    monkeypatch.setattr(tungt, "PAUS_SEKUNDER", 0.004)
    vakt = Tungvakt(0.01)
    avbrutna = 0
    for _ in range(60):
        try:
            with vakt.vaktad():
                _rakna(0.02)
        except ForTungt:
            avbrutna += 1
        for _ in range(20_000):  # where it would strike
            pass
    assert avbrutna and not vakt._pagar and not vakt._avbrutna


def test_ett_formular_som_tog_for_lang_tid_far_tillbaka_det_skrivna(exempel_pa_riktigt, monkeypatch):
    """A real form, whose reading is made to take as long as something that nobody has thought of."""
    monkeypatch.setattr(inmatning, "las_inmatning", lambda *a, **k: _rakna())
    klient = Client(raise_request_exception=False)
    klient.force_login(Anvandare.objects.get(username="koncerncontroller"))
    b = Belopp.objects.get(version__kod="B2024-ARB", post__kod="kostnader", ar=2024)
    falt = {f"c.{b.enhet_id}.{b.post_id}.2024": "-62 111", "bas": "{}"}
    klient.get(ADRESS)  # so that what a process does once is done, and what costs is what is made to
    with Tungvakt(2).vaktad():
        svar = klient.post(ADRESS, falt)
    assert svar.status_code == 503 and TEXT in svar.content.decode() and "-62 111" in svar.content.decode()
    assert Belopp.objects.get(pk=b.pk).belopp == b.belopp  # on a new connection


@pytest.mark.parametrize(("varde", "ratt"), [("", True), ("7", True), ("0", False)])
def test_webben_har_en_grans_om_den_inte_stangts_av(db, varde, ratt):
    kod = "import regionskane.wsgi as w; print(w.application.__qualname__)"
    miljo = os.environ | {
        "DATABASE_URL": databasadress(),
        "WEBBSVAR_SEKUNDER": varde,
        "DJANGO_SETTINGS_MODULE": "regionskane.settings",
    }
    kord = subprocess.run(
        [sys.executable, "-c", kod],
        cwd=settings.BASE_DIR,
        env=miljo,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ("Tungvakt" in kord.stdout) is ratt
