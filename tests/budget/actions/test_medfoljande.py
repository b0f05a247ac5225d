"""What comes along from a version stands in one table: no model is forgotten there, and no column in its rows."""

import re

import pytest
from django.apps import apps

from budget.actions.medfoljande import MEDFOLJANDE
from budget.models import Budgetversion


def _nycklade(modeller) -> set[str]:
    """The models that a version's rows lie in: those with a key to Budgetversion. Their history is not among them."""
    return {
        m.__name__
        for m in modeller
        if m is not Budgetversion
        and not hasattr(m, "pgh_tracked_model")
        and any(f.related_model is Budgetversion for f in m._meta.concrete_fields if f.is_relation)
    }


def _utan_rad(modeller, tabell=MEDFOLJANDE) -> set[str]:
    return _nycklade(modeller) - {m.modell for m in tabell}


def test_varje_modell_som_hor_till_en_version_har_en_rad():
    assert _utan_rad(apps.get_models()) == set()
    # It is seen when one is left out.
    for m in MEDFOLJANDE:
        if m.modell in _nycklade(apps.get_models()):
            assert _utan_rad(apps.get_models(), [r for r in MEDFOLJANDE if r is not m]) == {m.modell}
    assert {"Belopp", "Kontrollsumma", "Utredning", "Scenario", "Kommentar"} <= _nycklade(apps.get_models())


def test_varje_rad_ar_en_modell_och_star_en_gang():
    namn = [m.modell for m in MEDFOLJANDE]
    assert len(set(namn)) == len(namn)
    for n in namn:
        modell = apps.get_model("budget", n)
        assert any(f.is_relation for f in modell._meta.concrete_fields)


@pytest.mark.parametrize("rad", MEDFOLJANDE, ids=lambda m: m.modell)
def test_det_som_inte_foljer_med_har_ett_skal(rad):
    assert rad.varfor or (rad.kopia and rad.nasta)


@pytest.mark.parametrize("sats", ["kopia", "nasta"])
@pytest.mark.parametrize("rad", MEDFOLJANDE, ids=lambda m: m.modell)
def test_ingen_kolumn_ar_glomd(rad, sats):
    """A column that is added to a model comes along too, or is named here."""
    sql = getattr(rad, sats)
    if not sql:
        return
    tabell, kolumner = re.match(r"INSERT INTO (\w+) \(([^)]*)\)", sql).groups()
    modell = apps.get_model("budget", rad.modell)
    assert tabell == modell._meta.db_table
    alla = {f.column for f in modell._meta.concrete_fields if not f.primary_key}
    assert set(re.split(r",\s*", kolumner)) == alla
