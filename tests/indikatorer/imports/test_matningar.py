"""A file of measurements: both forms, every kind of cell, and what is found in it. No database."""

import io
import random
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indikatorer.imports import matningar_celler as celler
from indikatorer.imports.matningar import (
    las_matningar,
    rubrikfalt,
    rubrikperiod,
)
from indikatorer.selectors.celler import Matningsnyckel, Matningsuppgift
from indikatorer.selectors.register import Indikatorpost, Register
from regionskane.lib.anmarkning import Niva
from regionskane.lib.textfil import OlasligFil
from tests.lib.fientlig import Matt

NPE = Indikatorpost(1, "Helhetsintryck (NPE)", procent=False, segmentgrupp=7)
SVF = Indikatorpost(2, "Andel i tid", procent=True, segmentgrupp=8)
ANNANS = Indikatorpost(3, "Annans", procent=False, segmentgrupp=None, far_andras=False)
UTAN_KON = Indikatorpost(4, "Utan kön", procent=True, segmentgrupp=None, konsuppdelad=False)
REGISTER = Register(
    indikatorer={
        "id0285": NPE, "npe-helhet": NPE, "helhetsintryck (npe)": NPE,
        "svf": SVF, "andel i tid": SVF,
        "annans": ANNANS, "utan": UTAN_KON,
    },
    segment={(7, "primärvård"): 70, (7, "akut"): 71, (8, "aml/all"): 80, (8, "totalt"): 81},
    enheter={"sus": 5, "skånes universitetssjukvård": 5},
    omraden={"0012": 12, "region skåne": 12},
)  # fmt: skip


def las(text, kodning="utf-8"):
    return las_matningar(io.BytesIO(text.encode(kodning)), REGISTER)


def bok(*rader, format_=None):
    b = openpyxl.Workbook()
    for rad in rader:
        b.active.append(rad)
    for adress, f in (format_ or {}).items():
        b.active[adress].number_format = f
    ut = io.BytesIO()
    b.save(ut)
    return ut


def fynd(fil, *nivaer):
    return [(a.kod, a.rad, a.kolumn) for a in fil.anmarkningar if not nivaer or a.niva in nivaer]


def cell(indikator=1, ar=2024, segment=None, kon="T", enhet=None, omrade=None, delperiod=0):
    return Matningsnyckel(indikator, ar, segment, kon, delperiod, enhet, omrade)


def test_lang_form_med_alla_kolumner():
    fil = las(
        "ID-nr;Segment;Enhet;Kön;År;Värde;Täljare;Nämnare;Antal (n);Preliminär;Brott;Saknas;Fotnot;Källa\n"
        "ID0285;Primärvård;SUS;kvinnor;2024;79,0;790;1 000;1000;ja;nej;;Ny enkät;Enkät 2024\n"
        "svf;AML/ALL;;;2023 kv 1;88 %;;;;;x;;;\n"
        " npe-helhet ; akut ;;M;2022;;;;;;;iu;;\n"
    )
    assert fil.anmarkningar == ()
    assert fil.varden == {
        cell(segment=70, enhet=5, kon="K"): Matningsuppgift(
            Decimal("79.0"), Decimal(790), Decimal(1000), 1000, True, False, "", "Ny enkät", "Enkät 2024"
        ),
        cell(2, 2023, 80, delperiod=21): Matningsuppgift(Decimal(88), brott=True),
        cell(1, 2022, 71, "M"): Matningsuppgift(saknas="iu"),
    }
    assert str(fil.varden[cell(segment=70, enhet=5, kon="K")].varde) == "79.0"
    assert (fil.antal_rader, fil.platser[cell(1, 2022, 71, "M")]) == (3, 4)
    assert fil.givna == {
        "varde", "taljare", "namnare", "antal", "preliminar", "brott", "saknas", "fotnot", "kalla",
    }  # fmt: skip


def test_bred_form_dar_en_tom_cell_inte_sager_nagot():
    fil = las(
        "Bilaga 1\n\nid_nr,namn,segment,utfall_2024,Utfall 2023,2022 kvinnor,2024-03\n"
        "ID0285,x,Primärvård,66.7,,70,iu\n"
        ",Andel i tid,Totalt,..,<5,-,35%\n"
    )
    assert fil.fel == ()
    assert fil.varden == {
        cell(segment=70): Matningsuppgift(Decimal("66.7")),
        cell(ar=2022, segment=70, kon="K"): Matningsuppgift(Decimal(70)),
        cell(segment=70, delperiod=3): Matningsuppgift(saknas="iu"),
        cell(2, segment=81): Matningsuppgift(saknas="iu"),
        cell(2, 2023, 81): Matningsuppgift(saknas="undertryckt"),
        cell(2, 2022, 81, "K"): Matningsuppgift(saknas="ej_matt"),
        cell(2, segment=81, delperiod=3): Matningsuppgift(Decimal(35)),
    }


