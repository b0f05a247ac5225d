"""Guessing is limited per pair, per account and per address, and the log says whom and whence."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client

from organisation.models import Anvandare

LOSENORD = "tall dimma udde"


@pytest.fixture
def revisor(anvandare):
    person = anvandare("revisor")
    person.set_password(LOSENORD)
    person.save()
    return person


def _logga_in(namn="revisor", losenord="fel", fran="10.0.0.1", **huvud):
    return Client(REMOTE_ADDR=fran, **huvud).post("/logga-in/", {"username": namn, "password": losenord})


def _fel_fran_andra(antal, namn="revisor", nat=1):
    for n in range(antal):
        assert _logga_in(namn, fran=f"10.{nat}.{n // 4}.1").status_code == 200


def _en_timme_senare():
    AccessFailureLog.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=61))
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=61))


def test_paret_sparras_efter_fem_och_bara_det(revisor):
    assert [_logga_in().status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert _logga_in(losenord=LOSENORD).status_code == 429
    assert _logga_in(losenord=LOSENORD, fran="10.0.0.2").status_code == 302
    assert _logga_in("controller").status_code == 200


def test_den_som_fortsatter_gissa_forlanger_inte_sparren(revisor):
    for _ in range(7):
        _logga_in()
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=10))
    assert _logga_in().status_code == 429
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=6))
    assert _logga_in(losenord=LOSENORD).status_code == 302


def test_ett_konto_sparras_fran_manga_adresser_men_inte_dar_agaren_brukar_vara(revisor, settings):
    settings.LOGIN_LIMIT_ACCOUNT = 12
    assert _logga_in(losenord=LOSENORD, fran="10.9.9.9").status_code == 302
    _fel_fran_andra(12)
    assert _logga_in(losenord=LOSENORD, fran="10.8.8.8").status_code == 429
    assert _logga_in(losenord=LOSENORD, fran="10.9.9.9").status_code == 302
    assert _logga_in("controller", fran="10.8.8.8").status_code == 200
    _en_timme_senare()
    assert _logga_in(losenord=LOSENORD, fran="10.8.8.8").status_code == 302


def test_en_adress_sparras_efter_manga_namn(revisor, settings):
    settings.LOGIN_LIMIT_ADDRESS = 8
    Anvandare.objects.create_user("gissaren", password=LOSENORD)
    for n in range(8):
        # A guesser who logs in with an account of their own in between is counted all the same.
        assert _logga_in("gissaren", losenord=LOSENORD).status_code == 302
        assert _logga_in(f"namn{n}").status_code == 200
    assert _logga_in(losenord=LOSENORD).status_code == 429
    assert _logga_in(losenord=LOSENORD, fran="10.0.0.2").status_code == 302
    call_command("axes_reset_ip", "10.0.0.1", verbosity=0)
    assert _logga_in(losenord=LOSENORD).status_code == 302


def test_den_som_brukar_logga_in_dar_ifran_sparras_inte_av_grannens_gissningar(revisor, settings):
    settings.LOGIN_LIMIT_ADDRESS = 8
    assert _logga_in(losenord=LOSENORD).status_code == 302
    for n in range(8):
        assert _logga_in(f"namn{n}").status_code == 200
    assert _logga_in("politiker").status_code == 429
    assert _logga_in(losenord=LOSENORD).status_code == 302
    # Guesses at the known name are still counted for the pair.
    assert [_logga_in().status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert _logga_in(losenord=LOSENORD).status_code == 429


def test_ett_natverk_i_ipv6_ar_en_adress(revisor, settings):
    settings.LOGIN_LIMIT_ADDRESS = 4
    for n in range(4):
        _logga_in(f"namn{n}", fran=f"2001:db8::{n + 1}")
    assert _logga_in(losenord=LOSENORD, fran="2001:db8::ffff").status_code == 429
    assert _logga_in(losenord=LOSENORD, fran="2001:db8:0:1::1").status_code == 302


def test_sparrens_granser_har_varden_som_inte_laser_ute_ett_kontor(settings):
    assert settings.AXES_FAILURE_LIMIT < settings.LOGIN_LIMIT_ACCOUNT < settings.LOGIN_LIMIT_ADDRESS


@pytest.mark.parametrize(
    "huvud", ["1.2.3.4:5678", "[2001:db8::1]:443", "fe80::1%eth0", "unknown", "", "x" * 500, "å, \x7f"]
)
def test_inget_huvud_hindrar_en_inloggning(revisor, settings, huvud):
    settings.HTTPS = True
    extra = {"HTTP_X_FORWARDED_FOR": huvud}
    assert _logga_in(**extra).status_code == 200
    assert _logga_in(losenord=LOSENORD, **extra).status_code == 302


def test_bakom_en_socketfil_gar_det_att_logga_in(revisor):
    assert _logga_in(fran="").status_code == 200
    assert _logga_in(losenord=LOSENORD, fran="").status_code == 302


def _byt(klient, gammalt):
    nytt = "en mening om hav"
    return klient.post("/losenord/", {"old_password": gammalt, "new_password1": nytt, "new_password2": nytt})


def test_det_gamla_losenordet_gissas_inte_hur_lange_som_helst(revisor, som):
    klient = som("revisor")
    assert [_byt(klient, "fel").status_code for _ in range(4)] == [200] * 4
    svar = _byt(klient, "fel")
    assert svar.status_code == 429 and "du är utloggad" in svar.content.decode()
    assert klient.get("/budget/").status_code == 302
    # And it counts as guessing at the login.
    assert _logga_in(losenord=LOSENORD, fran="127.0.0.1").status_code == 429
    revisor.refresh_from_db()
    assert revisor.check_password(LOSENORD)


def test_en_sparr_vid_inloggningen_loggar_inte_ut_den_som_ar_inne(revisor, som):
    klient = som("revisor")
    for _ in range(5):
        _logga_in(fran="127.0.0.1")
    svar = _byt(klient, LOSENORD)
    assert svar.status_code == 429 and "utloggad" not in svar.content.decode()
    assert klient.get("/budget/").status_code == 200


def test_inget_losenord_sparas_med_ett_forsok(revisor, som):
    _byt(som("revisor"), "nastan ratt")
    _logga_in(losenord="nastan ratt")
    for forsok in AccessAttempt.objects.values():
        assert not any(hemligt in str(forsok) for hemligt in ("nastan ratt", "en mening om hav"))


def test_loggen_sager_vem_och_varifran_pa_en_rad(revisor, settings, caplog):
    settings.HTTPS = True
    with caplog.at_level(logging.WARNING):
        for namn in ("revisor", "x\n2026-01-01 INFO root: allt är bra\r\x1b[2J\u2028\u202e", "y" * 140):
            _logga_in(namn, HTTP_X_FORWARDED_FOR="1.2.3.4, 2001:db8::7")
        for _ in range(4):
            _logga_in(HTTP_X_FORWARDED_FOR="2001:db8::7")
    rader = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert "Fel lösenord eller namn: namn «revisor» från 2001:db8::7, /logga-in/" in rader
    assert "Spärrad inloggning: namn «revisor» från 2001:db8::7, /logga-in/" in rader
    assert all(r.isprintable() and len(r) < 250 for r in rader)
    assert any("x?2026-01-01" in r for r in rader)


def test_samtidiga_gissningar_blir_inte_fler(transactional_db, settings):
    Anvandare.objects.create_user("ensam", password=LOSENORD)
    antal = 12
    start = Barrier(antal)

    def gissa(_):
        start.wait()
        try:
            return _logga_in("ensam").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(antal) as tradar:
        svar = list(tradar.map(gissa, range(antal)))
    assert sorted(svar) == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429] * (antal - 4)
    assert AccessFailureLog.objects.filter(username="ensam").count() == settings.AXES_FAILURE_LIMIT


@pytest.mark.parametrize("namn", ["a" * 256, "a" * 151, "\ufdfa" * 149, "å" * 1_000])
def test_ett_orimligt_langt_namn_far_samma_svar_som_ett_fel_losenord(db, namn):
    """What counts guesses has room for 255 characters, and one may become eighteen when it is read."""
    fel = _logga_in("finns-inte")
    AccessFailureLog.objects.all().delete()
    svar = _logga_in(namn)
    mening = re.search(r'class="besked[^>]*>(.*?)</div>', fel.content.decode(), re.S)[1]
    assert svar.status_code == fel.status_code and mening in svar.content.decode()
    assert not AccessFailureLog.objects.exists()  # nothing was tried
