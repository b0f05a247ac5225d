"""Growth and shares against the tables of Verksamhetsplan och budget 2024, and at their boundaries."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.regler.nyckeltal import kvot, tillvaxt
from regionskane.lib.belopp import formatera


def _tryckt(varde, decimaler):
    return None if varde is None else formatera(varde, decimaler=decimaler)


@pytest.mark.parametrize(
    ("serie", "decimaler", "vantat"),
    [
        # Summa skatt, utjämning och generella statliga bidrag 2022–2026 (textrad 2776–2777).
        ((49459, 50862, 53484, 55101, 57201), 1, ["2,8", "5,2", "3,0", "3,8"]),
        # Invånare den 1 november (textrad 2985–2986).
        ((1413080, 1424117, 1434802, 1445146, 1455135), 2, ["0,78", "0,75", "0,72", "0,69"]),
        # Nettokostnader (textrad 2893). The document prints 17,5 and 5,0 for the first two, which do not follow.
        ((45586, 52211, 53610, 52655, 54777), 1, ["14,5", "2,7", "−1,8", "4,0"]),
        # A cost with minus grows by as much.
        ((-45586, -52211, -53610, -52655, -54777), 1, ["14,5", "2,7", "−1,8", "4,0"]),
    ],
)
def test_publicerad_tillvaxt(serie, decimaler, vantat):
    par = zip(serie[1:], serie, strict=False)
    assert [_tryckt(tillvaxt(Decimal(nu), Decimal(fore)), decimaler) for nu, fore in par] == vantat


def test_publicerad_soliditet():
    # Eget kapital and summa tillgångar in bilaga 3 (textrad 3943–3945, 3971).
    rader = ((-17279, 43611), (-24809, 45259), (-24156, 47888), (-23012, 50403))
    assert [_tryckt(kvot(Decimal(a), Decimal(b)), 0) for a, b in rader] == ["−40", "−55", "−50", "−46"]


@pytest.mark.parametrize(
    ("regel", "forsta", "andra"),
    [
        (tillvaxt, None, 1), (tillvaxt, 1, None), (tillvaxt, 1, 0), (tillvaxt, 5, -5), (tillvaxt, -5, 5),
        (kvot, None, 1), (kvot, 1, None), (kvot, 1, 0), (kvot, 1, -2),
    ],
)  # fmt: skip
def test_det_som_inte_kan_raknas_ar_inget_tal(regel, forsta, andra):
    assert regel(*(None if x is None else Decimal(x) for x in (forsta, andra))) is None


def test_till_noll_ar_minus_hundra():
    assert tillvaxt(Decimal(0), Decimal(-7)) == -100


tal = st.decimals("0.01", 10**12, places=2)


@given(tal, tal, st.sampled_from((1, -1)))
def test_tillvaxten_leder_tillbaka_till_talet(nu, fore, tecken):
    andel = tillvaxt(nu * tecken, fore * tecken) / 100
    # 28 digits of a fraction, times what it is a fraction of.
    assert abs(fore * (1 + andel) - nu) <= max(nu, fore) * Decimal("1e-20")
