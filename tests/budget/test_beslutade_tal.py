"""Every printed figure of bilaga 1–5B stands in fastställda Budget 2024 as it was printed: on its page, in the API, in
the workbook and in the document that the PDF is made of.

The figures are read from the files that were transcribed from the document, and written out by a rule of the test's
own: a sum is not asked what it is.
"""

import csv
import io
import re
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from budget.models import Justering, Post
from budget.selectors.summor import ALLA_ENHETER, Nyckel, hamta_summor
from budget.selectors.utfall import Interna, Urval, avgransningar, hamta_platser, hamta_uppfoljning
from budget.tabeller.handling import bygg_handling
from budget.tabeller.utfall import bygg_uppfoljning
from regionskane.lib import xlsx
from regionskane.lib.belopp import MNKR
from regionskane.lib.tabell import Kolumnslag, Radslag
from regionskane.lib.visning import visa_handling
from tests.budget.huvudbok import lagg_in

FILER = Path(__file__).parents[2] / "fixtures" / "budget2024"
FILNAMN = (
    "resultatbudget", "balanskrav", "kassaflode", "balansbudget", "regionbidrag_4a", "investeringar",
    "investeringsobjekt",
)  # fmt: skip
# 4A has two tables, in one file.
SIDOR = (*(f for f in FILNAMN if f != "regionbidrag_4a"), "regionbidrag", "resultatkrav")
MATT = {"_utfall": "utfall", "_prognos": "prognos", "_plan": "plan"}
DECIMALER = {"regionbidrag": 1, "resultatkrav": 1}
# Printed in the balance sheet; in the utredning it is what the highest reservation is counted from, and no row.
UTAN_RAD = {("balanskrav", "eget_kapital", f"B2024-{ar}") for ar in (2024, 2025, 2026)}

# Printed blank, or not in that table at all, and shown all the same because it follows from what was printed.
OTRYCKTA = {
    # No room was printed as forecast for bussdepåer's group, whose only object has one.
    ("investeringsobjekt", "summa-bygg_kollektivtrafik", "prognos"): "1 680",
    # 5A is printed with years alone: what was spent before and the room stand in 5B.
    ("investeringar", "bygg_kollektivtrafik", "utfall"): "336",
    ("investeringar", "bygg_kollektivtrafik", "plan"): "1 725",
    ("investeringar", "bygg_sjukvard", "utfall"): "16 242",
    ("investeringar", "bygg_sjukvard", "plan"): "23 033",
    ("investeringar", "bygg_service", "utfall"): "98",
    ("investeringar", "bygg_service", "plan"): "351",
    ("investeringar", "utrustning_kollektivtrafik", "utfall"): "75",
    ("investeringar", "utrustning_kollektivtrafik", "plan"): "575",
    ("investeringar", "utrustning_sjukvard", "utfall"): "2 838",
    ("investeringar", "utrustning_sjukvard", "plan"): "5 521",
    ("investeringar", "utrustning_service", "utfall"): "5",
    ("investeringar", "utrustning_service", "plan"): "119",
    # The document's utredning has no lines for what is to be restored.
    **{("balanskrav", "ny_brist", k): "0" for k in ("BS2022-2022", "P2023-2023")},
    **{("balanskrav", "aterstallt", k): "0" for k in ("P2023-2023",)},
    ("balanskrav", "aterstallt", "BS2022-2022"): "1 232",
    **{
        ("balanskrav", rad, f"B2024-{ar}"): "0"
        for rad in ("ny_brist", "aterstallt")
        for ar in (2024, 2025, 2026)
    },
}


class Tryckt(NamedTuple):
    """A printed figure: the table, row and column where it is to stand, and how it is written there."""

    tabell: str
    rad: str
    kolumn: str
    text: str
    belopp: Decimal


def _text(belopp: str, decimaler: int, enhet: str) -> str:
    """A figure of the files as the document writes it: «-4417» is «−4 417»."""
    tal = Decimal(belopp)
    assert tal == round(tal, decimaler), belopp
    text = f"{abs(tal):,.{decimaler}f}".replace(",", " ").replace(".", ",")
    return ("−" if tal < 0 else "") + text + (" %" if enhet == "procent" else "")


def _rader(fil: str):
    with (FILER / f"{fil}.csv").open(encoding="utf-8") as f:
        yield from csv.DictReader(f)


def _plats(fil: str, r: dict) -> tuple[str, str]:
    """Row and column of a line of a file."""
    kolumn, omfang = f"{r['version']}-{r['ar']}", r["omfang"].replace(":", "-")
    if fil == "regionbidrag_4a":
        return omfang, kolumn
    if fil != "investeringsobjekt":
        return r["post"], kolumn
    suffix = next((s for s in MATT if r["post"].endswith(s)), "")
    kod = r["post"].removesuffix(suffix)
    return omfang if omfang != "alla" else f"summa-{kod}", MATT.get(suffix, kolumn)


