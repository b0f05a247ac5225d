"""The steps of a version while somebody else writes or takes another step, in two connections at once."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from budget.actions.balanskrav import registrera_beslut
from budget.actions.beslutspunkter import (
    BeslutspunktsFel,
    Punktuppgifter,
    spara_beslutspunkt,
    ta_bort_beslutspunkt,
)
from budget.actions.budgetdel import andra_sista_dag, oppna_for_inmatning
from budget.actions.investeringar import Objektuppgifter, byt_namn, skapa_objekt
from budget.actions.justering import JusteringsFel, ta_bort_justering
from budget.actions.versioner import (
    Beslut,
    VersionenAndrad,
    VersionsFel,
    bered_version,
    faststall_version,
    kopiera_version,
    las_upp_version,
    las_version,
    skapa_tillaggsbudget,
    spara_finansiering,
)
from budget.models import (
    Balanskravsbeslut,
    Beslutspunkt,
    Beslutstal,
    Budgetdel,
    Budgetversion,
    Finansieringssatt,
    Justering,
    Versionskolumn,
)
from budget.selectors.versioner import gallande_budget, versionens_avtryck
from organisation.models import Anvandare, Namnd
from regionskane.lib.belopp import MNKR, TolkatBelopp
from tests.budget.belopp import skriv
from tests.trad import medan

RS = Beslut("Regionstyrelsen", date(2024, 3, 1), "§ 12")
RF = Beslut("Regionfullmäktige", date(2024, 3, 9), "§ 40")


@pytest.fixture
def kc(exempel_pa_riktigt):
    return Anvandare.objects.get(username="koncerncontroller")


def _version(kod: str) -> Budgetversion:
    return Budgetversion.objects.get(kod=kod)


def test_beredningen_provar_det_som_skrevs_medan_den_vantade(kc):
    """The financing was tried first and the version locked after: what was written in between was never tried."""
    t = skapa_tillaggsbudget(grund=_version("B2024"), kod="T1", namn="Tillägg 1", by=kc)
    skriv(t, "resultatbudget", "kostnader", "REGION", 2024, -62_900, kc)
    skriv(t, "resultatbudget", "intakter", "REGION", 2024, 11_300, kc)
    spara_finansiering(version=t, finansiering=Finansieringssatt.INTAKTER, text="Avgifter", by=kc)
    with pytest.raises(VersionsFel, match="Årets resultat blir sämre"):
        medan(
            lambda: skriv(t, "resultatbudget", "kostnader", "REGION", 2024, -70_000, kc),
            lambda: bered_version(version=_version("T1"), beslut=RS, by=kc),
        )
    t.refresh_from_db()
    assert not t.last and not t.beredd


def test_tva_som_beslutar_om_samma_underskott_ger_ett_beslut(kc):
    """Each took away what was there and added its own: both stood, and only one of them was read."""

    def besluta(motiv):
        beslut = Balanskravsbeslut(
            version=_version("B2024-ARB"), ar=2024, slag="aldrig", organ="RF", motiv=motiv, kalla="Prov"
        )
        registrera_beslut(beslut=beslut, by=kc)

    medan(lambda: besluta("Det ena"), lambda: besluta("Det andra"))
    beslut = Balanskravsbeslut.objects.filter(version__kod="B2024-ARB", ar=2024)
    assert [b.motiv for b in beslut] == ["Det andra"]


def test_den_som_laser_upp_medan_nagon_faststaller_far_veta_det(kc):
    kopiera_version(kalla=_version("B2024"), kod="K", namn="Kopia", by=kc)
    Budgetversion.objects.filter(kod="K").update(ar=2031)
    bered_version(version=_version("K"), beslut=RS, by=kc)
    with pytest.raises(VersionsFel, match="är fastställd och öppnas inte igen"):
        medan(
            lambda: faststall_version(version=_version("K"), beslut=RF, by=kc),
            lambda: las_upp_version(version=_version("K"), by=kc, varfor="Fel siffra"),
        )
    assert _version("K").faststalld


def test_ingen_last_version_visar_kolumner_ur_en_som_nagon_laser_upp(kc):
    """Whoever may read the locked one would read what is open."""
    kopiera_version(kalla=_version("B2024"), kod="K", namn="Kopia", by=kc)
    arb = _version("B2024-ARB")
    las_version(version=arb, by=kc)
    Versionskolumn.objects.filter(version__kod="K", kalla__kod="B2023").update(kalla=arb, ar=2024)
    assert Versionskolumn.objects.filter(version__kod="K", kalla=arb).exists()
    with pytest.raises(VersionsFel, match="Lås först"):
        medan(
            lambda: las_upp_version(version=_version("B2024-ARB"), by=kc, varfor="Fel siffra"),
            lambda: las_version(version=_version("K"), by=kc),
        )
    assert not _version("K").last


def test_en_tillaggsbudget_beslutas_inte_fore_det_som_den_andrar(kc):
    """It would be decided and never in force: the last decision of a year is."""

    def beredd(grund, kod, kostnader):
        t = skapa_tillaggsbudget(grund=grund, kod=kod, namn=kod, by=kc)
        skriv(t, "resultatbudget", "kostnader", "REGION", 2024, kostnader, kc)
        spara_finansiering(version=t, finansiering=Finansieringssatt.RESULTAT, text="Reserven", by=kc)
        bered_version(version=t, beslut=RS, by=kc)
        return t

    t1 = beredd(_version("B2024"), "T1", -62_900)
    faststall_version(version=t1, beslut=RF, by=kc)
    t2 = beredd(t1, "T2", -62_950)
    with pytest.raises(VersionsFel, match="Beslutet kan inte vara fattat före det om T1, 2024-03-09"):
        faststall_version(version=t2, beslut=replace(RF, datum=date(2024, 3, 8)), by=kc)
    faststall_version(version=t2, beslut=RF, by=kc)
    assert gallande_budget(ar=2024) == t2


def test_av_tva_tillagg_pa_samma_budget_beslutas_bara_det_ena(kc):
    """Each is a copy of the budget: the second would undo the first, also when both are decided in the same second."""
    for kod, kostnader in (("T1", -62_900), ("T2", -62_950)):
        t = skapa_tillaggsbudget(grund=_version("B2024"), kod=kod, namn=kod, by=kc)
        skriv(t, "resultatbudget", "kostnader", "REGION", 2024, kostnader, kc)
        spara_finansiering(version=t, finansiering=Finansieringssatt.RESULTAT, text="Reserven", by=kc)
        bered_version(version=t, beslut=RS, by=kc)
    with pytest.raises(VersionsFel, match="Budget 2024 har ändrats av T1, beslutad 2024-03-09"):
        medan(
            lambda: faststall_version(version=_version("T1"), beslut=RF, by=kc),
            lambda: faststall_version(version=_version("T2"), beslut=RF, by=kc),
        )
    assert gallande_budget(ar=2024) == _version("T1") and not _version("T2").faststalld


@pytest.mark.parametrize("steg", [bered_version, faststall_version])
def test_ett_beslut_i_framtiden_registreras_inte(kc, steg):
    imorgon = Beslut("Regionfullmäktige", timezone.localdate() + timedelta(1), "§ 1")
    kopia = kopiera_version(kalla=_version("B2024"), kod="K", namn="Kopia", by=kc)
    with pytest.raises(VersionsFel, match="ligger i framtiden"):
        steg(version=kopia, beslut=imorgon, by=kc)


def test_en_justering_som_beslutas_medan_nagon_tar_bort_utkastet_star_kvar(kc):
    """It was deleted, decided, and nobody whose ram had moved was told."""
    post = Justering.objects.filter(version__kod="B2024-ARB", status="beslutad").first()
    Justering.objects.filter(pk=post.pk).update(status="utkast")
    sedd = Justering.objects.select_related("version").get(pk=post.pk)
    with pytest.raises(JusteringsFel, match="En beslutad justering tas inte bort"):
        medan(
            lambda: Justering.objects.filter(pk=post.pk).update(status="beslutad"),
            lambda: ta_bort_justering(justering=sedd, by=kc),
        )
    assert Justering.objects.get(pk=post.pk).beslutad


def test_en_punkts_tal_tas_inte_bort_medan_en_annan_punkt_borjar_anvanda_det(kc):
    tal = Beslutstal.objects.filter(version__kod="B2024-ARB").select_related("punkt__version").first()
    anvands = {b.punkt_id for b in Beslutstal.objects.filter(version__kod="B2024-ARB")}
    version = _version("B2024-ARB")
    Beslutspunkt.objects.filter(version=version).exclude(pk=tal.punkt_id).update(text="Tom.")
    assert anvands
    text = f"Talet är {{beslut:{tal.namn}}}."
    with pytest.raises(BeslutspunktsFel, match="används i punkten «Ny»"):
        medan(
            lambda: spara_beslutspunkt(
                version=_version("B2024-ARB"), uppgifter=Punktuppgifter(rubrik="Ny", text=text), tal=[], by=kc
            ),
            lambda: ta_bort_beslutspunkt(punkt=tal.punkt, by=kc),
        )


@pytest.mark.parametrize("vad", ["namn", "del"])
def test_beredningen_galler_objektens_namn_och_delarnas_lage_som_de_visades(kc, vad):
    """An object got a name that nobody had been shown, and a part that was being corrected was closed."""
    version = _version("B2024-ARB")
    objekt = skapa_objekt(
        version=version,
        uppgifter=Objektuppgifter("Arkiv", "bygg", "service", True, Namnd.objects.get(kod="KN")),
        belopp={("", 2024): TolkatBelopp(Decimal(7) * MNKR, MNKR)},
        by=kc,
    )
    oppna_for_inmatning(version=version, sista_dag=timezone.localdate() + timedelta(9), by=kc)
    visat = versionens_avtryck(version)
    if vad == "namn":
        byt_namn(version=version, objekt=objekt, namn="Ett nytt namn", sedd_rev=objekt.rev, by=kc)
    else:
        d = Budgetdel.objects.filter(version=version).first()
        andra_sista_dag(budgetdel=d, sista_dag=timezone.localdate() + timedelta(12), by=kc)
    with pytest.raises(VersionenAndrad):
        bered_version(version=_version("B2024-ARB"), beslut=RS, by=kc, avtryck=visat)
    assert versionens_avtryck(version) != visat
