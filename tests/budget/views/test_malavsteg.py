"""Departures from the finansiella mål: registered, refused, guarded, copied and taken away."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from budget.actions.versioner import kopiera_version
from budget.models import Malavsteg

SIDA = "/budget/2024/B2024-ARB/finansiella-mal/"
AVSTEG = f"{SIDA}avsteg/"
RATT = {
    "mal": "skuldsattningsmal", "fran": "2025", "till": "2026", "motiv": "Sjukhusen byggs", "datum": "2023-11-28",
    "organ": "Regionfullmäktige", "paragraf": "§ 91",
}  # fmt: skip


def _egna():
    return Malavsteg.objects.filter(version__kod="B2024-ARB", mal="skuldsattningsmal")


def test_avsteget_registreras_och_historiken_sager_vem(som):
    klient = som("koncerncontroller")
    svar = klient.post(AVSTEG, RATT, follow=True).content.decode()
    assert "Tillfälligt avsteg från skuldsättningsmålet 2025–2026. Sjukhusen byggs. Beslut: " in svar
    assert "Regionfullmäktige 2023-11-28, § 91." in svar
    assert 'id="finansiella-mal-avsteg-skuldsattningsmal"' in svar
    det = _egna().get()
    handelse = apps.get_model("budget", "MalavstegEvent").objects.get(pgh_obj=det)
    assert handelse.pgh_context.metadata["namn"] == "Erik Sandahl"
    klient.post(f"{AVSTEG}{det.pk}/ta-bort/")
    assert not _egna().exists()
    assert [e.pgh_label for e in apps.get_model("budget", "MalavstegEvent").objects.filter(pgh_obj_id=det.pk)] == [
        "insert", "delete",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("andring", "fel"),
    [
        ({"till": "2024"}, "Välj 2025 eller ett senare år."),
        ({"till": "2031"}, "Välj ett giltigt alternativ"),
        ({"mal": "balanskrav"}, "Välj ett giltigt alternativ"),
        ({"datum": (date.today() + timedelta(2)).isoformat()}, "i framtiden"),
        ({"datum": ""}, "Det här fältet är obligatoriskt"),
        ({"paragraf": ""}, "Det här fältet är obligatoriskt"),
        ({"motiv": " "}, "Det här fältet är obligatoriskt"),
        # The one that was loaded with the budget holds 2024–2025.
        ({"mal": "resultatmal"}, "Det finns redan ett avsteg från resultatmålet något av åren 2025–2026."),
    ],
)
def test_det_som_inte_kan_vara_ratt_avvisas_och_star_kvar(som, andring, fel):
    svar = som("koncerncontroller").post(AVSTEG, RATT | andring)
    html = svar.content.decode()
    assert svar.status_code == 422 and fel in html
    assert "bryter mot" not in html and 'value="Regionfullmäktige"' in html
    assert Malavsteg.objects.filter(version__kod="B2024-ARB").count() == 1


def test_en_last_version_behaller_sina_avsteg_ocksa_ur_sql(som, version):
    klient = som("koncerncontroller")
    sida = klient.get("/budget/2024/B2024/finansiella-mal/avsteg/").content.decode()
    assert "Versionen är låst" in sida and "<textarea" not in sida and "Ta bort" not in sida
    svar = klient.post("/budget/2024/B2024/finansiella-mal/avsteg/", RATT)
    assert (
        svar.status_code == 409 and "Budget 2024 är låst. Dess avsteg ändras inte." in svar.content.decode()
    )
    assert "Sjukhusen byggs" in svar.content.decode()
    det = Malavsteg.objects.get(version=version("B2024"))
    svar = klient.post(f"/budget/2024/B2024/finansiella-mal/avsteg/{det.pk}/ta-bort/", follow=True)
    assert "Budget 2024 är låst" in svar.content.decode()
    for sql in (
        "UPDATE budget_malavsteg SET till = 2026 WHERE id = %s",
        "DELETE FROM budget_malavsteg WHERE id = %s",
        "INSERT INTO budget_malavsteg (version_id, mal, fran, till, motiv, organ, paragraf, kalla, registrerad)"
        " SELECT version_id, 'finansieringsmal', 2024, 2024, 'x', 'x', '', 'x', now() FROM budget_malavsteg"
        " WHERE id = %s",
    ):
        with pytest.raises(IntegrityError, match="är låst"), transaction.atomic(), connection.cursor() as c:
            c.execute(sql, [det.pk])
    with pytest.raises(IntegrityError, match="töms inte"), transaction.atomic(), connection.cursor() as c:
        c.execute("TRUNCATE budget_malavsteg CASCADE")


def test_kopian_har_avstegen_och_en_annan_budget_har_inte(som, version):
    kopia = kopiera_version(kalla=version("B2024"), kod="PROV", namn="Prov")
    falt = ("mal", "fran", "till", "motiv", "organ", "kalla")
    assert list(Malavsteg.objects.filter(version=kopia).values_list(*falt)) == list(
        Malavsteg.objects.filter(version=version("B2024")).values_list(*falt)
    )
    assert not Malavsteg.objects.filter(version=version("B2023")).exists()


def test_databasen_kraver_ratta_ar_och_ett_beslut(version):
    arb = version("B2024-ARB")
    for falt, fel in (
        ({"fran": 2026, "till": 2025}, "avsteg_fran_fore_till"),
        ({"kalla": ""}, "avsteg_har_protokoll_eller_kalla"),
        ({"mal": "resultatmal", "fran": 2025, "till": 2025}, "avsteg_ett_per_ar_resultatmal"),
    ):
        falt = {"mal": "finansieringsmal", "fran": 2024, "till": 2024, "kalla": "x"} | falt
        with pytest.raises(IntegrityError, match=fel), transaction.atomic():
            Malavsteg.objects.create(version=arb, motiv="x", organ="x", **falt)


def test_fragorna_vaxer_inte_med_avstegen(som, version):
    klient = som("koncerncontroller")

    def antal():
        svar = []
        for sida in (SIDA, AVSTEG):
            with CaptureQueriesContext(connection) as fangst:
                assert klient.get(sida).status_code == 200
            svar.append(len(fangst))
        return svar

    antal()
    fore = antal()
    for ar in (2024, 2025, 2026):
        Malavsteg.objects.create(version=version("B2024-ARB"), mal="finansieringsmal", fran=ar, till=ar, motiv="x",
                                 organ="x", kalla="x")  # fmt: skip
    assert antal() == fore
