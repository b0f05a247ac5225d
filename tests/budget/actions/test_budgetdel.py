"""Handing in while somebody writes, in two connections at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from budget.actions.belopp import Cellandring, DelenArInlamnad, spara_belopp
from budget.actions.budgetdel import DelenAndrad, DelFel, granska, lamna_in, oppna_for_inmatning, ta_tillbaka
from budget.models import Belopp, Budgetdel, Budgetversion
from budget.selectors.budgetdel import las_avtryck
from budget.selectors.celler import Cellnyckel
from organisation.models import Anvandare
from regionskane.lib.belopp import MNKR, tolka_belopp
from tests.budget.belopp import enhet, motivera, skriv
from tests.trad import i_trad


@pytest.fixture
def lage(exempel_pa_riktigt):
    kc = Anvandare.objects.get(username="koncerncontroller")
    version = Budgetversion.objects.get(kod="B2024-ARB")
    skriv(version, "askanden", "drift", "KN", 2024, "357.4", kc)
    motivera(version, enhet("KN"))
    oppna_for_inmatning(version=version, sista_dag=timezone.localdate() + timedelta(9), by=kc)
    d = Budgetdel.objects.get(version=version, namnd__kod="KN")
    return d, Belopp.objects.get(version=version, enhet__kod="KN", ar=2024), kc


def _skriv(b, kc):
    return spara_belopp(
        version=Budgetversion.objects.get(pk=b.version_id),
        andringar=[
            Cellandring(
                Cellnyckel(b.enhet_id, b.post_id, b.ar), b.rev, b.belopp, tolka_belopp("1", skala=MNKR)
            )
        ],
        by=kc,
    )


def _lamna(d, b, kc):
    lamna_in(budgetdel=Budgetdel.objects.get(pk=d.pk), by=kc, avtryck=las_avtryck(d.version, [b.enhet_id]))


def test_inlamningen_vantar_pa_den_som_skriver_och_marker_det(lage):
    d, b, kc = lage
    avtryck = las_avtryck(d.version, [b.enhet_id])
    skrivet, slapp = threading.Event(), threading.Event()

    def skriv():
        with transaction.atomic():
            _skriv(b, kc)
            skrivet.set()
            assert slapp.wait(60)

    with ThreadPoolExecutor(2) as tradar:
        ena = tradar.submit(i_trad, skriv)
        assert skrivet.wait(60)
        andra = tradar.submit(i_trad, lambda: lamna_in(budgetdel=d, by=kc, avtryck=avtryck))
        with pytest.raises(TimeoutError):
            andra.result(1)
        slapp.set()
        ena.result(60)
        with pytest.raises(DelenAndrad, match="Något i delen har ändrats"):
            andra.result(60)
    d.refresh_from_db()
    assert d.status == "oppen"


def test_den_som_skriver_medan_delen_lamnas_in_far_veta_det_och_inget_sparas(lage):
    d, b, kc = lage
    inlamnat, slapp = threading.Event(), threading.Event()

    def lamna():
        with transaction.atomic():
            _lamna(d, b, kc)
            inlamnat.set()
            assert slapp.wait(60)

    with ThreadPoolExecutor(2) as tradar:
        ena = tradar.submit(i_trad, lamna)
        assert inlamnat.wait(60)
        andra = tradar.submit(i_trad, lambda: _skriv(b, kc))
        with pytest.raises(TimeoutError):
            andra.result(1)
        slapp.set()
        ena.result(60)
        with pytest.raises(DelenArInlamnad, match="Kulturnämnden har lämnat in"):
            andra.result(60)
    b.refresh_from_db()
    assert b.rev == 1


def test_den_ena_tar_tillbaka_medan_den_andra_granskar(lage):
    """Both see «inlämnad»; one of them gets through and the other is told."""
    d, b, kc = lage
    _lamna(d, b, kc)
    redo = threading.Barrier(2)

    def steg(gor):
        redo.wait(60)
        try:
            gor(budgetdel=Budgetdel.objects.get(pk=d.pk), by=kc)
        except DelFel as fel:
            return str(fel)
        return ""

    with ThreadPoolExecutor(2) as tradar:
        svar = [tradar.submit(i_trad, lambda g=g: steg(g)) for g in (ta_tillbaka, granska)]
        texter = [s.result(60) for s in svar]
    assert sorted(map(bool, texter)) == [False, True]
    assert "Kulturnämnden: delen är" in max(texter, key=len)
    d.refresh_from_db()
    assert d.status in ("oppen", "granskad")


def test_tva_som_oppnar_samtidigt_gor_delarna_en_gang(exempel_pa_riktigt):
    kc = Anvandare.objects.get(username="koncerncontroller")
    dag, redo = timezone.localdate() + timedelta(9), threading.Barrier(2)

    def oppna():
        redo.wait(60)
        try:
            return oppna_for_inmatning(
                version=Budgetversion.objects.get(kod="B2024-ARB"), sista_dag=dag, by=kc
            )
        except DelFel as fel:
            return str(fel)

    with ThreadPoolExecutor(2) as tradar:
        svar = [tradar.submit(i_trad, oppna) for _ in range(2)]
        resultat = [s.result(60) for s in svar]
    assert 20 in resultat and any("redan öppnad" in str(r) for r in resultat)
    assert Budgetdel.objects.count() == 20
