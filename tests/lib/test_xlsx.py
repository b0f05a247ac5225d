"""The workbook: what stands in it, what it calculates, and what a hostile text cannot do."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from regionskane.lib import xlsx
from regionskane.lib.belopp import SKALOR
from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Rad, Radslag, Tabell
from tests.lib import provhandling
from tests.lib.fientlig import Matt


def oppna(innehall: bytes, varden: bool = False):
    return load_workbook(BytesIO(innehall), data_only=varden)


@pytest.fixture(scope="module")
def bok() -> bytes:
    return xlsx.skriv_handling(provhandling.handling())


def vantat(kolumn: Kolumn, cell: Cell):
    if cell.text is not None:
        return cell.text or None
    if cell.varde is None:
        return cell.saknas
    skala = 1 if kolumn.slag == Kolumnslag.PROCENT else SKALOR[kolumn.enhet]
    return float(cell.varde / skala)


def rutor(innehall: bytes, handling: Handling):
    """Every cell of every table beside what the document says: (place, value in the file, expected)."""
    arbetsbok = oppna(innehall, varden=True)
    for namn, tabell in zip(xlsx.bladnamn(handling.tabeller), handling.tabeller, strict=True):
        blad = arbetsbok[namn]
        huvud = next(r for r in range(1, 9) if blad.cell(r, 1).value == tabell.radrubrik)
        for i, rad in enumerate(tabell.rader, start=huvud + 1):
            assert blad.cell(i, 1).value == rad.rubrik
            for j, (kolumn, cell) in enumerate(zip(tabell.kolumner, rad.celler, strict=False), start=2):
                yield f"{namn} {rad.nyckel} {kolumn.nyckel}", blad.cell(i, j).value, vantat(kolumn, cell)


def rakna_om(innehall: bytes, mapp: Path) -> bytes:
    """The same workbook calculated by LibreOffice, from formulas alone: cached values are taken out first."""
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice saknas. Kör: apt-get install -y --no-install-recommends libreoffice-calc"
    fil = mapp / "bok.xlsx"
    with zipfile.ZipFile(BytesIO(innehall)) as fran, zipfile.ZipFile(fil, "w") as till:
        for namn in fran.namelist():
            data = fran.read(namn)
            if namn.startswith("xl/worksheets/"):
                data = re.sub(rb"(<f>[^<]*</f>)<v>[^<]*</v>", rb"\1", data)
            till.writestr(namn, data)
    profil = (mapp / "profil").as_uri()
    ut = mapp / "ut"
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation={profil}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            ut,
            fil,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (ut / "bok.xlsx").read_bytes()


def test_varje_tal_ar_handlingens_exakt(bok):
    antal = 0
    for plats, fick, ska in rutor(bok, provhandling.handling()):
        assert fick == ska, plats
        antal += 1
    assert antal > 150


def test_formlerna_raknar_fram_samma_tal(bok, tmp_path):
    for plats, fick, ska in rutor(rakna_om(bok, tmp_path), provhandling.handling()):
        if isinstance(ska, float):
            assert fick == pytest.approx(ska, rel=1e-12, abs=1e-9), plats
        else:
            assert fick == ska, plats


def test_kallbladet_raknar_fram_samma_tal_som_tabellen(bok, tmp_path):
    blad = oppna(rakna_om(bok, tmp_path), varden=True)["Källor"]
    assert [c.value for c in blad[3]] == ["Tabell", "Rad", "Kolumn", "Cell", "Värde", "Enhet", "Adress"]
    rader = list(blad.iter_rows(min_row=4, values_only=True))
    assert len(rader) == 18
    assert rader[1] == (
        "Regionbidrag till nämnder och styrelser",
        "Kulturnämnden",
        "2024 budget",
        "C6",
        357.4,
        "mnkr",
        "/kalla/regionbidrag/2024/kn/",
    )
    assert oppna(bok)["Källor"]["E5"].value == "='Regionbidrag-4a'!C6"


def nastan(fel: str, fel_andel: str = "0") -> tuple[dict[str, str], str]:
    """The cells of a sum, a difference and a change that are shown so much wrong, and what the sheet says of them."""
    kronor = Decimal(fel)
    kolumner = (
        Kolumn("a", "A", enhet="mnkr", decimaler=1),
        Kolumn("b", "B", enhet="mnkr", decimaler=1),
        Kolumn("d", "D", slag=Kolumnslag.DIFFERENS, enhet="mnkr", decimaler=1, av=("b", "a")),
        Kolumn("p", "P", slag=Kolumnslag.PROCENT, decimaler=1, av=("b", "a")),
    )
    a, b = Decimal(100_000_000), Decimal(150_000_000)
    rader = (
        Rad("r", "R", (Cell(a), Cell(b), Cell(b - a + kronor), Cell(Decimal("0.5") + Decimal(fel_andel)))),
        Rad("s", "S", (Cell(a + kronor), Cell(b), Cell(), Cell()), Radslag.SUMMA, (("r", 1),)),
    )
    handling = Handling("H", "", (Tabell("t", "T", "Rad", kolumner, rader),), "2024-01-01")
    blad = oppna(xlsx.skriv_handling(handling))["T"]
    return {ruta: str(blad[ruta].value) for ruta in ("B5", "D4", "E4")}, text_i(blad)


@pytest.mark.parametrize("fel", ["0", "0.0049", "-0.0049"])
def test_en_formel_skrivs_dar_den_ger_det_visade_till_oret(fel):
    celler, text = nastan(fel, "0.9e-9")
    assert (celler["B5"], celler["D4"]) == ("=B4", '=IF(COUNT(C4,B4)=2,C4-B4,"–")')
    assert (
        celler["E4"].startswith("=IF(AND(") and "D4 (R, D) står" not in text and "B5 (S, A) står" not in text
    )


@pytest.mark.parametrize("fel", ["0.005", "-0.005", "0.01", "1", "-50000", "5000000", "-5000000"])
def test_ett_tal_som_skiljer_ett_halvt_ore_eller_mer_star_som_tal(fel):
    celler, text = nastan(fel, "1e-9")
    assert (float(celler["B5"]), float(celler["D4"])) == (
        float(100 + Decimal(fel) / 1_000_000),
        float(50 + Decimal(fel) / 1_000_000),
    )
    assert float(celler["E4"]) == 0.500000001
    for ruta in ("B5 (S, A)", "D4 (R, D)", "E4 (R, P)"):
        assert f"{ruta} står som tal: handlingen har" in text


def test_en_formel_langre_an_excel_tar_blir_ett_tal(monkeypatch):
    monkeypatch.setattr(xlsx, "STORSTA_FORMEL", 3)
    assert nastan("0")[0]["B5"] == "=B4"
    monkeypatch.setattr(xlsx, "STORSTA_FORMEL", 2)
    assert nastan("0")[0]["B5"] == "100"


def test_andelar_summeras_inte():
    kolumner = (Kolumn("a", "A", slag=Kolumnslag.ANDEL, decimaler=1),)
    rader = (
        Rad("r", "R", (Cell(Decimal("0.5")),)),
        Rad("s", "S", (Cell(Decimal("0.5")),), Radslag.SUMMA, (("r", 1),)),
    )
    handling = Handling("H", "", (Tabell("t", "T", "Rad", kolumner, rader),), "2024-01-01")
    assert oppna(xlsx.skriv_handling(handling))["T"]["B5"].value == 0.5


def test_summor_och_skillnader_ar_formler(bok):
    arbetsbok = oppna(bok)
    assert arbetsbok.sheetnames == [
        "Om",
        "Regionbidrag-4a",
        "Resultat & balanskrav 2024 mnkr",
        "Plan 2025–2026",
        "Källor",
    ]
    bidrag, resultat, plan = (arbetsbok[n] for n in arbetsbok.sheetnames[1:4])
    assert bidrag["B9"].value == "=SUM(B6:B8)"
    assert bidrag["B17"].value == "=SUM(B11:B16)"
    assert bidrag["B19"].value == "=B9+SUM(B17:B18)"  # SUM reads «iu» in B18 as nothing
    assert bidrag["C19"].value == "=C9+SUM(C17:C18)"
    assert bidrag["D6"].value == '=IF(COUNT(C6,B6)=2,C6-B6,"–")'
    assert bidrag["E6"].value == '=IF(AND(COUNT(C6,B6)=2,N(B6)<>0,N(C6)*N(B6)>=0),(C6-B6)/B6,"–")'
    assert resultat["B7"].value == "=B4-B5-B6"
    assert resultat["D4"].value == '=IF(COUNT(B4,C4)=2,B4-C4/1000,"–")'  # mnkr against tkr
    assert plan["B14"].value == 4399.9  # the printed sum that does not follow from its parts
    assert plan["C14"].value == "=SUM(C4:C6)"
    text = "\n".join(str(r[0].value) for r in plan.iter_rows(min_row=15))
    assert "B14 (Tryckt summa som inte stämmer, 2023) står som tal" in text and "4\u00a0363,9" in text


def forandring(gammal: str, ny: str, visad: Cell) -> bytes:
    kolumner = (
        Kolumn("b2023", "2023", enhet="kr"),
        Kolumn("b2024", "2024", enhet="kr"),
        Kolumn("andel", "Ändring", slag=Kolumnslag.PROCENT, av=("b2024", "b2023")),
    )
    rad = Rad("r", "Årets resultat", (Cell(Decimal(gammal)), Cell(Decimal(ny)), visad))
    return xlsx.skriv_handling(Handling("H", "", (Tabell("t", "T", "Rad", kolumner, (rad,)),), "2024-01-01"))


@pytest.mark.parametrize(("gammal", "ny"), [("2510", "-126"), ("-839", "653"), ("0", "5")])
def test_byte_av_tecken_ger_streck_ocksa_nar_formeln_raknas(gammal, ny, tmp_path):
    innehall = forandring(gammal, ny, Cell())
    assert oppna(innehall)["T"]["D4"].value.startswith("=IF(")
    assert oppna(rakna_om(innehall, tmp_path), varden=True)["T"]["D4"].value == "–"


def test_bara_tal_kan_sta_som_tal():
    streck, annat = (forandring("100", "150", c) for c in (Cell(), Cell(Decimal("0.7"))))
    assert oppna(streck)["T"]["D4"].value == "–"
    assert "står som tal" not in text_i(oppna(streck)["T"])
    assert "D4 (Årets resultat, Ändring) står som tal" in text_i(oppna(annat)["T"])


def text_i(blad) -> str:
    return "\n".join(str(c.value) for rad in blad.iter_rows() for c in rad if c.value is not None)


def test_kallorna_ar_lankar_nar_rot_ar_kand(bok):
    blad = oppna(xlsx.skriv_handling(replace(provhandling.handling(), rot="https://budget.exempel.se")))[
        "Källor"
    ]
    adress = "https://budget.exempel.se/kalla/regionbidrag/2024/kn/"
    assert (blad["G5"].value, blad["G5"].hyperlink.target) == (adress, adress)
    assert blad["D5"].hyperlink.location == "'Regionbidrag-4a'!C6"
    utan = oppna(bok)["Källor"]["G5"]
    assert (utan.value, utan.hyperlink) == ("/kalla/regionbidrag/2024/kn/", None)


def test_fler_lankar_an_excel_tar_blir_text(monkeypatch):
    monkeypatch.setattr(xlsx, "STORSTA_LANKAR", 5)
    handling = replace(provhandling.handling(), rot="https://budget.exempel.se")
    blad = oppna(xlsx.skriv_handling(handling))["Källor"]
    lankade = [c.coordinate for rad in blad.iter_rows() for c in rad if c.hyperlink]
    assert lankade == ["D4", "G4", "D5", "G5", "G6"]
    assert all(
        rad[3] and rad[6].startswith(handling.rot) for rad in blad.iter_rows(min_row=4, values_only=True)
    )


def test_for_lang_adress_blir_text():
    kalla = "/" + "a" * xlsx.STORSTA_ADRESS
    tabell = Tabell("t", "T", "Rad", (Kolumn("k", "K"),), (Rad("r", "R", (Cell(Decimal(1), kalla=kalla),)),))
    handling = Handling("H", "", (tabell,), "2024-01-01", rot="https://budget.exempel.se")
    cell = oppna(xlsx.skriv_handling(handling))["Källor"]["G4"]
    assert (cell.value, cell.hyperlink) == (handling.rot + kalla, None)


def test_saknade_tal_ar_ord_och_aldrig_noll(bok):
    blad = oppna(bok, varden=True)["Regionbidrag-4a"]
    assert [c.value for c in blad[18]][1:] == ["iu", pytest.approx(1.23456789), "–", "–"]


def test_samma_handling_ger_samma_byte(bok):
    assert xlsx.skriv_handling(provhandling.handling()) == bok
    annan = replace(provhandling.handling(), tid="2024-06-12T10:30:00+02:00")
    assert xlsx.skriv_handling(annan) != bok
    egenskaper = oppna(bok).properties
    assert egenskaper.created.isoformat() == "2024-06-11T08:30:00"
    assert (egenskaper.title, egenskaper.creator) == (
        "Verksamhetsplan och budget 2024",
        "Budget och uppföljning",
    )


def test_utseendet_gar_att_skriva_ut(bok):
    blad = oppna(bok)["Regionbidrag-4a"]
    assert blad.freeze_panes == "B5"
    assert (blad.page_setup.orientation, blad.page_setup.fitToHeight, blad.page_setup.paperSize) == (
        "landscape",
        0,
        9,
    )
    assert blad.sheet_properties.pageSetUpPr.fitToPage
    assert blad.print_title_rows == "$4:$4"
    assert blad["A6"].alignment.indent == 1 and not blad["A9"].alignment.indent
    assert blad["B6"].number_format == '#,##0.0;"−"#,##0.0;#,##0.0'
    assert blad["D6"].number_format == '"+"#,##0.0;"−"#,##0.0;#,##0.0'
    assert blad["E6"].number_format == '"+"#,##0.0"\u00a0"%;"−"#,##0.0"\u00a0"%;#,##0.0"\u00a0"%'
    assert blad["A9"].font.bold and blad["A19"].border.bottom.style == "double"
    assert blad.oddFooter.right.text == "&P (&N)"


def test_om_bladet_forklarar_och_lankar(bok):
    blad = oppna(bok)["Om"]
    text = text_i(blad)
    for mening in (
        "Regionfullmäktige 2023-10-24",
        "Summor av rader i samma tabell är formler",
        "Vad en regel räknar fram står som tal",
        "Så är siffrorna framtagna",
        "Minus skrivs −",
    ):
        assert mening in text
    mal = {c.value: c.hyperlink.location for rad in blad.iter_rows() for c in rad if c.hyperlink}
    assert mal["Plan 2025–2026"] == "'Plan 2025–2026'!A1" and mal["Källor"] == "'Källor'!A1"


FIENTLIGA = [
    "=1+1",
    '=HYPERLINK("http://exempel.se","klicka")',
    "+1",
    "-1",
    "−1",
    "@SUM(A1)",
    "{=1}",
    "http://exempel.se/",
    "mailto:a@exempel.se",
    "<r><t>rå xml</t></r>",
    "1 234,5",
    "TRUE",
    "#REF!",
    "\t=1+1",
    "x\x00\x07y\x1b",
    "\ud800",
    "&P &[Datum]",
    "å" * 40_000,
    "Kollektiv\u00adtrafik",
]


@pytest.mark.parametrize("rot", ["", "https://budget.exempel.se"])
@pytest.mark.parametrize("text", FIENTLIGA)
def test_text_ar_alltid_text(text, rot):
    kolumner = (Kolumn("t", text, text, Kolumnslag.TEXT), Kolumn("n", "Tal"))
    rader = (
        Rad("a", text, (Cell(text=text), Cell(text=text, kalla=text)), forklaring=text, paragraf=text),
        Rad("b", "B", (Cell(text=text), Cell(saknas=text))),
        Rad("g", text, slag=Radslag.GRUPP),
    )
    tabell = Tabell("t", text, text, kolumner, rader, ingress=text, noter=(text,))
    handling = Handling(text, text, (tabell,), "2024-01-01", ((text, text),), text, "h", (text,), rot)
    innehall = xlsx.skriv_handling(handling)
    tillatna = re.compile(r"='[^']+'!C[0-9]+$")  # the references of «Källor»
    for blad in oppna(innehall):
        for rad in blad.iter_rows():
            for cell in rad:
                if cell.data_type == "f":
                    assert blad.title == "Källor" and tillatna.match(cell.value)
                if cell.hyperlink:
                    assert cell.hyperlink.location and not cell.hyperlink.target
    arbetsbok = oppna(innehall)
    huvud = 4
    ren = re.sub("[\x00-\x08\x0b-\x1f\xad\ud800]", "", text)[:32_767]
    fick = arbetsbok.worksheets[1].cell(huvud + 1, 2).value
    assert (fick or "").rstrip(" ") == ren.rstrip(" ")


def test_bladnamn_ar_giltiga_och_olika():
    def tabell(nyckel: str, rubrik: str) -> Tabell:
        return Tabell(nyckel, rubrik, "Rad", (), ())

    namn = xlsx.bladnamn(
        [
            tabell("a", "Om"),
            tabell("b", "källor"),
            tabell("c", "History"),
            tabell("d", "Plan"),
            tabell("d", "PLAN"),
            tabell("e", "'Citat'"),
            tabell("f", "a/b:c?*[x]\\y"),
            tabell("g" * 50, "Rubrik " * 9),
            tabell("g" * 50, "Rubrik " * 9),
            tabell("''", ""),
        ]
    )
    assert len({n.casefold() for n in namn}) == len(namn)
    for n in namn:
        assert 1 <= len(n) <= 31 and not re.search(r"[\[\]:*?/\\]", n)
        assert n[0] != "'" and n[-1] != "'" and n.casefold() not in {"om", "källor", "history"}


@pytest.mark.parametrize(
    ("delar", "formel"),
    [
        ((("a", 1), ("b", 1), ("c", 1)), "=SUM(B4:B6)"),
        ((("a", 1), ("c", -1)), "=B4-B6"),
        ((("c", -1), ("a", 1)), "=-B6+B4"),
        ((("a", 1), ("b", 1), ("c", -2)), "=SUM(B4:B5)-2*B6"),
        ((("a", 1), ("c", 1)), "=B4+B6"),
        ((("b", 1), ("a", 1)), "=B5+B4"),
        ((), None),
    ],
)
def test_summans_formel(delar, formel):
    tal = {"a": Decimal(100), "b": Decimal(20), "c": Decimal(3)}
    rader = tuple(Rad(n, n, (Cell(v),)) for n, v in tal.items())
    summa = sum((tal[n] * f for n, f in delar), Decimal(0))
    tabell = Tabell(
        "t",
        "T",
        "Rad",
        (Kolumn("k", "K", enhet="kr"),),
        (*rader, Rad("s", "S", (Cell(summa),), Radslag.SUMMA, delar)),
    )
    cell = oppna(xlsx.skriv_handling(Handling("H", "", (tabell,), "2024-01-01")))["T"]["B7"]
    assert cell.value == (formel or 0)


def test_ord_i_en_summa_blir_ingenting():
    rader = (
        Rad("a", "A", (Cell(Decimal(5)),)),
        Rad("g", "G", slag=Radslag.GRUPP),
        Rad("b", "B", (Cell(saknas="iu"),)),
    )
    summa = Rad("s", "S", (Cell(Decimal(5)),), Radslag.SUMMA, (("a", 1), ("b", -1)))
    tabell = Tabell("t", "T", "Rad", (Kolumn("k", "K", enhet="kr"),), (*rader, summa))
    assert (
        oppna(xlsx.skriv_handling(Handling("H", "", (tabell,), "2024-01-01")))["T"]["B7"].value == "=B4-N(B6)"
    )


def test_trasiga_hanvisningar_sags_ifran():
    def handling(kolumn: Kolumn, rad: Rad) -> Handling:
        return Handling("H", "", (Tabell("t", "T", "Rad", (kolumn,), (rad,)),), "2024-01-01")

    kolumn, cell = Kolumn("k", "K"), (Cell(Decimal(1)),)
    for fel in (
        handling(kolumn, Rad("s", "S", cell, Radslag.SUMMA, (("borta", 1),))),
        handling(kolumn, Rad("s", "S", cell, Radslag.SUMMA, (("s", 1),))),
        handling(replace(kolumn, slag=Kolumnslag.DIFFERENS, av=("k", "borta")), Rad("r", "R", cell)),
        handling(kolumn, Rad("r", "R")),
        replace(handling(kolumn, Rad("r", "R", cell)), tid="i går"),
    ):
        with pytest.raises(ValueError):
            xlsx.skriv_handling(fel)


def test_ore_overlever_i_stora_tal():
    stort = Decimal("99999999999999.99")
    for enhet in SKALOR:
        tabell = Tabell("t", "T", "Rad", (Kolumn("k", "K", enhet=enhet),), (Rad("r", "R", (Cell(-stort),)),))
        varde = oppna(xlsx.skriv_handling(Handling("H", "", (tabell,), "2024-01-01")))["T"]["B4"].value
        assert varde == float(-stort / SKALOR[enhet])


def test_en_rad_i_egen_enhet_har_sitt_eget_talformat_och_sin_egen_skala():
    kolumner = (
        Kolumn("a", "A"),
        Kolumn("b", "B"),
        Kolumn("d", "Skillnad", "", Kolumnslag.DIFFERENS, av=("b", "a")),
    )
    rader = (
        Rad("m", "Pengar", (Cell(Decimal(2_000_000)), Cell(Decimal(5_000_000)), Cell(Decimal(3_000_000)))),
        Rad("p", "Procent", (Cell(Decimal("3.6")), Cell(Decimal("4.1")), Cell(Decimal("0.5"))),
            enhet="procent", decimaler=1),
        Rad("n", "Antal", (Cell(Decimal(1413080)), Cell(Decimal(1424117)), Cell(Decimal(11037))), enhet="antal"),
    )  # fmt: skip
    bok = xlsx.skriv_handling(Handling("H", "", (Tabell("t", "T", "Rad", kolumner, rader),), "2024-01-01"))
    visade = oppna(bok)["T"], oppna(bok, varden=True)["T"]
    assert visade[0]["A2"].value.startswith("Belopp i mnkr där inget annat anges.")
    assert [[c.value for c in rad] for rad in visade[1]["B4:D6"]] == [
        [2, 5, 3], [0.036, 0.041, 0.5], [1413080, 1424117, 11037],
    ]  # fmt: skip
    assert visade[0]["D5"].value == '=IF(COUNT(C5,B5)=2,C5*100-B5*100,"–")'
    assert visade[0]["B5"].number_format.endswith('#,##0.0"\u00a0"%')
    assert visade[0]["D5"].number_format.endswith('#,##0.0"\u00a0procentenheter"')
    assert visade[0]["B6"].number_format == '#,##0;"−"#,##0;#,##0'
    # Each unit has its own condition for what rounds to zero.
    omraden = [str(villkor.sqref) for villkor in oppna(bok)["T"].conditional_formatting]
    assert {"B4", "B5", "B6"} <= set(omraden)


def test_en_andring_som_inte_gar_att_rakna_men_visas_star_som_tal():
    blad = oppna(forandring("-100", "150", Cell(Decimal("0.7"))))["T"]
    assert blad["D4"].value == 0.7
    assert "de tal som den bygger på ger inget tal" in text_i(blad)


def test_villkoren_foljer_den_sista_visade_siffran_och_raden():
    kolumner = (Kolumn("a", "A", decimaler=1), Kolumn("p", "P", slag=Kolumnslag.ANDEL, decimaler=1))
    celler = (Cell(Decimal(1)), Cell(Decimal("0.5")))
    rader = (Rad("r", "R", celler), Rad("m", "M", celler, rod=True))
    bok = xlsx.skriv_handling(Handling("H", "", (Tabell("t", "T", "Rad", kolumner, rader),), "2024-01-01"))
    villkor = {
        (str(omrade.sqref), regel.formula[0])
        for omrade in oppna(bok)["T"].conditional_formatting
        for regel in omrade.rules
    }
    assert villkor == {
        ("B4:B5", "AND(ISNUMBER(B4),ABS(B4)<0.05)"),
        ("B5", "AND(ISNUMBER(B5),N(B5)<=-0.05)"),
        ("C4:C5", "AND(ISNUMBER(C4),ABS(C4)<0.0005)"),
        ("C5", "AND(ISNUMBER(C5),N(C5)<=-0.0005)"),
    }


def test_en_bok_med_manga_rader_kostar_per_rad():
    """Widths are counted over all rows. Counted for each row anew, four times the rows cost sixteen times as much."""

    def kostnad(antal: int) -> float:
        kolumner = (Kolumn("t", "Text", slag=Kolumnslag.TEXT), Kolumn("b", "Belopp", enhet="kr"))
        rader = tuple(
            Rad(f"r{i}", f"Rad {i}", (Cell(text="ord " * 3), Cell(Decimal(i)))) for i in range(antal)
        )
        tabell = Tabell("t", "Rader", "Rad", kolumner, rader)
        handling = replace(provhandling.handling(), tabeller=(tabell,))
        matningar = []
        for _ in range(3):
            with Matt() as matt:
                xlsx.skriv_handling(handling)
            matningar.append(matt.cpu)
        return min(matningar)

    kostnad(100)
    assert kostnad(3_000) < 8 * kostnad(750)
