"""The right reader for a ledger file, by what it contains and never by its name."""

from collections.abc import Mapping
from typing import BinaryIO, TypeAlias

from budget.imports.huvudbok_csv import CsvLasning
from budget.imports.huvudbok_xlsx import XlsxLasning
from budget.imports.sie import Sielasning, ser_ut_som_sie
from regionskane.lib.textfil import ar_arbetsbok

Lasning: TypeAlias = Sielasning | CsvLasning | XlsxLasning


def oppna_huvudbok(
    fil: BinaryIO,
    *,
    kolumner: Mapping[str, str] | None = None,
    dimensioner: Mapping[str, str] | None = None,
    perioder: tuple[int, int] | None = None,
    extraperioder: Mapping[int, int] | None = None,
) -> Lasning:
    """A reader whose `alla_rader()` gives neutral rows. Raises OlasligFil for what is no ledger."""
    if ar_arbetsbok(fil, vad="en huvudbok"):
        return XlsxLasning(fil, kolumner=kolumner, perioder=perioder, extraperioder=extraperioder)
    if ser_ut_som_sie(fil):
        return Sielasning(fil, dimensioner=dimensioner, extraperioder=extraperioder)
    return CsvLasning(fil, kolumner=kolumner, perioder=perioder, extraperioder=extraperioder)
