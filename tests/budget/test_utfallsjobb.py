"""A reading that is stopped in the middle, for real: by the owner, by the database, by a killed worker."""

import threading
import time

import pytest
from django.conf import settings
from django.db import connection, transaction

from budget.actions.utfall import starta_inlasning, ta_emot_fil
from budget.models import Huvudboksrad, Saldo, Utfallsdel, Utfallsfil
from budget.selectors.kontroll_utfall import kontrollera_saldon
from regionskane.jobb.actions import avbryt_jobb
from regionskane.jobb.models import Jobb
from tests.budget.actions.test_utfall import HSN, KN, MANAD, balans, csv
from tests.regionskane.arbetare import doda, starta
from tests.regionskane.test_jobb import _vanta


def _sparat() -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'huvudbok' AND tablename LIKE 'mellan%'"
        )
        mellan = cursor.fetchone()[0]
    return (
        list(Saldo.objects.order_by("pk").values()),
        sorted(Huvudboksrad.objects.values_list("fil_id", "rad", "enhet_id")),
        list(Utfallsdel.objects.order_by("pk").values()),
        mellan,
    )


def _star_still(jobb) -> bool:
    """Whether it has written its lines and waits for the lock that the test holds, seen inside its transaction."""
    jobb.refresh_from_db()
    return jobb.status == "kors" and jobb.steg == "Summerar"


def _backend(jobb) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [f"jobb {jobb.pk}"])
        return [pid for (pid,) in cursor.fetchall()]


@pytest.mark.slow
def test_avbruten_tappad_och_dodad_inlasning_lamnar_allt_som_det_var(exempel_pa_riktigt, anvandare):
    vem = anvandare("koncerncontroller")
    processer = []

    def lamna(innehall, namn):
        fil = ta_emot_fil(block=[innehall], namn=namn, by=vem).fil
        return fil, starta_inlasning(fil=fil, by=vem)

    try:
        forsta, jobb = lamna(MANAD, "mars.csv")
        processer.append(starta(settings.REDIS_URL))
        _vanta(lambda: Jobb.objects.get(pk=jobb.pk).status == "klar")
        fore = _sparat()
        assert (len(fore[0]), len(fore[1]), fore[3]) == (4, 4, 0)
        rattad = csv(*balans(202403, KN, "5010", 7, "A1"), *balans(202403, HSN, "4010", 8, "A2"))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE budget_saldo IN SHARE MODE")
            fil, jobb = _commit(lambda: lamna(rattad, "rättad.csv"))
            _vanta(lambda: _star_still(jobb))
            _commit(lambda: avbryt_jobb(jobb=jobb))
            _vanta(lambda: Jobb.objects.get(pk=jobb.pk).status == "fel")
            jobb.refresh_from_db()
            assert jobb.fel == "Avbrutet av dig. Inget har sparats."
            assert _sparat() == fore
            # The database drops the connection: the job is run again by itself.
            _, jobb = _commit(lambda: lamna(rattad, "rättad.csv"))
            _vanta(lambda: _star_still(jobb))
            (pid,) = _backend(jobb)
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            _vanta(lambda: Jobb.objects.get(pk=jobb.pk).forsok == 2 and _star_still(jobb))
            assert _sparat() == fore
            # The worker is killed.
            doda(processer[0])
            assert _sparat() == fore
        time.sleep(3)  # the database notices the dead client within two seconds and lets the job go
        assert _sparat() == fore and Utfallsfil.objects.get(pk=fil.pk).status == "mottagen"
        processer.append(starta(settings.REDIS_URL))
        _vanta(lambda: Jobb.objects.get(pk=jobb.pk).status == "klar")
    finally:
        for p in processer:
            doda(p)
    assert Jobb.objects.get(pk=jobb.pk).forsok == 3
    assert set(Utfallsdel.objects.filter(fil=forsta).values_list("ersatt_av", flat=True)) == {fil.pk}
    assert Saldo.objects.count() == 4 and Huvudboksrad.objects.count() == 8
    assert list(kontrollera_saldon()) == []


def _commit(gor):
    """Run over a connection of its own, because the test's is in a transaction that holds a lock."""
    svar = []

    def i_trad():
        try:
            svar.append(gor())
        finally:
            connection.close()

    trad = threading.Thread(target=i_trad)
    trad.start()
    trad.join()
    return svar[0]
