"""What is worth a look before a part is handed in."""

from decimal import Decimal

import pytest

from budget.regler.delkontroll import bedom
from regionskane.lib.belopp import relativ_forandring


@pytest.mark.parametrize(
    ("nytt", "forra", "vantat"),
    [
        # Kulturnämnden 2024 beside 2023 in bilaga 4A, mnkr; the rest are made up.
        ("357.4", "346.8", None),
        ("3500", "3000", "stor"),
        ("110", "100", None),
        ("110.1", "100", "stor"),
        ("89", "100", "stor"),
        ("0", "346.8", "nollad"),
        ("-5", "346.8", "tecken"),
        ("5", "0", None),
        (None, "346.8", None),
        ("5", None, None),
    ],
)
def test_bedom(nytt, forra, vantat):
    nytt, forra = (None if x is None else Decimal(x) for x in (nytt, forra))
    assert bedom(nytt, forra, relativ_forandring(nytt, forra)) == vantat
