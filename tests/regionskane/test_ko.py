"""A queue that cannot be reached, is emptied or comes back: nothing is lost, shown as an error, or run twice."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.utils import timezone

from budget.actions.balanskrav import starta_berakning
from budget.models import Utredning
from regionskane import ko
from regionskane.celery import app
from regionskane.jobb.actions import aterstall_avbrutna, kor_jobb, kor_om_jobb
from regionskane.jobb.models import Jobb
from regionskane.jobb.tasks import aterstall_avbrutna as uppgift
from regionskane.jobb.tasks import kor

VANTAR = "kön går inte att nå just nu"
KO = Path(settings.DATA_DIR) / "ko"


@contextmanager
def _stum_server():
    """A server that takes every connection and never says a word. Gives (port, [connections])."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kopplade = []

        def ta_emot():
            while True:
                try:
                    kopplade.append(server.accept()[0])
                except OSError:
                    return

        trad = threading.Thread(target=ta_emot, daemon=True)
        trad.start()
        try:
            yield server.getsockname()[1], kopplade
        finally:
            server.shutdown(socket.SHUT_RDWR)
            trad.join()
            for en in kopplade:
                en.close()


@contextmanager
def _stangd_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield port, []


@pytest.fixture
def hanger_inte():
    """A page that waits for ever is stopped with an error, so that the test fails and does not hang with it."""

    def stopp(*_):
        raise AssertionError("Sidan hänger.")

    gammal = signal.signal(signal.SIGALRM, stopp)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, gammal)


@pytest.fixture
def redis_pa(monkeypatch):
    def pa(port):
        monkeypatch.setattr(app.conf, "broker_write_url", f"redis://127.0.0.1:{port}/0")

    return pa


@pytest.fixture
def ko_i_filer():
    """The queue of a system without Redis, also when the tests have been given one."""
    var = app.conf.broker_write_url, app.conf.broker_transport_options
    app.conf.broker_write_url, app.conf.broker_transport_options = settings.FILKO_URL, settings.FILKO_TILLVAL
    yield
    app.conf.broker_write_url, app.conf.broker_transport_options = var


@pytest.fixture
def oanvandbar_ko(ko_i_filer):
    """The folder of the queue is a file, so that nobody may write in it, root neither."""
    shutil.rmtree(KO, ignore_errors=True)
    KO.parent.mkdir(parents=True, exist_ok=True)
    KO.touch()
    yield
    KO.unlink(missing_ok=True)


def _bestall(som, django_capture_on_commit_callbacks):
    klient = som("koncerncontroller")
    with django_capture_on_commit_callbacks(execute=True):
        svar = klient.post("/budget/2024/B2024-ARB/balanskrav/berakna/")
    return klient, svar


@pytest.mark.parametrize("redis", [_stangd_port, _stum_server])
def test_en_ko_som_inte_svarar_ar_inget_fel_for_den_som_bestallt(
    redis, redis_pa, hanger_inte, som, django_capture_on_commit_callbacks
):
    with redis() as (port, kopplade):
        redis_pa(port)
        klient, svar = _bestall(som, django_capture_on_commit_callbacks)
        assert len(kopplade) <= 1  # tried once
        for en in kopplade:
            en.settimeout(30)
            while en.recv(4096):  # ends when the page has let go
                pass
    jobb = Jobb.objects.get()
    assert svar.status_code == 302
    for sida in (svar.url, jobb.get_absolute_url()):
        assert VANTAR in klient.get(sida).content.decode()
    assert (jobb.status, jobb.skickad) == ("koad", None)


def test_en_mapp_som_inte_gar_att_skriva_i_ar_inget_fel_for_den_som_bestallt(
    oanvandbar_ko, som, django_capture_on_commit_callbacks
):
    klient, svar = _bestall(som, django_capture_on_commit_callbacks)
    assert svar.status_code == 302
    sida = klient.get(svar.url)
    assert sida.status_code == 200 and VANTAR in sida.content.decode()


def test_sidan_sager_att_kon_inte_nas_bara_nar_det_ar_sa(som, version, django_capture_on_commit_callbacks):
    klient, svar = _bestall(som, django_capture_on_commit_callbacks)
    assert VANTAR not in klient.get(svar.url).content.decode()
    jobb = Jobb.objects.get()
    assert jobb.skickad is not None
    # Run again it has not been sent again yet.
    Jobb.objects.filter(pk=jobb.pk).update(status="fel")
    kor_om_jobb(jobb=jobb)
    assert VANTAR in klient.get(svar.url).content.decode()
    kor_jobb(str(jobb.pk))
    assert VANTAR not in klient.get(svar.url).content.decode()


def test_ett_gammalt_meddelande_kor_inget_om(version, anvandare):
    jobb = starta_berakning(version=version("B2024-ARB"), by=anvandare("koncerncontroller"))
    Jobb.objects.filter(pk=jobb.pk).update(status="fel", forsok=1)
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, jobb.forsok) == ("fel", 1)
    nummer = str(jobb.pk)
    jobb.delete()  # cleared away meanwhile
    kor_jobb(nummer)


