"""The steps of a part and how late it is, as plain rules."""

from datetime import date, timedelta
from itertools import product

import pytest

from budget.regler.delflode import (
    Delstatus,
    OtillatetSteg,
    Steg,
    Tidslage,
    mojliga_steg,
    nasta_status,
    overgangar,
    ska_paminnas,
    tidslage,
)

# Every step that there is; whatever is not here is refused.
TILLATET = {
    ("oppen", "lamna_in"): "inlamnad",
    ("ater", "lamna_in"): "inlamnad",
    ("inlamnad", "ta_tillbaka"): "oppen",
    ("inlamnad", "granska"): "granskad",
    ("inlamnad", "aterlamna"): "ater",
    ("granskad", "aterlamna"): "ater",
    ("klar", "aterlamna"): "ater",
    ("granskad", "klarmarkera"): "klar",
}


@pytest.mark.parametrize(("status", "steg"), list(product(Delstatus, Steg)))
def test_varje_steg_ur_varje_status(status, steg):
    vantat = TILLATET.get((status, steg))
    if vantat:
        assert nasta_status(status, steg) == vantat
        assert steg in mojliga_steg(status)
    else:
        assert steg not in mojliga_steg(status)
        with pytest.raises(OtillatetSteg):
            nasta_status(status, steg)


def test_databasen_far_just_de_overgangarna():
    assert set(overgangar()) == {(fran, till) for (fran, _), till in TILLATET.items()}


ONSDAG = date(2024, 9, 25)


@pytest.mark.parametrize(
    ("status", "dagar", "inlamnad", "vantat"),
    [
        ("oppen", 3, None, Tidslage(True, 3)),
        ("ater", 0, ONSDAG - timedelta(5), Tidslage(True, 0)),
        ("oppen", -2, None, Tidslage(True, -2)),
        ("inlamnad", -9, ONSDAG - timedelta(9), Tidslage(False, 0)),
        ("klar", -9, ONSDAG - timedelta(7), Tidslage(False, -2)),
    ],
)
def test_tidslage(status, dagar, inlamnad, vantat):
    lage = tidslage(status, sista_dag=ONSDAG + timedelta(dagar), idag=ONSDAG, inlamnad=inlamnad)
    assert lage == vantat
    assert lage.sen == (vantat.dagar < 0)


@pytest.mark.parametrize(
    ("dagar", "vantat"),
    [(8, False), (7, True), (4, False), (3, True), (2, False), (1, True), (0, True), (-1, True), (-30, True)],
)
def test_paminnelsens_dagar(dagar, vantat):
    assert ska_paminnas(Tidslage(True, dagar), ONSDAG) is vantat
    assert not ska_paminnas(Tidslage(False, dagar), ONSDAG)
    assert not ska_paminnas(Tidslage(True, dagar), ONSDAG + timedelta(3))  # a Saturday
