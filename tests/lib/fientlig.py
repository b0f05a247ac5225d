"""Workbooks made to be dear to read, and what reading them costs."""

import gc
import io
import resource
import time
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PAKET = "http://schemas.openxmlformats.org/package/2006"


class Matt:
    """The CPU of this process, and how its memory grew, while something is done.

    What the tests before left in memory is set aside: late in a run one collection of it takes as long as
    all that is measured.
    """

    def __enter__(self):
        gc.freeze()
        self._minne = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._cpu = time.process_time()
        return self

    def __exit__(self, *_):
        self.cpu = time.process_time() - self._cpu
        gc.unfreeze()
        self.minne = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self._minne) * 1024


def bok(*blad: str, texter: Sequence[str] = (), stilar: str = "", namn: Sequence[str] = ()) -> bytes:
    """A workbook of sheets, each the XML of its rows; `namn` are the names of the first ones."""
    slag = {f"s{i}": ("worksheet", f"worksheets/s{i}.xml") for i in range(len(blad))}
    slag |= {"texter": ("sharedStrings", "sharedStrings.xml"), "stilar": ("styles", "styles.xml")}
    namnen = [*namn, *(f"Blad {i}" for i in range(len(namn), len(blad)))]
    relationer = "".join(
        f'<Relationship Id="{i}" Type="{_REL}/{s}" Target="{d}"/>' for i, (s, d) in slag.items()
    )
    bladen = "".join(f'<sheet name={quoteattr(n)} r:id="s{i}"/>' for i, n in enumerate(namnen))
    sst = "".join(f"<si><t>{escape(t)}</t></si>" for t in texter)
    delar = {
        "[Content_Types].xml": f'<Types xmlns="{_PAKET}/content-types"/>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PAKET}/relationships">{relationer}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{NS}" xmlns:r="{_REL}"><sheets>{bladen}</sheets></workbook>',
        "xl/sharedStrings.xml": f'<sst xmlns="{NS}">{sst}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{NS}">{stilar}</styleSheet>',
    } | {
        f"xl/worksheets/s{i}.xml": f'<worksheet xmlns="{NS}"><sheetData>{rader}</sheetData></worksheet>'
        for i, rader in enumerate(blad)
    }
    ut = io.BytesIO()
    with zipfile.ZipFile(ut, "w", zipfile.ZIP_DEFLATED) as arkiv:
        for del_, innehall in delar.items():
            arkiv.writestr(del_, innehall)
    return ut.getvalue()


def rad(*celler: str | int) -> str:
    """A row: a str is a text of the cell itself, an int the number of a shared one."""
    return f"<row>{''.join(map(_cell, celler))}</row>"


def _cell(varde: str | int) -> str:
    if isinstance(varde, int):
        return f'<c t="s"><v>{varde}</v></c>'
    return f'<c t="inlineStr"><is><t>{escape(varde)}</t></is></c>'
