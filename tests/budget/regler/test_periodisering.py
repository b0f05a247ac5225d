"""A year over its months: the parts always sum to the whole."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.regler.periodisering import (
    RAK,
    OgiltigProfil,
    andel,
    egen,
    periodisera,
    som_forra_aret,
)

belopp = st.decimals(min_value="-99999999999.99", max_value="99999999999.99", places=2)
profiler = st.lists(st.integers(-50, 100), min_size=11, max_size=11).map(
    lambda x: tuple(Fraction(a, 100) for a in [*x, 100 - sum(x)])
)


@pytest.mark.parametrize(
    ("ar", "profil", "fran", "till", "vantat"),
    [
        ("1200", RAK, 1, 4, "400.00"),
        ("100", RAK, 1, 4, "33.33"),
        ("100", RAK, 5, 12, "66.67"),
        ("-100", RAK, 1, 4, "-33.33"),
        ("0.01", RAK, 1, 6, "0.01"),
        ("0.01", RAK, 7, 12, "0.00"),
        ("1000", som_forra_aret({1: Decimal(60), 7: Decimal(180)}), 1, 6, "250"),
        ("-1000", som_forra_aret({1: Decimal(-60), 7: Decimal(-180)}), 7, 7, "-750"),
        ("1000", egen([Decimal("0.5"), *[Decimal(0)] * 10, Decimal("0.5")]), 2, 11, "0"),
    ],
)
def test_fallen(ar, profil, fran, till, vantat):
    assert periodisera(Decimal(ar), profil, fran, till) == Decimal(vantat)


@given(belopp, profiler)
def test_manaderna_summerar_till_aret(ar, profil):
    assert sum(periodisera(ar, profil, m, m) for m in range(1, 13)) == ar
    assert periodisera(ar, profil, 1, 12) == ar


@given(belopp, profiler, st.integers(1, 11))
def test_tva_perioder_blir_en(ar, profil, manad):
    assert periodisera(ar, profil, 1, manad) + periodisera(ar, profil, manad + 1, 12) == ar
    assert andel(profil, 1, manad) + andel(profil, manad + 1, 12) == 1


@given(belopp, profiler, st.integers(1, 12), st.integers(1, 12))
def test_avviker_hogst_ett_ore_fran_det_exakta(ar, profil, a, b):
    fran, till = sorted((a, b))
    exakt = Fraction(ar) * andel(profil, fran, till)
    assert abs(Fraction(periodisera(ar, profil, fran, till)) - exakt) <= Fraction(1, 100)


@given(st.lists(st.decimals(min_value=0, max_value="1e9", places=2), min_size=12, max_size=12))
def test_forra_arets_utfall_ger_sig_sjalvt(manader):
    profil = som_forra_aret(dict(enumerate(manader, 1)))
    if not sum(manader):
        assert profil is None
    else:
        assert [periodisera(sum(manader), profil, m, m) for m in range(1, 13)] == manader


def test_forra_aret_utan_monster_ger_inget():
    assert som_forra_aret({}) is None
    assert som_forra_aret({1: Decimal(500), 2: Decimal(-400)}) is None


def test_egen_profil_summerar_till_precis_hundra():
    tolv = [Decimal("0.0833333333")] * 12
    with pytest.raises(OgiltigProfil, match="99,99999996 %"):
        egen(tolv)
    assert sum(egen([*tolv[:11], 1 - sum(tolv[:11])])) == 1
    with pytest.raises(OgiltigProfil, match="tolv"):
        egen([Decimal("0.5")] * 2)


def test_bara_perioder_i_aret():
    for fran, till in ((0, 3), (4, 3), (1, 13)):
        with pytest.raises(ValueError):
            periodisera(Decimal(1), RAK, fran, till)
