"""SIE as programs write it: every dialect rule of doman.md §9, in files made here."""

import io
import tracemalloc
import zlib
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.imports import sie
from budget.imports.huvudbok import RADFALT, som_copy
from budget.imports.sie import OPPNA, Sielasning, avstam, dela
from budget.regler.sie import Psaldotolkning
from regionskane.lib import textfil as filmodul
from regionskane.lib.anmarkning import Niva
from regionskane.lib.textfil import OlasligFil
from tests.lib.fientlig import Matt

HUVUD = """#FLAGGA 0
#PROGRAM "Ekonomi" 7.1
#FORMAT PC8
#GEN 20240501
#SIETYP 4
#FNAMN "Region Skåne"
#RAR 0 20240101 20241231
#RAR -1 20230101 20231231
#KONTO 1910 "Kassa"
#KONTO 3010 "Försäljning"
#KONTO 4010 "Köp"
"""


def _las(text, *, kodning="cp437", **val):
    innehall = text if isinstance(text, bytes) else text.encode(kodning)
    lasning = Sielasning(io.BytesIO(innehall), **val)
    rader = [dict(zip(RADFALT, rad, strict=True)) for rad in lasning.rader()]
    return lasning, rader


def _ver(*rader, huvud='#VER A 1 20240115 "Text"'):
    return HUVUD + "\n".join((huvud, "{", *rader, "}")) + "\n"


def _alla(lasning):
    """The findings, without the one that says that a file of vouchers only is a 4I."""
    return [a for a in lasning.anmarkningar.alla() if a.kod != "SIE4I"]


def _fynd(lasning, niva=None):
    return [a.kod for a in _alla(lasning) if niva is None or a.niva is niva]


def test_en_rad_blir_en_neutral_rad():
    text = HUVUD.replace(
        "#KONTO 1910", '#DIM 1 "Ansvar"\n#DIM 20 "Motpart"\n#DIM 21 "Verksamhet"\n#KONTO 1910'
    )
    text += (
        '#VER A 7 20240115 "Mars" 20240116\n{\n#TRANS 3010 {1 "0110" 20 "4" 21 "500" 6 "P1"} -100.50 20240115 "Rad"\n'
        "#TRANS 1910 {} 100.50\n}\n"
    )
    lasning, rader = _las(text)
    assert rader == [
        {
            "rad": 17, "period": 202401, "datum": "2024-01-15", "konto": "3010", "ansvar": "0110", "motpart": "4",
            "verksamhet": "500", "projekt": "P1", "verifikation": "A 7", "text": "Rad", "belopp": Decimal("-100.50"),
        },
        {
            "rad": 18, "period": 202401, "datum": "2024-01-15", "konto": "1910", "ansvar": "", "motpart": "",
            "verksamhet": "", "projekt": "", "verifikation": "A 7", "text": "Mars", "belopp": Decimal("100.50"),
        },
    ]  # fmt: skip
    assert (lasning.typ, lasning.program, lasning.antal_rader) == ("4", "Ekonomi 7.1", 19)
    assert lasning.rar == {0: ("2024-01-01", "2024-12-31"), -1: ("2023-01-01", "2023-12-31")}


@pytest.mark.parametrize(
    ("kodning", "namn", "varnar"),
    [("cp437", "CP437", False), ("utf-8", "UTF-8", True), ("utf-8-sig", "UTF-8", True),
     ("latin-1", "Latin-1", True), ("cp1252", "CP1252", True)],
)  # fmt: skip
def test_kodningen_syns_pa_bokstaverna_inte_pa_formatraden(kodning, namn, varnar):
    text = _ver('#TRANS 3010 {} -1 "" "Läkemedel åt Ängelholm"', "#TRANS 1910 {} 1")
    if kodning == "cp1252":
        text = text.replace("Läkemedel", "Läkemedel –")
    lasning, rader = _las(text, kodning=kodning)
    assert lasning.kodning.namn == namn
    assert lasning.konton["3010"] == "Försäljning"
    assert "åt Ängelholm" in rader[0]["text"]
    assert ("KODNING" in _fynd(lasning)) is varnar


def test_fil_med_bara_ascii_laser_som_den_sager():
    lasning, _ = _las("#FLAGGA 0\n#FORMAT PC8\n#SIETYP 1\n#RAR 0 20240101 20241231\n#RES 0 3010 -1\n")
    assert lasning.kodning.namn == "CP437"
    assert _fynd(lasning) == []


def test_horisontella_streck_i_cp437_ar_inte_latin1():
    lasning, _ = _las(_ver("#TRANS 3010 {} 0").replace("#GEN", "#PROSA ────────────────── Skåne\n#GEN"))
    assert lasning.kodning.namn == "CP437"


def test_utf8_som_skadats_pa_en_rad_laser_vidare_och_sager_raden():
    text = (
        HUVUD + '#VER A 1 20240115 "Ärende för åren"\n{\n#TRANS 3010 {} 0\n}\n'
    ).encode() + b'#PROSA "\xe5"\n'
    lasning, _ = _las(text)
    assert lasning.kodning.namn == "UTF-8"
    assert [(a.kod, a.rad) for a in _alla(lasning) if a.kod == "TECKEN"] == [("TECKEN", 16)]


