"""Locking and opening versions that show each other's figures."""

import pytest

from budget.actions.versioner import (
    VersionsFel,
    kopiera_version,
    las_upp_version,
    las_version,
    skapa_tillaggsbudget,
)
from budget.models import Uppstallning, Versionskolumn


def test_last_version_visar_aldrig_siffror_ur_en_oppen(version, anvandare):
    koncern, arb = anvandare("koncerncontroller"), version("B2024-ARB")
    kopia = kopiera_version(kalla=version("B2024"), kod="JAMFOR", namn="Jämförelse")
    Versionskolumn.objects.create(
        version=kopia, uppstallning=Uppstallning.objects.get(kod="skatt"), kalla=arb, ar=2024, rubrik="arbetsversion",
        ordning=99,
    )  # fmt: skip
    with pytest.raises(VersionsFel, match="Lås först Budget 2024, arbetsversion"):
        las_version(version=kopia, by=koncern)
    las_version(version=arb, by=koncern)
    las_version(version=kopia, by=koncern)
    with pytest.raises(VersionsFel, match="Jämförelse är låst och visar siffror"):
        las_upp_version(version=arb, by=koncern, varfor="Ändra")
    las_upp_version(version=kopia, by=koncern, varfor="Ändra")
    las_upp_version(version=arb, by=koncern, varfor="Ändra")
    assert not arb.last


def test_ett_ar_har_inte_hur_manga_tillaggsbudgetar_som_helst(version, anvandare, monkeypatch):
    """A level is counted back through each of them: twenty in a row took the front page ten seconds."""
    monkeypatch.setattr("budget.actions.versioner.FLEST_TILLAGG", 0)
    with pytest.raises(VersionsFel, match="2024 har redan 0 beslutade"):
        skapa_tillaggsbudget(grund=version("B2024"), kod="T1", namn="T", by=anvandare("koncerncontroller"))
