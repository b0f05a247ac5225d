"""A percentage that is about ten or a hundred times off the others of its row."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
