"""A value that is ten, a hundred, a thousand or a million times off the others of its row."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indikatorer.regler.matt import Matt, har_mangd
from indikatorer.regler.skala import fel_steg, flytta

D = Decimal


@pytest.mark.parametrize(
    ("varde", "jamfort", "steg", "blir"),
    [
        ("0.85", "85", 2, "85"),
        ("0.7", "62.4", 2, "70"),
        ("1", "88", 2, "100"),
        ("0.123456", "12.3", 2, "12.3456"),
        ("8500", "85", -2, "85.00"),
        ("850", "85", -1, "85.0"),
        ("731", "40", -1, "73.1"),
        ("8.1", "79", 1, "81"),
        ("-0.02", "-2.1", 2, "-2"),
        # Another value, and not another way to write one.
        ("60", "85", None, None),
        ("12", "85", None, None),
        ("5", "85", None, None),
        ("100", "3", None, None),
        ("0", "85", None, None),
        ("85", "0", None, None),
        ("-0.85", "85", None, None),
    ],
)
def test_vilka_som_fragas_om(varde, jamfort, steg, blir):
    assert fel_steg(D(varde), D(jamfort)) == steg
    if steg:
        assert str(flytta(D(varde), steg)) == blir


@settings(max_examples=80, deadline=None)
@given(st.decimals("0.01", "1000", places=2), st.decimals("0.01", "1000", places=2))
def test_det_som_ar_omraknat_fragas_inte_om_igen(varde, jamfort):
    if steg := fel_steg(varde, jamfort):
        assert flytta(varde, steg) == varde * D(10) ** steg
        # Moved by the step that fits best: nothing is asked about it again, unless it lies where two steps meet.
        assert fel_steg(flytta(varde, steg), jamfort) is None


@pytest.mark.parametrize(
    ("varde", "jamfort", "steg", "blir"),
    [
        ("3400000", "3.3", -6, "3.4"),
        ("3000000", "3.3", -6, "3"),
        ("3450", "3.3", -3, "3.45"),
        ("0.0034", "3.3", 3, "3.4"),
        ("5.2", "5100000", 6, "5200000"),
        ("34", "3.3", None, None),
        ("330", "3.3", None, None),
        ("9000000", "3.3", None, None),
    ],
)
def test_vilka_som_fragas_om_nar_talet_star_for_manga(varde, jamfort, steg, blir):
    assert fel_steg(D(varde), D(jamfort), mangd=True) == steg
    if steg:
        assert str(flytta(D(varde), steg)) == blir


@pytest.mark.parametrize(
    ("slag", "enhet", "namn", "har"),
    [
        ("antal", "miljoner", "Samtal till 1177", True),
        ("antal", "tkr", "Kostnad", True),
        ("antal", "kronor", "Kostnad", True),
        ("antal", "antal", "Samtal (tusental)", True),
        ("antal", "antal", "Fallskador", False),
        ("procent", "procent", "Andel nöjda", False),
        ("tid", "dagar", "Svarstid", False),
    ],
)
def test_vilka_matt_som_star_for_manga(slag, enhet, namn, har):
    assert har_mangd(Matt(slag, enhet, namn)) is har
