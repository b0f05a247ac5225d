"""A field of one line: what is typed, without what nobody sees."""

import pytest
from django.core.exceptions import ValidationError

from regionskane.lib.radfalt import Radfalt


@pytest.mark.parametrize(
    ("skrivet", "blir"),
    [
        ("Nytt garage", "Nytt garage"),
        ("Ny\u00adtt ga\u200brage\ufeff", "Nytt garage"),
        ("Nytt\u202e egarag\u2066", "Nytt egarag"),
        ("a\u00ad" * 100, "a" * 100),
        ("Nytt\ngarage\u2028på taket", "Nytt garage på taket"),
        ("1\u00a0000\u202f000", "1\u00a0000\u202f000"),
    ],
)
def test_det_som_inte_syns_foljer_inte_med(skrivet, blir):
    assert Radfalt(max_length=100).clean(skrivet) == blir


@pytest.mark.parametrize("skrivet", ["\u200b", "\u00ad\u2060", "a\x07b"])
def test_det_som_inte_syns_racker_inte_som_namn(skrivet):
    with pytest.raises(ValidationError):
        Radfalt(max_length=100).clean(skrivet)