@pytest.mark.parametrize("slut", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block", [7, 64, 1 << 18])
def test_radslut_av_alla_slag_ger_samma_rader_hur_filen_an_delas(monkeypatch, slut, block):
    monkeypatch.setattr(filmodul, "BLOCK", block)
    text = _ver("#TRANS 3010 {} -1.00", "", "#TRANS 1910 {} 1.00")
    # The kind of file is judged on the first block, so it is judged on a whole one.
    monkeypatch.setattr("budget.imports.sie.ar_arbetsbok", lambda fil, **_: False)
    monkeypatch.setattr("budget.imports.sie.Sielasning._kraver_sie", lambda self, block: None)
    lasning, rader = _las(text.replace("\n", slut))
    assert [(r["rad"], r["konto"], r["belopp"]) for r in rader] == [
        (14, "3010", Decimal("-1.00")),
        (16, "1910", Decimal("1.00")),
    ]
    assert lasning.antal_rader == 17


def test_sista_radslutet_och_dos_filslut_far_saknas_och_finnas():
    for slut in ("", "\n", "\x1a", "\r\n\x1a"):
        lasning, rader = _las(_ver("#TRANS 3010 {} 0").rstrip("\n") + slut)
        assert (len(rader), _fynd(lasning)) == (1, [])


@pytest.mark.parametrize(
    ("rad", "vantat"),
    [
        ('3010 {} -1.00', ["3010", (), "-1.00"]),
        ('3010\t{}\t-1.00', ["3010", (), "-1.00"]),
        ('3010 { } -1.00 ""', ["3010", (), "-1.00", ""]),
        ('"3010" {1 "10" 6 "P 1"} "-1.00"', ["3010", ("1", "10", "6", "P 1"), "-1.00"]),
        ('3010 { 1 10 } -1', ["3010", ("1", "10"), "-1"]),
        ('3010 {"1" "a}b{"} -1', ["3010", ("1", "a}b{"), "-1"]),
        ('3010 {} -1 "" "sa \\"hej\\" du"', ["3010", (), "-1", "", 'sa "hej" du']),
        ('3010 {} -1 "" "C:\\temp\\fil"', ["3010", (), "-1", "", "C:\\temp\\fil"]),
        ('3010 {} -1 "" "C:\\temp\\" 0', ["3010", (), "-1", "", "C:\\temp\\", "0"]),
        ('3010 {} -1 "" "C:\\temp\\"', ["3010", (), "-1", "", "C:\\temp\\"]),
        ('3010 {} -1 "a\\" "b"', ["3010", (), "-1", "a\\", "b"]),
        ('A 1 20240101 text{', ["A", "1", "20240101", "text", OPPNA]),
        ("", []),
    ],
)  # fmt: skip
def test_falten_pa_en_rad(rad, vantat):
    assert dela(rad) == (vantat, True)


def test_citat_som_inte_avslutas_ger_resten_som_falt_och_sags():
    assert dela('3010 {} -1 "" "öppet slut') == (["3010", (), "-1", "", "öppet slut"], False)
    lasning, rader = _las(_ver('#TRANS 3010 {} -1 "" "öppet', "#TRANS 1910 {} 1"))
    assert (rader[0]["text"], _fynd(lasning)) == ("öppet", ["CITAT"])


@pytest.mark.parametrize(
    "rad",
    [
        "#TRANS 3010 {} -1.00",
        "  #TRANS\t3010\t{\t}\t-1.00\t",
        '#TRANS "3010" { } "-1.00" "" "" ""',
        "#trans 3010 {} -1",
        '#TRANS 3010 {1 "10"} -1.00 20240115 "Text" 0.000 "sign" "okänt fält" 7',
        '#TRANS 3010 {} -1.00 20240115 "C:\\x\\" 3',
        "#TRANS 3010 {} -1. 20240115",
        "#TRANS 3010 {} -1,00",
    ],
)
def test_transaktionsraden_i_alla_former_ger_samma_belopp(rad):
    lasning, rader = _las(_ver(rad, "#TRANS 1910 {} +1.00"))
    assert [(r["konto"], r["belopp"]) for r in rader] == [("3010", Decimal(-1)), ("1910", Decimal(1))]
    assert lasning.obalanserade == []
    assert _fynd(lasning, Niva.FEL) == []


def test_objektlistans_former_ger_samma_koder():
    former = (
        '{1 "10" 6 "P1"}',
        "{1 10 6 P1}",
        '{ "1" "10" "6" "P1" }',
        '{6 "P1" 1 "10"}',
        "{\t1\t10\t6\tP1\t}",
    )
    _, rader = _las(_ver(*(f"#TRANS 3010 {f} 0" for f in former)))
    assert {(r["ansvar"], r["projekt"]) for r in rader} == {("10", "P1")}
    _, (rad,) = _las(_ver('#TRANS 3010 {1 "10 A" 6 ""} 0'))
    assert (rad["ansvar"], rad["projekt"]) == ("10 A", "")


def test_dimensionerna_kanns_igen_pa_namn_eller_valjs():
    text = HUVUD.replace(
        "#KONTO 1910", '#DIM 7 "Motpart"\n#DIM 9 "Ansvarsenhet"\n#UNDERDIM 31 "Enhet" 9\n#KONTO 1910'
    )
    text += '#VER A 1 20240115\n{\n#TRANS 3010 {7 "4" 9 "0110" 1 "x"} 0\n#TRANS 3010 {31 "0111"} 0\n}\n'
    _, rader = _las(text)
    assert [(r["motpart"], r["ansvar"]) for r in rader] == [("4", "0110"), ("", "0111")]
    _, rader = _las(text, dimensioner={"1": "ansvar", "7": "projekt"})
    assert [(r["motpart"], r["ansvar"], r["projekt"]) for r in rader] == [("", "x", "4"), ("", "", "")]


def test_tillagda_och_borttagna_rader_raknas_inte():
    lasning, rader = _las(
        _ver(
            "#TRANS 1910 {} -30.00", "#BTRANS 4010 {} 25.00", "#RTRANS 4010 {} 30.00 20240115", "#TRANS 4010 {} 30.00"
        )
    )  # fmt: skip
    assert [(r["konto"], r["belopp"]) for r in rader] == [("1910", Decimal(-30)), ("4010", Decimal(30))]
    assert (lasning.obalanserade, _fynd(lasning)) == ([], [])


def test_tillagd_rad_utan_sin_tvilling_sags_och_raknas_inte():
    for efter in ("#TRANS 4010 {} 31.00", "#BTRANS 4010 {} 30.00"):
        lasning, _ = _las(_ver("#TRANS 1910 {} -30.00", "#RTRANS 4010 {} 30.00", efter))
        assert [(a.kod, a.rad) for a in _alla(lasning)] == [("RTRANS", 15)]
        assert len(lasning.obalanserade) == 1


def test_okanda_etiketter_och_falt_hoppas_over():
    lasning, rader = _las(
        _ver("#TRANS 3010 {} 0", "#XTRANS 3010 {} 9", "#XTRANS 3010 {} 9") + "#EGEN 1 2 3\n"
    )
    assert len(rader) == 1
    assert [(a.kod, a.niva, a.rad) for a in _alla(lasning)] == [
        ("OKAND_ETIKETT", Niva.INFO, 15),
        ("OKAND_ETIKETT", Niva.INFO, 18),
    ]


def test_obalanserad_verifikation():
    lasning, _ = _las(_ver("#TRANS 3010 {} -100.00", "#TRANS 1910 {} 99.99"))
    (obalans,) = lasning.obalanserade
    assert (obalans.rad, obalans.serie, obalans.nummer, obalans.datum, obalans.differens) == (
        12, "A", "1", "2024-01-15", Decimal("-0.01"),
    )  # fmt: skip


def test_verifikation_med_olaslig_rad_kallas_inte_obalanserad_ocksa():
    lasning, _ = _las(_ver("#TRANS 3010 {} -1OO", "#TRANS 1910 {} 100"))
    assert lasning.obalanserade == []
    assert [(a.kod, a.rad, a.text) for a in _alla(lasning)] == [
        ("BELOPP", 14, "#TRANS har «-1OO» där ett belopp ska stå.")
    ]


def test_brutet_rakenskapsar():
    text = HUVUD.replace("#RAR 0 20240101 20241231", "#RAR 0 20230701 20240630")
    text += "#VER A 1 20230702\n{\n#TRANS 3010 {} 0\n}\n#VER A 2 20240701\n{\n#TRANS 3010 {} 0\n}\n"
    lasning, rader = _las(text)
    assert [r["period"] for r in rader] == [202307]
    assert [(a.kod, a.rad) for a in _alla(lasning) if a.niva is not Niva.INFO] == [("UTANFOR_AR", 16)]
    assert "BRUTET_AR" in _fynd(lasning, Niva.INFO)


@pytest.mark.parametrize(
    ("ar", "sort"),
    [
        ("20230701 20240630", "brutet"),
        ("20240701 20241231", "förkortat"),
        ("20240115 20241231", "förkortat"),
        ("20230701 20241231", "förlängt"),
        ("20240301 20250228", "brutet"),
    ],
)
def test_rakenskapsar_som_inte_ar_kalenderar_kallas_vid_sitt_namn(ar, sort):
    lasning, _ = _las(HUVUD.replace("20240101 20241231", ar))
    assert [a.text.split(":")[0] for a in _alla(lasning) if a.kod == "BRUTET_AR"] == [
        f"Räkenskapsåret är {sort}"
    ]


def test_verifikation_i_foregaende_ar_raknas_inte_och_sags():
    lasning, rader = _las(
        HUVUD + "#RES 0 3010 -1\n#UB 0 1910 1\n"
        "#VER A 1 20240101\n{\n#TRANS 3010 {} -1\n#TRANS 1910 {} 1\n}\n"
        "#VER A 9 20231231\n{\n#TRANS 3010 {} -5\n#TRANS 1910 {} 5\n}\n"
    )
    assert [r["belopp"] for r in rader] == [Decimal(-1), Decimal(1)]
    assert [(a.kod, a.niva, a.rad) for a in _alla(lasning)] == [("ANNAT_AR", Niva.VARNING, 19)]
    assert avstam(lasning).anmarkningar == ()


def test_manga_rakenskapsar_soks_inte_igenom_for_varje_verifikation():
    """199 of them made each voucher of another year three times as dear."""

    class Raknad(dict):
        antal = 0

        def items(self):
            Raknad.antal += 1
            return super().items()

    lasning = Sielasning(io.BytesIO((HUVUD + '#VER A 1 20500101 "x"\n{\n}\n' * 1_000).encode()))
    lasning.rar = Raknad()
    for nummer in range(-99, 100):
        if nummer:
            lasning._satt_ar(nummer, (f"{2000 + nummer}-01-01", f"{2000 + nummer}-12-31"))
    lasning.las_klart()
    assert lasning.antal_verifikationer == 1_000 and Raknad.antal < 5


DAGAR = st.dates(date(2024, 1, 1), date(2024, 1, 20)).map(date.isoformat)


@given(st.lists(st.tuples(st.integers(-3, 2), DAGAR, DAGAR, st.lists(DAGAR, max_size=5)), max_size=12))
def test_ett_datums_ar_ar_det_forsta_som_det_ligger_i(ar):
    """Also where years are said again, and where they overlap."""
    lasning = Sielasning(io.BytesIO(HUVUD.encode()))
    for nummer, en, annan, sokta in ar:
        lasning._satt_ar(nummer, (min(en, annan), max(en, annan)))
        for dag in sokta:
            vantat = next((n for n, (a, b) in lasning.rar.items() if a <= dag <= b), None)
            assert lasning._ar_for(dag) == vantat


def test_transaktionsdatum_i_annan_manad_sags_och_verifikationens_galler():
    lasning, rader = _las(_ver("#TRANS 3010 {} 0 20240301 x", "#TRANS 3010 {} 0 20240131 y"))
    assert {r["period"] for r in rader} == {202401}
    assert [(a.kod, a.rad) for a in _alla(lasning)] == [("TRANS_MANAD", 14)]


def test_klammer_pa_samma_rad_och_verifikation_utan_klamrar():
    lasning, rader = _las(HUVUD + '#VER A 1 20240115 "x" {\n#TRANS 3010 {} 0\n}\n')
    assert (len(rader), _fynd(lasning)) == (1, [])
    lasning, rader = _las(
        HUVUD + "#VER A 1 20240115\n#TRANS 3010 {} 0\n#VER A 2 20240115\n#TRANS 3010 {} 0\n"
    )
    assert (len(rader), _fynd(lasning, Niva.VARNING)) == (2, ["KLAMMER", "KLAMMER"])


def test_verifikation_som_aldrig_stangs_fore_nasta():
    lasning, rader = _las(
        HUVUD + "#VER A 1 20240115\n{\n#TRANS 3010 {} 0\n#VER A 2 20240115\n{\n#TRANS 3010 {} 0\n}\n"
    )
    assert len(rader) == 2
    assert [(a.kod, a.rad) for a in _alla(lasning) if a.niva is Niva.FEL] == [("KLAMMER", 12)]


def test_saldon_per_arsindex_och_dubbletter():
    text = (
        HUVUD.replace("#SIETYP 4", "#SIETYP 1")
        + '#IB 0 1910 10 0\n#UB 0 1910 12.5 ""\n#RES 0 3010 -2.50\n#RES -1 3010 -9\n#RES 0 3010 -2.50\n'
    )
    lasning, _ = _las(text)
    u = lasning.underlag()
    assert (u.ib, u.ub, u.res) == ({"1910": 10}, {"1910": Decimal("12.5")}, {"3010": Decimal("-2.50")})
    assert [(a.kod, a.rad) for a in _alla(lasning)] == [("DUBBLETT", 16)]


def test_objektsaldon_och_periodbudget_laser_utan_att_raknas():
    text = (
        HUVUD.replace("#SIETYP 4", "#SIETYP 3")
        + "#RES 0 3010 -1\n#OIB 0 1910 {1 10} 5 0\n#OUB 0 1910 {1 10} x\n#PBUDGET 0 202401 3010 {} -9\n"
    )
    lasning, _ = _las(text)
    assert lasning.underlag().psaldo == {}
    assert [(a.kod, a.rad) for a in _alla(lasning)] == [("BELOPP", 14)]


PSALDO = HUVUD.replace("#SIETYP 4", "#SIETYP 3").replace("#KONTO 1910", '#DIM 1 "Ansvar"\n#KONTO 1910')


def test_psaldo_som_total_blir_rader_per_ansvar_och_en_rest():
    text = PSALDO + (
        "#RES 0 3010 -100\n#PSALDO 0 202401 3010 {} -70\n#PSALDO 0 202401 3010 {1 10} -40\n"
        "#PSALDO 0 202402 3010 { } -30\n#PSALDO 0 202402 3010 {1 10} -30\n#PSALDO -1 202302 3010 {} -8\n"
    )
    lasning, rader = _las(text)
    avstamning = avstam(lasning)
    assert (rader, avstamning.psaldo_tolkning) == ([], Psaldotolkning.TOTAL)
    assert [(r[1], r[3], r[4], r[10]) for r in lasning.saldorader(avstamning)] == [
        (202401, "3010", "10", Decimal(-40)),
        (202402, "3010", "10", Decimal(-30)),
        (202401, "3010", "", Decimal(-30)),
    ]


TVA = PSALDO.replace("#KONTO 1910", '#DIM 8 "Motpart"\n#KONTO 1910')


@pytest.mark.parametrize(
    ("delar", "vantat"),
    [
        # Two dimensions on every line, and nothing else.
        ("{1 10 8 14} -40|{1 20 8 4} -30", [("10", "14", -40), ("20", "4", -30)]),
        # The same amounts by ansvar alone as well, in all or for those that have no motpart.
        ("{1 10} -40|{1 20} -30|{1 10 8 14} -40|{1 20 8 4} -30", [("10", "14", -40), ("20", "4", -30)]),
        ("{1 10} -40|{1 20} -30|{1 10 8 14} -15", [("10", "14", -15), ("10", "", -25), ("20", "", -30)]),
        ("{1 10} -40|{1 20 8 4} -30", [("10", "", -40), ("20", "4", -30)]),
        # What the objects do not explain has none.
        ("{1 10 8 14} -40", [("10", "14", -40), ("", "", -30)]),
        ("{1 10} -40|{1 10 8 14} -15", [("10", "14", -15), ("10", "", -25), ("", "", -30)]),
        # By project or by motpart, and none of them is all of it.
        ("{1 10 6 7} -40|{1 10 8 14} -15", [("", "", -70)]),
    ],
)
def test_psaldo_pa_flera_dimensioner_tappar_ingen_rad_i_tysthet(delar, vantat):
    text = TVA + "#RES 0 3010 -70\n#PSALDO 0 202401 3010 {} -70\n"
    text += "".join(f"#PSALDO 0 202401 3010 {d}\n" for d in delar.split("|"))
    lasning, _ = _las(text)
    avstamning = avstam(lasning)
    assert avstamning.psaldo_tolkning is Psaldotolkning.TOTAL
    rader = list(lasning.saldorader(avstamning))
    assert sorted((r[4], r[5], int(r[10])) for r in rader) == sorted(vantat)
    assert ("PSALDO_UPPDELNING" in _fynd(lasning, Niva.VARNING)) is (vantat == [("", "", -70)])


def test_psaldo_som_del_utan_objekt_blir_rader_som_de_star():
    text = PSALDO + "#RES 0 3010 -110\n#PSALDO 0 202401 3010 {} -70\n#PSALDO 0 202401 3010 {1 10} -40\n"
    lasning, _ = _las(text)
    avstamning = avstam(lasning)
    rader = list(lasning.saldorader(avstamning))
    assert avstamning.psaldo_tolkning is Psaldotolkning.UTAN_OBJEKT
    assert [(r[0], r[4], r[10]) for r in rader] == [(15, "10", Decimal(-40)), (14, "", Decimal(-70))]


def test_oklart_psaldo_ger_inga_rader():
    lasning, _ = _las(PSALDO + "#RES 0 3010 -1\n#PSALDO 0 202401 3010 {} -70\n")
    assert list(lasning.saldorader(avstam(lasning))) == []


def test_psaldo_utanfor_aret():
    lasning, _ = _las(PSALDO + "#RES 0 3010 -70\n#PSALDO 0 202312 3010 {} -70\n#PSALDO 0 202413 3010 {} 0\n")
    assert [(a.kod, a.rad) for a in _alla(lasning)] == [("UTANFOR_AR", 14), ("PERIOD_13", 15)]


@pytest.mark.parametrize(
    ("sietyp", "resten", "typ", "variant"),
    [
        ("#SIETYP 1\n", "#RES 0 3010 1\n", "1", ""),
        ("", "#RES 0 3010 1\n", "1", ""),
        ("", "#PSALDO 0 202401 3010 {} 1\n", "2", ""),
        ("", "#PSALDO 0 202401 3010 {1 10} 1\n", "3", ""),
        ("#SIETYP 4\n", "#VER A 1 20240101\n{\n#TRANS 3010 {} 0\n}\n", "4", "I"),
        ("", "#RES 0 3010 0\n#VER A 1 20240101\n{\n#TRANS 3010 {} 0\n}\n", "4", "E"),
    ],
)
def test_typ_och_variant(sietyp, resten, typ, variant):
    lasning, _ = _las(HUVUD.replace("#SIETYP 4\n", sietyp) + resten)
    assert (lasning.typ, lasning.variant) == (typ, variant)
    assert ("SIETYP" in _fynd(lasning)) is (sietyp == "")


def test_typ_fyra_utan_verifikationer_kan_vara_avkortad():
    lasning, _ = _las(HUVUD + "#RES 0 3010 0\n")
    assert [a.text for a in _alla(lasning)] == [
        "Filen säger typ 4 men har inga verifikationer. Den kan vara avkortad."
    ]


def test_konto_utanfor_kontoplanen_sags():
    lasning, _ = _las(_ver("#TRANS 9999 {} 0"))
    assert [a.text for a in _alla(lasning) if a.niva is Niva.VARNING] == [
        "Konto 9999 används men finns inte i filens kontoplan (#KONTO)."
    ]


def test_manga_likadana_fel_raknas_men_listas_inte_alla():
    lasning, _ = _las(_ver(*["#TRANS 3010 {} fel"] * 500))
    fynd = _alla(lasning)
    assert len(fynd) == 51  # fifty, and how many more
    assert fynd[-1].text == "Ytterligare 450 rader har samma anmärkning som rad 14."


def test_en_bit_efter_sista_hela_raden_ar_avkortad():
    hel = HUVUD + "#RES 0 3010 -1234.50\n"
    _las(hel.rstrip("\n"))
    for bit in ("#RES 0 3010", '#KONTO 4010 "Kö', "#PSAL", "#"):
        with pytest.raises(OlasligFil, match="avkortad"):
            _las(hel + bit)


@pytest.mark.parametrize(
    "ver",
    [
        '#VER A 2 20220630 "Makulerad"\n{\n#BTRANS 3010 {} 7\n#BTRANS 1910 {} -7\n}\n',
        '#VER A 2 20230630 "Makulerad"\n{\n}\n',
        "#VER A 2\n{\n}\n",
        "#VER A 2 20240230\n{\n#BTRANS 3010 {} 7\n}\n",
        "#VER A 2 20220630 {}\n",
    ],
)
def test_verifikation_utan_raknade_rader_ar_bara_en_upplysning(ver):
    lasning, rader = _las(_ver("#TRANS 3010 {} -1", "#TRANS 1910 {} 1") + ver)
    assert len(rader) == 2
    assert [(a.kod, a.niva, a.rad) for a in _alla(lasning)] == [("TOM_VER", Niva.INFO, 17)]


def test_verifikation_i_ett_annat_ar_raknas_inte_och_behover_da_inte_balansera():
    lasning, _ = _las(HUVUD + "#VER A 1 20230630\n{\n#TRANS 3010 {} -5\n}\n")
    assert (_fynd(lasning), lasning.antal_obalanserade) == (["ANNAT_AR"], 0)


@pytest.mark.parametrize(
    ("falt", "text"),
    [('"Rättelse"', "Rättelse"), ('"Rättelse" "av lön"', "Rättelse av lön"), ('Q1 ""', "Q1")],
)
def test_text_i_datumfaltet_blir_radens_text(falt, text):
    lasning, rader = _las(_ver(f"#TRANS 3010 {{}} -1 {falt}", "#TRANS 1910 {} 1"))
    assert [r["text"] for r in rader] == [text, "Text"]
    assert [(a.kod, a.niva, a.rad) for a in _alla(lasning)] == [("TEXT_I_DATUM", Niva.INFO, 14)]


def test_datum_som_inte_finns_ar_fortfarande_ett_datum():
    lasning, rader = _las(_ver('#TRANS 3010 {} -1 20240230 "Köp"', "#TRANS 1910 {} 1"))
    assert (rader[0]["text"], _fynd(lasning)) == ("Köp", ["TRANS_DATUM"])


@pytest.mark.parametrize(
    ("text", "koder"),
    [
        ("#VER A 1 20240115 x {\n#TRANS 3010 {} -1\n#TRANS 1910 {} 1 }\n", ["KLAMMER_RAD"]),
        (
            '#VER A 1 20240115 x\n{ #TRANS 3010 {1 "7"} -1\n#TRANS 1910 {} 1 20240115 "a}" }\n',
            ["KLAMMER_RAD"],
        ),
        (
            "#VER A 1 20240115 x\n{\n#TRANS 3010 {} -1\n#TRANS 1910 {} 1\n#BTRANS 1910 {} 1}\n",
            ["KLAMMER_RAD"],
        ),
    ],
)
def test_klamrar_pa_posternas_rader_laser_som_pa_egna(text, koder):
    lasning, rader = _las(HUVUD + text + "#VER A 2 20240116 y\n{\n#TRANS 3010 {} 0\n}\n")
    assert [(r["verifikation"], r["belopp"]) for r in rader] == [("A 1", -1), ("A 1", 1), ("A 2", 0)]
    assert _fynd(lasning) == koder


def test_hel_verifikation_pa_en_rad_forloras_inte_tyst():
    lasning, _ = _las(HUVUD + "#VER A 1 20240115 x {#TRANS 3010 {} -1 #TRANS 1910 {} 1}\n")
    (fel,) = [a for a in _alla(lasning) if a.niva is Niva.FEL]
    assert (fel.kod, fel.rad) == ("KLAMMER", 12) and "på samma rad som #VER" in fel.text


# The checksum: what it is of is written out by hand.

SUMMERAS = '#FORMAT PC8\n#SIETYP 4\n#RAR 0 20240101 20241231\n#KONTO 3010 "Köp av \\"vård\\" {x}"\n'
SUMMERAS += '#VER A 1 20240115 "Lön  i mars"\n{\n\t#TRANS 3010 {1 "0 1"} -0.00 "" ""\n}\n'
SUMMAN = (
    '#FORMATPC8#SIETYP4#RAR02024010120241231#KONTO3010Köp av "vård" {x}'
    "#VERA120240115Lön  i mars#TRANS301010 1-0.00"
)


def _summerad(summa, kodning="cp437", kropp=SUMMERAS):
    text = f"#FLAGGA 0\n#KSUMMA\n{kropp}#KSUMMA {summa}\n#PROSA efter\n"
    lasning, _ = _las(text, kodning=kodning)
    return [a for a in _alla(lasning) if a.kod == "KSUMMA"]


def test_kontrollsumman_ar_crc32_av_falten_i_cp437():
    summa = zlib.crc32(SUMMAN.encode("cp437"))
    assert _summerad(summa) == []
    assert _summerad(summa - (1 << 32)) == []  # as a number with sign
    assert _summerad(summa, kropp=SUMMERAS.replace("\n", "\r\n").replace(" {1", "  {1")) == []
    assert (
        _summerad(summa, "latin-1") == []
    )  # the standard counts the letters of CP437, whatever the file has
    assert _summerad(zlib.crc32(SUMMAN.encode("latin-1")), "latin-1") == []


def test_fel_kontrollsumma_ar_en_varning():
    summa = zlib.crc32(SUMMAN.encode("cp437"))
    for fynd in (
        _summerad(summa + 1),
        _summerad(summa, kropp=SUMMERAS.replace("3010", "3011")),
        _summerad(4711),
    ):
        assert [(a.niva, a.rad) for a in fynd] == [(Niva.VARNING, 11)]
        assert "stämmer inte med innehållet" in fynd[0].text


@pytest.mark.parametrize(
    ("fore", "efter", "ord_"),
    [
        ("#KSUMMA\n", "", "avslutas inte"),
        ("", "#KSUMMA 17\n", "inleds inte"),
        ("#KSUMMA\n", "#KSUMMA abc\n", "går inte att pröva"),
        ("#KSUMMA\n", "#KSUMMA\n", "går inte att pröva"),
        ("#KSUMMA 1\n", "#KSUMMA 17\n", "går inte att pröva"),
    ],
)
def test_halva_och_obegripliga_kontrollsummor(fore, efter, ord_):
    lasning, _ = _las(fore + SUMMERAS + efter)
    (fynd,) = [a for a in _alla(lasning) if a.kod == "KSUMMA"]
    assert fynd.niva is Niva.VARNING and ord_ in fynd.text


PERIOD_13 = PSALDO + (
    "#RES 0 3010 -100\n#PSALDO 0 202401 3010 {} -60\n#PSALDO 0 202413 3010 {} -30\n#PSALDO 0 202400 3010 {} -10\n"
    "#PSALDO -1 202313 3010 {} -8\n#PBUDGET 0 202413 3010 {} -9\n"
)


def test_psaldo_for_period_13_och_00_laggs_dar_kallan_sager():
    lasning, _ = _las(PERIOD_13, extraperioder={13: 12, 0: 1})
    avstamning = avstam(lasning)
    assert [(r[1], r[10]) for r in lasning.saldorader(avstamning)] == [
        (202401, Decimal(-70)),
        (202412, Decimal(-30)),
    ]
    assert _fynd(lasning) == []


def test_psaldo_for_en_period_utan_val_ger_inga_rader_men_stams_av():
    lasning, _ = _las(PERIOD_13, extraperioder={0: 1})
    avstamning = avstam(lasning)
    assert [(a.kod, a.rad) for a in _alla(lasning)] == [("PERIOD_13", 15)]
    assert [a.kod for a in avstamning.anmarkningar] == ["PSALDO_TOLKNING"]
    assert list(lasning.saldorader(avstamning)) == []


def test_saldon_som_stammer_mot_ett_annat_ar_sager_det():
    fore = "#RES 0 3010 -9\n#RES -1 3010 -1\n#UB 0 1910 9\n#IB 0 1910 0\n#UB -1 1910 3\n#IB -1 1910 2\n"
    lasning, _ = _las(fore + _ver("#TRANS 3010 {} -1", "#TRANS 1910 {} 1"))
    forst, *resten = avstam(lasning).anmarkningar
    assert (forst.kod, {a.kod for a in resten}) == ("ANNAT_ARS_SALDON", {"TRANS_SALDO"})
    assert "i allt mot dem för år −1" in forst.text
    psaldo = PSALDO + "#RES 0 3010 -9\n#RES -1 3010 -1\n#PSALDO 0 202401 3010 {} -1\n"
    assert next(a.kod for a in avstam(_las(psaldo)[0]).anmarkningar) == "ANNAT_ARS_SALDON"
    # Where some konto differs from that year too, it is nobody's.
    lasning, _ = _las(
        fore.replace("#UB -1 1910 3", "#UB -1 1910 4") + _ver("#TRANS 3010 {} -1", "#TRANS 1910 {} 1")
    )
    assert {a.kod for a in avstam(lasning).anmarkningar} == {"TRANS_SALDO"}


def test_fil_med_psaldo_sags_inte_vara_utan_saldon():
    lasning, _ = _las(_ver("#TRANS 3010 {} -1", "#TRANS 1910 {} 1") + "#PSALDO 0 202401 3010 {} -1\n")
    assert (lasning.variant, lasning.anmarkningar.alla()) == ("E", ())


def test_typ_fyra_med_bara_manadssaldon_sags_inte_vara_avkortad():
    lasning, _ = _las(HUVUD + "#RES 0 3010 -1\n#PSALDO 0 202401 3010 {} -1\n")
    (fynd,) = _alla(lasning)
    assert "Månadernas saldon (#PSALDO) läses i stället" in fynd.text and "avkortad" not in fynd.text


@pytest.mark.parametrize(
    ("kodning", "som"), [("cp437", "cp1252"), ("mac_roman", "cp1252"), ("utf-8", "cp437")]
)
def test_bokstaver_som_forvanskats_fore_filen_ar_en_varning(kodning, som):
    trasigt = "Lön för åren".encode(kodning).decode(som)
    lasning, rader = _las(_ver(f'#TRANS 3010 {{}} 0 "" "{trasigt}"'), kodning="utf-8")
    fynd = [(a.niva, a.rad) for a in _alla(lasning) if a.kod == "TECKEN"]
    assert (rader[0]["text"], fynd) == (trasigt, [(Niva.VARNING, 14)])
    assert trasigt.split()[0] in next(a.text for a in _alla(lasning) if a.kod == "TECKEN")


# Any ledger that is written as SIE is the same ledger when it is read.

_tecken = st.characters(codec="cp437", exclude_characters="\r\n\x1a", exclude_categories=("Cc", "Zl", "Zp"))
_text = st.text(_tecken, max_size=12).map(str.strip)
_kod = st.text("0123456789ABCÅÄÖ", min_size=1, max_size=6)
_belopp = st.integers(-(10**12), 10**12).map(lambda o: Decimal(o).scaleb(-2))
_rad = st.tuples(st.integers(1000, 8999).map(str), _kod, _text, _belopp)
_verifikation = st.tuples(st.dates(date(2024, 1, 1), date(2024, 12, 31)), st.lists(_rad, max_size=4))


def _citat(text):
    return '"' + text.replace('"', '\\"') + '"'


@given(verifikationer=st.lists(_verifikation, min_size=1, max_size=4), slut=st.sampled_from(["\n", "\r\n", "\r"]),
       kodning=st.sampled_from(["cp437", "utf-8"]))  # fmt: skip
def test_en_bok_som_skrivs_och_laser_ar_samma_bok(verifikationer, slut, kodning):
    linjer, vantat = [HUVUD.rstrip("\n")], []
    for i, (dag, rader) in enumerate(verifikationer):
        linjer += [f'#VER A {i} {dag:%Y%m%d} "ÅÄÖ"', "{"]
        for konto, ansvar, text, belopp in rader:
            linjer.append(f"#TRANS {konto} {{1 {_citat(ansvar)}}} {belopp} {dag:%Y%m%d} {_citat(text)} 0")
            vantat.append((dag.isoformat(), konto, ansvar, text or "ÅÄÖ", belopp))
        linjer.append("}")
    lasning, rader = _las("\n".join(linjer).replace("\n", slut) + slut, kodning=kodning)
    assert [(r["datum"], r["konto"], r["ansvar"], r["text"], r["belopp"]) for r in rader] == vantat
    assert sum(o.differens for o in lasning.obalanserade) == sum(r["belopp"] for r in rader)


@given(st.lists(st.tuples(_text, _text), max_size=5))
def test_copy_texten_laser_tillbaka_till_samma_rader(par):
    rader = [(1, 202401, "", "3010", a, "", "", "", "", t + "\t\\x\n", Decimal("-1.50")) for a, t in par]
    assert len("".join(som_copy(rader)).split("\n")) == len(rader) + 1
    byt = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
    for linje, (ansvar, text) in zip("".join(som_copy(rader)).split("\n"), par, strict=False):
        falt = linje.split("\t")
        assert (falt[0], falt[1], falt[3], falt[10]) == ("1", "202401", "3010", "-1.50")
        assert _avkoda(falt[4], byt) == ansvar
        assert _avkoda(falt[9], byt) == text + "\t\\x\n"


def _avkoda(text, byt):
    ut, i = "", 0
    while i < len(text):
        langd = 2 if text[i] == "\\" else 1
        ut += byt[text[i : i + 2]] if langd == 2 else text[i]
        i += langd
    return ut


@pytest.mark.parametrize(
    "klamrar", ["{" * 200_000, "}" * 200_000, "{ " * 100_000, "{}" * 100_000 + '#KONTO 3010 "K"']
)
def test_en_rad_av_klamrar_ar_ingen_djup_rad(klamrar):
    with Matt() as matt, suppress(OlasligFil):
        _las(f"{HUVUD}{klamrar}\n")
    assert matt.cpu < 2


@pytest.mark.parametrize("slut", ["{\n}\n", "}\n", "\n"])
@pytest.mark.parametrize(
    "fore", ['#TRANS 3010 {} 1 20240101 "a" ', "#TRANS 3010 {} 1 20240101 a ", "#TRANS 3010 {} 1 "]
)
def test_en_rad_av_blanktecken_kostar_lite(fore, slut):
    with Matt() as matt, suppress(OlasligFil):
        _las(HUVUD + "#VER A 1 20240101\n{\n#TRANS 3010 {} " + fore + " " * 900_000 + slut)
    assert matt.cpu < 1


@pytest.mark.parametrize(
    "rad",
    [
        '#KONTO {n} "K"', "#KTYP {n} K", '#DIM {n} "D"', "#UB 0 {n} 1.00",
        "#PSALDO 0 202401 {n} {{}} 1.00", '#PSALDO 0 202401 3010 {{"{n}" "a"}} 1.00', "#OKAND{bokstaver} 1",
        "#KSUMMA {n}",
        '#VER A {n} 20240101\n{{\n#TRANS {n} {{}} 1.00\n#TRANS 3010 {{}} -1.00\n}}',
        '#VER A {n} 20240101\n{{\n#TRANS {n} {{}} 1,00\n#TRANS 3010 {{}} -1.00\n}}',
        '#VER A {n} 20240101\n{{\n#TRANS 3010 {{"{n}" "a"}} 0.00\n}}',
    ],
)  # fmt: skip
def test_det_som_behalls_medan_filen_lases_har_ett_tak(rad, monkeypatch):
    """Else the worker's memory grows with the file: 30 MB of konton and saldon took 500 MB."""
    monkeypatch.setattr(sie, "FLEST_UPPGIFTER", 200)
    text = HUVUD + "\n".join(
        rad.format(n=n, bokstaver="".join(chr(65 + int(s)) for s in str(n))) for n in range(1, 250)
    )
    with pytest.raises(OlasligFil, match="fler än 200 olika konton"):
        _las(text)
    monkeypatch.undo()
    _las(text)


@pytest.mark.parametrize(
    "rad",
    [
        '#KONTO {n} "{lang}"', "#KTYP 3010 {n}{lang}", '#DIM {n} "{lang}"', '#UNDERDIM {n} "U" {lang}',
        "#KSUMMA {n}{lang}",
        '#PSALDO 0 202401 3010 {{"{n}{lang}" "a"}} 1.00', "#PSALDO 0 202401 3010 {{{n} a {par}}} 1.00",
        '#VER A {n} 20240101\n{{\n#TRANS 3010 {{"{n}{lang}" "a"}} 0.00\n}}',
    ],
)  # fmt: skip
def test_det_som_behalls_raknas_med_sina_texter(rad, monkeypatch):
    """95 MB of saldon with a thousand dimensions each took 2.9 GB of the worker: each was counted as one."""
    monkeypatch.setattr(sie, "FLEST_UPPGIFTER", 600)
    text = HUVUD + "\n".join(
        rad.format(n=n, lang="x" * 4_000, par=" ".join(f"{d} a" for d in range(100, 200)))
        for n in range(1, 60)
    )
    with pytest.raises(OlasligFil, match="fler än 600 olika konton"):
        _las(text)
    monkeypatch.undo()
    _las(text)


MANADER = [f"{ar}{manad:02}" for ar in range(1950, 1980) for manad in range(1, 13)]
MANADSPOSTER = {
    # What is of no object has a key for the month, and one for what is left of it.
    "utan objekt": (
        Psaldotolkning.UTAN_OBJEKT,
        ["#RES 0 3010 130", "#PSALDO 0 202401 3010 {1 10} 5",
         *(f"#PSALDO 0 {m} 3010 {{}} 1" for m in MANADER[:125])],
    ),
    "bara objekt": (
        Psaldotolkning.UTAN_OBJEKT,
        ["#RES 0 3010 250", *(f"#PSALDO 0 {m} 3010 {{1 10}} 1" for m in MANADER[:250])],
    ),
    # One month of one konto, and what is left of each ansvar in it.
    "många ansvar, fint": (
        Psaldotolkning.TOTAL,
        ["#RES 0 3010 5", "#PSALDO 0 202401 3010 {} 5", "#PSALDO 0 202401 3010 {1 10} 5",
         *(f"#PSALDO 0 202401 3010 {{1 a{n} 8 14}} 1" for n in range(250))],
    ),
    "många ansvar, grovt": (
        Psaldotolkning.TOTAL,
        ["#RES 0 3010 250", "#PSALDO 0 202401 3010 {} 250", "#PSALDO 0 202401 3010 {1 10 8 14} 5",
         *(f"#PSALDO 0 202401 3010 {{1 a{n}}} 1" for n in range(250))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("slag", MANADSPOSTER)
def test_det_som_behalls_av_manaderna_raknas(slag, monkeypatch):
    """87 MB of months took 1.7 GB of the worker: they are kept when the file is read again."""
    tolkning, poster = MANADSPOSTER[slag]
    monkeypatch.setattr(sie, "FLEST_UPPGIFTER", 200)
    lasning, _ = _las(TVA + "\n".join(poster) + "\n")
    avstamning = avstam(lasning)
    assert avstamning.psaldo_tolkning is tolkning
    with pytest.raises(OlasligFil, match="fler än 200 olika konton"):
        list(lasning.saldorader(avstamning))
    monkeypatch.undo()
    assert list(lasning.saldorader(avstamning))


@pytest.mark.parametrize("total", [True, False])
def test_ett_ar_av_en_stor_regions_manader_ryms(total, monkeypatch):
    """5 000 konton, the most that a ledger has, split by ansvar in each month: here a hundredth of them and of the
    bound."""
    monkeypatch.setattr(sie, "FLEST_UPPGIFTER", sie.FLEST_UPPGIFTER // 100)
    konton = range(3000, 3050)
    text = PSALDO + "".join(f'#KONTO {k} "K"\n#KTYP {k} I\n' for k in konton)
    text += "".join(f"#RES {ar} {k} {60 if total else 120}\n" for ar in (0, -1) for k in konton)
    text += "".join(
        f"#PSALDO 0 2024{m:02} {k} {{}} 5\n"
        + "".join(f"#PSALDO 0 2024{m:02} {k} {{1 {a}}} 1\n" for a in range(5))
        for k in konton
        for m in range(1, 13)
    )
    lasning = Sielasning(io.BytesIO(text.encode()))
    assert sum(r[10] for r in lasning.alla_rader()) == 50 * (60 if total else 120)


def test_manader_som_inte_delas_upp_behalls_inte():
    """Where {} is the whole, objects that are no ansvar leave nothing to give: 3 612 months a konto were kept."""
    text = PSALDO + "#RES 0 3010 1\n#PSALDO 0 202401 3010 {} 1\n"
    text += "".join(f"#PSALDO 0 {m} 3010 {{9 a}} 1\n" for m in MANADER)
    lasning, _ = _las(text)
    avstamning = avstam(lasning)
    assert avstamning.psaldo_tolkning is Psaldotolkning.TOTAL
    tracemalloc.start()
    try:
        rader = lasning.saldorader(avstamning)
        assert next(rader)[10] == 1
        assert tracemalloc.get_traced_memory()[0] < 30_000
    finally:
        tracemalloc.stop()


def test_langa_objektlistor_behalls_inte(monkeypatch):
    """What is remembered of lists that have been read is for the short ones that come again."""
    lasning = sie.Sielasning
    lang = " ".join(f"{d} a" for d in range(100, 300))
    text = HUVUD + f"#VER A 1 20240101\n{{\n#TRANS 3010 {{1 10}} 1.00\n#TRANS 3010 {{{lang}}} -1.00\n}}\n"
    sedda = []
    riktig = lasning._objekt_av_text
    monkeypatch.setattr(
        lasning, "_objekt_av_text", lambda s, t, nr: [riktig(s, t, nr), sedda.append(list(s._objekt))][0]
    )
    _las(text)
    assert sedda and all(len(t) < 300 for lista in sedda for t in lista)
