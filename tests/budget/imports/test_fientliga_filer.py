"""Files that are not what they should be: each is met by its own sentence, and never by a traceback."""

import io
import zipfile

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from budget.imports.huvudbok_csv import CsvLasning
from budget.imports.huvudbok_xlsx import XlsxLasning
from budget.imports.sie import Sielasning
from regionskane.lib import textfil as filmodul
from regionskane.lib.anmarkning import Niva
from regionskane.lib.textfil import OlasligFil

SIE = (
    "#FLAGGA 0\n#FORMAT PC8\n#SIETYP 4\n#RAR 0 20240101 20241231\n#KONTO 3010 x\n#RES 0 3010 0\n"
    "#VER A 1 20240115\n{\n#TRANS 3010 {} 0\n}\n"
)
CSV = "Period;Konto;Belopp\n202403;3010;1\n"
XLSX_DEL = "xl/worksheets/sheet1.xml"


def _bok(*rader):
    bok = openpyxl.Workbook()
    for rad in rader:
        bok.active.append(rad)
    ut = io.BytesIO()
    bok.save(ut)
    return ut.getvalue()


XLSX = _bok(["Period", "Konto", "Belopp"], [202403, 3010, 1])


def _zip(packning=zipfile.ZIP_DEFLATED, **delar):
    ut = io.BytesIO()
    with zipfile.ZipFile(ut, "w", packning) as arkiv:
        for namn, innehall in delar.items():
            arkiv.writestr(namn.replace("__", "/").replace("_xml", ".xml"), innehall)
    return ut.getvalue()


def _med(del_, innehall=None, byt=None):
    """The good book with one part replaced, or a text in it."""
    ut = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(XLSX)) as kalla, zipfile.ZipFile(ut, "w", zipfile.ZIP_DEFLATED) as mal:
        for namn in kalla.namelist():
            gammalt = kalla.read(namn)
            if namn == del_:
                assert byt is None or byt[0] in gammalt
                gammalt = innehall if byt is None else gammalt.replace(*byt)
            mal.writestr(namn, gammalt)
    return ut.getvalue()


def _skryt(storlek):
    """A book whose directory claims that the sheet is larger than it is."""
    ut = bytearray(XLSX)
    plats = ut.rindex(b"PK\x01\x02", 0, ut.rindex(XLSX_DEL.encode()))
    ut[plats + 24 : plats + 28] = storlek.to_bytes(4, "little")
    return bytes(ut)


def _krypterad():
    ut = bytearray(XLSX)
    plats = ut.rindex(b"PK\x01\x02", 0, ut.rindex(XLSX_DEL.encode()))
    ut[plats + 8] |= 1
    return bytes(ut)


