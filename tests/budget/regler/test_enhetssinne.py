"""Amounts in another unit than the table's: told by their own row, never by the row above."""

from decimal import Decimal

import pytest

from budget.regler.enhetssinne import DELAS_MED, Enhet, Slag, Varde, bedom, bedom_vardet, narmast

D = Decimal


def varden(*rader):
    return [Varde(i, D(v), tuple(D(m) for m in mot)) for i, (v, *mot) in enumerate(rader)]


@pytest.mark.parametrize(
    ("varde", "mot", "vantat"),
    [
        # As they should be: about the same, halved, turned, ten times.
        ("357.4", ["349.2", "366.1"], Enhet.MNKR),
        ("-4417", ["652", "1144", "-839"], Enhet.MNKR),
        ("18.0", ["17.4"], Enhet.MNKR),
        ("170", ["17"], Enhet.MNKR),
        # In tkr, whatever sign.
        ("357400", ["349.2", "366.1"], Enhet.TKR),
        ("-62834000", ["-57414", "-62068"], Enhet.TKR),
        ("718000", ["-673"], Enhet.TKR),
        # In kronor and in miljarder.
        ("357400000", ["349.2"], Enhet.KR),
        ("39.71", ["38104", "41736"], Enhet.MDKR),
        ("-0.718", ["-673"], Enhet.MDKR),
        # A whole number is not a sum in miljarder.
        ("40", ["38104", "41736"], None),
        # Nothing to be held against: no references, zeros, small ones.
        ("357400", [], None),
        ("357400", ["0", "0.00"], None),
        ("900", ["0.9", "-0.99"], None),
        ("0", ["357"], None),
        # A small one does not silence a large one.
        ("357400", ["0", "0.3", "349"], Enhet.TKR),
        # Between: neither right nor another unit.
        ("5000", ["50"], None),
        ("29000", ["100"], None),
        # Most of the references decide; half are enough to say that it looks right.
        ("30000", ["30", "31", "29000"], Enhet.TKR),
        ("30000", ["30", "29000"], Enhet.MNKR),
        ("30000", ["30", "29000", "31000"], Enhet.MNKR),
    ],
)
def test_ett_varde_mot_sin_egen_rad(varde, mot, vantat):
    assert bedom_vardet(D(varde), [D(m) for m in mot]) == vantat


@pytest.mark.parametrize(
    ("kvot", "vantat"),
    [
        ("0.1", Enhet.MNKR), ("10", Enhet.MNKR), ("10.01", None),
        ("299.99", None), ("300", Enhet.TKR), ("1000", Enhet.TKR), ("3000", Enhet.TKR), ("3000.01", None),
        ("299999", None), ("300000", Enhet.KR), ("3000000", Enhet.KR), ("3000001", None),
        ("0.0003", Enhet.MDKR), ("0.003", Enhet.MDKR), ("0.00299", Enhet.MDKR), ("0.00301", None), ("0.00029", None),
    ],
)  # fmt: skip
def test_granserna_hor_till(kvot, vantat):
    # 77 leaves every quotient with decimals, as sums in miljarder have.
    assert bedom_vardet(D(kvot) * 77, [D(77)]) == vantat
    assert bedom_vardet(-D(kvot) * 77, [D(77)]) == vantat


def test_en_hel_tabell_ar_i_samma_enhet_ocksa_det_som_inget_jamfors_med():
    u = bedom(varden(("357400", "349"), ("18000", "17.4"), ("4100",), ("-53834000", "-48010")))
    assert (u.slag, u.enhet, u.antal, u.galler) == (Slag.HELT, Enhet.TKR, 4, (0, 1, 2, 3))
    assert [v.plats for v in u.ser_ut] == [0, 1, 3]


def test_ett_som_ser_ratt_ut_gor_det_blandat_och_da_galler_det_bara_de_andra():
    u = bedom(varden(("357400", "349"), ("17.9", "17.4"), ("4100",), ("4100000", "4071")))
    assert (u.slag, u.enhet, u.galler, u.antal) == (Slag.BLANDAT, Enhet.TKR, (0, 3), 4)


def test_tva_enheter_pa_en_gang_fragas_om_den_vanligaste():
    u = bedom(varden(("357400", "349"), ("4100000000", "4071"), ("366000", "349")))
    assert (u.slag, u.enhet, u.galler) == (Slag.BLANDAT, Enhet.TKR, (0, 2))


def test_i_miljarder_ar_allt_eller_inget():
    i_mdkr = (("39.71", "38104"), ("0.357", "349.2"))
    u = bedom(varden(*i_mdkr, ("3",)))
    assert (u.slag, u.enhet, u.galler) == (Slag.HELT, Enhet.MDKR, (0, 1, 2))
    # A row that falls to next to nothing beside one that does not has done so.
    assert not bedom(varden(*i_mdkr, ("357.4", "349.2")))
    u = bedom(varden(*i_mdkr, ("357.4", "349.2"), ("4100000", "4071")))
    assert (u.slag, u.enhet, u.galler) == (Slag.BLANDAT, Enhet.TKR, (3,))


@pytest.mark.parametrize(
    "rader",
    [(), (("357.4", "349"),), (("5", "0"),), (("0", "349"),), (("18.0", "17"), ("-53834", "-48010"))],
)
def test_det_som_ar_i_sin_ordning_fragas_inte_om(rader):
    assert not bedom(varden(*rader))


def test_det_som_visas_bredvid_ar_den_narmaste_siffran():
    v = Varde("a", D(39_710_000), (D(0), D("0.4"), D(38_104), D(41_736)))
    assert narmast(v, Enhet.TKR) == 38_104


def test_varje_enhet_raknas_till_mnkr():
    assert {e: D(39_710_000) / d for e, d in DELAS_MED.items() if e != Enhet.MDKR} == {
        Enhet.KR: D("39.71"), Enhet.TKR: D(39_710), Enhet.MNKR: D(39_710_000),
    }  # fmt: skip
    assert D("39.71") / DELAS_MED[Enhet.MDKR] == 39_710
