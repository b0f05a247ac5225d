"""A line of a kept ledger file, as it stands there."""

from dataclasses import replace
from typing import BinaryIO

from regionskane.lib.textfil import BOM, KODNINGAR, radblock

# Finding a line means reading what is before it; beyond this a page would keep its reader waiting.
STORST = 64 << 20
LANGST = 2_000


def las_radtext(fil: BinaryIO, *, kodning: str, rad: int) -> str | None:
    """Line `rad` (from 1) of a text file in the named encoding, cut after 2 000 characters.

    None for a file that has no such line, or whose encoding is unknown: a workbook has none.
    """
    funnen = KODNINGAR.get(kodning)
    if funnen is None:
        return None
    bom = fil.read(len(BOM)) == BOM
    for forsta, rader, _ in radblock(fil, replace(funnen, bom=bom)):
        if rad < forsta + len(rader):
            return rader[rad - forsta][:LANGST]
    return None
