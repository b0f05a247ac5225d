"""A session that stands untouched is ended in time, and one that is used is not."""

import time

import pytest

from budget.models import Belopp
from tests.budget.belopp import egna_nivaer

FRIST = 3600
START = 1_800_000_000
INMATNING = "/budget/2024/B2024-ARB/regionbidrag/inmatning/"


@pytest.fixture
def klocka(monkeypatch, settings):
    """Sets the time that the session is judged by, in seconds from the first request."""
    settings.IDLE_TIMEOUT_SECONDS = FRIST

    def stall(sekunder):
        monkeypatch.setattr(time, "time", lambda: float(START + sekunder))

    stall(0)
    return stall


def _inloggad(klient) -> bool:
    return klient.get("/budget/").status_code == 200


@pytest.mark.parametrize(
    ("orord", "kvar"), [(1, True), (FRIST, True), (FRIST + 1, False), (9 * FRIST, False)]
)
def test_sessionen_slutar_nar_fristen_har_gatt_och_inte_fore(klocka, som, orord, kvar):
    klient = som("revisor")
    assert _inloggad(klient)
    klocka(orord)
    svar = klient.get("/budget/")
    assert (svar.status_code == 200) is kvar
    assert ("_auth_user_id" in klient.session) is kvar
    if not kvar:
        assert svar.headers["Location"].startswith("/logga-in/?next=")
        assert "inte gjort något på ett tag" in klient.get("/logga-in/").content.decode()


def test_den_som_arbetar_loggas_inte_ut(klocka, som):
    klient = som("revisor")
    for minut in range(0, 4 * 60, 25):
        klocka(minut * 60)
        assert _inloggad(klient), minut
    klocka(minut * 60 + FRIST + 1)
    assert not _inloggad(klient)


def test_en_session_tar_slut_hur_flitig_man_an_ar(klocka, anvandare, client, settings):
    """Django counts its age from when it was last written, which is every minute of somebody who works."""
    timmar = settings.SESSION_COOKIE_AGE // 3600
    client.force_login(anvandare("revisor"))
    for kvart in range(4 * timmar + 1):
        klocka(kvart * 900)
        assert _inloggad(client), kvart
    klocka(timmar * 3600 + 1)
    assert not _inloggad(client)
    assert f"inloggad i {timmar} timmar" in client.get("/logga-in/").content.decode()
    client.force_login(anvandare("revisor"))
    assert _inloggad(client)  # from the new login on


@pytest.mark.parametrize("frist", [5, 60, 600])
def test_ocksa_en_kort_frist_raknas_fran_den_senaste_sidan(klocka, som, settings, frist):
    settings.IDLE_TIMEOUT_SECONDS = frist
    klient = som("revisor")
    for sekund in range(0, 4 * frist, max(1, frist // 2)):
        klocka(sekund)
        assert _inloggad(klient), sekund


def test_tatt_mellan_sidorna_skrivs_sessionen_inte_om(klocka, som):
    klient = som("revisor")
    klient.get("/halsa/")
    klocka(60)
    klient.get("/halsa/")
    assert klient.session["senast"] == START
    klocka(61)
    klient.get("/halsa/")
    assert klient.session["senast"] == START + 61


def test_det_som_skickas_for_sent_sparas_inte(klocka, som, version):
    klient = som("koncerncontroller")
    egna_nivaer(version("B2024-ARB"))
    cell = Belopp.objects.get(version__kod="B2024-ARB", enhet__kod="KN", ar=2024)
    nyckel = f"{cell.enhet_id}.{cell.post_id}.2024"
    skickat = {f"c.{nyckel}": "999", "bas": f'{{"{nyckel}": [{cell.rev}, "{cell.belopp}"]}}'}
    assert _inloggad(klient)
    klocka(FRIST + 1)
    svar = klient.post(INMATNING, skickat)
    assert svar.status_code == 302 and svar.headers["Location"].startswith("/logga-in/")
    cell.refresh_from_db()
    assert cell.belopp == 357_400_000
    # The same within the time is saved: it is the time that stops it.
    klient = som("koncerncontroller")
    assert _inloggad(klient)
    klocka(2 * FRIST + 1)
    assert klient.post(INMATNING, skickat).status_code == 302
    cell.refresh_from_db()
    assert cell.belopp == 999_000_000


def test_en_hamtning_utan_inloggning_ror_ingen_session(klocka, client, db):
    client.get("/logga-in/")
    klocka(FRIST + 1)
    client.get("/logga-in/")
    assert "senast" not in client.session
