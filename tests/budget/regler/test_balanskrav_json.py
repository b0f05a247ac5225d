"""The file of the balanskrav: what is read, what is refused and with which words, what is written."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.regler.balanskrav import (
    Arsslag,
    Arsunderlag,
    Beslut,
    IbBrist,
    Matt,
    Undantagsbeslut,
    Undantagsslag,
    balanskravsutredning,
)
from budget.regler.balanskrav_json import (
    OgiltigFil,
    fran_dict,
    las,
    las_resultat,
    skriv,
    tal,
    underlag_som_dict,
)

FULLT_AR = {
    "ar": 2022,
    "slag": "bokslut",
    "omraknat": True,
    "poster": {"arets_resultat": "2897", "reavinster": -5, "orealiserat": "−1 234,50", "reserv_till": "(12)"},
    "synnerliga_skal": 0.5,
    "synnerliga_skal_i_resultatet": True,
    "synnerliga_skal_beslut": {
        "slag": "del",
        "organ": "Regionfullmäktige",
        "datum": "2023-11-28",
        "paragraf": "§ 92",
        "motiv": "Inflation",
    },
    "senast_ar": 2027,
    "atgardsplan": {"organ": "Regionfullmäktige", "datum": "2023-06-13", "paragraf": "§ 41"},
    "ib_aterstalla": {"varde": "1232", "precision": "100"},
    "ib_brister": [
        {"ar": 2020, "belopp": 1000},
        {
            "ar": 2021,
            "belopp": "232",
            "senast": 2026,
            "atgardsplan": {"organ": "Regionfullmäktige", "datum": "2021-11-02", "paragraf": "§ 3"},
        },
        {"ar": None, "belopp": 7},
    ],
    "rer_ib": None,
    "bas": 49459,
    "eget_kapital_inkl_pensioner": "-17279",
    "publicerat": {"balanskravsresultat": "1232"},
}

FULLT_UNDERLAG = Arsunderlag(
    ar=2022,
    poster={
        "arets_resultat": Matt(Decimal(2897)),
        "reavinster": Matt(Decimal(-5)),
        "orealiserat": Matt(Decimal("-1234.5"), Decimal("0.01")),
        "reserv_till": Matt(Decimal(-12)),
    },
    synnerliga_skal=Matt(Decimal("0.5"), Decimal("0.1")),
    synnerliga_skal_i_resultatet=True,
    synnerliga_skal_beslut=Undantagsbeslut(
        Undantagsslag.DEL, "Regionfullmäktige", date(2023, 11, 28), "§ 92", "Inflation"
    ),
    senast_ar=2027,
    atgardsplan=Beslut("Regionfullmäktige", date(2023, 6, 13), "§ 41"),
    ib_aterstalla=Matt(Decimal(1232), Decimal(100)),
    ib_brister=(
        IbBrist(2020, Matt(Decimal(1000))),
        IbBrist(
            2021,
            Matt(Decimal(232)),
            senast=2026,
            atgardsplan=Beslut("Regionfullmäktige", date(2021, 11, 2), "§ 3"),
        ),
        IbBrist(None, Matt(Decimal(7))),
    ),
    bas=Matt(Decimal(49459)),
    eget_kapital_inkl_pensioner=Matt(Decimal(-17279)),
    publicerat={"balanskravsresultat": Matt(Decimal(1232))},
    slag=Arsslag.BOKSLUT,
    omraknat=True,
)


def fil(*aren, **rot):
    return json.dumps({**rot, "ar": list(aren)})


def ett_ar(**nycklar):
    return fil({"ar": 2024, **nycklar})


def test_las_alla_nycklar():
    last = las(fil(FULLT_AR, enhet="tkr"))
    assert last.enhet == "tkr"
    assert last.underlag == (FULLT_UNDERLAG,)


def test_las_bara_aret():
    last = las('{"ar": [{"ar": 2024}]}')
    assert (last.enhet, last.underlag) == ("mnkr", (Arsunderlag(ar=2024),))


def test_las_bytes_med_bom():
    assert las('\ufeff{"ar": [{"ar": 2024}]}'.encode()) == las('{"ar": [{"ar": 2024}]}')
    assert las('\ufeff{"ar": [{"ar": 2024}]}') == las('{"ar": [{"ar": 2024}]}')


@pytest.mark.parametrize(
    ("json_text", "varde", "precision"),
    [
        ("2897", "2897", "1"),
        ("2897.0", "2897", "1"),
        ("0.1", "0.1", "0.1"),
        ("0.10", "0.1", "0.1"),
        ("1E+3", "1000", "1"),
        ("-0", "0", "1"),
        ("12345678.123456789", "12345678.123456789", "0.000000001"),
        ('"2897"', "2897", "1"),
        ('"2897.0"', "2897", "0.1"),
        ('" -5 "', "-5", "1"),
        ('"1.234"', "1.234", "0.001"),
        ('"−4 391"', "-4391", "1"),
        ('"–4\u00a0391"', "-4391", "1"),
        ('"1 234,5"', "1234.5", "0.1"),
        ('"(12,50)"', "-12.5", "0.01"),
        ('"+7"', "7", "1"),
        ('{"varde": "1232000000", "precision": 1000000}', "1232000000", "1000000"),
    ],
)
def test_las_belopp_exakt_med_precision(json_text, varde, precision):
    last = las(f'{{"ar": [{{"ar": 2024, "bas": {json_text}}}]}}')
    assert last.underlag[0].bas == Matt(Decimal(varde), Decimal(precision))


def test_las_svensk_notation_i_kronor():
    last = las(fil({"ar": 2024, "bas": "1 234,50"}, enhet="kr"))
    assert last.underlag[0].bas == Matt(Decimal("1234.5"), Decimal("0.01"))


OGILTIGA = [
    ("", "Filen är inte giltig JSON. Felet finns vid rad 1, tecken 1."),
    ('{"ar": [', "Filen är inte giltig JSON. Felet finns vid rad 1, tecken 9."),
    ("[" * 100_000, "Filen är inte giltig: för många nivåer av klamrar."),
    (b"\xff\xfe", "Filen är inte sparad som UTF-8."),
    ("[]", "Filen: här ska stå ett objekt med klamrar, inte en lista."),
    ("{}", "Nyckeln «ar» ska vara en lista med minst ett år."),
    ('{"ar": []}', "Nyckeln «ar» ska vara en lista med minst ett år."),
    ('{"ar": {"ar": 2024}}', "Nyckeln «ar» ska vara en lista med minst ett år."),
    (fil({"ar": 2024}, enhet="mkr"), "Nyckeln «enhet» ska vara kr, tkr, mnkr, inte «mkr»."),
    (fil({"ar": 2024}, enhet=None), "Nyckeln «enhet» ska vara kr, tkr, mnkr, inte null."),
    (fil({"ar": 2024}, enheter="mnkr"), "Filen: okänd nyckel «enheter». Kända nycklar är enhet, ar."),
    (fil(2024), "Post 1 i listan «ar»: här ska stå ett objekt med klamrar, inte «2024»."),
    (fil({"ar": 2024}, {"poster": {}}), "Post 2 i listan «ar»: nyckeln «ar» saknas."),
    (
        fil({"ar": "2024"}),
        "Post 1 i listan «ar», ar: ett år ska skrivas som ett heltal, till exempel 2024, inte «2024».",
    ),
    (
        fil({"ar": True}),
        "Post 1 i listan «ar», ar: ett år ska skrivas som ett heltal, till exempel 2024, inte true.",
    ),
    (fil({"ar": 2024.5}), "Post 1 i listan «ar», ar: «2024.5» är inget rimligt år."),
    ('{"ar": [{"ar": 1e999999}]}', "Post 1 i listan «ar», ar: «1E+999999» är inget rimligt år."),
    (fil({"ar": 24}), "Post 1 i listan «ar», ar: «24» är inget rimligt år."),
    (fil({"ar": 2023}, {"ar": 2023}), "År 2023, ar: året står två gånger."),
    (
        fil({"ar": 2024}, {"ar": 2023}),
        "År 2023, ar: åren ska stå i ordning med det äldsta först, men 2024 står före.",
    ),
    (fil({"ar": 2022}, {"ar": 2024}), "År 2024, ar: mellan 2022 och 2024 saknas minst ett år."),
    (
        ett_ar(poster={"reavinst": 1}),
        "År 2024, poster: okänd nyckel «reavinst». Kända nycklar är arets_resultat, reavinster, "
        "reavinst_undantag, reaforlust_undantag, orealiserat, aterforing_orealiserat, blandmodell, "
        "reserv_till, reserv_fran.",
    ),
    (
        ett_ar(publicerat={"ny_brist": 1}),
        "År 2024, publicerat: okänd nyckel «ny_brist». Kända nycklar är resultat_efter_justeringar, "
        "balanskravsresultat, ub_aterstalla.",
    ),
    (ett_ar(poster=None), "År 2024, poster: här ska stå ett objekt med klamrar, inte null."),
    (
        ett_ar(poster={"reavinster": "tolv"}),
        "År 2024, poster.reavinster: «tolv» är inte ett tal. Skriv siffror, till exempel 11 eller 1 234,5.",
    ),
    (
        ett_ar(poster={"reavinster": ""}),
        "År 2024, poster.reavinster: beloppet är tomt. Saknas det, ta bort nyckeln.",
    ),
    (
        ett_ar(poster={"reavinster": None}),
        "År 2024, poster.reavinster: null är inte ett tal. Saknas beloppet, ta bort nyckeln.",
    ),
    (
        ett_ar(poster={"reavinster": True}),
        "År 2024, poster.reavinster: true är inte ett tal. Saknas beloppet, ta bort nyckeln.",
    ),
    (
        ett_ar(poster={"reavinster": [1]}),
        "År 2024, poster.reavinster: en lista är inte ett tal. Saknas beloppet, ta bort nyckeln.",
    ),
    (
        ett_ar(bas=float("nan")),
        "År 2024, bas: «NaN» är inte ett tal. Saknas beloppet, ta bort nyckeln.",
    ),
    (
        ett_ar(bas=float("-inf")),
        "År 2024, bas: «-Infinity» är inte ett tal. Saknas beloppet, ta bort nyckeln.",
    ),
    (
        ett_ar(bas="Infinity"),
        "År 2024, bas: «Infinity» är inte ett tal. Skriv siffror, till exempel 11 eller 1 234,5.",
    ),
    ('{"ar": [{"ar": 2024, "bas": 1e400}]}', "År 2024, bas: talet är för stort. Kontrollera enheten."),
    ('{"ar": [{"ar": 2024, "bas": 1e-400}]}', "År 2024, bas: talet har för många decimaler."),
    (ett_ar(slag="utfall"), "År 2024, slag: skriv budget, prognos, bokslut, inte «utfall»."),
    (ett_ar(slag=["budget"]), "År 2024, slag: skriv budget, prognos, bokslut, inte en lista."),
    (ett_ar(omraknat="ja"), "År 2024, omraknat: skriv true eller false, inte «ja»."),
    (
        ett_ar(bas={"varde": 5}),
        "År 2024, bas: nyckeln «precision» ska vara ett tal.",
    ),
    (
        ett_ar(bas={"varde": 5, "precision": 0}),
        "År 2024, bas.precision: precisionen ska vara större än noll.",
    ),
    (
        ett_ar(synnerliga_skal_i_resultatet="ja"),
        "År 2024, synnerliga_skal_i_resultatet: skriv true eller false, inte «ja».",
    ),
    (
        ett_ar(synnerliga_skal_i_resultatet=1),
        "År 2024, synnerliga_skal_i_resultatet: skriv true eller false, inte «1».",
    ),
    (
        ett_ar(synnerliga_skal_beslut={"organ": "RF"}),
        "År 2024, synnerliga_skal_beslut.slag: skriv aldrig, langre_tid, del, inte null.",
    ),
    (
        ett_ar(synnerliga_skal_beslut={"slag": "del", "datum": "28/11 2023"}),
        "År 2024, synnerliga_skal_beslut.datum: skriv datumet som 2024-11-04, inte «28/11 2023».",
    ),
    (
        ett_ar(atgardsplan={"organ": 3}),
        "År 2024, atgardsplan.organ: här ska stå text inom citattecken, inte «3».",
    ),
    (ett_ar(senast_ar=2023), "År 2024, senast_ar: sista året kan inte vara före 2024."),
    (ett_ar(ib_brister={}), "År 2024, ib_brister: här ska stå en lista, inte ett objekt."),
    (ett_ar(ib_brister=[{"ar": 2020}]), "År 2024, ib_brister: nyckeln «belopp» saknas."),
    (
        ett_ar(ib_brister=[{"ar": 2024, "belopp": 1}]),
        "År 2024, ib_brister.ar: underskottet 2024 ska ligga före 2024.",
    ),
    (
        ett_ar(ib_brister=[{"ar": 2020, "belopp": -1}]),
        "År 2024, ib_brister.belopp: underskottet 2020 ska skrivas utan minus.",
    ),
    (
        ett_ar(ib_brister=[{"ar": 2020, "belopp": 1}, {"ar": 2020, "belopp": 2}]),
        "År 2024, ib_brister: samma underskottsår står två gånger.",
    ),
    (
        fil({"ar": 2023}, {"ar": 2024, "ib_brister": [{"ar": 2020, "belopp": 1}]}),
        "År 2024, ib_brister: bara filens första år får ha nyckeln.",
    ),
    (
        '{"ar": [{"ar": 2024, "poster": {"reavinster": 1, "reavinster": 2}}]}',
        "År 2024, poster: nyckeln «reavinster» står två gånger.",
    ),
    ('{"ar": [{"ar": 2024, "bas": 1, "bas": 2}]}', "År 2024: nyckeln «bas» står två gånger."),
    ('{"ar": [{"ar": 2024}], "ar": []}', "Filen: nyckeln «ar» står två gånger."),
]


@pytest.mark.parametrize(("text", "vantat"), OGILTIGA)
def test_las_vagrar_och_sager_var(text, vantat):
    with pytest.raises(OgiltigFil) as fel:
        las(text)
    assert str(fel.value) == vantat


def test_okand_nyckel_for_ett_ar_namns():
    with pytest.raises(OgiltigFil, match="År 2024: okänd nyckel «beskrivning»"):
        las(ett_ar(beskrivning="x"))


@pytest.mark.parametrize(
    ("varde", "vantat"),
    [
        ("2892", "2892"),
        ("2892.00", "2892"),
        ("1902.820", "1902.82"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("0.00", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("-4391.50", "-4391.5"),
        ("1E-7", "0.0000001"),
    ],
)
def test_tal_utan_nollor_och_exponent(varde, vantat):
    assert tal(Decimal(varde)) == vantat


def test_skriv_hela_aret():
    last = las(
        fil(
            {
                "ar": 2024,
                "poster": {"arets_resultat": "-10,5"},
                "ib_aterstalla": 0,
                "bas": 100,
                "eget_kapital_inkl_pensioner": 1,
            },
            {"ar": 2025, "poster": {"arets_resultat": 4}},
        )
    )
    resultat = skriv(balanskravsutredning(last.underlag))
    assert json.loads(json.dumps(resultat)) == {
        "enhet": "mnkr",
        "regelversion": "2024-3",
        "ar": [
            {
                "ar": 2024,
                "slag": None,
                "omraknat": False,
                "poster": {"arets_resultat": "-10.5"},
                "resultat_efter_justeringar": "-10.5",
                "balanskravsresultat": "-10.5",
                "synnerliga_skal": "0",
                "ib_aterstalla": "0",
                "ny_brist": "10.5",
                "aterstallt": "0",
                "undantag_tidigare": "0",
                "ub_aterstalla": "10.5",
                "brister": [
                    {
                        "ar": 2024,
                        "belopp": "10.5",
                        "undantag": "0",
                        "kvar": "10.5",
                        "senast": 2027,
                        "aterstallt": [],
                    }
                ],
                "max_reservering": "0",
                "max_formel": "min(−10,5; −10,5) − 1\u00a0% · 100 = −11,5, alltså 0",
                "anmarkningar": [
                    {
                        "kod": "ATGARDSPLAN_SAKNAS",
                        "niva": "varning",
                        "text": "Underskottet 2024, 10,5\u00a0mnkr att återställa, har ingen antecknad "
                        "åtgärdsplan (KL 11:12).",
                    }
                ],
            },
            {
                "ar": 2025,
                "slag": None,
                "omraknat": False,
                "poster": {"arets_resultat": "4"},
                "resultat_efter_justeringar": "4",
                "balanskravsresultat": "4",
                "synnerliga_skal": "0",
                "ib_aterstalla": "10.5",
                "ny_brist": "0",
                "aterstallt": "4",
                "undantag_tidigare": "0",
                "ub_aterstalla": "6.5",
                "brister": [
                    {
                        "ar": 2024,
                        "belopp": "10.5",
                        "undantag": "0",
                        "kvar": "6.5",
                        "senast": 2027,
                        "aterstallt": [{"ar": 2025, "belopp": "4"}],
                    }
                ],
                "max_reservering": None,
                "max_formel": "",
                "anmarkningar": [
                    {
                        "kod": "BAS_SAKNAS",
                        "niva": "varning",
                        "text": "Skatt, utjämning och generella statliga bidrag 2025 är inte ifyllda. Därför kan "
                        "balanskravsresultatet 2025 inte bedömas.",
                    },
                    {
                        "kod": "MAX_RESERVERING_EJ_PROVAD",
                        "niva": "info",
                        "text": "Högsta tillåtna reservering 2025 går inte att beräkna. Det saknas uppgift "
                        "om basen (skatteintäkter, generella statsbidrag och utjämning) och eget kapital "
                        "inklusive pensionsförpliktelser (KL 11:14).",
                    },
                ],
            },
        ],
    }


def genom_json(data):
    return json.loads(json.dumps(data))


def test_resultat_skrivs_och_lases_tillbaka():
    resultat = balanskravsutredning((FULLT_UNDERLAG,), enhet="tkr")
    assert las_resultat(genom_json(skriv(resultat))) == resultat


def test_resultat_behaller_den_regelversion_det_raknades_med():
    data = skriv(balanskravsutredning((FULLT_UNDERLAG,)))
    assert las_resultat({**data, "regelversion": "2019-1"}).regelversion == "2019-1"


def test_resultat_fran_en_aldre_regelversion_lases_utan_de_nyare_nycklarna():
    data = skriv(balanskravsutredning((FULLT_UNDERLAG,)))
    nya = ("slag", "omraknat", "undantag_tidigare", "max_formel")
    gammalt = {**data, "ar": [{n: v for n, v in ar.items() if n not in nya} for ar in data["ar"]]}
    last = las_resultat(gammalt).ar[0]
    assert (last.slag, last.omraknat, last.undantag_tidigare, last.max_formel) == (None, False, 0, "")
    assert str(last.ub_aterstalla) == data["ar"][0]["ub_aterstalla"]


def test_underlag_skrivs_och_lases_tillbaka():
    data = genom_json(underlag_som_dict((FULLT_UNDERLAG,), enhet="kr"))
    last = fran_dict(data)
    assert (last.enhet, last.underlag) == ("kr", (FULLT_UNDERLAG,))
    assert las(json.dumps(data)) == last


def test_underlag_skriver_enkla_belopp_som_text():
    underlag = Arsunderlag(
        ar=2024,
        bas=Matt(Decimal("1234.5"), Decimal("0.01")),
        rer_ib=Matt(Decimal(5_000_000), Decimal(1_000_000)),
    )
    ar = underlag_som_dict((underlag,), enhet="kr")["ar"][0]
    assert ar["bas"] == "1234.50"
    assert ar["rer_ib"] == {"varde": "5000000", "precision": "1000000"}


@settings(deadline=None)
@given(
    st.decimals(min_value=-(10**14), max_value=10**14, places=8),
    st.sampled_from(["0.00000001", "0.01", "0.5", "1", "500", "1000000"]),
)
def test_varje_belopp_overlever_skrivning_och_lasning(varde, precision):
    underlag = Arsunderlag(ar=2024, bas=Matt(varde, Decimal(precision)))
    data = genom_json(underlag_som_dict((underlag,), enhet="mnkr"))
    assert fran_dict(data).underlag == (underlag,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just(2024),
    lambda barn: (
        st.lists(barn, max_size=3)
        | st.dictionaries(st.sampled_from(["ar", "poster", "bas", "arets_resultat", "belopp", "varde"]), barn)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_las_vagrar_skrap_med_ett_eget_fel(data):
    for innehall in (data, {"ar": data}, {"ar": [{"ar": 2024, "poster": data, "ib_brister": data}]}):
        try:
            las(json.dumps(innehall))
        except OgiltigFil as fel:
            assert str(fel).endswith(".")
