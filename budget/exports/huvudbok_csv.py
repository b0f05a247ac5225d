"""The lines of the ledger as CSV, one by one: memory does not grow with their number."""

import csv
from collections.abc import Iterator
from decimal import Decimal

from budget.selectors.huvudbok import Radfilter, strom_rader
from budget.tabeller.utfall import RADFALT, radfalt
from regionskane.lib.csvtext import ofarlig

CSV = "text/csv; charset=utf-8"


class _Eko:
    """A file that gives back what is written, for the csv module."""

    def write(self, text):
        return text


def skriv_csv(f: Radfilter) -> Iterator[str]:
    """The heading and every line of a filter, as a Swedish Excel reads them."""
    skriv = csv.writer(_Eko(), delimiter=";").writerow
    yield "\ufeff" + skriv(RADFALT)
    for r in strom_rader(f):
        yield skriv(map(_falt, radfalt(r)))


def _falt(varde) -> str:
    """Comma for decimals, and no text that is taken for a formula."""
    if isinstance(varde, Decimal):
        return f"{varde:.2f}".replace(".", ",")
    return ofarlig(str(varde))
