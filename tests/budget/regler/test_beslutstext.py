"""The placeholders of a decision's text: what is understood, and what is said of the rest."""

import pytest

from budget.regler.beslutstext import Hanvisning, Ord, Slag, Trasig, dela, tolka


@pytest.mark.parametrize(
    ("text", "vantat"),
    [
        ("investeringar.summa 2024", (Slag.POST, "summa", "investeringar", "", 2024)),
        ("investeringar.summa år", (Slag.POST, "summa", "investeringar", "", 2024)),
        (
            "regionbidrag.regionbidrag NORV_MS år+1",
            (Slag.POST, "regionbidrag", "regionbidrag", "NORV_MS", 2025),
        ),
        (" resultatbudget.arets_resultat   år−1 ", (Slag.POST, "arets_resultat", "resultatbudget", "", 2023)),
        ("beslut:mtn_ram", (Slag.BESLUT, "mtn_ram", "", "", 0)),
        ("beslut: mtn_ram", (Slag.BESLUT, "mtn_ram", "", "", 0)),
        ("bilaga:investeringar", (Slag.BILAGA, "investeringar", "", "", 0)),
        ("år", (Slag.AR, "", "", "", 2024)),
        ("år-1", (Slag.AR, "", "", "", 2023)),
        ("senast", (Slag.SENAST, "", "", "", 0)),
    ],
)
def test_platshallare_som_forstas(text, vantat):
    h = tolka(text, ar=2024)
    assert isinstance(h, Hanvisning)
    assert (h.slag, h.namn, h.uppstallning, h.enhet, h.ar) == vantat


@pytest.mark.parametrize(
    ("text", "skal"),
    [
        ("", "tom"),
        ("investeringar.summa", "saknar år"),
        ("investeringar summa 2024", "går inte att förstå"),
        ("investeringar.summa 24", "går inte att förstå"),
        ("investeringar.summa A B 2024", "går inte att förstå"),
        ("beslut:", "går inte att förstå"),
        ("annat:x", "går inte att förstå"),
    ],
)
def test_det_som_inte_forstas_sager_varfor(text, skal):
    trasig = tolka(text, ar=2024)
    assert isinstance(trasig, Trasig) and skal in trasig.skal


def test_texten_delas_utan_att_nagot_forsvinner():
    text = "Ramen är {beslut:ram} för {år}."
    bitar = dela(text, ar=2024)
    assert [type(b) for b in bitar] == [Ord, Hanvisning, Ord, Hanvisning, Ord]
    assert "".join(b.text if isinstance(b, Ord) else f"{{{b.text}}}" for b in bitar) == text


@pytest.mark.parametrize("text", ["Ramen är {beslut:ram", "Ramen är beslut:ram}", "{a{år}"])
def test_en_ensam_klammer_ar_ett_fel(text):
    assert any(isinstance(b, Trasig) and "motsvarighet" in b.skal for b in dela(text, ar=2024))