def test_arbetsbok_med_procentformat_datum_och_trasiga_celler():
    fil = las_matningar(
        bok(
            ["Indikator", "Segment", "Period", "Värde"],
            ["svf", "AML/ALL", 2024, 0.85],
            ["svf", "AML/ALL", date(2024, 3, 1), 0.075],
            ["svf", "Totalt", 2024.0, 79.5],
            ["ID0285", "Akut", "2024", "66,70"],
            ["ID0285", "Akut", 2023, 0.5],
            ["ID0285", "Akut", 2022, "=1/0"],
            ["ID0285", "Akut", 2021, date(2024, 1, 1)],
            [None, None, None, None],
            ["ID0285", "Akut", 2020, True],
            ["ID0285", "Akut", 2019, 1 / 3],
            format_={"D2": "0%", "D3": "0.0 %", "D6": "0%"},
        ),
        REGISTER,
    )
    assert {(c.indikator, c.ar, c.delperiod, c.segment): str(i.varde) for c, i in fil.varden.items()} == {
        (2, 2024, 0, 80): "85",
        (2, 2024, 3, 80): "7.5",
        (2, 2024, 0, 81): "79.5",
        (1, 2024, 0, 71): "66.70",
    }
    assert fynd(fil) == [
        ("ENHET", 6, "D (Värde)"),
        ("VARDE", 7, "D (Värde)"),
        ("VARDE", 8, "D (Värde)"),
        ("VARDE", 10, "D (Värde)"),
        ("VARDE", 11, "D (Värde)"),
    ]


def test_varje_fel_far_rad_och_kolumn_och_raderna_utan_fel_lases():
    fil = las(
        "indikator;segment;kön;period;värde;antal;nämnare;preliminär;saknas\n"
        "id0285;akut;T;2024;66,7;;;;\n"
        "id0285;akut;X;2023;66,7;;;;\n"
        "id0285;akut;T;igår;66,7;;;;\n"
        "id0285;akut;T;2022;sextio;;;;\n"
        "id0285;akut;T;2021;66,7;2,5;;;\n"
        "id0285;akut;T;2020;66,7;;0;;\n"
        "id0285;akut;T;2019;66,7;;;kanske;\n"
        "id0285;akut;T;2018;66,7;;;;iu\n"
        "id0285;akut;T;2017;;;;;\n"
        "id0285;akut;T;2016;66,7;;;;för få\n"
        "id0285;akut;T;2015;66,7 %;;;;\n"
        "id0285;akut;T;1066;66,7;;;;\n"
        ";akut;T;2014;66,7;;;;\n"
        "id0285;akut;T;2013\n"
        "id0285;akut;T;2012;1,2345678;;;;\n"
    )
    assert list(fil.varden) == [cell(segment=71)]
    assert fynd(fil) == [
        ("KON", 3, "kön"),
        ("PERIOD", 4, "period"),
        ("VARDE", 5, "värde"),
        ("ANTAL", 6, "antal"),
        ("NAMNARE", 7, "nämnare"),
        ("PRELIMINAR", 8, "preliminär"),
        ("VARDE", 9, "värde"),
        ("VARDE", 10, "värde"),
        ("SAKNAS", 11, "saknas"),
        ("ENHET", 12, "värde"),
        ("PERIOD", 13, "period"),
        ("INDIKATOR", 14, "indikator"),
        ("FALT", 15, ""),
        ("VARDE", 16, "värde"),
    ]
    assert all(a.niva is Niva.FEL and a.text.endswith(".") for a in fil.anmarkningar)


def test_allt_okant_raknas_upp_pa_en_gang_med_forsta_raden():
    fil = las(
        "indikator;segment;enhet;område;period;värde\n"
        "okänd;akut;;;2024;1\nokänd;;;;2023;1\nid0285;aml/all;;;2024;1\nid0285;;ingen;;2024;1\n"
        "id0285;;;Norge;2024;1\nannans;;;;2024;1\nid0285;;sus;0012;2024;1\nid0285;;;region  SKÅNE;2024;1\n"
    )
    assert [(a.rad, a.text) for a in fil.anmarkningar] == [
        (2, "Indikatorn «okänd» finns inte i biblioteket (2 rader)."),
        (4, "«aml/all» är inget segment för Helhetsintryck (NPE)."),
        (5, "Enheten «ingen» finns inte."),
        (6, "Jämförelseområdet «Norge» finns inte."),
        (7, "Du får inte lägga in mätvärden för «annans»."),
        (8, "Raden har både enhet och jämförelseområde. Ett värde hör till ett av dem."),
    ]
    assert list(fil.varden) == [cell(omrade=12)]


