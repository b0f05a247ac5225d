"""The cells of a CSV file that a spreadsheet may open: text that it would take for a formula is neutralised.

A cell that begins like a formula, after blanks and in full width too, is written with an apostrophe before it, and so
is one that begins with an apostrophe and then like a formula, or the reader could not tell the two apart. A reader
takes the apostrophe back from just those cells, so what was written is read. A number with its sign stays a number.
"""

import re

# Letters that begin a formula, also as they are written in full width or small; blanks, a line break or signs without
# width may stand before one.
_OSYNLIGT = r"[\s\u200b-\u200f\u2060\ufeff]*"
_FORMEL = re.compile(rf"'*{_OSYNLIGT}[=+\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66]|'*[\t\r\n]")
_TAL = re.compile(r"[+\-\u2212]?(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,]\d+)?(?: ?%)?")


def ofarlig(text: str) -> str:
    """The text as it is written in a cell of a CSV file."""
    return f"'{text}" if _FORMEL.match(text) and not _TAL.fullmatch(text) else text


def ursprunglig(text: str) -> str:
    """The text that `ofarlig` was given; any other is left as it is."""
    return text[1:] if text.startswith("'") and ofarlig(text[1:]) == text else text
