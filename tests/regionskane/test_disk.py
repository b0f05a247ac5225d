"""A full disk loses nothing and says what is wrong: with what the kernel and the database really answer."""

import json
import resource
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from budget.actions.balanskrav import starta_berakning
from budget.actions.handling import starta_handling
from budget.models import Utfallsfil
from organisation.permissions import Enhetsurval
from regionskane import disk
from regionskane.fel import fel500
from regionskane.jobb.actions import kor_jobb, kor_om_jobb, skriv_fil

MB = 1024 * 1024


@contextmanager
def _plats_for(byte):
    """The kernel lets this process write no file larger than so."""
    gammal = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte, gammal[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, gammal)


@contextmanager
def _full_databas(tabell):
    """The database answers writes to the table as when its disk is full."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION disken_full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$"
        )
        cursor.execute(
            f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {tabell} EXECUTE FUNCTION disken_full()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER full_disk ON {tabell}; DROP FUNCTION disken_full()")


@pytest.fixture
def klient(anvandare):
    klient = Client(raise_request_exception=False)
    klient.force_login(anvandare("koncerncontroller"), backend="django.contrib.auth.backends.ModelBackend")
    return klient


def test_en_full_disk_kanns_igen_vad_an_den_kallas():
    with pytest.raises(OSError) as fel, open("/dev/full", "wb", buffering=0) as fil:
        fil.write(b"x")
    assert disk.ar_full(fel.value)
    try:
        try:
            raise fel.value
        except OSError:
            raise ValueError("PDF:en kunde inte göras") from None
    except ValueError as annat:
        assert disk.ar_full(annat)
    assert not disk.ar_full(FileNotFoundError(2, "finns inte"))


def test_en_fil_som_inte_far_plats_lamnar_ingen_halva(db, tmp_path, settings):
    settings.EXPORT_DIR = tmp_path
    with _plats_for(MB), pytest.raises(OSError) as fel:
        skriv_fil(b"x" * (2 * MB))
    assert disk.ar_full(fel.value)
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and f.stat().st_size]


@pytest.mark.parametrize("storlek", [2 * MB, 4 * MB])
def test_den_som_skickar_en_fil_far_veta_att_disken_ar_full(klient, storlek, settings, tmp_path):
    """Held in memory and stopped when it is kept; and stopped while it is received."""
    settings.EXPORT_DIR, settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "filer", tmp_path
    with _plats_for(MB):
        svar = klient.post(
            "/utfall/filer/", {"fil": SimpleUploadedFile("stor.csv", b"a;b\n" * (storlek // 4))}
        )
    text = svar.content.decode()
    assert svar.status_code == 507
    assert disk.TEXT in text and "Skicka igen" not in text
    assert not Utfallsfil.objects.exists()
    assert not [f for f in settings.EXPORT_DIR.rglob("*") if f.is_file() and f.stat().st_size]


def test_ett_formular_kommer_tillbaka_med_det_som_skrevs(klient):
    data = {"vad": "spara", "namn": "Dyrare <löner>\nrad 2", "lpik__2024": "2", "losenord": "hemligt"}
    adress = "/budget/2024/B2024/scenarier/nytt/?a=1"
    with _full_databas("budget_scenario"):
        svar = klient.post(adress, data)
    text = svar.content.decode()
    assert svar.status_code == 507 and disk.TEXT in text
    assert f'action="{adress}"' in text
    assert 'name="namn" value="Dyrare &lt;löner&gt;\nrad 2"' in text and 'name="lpik__2024" value="2"' in text
    assert "hemligt" not in text and 'name="csrfmiddlewaretoken"' in text
    assert klient.post(adress, data).status_code == 302


def test_api_svarar_med_meningen_och_andra_fel_ar_som_forr(rf):
    try:
        raise OSError(28, "No space left on device")
    except OSError:
        svar = fel500(rf.get("/api/v1/budget/"))
    assert (svar.status_code, json.loads(svar.content)) == (507, {"detail": disk.TEXT})
    try:
        raise ValueError
    except ValueError:
        assert fel500(rf.get("/api/v1/budget/")).status_code == 500


def test_ett_jobb_som_moter_en_full_disk_sager_det_och_kan_koras_om(version, anvandare, settings, tmp_path):
    settings.EXPORT_DIR = tmp_path
    by = anvandare("revisor")
    jobb = starta_handling(version=version("B2024"), urval=Enhetsurval(allt=True), bara="skatt", by=by)
    with _plats_for(4096):
        kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, jobb.fel) == ("fel", disk.TEXT)
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and f.stat().st_size]
    kor_om_jobb(jobb=jobb)
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, jobb.fel) == ("klar", "")


def test_ett_jobb_vars_databas_ar_full_sager_det(version, anvandare):
    jobb = starta_berakning(version=version("B2024-ARB"), by=anvandare("koncerncontroller"))
    with _full_databas("budget_utredning"):
        kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, jobb.fel) == ("fel", disk.TEXT)
