"""What is answered before Django: letters that are not UTF-8, and forms of more parts than anybody has."""

import http.client
import io
from contextlib import closing

import pytest
from django.core.wsgi import get_wsgi_application
from django.http.multipartparser import MultiPartParser, TooManyFilesSent

from regionskane.forvakt import FLEST_DELAR, KAKMENING, LANGSTA_KAKOR, MENING, Delraknare, ar_utf8, vakta
from tests.lib.fientlig import Matt
from tests.regionskane.test_webbserver import webbserver  # noqa: F401

FORM = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("typ", "ratt"),
    [
        ("", True),
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ('text/plain; charset="UTF8"', True),
        (FORM, True),
        (f"{FORM}; charset=punycode", False),
        (f"{FORM}; CHARSET=punycode", False),
        (f"{FORM}; charset=utf-8; charset=punycode", False),
        (f"{FORM}; charset=zlib", False),
        (f"{FORM}; charset=iso-8859-1", False),
        (f"{FORM}; charset=hittepa", False),
        (f"{FORM}; charset=", False),
        (f"{FORM}; charset*=punycode''utf-8", False),
        (f"{FORM}; charset*0=puny; charset*1=code", False),
        ("multipart/form-data; boundary*=hex''41", False),
        ("multipart/form-data; boundary*=hittepa''x", False),
        (f"{FORM}; a={'b' * 600}", False),
        ("a; x*=a; x*0=b", False),
    ],
)
def test_bara_utf8_lases(typ, ratt):
    assert ar_utf8(typ) is ratt


def _skicka(
    typ: str, kropp: bytes = b"", metod: str = "POST", fraga: str = "", **huvuden: str
) -> tuple[str, bytes]:
    status = []
    environ = {
        "REQUEST_METHOD": metod, "PATH_INFO": "/logga-in/", "QUERY_STRING": fraga, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "CONTENT_TYPE": typ, "CONTENT_LENGTH": str(len(kropp)), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(kropp), "wsgi.errors": io.StringIO(), "HTTP_HOST": "localhost",
        **huvuden,
    }  # fmt: skip
    svar = b"".join(vakta(get_wsgi_application())(environ, lambda s, _: status.append(s)))
    return status[0], svar


def test_ett_formular_i_punycode_kostar_ingenting(db):
    """Its decoding takes time by the square of the text: 320 kB held a process for ten seconds, before any login."""
    kropp = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"9" * 900_000 + b"\r\n--x--\r\n"
    with Matt() as matt:
        status, svar = _skicka(f"{FORM}; charset=punycode", kropp)
    assert status.startswith("415") and svar.decode() == MENING
    assert matt.cpu < 1
    assert _skicka(FORM, kropp)[0].startswith("403")  # the same in UTF-8 is read, and has no token


@pytest.mark.parametrize("kod", ["zlib", "hex", "idna", "undefined", "utf-16", "utf-7"])
def test_andra_koder_svarar_415_aven_utan_kropp(db, kod):
    assert _skicka(f"text/plain; charset={kod}", metod="GET", fraga="a=%41")[0].startswith("415")
    assert _skicka("text/plain; charset=utf-8", metod="GET", fraga="a=%41")[0].startswith("200")


def test_webbservern_vagrar_och_svarar_nasta_som_vanligt(webbserver):  # noqa: F811
    kropp = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"9" * 300_000 + b"\r\n--x--\r\n"
    huvuden = {"Host": "localhost", "Content-Type": f"{FORM}; charset=punycode"}
    for metod, adress, sands, status in (("POST", "/logga-in/", kropp, 415), ("GET", "/halsa/", None, 200)):
        with closing(http.client.HTTPConnection("127.0.0.1", webbserver, timeout=60)) as anslutning:
            anslutning.request(metod, adress, sands, huvuden if sands else {"Host": "localhost"})
            svar = anslutning.getresponse()
            assert svar.status == status
            assert ("UTF-8" in svar.read().decode()) == (status == 415)


@pytest.mark.parametrize(
    "huvud", ["form-data; filename=a", "x;filename=a", "form-data; name=a; filename=", "x"]
)
def test_ett_formular_av_miljoner_delar_lases_inte_till_slutet(db, huvud):
    """Parts that are neither a field nor a file were not counted: 99 MB of them took 30 s of a web process."""
    del_ = f"--x\r\nContent-Disposition: {huvud}\r\n\r\n\r\n".encode()
    kropp = (FLEST_DELAR - 1) * del_ + b"--x--\r\n"
    with Matt() as matt:
        status, _ = _skicka(FORM, kropp)
    assert status.startswith(("400", "403"))
    delar = 100_000 * del_ + b"--x--\r\n"
    with Matt() as fler, pytest.raises(TooManyFilesSent):
        strom = Delraknare(io.BytesIO(delar), b"--x")
        parser = MultiPartParser(
            {"CONTENT_TYPE": FORM, "CONTENT_LENGTH": str(len(delar))}, strom, [], "utf-8"
        )
        parser.parse()
    assert fler.cpu < matt.cpu + 1


def test_for_manga_delar_far_ett_svar(db):
    """Also of few parts with long heads, of which Django makes a message a line: 20 000 of them took 28 s."""
    lang = b"--x\r\nContent-Disposition: form-data; name=a" + 230 * b";\r\n " + b"\r\n\r\n\r\n"
    for del_, antal in ((b"--x\r\nContent-Disposition: x\r\n\r\n\r\n", 25_000), (lang, 700)):
        with Matt() as matt:
            assert _skicka(FORM, antal * del_ + b"--x--\r\n")[0].startswith("400")
        # 1 s to 2.4 s, by the machine.
        assert matt.cpu < 6


def test_ett_huvud_som_inte_gar_att_lasa_far_ett_svar(db):
    kropp = b"--x\r\nContent-Disposition: form-data; x*=a; x*0=b; name=a\r\n\r\n1\r\n--x--\r\n"
    assert _skicka(FORM, kropp)[0].startswith("400")


def test_en_fil_som_rymmer_sin_grans_pa_radbrytningar_lases_som_forr(db):
    """A browser's boundary is long, and stands in no file."""
    innehall = b"--x\r\n" * 50_000
    kropp = (
        b'--LANGGRANS\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
        + innehall
        + b"\r\n--LANGGRANS--\r\n"
    )
    typ = "multipart/form-data; boundary=LANGGRANS"
    parser = MultiPartParser(
        {"CONTENT_TYPE": typ, "CONTENT_LENGTH": str(len(kropp))},
        Delraknare(io.BytesIO(kropp), b"--LANGGRANS"), [], "utf-8",
    )  # fmt: skip
    falt, _ = parser.parse()
    assert falt["a"].encode() == innehall


@pytest.mark.parametrize(
    "kaka", ['a="' + "\\\\" * 28_000 + '"', "; ".join(f'k{i}="\\\\\\"' for i in range(7_000))]
)
def test_langa_kakor_lases_inte(db, kaka):
    """Python before 3.11.10 read a cookie's backslashes in time with their square: 57 kB took 13 s, of any visitor."""
    environ = {"HTTP_COOKIE": kaka}
    with Matt() as matt:
        status, svar = _skicka("text/plain", metod="GET", **environ)
    assert status.startswith("431") and svar.decode() == KAKMENING
    assert matt.cpu < 0.5
    with Matt() as matt:
        assert _skicka("text/plain", metod="GET", HTTP_COOKIE=kaka[:LANGSTA_KAKOR])[0].startswith("200")
    assert matt.cpu < 2
