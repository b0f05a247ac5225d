"""Amounts: what people type is read exactly, and what is shown can be typed again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regionskane.lib import belopp
from regionskane.lib.belopp import KR, MNKR, TKR, OgiltigtBelopp, tolka_belopp

kronor = st.decimals(min_value=-(10**13), max_value=10**13, places=2)
skalor = st.sampled_from([KR, TKR, MNKR])


@given(kronor, skalor, st.integers(min_value=0, max_value=3))
def test_det_som_visas_fullt_kan_skrivas_in_igen(varde, skala, minst):
    text = belopp.formatera_fullt(varde, skala=skala, minst=minst)
    assert tolka_belopp(text, skala=skala).varde == varde


@given(kronor, skalor, st.integers(min_value=0, max_value=3))
def test_avrundning_ar_hogst_ett_halvt_steg_bort(varde, skala, decimaler):
    text = belopp.formatera(varde, skala=skala, decimaler=decimaler)
    tal = Decimal(text.replace(belopp.HARDBLANK, "").replace(belopp.MINUS, "-").replace(",", "."))
    assert abs(tal - varde / skala) <= Decimal("0.5").scaleb(-decimaler)
    assert not (tal == 0 and belopp.MINUS in text)


@pytest.mark.parametrize(
    ("text", "varde", "precision"),
    [
        ("1 234,5", "1234.5", "0.1"),
        ("1\u00a0234,5", "1234.5", "0.1"),
        ("1\u202f234\u202f567", "1234567", "1"),
        ("1234.5", "1234.5", "0.1"),
        ("−12", "-12", "1"),
        ("-12", "-12", "1"),
        ("– 12", "-12", "1"),
        ("(12)", "-12", "1"),
        ("( 1 234,50 )", "-1234.5", "0.01"),
        ("+3,1", "3.1", "0.1"),
        (",5", "0.5", "0.1"),
        ("7,", "7", "1"),
        ("0", "0", "1"),
        ("−0", "0", "1"),
        ("0.125", None, None),
        ("\ufeff 12 \t", "12", "1"),
        ("1 234.567", None, None),
    ],
)
def test_skrivsatt(text, varde, precision):
    if varde is None:
        with pytest.raises(OgiltigtBelopp, match="ören"):
            tolka_belopp(text)
        return
    tolkat = tolka_belopp(text)
    assert (tolkat.varde, tolkat.precision) == (Decimal(varde), Decimal(precision))
    assert not (tolkat.varde == 0 and tolkat.varde.is_signed())


@pytest.mark.parametrize("text", ["", "   ", "\u00a0", "\ufeff"])
def test_tomt_ar_inget_belopp(text):
    assert tolka_belopp(text) is None


@pytest.mark.parametrize("text", ["0,000001", "1 234,5"])
def test_skalan_ger_kronor(text):
    tolkat = tolka_belopp(text, skala=MNKR)
    assert tolkat.varde == {"0,000001": Decimal(1), "1 234,5": Decimal("1234500000")}[text]
    assert tolkat.precision == {"0,000001": Decimal(1), "1 234,5": Decimal(100_000)}[text]


@pytest.mark.parametrize(
    ("text", "skal"),
    [
        ("12 %", "procentsats"),
        ("1.234", "två sätt"),
        ("(−12)", "både minus och parentes"),
        ("iu", "inte ett tal"),
        ("1,2,3", "inte ett tal"),
        ("1 23", "inte ett tal"),
        ("12 345 6", "inte ett tal"),
        ("1e5", "inte ett tal"),
        ("NaN", "inte ett tal"),
        ("=1+1", "inte ett tal"),
        ("--1", "inte ett tal"),
        ("٣", "inte ett tal"),
        ("100000000000000", "för stort"),
        ("1,005", "ören"),
    ],
)
def test_vagrar_med_en_mening(text, skal):
    with pytest.raises(OgiltigtBelopp, match=skal) as fel:
        tolka_belopp(text)
    assert str(fel.value).endswith(".")


@pytest.mark.parametrize(
    ("varde", "decimaler", "visat"),
    [
        ("0.05", 1, "0,1"),
        ("-0.05", 1, "−0,1"),
        ("-0.04", 1, "0,0"),
        ("1234.5", 0, "1\u00a0235"),
        ("-1234567.25", 1, "−1\u00a0234\u00a0567,3"),
    ],
)
def test_avrundar_halvor_fran_noll(varde, decimaler, visat):
    assert belopp.formatera(Decimal(varde), decimaler=decimaler) == visat


@pytest.mark.parametrize(
    ("andel", "visat"),
    [("0.031", "+3,1\u00a0%"), ("-0.0004", "0,0\u00a0%"), ("0", "0,0\u00a0%"), ("-1", "−100,0\u00a0%")],
)
def test_procent_med_tecken(andel, visat):
    assert belopp.formatera_procent(Decimal(andel), tecken=True) == visat


@pytest.mark.parametrize(
    ("text", "varde", "precision"),
    [("12 %", "12", "1"), ("−0,3 %", "-0.3", "0.1"), ("3,75", "3.75", "0.01"), ("(2,5) %", "-2.5", "0.1")],
)
def test_en_procentsats_lases_med_eller_utan_tecken(text, varde, precision):
    tolkat = tolka_belopp(text, procent=True)
    assert (tolkat.varde, tolkat.precision) == (Decimal(varde), Decimal(precision))


@pytest.mark.parametrize(
    ("text", "fel"), [("3,755 %", "fler än två decimaler"), ("%", "inte ett tal"), ("1 % 2", "inte ett tal")]
)
def test_det_som_inte_ar_en_procentsats_avvisas(text, fel):
    with pytest.raises(OgiltigtBelopp, match=fel):
        tolka_belopp(text, procent=True)
