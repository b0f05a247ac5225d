"""Comparing two versions: what differs, for whom, and at what cost."""

import re
from html import unescape

from django.db import connection
from django.test.utils import CaptureQueriesContext

from budget.models import Belopp

ARB = "/budget/2024/B2024-ARB"
ADRESS = f"{ARB}/jamfor/"


def _andra(klient, tabell, **val):
    """Save new amounts by the entry form."""
    adress = f"{ARB}/{tabell}/inmatning/"
    html = klient.get(adress).content.decode()
    falt = {n: unescape(v) for n, v in re.findall(r'name="([ck]\.[\d.]+|bas)" value="([^"]*)"', html)}
    for b in Belopp.objects.filter(version__kod="B2024-ARB", ar=2024, **val.pop("var")):
        falt[f"c.{b.enhet_id}.{b.post_id}.2024"] = val["text"]
    assert klient.post(adress, falt).status_code == 302


def test_kopia_har_samma_belopp(som):
    assert "Versionerna har samma belopp." in som("koncerncontroller").get(ADRESS).content.decode()


def test_andrad_cell_visar_bada_beloppen_skillnaden_och_namnet(som):
    klient = som("koncerncontroller")
    _andra(klient, "resultatbudget", var={"post__kod": "kostnader"}, text="-62 824")
    html = klient.get(ADRESS).content.decode()
    for text in ("−62\u00a0824", "−62\u00a0834", "+10", "Erik Sandahl"):
        assert text in html
    # The sums that move, each as the tables have it, and not those that do not.
    assert "Årets resultat 2024" in html and "−4\u00a0407" in html
    assert "Årets resultat 2025" not in html


def test_bara_ar_som_bada_har_jamfors(som):
    html = som("koncerncontroller").get("/budget/2024/B2024/jamfor/?mot=B2023").content.decode()
    assert "har inga år gemensamma" in html and "<table" not in html


def test_controller_ser_inte_andras_skillnader(som):
    _andra(som("koncerncontroller"), "regionbidrag", var={"enhet__kod": "KN"}, text="1")
    assert "Kulturn" in som("koncerncontroller").get(ADRESS).content.decode()
    html = som("controller").get(ADRESS).content.decode()
    assert "Kulturn" not in html and "Versionerna har samma belopp." in html


def test_okand_version_finns_inte_och_olasbar_nekas(som, version):
    assert som("koncerncontroller").get(ADRESS + "?mot=X").status_code == 404
    assert som("politiker").get("/budget/2024/B2024/jamfor/?mot=B2024-ARB").status_code == 403


def test_fragor_vaxer_inte_med_skillnaderna(som):
    klient = som("koncerncontroller")

    def antal():
        klient.get(ADRESS)
        with CaptureQueriesContext(connection) as fangst:
            assert klient.get(ADRESS).status_code == 200
        return len(fangst)

    _andra(klient, "regionbidrag", var={"enhet__kod": "KN"}, text="1")
    fore = antal()
    _andra(klient, "regionbidrag", var={"post__kod": "regionbidrag"}, text="2")
    assert antal() == fore
