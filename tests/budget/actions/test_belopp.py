"""Saving cells: what is written, what is refused, and that nobody overwrites anybody."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from budget.actions.belopp import Cellandring, Konflikt, VersionenArLast, spara_belopp
from budget.models import Belopp, Budgetversion
from budget.selectors.balanskrav import hamta_underlag
from budget.selectors.celler import Cellnyckel
from organisation.models import Anvandare
from regionskane.lib.belopp import MNKR, tolka_belopp
from tests.budget.belopp import skriv


def _cell(version, kod, ar, uppstallning="resultatbudget"):
    b = Belopp.objects.get(version=version, post__uppstallning__kod=uppstallning, post__kod=kod, ar=ar)
    return b, Cellnyckel(b.enhet_id, b.post_id, b.ar)


def _nytt(text):
    return tolka_belopp(text, skala=MNKR)


def test_sparat_belopp_har_namn_skal_och_bada_vardena_i_historiken(version, anvandare):
    b, cell = _cell(version("B2024-ARB"), "kostnader", 2024)
    antal = spara_belopp(
        version=version("B2024-ARB"),
        andringar=[Cellandring(cell, b.rev, b.belopp, _nytt("−62 824"))],
        by=anvandare("koncerncontroller"),
        varfor="Ny prognos",
    )
    assert antal == 1
    b.refresh_from_db()
    assert (b.belopp, b.precision, b.rev, b.ursprung, b.importfil) == (
        Decimal("-62824000000.00"),
        MNKR,
        2,
        "inmatad",
        None,
    )
    fore, efter = b.events.order_by("pgh_id")
    assert (fore.belopp, efter.belopp) == (Decimal("-62834000000.00"), Decimal("-62824000000.00"))
    assert efter.pgh_context.metadata["namn"] == "Erik Sandahl"
    assert efter.pgh_context.metadata["varfor"] == "Ny prognos"


def test_tom_text_tar_bort_beloppet_och_posten_hamtar_i_stallet(version, anvandare):
    arb, erik = version("B2024-ARB"), anvandare("koncerncontroller")

    def resultat():
        return next(u for u in hamta_underlag(arb) if u.ar == 2025).post("arets_resultat")

    skriv(arb, "balanskrav", "arets_resultat", "REGION", 2025, 700, erik)
    b, cell = _cell(arb, "arets_resultat", 2025, "balanskrav")
    assert resultat() == Decimal("700000000.00")
    spara_belopp(version=arb, andringar=[Cellandring(cell, b.rev, b.belopp, None)], by=erik)
    assert not Belopp.objects.filter(pk=b.pk).exists()
    assert resultat() == Decimal("653000000.00")


def test_den_andres_andring_skrivs_inte_over(version, anvandare):
    b, cell = _cell(version("B2024-ARB"), "kostnader", 2024)
    min_andring = Cellandring(cell, b.rev, b.belopp, _nytt("-1"))
    deras = Cellandring(cell, b.rev, b.belopp, _nytt("-2"))
    spara_belopp(version=version("B2024-ARB"), andringar=[deras], by=anvandare("koncerncontroller"))
    with pytest.raises(Konflikt) as krock:
        spara_belopp(version=version("B2024-ARB"), andringar=[min_andring], by=anvandare("koncerncontroller"))
    assert krock.value.celler[cell].varde == Decimal("-2000000.00")
    assert krock.value.celler[cell].namn == "Erik Sandahl"
    b.refresh_from_db()
    assert b.belopp == Decimal("-2000000.00")


def test_samma_varde_av_tva_ar_ingen_konflikt(version, anvandare):
    b, cell = _cell(version("B2024-ARB"), "kostnader", 2024)
    andring = Cellandring(cell, b.rev, b.belopp, _nytt("-2"))
    assert (
        spara_belopp(version=version("B2024-ARB"), andringar=[andring], by=anvandare("koncerncontroller"))
        == 1
    )
    assert (
        spara_belopp(version=version("B2024-ARB"), andringar=[andring], by=anvandare("koncerncontroller"))
        == 0
    )


def test_en_krock_stoppar_hela_sparandet(version, anvandare):
    _b, cell = _cell(version("B2024-ARB"), "kostnader", 2024)
    c, annan = _cell(version("B2024-ARB"), "intakter", 2024)
    with pytest.raises(Konflikt):
        spara_belopp(
            version=version("B2024-ARB"),
            andringar=[
                Cellandring(annan, c.rev, c.belopp, _nytt("5")),
                Cellandring(cell, 99, Decimal(1), _nytt("-2")),
            ],
            by=anvandare("koncerncontroller"),
        )
    c.refresh_from_db()
    assert c.belopp == Decimal("11190000000.00")


def test_last_version_sager_ifran(version, anvandare):
    b, cell = _cell(version("B2024"), "kostnader", 2024)
    with pytest.raises(VersionenArLast, match="Budget 2024 är låst"):
        spara_belopp(
            version=version("B2024"),
            andringar=[Cellandring(cell, b.rev, b.belopp, _nytt("-2"))],
            by=anvandare("koncerncontroller"),
        )


def test_tva_som_fyller_samma_tomma_cell_samtidigt_ger_en_konflikt(exempel_pa_riktigt, version, anvandare):
    arb, erik = version("B2024-ARB"), anvandare("koncerncontroller")
    b = Belopp.objects.get(version=arb, post__kod="kostnader", ar=2024)
    tom = Cellnyckel(b.enhet_id, type(b.post).objects.get(kod="rer_ib").pk, 2024)
    utfall = []
    redo = threading.Barrier(2)

    def fyll(text):
        try:
            redo.wait()
            spara_belopp(version=arb, andringar=[Cellandring(tom, 0, None, _nytt(text))], by=erik)
            utfall.append("sparat")
        except Konflikt as krock:
            utfall.append(list(krock.celler))
        finally:
            connection.close()

    tradar = [threading.Thread(target=fyll, args=(text,)) for text in ("1", "2")]
    for t in tradar:
        t.start()
    for t in tradar:
        t.join()
    assert utfall.count("sparat") == 1
    assert Belopp.objects.filter(version=arb, post_id=tom.post, ar=2024).count() == 1


def test_tva_som_fyller_samma_tomma_celler_i_olika_ordning_laser_inte_varandra(exempel_pa_riktigt):
    arb = Budgetversion.objects.get(kod="B2024-ARB")
    koncern = Anvandare.objects.get(username="koncerncontroller")
    # The decided levels' cells, which the bridge counts in the copy and so are empty there.
    tomma = Belopp.objects.filter(version=arb, post__kod="regionbidrag")
    beslutade = Belopp.objects.filter(version__kod="B2024", post__kod="regionbidrag")
    celler = [Cellnyckel(*rad) for rad in beslutade.values_list("enhet_id", "post_id", "ar")]
    assert len(celler) > 50 and not tomma

    def fyll(ordning, tal):
        try:
            with contextlib.suppress(Konflikt):
                andringar = [Cellandring(c, 0, None, _nytt(tal)) for c in ordning]
                spara_belopp(version=arb, andringar=andringar, by=koncern)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as tradar:
        for _ in range(15):
            tomma.delete()
            for jobb in [tradar.submit(fyll, celler, "1"), tradar.submit(fyll, celler[::-1], "2")]:
                jobb.result()
            assert len(set(tomma.values_list("belopp", flat=True))) == 1
