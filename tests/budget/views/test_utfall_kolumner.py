"""Utfall, budget and the year before stand in their own columns, the same on page, in Excel and in the API."""

import re
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.budget.huvudbok import lagg_in

FRAGA = "?av=enhet-NORV_MS&fran=1&till=2&interna=med"
MNKR = 1_000_000
HUVUD = [
    ("utfall", "Utfall", "jan–feb 2024"),
    ("budget", "Budget", "jan–feb 2024"),
    ("avvikelse", "Avvikelse", "mnkr"),
    ("procent", "Avvikelse", "%"),
    ("bedomning", "Mot budget", ""),
    ("fore", "Utfall", "jan–feb 2023"),
    ("helar", "Helårsbudget", "2024"),
    ("forbrukat", "Utfall av", "helårsbudget"),
]
PERSONAL = ["−40,0", "−253,0", "+213,0", "+84,2 %", "bättre", "−30,0", "−1 518,0", "2,6 %"]
KONTOHUVUD = [
    ("utfall", "Utfall", "jan–feb 2024"),
    ("fore", "Utfall", "jan–feb 2023"),
    ("rader", "Rader", "2024"),
]
KONTO = ["−40 000 000,00", "−30 000 000,00", "2"]


@pytest.fixture(autouse=True)
def bok(db):
    """Personnel costs that no two columns share; March of both years is outside what is asked for."""
    kostnader = {202301: 10, 202302: 20, 202303: 500, 202401: 25, 202402: 15, 202403: 700}
    lagg_in([("MS_LAB", period, "4110", "35900", "", mnkr * MNKR) for period, mnkr in kostnader.items()])


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _sidan(klient, adress: str, rad: str) -> tuple[list[str], list[str], list[str]]:
    """The page's column headings, and a row's texts and links, in the order in which they stand."""
    html = klient.get(adress).content.decode()
    tabell = html[html.rindex("<table", 0, html.index(f'id="{rad}"')) :].split("</table>", 1)[0]
    huvud = re.findall(r"<th scope=\"col\".*?</th>", tabell, re.S)
    (raden,) = re.findall(rf'<tr [^>]*id="{rad}">(.*?)</tr>', tabell, re.S)
    celler = re.findall(r"<td.*?</td>", raden, re.S)
    lankar = [unescape("".join(re.findall(r'href="([^"]*)"', c))) for c in celler]
    return [_text(h) for h in huvud[1:]], [_text(c) for c in celler], lankar


def _api(klient, adress: str, rad: str) -> tuple[list[tuple], list[str], dict]:
    tabell = klient.get(f"/api/v1{adress}").json()["tabeller"][0]
    celler = next(r["celler"] for r in tabell["rader"] if r["nyckel"] == rad)
    huvud = [(k["nyckel"], k["rubrik"], k["under"]) for k in tabell["kolumner"]]
    return huvud, [" ".join(celler[k]["visat"].split()) for k, _, _ in huvud], celler


def test_sidans_kolumner_har_var_sitt_tal(som):
    adress = f"/utfall/2024/{FRAGA}"
    huvud, texter, lankar = _sidan(som("koncerncontroller"), adress, "uppfoljning-personal")
    assert huvud == [f"{rubrik} {under}".strip() for _, rubrik, under in HUVUD]
    assert texter == PERSONAL
    sidor = [lank.split("?")[0] for lank in lankar]
    post, budget = "/utfall/2024/post/personal/", "/utfall/2024/budget/personal/"
    assert sidor == [post, budget, post, "", "", "/utfall/2023/post/personal/", budget, ""]


def test_excels_kolumner_har_var_sitt_tal(som):
    svar = som("koncerncontroller").get(f"/utfall/2024/excel/{FRAGA}")
    ark = load_workbook(BytesIO(svar.content), data_only=True).worksheets[1]
    rader = {rad[0]: list(rad[1:]) for rad in ark.iter_rows(values_only=True)}
    assert rader["Post"] == ["\n".join(filter(None, h[1:])) for h in HUVUD]
    assert rader["Personalkostnader"] == pytest.approx(
        [-40, -253, 213, 213 / 253, "bättre", -30, -1518, 40 / 1518]
    )


def test_apiets_kolumner_har_var_sitt_tal(som):
    huvud, visat, celler = _api(som("koncerncontroller"), f"/utfall/2024/{FRAGA}", "personal")
    assert (huvud, visat) == (HUVUD, PERSONAL)
    belopp = {k: celler[k]["varde"] for k in ("utfall", "budget", "avvikelse", "fore", "helar")}
    mnkr = {"utfall": -40, "budget": -253, "avvikelse": 213, "fore": -30, "helar": -1518}
    assert {k: float(v) for k, v in belopp.items()} == {k: v * MNKR for k, v in mnkr.items()}


def test_kontona_under_en_post_har_aren_i_samma_ordning(som):
    klient, adress = som("koncerncontroller"), f"/utfall/2024/post/personal/{FRAGA}"
    huvud, visat, _ = _api(klient, adress, "summa")
    assert (huvud, visat) == (KONTOHUVUD, KONTO)
    rubriker, texter, _ = _sidan(klient, adress, "konton-summa")
    assert (rubriker, texter) == ([f"{r} {u}" for _, r, u in KONTOHUVUD], KONTO)
    _, konto, lankar = _sidan(klient, adress, "konton-" + _kontorad(klient, adress))
    assert konto == KONTO
    assert [lank.split("?")[0] for lank in lankar] == ["/utfall/2024/rader/", "/utfall/2023/rader/", ""]


def _kontorad(klient, adress: str) -> str:
    rader = klient.get(f"/api/v1{adress}").json()["tabeller"][0]["rader"]
    return next(r["nyckel"] for r in rader if r["nyckel"].startswith("4110"))


def test_nasta_niva_visar_arets_utfall(som):
    huvud, texter, _ = _sidan(som("koncerncontroller"), f"/utfall/2024/{FRAGA}", "per-enhet-enhet-MS_LAB")
    assert [h.removesuffix(" jan–feb 2024") for h in huvud] == [
        "Verksamhetens intäkter", "Verksamhetens kostnader", "Kapitalkostnad", "Resultat", "Uppföljning",
    ]  # fmt: skip
    assert texter == ["0,0", "−40,0", "0,0", "−40,0", "Öppna"]
