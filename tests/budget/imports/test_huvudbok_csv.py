"""The ledger as CSV: what exports look like, and that every form gives the same rows."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.imports import huvudbok_csv
from budget.imports.huvudbok import (
    RADFALT,
    hitta_kolumner,
    som_copy,
    tolka_period,
    tolka_tid,
    visar_decimaltecken,
)
from budget.imports.huvudbok_csv import CsvLasning
from regionskane.lib.textfil import OlasligFil
from tests.lib.fientlig import Matt

RUBRIK = "Datum;Konto;Ansvar;Motpart;Verksamhet;Projekt;Vernr;Text;Belopp\n"


def _las(text, *, som="utf-8", **val):
    lasning = CsvLasning(io.BytesIO(text if isinstance(text, bytes) else text.encode(som)), **val)
    return lasning, [dict(zip(RADFALT, rad, strict=True)) for rad in lasning.rader()]


def _fynd(lasning):
    return [(a.kod, a.rad, a.text) for a in lasning.anmarkningar.alla()]


def test_en_rad_blir_en_neutral_rad():
    lasning, rader = _las(RUBRIK + "2024-03-15;3010;0110;4;500;P1;A 7;Läkemedel;-1 234,50\n")
    assert rader == [
        {
            "rad": 2, "period": 202403, "datum": "2024-03-15", "konto": "3010", "ansvar": "0110", "motpart": "4",
            "verksamhet": "500", "projekt": "P1", "verifikation": "A 7", "text": "Läkemedel",
            "belopp": Decimal("-1234.50"),
        }
    ]  # fmt: skip
    assert (lasning.avskiljare, lasning.decimaltecken, lasning.rubrikrad, _fynd(lasning)) == (
        ";",
        ",",
        1,
        [],
    )


@pytest.mark.parametrize("avskiljare", ";,\t|")
@pytest.mark.parametrize("decimal", ",.")
def test_avskiljare_och_decimaltecken_syns_i_filen(avskiljare, decimal):
    ut = io.StringIO()
    skriv = csv.writer(ut, delimiter=avskiljare)
    skriv.writerow(["Period", "Konto", "Text", "Belopp"])
    tal = ["1234.50", "-0.05", "1000", "-12.5"]
    for t in tal:
        skriv.writerow(["202403", "3010", "a, b; c | d", t.replace(".", decimal)])
    lasning, rader = _las(ut.getvalue())
    assert (lasning.avskiljare, lasning.decimaltecken) == (avskiljare, decimal)
    assert [r["belopp"] for r in rader] == [Decimal(t) for t in tal]
    assert rader[0]["text"] == "a, b; c | d"


@pytest.mark.parametrize(
    ("som", "namn"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("latin-1", "Latin-1"), ("cp1252", "CP1252")],
)
def test_kodning(som, namn):
    text = "Läkemedel åt Ängelholm" + (" – mars" if som in ("utf-8", "cp1252") else "")
    lasning, rader = _las(RUBRIK + f"2024-03-15;3010;;;;;;{text};1\n", som=som)
    assert (lasning.kodning.namn, rader[0]["text"]) == (namn, text)


@pytest.mark.parametrize("slut", ["\n", "\r\n", "\r"])
def test_radslut_och_citat_over_flera_rader_behaller_radnumren(slut):
    text = RUBRIK + '2024-03-15;3010;;;;;;"rad ett\nrad två";1\n\n2024-03-15;3010;;;;;;b;x\n'
    lasning, rader = _las(text.replace("\n", slut))
    assert [(r["rad"], r["text"]) for r in rader] == [(2, "rad ett\nrad två")]
    assert [(kod, rad) for kod, rad, _ in _fynd(lasning)] == [("BELOPP", 5)]


@pytest.mark.parametrize(
    ("skrivet", "decimaltecken", "vantat"),
    [
        ("1 234,50", None, "1234.50"), ("1.234,50", None, "1234.50"), ("1,234.50", None, "1234.50"),
        ("1'234.50", ".", "1234.50"), ("1.234.567", None, "1234567"), ("1,234,567.89", ".", "1234567.89"),
        ("1.234", ",", "1234"), ("1,234", ".", "1234"), ("−12,5", ",", "-12.5"), ("12-", None, "-12"),
        ("(12,50)", ",", "-12.50"), ("12,50 kr", ",", "12.50"), ("+7", None, "7"), ("1\u00a0000", None, "1000"),
        ("0,00", ",", "0"), ("-1.234,5", ",", "-1234.5"), (",5", ",", "0.5"),
    ],
)  # fmt: skip
def test_belopp_i_alla_former(skrivet, decimaltecken, vantat):
    lasning, rader = _las(f'Period;Konto;Belopp\n202403;3010;"{skrivet}"\n', decimaltecken=decimaltecken)
    assert ([r["belopp"] for r in rader], _fynd(lasning)) == ([Decimal(vantat)], [])


@pytest.mark.parametrize(
    ("skrivet", "decimaltecken", "mening"),
    [
        ("1.234", None, "kan läsas på två sätt"),
        (
            "1,234",
            None,
            "om komma är decimaltecken eller tusental. Skriv beloppen med två decimaler och utan",
        ),
        ("1,234", ",", "tre decimaler i en fil med decimalkomma"),
        ("1.234", ".", "tre decimaler i en fil med decimalpunkt"),
        ("12,345.6", ",", "inte ett tal"),
        ("12 %", None, "procentsats"),
        ("tolv", None, "inte ett tal"),
        ("1;2", None, "inte ett tal"),
        ("999999999999999", None, "för stort"),
        ("0,001", ",", "fler decimaler än ören"),
        ("", None, "saknar belopp"),
    ],
)
def test_belopp_som_inte_ar_klara_blir_fel_och_aldrig_noll(skrivet, decimaltecken, mening):
    lasning, rader = _las(f'Period;Konto;Belopp\n202403;3010;"{skrivet}"\n', decimaltecken=decimaltecken)
    ((kod, rad, text),) = _fynd(lasning)
    assert (rader, kod, rad) == ([], "BELOPP", 2)
    assert mening in text


def test_tvetydigt_belopp_laser_som_resten_av_filen():
    _, rader = _las("Period;Konto;Belopp\n202403;3010;1.234\n202403;3010;12,50\n")
    assert [r["belopp"] for r in rader] == [Decimal(1234), Decimal("12.50")]


def test_fil_som_blandar_decimaltecken_valjer_inget_men_laser_det_klara():
    lasning, rader = _las("Period;Konto;Belopp\n202403;1;1.50\n202403;1;1,25\n202403;1;1.500\n")
    assert (lasning.decimaltecken, [r["belopp"] for r in rader]) == (None, [Decimal("1.50"), Decimal("1.25")])
    assert [rad for _, rad, _ in _fynd(lasning)] == [4]


def test_debet_och_kredit():
    lasning, rader = _las("Period;Konto;Debet;Kredit\n202403;1910;100,50;\n202403;3010;;100,50\n202403;1;;\n")
    assert [r["belopp"] for r in rader] == [Decimal("100.50"), Decimal("-100.50")]
    assert _fynd(lasning) == [("BELOPP", 4, "Raden saknar belopp.")]


def test_rubrikraden_far_sta_efter_en_ingress_och_sep():
    lasning, rader = _las("sep=;\nHuvudbok mars 2024\n\nKONTO NR;Per.;Kst;Belopp (kr)\n3010;2024-03;0110;5\n")
    assert (lasning.rubrikrad, rader[0]["rad"], rader[0]["ansvar"]) == (4, 5, "0110")
    assert _las('"Rapport";;\nKonto;Period;Belopp\n1;202401;2\n')[0].rubrikrad == 2


def test_valda_kolumner_gar_fore_synonymer():
    text = "Konto;Utfall mån;Utfall ack;Enhet;Kst;Period\n3010;5;50;E1;K1;202403\n"
    with pytest.raises(OlasligFil, match=r"Flera kolumner kan vara ansvar: «Kst», «Enhet»\. Välj en\."):
        _las(text)
    _, rader = _las(text, kolumner={"ansvar": "enhet", "belopp": "Utfall mån"})
    assert [(r["ansvar"], r["belopp"]) for r in rader] == [("E1", Decimal(5))]
    _, rader = _las(text, kolumner={"ansvar": "", "belopp": "utfall ack"})
    assert [(r["ansvar"], r["belopp"]) for r in rader] == [("", Decimal(50))]


def test_kolumn_med_faltets_eget_namn_gar_fore_andra_kandidater():
    _, rader = _las("Konto;Enhet;Ansvar;Period;Belopp;Saldo\n1;E;A;202403;5;9\n")
    assert [(r["ansvar"], r["belopp"]) for r in rader] == [("A", Decimal(5))]


def test_vald_kolumn_som_inte_finns():
    assert hitta_kolumner(["Konto", "Period", "Belopp"], val={"ansvar": "Kst", "xx": "y"})[1] == (
        "Kolumnen «Kst» som valts för ansvar finns inte i filen.",
        "Fältet «xx» finns inte. Fält: konto, ansvar, motpart, verksamhet, projekt, verifikation, text, datum, "
        "period, ar, belopp, debet, kredit.",
        "Rubrikerna i filen är: «Konto», «Period», «Belopp».",
    )


@pytest.mark.parametrize(
    ("datum", "period", "ar", "vantat"),
    [
        ("2024-03-15", "", "", (202403, "2024-03-15")), ("20240315", "", "", (202403, "2024-03-15")),
        ("2024/3/5", "", "", (202403, "2024-03-05")), ("2024-03-15 00:00:00", "", "", (202403, "2024-03-15")),
        ("", "202403", "", (202403, "")), ("", "2024M03", "", (202403, "")), ("", "mars 2024", "", (202403, "")),
        ("", "3", "2024", (202403, "")), ("", "03", "2024", (202403, "")), ("202403", "", "", (202403, "")),
        ("2024-03-15", "202403", "", (202403, "2024-03-15")), ("2024-04-02", "202403", "", (202403, "")),
    ],
)  # fmt: skip
def test_tid(datum, period, ar, vantat):
    assert tolka_tid(datum, period, ar) == vantat


@pytest.mark.parametrize(
    ("datum", "period"),
    [("2024-02-30", ""), ("15/3 2024", ""), ("", "202413"), ("", "3"), ("2024-03-15", "x"), ("45366", ""), ("", ""),
     ("2024315", ""), ("²024-03", "")],
)  # fmt: skip
def test_tid_som_inte_ar_klar(datum, period):
    with pytest.raises(ValueError, match=r"inte ett datum|saknar datum|ingen månad"):
        tolka_tid(datum, period)


def test_period_utan_ar_ar_ingen_period():
    assert tolka_period("3") is None


def test_rader_utanfor_aret():
    lasning, rader = _las("Period;Konto;Belopp\n202312;1;1\n202401;1;2\n", perioder=(202401, 202412))
    assert [r["belopp"] for r in rader] == [Decimal(2)]
    assert _fynd(lasning) == [("UTANFOR_AR", 2, "Perioden 202312 ligger utanför 202401–202412.")]


def test_rad_med_fel_antal_falt_och_tomma_rader():
    text = "Period;Konto;Belopp\n202403;1;1;\n202403;1;1;extra\n202403;1\n;;\n\n202403;1;2\n"
    lasning, rader = _las(text)
    assert [r["rad"] for r in rader] == [2, 7]
    assert [(kod, rad) for kod, rad, _ in _fynd(lasning)] == [("FALT", 3), ("FALT", 4)]


def test_koderna_ar_text_med_inledande_nollor_och_utan_blanktecken():
    _, rader = _las("Period;Konto;Ansvar;Belopp\n202403; 0301 ; 0110;1\n")
    assert (rader[0]["konto"], rader[0]["ansvar"]) == ("0301", "0110")


@pytest.mark.parametrize(
    ("text", "tecken"),
    [("12,5", ","), ("12.50", "."), ("1 234,50", ","), ("1.234,5", ","), ("1,234.5", "."), ("1,234,567", "."),
     ("1234", None), ("1,234", None), ("1.234", None), ("", None), ("x,5", None)],
)  # fmt: skip
def test_decimaltecknet_syns_bara_nar_det_ar_klart(text, tecken):
    assert visar_decimaltecken(text) == tecken


EXTRA = "Period;Konto;Belopp\n202413;1;1\n202400;1;2\n202412;1;3\n"


def test_period_13_och_00_laggs_dar_kallan_sager_annars_ar_de_fynd():
    lasning, rader = _las(EXTRA, extraperioder={13: 12, 0: 1})
    assert [(r["period"], r["belopp"]) for r in rader] == [(202412, 1), (202401, 2), (202412, 3)]
    assert _fynd(lasning) == []
    lasning, rader = _las(EXTRA, extraperioder={13: 12})
    assert [r["belopp"] for r in rader] == [1, 3]
    assert [(kod, rad) for kod, rad, _ in _fynd(lasning)] == [("PERIOD_00", 3)]
    lasning, rader = _las("År;Period;Konto;Belopp\n2024;13;1;1\n2024;0;1;2\n", extraperioder={13: 12, 0: 1})
    assert [(r["period"], r["belopp"]) for r in rader] == [(202412, 1), (202401, 2)]


def test_en_for_kort_period_ar_inte_period_00():
    assert tolka_period("20240") is None


@pytest.mark.parametrize("text", ["L\ufffdn", "LÃ¶n", "L”n", "Lšn"])
def test_trasiga_bokstaver_ar_en_varning_med_ordet(text):
    lasning, rader = _las(f"Period;Konto;Text;Belopp\n202403;1;Å;1\n202403;1;Januari {text} x;1\n")
    assert rader[1]["text"] == f"Januari {text} x"
    ((kod, rad, mening),) = _fynd(lasning)
    assert (kod, rad) == ("TECKEN", 3) and f"«{text}»" in mening


# Any ledger that is written as CSV is the same ledger when it is read.

_text = st.text(st.characters(codec="cp1252", exclude_categories=("Cc",)), max_size=15)
_kod = st.text("0123456789ABCÅÄÖ", min_size=1, max_size=6)
_rad = st.tuples(
    st.dates(date(2000, 1, 1), date(2030, 12, 31)),
    st.integers(1000, 8999).map(str),
    _kod,
    _text,
    st.integers(-(10**13), 10**13).map(lambda o: Decimal(o).scaleb(-2)),
)


@given(rader=st.lists(_rad, min_size=1, max_size=6), avskiljare=st.sampled_from(";,\t|"),
       decimal=st.sampled_from(",."), som=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
       slut=st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_en_bok_som_skrivs_och_laser_ar_samma_bok(rader, avskiljare, decimal, som, slut):
    ut = io.StringIO()
    skriv = csv.writer(ut, delimiter=avskiljare, lineterminator=slut)
    skriv.writerow(["Datum", "Konto", "Ansvar", "Text", "Belopp"])
    skriv.writerows([d.isoformat(), k, a, t, str(b).replace(".", decimal)] for d, k, a, t, b in rader)
    lasning, lasta = _las(ut.getvalue(), som=som, kodning=None if som != "cp1252" else "CP1252")
    assert [(r["datum"], r["konto"], r["ansvar"], r["text"], r["belopp"]) for r in lasta] == [
        (d.isoformat(), k, a, t, b) for d, k, a, t, b in rader
    ]
    assert [f for f in _fynd(lasning) if f[0] != "TECKEN"] == []


# `copyblock` is a faster way to the same rows and findings.

_vanlig = st.tuples(st.sampled_from(["2024-03-15", "202404"]), st.sampled_from(["3010", "0110"]), _text, _kod)
_udda = [
    "",
    "2024-03-15",
    "202413",
    "3010",
    " 3010 ",
    "1,234",
    "x",
    "12.5",
    "−1",
    "a\\b",
    "a\tb",
    '"q',
    "r1\nr2",
]
_falt = st.one_of(
    _vanlig.map(lambda f: [f[0], f[1], "12,50", f[2]]),
    st.lists(st.one_of(st.sampled_from(_udda), _text), max_size=6),
)


@given(st.lists(_falt, max_size=12), st.booleans())
def test_kolumnvis_ger_samma_rader_och_fynd_som_radvis(rader, trasig):
    ut = io.StringIO()
    skriv = csv.writer(ut, delimiter=";", lineterminator="\n")
    skriv.writerow(["Datum", "Konto", "Belopp", "Text"])
    skriv.writerow(["202401", "1", "0,50", ""])  # shows the decimal sign
    skriv.writerows(rader[:6])
    innehall = ut.getvalue() + ('202403;3010;"1"2;x\n' if trasig else "")
    ut.seek(0)
    ut.truncate()
    skriv.writerows(rader[6:])
    fil = io.BytesIO((innehall + ut.getvalue()).encode())
    gamla = huvudbok_csv.RADER_PER_GRUPP
    huvudbok_csv.RADER_PER_GRUPP = 3
    try:
        radvis, kolumnvis = (CsvLasning(fil, perioder=(202401, 202403)) for _ in range(2))
        assert "".join(kolumnvis.copyblock()) == "".join(som_copy(radvis.rader()))
    finally:
        huvudbok_csv.RADER_PER_GRUPP = gamla
    assert kolumnvis.anmarkningar.alla() == radvis.anmarkningar.alla()
    assert kolumnvis.antal_rader == radvis.antal_rader


@pytest.mark.parametrize("kolumn", range(9))
def test_kolumnvis_byter_ut_tecken_som_copy_inte_tal(kolumn):
    falt = ["2024-03-15", "3010", "0110", "4", "500", "P1", "A 7", "Text", "1,50"]
    vanlig = ";".join(falt) + "\n"
    falt[kolumn] += "\\"
    fil = io.BytesIO((RUBRIK + vanlig + ";".join(falt) + "\n").encode())
    rader = "".join(CsvLasning(fil).copyblock()).splitlines()
    assert rader == "".join(som_copy(CsvLasning(fil).rader())).splitlines()
    assert rader[0] == "2\t202403\t2024-03-15\t3010\t0110\t4\t500\tP1\tA 7\tText\t1.50"
    assert "".join(rader[1:]).count("\\") == (0 if kolumn in (0, 8) else 2)


@pytest.mark.parametrize("slut", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("som", "postgres"), [("utf-8-sig", "UTF8"), ("latin-1", "LATIN1"), ("cp1252", "WIN1252")]
)
def test_oforandrat_ar_filen_efter_rubriken(slut, som, postgres):
    rader = "2024-03-15;3010;;;;;;åäö" + ("–" if som == "cp1252" else "") + ";1\n2024-03-15;3010;;;;;;b;2\n"
    lasning = CsvLasning(io.BytesIO(("Huvudbok\n\n" + RUBRIK + rader).replace("\n", slut).encode(som)))
    vantat = rader.replace("\n", slut).encode("utf-8" if som == "utf-8-sig" else som)
    assert (b"".join(lasning.oforandrat()), lasning.postgres_kodning) == (vantat, postgres)


def test_oforandrat_efter_en_ensam_rubrik_ar_inget():
    for rubrik in (RUBRIK, RUBRIK.strip()):
        assert list(CsvLasning(io.BytesIO(rubrik.encode())).oforandrat()) == []


@pytest.mark.parametrize("rubrik", ["Konto", "Ar", "x"])
def test_en_rubrikrad_med_orimligt_manga_kolumner_vagras_direkt(rubrik):
    for antal in (1_001, 150_000):
        with Matt() as matt, pytest.raises(OlasligFil, match="fler än 1000 kolumner"):
            _las((";".join([rubrik] * antal) + "\n1;2\n").encode())
        assert matt.cpu < 1
    with Matt() as matt:
        hitta_kolumner([rubrik] * 40_000)
    assert matt.cpu < 1


@pytest.mark.parametrize("tecken", ["'", '"', "å", "§", "5", "e"])
def test_sep_som_inte_kan_skilja_kolumner_lyssnas_det_inte_pa(tecken):
    """It reached the database as the letter between columns, which ended in «Ett oväntat fel … Försök igen»."""
    lasning, rader = _las(f"sep={tecken}\nKonto;Period;Ansvar;Belopp\n3010;2024-03;0110;5\n")
    assert lasning.avskiljare == ";" and len(rader) == 1
