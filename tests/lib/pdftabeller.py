"""The tables of a tagged PDF, read back from the file itself: text by row and cell, as a screen reader has it."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

import pikepdf


class Pdfrad(NamedTuple):
    """A row of a table's body: its heading, and the text of its cells without the numbers of their notes."""

    rubrik: str
    celler: tuple[str, ...]


def las_tabeller(innehall: bytes) -> list[list[Pdfrad]]:
    """Every table of the document that has column headings, in order."""
    with pikepdf.open(BytesIO(innehall)) as dokument:
        texter = {
            (sida.obj.objgen, mcid): text
            for sida in dokument.pages
            for mcid, text in _per_marke(sida).items()
        }
        tabeller = _alla(dokument.Root.StructTreeRoot, "/Table")
        return [list(_rader(t, texter)) for t in tabeller if any(_alla(t, "/THead"))]


def _rader(tabell, texter) -> Iterator[Pdfrad]:
    for kropp in _alla(tabell, "/TBody"):
        for rad in _alla(kropp, "/TR"):
            rubrik, *celler = _barn(rad)
            yield Pdfrad(_text(rubrik, texter), tuple(_text(c, texter, utan_not=True) for c in celler))


def _barn(nod) -> list:
    k = nod.get("/K", [])
    return list(k) if isinstance(k, pikepdf.Array) else [k]


def _alla(nod, slag: str) -> Iterator:
    for barn in _barn(nod):
        if isinstance(barn, pikepdf.Dictionary):
            if barn.get("/S") == slag:
                yield barn
            else:
                yield from _alla(barn, slag)


def _text(nod, texter, *, utan_not=False) -> str:
    """The text of an element. A cell's figure stands on one line, so its second span is the mark of its notes."""
    spann = [b for b in _barn(nod) if isinstance(b, pikepdf.Dictionary) and b.get("/S") == "/Span"]
    delar = []
    for barn in _barn(nod):
        if isinstance(barn, int):
            delar.append(texter[nod.Pg.objgen, barn])
        elif barn.get("/Type") == "/MCR":
            delar.append(texter[barn.get("/Pg", nod.get("/Pg")).objgen, int(barn.MCID)])
        elif not (utan_not and barn in spann[1:]):
            delar.append(_text(barn, texter))
    return " ".join("".join(delar).replace("\u00ad", "").split())


def _per_marke(sida) -> dict[int, str]:
    """The text of each marked piece of a page."""
    typsnitt = {namn: _tecken(f) for namn, f in sida.Resources.get("/Font", {}).items()}
    texter, marken, tecken = {}, [], {}
    for operander, operator in pikepdf.parse_content_stream(sida):
        match str(operator):
            case "BDC":
                egenskaper = operander[1]
                mcid = egenskaper.get("/MCID") if isinstance(egenskaper, pikepdf.Dictionary) else None
                marken.append(None if mcid is None else int(mcid))
            case "BMC":
                marken.append(None)
            case "EMC":
                marken.pop()
            case "Tf":
                tecken = typsnitt[str(operander[0])]
            case "Tj" | "TJ":
                mcid = next((m for m in reversed(marken) if m is not None), None)
                if mcid is not None:
                    texter[mcid] = texter.get(mcid, "") + _avkoda(operander[0], tecken)
    return texter


def _avkoda(operand, tecken) -> str:
    stycken = operand if isinstance(operand, pikepdf.Array) else [operand]
    koder = b"".join(bytes(s) for s in stycken if isinstance(s, pikepdf.String))
    return "".join(tecken[koder[i : i + 2]] for i in range(0, len(koder), 2))


def _tecken(typsnitt) -> dict[bytes, str]:
    """What a font's two-byte codes are, by its ToUnicode."""
    karta = {}
    cmap = typsnitt.ToUnicode.read_bytes().decode("latin-1")
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        for kod, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            karta[bytes.fromhex(kod)] = bytes.fromhex(text).decode("utf-16-be")
    assert "beginbfrange" not in cmap and karta
    return karta