def test_farre_an_fem_sparas_aldrig():
    fil = las(
        "indikator;period;värde;täljare;antal\nid0285;2024;50;2;4\nid0285;2023;50;3;5\nid0285;2022;0;0;0\n"
        "id0285;2021;<5;3;\n"
    )
    assert fynd(fil) == [("UNDERTRYCKT", 2, "värde")]
    assert fil.varden[cell()] == Matningsuppgift(saknas="undertryckt", antal=4)
    assert fil.varden[cell(ar=2023)].varde == 50
    assert fil.varden[cell(ar=2022)].antal == 0
    assert fil.varden[cell(ar=2021)] == Matningsuppgift(saknas="undertryckt")


def test_kon_dar_inget_redovisas_ar_ett_fel_och_en_andel_som_inte_gar_ihop_en_varning():
    fil = las(
        "indikator;kön;period;värde;täljare;nämnare\nutan;K;2024;50;;\nutan;T;2023;66,7;4;6\n"
        "utan;T;2022;66,6;4;6\nutan;T;2021;67;4;6\nid0285;T;2021;66,6;4;6\n"
    )
    assert [(a.niva, a.rad, a.kolumn, a.text) for a in fil.anmarkningar] == [
        (Niva.FEL, 2, "kön", "Utan kön redovisas inte för kvinnor och män."),
        (Niva.VARNING, 4, "värde", "66,6 % är inte 4 av 6. Värdet läses som det står."),
    ]
    assert fil.varden[cell(4, 2022)].varde == Decimal("66.6")


def test_en_namnare_under_fem_undertrycker_vardet():
    fil = las("indikator;period;värde;täljare;nämnare\nid0285;2024;66,7;2;3\nid0285;2023;40;2;5\n")
    assert fynd(fil) == [("UNDERTRYCKT", 2, "värde")] and "bygger på 3" in fil.anmarkningar[0].text
    assert fil.varden[cell()] == Matningsuppgift(saknas="undertryckt", namnare=Decimal(3))
    assert fil.varden[cell(ar=2023)].varde == 40


def test_dubbletter_ar_fel_bara_nar_de_sager_olika():
    fil = las("indikator;period;värde\nid0285;2024;1,0\nnpe-helhet;2024;1,0\nid0285;2024;2\n")
    assert fynd(fil) == [("DUBBLETT", 3, "värde"), ("DUBBLETT", 4, "värde")]
    assert [a.niva for a in fil.anmarkningar] == [Niva.VARNING, Niva.FEL]
    assert fil.varden[cell()].varde == Decimal("1.0")


@pytest.mark.parametrize(
    ("text", "mening"),
    [
        ("a;b\n1;2\n", "ingen rad med rubriker som känns igen"),
        (
            "indikator;värde\nid0285;2\n",
            "Kolumnen för period saknas. Rubrikerna i filen är: «indikator», «värde».",
        ),
        ("indikator;år\nid0285;2024\n", "Kolumnen för värde saknas"),
        ("indikator;värde;2024\nid0285;2;3\n", "både kolumner för perioder och en kolumn för värde"),
        ("indikator;2024;Utfall 2024\nid0285;2;3\n", "Två kolumner gäller samma period."),
        (
            "indikator;år;period;värde\nid0285;2024;2024;3\n",
            "Flera kolumner kan vara period: «period» och «år».",
        ),
        ('{"a": 1}', "Filen är JSON, inte en fil med mätvärden."),
        ("", "Filen är tom."),
    ],
)
def test_en_fil_som_inte_gar_att_lasa_far_en_mening(text, mening):
    with pytest.raises(OlasligFil) as fel:
        las(text)
    assert mening in str(fel.value)


def test_kolumner_som_inte_kan_hora_till_en_av_perioderna_lases_inte():
    fil = las("indikator;2024;2023;antal\nid0285;1;2;3\n")
    assert (fynd(fil), fil.givna) == ([("KOLUMN", 1, "antal")], frozenset())
    assert fil.fel and las("indikator;2024;2023;nämnare\nid0285;1;2;3\n").fel
    assert not las("indikator;2024;2023;täljare\nid0285;1;2;3\n").fel
    assert {i.antal for i in fil.varden.values()} == {None}
    assert las("indikator;2024;antal\nid0285;1;30\n").varden[cell()].antal == 30