HTML = b"<!DOCTYPE html>\n<html><body><h1>500 Internal Server Error</h1></body></html>"
TEXTFORMAT = {
    "tom": (b"", "Filen är tom."),
    "bara blanktecken": (b" \r\n\t\n \x1a", "Filen är tom: den innehåller bara blanktecken."),
    "bara BOM": (b"\xef\xbb\xbf", "Filen är tom: den innehåller bara blanktecken."),
    "webbsida": (
        HTML,
        "Filen är en webbsida (HTML), troligen ett sparat felmeddelande. Hämta exporten på nytt.",
    ),
    "webbsida med BOM": (b"\xef\xbb\xbf\n" + HTML, "Filen är en webbsida (HTML)"),
    "SIE 5": (b'<?xml version="1.0"?><Sie/>', "Filen är XML. SIE 5 (XML) läses inte; exportera som SIE 4."),
    "annan uppmärkt text": (
        b"<error>nej</error>",
        "Filen är uppmärkt text (HTML eller XML), inte en huvudbok.",
    ),
    "JSON": (b'{"error": "unauthorized"}', "Filen är JSON, inte en huvudbok."),
    "zip": (_zip(readme="hej"), "Filen är ett zip-arkiv. Packa upp det och lämna filen som ligger i det."),
    "avkortad zip": (XLSX[: len(XLSX) // 2], "Filen är en avkortad eller skadad arbetsbok (zip)."),
    "xlsb": (
        _zip(**{"xl/workbook.bin": "x"}),
        "Filen är en binär Excel-arbetsbok (xlsb). Spara den som xlsx.",
    ),
    "ods": (_zip(content_xml="x"), "Filen är ett OpenDocument-kalkylark (ods). Spara den som xlsx."),
    "docx": (_zip(word__document_xml="x"), "Filen är ett Word-dokument, inte en huvudbok."),
    "gammal xls": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        "Filen är en gammal Excel-fil (xls) eller en",
    ),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "Filen är en PDF, inte en huvudbok."),
    "gzip": (b"\x1f\x8b\x08\x00abc", "Filen är komprimerad med gzip, inte en huvudbok."),
    "bild": (b"\x89PNG\r\n\x1a\n\x00", "Filen är en bild, inte en huvudbok."),
    "UTF-16 LE": (SIE.encode("utf-16"), "Filen är sparad som UTF-16 (Unicode)."),
    "UTF-16 BE utan BOM": (SIE.encode("utf-16-be"), "Filen är sparad som UTF-16 (Unicode)."),
    "UTF-32": (SIE.encode("utf-32"), "Filen är sparad som UTF-16 (Unicode)."),
    "körbar": (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8, "Filen är binär, inte text."),
}
ANDRA_FORMAT = {namn: fall for namn, fall in TEXTFORMAT.items() if "bara" not in namn}  # blank text is text
SIEFILER = {
    "arbetsbok": (XLSX, "Filen är en Excel-arbetsbok (xlsx), inte en SIE-fil."),
    "CSV": (CSV.encode(), "Filen är inte en SIE-fil: den börjar med «Period;Konto;Belopp», men en SIE-fil börjar"),
    "brev": ("Hej!\nHär kommer filen.\n".encode(), "Filen är inte en SIE-fil: den börjar med «Hej!»"),
    "inte SIE men börjar med #": (b"#!/bin/sh\n#hej\n", "Filen är inte en SIE-fil: den börjar med «#!/bin/sh»"),
    "nolltecken": ((SIE + "#PROSA \0\n").encode(), "Filen innehåller nolltecken (rad 11)."),
    "avkortad i en verifikation": (
        SIE[: SIE.rindex("}")].encode(),
        "Filen är avkortad: den tar slut på rad 9 inne i verifikation A 1, som börjar på rad 7.",
    ),
    "avkortad efter #VER": (SIE[: SIE.index("{")].encode(), "Filen är avkortad: den tar slut på rad 7 inne i"),
    "avkortad i ett citat": (b'#FLAGGA 0\n#RES 0 3010 1\n#KONTO 4010 "K', "Filen är avkortad: den sista raden (3)"),
    "avkortad i en etikett": (b"#FLAGGA 0\n#RES 0 3010 1\n#PSAL", "Filen är avkortad: den sista raden (3)"),
    "bara huvudet": (SIE[: SIE.index("#KONTO")].encode(), "Filen har inga konton, saldon eller verifikationer."),
    "webbsida mitt i": ((SIE + "<html><h1>Timeout").encode(), "På rad 11 börjar en webbsida (HTML): exporten"),
}  # fmt: skip
CSVFILER = {
    "arbetsbok som csv": (XLSX, "Filen är en Excel-arbetsbok (xlsx), inte en CSV-fil."),
    "en kolumn": (b"Konto\n3010\n", "Filen har inga kolumner: varken semikolon, komma, tabb eller | skiljer fält åt."),
    "okända rubriker": (b"A;B;C\n1;2;3\n", "Kolumnen för konto saknas. Kolumnen för belopp (eller debet och kredit)"),
    "inga rubriker": (b"202403;3010;1\n202403;3010;2\n", "Rubrikerna i filen är: «202403», «3010», «1»."),
    "två beloppskolumner": (b"Konto;Period;Saldo;Utfall\n1;202403;1;1\n", "Flera kolumner kan vara belopp: «Utfall»"),
    "radbrytning i rubriken": (b'A;"B\nC\x1b";D\n1;2;3\n', "Rubrikerna i filen är: «A», «B C\ufffd», «D»."),
    "nolltecken i csv": ((CSV + "202403;30\x0010;1\n").encode(), "Filen innehåller nolltecken (rad 3)."),
}  # fmt: skip
XLSXFILER = {
    "text som xlsx": (CSV.encode(), "Filen är inte en Excel-arbetsbok (xlsx)."),
    "zipbomb": (_med(XLSX_DEL, b" " * (25 << 20)), "gånger sin storlek och öppnas inte."),
    "påstår 4 GB": (_skryt(0xFFFFFFF0), "Arbetsboken är för stor uppackad (4096 MB)."),
    "påstår 100 MB": (_skryt(100 << 20), "gånger sin storlek och öppnas inte."),
    "krypterad del": (_krypterad(), "Arbetsboken är krypterad. Spara den utan lösenord."),
    "miljarder skratt": (
        _med(XLSX_DEL, b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'),
        "Arbetsboken innehåller en XML-definition (DOCTYPE) och öppnas inte.",
    ),
    "trasig XML": (_med("xl/workbook.xml", b"<workbook>"), "Arbetsboken är skadad och går inte att läsa."),
    "trasigt ark": (
        _med(XLSX_DEL, b"<worksheet><sheetData><row>"),
        "Arbetsboken är skadad och går inte att läsa",
    ),
    "skadad data": (
        XLSX[:60] + bytes(b ^ 0xFF for b in XLSX[60:90]) + XLSX[90:],
        "Arbetsboken är skadad och går inte att läsa.",
    ),
    "inget blad": (
        _med(
            "xl/workbook.xml",
            b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>',
        ),
        "Arbetsboken är tom.",
    ),
    "tomt blad": (_bok(), "Arbetsboken är tom."),
    "blad utan rubriker": (_bok(["Hej", "du"]), "Bladet «Sheet»: Kolumnen för konto saknas."),
    "radnummer bakåt": (
        _med(XLSX_DEL, byt=(b'<row r="2"', b'<row r="1"')),
        "Bladet «Sheet» har radnummer i fel ordning (rad 1).",
    ),
    "radnummer utanför Excel": (
        _med(XLSX_DEL, byt=(b'<row r="2"', b'<row r="99999999999"')),
        "Bladet «Sheet» har radnummer i fel ordning (rad 99999999999).",
    ),
}


def _fall(*tabeller):
    return [
        pytest.param(innehall, mening, id=namn) for t in tabeller for namn, (innehall, mening) in t.items()
    ]


@pytest.mark.parametrize(("innehall", "mening"), _fall(TEXTFORMAT, SIEFILER))
def test_inte_sie_sags_med_en_mening_och_kommandot_slutar_med_fel(tmp_path, innehall, mening):
    with pytest.raises(OlasligFil) as fel:
        Sielasning(io.BytesIO(innehall)).las_klart()
    assert str(fel.value).startswith(mening)
    plats = tmp_path / "fil.se"
    plats.write_bytes(innehall)
    with pytest.raises(CommandError) as fel:
        call_command("sie", str(plats), "--json")
    assert str(fel.value).startswith(mening)
    assert "\n" not in str(fel.value)


@pytest.mark.parametrize(("innehall", "mening"), _fall(TEXTFORMAT, CSVFILER))
def test_inte_csv_sags_med_en_mening(innehall, mening):
    with pytest.raises(OlasligFil) as fel:
        list(CsvLasning(io.BytesIO(innehall)).rader())
    assert mening in str(fel.value)


@pytest.mark.parametrize(("innehall", "mening"), _fall(ANDRA_FORMAT, XLSXFILER))
def test_inte_arbetsbok_sags_med_en_mening(innehall, mening):
    with pytest.raises(OlasligFil) as fel:
        list(XlsxLasning(io.BytesIO(innehall)).rader())
    assert mening in str(fel.value)


@pytest.mark.parametrize(
    ("resten", "rad", "mening"),
    [
        ("#RES 0 4010\n", 11, "#RES saknar belopp."),
        ("#RES 0 4010 NaN\n", 11, "#RES har «NaN» där ett belopp ska stå."),
        ("#RES 0 4010 1e5\n", 11, "#RES har «1e5» där ett belopp ska stå."),
        ("#RES 0 4010 ٣\n", 11, "#RES har «٣» där ett belopp ska stå."),
        ("#RES 0 4010 999999999999999\n", 11, "#RES har «999999999999999» där ett belopp ska stå."),
        ("#RES 0 4010 0.005\n", 11, "Beloppet «0.005» har delar av ören."),
        ("#RES noll 4010 1\n", 11, "#RES har årsnumret «noll»; det ska vara 0, −1, −2 …"),
        ('#RES 0 "" 1\n', 11, "#RES saknar ett läsbart nummer för konto."),
        (
            "#RAR 0 20241231 20240101\n",
            11,
            "Räkenskapsåret slutar (2024-01-01) innan det börjar (2024-12-31).",
        ),
        ("#RAR 0 20240101\n", 11, "Räkenskapsåret #RAR går inte att läsa: årsnummer, start och slut krävs."),
        (
            "#VER A 2 20230615\n{\n#TRANS 3010 {} 0\n}\n",
            11,
            "Verifikation A 2 är daterad 2023-06-15, utanför räkenskapsåret.",
        ),
        (
            "#VER A 2 20240230\n{\n#TRANS 3010 {} 0\n}\n",
            11,
            "Verifikation A 2 har datumet «20240230» som inte finns.",
        ),
        ('#VER "" ""\n{\n#TRANS 3010 {} 0\n}\n', 11, "Verifikation utan nummer har inget datum."),
        ("#TRANS 3010 {} 5\n", 11, "#TRANS står utanför en verifikation och räknas inte."),
        ("{\n", 11, "En klammer { öppnas utan verifikation (#VER) före."),
        ("}\n", 11, "En klammer } stängs utan att någon verifikation är öppen."),
        ("#VER A 2 20240115\n{\n#TRANS 3010 {1 5\n}\n", 13, "#TRANS har en objektlista som inte avslutas."),
        (
            "#VER A 2 20240115\n{\n#TRANS 3010 {1} 5\n}\n",
            13,
            "#TRANS har en objektlista där ett objekt saknas.",
        ),
        ("#PSALDO 0 2024 3010 {} 5\n", 11, "#PSALDO har en period «2024» som inte är år och månad."),
    ],
)
def test_trasig_rad_i_en_sie_fil_pekas_ut_och_resten_laser(resten, rad, mening):
    lasning = Sielasning(io.BytesIO((SIE + resten).encode()))
    assert len(list(lasning.rader())) >= 1
    fel = [(a.rad, a.text) for a in lasning.anmarkningar.alla() if a.niva is Niva.FEL]
    assert fel == [(rad, mening)]


@pytest.mark.parametrize(
    ("resten", "rad", "mening"),
    [
        ('202403;3010;"1', 3, "Filen tar slut inne i ett fält med citattecken."),
        ('202403;3010;"1"2\n', 3, "Raden går inte att dela i fält: citattecknen stämmer inte."),
        (f'202403;"{"x" * 200_000}";1\n', 3, "Ett fält är längre än 131 072 tecken."),
        (f"202403;{'x' * 100};1\n", 3, f"«{'x' * 40}…» är inte en kod."),
        ("202403;30\x0710;1\n", 3, "«30\ufffd10…» är inte en kod."),
        ("202403;3010;NaN\n", 3, "«NaN» är inte ett tal."),
        ("202403;3010;2024-03-01\n", 3, "«2024-03-01» är inte ett tal."),
        ("202403;3010;=A1\n", 3, "«=A1» är inte ett tal."),
        (f"202403;3010;{'9' * 300}\n", 3, f"«{'9' * 40}…» är inte ett tal."),
        ("202413;3010;1\n", 3, "Perioden 202413 är ingen månad utan bokslutsperioden"),
        (";;Summa\n", 3, "Raden saknar konto. Är det en summarad ska den tas bort."),
        ("<html>\n", 3, "Raden har 1 fält, rubrikraden har 3."),
    ],
)
def test_trasig_rad_i_en_csv_pekas_ut_och_resten_laser(resten, rad, mening):
    lasning = CsvLasning(io.BytesIO((CSV + resten).encode()))
    assert len(list(lasning.rader())) == 1
    ((fel_rad, text),) = [(a.rad, a.text) for a in lasning.anmarkningar.alla()]
    assert fel_rad == rad
    assert text.startswith(mening)


def test_en_enda_jattelang_rad_haller_inte_minnet(monkeypatch):
    monkeypatch.setattr(filmodul, "STORSTA_RAD", 10_000)
    monkeypatch.setattr(filmodul, "BLOCK", 4_096)
    with pytest.raises(OlasligFil, match=r"Rad 11 är längre än en megabyte\."):
        Sielasning(io.BytesIO((SIE + "#PROSA " + "x" * 20_000).encode())).las_klart()


def test_en_felfri_fil_av_varje_slag_har_inga_anmarkningar():
    for lasning in (Sielasning(io.BytesIO(SIE.encode())), CsvLasning(io.BytesIO(CSV.encode())),
                    XlsxLasning(io.BytesIO(XLSX))):  # fmt: skip
        assert len(list(lasning.rader())) == 1
        assert lasning.anmarkningar.alla() == ()
