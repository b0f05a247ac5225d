"""Where a request comes from: the address that the login lock counts by is the one that our proxy wrote."""

import pytest
from django.test import Client, RequestFactory

from regionskane.klient import klientadress

KLIENT, ANNAN, PROXY = "203.0.113.9", "198.51.100.7", "10.0.0.2"
LOSENORD = "en mening om hav och vind"


@pytest.fixture
def malin(anvandare):
    revisor = anvandare("revisor")
    revisor.set_password(LOSENORD)
    revisor.save()


def _adress(kedja: str | None) -> str:
    huvud = {} if kedja is None else {"HTTP_X_FORWARDED_FOR": kedja}
    return klientadress(RequestFactory().get("/", REMOTE_ADDR=PROXY, **huvud))


@pytest.mark.parametrize(
    "kedja",
    [KLIENT, f"{ANNAN}, {KLIENT}", f"{ANNAN},{KLIENT}", f"1.2.3.4, {ANNAN},  {KLIENT} ", f"skräp, {KLIENT}"],
)
def test_bakom_proxyn_galler_den_sista_adressen_i_kedjan(settings, kedja):
    settings.HTTPS = True
    assert _adress(kedja) == KLIENT


@pytest.mark.parametrize("kedja", [None, ""])
def test_utan_kedja_galler_anslutningens_adress(settings, kedja):
    settings.HTTPS = True
    assert _adress(kedja) == PROXY


def test_utan_proxy_tros_inte_kedjan(settings):
    settings.HTTPS = False
    assert _adress(KLIENT) == _adress(f"{ANNAN}, {KLIENT}") == PROXY


def _forsok(kedja: str, losenord: str) -> int:
    """A login from a browser of its own; 302 is let in, 429 locked out."""
    fran = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": kedja}
    return Client().post("/logga-in/", {"username": "revisor", "password": losenord}, **fran).status_code


def _gissa(settings, kedja) -> None:
    for nr in range(settings.AXES_FAILURE_LIMIT):
        _forsok(kedja(nr), "fel lösenord")


def test_sparren_raknar_per_klient_bakom_proxyn(malin, settings):
    settings.HTTPS = True
    _gissa(settings, lambda nr: KLIENT)
    assert _forsok(KLIENT, LOSENORD) == 429
    assert _forsok(ANNAN, LOSENORD) == 302
    # Naming the one who is locked out, or somebody who is not, changes nothing.
    assert _forsok(f"{KLIENT}, {ANNAN}", LOSENORD) == 302
    assert _forsok(f"{ANNAN}, {KLIENT}", LOSENORD) == 429


def test_egna_adresser_fore_i_kedjan_hjalper_inte_den_som_gissar(malin, settings):
    settings.HTTPS = True
    _gissa(settings, lambda nr: f"192.0.2.{nr + 1}, {KLIENT}")
    assert _forsok(f"192.0.2.99, {KLIENT}", LOSENORD) == 429
    assert _forsok(f"192.0.2.1, {ANNAN}", LOSENORD) == 302


def test_utan_proxy_hjalper_ingen_kedja_den_som_gissar(malin, settings):
    settings.HTTPS = False
    _gissa(settings, lambda nr: f"192.0.2.{nr + 1}")
    assert _forsok("192.0.2.99", LOSENORD) == 429
