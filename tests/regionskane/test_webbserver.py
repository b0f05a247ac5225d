"""The web server as `make start` starts it, and clients that stop in the middle of a request."""

import http.client
import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings

from regionskane.webbserver import LAGSTA_TAKT, TALAMOD_SEKUNDER, Klientsockel
from tests.regionskane.arbetare import databasadress, doda
from tests.regionskane.test_jobb import _vanta
from verktyg.start import webbkommando

HALVT_HUVUD = b"GET /halsa/ HTTP/1.1\r\nHost: local"
HALV_KROPP = (
    b"POST /logga-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 500\r\n\r\nusername="
)
TRADAR = 2 * 8


@pytest.fixture
def webbserver(db, tmp_path):
    """The port of a real gunicorn."""
    with socket.socket() as prov:
        prov.bind(("127.0.0.1", 0))
        port = prov.getsockname()[1]
    env = {**os.environ, "DATABASE_URL": databasadress(), "DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(
        webbkommando(port, Path(sys.executable)), env=env, cwd=settings.BASE_DIR, start_new_session=True
    )
    try:
        _vanta(lambda: _lyssnar(port) and _halsa(port) == 200)
        yield port
    finally:
        doda(process)


def _lyssnar(port) -> bool:
    with socket.socket() as prov:
        return prov.connect_ex(("127.0.0.1", port)) == 0


def _halsa(port) -> int:
    anslutning = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        anslutning.request("GET", "/halsa/", headers={"Host": "localhost"})
        return anslutning.getresponse().status
    finally:
        anslutning.close()


def _oppna(stapel, port, antal):
    halva = []
    for nummer in range(antal):
        halva.append(stapel.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)))
        halva[-1].sendall(HALV_KROPP if nummer % 2 else HALVT_HUVUD)
    return halva


@pytest.mark.slow
def test_halvoppna_forfragningar_stanger_inte_sajten(webbserver):
    with ExitStack() as stapel:
        # As many as fit in the threads of one process.
        halva = _oppna(stapel, webbserver, 7)
        assert _halsa(webbserver) == 200
        # More than there are threads: they are let go, whether or not they drip.
        _oppna(stapel, webbserver, 2 * TRADAR)
        assert _halsa(webbserver) == 200
        for en in halva:
            _vanta(lambda en=en: not _droppa(en))


def _droppa(en) -> bool:
    """Send one more byte; False when the server has closed."""
    en.settimeout(0.05)
    try:
        en.sendall(b"x")
        while en.recv(1000):
            pass
    except TimeoutError:
        return True
    except OSError:
        pass
    return False


def test_en_lang_fil_i_jamn_takt_hinner_fram():
    har, dar = socket.socketpair()
    with Klientsockel(fileno=har.detach()) as har, dar:
        for _ in range(20):
            dar.sendall(b"x" * LAGSTA_TAKT)
            har.kvar -= 0.9  # as if the client had taken its time
            fick = 0
            while fick < LAGSTA_TAKT:
                fick += len(har.recv(LAGSTA_TAKT))
        assert har.kvar > TALAMOD_SEKUNDER / 2


def test_den_som_inte_skickar_resten_och_den_som_inte_laser_svaret_kopplas_bort(tmp_path):
    stor = tmp_path / "stor"
    stor.write_bytes(b"x" * 10_000_000)
    with stor.open("rb") as fil:
        for gor in (
            lambda har: har.recv(100),
            lambda har: har.sendall(b"x" * 10_000_000),
            lambda har: har.sendfile(fil),
        ):
            har, dar = socket.socketpair()
            with Klientsockel(fileno=har.detach()) as har, dar:
                har.kvar = har.sandtid = 0.1
                with pytest.raises(ConnectionResetError):
                    gor(har)


def test_ett_stort_svar_kommer_helt_till_den_som_laser_langsamt():
    svar = os.urandom(3_000_000)
    har, dar = socket.socketpair()
    with Klientsockel(fileno=har.detach()) as har, dar:
        trad = threading.Thread(target=har.sendall, args=(svar,))
        trad.start()
        fick = b""
        while len(fick) < len(svar):
            fick += dar.recv(100_000)
        trad.join()
    assert fick == svar
