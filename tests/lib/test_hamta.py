"""Fetching JSON patiently: what is tried again, what is obeyed, and what stops at once."""

import gzip
import json
import socket
import threading
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from regionskane.lib import hamta as modul
from regionskane.lib.hamta import HamtningsFel, Jsonhamtare, Talamod

NU = datetime(2024, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def tjanst():
    """A server whose answers are functions of the handler, taken one by one; the last one goes on."""

    class Svar(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            server.fragor.append(self.path)
            svar = server.svar[0] if len(server.svar) == 1 else server.svar.pop(0)
            svar(self)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Svar)
    server.daemon_threads = True
    server.handle_error = lambda *args: None
    server.fragor, server.svar = [], []
    server.bas = f"http://127.0.0.1:{server.server_port}/v3"
    trad = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    trad.start()
    yield server
    server.shutdown()
    server.server_close()


def svar(status=200, kropp=b'{"a": 1}', langd=None, **huvuden):
    def skriv(h):
        h.send_response(status)
        h.send_header("Content-Length", str(len(kropp) if langd is None else langd))
        for namn, varde in huvuden.items():
            h.send_header(namn.replace("_", "-"), varde)
        h.end_headers()
        h.wfile.write(kropp)
        h.close_connection = True

    return skriv


def bryt(h):
    h.connection.shutdown(socket.SHUT_RDWR)
    h.close_connection = True


def hamtare(bas, pauser, **talamod):
    return Jsonhamtare(
        bas,
        namn="Kolada",
        talamod=Talamod(**talamod),
        sov=pauser.append,
        slump=lambda: 1.0,
        nu=lambda: NU,
    )


def test_tal_ar_exakt_som_de_skrevs(tjanst):
    tjanst.svar = [svar(kropp=b'{"a": [66.70, 12, 1e2, 0.1000000000000000055511151231257827]}')]
    assert hamtare(tjanst.bas, []).hamta("x")["a"] == [
        Decimal("66.70"),
        12,
        Decimal("1E+2"),
        Decimal("0.1000000000000000055511151231257827"),
    ]
    assert tjanst.fragor == ["/v3/x"]


@pytest.mark.parametrize(
    "fel", [svar(500), svar(502, b"<html>Bad Gateway"), svar(503), bryt, svar(kropp=b'{"a"', langd=100)]
)
def test_det_som_gar_over_forsoks_igen_med_pauser_som_dubblas(tjanst, fel):
    tjanst.svar = [fel, fel, fel, svar()]
    pauser = []
    assert hamtare(tjanst.bas, pauser).hamta("x") == {"a": 1}
    assert (len(tjanst.fragor), pauser) == (4, [1.0, 2.0, 4.0])


def test_slumpen_sprider_pauserna_mellan_halva_och_hela():
    for slump, paus in ((0.0, 4.0), (0.5, 6.0), (1.0, 8.0)):
        pauser = []
        h = Jsonhamtare("http://127.0.0.1:9", namn="Kolada", sov=pauser.append, slump=lambda s=slump: s)
        h._vanta(4, modul._Tillfalligt("x"))
        assert pauser == [paus]


def test_den_som_aldrig_svarar_ges_upp_med_en_mening(tjanst):
    tjanst.svar = [svar(503)]
    pauser = []
    with pytest.raises(HamtningsFel) as fel:
        hamtare(tjanst.bas, pauser, forsok=3).hamta("x")
    assert str(fel.value) == "Kolada svarade med felet 503, efter 3 försök. Försök igen senare."
    assert len(tjanst.fragor) == 3 and len(pauser) == 2


def test_ingen_som_lyssnar_ger_en_mening():
    with socket.socket() as ledig:
        ledig.bind(("127.0.0.1", 0))
        port = ledig.getsockname()[1]
    with pytest.raises(HamtningsFel, match=r"^Kolada gick inte att nå, efter 2 försök\."):
        hamtare(f"http://127.0.0.1:{port}", [], forsok=2).hamta("x")


@pytest.mark.parametrize(
    ("huvud", "paus"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Fri, 01 Mar 2024 12:00:30 GMT", 30.0),
        ("Fri, 01 Mar 2024 11:00:00 GMT", 0.0),
        ("snart", 1.0),
        ("-5", 1.0),
        ("٣", 1.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_foljs_i_sekunder_och_som_datum(tjanst, huvud, paus, status):
    tjanst.svar = [svar(status, Retry_After=huvud.encode().decode("latin-1")), svar()]
    pauser = []
    assert hamtare(tjanst.bas, pauser).hamta("x") == {"a": 1}
    assert pauser == [paus]


def test_en_for_lang_vantan_stoppar_i_stallet_for_att_komma_for_tidigt(tjanst):
    tjanst.svar = [svar(429, Retry_After="3600"), svar()]
    pauser = []
    with pytest.raises(HamtningsFel) as fel:
        hamtare(tjanst.bas, pauser).hamta("x")
    assert str(fel.value) == (
        "Kolada säger att vi frågar för ofta och ber oss vänta 3600 sekunder. Försök igen efter det."
    )
    assert (pauser, len(tjanst.fragor)) == ([], 1)


@pytest.mark.parametrize(
    ("fel", "mening"),
    [
        (svar(404), "Kolada har inget på adressen /v3/x."),
        (svar(403), "Kolada avvisade frågan (403). Inget har hämtats."),
        (svar(302, b"", Location="http://127.0.0.1:9/"), "Kolada avvisade frågan (302). Inget har hämtats."),
        (
            svar(kropp=b'{"values": [{"kpi": "N0'),
            "Kolada gav ett svar som inte är giltig JSON. Inget har lästs in.",
        ),
        (svar(kropp=b"<html>Underh\xc3\xa5ll</html>"), "Kolada gav en webbsida. Inget har lästs in."),
        (svar(kropp=b""), "Kolada gav ett tomt svar. Inget har lästs in."),
        (svar(kropp=b'{"a": NaN}'), "Kolada gav ett svar som inte är giltig JSON."),
        (svar(kropp=b'{"a": "\xe5"}'), "Kolada gav ett svar som inte är giltig JSON."),
        (svar(kropp=b"[" * 100_000), "Kolada gav ett svar som inte är giltig JSON."),
        (svar(kropp=gzip.compress(json.dumps({}).encode())), "Kolada gav ett svar som inte är giltig JSON."),
    ],
)
def test_det_som_inte_blir_battre_av_ett_forsok_till_stoppar_genast(tjanst, fel, mening):
    tjanst.svar = [fel, svar()]
    pauser = []
    with pytest.raises(HamtningsFel) as f:
        hamtare(tjanst.bas, pauser).hamta("x")
    assert str(f.value).startswith(mening)
    assert (len(tjanst.fragor), pauser) == (1, [])


def test_ett_for_stort_svar_lases_inte(tjanst, monkeypatch):
    monkeypatch.setattr(modul, "STORSTA_SVAR", 100)
    tjanst.svar = [svar(kropp=b'"' + b"x" * 200 + b'"')]
    with pytest.raises(HamtningsFel, match="större än"):
        hamtare(tjanst.bas, []).hamta("x")


@pytest.mark.parametrize("droppar", [True, False], ids=["byte för byte", "ingenting"])
def test_ett_langsamt_svar_ges_upp_nar_tiden_ar_slut(tjanst, droppar):
    slut = threading.Event()

    def langsamt(h):
        h.send_response(200)
        h.send_header("Content-Length", "1000")
        h.end_headers()
        for _ in range(1_000):
            if slut.wait(0.02):
                return
            if droppar:
                h.wfile.write(b" ")
                h.wfile.flush()

    tjanst.svar = [langsamt]
    with pytest.raises(HamtningsFel, match=r"^Kolada svarade inte i tid, efter 2 försök\."):
        hamtare(tjanst.bas, [], forsok=2, svarstid=0.15).hamta("x")
    slut.set()
    assert len(tjanst.fragor) == 2


@pytest.mark.parametrize(
    ("vag", "adress"),
    [
        ("kpi?title=x", "https://kolada.example/v3/kpi?title=x"),
        ("https://kolada.example/v3/kpi?page=2", "https://kolada.example/v3/kpi?page=2"),
        ("http://kolada.example/v3/kpi?page=2", "https://kolada.example/v3/kpi?page=2"),
        ("https://KOLADA.example:443/v3/kpi", "https://kolada.example/v3/kpi"),
        ("/v3/kpi?page=2#del", "https://kolada.example/v3/kpi?page=2"),
    ],
)
def test_adressen_halls_hos_basen(vag, adress):
    assert Jsonhamtare("https://kolada.example/v3", namn="Kolada").adress(vag) == adress


@pytest.mark.parametrize(
    "vag",
    [
        "https://annan.example/v3/kpi",
        "//annan.example/x",
        "https://kolada.example:8443/v3/kpi",
        "https://kolada.example.annan.example/",
        "https://kolada.example@annan.example/",
        "file:///etc/passwd",
        "ftp://kolada.example/x",
    ],
)
def test_en_annan_server_foljs_inte(vag):
    with pytest.raises(HamtningsFel, match="hänvisade till en annan server"):
        Jsonhamtare("https://kolada.example/v3", namn="Kolada").adress(vag)


@pytest.mark.parametrize("vag", ["http://[", "https://kolada.example:x/", "https://kolada.example:99999/"])
def test_det_som_inte_ar_en_adress_far_en_mening(vag):
    with pytest.raises(HamtningsFel, match="inte är en adress"):
        Jsonhamtare("https://kolada.example/v3", namn="Kolada").adress(vag)


@pytest.mark.parametrize("bas", ["", "kolada.example", "file:///tmp/x", "ftp://kolada.example"])
def test_basen_ska_vara_en_webbadress(bas):
    with pytest.raises(ValueError, match="är inte en webbadress"):
        Jsonhamtare(bas, namn="Kolada")
