"""What `make test` says at once instead of failing later, and that no property depends on the speed of the machine."""

import os
import socket
import time

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.regionskane.arbetare import databasadress
from verktyg import prova
from verktyg.miljo import Stopp


@pytest.fixture
def ledig_port():
    with socket.socket() as lyssnare:
        lyssnare.bind(("127.0.0.1", 0))
        yield lyssnare.getsockname()[1]  # bound and not listening: nobody answers there


def test_rollen_i_database_url_maste_vara_superuser(transactional_db):
    roll = f"prov_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {roll} LOGIN CREATEDB PASSWORD 'prov'")
    try:
        url = databasadress()
        prova.kontrollera_databas(url)
        konto = url.split("://")[1].split("@")[0]
        with pytest.raises(Stopp, match=f"Rollen {roll} i DATABASE_URL måste vara superuser"):
            prova.kontrollera_databas(url.replace(f"//{konto}@", f"//{roll}:prov@"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP ROLE {roll}")


def test_databas_och_redis_som_inte_svarar_far_en_mening(ledig_port):
    for url, vantat in (
        (f"postgres://a:hemligt@127.0.0.1:{ledig_port}/b", "DATABASE_URL går inte att nå"),
        ("mysql://a/b", "ska börja med postgres://"),
    ):
        with pytest.raises(Stopp, match=vantat) as stopp:
            prova.kontrollera_databas(url)
        assert "\n" not in str(stopp.value) and "hemligt" not in str(stopp.value)
    for url in (f"redis://127.0.0.1:{ledig_port}/0", "http://ingen"):
        with pytest.raises(Stopp, match="Redis i REDIS_URL går inte att nå"):
            prova.kontrollera_redis(url)


def test_en_langsam_maskin_faller_ingen_egenskap():
    @settings(max_examples=2)
    @given(st.integers().map(lambda tal: (time.sleep(0.6), tal)))
    def langsam(tal):
        assert tal

    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
    langsam()
