"""Uppräkning against printed amounts, bilaga 4B 2024 and Medicinsk service 2025, and on made-up nämnder."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.regler.brygga import utgaende
from budget.regler.upprakning import (
    STEG,
    Satser,
    Satt,
    Skillnad,
    Undantag,
    Underlag,
    VikterSaknas,
    ar_ovanlig,
    finans,
    skillnader,
    summera,
    upprakning,
    vikter,
)

MNKR = 1_000_000
FIXTURER = Path(__file__).resolve().parents[3] / "fixtures"
OVRIGA = {"KN", "KTN", "RUN", "RS", "NORV_DIGIT", "PEN", "PN", "REV", "SN"}


def _mnkr(text):
    return Decimal(text) * MNKR


def _satser(**tal):
    return Satser(**{namn: Decimal(t) for namn, t in tal.items()})


def _undantag(**tal):
    return Undantag(**{namn: Decimal(t) for namn, t in tal.items()})


MS = _satser(sammanvagt="1.5", demografi="0.5", medicinteknik="0.5", effektivisering="-1.5")
HALSA = _satser(sammanvagt="3.1", demografi="0.8", medicinteknik="0.5", effektivisering="-1.5")
ANDRA = _satser(sammanvagt="3.8", effektivisering="-1.5")
EGNA_2024 = {
    "PHH": _undantag(sats="3.1"),
    "RS": Undantag(belopp=_mnkr("-35.6")),
    **{kod: Undantag(belopp=Decimal(0)) for kod in ("EHALSA", "PN", "REV")},
}


def _rader(namn):
    with (FIXTURER / "budget2024" / f"{namn}.csv").open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil))


def _bilaga_4b():
    """The bases of 2024 by enhet, and the printed row «Uppräkning 2024»."""
    bas = {
        r["omfang"].removeprefix("enhet:"): _mnkr(r["belopp"])
        for r in _rader("regionbidrag_4a")
        if (r["version"], r["post"]) == ("B2023", "regionbidrag") and r["omfang"].startswith("enhet:")
    }
    tryckt = {}
    for r in _rader("regionbidrag_4b"):
        if r["block"] == "teknisk" and r["enhet"] != "FINANS":
            bas[r["enhet"]] += _mnkr(r["belopp"])
        if r["block"] == "upprakning":
            tryckt[r["enhet"]] = _mnkr(r["belopp"])
    return {e: Underlag(b, 2 if e in OVRIGA else 1) for e, b in bas.items()}, tryckt


def test_varje_tryckt_belopp_i_bilaga_4b_2024_blir_exakt():
    underlag, tryckt = _bilaga_4b()
    forslag = upprakning(underlag, {1: HALSA, 2: ANDRA}, EGNA_2024)
    assert len(tryckt) == 25 and set(forslag) == set(tryckt) - {"FINANS"}
    assert {e: f.summa for e, f in forslag.items()} == {e: b for e, b in tryckt.items() if e != "FINANS"}
    assert finans(forslag.values()) == tryckt["FINANS"] == _mnkr("-1389.1")
    # KN and PDV need no exception: the parts give 13,3 − 5,2 and 0,9 + 0,2 + 0,2 − 0,5.
    assert [d / MNKR for d in forslag["KN"].delar] == [Decimal(x) for x in ("13.3", "0", "0", "-5.2", "0")]
    assert [d / MNKR for d in forslag["PDV"].delar] == [
        Decimal(x) for x in ("0.9", "0.2", "0.2", "-0.5", "0")
    ]
    # What the exceptions stand in place of.
    assert {e: f.enligt_sektorn / MNKR for e, f in forslag.items() if f.satt != Satt.SEKTOR} == {
        "PHH": Decimal("120.3"), "RS": Decimal("42.3"), "EHALSA": Decimal("2.2"), "PN": Decimal("0.4"),
        "REV": Decimal("0.4"),
    }  # fmt: skip


def test_med_hela_satsen_i_ett_tal_namns_var_skillnad():
    """2,9 and 2,3 percent in one multiplication: eight nämnder are a tenth off, which is told and not hidden."""
    underlag, tryckt = _bilaga_4b()
    forslag = upprakning(underlag, {1: _satser(sammanvagt="2.9"), 2: _satser(sammanvagt="2.3")}, EGNA_2024)
    tryckt.pop("FINANS")
    skilda = {
        s.enhet: (s.beslutat / MNKR, s.raknat / MNKR, s.differens / MNKR) for s in skillnader(forslag, tryckt)
    }
    tio = Decimal("0.1")
    assert skilda == {
        "KN": (Decimal("8.1"), Decimal("8.0"), tio),
        "LKR": (Decimal("8.0"), Decimal("7.9"), tio),
        "HBG": (Decimal("76.0"), Decimal("76.1"), -tio),
        "AHM": (Decimal("14.9"), Decimal("15.0"), -tio),
        "HHM": (Decimal("15.6"), Decimal("15.5"), tio),
        "YSD": (Decimal("26.5"), Decimal("26.4"), tio),
        "PDV": (Decimal("0.8"), Decimal("0.9"), -tio),
        "HSN": (Decimal("433.9"), Decimal("434.0"), -tio),
    }
    # As amounts of their own they come out, and only the six others differ.
    egna = EGNA_2024 | {e: Undantag(belopp=tryckt[e]) for e in ("KN", "PDV")}
    forslag = upprakning(underlag, {1: _satser(sammanvagt="2.9"), 2: _satser(sammanvagt="2.3")}, egna)
    assert {s.enhet for s in skillnader(forslag, tryckt)} == set(skilda) - {"KN", "PDV"}


def test_medicinsk_service_2025():
    tekniska = sum(_mnkr(t) for t in ("-67.0", "11.8", "21.3", "-0.2", "-2.0"))
    assert tekniska == _mnkr("-36.1")
    forslag = upprakning({1: Underlag(_mnkr("617.4") + tekniska, 7)}, {7: MS}, {})[1]
    assert forslag.delar == tuple(_mnkr(t) for t in ("8.7", "2.9", "2.9", "-8.7", "0"))
    assert forslag.summa == _mnkr("5.8") and forslag.sats == 1
    assert summera([forslag, forslag]) == (_mnkr("1162.6"), tuple(2 * d for d in forslag.delar))
    ovrigt = _mnkr("0.4") + _mnkr("18.0")
    assert utgaende(_mnkr("617.4"), tekniska + forslag.summa + ovrigt) == _mnkr("605.5")


def test_vikter_av_loner_och_priser_per_namnd():
    """Made-up nämnder: a school with much pay, a traffic board that buys nearly everything, and one as its sektor."""
    satser = {
        1: _satser(
            loner="3.5", priser="2", vikt_loner="60", vikt_priser="35", demografi="0.5", effektivisering="-1"
        )
    }
    namnder = {n: Underlag(_mnkr("200"), 1) for n in ("skola", "trafik", "som_sektorn", "bara_priser")}
    undantag = {
        "skola": _undantag(vikt_loner="80"),  # priser take the rest, 20
        "trafik": _undantag(vikt_loner="5", vikt_priser="90"),  # 5 of 100 is not raised
        "bara_priser": _undantag(vikt_priser="100"),
    }
    forslag = upprakning(namnder, satser, undantag)
    assert {n: f.satser[0] for n, f in forslag.items()} == {
        "skola": Decimal("3.2"),
        "trafik": Decimal("1.975"),
        "som_sektorn": Decimal("2.8"),
        "bara_priser": Decimal(2),
    }
    # 200 · 1,975 % is 3,95, rounded up to 4,0 as one part: 0,175 and 1,8 per cent apart are 0,4 and 3,6.
    assert forslag["trafik"].delar == tuple(_mnkr(t) for t in ("4.0", "1.0", "0", "-2.0", "0"))
    assert forslag["trafik"].sats == Decimal("1.475")
    assert [forslag[n].summa / MNKR for n in namnder] == [Decimal(x) for x in ("5.4", "3.0", "4.6", "3.0")]
    assert finans(forslag.values()) == _mnkr("-16.0")


def test_en_namnd_utan_vikter_namns():
    satser = {1: _satser(loner="3", priser="2"), 2: _satser(sammanvagt="2")}
    namnder = {n: Underlag(_mnkr("100"), sektor) for n, sektor in (("a", 1), ("b", 1), ("c", 1), ("d", 2))}
    with pytest.raises(VikterSaknas) as fel:
        upprakning(namnder, satser, {"b": _undantag(vikt_loner="50")})
    assert fel.value.enheter == ("a", "c")
    # An exception takes no weights.
    egna = {"a": _undantag(sats="1"), "b": _undantag(vikt_loner="50"), "c": Undantag(belopp=_mnkr("0.3"))}
    forslag = upprakning(namnder, satser, egna)
    assert [f.summa / MNKR for f in forslag.values()] == [Decimal(x) for x in ("1.0", "2.5", "0.3", "2.0")]
    assert forslag["a"].enligt_sektorn is None and forslag["d"].enligt_sektorn == _mnkr("2")


def test_vikter_galler_parvis_och_namndens_fore_sektorns():
    sektorns = _satser(loner="1", vikt_loner="70", vikt_priser="20")
    assert vikter(sektorns, Undantag()) == (70, 20)
    assert vikter(sektorns, _undantag(vikt_priser="40")) == (60, 40)
    assert vikter(_satser(loner="1"), Undantag()) is None


def test_en_sektor_utan_sats_ger_inget_och_sager_det():
    forslag = upprakning({"a": Underlag(_mnkr("100"), 1), "b": Underlag(_mnkr("100"), None)}, {}, {})
    assert {(f.satt, f.summa) for f in forslag.values()} == {(Satt.UTAN_SATS, 0)}
    assert (
        upprakning({"a": Underlag(_mnkr("100"), 1)}, {1: _satser(sammanvagt="0")}, {})["a"].satt
        == Satt.SEKTOR
    )


def test_ett_beslut_som_regeln_inte_har_ar_en_skillnad():
    assert skillnader({}, {"x": Decimal(5), "y": Decimal(0)}) == [Skillnad("x", Decimal(5), Decimal(0))]


@given(
    bas=st.decimals(min_value=0, max_value=10**11, places=2),
    sats=st.decimals(min_value=-20, max_value=20, places=2),
    egen=st.booleans(),
)
def test_varje_del_ar_hela_steg_och_ligger_inom_ett_halvt(bas, sats, egen):
    underlag = {1: Underlag(bas, 1)}
    forslag = (
        upprakning(underlag, {}, {1: Undantag(sats=sats)})
        if egen
        else upprakning(underlag, {1: Satser(demografi=sats)}, {})
    )[1]
    assert forslag.summa % STEG == 0
    assert abs(forslag.summa - bas * sats / 100) <= STEG / 2
    assert finans([forslag]) == -forslag.summa


@given(
    loner=st.decimals(min_value=-10, max_value=10, places=2),
    priser=st.decimals(min_value=-10, max_value=10, places=2),
    vikt=st.decimals(min_value=0, max_value=100, places=2),
)
def test_lika_loner_och_priser_ger_samma_som_sammanvagt(loner, priser, vikt):
    underlag = {1: Underlag(_mnkr("581.3"), 1)}
    delat = upprakning(underlag, {1: Satser(loner=loner, priser=priser, vikt_loner=vikt)}, {})[1]
    i_ett = upprakning(underlag, {1: Satser(sammanvagt=(loner * vikt + priser * (100 - vikt)) / 100)}, {})[1]
    assert delat.delar == i_ett.delar


@pytest.mark.parametrize(
    ("sats", "ovanlig"),
    [("2.9", False), ("-1.5", False), ("10", False), ("10.1", True), ("29", True), ("-23", True)],
)
def test_en_sats_over_tio_procent_fragas_det_om(sats, ovanlig):
    assert ar_ovanlig(Decimal(sats)) == ovanlig
