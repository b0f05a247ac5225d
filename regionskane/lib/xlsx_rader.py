"""A long list as a workbook, written row by row: memory does not grow with the list."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from regionskane.lib.visning import ren_text

# Excel has 1 048 576 rows in a sheet; the notes and the heading take a few.
FLEST_RADER = 1_000_000


class ForMangaRader(ValueError):
    """There are more rows than one sheet takes."""


def skriv_rader(
    plats: Path,
    *,
    blad: str,
    noter: Sequence[str],
    huvud: Sequence[str],
    rader: Iterable[Sequence[object]],
    flest: int = FLEST_RADER,
) -> int:
    """Write notes, a heading and rows to the file at `plats`. Returns how many rows there were.

    A Decimal becomes a number with two decimals, an int a number, anything else text: never a formula or a link.
    Raises ForMangaRader, since XlsxWriter drops what a sheet has no room for without a word.
    """
    bok = xlsxwriter.Workbook(str(plats), {"constant_memory": True})
    ark = bok.add_worksheet(blad)
    fet, tal = bok.add_format({"bold": True}), bok.add_format({"num_format": '#,##0.00;"\u2212"#,##0.00'})
    ark.set_column(0, len(huvud) - 1, 18)
    for r, text in enumerate(noter):
        ark.write_string(r, 0, ren_text(text))
    forsta = len(noter) + 1
    for k, text in enumerate(huvud):
        ark.write_string(forsta, k, text, fet)
    antal = 0
    for rad in rader:
        antal += 1
        if antal > flest:
            bok.close()
            raise ForMangaRader
        for k, varde in enumerate(rad):
            if isinstance(varde, Decimal):
                ark.write_number(forsta + antal, k, float(varde), tal)
            elif isinstance(varde, int):
                ark.write_number(forsta + antal, k, varde)
            elif varde:
                ark.write_string(forsta + antal, k, ren_text(str(varde)))
    ark.freeze_panes(forsta + 1, 0)
    bok.close()
    return antal
