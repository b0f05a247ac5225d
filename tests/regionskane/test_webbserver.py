"""The web server as `make start` starts it, and clients that are silent or stop in the middle of a request."""

import http.client
import json
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from django.conf import settings
from gunicorn.config import Config
from gunicorn.glogging import Logger

from regionskane.webbserver import (
    LAGSTA_TAKT,
    STORSTA_HUVUD,
    STORSTA_VANTADE_KROPP,
    TALAMOD_SEKUNDER,
    VANLIG_KROPP,
    Klientsockel,
    Webbarbetare,
)
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
def webbserver(db, tmp_path, request):
    """The port of a real gunicorn, with the environment that the test is given for it."""
    with socket.socket() as prov:
        prov.bind(("127.0.0.1", 0))
        port = prov.getsockname()[1]
    env = {
        **os.environ,
        "DATABASE_URL": databasadress(),
        "DATA_DIR": str(tmp_path),
        **getattr(request, "param", {}),
    }
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
        halva[-1].sendall((HALV_KROPP, HALVT_HUVUD, b"")[nummer % 3])
    return halva


@pytest.mark.slow
def test_halvoppna_forfragningar_stanger_inte_sajten(webbserver):
    with ExitStack() as stapel:
        # As many as fit in the threads of one process.
        halva = _oppna(stapel, webbserver, 7)
        assert _halsa(webbserver) == 200
        # More than there are threads: they are let go, whether or not they drip.
        _oppna(stapel, webbserver, 3 * TRADAR)
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


# The worker by itself, a turn of its loop at a time.


class Arbetare:
    """A Webbarbetare with two threads and room for twelve connections, that answers every request with its path."""

    def __init__(self, stapel):
        cfg = Config()
        cfg.set("threads", 2)
        cfg.set("worker_connections", 12)
        lyssnare = stapel.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
        self.adress = lyssnare.getsockname()
        self.arbetare = a = Webbarbetare(1, os.getppid(), [lyssnare], None, 30, cfg, Logger(cfg))
        a.wsgi = _svara
        a.tpool, a.poller = a.get_thread_pool(), selectors.DefaultSelector()
        a.method_queue.init()
        a.poller.register(a.method_queue.fileno(), selectors.EVENT_READ, a.method_queue.run_callbacks)
        a.set_accept_enabled(True)
        for stang in (a.method_queue.close, a.poller.close, a.tpool.shutdown):
            stapel.callback(stang)
        self.stapel = stapel

    def klient(self, skickar=b""):
        en = self.stapel.enter_context(socket.create_connection(self.adress, timeout=5))
        en.sendall(skickar)
        self.gar()
        return en

    def gar(self, varv=3):
        for _ in range(varv):
            self.arbetare.wait_for_and_dispatch_events(0.02)

    def svar(self, en) -> bytes:
        """What the client gets: an answer, b"" when it has been hung up on, or nothing yet."""
        en.settimeout(0.01)
        for _ in range(100):
            self.gar(1)
            try:
                return en.recv(10_000)
            except TimeoutError:
                pass
            except ConnectionResetError:
                return b""
        raise TimeoutError


def _svara(environ, start_response):
    kropp = environ["wsgi.input"].read() if environ["PATH_INFO"] == "/kropp" else b""
    huvuden = [("Content-Length", "0"), ("Adress", environ["PATH_INFO"]), ("Kropp", str(len(kropp)))]
    start_response("200 OK", huvuden)
    return []


@pytest.fixture
def arbetare():
    with ExitStack() as stapel:
        en = Arbetare(stapel)
        yield en
        for conn in en.arbetare.pending_conns:
            conn.close()


def _hel(vag, *rader) -> bytes:
    return "\r\n".join((f"GET {vag} HTTP/1.1", "Host: localhost", *rader, "", "")).encode()


def test_den_som_inget_sager_och_ett_halvt_huvud_tar_ingen_trad(arbetare):
    tysta = [arbetare.klient(b"GET / HT"[:n]) for n in (0, 0, 0, 8, 8, 8)]
    # A connection that has been answered is no better the second time, alone or with what came along.
    for forst in (_hel("/ett"), _hel("/ett") + b"GET / HT"):
        tysta.append(arbetare.klient(forst))
        assert b"/ett" in arbetare.svar(tysta[-1])
        tysta[-1].sendall(b"GET / HT")
        arbetare.gar()
    assert b"/tva" in arbetare.svar(arbetare.klient(_hel("/tva", "Connection: close")))
    assert len(arbetare.arbetare.pending_conns) >= len(tysta)
    # The rest of a head comes when it comes.
    tysta[3].sendall(_hel("/")[8:])
    assert b" 200 OK" in arbetare.svar(tysta[3])
    tysta[0].sendall(_hel("/fyra"))
    assert b"/fyra" in arbetare.svar(tysta[0])


