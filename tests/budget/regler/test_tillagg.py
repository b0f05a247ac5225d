from decimal import Decimal

import pytest

from budget.regler.tillagg import Andring, Brist, Satt, provad_finansiering


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
