"""Uppräkning against Medicinsk service's printed amounts for 2025 (internbudget, textrad 1479–1502)."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from budget.regler.brygga import utgaende
from budget.regler.upprakning import STEG, Satser, summera, upprakning

MNKR = 1_000_000
MS = Satser(*(Decimal(s) for s in ("1.1", "0.4", "0.5", "0.5", "-1.5")))


def _mnkr(text):
    return Decimal(text) * MNKR


def test_medicinsk_service_2025():
    tekniska = sum(_mnkr(t) for t in ("-67.0", "11.8", "21.3", "-0.2", "-2.0"))
    assert tekniska == _mnkr("-36.1")
    forslag = upprakning({1: _mnkr("617.4") + tekniska}, MS)[1]
    assert forslag.delar == tuple(_mnkr(t) for t in ("8.7", "2.9", "2.9", "-8.7"))
    assert forslag.summa == _mnkr("5.8")
    assert summera([forslag, forslag]).summa == _mnkr("11.6")
    ovrigt = _mnkr("0.4") + _mnkr("18.0")
    assert utgaende(_mnkr("617.4"), tekniska + forslag.summa + ovrigt) == _mnkr("605.5")


@given(
    bas=st.decimals(min_value=0, max_value=10**11, places=2),
    sats=st.decimals(min_value=-20, max_value=20, places=2),
)
def test_varje_del_ar_hela_steg_och_ligger_inom_ett_halvt(bas, sats):
    noll = Decimal(0)
    forslag = upprakning({1: bas}, Satser(sats, noll, noll, noll, noll))[1]
    assert forslag.summa % STEG == 0
    assert abs(forslag.summa - bas * sats / 100) <= STEG / 2


def test_loner_och_priser_raknas_som_sin_summa():
    # Rounded apart 0,75 % of 581,3 would be 4,4 twice, 8,8; the printed row is 1,5 % and 8,7.
    noll = Decimal(0)
    halva = Decimal("0.75")
    delat = upprakning({1: _mnkr("581.3")}, Satser(halva, halva, noll, noll, noll))
    assert delat == upprakning({1: _mnkr("581.3")}, Satser(noll, 2 * halva, noll, noll, noll))
    assert delat[1].summa == _mnkr("8.7")
