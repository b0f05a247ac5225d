"""A refusal says its true cause: what lies fast is not a matter of somebody's role."""

from html import unescape

import pytest

ADMINISTRATOREN = "Be den som administrerar användare"


def _text(svar):
    return unescape(svar.content.decode()).replace("\u00a0", " ")


@pytest.mark.parametrize(
    "sida",
    [
        "regionbidrag/inmatning/",
        "investeringsobjekt/nytt/",
        "ifyllnad/arbetsbok/",
        "brygga/justering/ny/",
        "beslut/ny/",
    ],
)
def test_en_faststalld_version_sager_att_den_ligger_fast_och_vem_som_andrar(som, sida):
    svar = som("koncerncontroller").get(f"/budget/2024/B2024/{sida}")
    text = _text(svar)
    assert svar.status_code == 403
    assert "Det här ligger fast och kan inte ändras nu" in text and "Budget 2024 är låst" in text
    assert "Den är fastställd. En ändring görs i en tilläggsbudget" in text
    assert ADMINISTRATOREN not in text


def test_den_som_saknar_ratten_hanvisas_till_den_som_ger_roller(som):
    text = _text(som("revisor").get("/budget/2024/B2024-ARB/regionbidrag/inmatning/"))
    assert "Du har inte behörighet" in text and ADMINISTRATOREN in text