def test_citattecken_cp1252_tabb_och_rader_i_falt():
    fil = las(
        'indikator\tår\tvärde\tfotnot\nid0285\t2024\t1,5\t"två\nrader"\nid0285\t2023\tfel\t\n', "cp1252"
    )
    assert fil.varden[cell()] == Matningsuppgift(Decimal("1.5"), fotnot="två rader")
    assert fynd(fil) == [("VARDE", 4, "värde")]
    skadad = las_matningar(
        io.BytesIO("indikator;år;värde;fotnot\nid0285;2024;1;åäö ".encode() + b"\xff\n"), REGISTER
    )
    assert (fynd(skadad), skadad.fel) == ([("TECKEN", 2, "")], ())
    avbruten = las('indikator;år;värde\nid0285;2024;1\nid0285;2023;"1\n')
    assert fynd(avbruten) == [("CSV", 3, "")]


@pytest.mark.parametrize(
    ("tecken", "skrivet", "tal"),
    [
        (None, "1 234,5", "1234.5"),
        (None, "1\u00a0234", "1234"),
        (None, "−12", "-12"),
        (None, "–0,5", "-0.5"),
        (None, "12.5", "12.5"),
        (None, "12,345", "12.345"),
        (None, "0.125", "0.125"),
        (None, ",5", "0.5"),
        (None, "79,0", "79.0"),
        (None, "0,00", "0.00"),
        (None, "-0", "0"),
        (",", "1.234", "1234"),
        (",", "1.234,5", "1234.5"),
        (".", "1,234", "1234"),
        (".", "1,234.50", "1234.50"),
    ],
)
def test_tal_laser_exakt(tecken, skrivet, tal):
    assert str(celler.lasare(tecken)(skrivet).tal) == tal


@pytest.mark.parametrize(
    ("tecken", "skrivet"),
    [(None, "1.234"), (",", "12.5"), (".", "12,5"), (None, "1,2,3"), (None, "12a"), (None, "%"), (None, "1e5"),
     (None, "٣"), (None, "(12)"), (None, "5-"), (None, "9" * 21), (None, "1" * 15), (None, "--5"), (None, "p")],
)  # fmt: skip
def test_det_som_inte_ar_ett_klart_tal_avvisas(tecken, skrivet):
    with pytest.raises(celler.OgiltigCell):
        celler.lasare(tecken)(skrivet)


def test_preliminart_i_cellen_och_mellanslag_fore_procent():
    las_cell = celler.lasare(None)
    assert las_cell("45,2 (p)") == (Decimal("45.2"), "", False, True)
    assert las_cell("45 % prel.") == (Decimal(45), "", True, True)
    assert las_cell("  ") == celler.Varde()


@given(st.decimals(min_value=-(10**13), max_value=10**13, allow_nan=False, places=3), st.sampled_from(",."))
def test_ett_tal_som_skrivs_och_lases_ar_samma_tal(tal, tecken):
    skrivet = f"{tal:f}".replace(".", tecken)
    last = celler.lasare(tecken)(skrivet).tal
    assert (last, f"{last:f}".lstrip("-")) == (tal, f"{tal:f}".lstrip("-"))


@given(st.text(max_size=12))
def test_ingen_cell_ger_nagot_annat_an_ett_varde_eller_en_mening(skrivet):
    for tecken in (None, ",", "."):
        try:
            v = celler.lasare(tecken)(skrivet)
        except celler.OgiltigCell as fel:
            assert str(fel).endswith(".")
        else:
            assert v.tal is None or v.tal.is_finite()


def test_rubriker():
    assert [rubrikfalt(r) for r in ("Antal (n)", "ÅR", "Jämförelse­område", "Källa", "ID-nr", "okänd")] == [
        "antal", "period", "omrade", "kalla", "indikator", "",
    ]  # fmt: skip
    assert rubrikperiod("Utfall 2024 (kvinnor)") == (2024, 0, "K")
    assert rubrikperiod("2024 t 1") == (2024, 31, "T")
    assert rubrikperiod("2024 m") == (2024, 0, "M")
    assert rubrikperiod("9999") is None and rubrikperiod("Mål 2024") is None