def _tryckta() -> list[Tryckt]:
    tryckta = []
    for fil in FILNAMN:
        for r in _rader(fil):
            tabell = r["uppstallning"]
            rad, kolumn = _plats(fil, r)
            skala = Decimal(1) if r["matt"] == "procent" else MNKR
            text = _text(r["belopp"], DECIMALER.get(tabell, 0), r["matt"])
            tryckta.append(Tryckt(tabell, rad, kolumn, text, Decimal(r["belopp"]) * skala))
    return tryckta


def _tryckta_i_4b() -> list[Tryckt]:
    """The matrix: its justeringar, and the levels of 4A between which they stand."""
    rad_per_titel = {
        (j.ar, j.block, j.titel): f"justering-{j.pk}" for j in Justering.objects.filter(version__kod="B2024")
    }
    nyckel = "regionbidrag-4b-2024"
    tryckta = [
        Tryckt(
            nyckel,
            rad_per_titel[int(r["ar"]), r["block"], r["titel"]],
            r["enhet"],
            _text(r["belopp"], 1, r["matt"]),
            Decimal(r["belopp"]) * MNKR,
        )
        for r in _rader("regionbidrag_4b")
    ]
    for r in _rader("regionbidrag_4a"):
        rad = {"2023": "ingaende", "2024": "sist"}.get(r["ar"])
        if rad and r["uppstallning"] == "regionbidrag" and r["omfang"].startswith("enhet:"):
            tryckta.append(
                Tryckt(
                    nyckel,
                    rad,
                    r["omfang"].removeprefix("enhet:"),
                    _text(r["belopp"], 1, r["matt"]),
                    Decimal(r["belopp"]) * MNKR,
                )
            )
    return tryckta


@pytest.fixture
def handling(version):
    return bygg_handling(version("B2024"), ALLA_ENHETER)


