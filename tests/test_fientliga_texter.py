"""Small files whose texts are large, sent to each page that reads a file: a sentence, little CPU, a small page."""

import io

import pytest

from budget.models import Utfallsfil
from regionskane.jobb.actions import kor_jobb
from regionskane.jobb.models import Jobb
from regionskane.lib.xlsx_mall import NYCKELBLAD
from tests.lib.fientlig import Matt, bok, rad

CPU, MINNE, SIDA = 4.0, 400 << 20, 1 << 20
IFYLLNAD = "/budget/2024/B2024-ARB/ifyllnad/"
ANSVAR = rad("ansvar_fran", "enhet", "namn", "giltig_fran")
LANG = "längre än 32767 tecken"
FALL = {
    "rubriker": ("/indikatorer/las-in/", lambda: bok(rad(*[0] * 100), texter=["x" * 8_000_000]), LANG),
    "nycklar": (
        IFYLLNAD,
        lambda: bok(
            rad("budget-ifyllnad 1") + rad("x") + rad(0) * 60, texter=["y" * 8_000_000], namn=[NYCKELBLAD]
        ),
        LANG,
    ),
    "nycklar i mängd": (
        IFYLLNAD,
        lambda: bok(
            rad("budget-ifyllnad 1") + rad("x") + rad(0) * 9_000, texter=["y" * 32_000], namn=[NYCKELBLAD]
        ),
        "mer text i cellerna",
    ),
    "enhet": (
        "/utfall/kontoplan/ansvar/las-in/",
        lambda: bok(ANSVAR + rad("1", 0, "a", "2024") * 12, texter=["<>" * 1_000_000]),
        LANG,
    ),
    "enhet i mängd": (
        "/utfall/kontoplan/ansvar/las-in/",
        lambda: bok(ANSVAR + rad("1", 0, "a", "2024") * 90, texter=["<>" * 16_000]),
        "fler än 200 tecken",
    ),
    "bladnamn": (
        IFYLLNAD,
        lambda: bok(*[""] * 10, namn=[f"{'<' * 60_000}{i}" for i in range(10)]),
        "längre än 255 tecken",
    ),
    **{
        f"delad formel, {sida}": (
            sida,
            lambda: bok(
                f'<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:A2">{"A1+" * 6_300_000}</f><v>1</v></c></row>'
            ),
            "orimligt lång",
        )
        for sida in (IFYLLNAD, "/utfall/kontoplan/ansvar/las-in/")
    },
}


def _fil(innehall: bytes) -> io.BytesIO:
    fil = io.BytesIO(innehall)
    fil.name = "bok.xlsx"
    return fil


@pytest.mark.parametrize("namn", FALL)
def test_en_liten_fil_med_stora_texter_far_en_mening(namn, som):
    adress, gor, mening = FALL[namn]
    klient, fil = som("koncerncontroller"), _fil(gor())
    assert len(fil.getvalue()) < 40_000
    with Matt() as matt:
        svar = klient.post(adress, {"fil": fil})
    assert mening in svar.content.decode()
    assert (matt.cpu < CPU, matt.minne < MINNE, len(svar.content) < SIDA) == (True, True, True)


@pytest.mark.parametrize("langd", [32_000, 4_000_000])
def test_en_huvudbok_med_stora_rubriker_ger_en_liten_sida(langd, som):
    klient = som("koncerncontroller")
    innehall = bok(rad(*[0] * 6), texter=["y " * (langd // 2)])
    svar = klient.post("/utfall/filer/", {"fil": _fil(innehall), "namnd": "", "kalla": ""})
    for jobb in Jobb.objects.filter(status="koad"):
        kor_jobb(str(jobb.pk))
    with Matt() as matt:
        sida = klient.get(svar.url).content
    assert (matt.cpu < CPU, len(sida) < SIDA) == (True, True)
    koder = [k["kod"] for a in Utfallsfil.objects.get().anmarkningar.all() for k in a.koder]
    assert len(koder) == (6 if langd == 32_000 else 0) and all(len(k) <= 200 for k in koder)
    if koder:
        assert "Vilka kolumner är det?" in sida.decode()