def test_hundratusen_varden_lases_pa_nagra_sekunder():
    slump = random.Random(1)
    rader = ["indikator;segment;kön;period;värde;antal;fotnot"]
    for i in range(100_000):
        varde = "iu" if i % 50 == 0 else f"{slump.randrange(0, 1000)},{i % 10}"
        rader.append(
            f"id0285;{'akut' if i % 2 else 'primärvård'};{'TKM'[i % 3]};{1950 + i // 600 % 150};{varde};;"
        )
    rader[500] = "id0285;akut;T;2024;fel;;"
    with Matt() as matt:
        fil = las("\n".join(rader))
    assert matt.cpu < 10
    assert fil.antal_rader == 100_000
    assert ("VARDE", 501, "värde") in fynd(fil)


RUBRIKER = ["indikator", "period", "värde"]


def blad(*innehall):
    """A book of (name, state, rows)."""
    b = openpyxl.Workbook()
    b.remove(b.active)
    for namn, lage, rader in innehall:
        ark = b.create_sheet(namn)
        ark.sheet_state = lage
        for rad in rader:
            ark.append(rad)
    ut = io.BytesIO()
    b.save(ut)
    return ut


@pytest.mark.parametrize(
    ("forsta", "andra", "last", "vantat"),
    [
        ("visible", "visible", 71, ("FLERA_BLAD", "«Två»")),
        ("hidden", "visible", 72, ("FLERA_BLAD", "«Ett» (dolt)")),
    ],
)
def test_ett_andra_blad_med_varden_namns_och_det_synliga_laser(forsta, andra, last, vantat):
    rader = ([RUBRIKER, ["svf", 2024, 71]], [RUBRIKER, ["svf", 2024, 72]])
    fil = las_matningar(blad(("Ett", forsta, rader[0]), ("Två", andra, rader[1])), REGISTER)
    assert [v.varde for v in fil.varden.values()] == [last]
    ((kod, text),) = [(a.kod, a.text) for a in fil.anmarkningar]
    assert kod == vantat[0] and vantat[1] in text


def test_ett_blad_med_forklaringar_ar_inget_blad_med_varden():
    fil = las_matningar(
        blad(("Värden", "visible", [RUBRIKER, ["svf", 2024, 71]]),
             ("Förklaring", "visible", [["Kod", "Betyder"], ["svf", "Andel i tid"]])), REGISTER)  # fmt: skip
    assert (len(fil.varden), fil.anmarkningar) == (1, ())


def test_bara_ett_dolt_blad_laser_och_sags():
    fil = las_matningar(
        blad(("Läs mig", "visible", [["Hej"]]), ("V", "hidden", [RUBRIKER, ["svf", 2024, 71]])), REGISTER
    )
    assert (len(fil.varden), fynd(fil)) == (1, [("DOLT_BLAD", None, "")])


def test_dolda_rader_laser_och_namns():
    b = openpyxl.load_workbook(bok(RUBRIKER, ["svf", 2023, 70], ["svf", 2024, 71]))
    b.active.row_dimensions[3].hidden = True
    ut = io.BytesIO()
    b.save(ut)
    fil = las_matningar(ut, REGISTER)
    assert (len(fil.varden), fynd(fil)) == (2, [("DOLDA_RADER", 3, "")])


def test_procent_utanfor_noll_till_hundra_ar_en_varning_i_en_procentindikator():
    fil = las(
        "indikator;period;värde\nsvf;2021;850\nsvf;2022;-5\nsvf;2023;100\nsvf;2024;0\nid0285;2024;850\n"
    )
    assert fynd(fil, Niva.VARNING) == [("PROCENT", 2, "värde"), ("PROCENT", 3, "värde")]
    assert fil.fel == () and "850 %" in fil.anmarkningar[0].text and len(fil.varden) == 5


def test_andelar_i_stallet_for_procent_fragas_om_en_gang():
    fil = las("indikator;period;värde\nsvf;2023;0,85\nsvf;2024;0,9\nid0285;2024;0,5\n")
    assert fynd(fil) == [("ANDEL", 2, "värde")] and "Alla 2 procentvärden" in fil.anmarkningar[0].text
    assert las("indikator;period;värde\nsvf;2023;0,85\nsvf;2024;9\n").anmarkningar == ()
    assert las("indikator;period;värde\nsvf;2023;0,85 %\n").anmarkningar == ()
    procentcell = bok(RUBRIKER, ["svf", 2024, 0.85], format_={"C2": "0%"})
    assert las_matningar(procentcell, REGISTER).anmarkningar == ()


def test_trasiga_bokstaver_i_en_fotnot_ar_en_varning():
    fil = las("indikator;period;värde;fotnot\nsvf;2024;71;fÃ¶rsta mÃ¤tningen\n")
    assert fynd(fil) == [("TECKEN", 2, "")] and "«fÃ¶rsta»" in fil.anmarkningar[0].text