def _utan_hardblank(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _api(klient) -> dict[tuple[str, str, str], tuple[str, str]]:
    """What the API gives in every cell of the bilagor: «visat» and «varde»."""
    celler = {}
    for sida in (*SIDOR, "justeringar"):
        for t in klient.get(f"/api/v1/budget/2024/B2024/{sida}/").json()["tabeller"]:
            for rad in t["rader"]:
                for kolumn, c in rad["celler"].items():
                    celler[t["nyckel"], rad["nyckel"], kolumn] = (_utan_hardblank(c["visat"]), c["varde"])
            sista = [r for r in t["rader"] if r["celler"]][-1]
            for kolumn, c in sista["celler"].items():
                celler[t["nyckel"], "sist", kolumn] = (_utan_hardblank(c["visat"]), c["varde"])
    return celler


def _sidor(klient, kolumner) -> dict[tuple[str, str, str], str]:
    """What stands in every cell of the pages. `kolumner` are the columns' keys by table."""
    celler = {}
    for sida in (*SIDOR, "brygga"):
        html = klient.get(f"/budget/2024/B2024/{sida}/").content.decode()
        for tabell, rest in re.findall(r'<table id="([^"]*)"(.*?)</table>', html, re.S):
            if tabell not in kolumner:
                continue
            for rad, innehall in re.findall(rf'<tr class="\w+" id="{tabell}-([^"]*)">(.*?)</tr>', rest, re.S):
                tds = re.findall(r'<td class="[^"]*">(.*?)</td>', innehall, re.S)
                for kolumn, td in zip(kolumner[tabell], tds, strict=True):
                    utan_not = re.sub(r"<sup.*?</sup>", "", td, flags=re.S)
                    text = unescape(re.sub(r"<[^>]+>", "", utan_not)).strip()
                    celler[tabell, rad, kolumn] = celler[tabell, "sist", kolumn] = _utan_hardblank(text)
    return celler


def _fel(tryckta, celler) -> list:
    """Those that do not stand as they were printed."""
    return [
        (t, celler.get((t.tabell, t.rad, t.kolumn)))
        for t in tryckta
        if (t.tabell, t.rad, t.kolumn) not in UTAN_RAD
        and celler.get((t.tabell, t.rad, t.kolumn)) not in (t.text, (t.text, t.belopp))
    ]


def test_varje_tryckt_tal_star_i_handlingen(handling):
    """The document's tables, which the PDF writes: the figure, and how it is read."""
    vyer = {k.tabell.nyckel: k.tabell for k in visa_handling(handling).kapitel}
    celler = {}
    for t in handling.tabeller:
        # The matrix stands in parts that a page holds.
        nyckel = re.sub(r"(4b-\d{4})-\d$", r"\1", t.nyckel)
        for rad, vy in zip(t.rader, vyer[t.nyckel].rader, strict=True):
            for kolumn, cell, visad in zip(
                t.kolumner if rad.celler else (), rad.celler, vy.celler, strict=True
            ):
                svar = (_utan_hardblank(visad.text), cell.varde)
                celler[nyckel, rad.nyckel, kolumn.nyckel] = celler[nyckel, "sist", kolumn.nyckel] = svar
    tryckta = _tryckta() + _tryckta_i_4b()
    assert _fel(tryckta, celler) == []
    assert len(tryckta) > 800


def test_varje_tryckt_tal_star_i_api_och_pa_sidan(som, handling):
    klient = som("revisor")
    api = {
        plats: (visat, varde and Decimal(varde))
        for plats, (visat, varde) in _api(klient).items()
        if not varde or re.fullmatch(r"-?[\d.]+", varde)
    }
    tryckta = _tryckta() + _tryckta_i_4b()
    assert _fel(tryckta, api) == []
    kolumner = {t.nyckel: [k.nyckel for k in t.kolumner] for t in handling.tabeller}
    kolumner["regionbidrag-4b-2024"] = [
        k.nyckel for t in handling.tabeller if t.bilaga == "bilaga 4B" for k in t.kolumner
    ]
    assert _fel(tryckta, _sidor(klient, kolumner)) == []


def test_varje_tryckt_tal_star_i_arbetsboken(handling):
    """As the numbers of the cells; `test_arbetsbocker` shows that LibreOffice comes to the same."""
    bok = openpyxl.load_workbook(io.BytesIO(xlsx.skriv_handling(handling)), data_only=True)
    celler = {}
    blad = [n for n in bok.sheetnames if n not in ("Om", "Beslut", "Beslutets tal", "Källor")]
    for namn, t in zip(blad, handling.tabeller, strict=True):
        nyckel = re.sub(r"(4b-\d{4})-\d$", r"\1", t.nyckel)
        ark = bok[namn]
        huvud = next(r for r in range(1, 9) if ark.cell(r, 1).value == t.radrubrik)
        for i, rad in enumerate(t.rader, start=huvud + 1):
            for j, (kolumn, cell) in enumerate(zip(t.kolumner, rad.celler, strict=False), start=2):
                if cell.text is None and cell.varde is not None:
                    # A share is a fraction in the workbook, shown as percent.
                    skala = 100 if rad.i(kolumn).enhet == "procent" else 1
                    svar = round(Decimal(str(ark.cell(i, j).value)) * skala, 6)
                    celler[nyckel, rad.nyckel, kolumn.nyckel] = celler[nyckel, "sist", kolumn.nyckel] = svar
    tryckta = [
        t._replace(text="", belopp=t.belopp if t.text.endswith("%") else t.belopp / MNKR)
        for t in _tryckta() + _tryckta_i_4b()
    ]
    fel = [
        (t, celler.get((t.tabell, t.rad, t.kolumn)))
        for t in tryckta
        if (t.tabell, t.rad, t.kolumn) not in UTAN_RAD and celler.get((t.tabell, t.rad, t.kolumn)) != t.belopp
    ]
    assert fel == []


def test_det_som_inte_ar_tryckt_ar_namngivet(handling):
    """Every other amount of the tables is one of these: nothing else is added to what was decided."""
    tryckta = {(t.tabell, t.rad, t.kolumn) for t in _tryckta()}
    ovriga = {
        (t.nyckel, rad.nyckel, kolumn.nyckel): _utan_hardblank(rad.i(kolumn).text(cell))
        for t in handling.tabeller
        if t.nyckel in SIDOR
        for rad in t.rader
        for kolumn, cell in zip(t.kolumner, rad.celler, strict=False)
        if kolumn.slag == Kolumnslag.BELOPP
        and cell.varde is not None
        and (t.nyckel, rad.nyckel, kolumn.nyckel) not in tryckta
    }
    assert ovriga == OTRYCKTA


def test_det_egna_kapitalet_i_utredningen_ar_det_tryckta(version):
    poster = {
        u: Post.objects.get(uppstallning__kod=u, kod="eget_kapital").pk
        for u in ("balanskrav", "balansbudget")
    }
    b2024 = version("B2024")
    summor = hamta_summor(
        kolumner=[(b2024.pk, ar) for ar in b2024.ar_lista], poster=poster.values(), period=b2024.period
    )
    tryckta = {
        (r["uppstallning"], int(r["ar"])): Decimal(r["belopp"]) * MNKR
        for fil in ("balanskrav", "balansbudget")
        for r in _rader(fil)
        if r["post"] == "eget_kapital" and r["version"] == "B2024"
    }
    assert len(tryckta) == 6
    for (u, ar), belopp in tryckta.items():
        assert summor[Nyckel(poster[u], b2024.pk, ar)].varde == belopp


def _celler(handling, tabell: str, rad: str) -> dict[int, Decimal]:
    """A row's amounts by year, in mnkr."""
    t = next(t for t in handling.tabeller if t.nyckel == tabell)
    return {
        int(k.nyckel[-4:]): t.cell(rad, k.nyckel).varde / MNKR
        for k in t.kolumner
        if re.search(r"-\d{4}$", k.nyckel) and k.slag == Kolumnslag.BELOPP
    }


def test_arets_resultat_ar_detsamma_overallt(handling, som):
    for tabell in ("resultatbudget", "balanskrav", "kassaflode", "balansbudget"):
        resultat = _celler(handling, tabell, "arets_resultat")
        assert [resultat[ar] for ar in (2024, 2025, 2026)] == [-4417, 652, 1144], tabell
    html = _utan_hardblank(som("revisor").get("/budget/2024/B2024/finansiella-mal/").content.decode())
    celler = [re.sub(r"<[^>]+>", "", td).strip() for td in re.findall(r"<td[^>]*>(.*?)</td>", html, re.S)]
    assert "652" in celler and "653" not in celler


def test_likvida_medel_slutar_och_borjar_lika(handling):
    borjan, slut = (_celler(handling, "kassaflode", f"likvida_{x}") for x in ("borjan", "slut"))
    assert slut[2024] == borjan[2025] == 1500 and slut[2025] == borjan[2026] == 1500


def test_balansen_balanserar(handling):
    tillgangar = _celler(handling, "balansbudget", "summa_tillgangar")
    assert tillgangar == _celler(handling, "balansbudget", "summa_eget_kapital_avsattningar_skulder")
    assert tillgangar == {2023: 43611, 2024: 45259, 2025: 47888, 2026: 50403}


def test_hsn_har_sin_beslutade_niva_i_4a_och_4b(handling):
    hsn = Decimal("15428.7") * MNKR
    tabeller = {t.nyckel: t for t in handling.tabeller}
    assert tabeller["regionbidrag"].cell("enhet-HSN", "B2024-2024").varde == hsn
    matris = next(
        t for t in handling.tabeller if t.bilaga == "bilaga 4B" and "HSN" in [k.nyckel for k in t.kolumner]
    )
    sist = [r for r in matris.rader if r.slag != Radslag.GRUPP][-1]
    assert matris.cell(sist.nyckel, "HSN").varde == hsn
    assert any("bryggan ger 15 428,6" in _utan_hardblank(n) for n in matris.noter)


def test_noten_star_bara_dar_raderna_inte_ger_talet(handling):
    """Summa tillgångar 2025 is 42 607 + 566 + 4 715 as it stands, although what lies under gives 47 887."""
    noter = {t.nyckel: [_utan_hardblank(n) for n in t.noter] for t in handling.tabeller}
    assert not [n for n in noter["balansbudget"] if n.startswith("Summa tillgångar 2025")]
    assert any("Medel från verksamheten 2024 är beslutat till 2 225" in n for n in noter["kassaflode"])
    for t in handling.tabeller:
        for rad in t.rader:
            for cell in rad.celler:
                assert cell.delar_ger != cell.varde or cell.varde is None
                assert cell.delar_ger is None or cell.noter, (t.nyckel, rad.nyckel)


def test_beslutat_resultat_i_uppfoljningen(db):
    """Medicinsk service's budget is decided to 0 although its lines give −1: 25,1 worse is 25,1, not 24,1."""
    lagg_in([("MS_LAB", 202403, "4110", "35900", "14", "25100000.00")])
    avgransning = avgransningar(hamta_platser(2024), ALLA_ENHETER)["enhet-NORV_MS"]
    tabell = bygg_uppfoljning(hamta_uppfoljning(Urval(avgransning, 2024, 1, 12, Interna.UTAN)))
    assert tabell.cell("resultat", "helar").varde == tabell.cell("resultat", "budget").varde == 0
    kolumn = next(k for k in tabell.kolumner if k.nyckel == "avvikelse")
    assert kolumn.text(tabell.cell("resultat", "avvikelse")) == "−25,1"
    assert tabell.cell("resultat", "bedomning").text == "sämre"


def test_manadernas_budget_summerar_till_den_beslutade(db):
    lagg_in([("MS_LAB", 202401, "4110", "35900", "14", "1.00")])
    avgransning = avgransningar(hamta_platser(2024), ALLA_ENHETER)["enhet-NORV_MS"]

    def budget(fran, till):
        t = bygg_uppfoljning(hamta_uppfoljning(Urval(avgransning, 2024, fran, till, Interna.UTAN)))
        return {r.nyckel: t.cell(r.nyckel, "budget").varde for r in t.rader}

    aret = budget(1, 12)
    assert aret["resultat"] == 0
    manader = [budget(m, m) for m in range(1, 13)]
    for rad, varde in aret.items():
        assert sum(m[rad] for m in manader) == varde, rad
