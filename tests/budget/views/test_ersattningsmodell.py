"""The page of the ersättningsmodell: values, effects beside each other, and a draft that remembers them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budget.models import Belopp, Justering, Justeringsrad

SIDA = "/budget/2024/B2024-ARB/brygga/ersattningsmodell/"
TRYCKTA = {"SUS": "60,6", "LKR": "1,5", "HBG": "14,1", "AHM": "2,8", "CSK": "10,4", "HHM": "2,9", "YSD": "4,9",
           "TBG": "2,7 %"}  # fmt: skip


def _varden(svar) -> dict[str, str]:
    html = svar.content.decode()
    formular = html[html.index('id="modell"') : html.index("Visa effekterna")]
    falt = re.findall(r"<input[^>]*>", formular)
    namn = {re.search(r'name="([^"]+)"', f)[1]: re.search(r'value="([^"]*)"', f) for f in falt}
    return {n: v[1] if v else "" for n, v in namn.items()} | {"ar": "2024"}


def _rad(html: str, tabell: str, rad: str) -> str:
    start = html.index(f'id="{tabell}-{rad}"')
    return re.sub(r"<[^>]+>|\s+", " ", html[start : html.index("</tr>", start)]).replace("\xa0", " ")


def test_versionen_foreslar_dagens_fordelning_och_den_andrar_ingenting(som):
    klient = som("koncerncontroller")
    varden = _varden(klient.get(SIDA))
    # The total that the published effects follow from: tests/budget/regler/test_ersattningsmodell.py.
    assert varden["a-total"].replace("\xa0", " ") == "18 736,2"
    assert {n.removeprefix("a-") for n in varden if n.startswith("a-")} - {"total", "upp", "ned"} == set(
        TRYCKTA
    )
    svar = klient.get(SIDA, varden)
    assert svar.status_code == 200
    html = svar.content.decode()
    assert "Effekterna tar ut varandra" in _rad(html, "ersattningsmodell", "alla")
    assert all("Oförändrat" in _rad(html, "ersattningsmodell", kod) for kod in TRYCKTA)
    svar = klient.post(SIDA, varden | {"spara": "a"})
    assert svar.status_code == 422
    assert "Variant A ändrar ingenting" in svar.content.decode()


def test_tva_varianter_star_bredvid_varandra_och_en_blir_ett_utkast(som):
    klient = som("koncerncontroller")
    varden = _varden(klient.get(SIDA)) | {f"a-{k}": v for k, v in TRYCKTA.items()}
    varden |= {"b-upp": "2", "b-ned": "1", "titel": "Modellprov"}
    svar = klient.get(SIDA, varden)
    html = svar.content.decode()
    assert svar.status_code == 200
    rad = _rad(html, "ersattningsmodell", "HBG")
    assert "mindre" in rad and "minskningen är dämpad" in rad
    assert not Justering.objects.filter(titel="Modellprov").exists()
    assert "Spara variant B som utkast" in " ".join(html.split())
    svar = klient.post(SIDA, varden | {"spara": "b"})
    assert svar.status_code == 302
    j = Justering.objects.get(titel="Modellprov")
    assert not j.beslutad and j.block == "riktad"
    rader = {r.enhet.kod: r.belopp for r in j.rader.select_related("enhet")}
    assert sum(rader.values()) == 0 and set(rader) <= set(TRYCKTA)
    idag = {
        kod: Belopp.objects.get(version__kod="B2023", enhet__kod=kod, post__kod="regionbidrag").belopp
        + sum(
            r.belopp
            for r in Justeringsrad.objects.filter(
                enhet__kod=kod,
                justering__version=j.version,
                justering__ar=2024,
                justering__block__in=("teknisk", "upprakning"),
            )
        )
        for kod in TRYCKTA
    }
    assert all(-idag[kod] / 100 <= belopp <= idag[kod] / 50 for kod, belopp in rader.items())
    assert j.regel["regel"] == "ersattningsmodell-1"
    assert j.regel["andelar"]["TBG"] == "2.7" and j.regel["andelssteg"] == "0.1"
    assert (j.regel["dampare_upp"], j.regel["dampare_ned"]) == ("2", "1")
    assert "Dämpare 2 procent uppåt och 1 procent nedåt" in j.motiv


@pytest.mark.parametrize(
    ("fel", "text"),
    [
        ({"a-SUS": "50"}, "andelarna summerar till 89,3 procent och ska bli 100"),
        ({"a-SUS": "mycket"}, "Skriv en procentsats, till exempel 10,4."),
        ({"a-SUS": ""}, "Skriv ett tal här."),
        ({"a-total": "40 000", "a-upp": "1"}, "dämparna är för snäva"),
        ({"a-total": "abc"}, "«abc» är inte ett tal"),
        ({"titel": ""}, "Skriv en titel."),
    ],
)
def test_fel_sags_och_det_skrivna_star_kvar(som, fel, text):
    klient = som("koncerncontroller")
    varden = _varden(klient.get(SIDA)) | {f"a-{k}": v for k, v in TRYCKTA.items()} | {"c-ned": "3,5"} | fel
    for svar in (klient.get(SIDA, varden), klient.post(SIDA, varden | {"spara": "a"})):
        assert svar.status_code == 422
        html = svar.content.decode()
        assert text.casefold() in html.casefold()
        assert 'value="3,5"' in html
        assert all(f'value="{v}"' in html for v in fel.values() if v)
    assert not Justering.objects.filter(regel__regel="ersattningsmodell-1").exists()


def test_en_version_utan_styrelser_sager_det(som, version):
    arb = version("B2024-ARB")
    Belopp.objects.filter(version=arb, post__kod="regionbidrag", ar=2025).delete()
    arb.kolumner.filter(uppstallning__kod="regionbidrag", ar=2023).delete()
    svar = som("koncerncontroller").get(SIDA)
    assert "Versionen visar inget regionbidrag för sjukhusstyrelser" in svar.content.decode()
    assert som("koncerncontroller").post(SIDA, {"titel": "x", "ar": "2024", "spara": "a"}).status_code == 200


def test_fragorna_ar_lika_manga_hur_manga_varianter_som_an_provas(som):
    klient = som("koncerncontroller")
    varden = _varden(klient.get(SIDA)) | {f"a-{k}": v for k, v in TRYCKTA.items()}

    def antal(mer):
        with CaptureQueriesContext(connection) as fragor:
            assert klient.get(SIDA, varden | mer).status_code == 200
        return len(fragor)

    assert antal({}) == antal({"b-upp": "2", "c-ned": "1"}) <= 20


def test_rakningen_star_i_mnkr_med_tecken(som):
    klient = som("koncerncontroller")
    varden = _varden(klient.get(SIDA)) | {f"a-{k}": v for k, v in TRYCKTA.items()}
    html = klient.get(SIDA, varden).content.decode()
    for kod in TRYCKTA:
        rad = _rad(html, "variant-a", kod)
        tal = list(re.findall(r"[+−]?\d[\d ]*,\d", rad))
        idag, _, modellen, _, effekt, _, nytt = (
            float(t.replace(" ", "").replace(",", ".").replace("−", "-")) for t in tal
        )
        assert abs(idag + effekt - nytt) < 0.06 and abs(modellen - nytt) < 0.2