def test_ett_jobb_som_vantat_skickas_nar_kon_ar_tillbaka(
    oanvandbar_ko, som, django_capture_on_commit_callbacks
):
    _bestall(som, django_capture_on_commit_callbacks)
    Jobb.objects.update(skapad=timezone.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert aterstall_avbrutna() == 1
    assert Jobb.objects.get().skickad is None
    KO.unlink()
    with django_capture_on_commit_callbacks(execute=True):
        assert aterstall_avbrutna() == 1
    assert Jobb.objects.get().skickad is not None
    assert len(list((KO / "jobb").glob("*.celery.msg"))) == 1
    shutil.rmtree(KO)


def test_all_sandning_gar_genom_dorren():
    rot = Path(settings.BASE_DIR)
    sandande = ("." + "delay(", "apply_async(", "send_task(")
    filer = [f for app_ in ("regionskane", "organisation", "budget", "indikatorer", "uppfoljning")
             for f in (rot / app_).rglob("*.py")]  # fmt: skip
    funna = {
        str(f.relative_to(rot)) for f in filer if any(s in f.read_text(encoding="utf-8") for s in sandande)
    }
    assert funna == {"regionskane/ko.py", "regionskane/takt.py"}


# With processes.


def _miljo(**egna):
    db = settings.DATABASES["default"]
    vard = str(db["HOST"])
    adress = f"postgres://{db['USER']}:{db.get('PASSWORD') or 'x'}@"
    namn = connection.settings_dict["NAME"]
    if vard.startswith("/"):
        adress += f"/{namn}?host={vard}" + (f"&port={db['PORT']}" if db["PORT"] else "")
    else:
        adress += f"{vard}:{db['PORT'] or 5432}/{namn}"
    return {**os.environ, "DATABASE_URL": adress, "DATA_DIR": str(settings.DATA_DIR), "REDIS_URL": ""} | egna


@contextmanager
def _celery(*argument, **miljo):
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-q", "-A", "regionskane", *argument],
        env=_miljo(**miljo), start_new_session=True, cwd=settings.BASE_DIR,
    )  # fmt: skip
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _vanta(villkor, sekunder=60):
    slut = time.monotonic() + sekunder
    while not villkor():
        assert time.monotonic() < slut, "Det väntade hände inte i tid."
        time.sleep(0.1)


def _klar(jobb):
    return lambda: Jobb.objects.get(pk=jobb.pk).status == "klar"


def _borttagen() -> bool:
    """The queue's folder taken away under a worker, which may put a file in it meanwhile."""
    shutil.rmtree(KO, ignore_errors=True)
    return not KO.exists()


@pytest.mark.slow
def test_kon_toms_och_forstors_under_en_arbetare_som_fortsatter(
    ko_i_filer, exempel_pa_riktigt, version, anvandare
):
    arb, by = version("B2024-ARB"), anvandare("koncerncontroller")
    shutil.rmtree(KO, ignore_errors=True)
    with _celery("worker", "-c", "1", "--without-gossip", "--without-mingle") as arbetare:
        jobb = starta_berakning(version=arb, by=by)
        _vanta(_klar(jobb))
        _vanta(_borttagen)
        jobb = starta_berakning(version=arb, by=by)
        _vanta(_klar(jobb))
        _vanta(_borttagen)
        KO.touch()
        jobb = starta_berakning(version=arb, by=by)
        assert Jobb.objects.get(pk=jobb.pk).skickad is None
        time.sleep(1)  # some looks of the worker at what is no folder
        KO.unlink()
        Jobb.objects.filter(pk=jobb.pk).update(skapad=timezone.now() - timedelta(minutes=1))
        assert ko.skicka(uppgift)  # as beat does each minute
        assert ko.skicka(kor, str(jobb.pk))  # the first came through after all
        _vanta(_klar(jobb))
        sist = starta_berakning(version=arb, by=by)
        _vanta(_klar(sist))
        assert arbetare.poll() is None
    assert list(Jobb.objects.values_list("status", "forsok")) == [("klar", 1)] * 4
    assert Utredning.objects.filter(version=arb).count() == 4


@pytest.mark.slow
def test_beat_visar_att_den_lever_ocksa_utan_ko(db, tmp_path):
    """As compose asks it. The queue is a port where nobody listens, and no file of a dbm is needed."""
    compose = yaml.safe_load((Path(settings.BASE_DIR) / "docker-compose.yml").read_text(encoding="utf-8"))
    _, fraga = compose["services"]["beat"]["healthcheck"]["test"]

    def lever():
        skal = fraga.replace("$$", "$").replace("/data", str(tmp_path))
        return subprocess.run(["sh", "-c", skal]).returncode == 0

    assert not lever()
    with (
        _stangd_port() as (port, _),
        _celery(
            "beat", "--pidfile", "", DATA_DIR=str(tmp_path), REDIS_URL=f"redis://127.0.0.1:{port}/0"
        ) as beat,
    ):
        _vanta(lever)
        assert beat.poll() is None
    assert [f.name for f in tmp_path.iterdir()] == ["beat.lever"]
    nar = time.time() - 600
    os.utime(tmp_path / "beat.lever", (nar, nar))
    assert not lever()
