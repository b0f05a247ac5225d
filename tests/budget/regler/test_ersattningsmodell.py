"""Ersättningsmodellen against bilaga 4B of budget 2024 (textrad 3145–3151, 4121–4123), and its promises."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.regler.ersattningsmodell import STEG, AndelsFel, DampareFel, Parametrar, ersattningsmodell

MNKR = 1_000_000
#        today     published %  published effect
TRYCKT = (
    ("11357.2", "60.6", "1.6"),
    ("281.7", "1.5", "-0.4"),
    ("2699.7", "14.1", "-50.7"),
    ("532.0", "2.8", "-2.5"),
    ("1853.5", "10.4", "90.5"),
    ("550.0", "2.9", "-4.9"),
    ("937.8", "4.9", "-21.0"),
    ("524.3", "2.7", "-12.6"),
)
IDAG = {i: Decimal(rad[0]) * MNKR for i, rad in enumerate(TRYCKT)}
PROCENT = {i: Decimal(rad[1]) for i, rad in enumerate(TRYCKT)}
EFFEKT = {i: Decimal(rad[2]) * MNKR for i, rad in enumerate(TRYCKT)}
TOTAL = sum(IDAG.values())


def test_de_tryckta_effekterna_foljer_av_totalen_och_andelar_som_avrundas_till_de_tryckta():
    assert Decimal("18736.2") * MNKR == TOTAL
    assert sum(EFFEKT.values()) == 0
    andelar = {i: (IDAG[i] + EFFEKT[i]) / TOTAL * 100 for i in IDAG}
    assert {i: round(a, 1) for i, a in andelar.items()} == PROCENT
    utfall = ersattningsmodell(IDAG, Parametrar(TOTAL, andelar, Decimal("1e-20")))
    assert {i: u.effekt for i, u in utfall.items()} == EFFEKT


def test_de_tryckta_procenten_ar_delar_av_sin_egen_summa():
    assert sum(PROCENT.values()) == Decimal("99.9")
    utfall = ersattningsmodell(IDAG, Parametrar(TOTAL, PROCENT, Decimal("0.1")))
    assert sum(u.effekt for u in utfall.values()) == 0
    # 60,6 of 99,9 is 60,66 %: with one decimal a rounding is worth up to 9,4 mnkr, so the effects differ by that.
    assert utfall[0].effekt == Decimal("8.3") * MNKR
    assert all(abs(u.effekt - EFFEKT[i]) < Decimal("0.1") / 100 * TOTAL for i, u in utfall.items())


def test_dampare_at_bada_hall_och_resten_pa_de_odampade_efter_modellens_andel():
    idag = {1: Decimal(100 * MNKR), 2: Decimal(100 * MNKR), 3: Decimal(200 * MNKR)}
    andelar = {1: Decimal(40), 2: Decimal(20), 3: Decimal(40)}
    utfall = ersattningsmodell(
        idag, Parametrar(Decimal(400 * MNKR), andelar, Decimal(1), Decimal(5), Decimal(10))
    )
    # The model gives +60, −20, −40, and 1 keeps 5 of its 60. The other 295 are shared 20 to 40: 98,3 and 196,7.
    assert [u.utan_dampare / MNKR for u in utfall.values()] == [60, -20, -40]
    assert [u.effekt / MNKR for u in utfall.values()] == [5, Decimal("-1.7"), Decimal("-3.3")]
    assert [u.dampad for u in utfall.values()] == [1, -1, -1]


def test_bara_upp_lagger_resten_pa_dem_som_far_mindre():
    idag = {1: Decimal(100 * MNKR), 2: Decimal(100 * MNKR), 3: Decimal(200 * MNKR)}
    andelar = {1: Decimal(50), 2: Decimal(20), 3: Decimal(30)}
    utfall = ersattningsmodell(idag, Parametrar(Decimal(400 * MNKR), andelar, Decimal(1), upp=Decimal(10)))
    # 1 is held at +10; the other 290 are shared 20 to 30: 116 and 174. But 2 is then held at +10, and 3 has 180.
    assert [u.effekt / MNKR for u in utfall.values()] == [10, 10, -20]
    assert [u.dampad for u in utfall.values()] == [1, 0, 0]


def test_andelar_som_inte_ar_en_helhet_vagras():
    for andelar in (PROCENT | {0: Decimal("59.0")}, PROCENT | {0: Decimal("62.2"), 1: Decimal("-0.1")}):
        with pytest.raises(AndelsFel):
            ersattningsmodell(IDAG, Parametrar(TOTAL, andelar, Decimal("0.1")))


def test_dampare_som_inte_rymmer_en_ny_total_vagras():
    with pytest.raises(DampareFel) as fel:
        ersattningsmodell(IDAG, Parametrar(TOTAL * 2, PROCENT, Decimal("0.1"), upp=Decimal(5)))
    assert fel.value.ska_bli == TOTAL
    med_mer = ersattningsmodell(IDAG, Parametrar(TOTAL + 10 * MNKR, PROCENT, Decimal("0.1"), upp=Decimal(5)))
    assert sum(u.effekt for u in med_mer.values()) == 10 * MNKR


@given(
    idag=st.lists(st.integers(1, 10**6), min_size=2, max_size=9),
    vikter=st.lists(st.integers(0, 10**4), min_size=9, max_size=9).filter(lambda v: sum(v[:2]) > 0),
    upp=st.none() | st.decimals(0, 30, places=2),
    ned=st.none() | st.decimals(0, 30, places=2),
)
def test_summan_ar_noll_och_ingen_gar_over_sin_dampare(idag, vikter, upp, ned):
    nu = {i: x * STEG / 3 for i, x in enumerate(idag)}
    vikter = vikter[: len(idag)]
    andelar = {i: Decimal(v) * 100 / sum(vikter) for i, v in enumerate(vikter)}
    try:
        utfall = ersattningsmodell(nu, Parametrar(sum(nu.values()), andelar, Decimal("1e-15"), upp, ned))
    except DampareFel:
        # Only when somebody without a share leaves what nobody else may take.
        assert upp is not None and 0 in vikter
        return
    assert sum(u.effekt for u in utfall.values()) == 0
    for u in utfall.values():
        assert u.effekt % STEG == 0
        assert upp is None or u.effekt <= u.idag * upp / 100
        assert ned is None or -u.effekt <= u.idag * ned / 100
        assert u.nytt >= 0
    if upp is None and ned is None:
        assert all(abs(u.effekt - u.utan_dampare) < len(idag) * STEG for u in utfall.values())
