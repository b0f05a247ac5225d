"""The ways that an äskande may be read, against the ram of its year."""

from decimal import Decimal

import pytest

from budget.regler.askandesinne import Lasning, lasningar, lasningar_av_investering
from budget.regler.enhetssinne import Enhet

TILLSKOTT = Lasning(Enhet.MNKR, True)
TILLSKOTT_TKR = Lasning(Enhet.TKR, True)


@pytest.mark.parametrize(
    ("varde", "ram", "vantat"),
    [
        ("407.6", "387.6", ()),
        ("200", "387.6", ()),
        ("20", "387.6", (TILLSKOTT,)),
        ("-5", "387.6", (TILLSKOTT,)),
        ("0", "387.6", (TILLSKOTT,)),
        ("20000", "387.6", (TILLSKOTT_TKR,)),
        ("407600", "387.6", (Lasning(Enhet.TKR, False),)),
        ("407600000", "387.6", (Lasning(Enhet.KR, False),)),
        ("20000000", "387.6", (Lasning(Enhet.KR, True),)),
        # FINANS pays, and its ram is below zero.
        ("-53900", "-53834", ()),
        ("-100", "-53834", (TILLSKOTT,)),
        # Nothing to be held against.
        ("20", "0", ()),
        ("20", "0.4", ()),
        # Much more than the ram, but no way to read it makes sense.
        ("1000", "387.6", (TILLSKOTT_TKR,)),
        ("7", "1.2", ()),
    ],
)
def test_vad_ett_askande_kan_vara(varde, ram, vantat):
    assert lasningar(Decimal(varde), Decimal(ram)) == vantat


def test_vad_lasningen_blir_som_niva():
    assert TILLSKOTT.niva(Decimal(20), Decimal("387.6")) == Decimal("407.6")
    assert TILLSKOTT_TKR.niva(Decimal(20000), Decimal("387.6")) == Decimal("407.6")
    assert Lasning(Enhet.TKR, False).niva(Decimal(407600), Decimal("387.6")) == Decimal("407.6")


@pytest.mark.parametrize(
    ("varde", "vantat"),
    [
        ("4.5", ()),
        ("300", ()),
        ("4500", (Lasning(Enhet.TKR, False),)),
        ("4500000", (Lasning(Enhet.KR, False),)),
    ],
)
def test_en_investering_storre_an_hela_ramen(varde, vantat):
    assert lasningar_av_investering(Decimal(varde), Decimal("387.6")) == vantat
