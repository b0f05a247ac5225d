"""Where a request comes from: whatever a header says, the answer is an address."""

import ipaddress

import pytest
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from regionskane.klient import OKAND, klientadress, raknad_adress, tolka_adress

FALL = {
    "1.2.3.4": "1.2.3.4",
    " 1.2.3.4 ": "1.2.3.4",
    "1.2.3.4:5678": "1.2.3.4",
    "9.9.9.9, 1.2.3.4": "1.2.3.4",
    "2001:db8::1": "2001:db8::1",
    "2001:DB8:0:0:0:0:0:1": "2001:db8::1",
    "[2001:db8::1]": "2001:db8::1",
    "[2001:db8::1]:443": "2001:db8::1",
    "fe80::1%eth0": "fe80::1",
    "::ffff:1.2.3.4": "1.2.3.4",
    "unknown": "",
    "_hidden": "",
    "": "",
    ",": "",
    "1.2.3.4,": "",
    "1.2.3": "",
    "1.2.3.4.5": "",
    "1.2.3.4\0": "",
    "١.٢.٣.٤": "",
    "å": "",
    "[": "",
    ":": "",
    "x" * 100_000: "",
    "1" * 5_000: "",
}


def _fraga(huvud=None, fran="10.0.0.9"):
    fraga = RequestFactory().get("/", REMOTE_ADDR=fran)
    if huvud is not None:
        fraga.META["HTTP_X_FORWARDED_FOR"] = huvud
    return fraga


@pytest.mark.parametrize(("huvud", "adress"), FALL.items(), ids=[f[:20] for f in FALL])
def test_adressen_ur_huvudet_eller_proxyns_egen(huvud, adress):
    with override_settings(HTTPS=True):
        assert klientadress(_fraga(huvud)) == (adress or "10.0.0.9")


def test_utan_proxy_tros_inte_huvudet():
    assert klientadress(_fraga("1.2.3.4")) == "10.0.0.9"


def test_bakom_en_socketfil_ar_adressen_okand_men_giltig():
    assert klientadress(_fraga(fran="")) == OKAND
    with override_settings(HTTPS=True):
        assert klientadress(_fraga("unknown", fran="")) == OKAND


def test_ipv6_raknas_per_nat_av_64_bitar():
    assert raknad_adress(_fraga(fran="2001:db8:1:2:3:4:5:6")) == "2001:db8:1:2::"
    assert raknad_adress(_fraga(fran="2001:db8:1:2::1")) == "2001:db8:1:2::"
    assert raknad_adress(_fraga(fran="1.2.3.4")) == "1.2.3.4"


@given(st.text() | st.from_regex(r"[\[\]0-9a-f.:%, ]*", fullmatch=True), st.text())
def test_vad_som_an_star_blir_det_en_adress(huvud, fran):
    with override_settings(HTTPS=True):
        fraga = _fraga(huvud, fran)
        ipaddress.ip_address(klientadress(fraga))
        ipaddress.ip_address(raknad_adress(fraga))


@given(st.ip_addresses(), st.integers(1, 65535))
def test_varje_adress_lases_med_och_utan_port(adress, port):
    med_port = f"{adress}:{port}" if adress.version == 4 else f"[{adress}]:{port}"
    assert tolka_adress(str(adress)) == tolka_adress(med_port) != ""
