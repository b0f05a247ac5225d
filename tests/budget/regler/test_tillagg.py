from decimal import Decimal

import pytest

from budget.regler.tillagg import Andring, Brist, Satt, betalt_av_intakter, provad_finansiering


@pytest.mark.parametrize(
    "satt, regionbidrag, intakter, resultat, brist",
    [
        ("omfordelning", 0, 0, 0, None),
        ("omfordelning", -5, 0, 5, None),
        ("omfordelning", 1, 0, 0, Brist.NAMNDER_FAR_MER),
        ("omfordelning", 0, 0, -1, Brist.RESULTATET_FORSAMRAS),
        ("intakter", 40, 40, 0, None),
        ("intakter", 40, 0, 0, Brist.INTAKTER_OKAR_INTE),
        ("intakter", 40, 30, -10, Brist.RESULTATET_FORSAMRAS),
        ("resultat", 40, 0, -40, None),
        ("resultat", 40, 0, 0, Brist.RESULTATET_FORSAMRAS_INTE),
    ],
)
def test_siffrorna_ska_gora_det_som_beslutet_sager(satt, regionbidrag, intakter, resultat, brist):
    andring = Andring(Decimal(regionbidrag), Decimal(intakter), Decimal(resultat))
    assert provad_finansiering(Satt(satt), andring) == brist


@pytest.mark.parametrize(
    ("satt", "bidrag", "kostnader", "intakter", "vantat"),
    [
        # The costs have grown as much as the intäkter, so nettokostnaderna stand still.
        (Satt.INTAKTER, 20, 0, 20, 20),
        # The intäkter have grown by more than what is needed, and by less.
        (Satt.INTAKTER, 20, 5, 20, 15),
        (Satt.INTAKTER, 30, 0, 20, 20),
        # Nobody has written the costs: nettokostnaderna have fallen by what came in.
        (Satt.INTAKTER, 20, -20, 20, 20),
        # What pays outside nettokostnaderna (skatt, bidrag) leaves nothing to pay for.
        (Satt.INTAKTER, 20, 20, 0, 0),
        (Satt.INTAKTER, 20, 30, 20, 0),
        (Satt.INTAKTER, -20, -40, 20, 0),
        (Satt.INTAKTER, 20, 0, -5, 0),
        (Satt.RESULTAT, 20, 0, 20, 0),
        (None, 20, 0, 20, 0),
    ],
)
def test_vad_intakterna_betalar_av_regionbidragen(satt, bidrag, kostnader, intakter, vantat):
    assert betalt_av_intakter(satt, *map(Decimal, (bidrag, kostnader, intakter))) == vantat
