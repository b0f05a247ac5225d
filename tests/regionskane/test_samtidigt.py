"""What the database refuses because somebody else wrote meanwhile is told as that, and nothing is lost."""

import json

import pytest
from django.db import Error, connection, transaction

from budget.actions.beslutspunkter import bekrafta_beslutspunkt, flytta_beslutspunkt, ta_bort_beslutspunkt
from budget.actions.versioner import las_version
from budget.models import Beslutspunkt
from regionskane import samtidigt
from regionskane.fel import fel500


def _svar(rf, gor, adress="/"):
    try:
        with transaction.atomic():
            gor()
    except Error:
        return fel500(rf.get(adress))
    raise AssertionError("Gick igenom")


@pytest.mark.parametrize("vad", ["bekrafta", "flytta", "ta_bort"])
def test_det_som_lastes_efter_kontrollen_svarar_att_det_ar_last(version, anvandare, rf, vad):
    by = anvandare("koncerncontroller")
    oppen = version("B2024-ARB")
    for nr in (101, 102):
        Beslutspunkt.objects.create(version=oppen, ordning=nr, rubrik=f"Punkt {nr}", text="Text", arvd=True)
    punkter = Beslutspunkt.objects.filter(version=oppen, ordning__gt=100)
    punkt = punkter.select_related("version").get(ordning=101)
    las_version(version=oppen, by=by)
    assert not punkt.version.last  # as it was when the request asked
    gor = {
        "bekrafta": lambda: bekrafta_beslutspunkt(punkt=punkt, by=by),
        "flytta": lambda: flytta_beslutspunkt(punkt=punkt, upp=False, by=by),
        "ta_bort": lambda: ta_bort_beslutspunkt(punkt=punkt, by=by),
    }[vad]
    svar = _svar(rf, gor)
    assert svar.status_code == 409 and samtidigt.LAST in svar.content.decode()
    assert list(punkter.values_list("ordning", "arvd")) == [(101, True), (102, True)]


@pytest.mark.parametrize(("kod", "status"), [("40P01", 409), ("40001", 409), ("23505", 409), ("23514", 500)])
def test_tva_som_vantar_pa_varandra_ombeds_skicka_igen(db, rf, kod, status):
    def gor():
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$BEGIN RAISE EXCEPTION 'krock' USING ERRCODE = '{kod}'; END$$")

    svar = _svar(rf, gor, "/api/v1/budget/")
    assert svar.status_code == status
    assert status == 500 or json.loads(svar.content) == {"detail": samtidigt.TEXT}
