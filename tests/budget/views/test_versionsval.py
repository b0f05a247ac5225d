"""A version switch leads only to pages that exist: the same one, or the version's first page, which says what is
missing; and an address that asks for a year without figures is told so."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from budget.actions.budgetdel import oppna_for_inmatning
from budget.actions.versioner import kopiera_version, skapa_tillaggsbudget
from budget.models import Budgetversion, Versionskolumn


@pytest.fixture
def versioner(version, anvandare):
    """The example's, and of 2024 a tilläggsbudget, a copy with parts, and a prognos that has one table."""
    erik = anvandare("koncerncontroller")
    skapa_tillaggsbudget(grund=version("B2024"), kod="T2024", namn="Tilläggsbudget 2024", by=erik)
    kopia = kopiera_version(kalla=version("B2024"), kod="K2024", namn="Kopia", by=erik)
    oppna_for_inmatning(version=kopia, sista_dag=timezone.localdate(), by=erik)
    prognos = Budgetversion.objects.create(kod="P2024", namn="Prognos 2024", ar=2024, typ="prognos")
    for k in Versionskolumn.objects.filter(version=version("B2024"), uppstallning__kod="skatt", ar=2024):
        k.pk, k.version, k.kalla = None, prognos, prognos
        k.save()
    return list(Budgetversion.objects.all())


def _sidor(klient, v):
    """The addresses of all pages in a version's navigation, and of the table that has no tab of its own."""
    rot = f"/budget/{v.ar}/{v.kod}/"
    sedda, kvar = {}, [rot, f"{rot}resultatkrav/"]
    while kvar:
        adress = kvar.pop()
        if adress in sedda:
            continue
        sedda[adress] = svar = klient.get(adress)
        if svar.status_code == 200:
            kvar += [f["url"] for f in (*svar.context["flikar"], *svar.context["underflikar"])]
    if sedda[f"{rot}resultatkrav/"].status_code in (403, 404):
        del sedda[f"{rot}resultatkrav/"]
    return sedda


# Whoever reads the whole region sees every version; the others those where what they may open differs.
@pytest.mark.parametrize(
    ("roll", "koder"),
    [
        ("koncerncontroller", None),
        ("controller", ("B2024", "K2024")),
        ("politiker", ("B2023", "P2023")),
    ],
)
def test_inga_doda_lankar_pa_nagon_sida_i_nagon_version(som, versioner, roll, koder):
    klient, finns, val = som(roll), set(), []
    for v in versioner:
        if koder and v.kod not in koder:
            continue
        for adress, svar in _sidor(klient, v).items():
            assert svar.status_code == 200, adress
            finns.add(adress)
            val += [(v, adress, x["url"]) for x in svar.context["versionsval"]]
    assert len(val) > 10
    for v, adress, mal in val:
        if mal not in finns:
            assert koder or "?saknas=" in mal, (adress, mal)
            finns.add(mal)
            svar = klient.get(mal)
            assert svar.status_code == 200, (adress, mal)
            assert ("?saknas=" in mal) == ("finns inte i " in svar.content.decode()), (adress, mal)
        sida = adress.removeprefix(f"/budget/{v.ar}/{v.kod}/")
        if "?saknas=" not in mal and sida != "resultatkrav/":
            assert mal.split("/")[4] == sida.removesuffix("/"), (adress, mal)


def test_saknad_tabell_leder_till_versionens_sida_som_sager_det(som, versioner):
    klient = som("koncerncontroller")
    html = klient.get("/budget/2023/B2023/resultatbudget/").content.decode()
    (lank,) = re.findall(r'href="(/budget/2023/P2023/[^"]*)"', html)
    assert unescape(lank) == "/budget/2023/P2023/?saknas=resultatbudget"
    assert (
        "Resultatbudget finns inte i Prognos 2023, eller kan inte läsas än."
        in klient.get(lank).content.decode()
    )
    for saknas in ("regionbidrag", "", "hittepå", "<b>", "x" * 200):
        assert "finns inte i" not in klient.get("/budget/2023/B2023/", {"saknas": saknas}).content.decode()


def test_antalet_fragor_vaxer_inte_med_arets_versioner(som, version, anvandare):
    def antal(klient, adress):
        klient.get(adress)
        with CaptureQueriesContext(connection) as fangst:
            assert klient.get(adress).status_code == 200
        return len(fangst)

    adresser = [("koncerncontroller", "skatt"), ("controller", "regionbidrag"), ("revisor", "brygga")]
    fore = [antal(som(roll), f"/budget/2024/B2024/{sida}/") for roll, sida in adresser]
    for kod in ("K1", "K2", "K3"):
        kopiera_version(kalla=version("B2024"), kod=kod, namn=kod, by=anvandare("koncerncontroller"))
    assert [antal(som(roll), f"/budget/2024/B2024/{sida}/") for roll, sida in adresser] == fore


@pytest.mark.parametrize("sida", ["brygga/", "brygga/HSN/"])
def test_ett_ar_utan_belopp_sags(som, sida):
    klient = som("koncerncontroller")
    adress = f"/budget/2024/B2024/{sida}"
    html = klient.get(f"{adress}?ar=2031").content.decode()
    assert "Budget 2024 gäller 2024–2026 och har inga belopp för 2031. Här visas 2024." in html
    assert "har inga belopp" not in klient.get(f"{adress}?ar=2025").content.decode()
    assert klient.get(f"{adress}?ar=tjugo").status_code == 404