def test_den_som_vantat_for_lange_kopplas_bort_och_raknas_inte(arbetare):
    tyst, halv = arbetare.klient(), arbetare.klient(b"GET / HT")
    arbetare.arbetare.murder_pending()
    assert arbetare.arbetare.nr_conns == 2
    for conn in arbetare.arbetare.pending_conns:
        assert conn.timeout - time.monotonic() <= 3
        conn.timeout = 0
    arbetare.arbetare.murder_pending()
    assert (arbetare.svar(tyst), arbetare.svar(halv), arbetare.arbetare.nr_conns) == (b"", b"", 0)


def test_ett_huvud_utan_slut_kopplas_bort(arbetare):
    en = arbetare.klient()
    with suppress(OSError):
        for _ in range(STORSTA_HUVUD // 8192 + 2):
            en.sendall(b"x" * 8192)
            arbetare.gar(1)
    assert arbetare.svar(en) == b""


def test_fullt_hus_stanger_inte_ute_nya(arbetare):
    for _ in range(30):
        arbetare.klient()
        arbetare.arbetare.murder_pending()
    assert arbetare.arbetare.nr_conns < 12
    assert b"/ny" in arbetare.svar(arbetare.klient(_hel("/ny")))


def test_en_kropp_som_ingen_laser_haller_ingen_trad(arbetare):
    for _ in range(4):
        en = arbetare.klient(_hel("/for-stort", "Content-Length: 90000000"))
        assert b"/for-stort" in arbetare.svar(en)
    assert b"/hej" in arbetare.svar(arbetare.klient(_hel("/hej")))
    # One that has come is read, and the connection kept.
    en = arbetare.klient(_hel("/ett", "Content-Length: 3") + b"abc")
    assert b"/ett" in arbetare.svar(en)
    en.sendall(_hel("/tva"))
    assert b"/tva" in arbetare.svar(en)


def test_den_som_inte_hanger_upp_haller_inte_varvet(arbetare):
    """gunicorn waits up to two seconds for each, where nothing else is done meanwhile."""
    kvar = [arbetare.klient(_hel("/hej", "Connection: close")) for _ in range(3)]
    for en in kvar:
        assert b"/hej" in arbetare.svar(en)
    arbetare.gar()
    # Said goodbye to, and not yet forgotten.
    assert [arbetare.svar(en) for en in kvar] == [b""] * 3
    assert len(arbetare.arbetare.pending_conns) == arbetare.arbetare.nr_conns == 3
    for en in kvar:
        en.close()
    arbetare.gar()
    assert len(arbetare.arbetare.pending_conns) == arbetare.arbetare.nr_conns == 0


def test_en_kropp_har_ett_slut_hur_mycket_som_an_kommer():
    har, dar = socket.socketpair()
    with Klientsockel(fileno=har.detach()) as har, dar:
        har.ny_forfragan()
        dar.sendall(b"x" * 1000)
        assert len(har.recv(100)) == 100
        # An honest ledger of 100 MB at 200 kB/s is in before.
        assert har.slut - time.monotonic() > 100_000_000 / 200_000
        har.slut = time.monotonic()
        with pytest.raises(ConnectionResetError):
            har.recv(100)


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


def _post(langd, kropp=b"", *rader) -> bytes:
    huvud = ("POST /kropp HTTP/1.1", "Host: localhost", f"Content-Length: {langd}", *rader, "", "")
    return "\r\n".join(huvud).encode() + kropp


def test_en_liten_kropp_vantas_in_utan_trad(arbetare):
    """There are two threads: eight who send a head and stop would have held the site for ten seconds each."""
    tysta = [arbetare.klient(_post(STORSTA_VANTADE_KROPP, b"x")) for _ in range(8)]
    assert b"Adress: /a" in arbetare.svar(arbetare.klient(_hel("/a")))
    forst = tysta[0]
    rest = b"x" * (STORSTA_VANTADE_KROPP - 1)
    while rest:
        rest = rest[forst.send(rest[: 1 << 16]) :]
        arbetare.gar(1)
    assert f"Kropp: {STORSTA_VANTADE_KROPP}".encode() in arbetare.svar(forst)


def test_de_storre_av_de_sma_kropparna_delar_ett_rum(arbetare, monkeypatch):
    """What waits is held in memory. Without room a thread reads it, and a form's body is always waited for."""
    monkeypatch.setattr("regionskane.webbserver.RUM_FOR_KROPPAR", 250_000)
    vantar = [arbetare.klient(_post(100_000, b"x")) for _ in range(2)]
    en = arbetare.klient(_post(100_000, b"x"))
    assert len(Klientsockel._vantade) == 2 and len(Klientsockel._lasande) == 1
    assert len(arbetare.arbetare.pending_conns) == 2
    arbetare.klient(_post(VANLIG_KROPP, b"x"))
    assert len(arbetare.arbetare.pending_conns) == 3
    en.sendall(b"x" * 99_999)
    assert b"Kropp: 100000" in arbetare.svar(en)
    vantar[0].sendall(b"x" * 99_999)
    assert b"Kropp: 100000" in arbetare.svar(vantar[0])
    assert len(Klientsockel._vantade) == 1 and not Klientsockel._lasande


def test_en_liten_kropp_som_inte_kommer_kopplas_bort(arbetare):
    en = arbetare.klient(_post(100, b"x"))
    for conn in arbetare.arbetare.pending_conns:
        conn.timeout = 0
    arbetare.arbetare.murder_pending()
    assert arbetare.svar(en) == b""
    # What drips buys time, but not for ever.
    en = arbetare.klient(_post(100, b"x"))
    (conn,) = arbetare.arbetare.pending_conns
    fore = conn.timeout
    en.sendall(b"x")
    arbetare.gar()
    assert conn.timeout > fore
    conn.sock.kroppens_slut = 0
    fore = conn.timeout
    en.sendall(b"x")
    arbetare.gar()
    assert conn.timeout == fore


def test_en_kropp_efter_en_annan_forfragan_vantas_in(arbetare):
    en = arbetare.klient(_post(3, b"abc") + _post(5, b"de"))
    assert b"Kropp: 3" in arbetare.svar(en)
    en.sendall(b"fgh")
    assert b"Kropp: 5" in arbetare.svar(en)
    stor = STORSTA_VANTADE_KROPP + 1
    for langd in (3, VANLIG_KROPP + 1, stor):
        en = arbetare.klient()
        skickar = _post(langd, b"x" * langd) + _hel("/a")
        while skickar:
            skickar = skickar[en.send(skickar[: 1 << 16]) :]
            arbetare.gar(1)
        svar = arbetare.svar(en)
        while b"Adress: /a" not in svar:
            svar += arbetare.svar(en)
        assert f"Kropp: {langd}".encode() in svar


def test_den_som_vantar_pa_att_fa_skicka_far_det(arbetare):
    en = arbetare.klient(_post(3, b"", "Expect: 100-continue"))
    assert b"100 Continue" in arbetare.svar(en)
    en.sendall(b"abc")
    arbetare.gar()
    svar = arbetare.svar(en)
    while b"Kropp: 3" not in svar:
        svar += arbetare.svar(en)


def test_alla_tradar_laser_inte_stora_kroppar(arbetare):
    stor = STORSTA_VANTADE_KROPP + 1
    en = arbetare.klient(_post(stor, b"x"))
    arbetare.gar()
    assert arbetare.svar(arbetare.klient(_post(stor, b"x"))) == b""
    assert b"Adress: /a" in arbetare.svar(arbetare.klient(_hel("/a")))
    en.sendall(b"x" * (stor - 1))
    assert f"Kropp: {stor}".encode() in arbetare.svar(en)
    # And the next has the room.
    assert f"Kropp: {stor}".encode() in arbetare.svar(arbetare.klient(_post(stor, b"x" * stor)))


@pytest.mark.parametrize("namn", ["SCRIPT_NAME", "PATH_INFO", "REMOTE_USER"])
def test_en_besokares_huvud_flyttar_ingen_adress(webbserver, namn):
    anslutning = http.client.HTTPConnection("127.0.0.1", webbserver, timeout=60)
    anslutning.request("GET", "/halsa/", headers={"Host": "localhost", namn: "/organisation/"})
    svar = anslutning.getresponse()
    assert svar.status == 200 and json.loads(svar.read()) == {"status": "ok"}
    anslutning.close()


@pytest.mark.parametrize("webbserver", [{"WEBBMINNE_MB": "1"}], indirect=True)
def test_en_process_som_har_vuxit_byts_ut_utan_att_nagon_marker_det(webbserver):
    """With a bound that every process is above, each answer is the last of its process."""
    processer = set()
    for _ in range(6):
        assert _halsa(webbserver) == 200
        processer |= _processer(webbserver)
        time.sleep(0.3)
    assert len(processer) > 1 + 2  # the first ones: who looks after them, and two that answer


def _processer(port: int) -> set[str]:
    funna = set()
    for kommando in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f":{port}" in kommando.read_text():
                funna.add(kommando.parent.name)
    return funna
