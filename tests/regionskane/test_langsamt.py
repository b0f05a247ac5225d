"""A question that takes too long is ended for visitors, who are told so, and for nobody else."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, transaction
from django.test import Client

from budget.models import Scenario
from regionskane import langsamt
from regionskane import settings as installningsfil
from regionskane.fel import fel500
from tests.regionskane.arbetare import databasadress

FRAGA = (
    "from django.db import connection\nwith connection.cursor() as c:\n"
    "    c.execute('SHOW statement_timeout')\n    print('svar', c.fetchone()[0])"
)


@pytest.fixture
def granssekund(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '1s'")
        cursor.execute(
            "CREATE FUNCTION drojer() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN PERFORM pg_sleep(60); RETURN NEW; END$$"
        )
        cursor.execute(
            "CREATE TRIGGER drojer BEFORE INSERT ON budget_scenario FOR EACH ROW EXECUTE FUNCTION drojer()"
        )


def test_ett_formular_som_tar_for_lang_tid_kommer_tillbaka_och_inget_ar_sparat(granssekund, anvandare):
    klient = Client(raise_request_exception=False)
    klient.force_login(anvandare("koncerncontroller"), backend="django.contrib.auth.backends.ModelBackend")
    antal = Scenario.objects.count()
    data = {"vad": "spara", "namn": "Dyrare löner", "lpik__2024": "2"}
    svar = klient.post("/budget/2024/B2024/scenarier/nytt/", data)
    text = svar.content.decode()
    assert svar.status_code == 503 and langsamt.TEXT in text
    assert 'name="namn" value="Dyrare löner"' in text and "Skicka igen" in text
    assert Scenario.objects.count() == antal


def test_api_svarar_med_meningen_och_andra_databasfel_ar_som_forr(granssekund, rf):
    for sql, status in (("SELECT pg_sleep(60)", 503), ("SELECT finns_inte()", 500)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
        except Exception as fel:
            assert isinstance(fel, OperationalError) == (status == 503)
            svar = fel500(rf.get("/api/v1/budget/"))
        assert svar.status_code == status
        assert status == 500 or json.loads(svar.content) == {"detail": langsamt.TEXT}


@pytest.mark.parametrize(
    ("start", "varde", "ratt"),
    [
        ("import regionskane.wsgi", "", "20s"),
        ("import regionskane.wsgi", "7", "7s"),
        ("import regionskane.wsgi", "0", "0"),
        ("import django, regionskane.celery; django.setup()", "7", "0"),
    ],
    ids=["webb", "webb med egen", "webb utan", "arbetare"],
)
def test_bara_webben_har_en_grans(db, start, varde, ratt):
    env = os.environ | {
        "DATABASE_URL": databasadress(),
        "WEBBFRAGA_SEKUNDER": varde,
        "DJANGO_SETTINGS_MODULE": "regionskane.settings",
    }
    kord = subprocess.run(
        [sys.executable, "-c", f"{start}\n{FRAGA}"],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert kord.stdout.split()[-2:] == ["svar", ratt]


@pytest.mark.parametrize("namn", ["WEBBFRAGA_SEKUNDER", "WEBBSVAR_SEKUNDER"])
@pytest.mark.parametrize("varde", ["-1", "3601", "tjugo"])
def test_en_grans_som_inte_gar_stoppar_starten(namn, varde, monkeypatch):
    monkeypatch.setenv(namn, varde)
    with pytest.raises(ImproperlyConfigured, match=namn):
        installningsfil._sekunder(namn, 20)


def test_ingen_fraga_kompileras(db):
    """With some thousand investment objects PostgreSQL compiled each sum for seconds, and ran it in milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
