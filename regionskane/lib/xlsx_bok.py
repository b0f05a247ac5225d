"""The door that every workbook (xlsx) comes in by: what it is made of, within bounds, before any cell is read.

Only the parts that say something about cells are understood: names of sheets, shared texts and formats of numbers.
They are read by expat alone, which knows every encoding and is told to refuse a DOCTYPE, so that no library builds
objects of what a stranger has written. No part is read twice, and none is read by halves: what is left of it is
unpacked to the end, where its checksum stands.
"""

import contextlib
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from xml.parsers import expat

from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from regionskane.lib.textfil import OlasligFil, med_liten_katalog

HUVUDNS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# What «Strict Open XML» calls the same things; nobody here has met one that was not saved so by mistake.
STRIKTNS = "http://purl.oclc.org/ooxml/spreadsheetml/main"
# What Excel itself may write is less than this, or so seldom more that nobody here has seen it.
FLEST_DELAR = 2_000
FLEST_BLAD = 200
STORST_PACKNING = 200
ALLTID_TILLATET = 20 << 20
STORSTA_STRUKTUR = 32 << 20
LANGSTA_FORMAT, FLEST_FORMAT = 255, 1_000
LANGSTA_BLADNAMN = 255
LANGSTA_TEXT = 32_767
DJUPAST = 64
# Expat reads a tag anew for each block that has not ended it, so the longer the tag, the dearer each of its bytes.
LANGSTA_TAGG = 256 << 10
# Expat writes out the address of a namespace anew in every name that has its prefix; those of real workbooks are short.
LANGSTA_NAMNRYMD = 256
BLOCK = 1 << 16
# What is read of a part in search of its first element, a piece at a time.
KORT_BLOCK = 1 << 12
# A row is held whole while its cells are read: 16 384 of them, and some long texts.
LANGSTA_RAD = 16 << 20
# Every tag, attribute, reference and end of line is an object for a while, in expat, in Python or in both. They are
# counted as the bytes that begin them, which is the same in every encoding that is read, and costs next to nothing.
MARKERING = (b"<", b"=", b"&", b"\n", b"\r")
# A row of 16 384 cells, each with a value, a formula and three attributes, is less.
MEST_I_RAD = 400_000
# What a job reads of a book, in marks: so many in all, and for each byte that the parts it reads take in the file. A
# cell has some three for each element (`xlsx_strom.ELEMENT_PER_BYTE`); what has more is comments, line ends and such.
FLEST_MARKEN, MARKEN_PER_BYTE = 6_000_000, 12
# Expat, and what is built on it, remember every name that a part has used, and a real one uses less than a hundred.
FLEST_NAMN = 2_000
# Excel writes less than thirty, and a root with every namespace that it knows some more.
FLEST_ATTRIBUT = 200
# Those in which a mark is the byte that it is counted as. Excel writes the first.
KODNINGAR = frozenset(("utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "iso-8859-1", "windows-1252"))

_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BOK, _RELATIONER = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True, slots=True)
class Granser:
    """How much a book may hold: bytes unpacked, bytes and number of its shared texts, characters in the cells (a
    shared text counts in each cell that shows it), elements with their attributes and namespaces in the parts that
    say what the others are (so many, and `per_byte` more for each byte that such a part takes in the file), elements
    and namespaces in the sheets that are read, and marks (MARKERING) in all of it (None: as many as its size in the
    file answers for)."""

    uppackad: int
    texter: int
    antal_texter: int
    tecken: int
    struktur: int
    element: int | None = None
    markering: int | None = None
    per_byte: int = 0


# What is read while a visitor waits, and what a job may read under its own limit of time.
# A ledger of a million rows, with a thousand characters of text in each, is within the latter.
I_ANROP = Granser(40 << 20, 8 << 20, 100_000, 16 << 20, 300_000, 250_000, 1_600_000)
I_JOBB = Granser(2 << 30, 64 << 20, 2_000_000, 1 << 30, 2_000_000, per_byte=4)


class OtillatenBok(OlasligFil):
    """The workbook is damaged, or larger than it may be. `kod` is for machines, `str()` a sentence for the user."""

    def __init__(self, kod: str, mening: str):
        self.kod = kod
        super().__init__(mening)


def skadad(var: str = "") -> OtillatenBok:
    """A workbook that is damaged, `var` says where."""
    return OtillatenBok("SKADAD", f"Arbetsboken är skadad och går inte att läsa{var}. Spara den på nytt.")


def oppna_arkiv(fil: BinaryIO, granser: Granser) -> zipfile.ZipFile:
    """The zip file, when its directory is small, free of doubles and claims no more than `granser` allow.

    The archive's own figures are enough: Python unpacks no more of a part than they say. Raises OtillatenBok.
    """
    try:
        arkiv = zipfile.ZipFile(med_liten_katalog(fil))
    except OlasligFil as fel:
        raise OtillatenBok("BOMB", str(fel)) from fel
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as fel:
        raise skadad() from fel
    delar = arkiv.infolist()
    if any(d.flag_bits & 1 for d in delar):
        raise OtillatenBok("LOSENORD", "Arbetsboken är krypterad. Spara den utan lösenord.")
    if len(delar) > FLEST_DELAR:
        raise OtillatenBok("BOMB", f"Arbetsboken har {len(delar)} delar, vilket är orimligt många.")
    if len({d.filename.lower() for d in delar}) < len(delar) or _overlappar(arkiv):
        raise skadad()
    if any(d.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for d in delar):
        raise skadad()
    uppackad, packad = sum(d.file_size for d in delar), sum(d.compress_size for d in delar)
    if uppackad > granser.uppackad:
        raise _for_stor(uppackad)
    if uppackad > ALLTID_TILLATET and uppackad > STORST_PACKNING * max(packad, 1):
        raise OtillatenBok(
            "BOMB",
            f"Arbetsboken packar upp till {uppackad // max(packad, 1)} gånger sin storlek och öppnas inte. "
            "Spara den på nytt, eller som CSV.",
        )
    return arkiv


def _overlappar(arkiv: zipfile.ZipFile) -> bool:
    """Whether a part's packed bytes, as the directory has them, reach into the next part or into the directory itself.

    Parts that share bytes make a small file unpack to a large one. The last one, which no part follows, could claim
    any size, and so lift every bound that is for each packed byte: not every Python holds that against the file.
    """
    hittills = 0
    for d in sorted(arkiv.infolist(), key=lambda d: d.header_offset):
        if d.header_offset < hittills:
            return True
        # The name takes the bytes that it has in the file (bit 11: UTF-8), which are fewer in CP437.
        namn = d.orig_filename.encode("utf-8" if d.flag_bits & 0x800 else "cp437")
        hittills = d.header_offset + 30 + len(namn) + d.compress_size
    return hittills > arkiv.start_dir


class Vaktstrom:
    """A sheet's XML as a file to read, that raises OtillatenBok for a DOCTYPE, wherever it stands and however it is
    encoded, for a tag or a row that never ends, and for more marks than `rakna` lets through; ExpatError for what is
    no XML."""

    def __init__(self, strom: BinaryIO, rakna: Callable[[int], None]):
        self._strom, self._rakna = strom, rakna
        self._last = self._rad = self._marken = 0
        self._expat: expat.XMLParserType | None = vaktad_expat()

    def __enter__(self) -> "Vaktstrom":
        return self

    def __exit__(self, *_) -> None:
        self._strom.close()

    def read(self, n: int = BLOCK) -> bytes:
        block = self._strom.read(n)
        marken = antal_marken(block)
        self._rakna(marken)
        self._marken += marken
        mata(self._expat, block, self._last)
        self._last += len(block)
        if self._last - self._rad > LANGSTA_RAD or self._marken > MEST_I_RAD:
            raise OtillatenBok("SKADAD", "Arbetsboken har en orimligt lång rad och öppnas inte.")
        return block

    def ny_rad(self) -> None:
        """A row has been read, so what comes now is of the next one."""
        self._rad, self._marken = self._last, 0

    def las_ut(self) -> None:
        """The rest of the part, which nobody reads as XML: a DOCTYPE can only stand before its first element."""
        packa_upp(self._strom)


def antal_marken(block: bytes) -> int:
    """How many marks there are in a piece of XML."""
    return sum(map(block.count, MARKERING))


def packa_upp(strom: BinaryIO) -> None:
    """A part, or what is left of it, to its end, where its checksum stands."""
    while strom.read(BLOCK):
        pass


def vaktad_expat(rakna_namnrymd: Callable[[], None] | None = None) -> expat.XMLParserType:
    """A parser of XML that takes no DOCTYPE, and so no entities, no encoding but KODNINGAR, no long address of a
    namespace and not many short names of them. Names are `address}name`. `rakna_namnrymd` is told of each namespace
    that is declared: expat counts none among the attributes."""
    namn: set[str | None] = set()

    def namnrymd(kort: str | None, adress: str | None) -> None:
        if rakna_namnrymd:
            rakna_namnrymd()
        namn.add(kort)
        if len(namn) > FLEST_NAMN or (adress and len(adress) > LANGSTA_NAMNRYMD):
            raise skadad()

    tolk = expat.ParserCreate(namespace_separator="}")
    tolk.StartNamespaceDeclHandler = namnrymd
    tolk.StartDoctypeDeclHandler = _vagra_doctype
    tolk.EntityDeclHandler = _vagra_doctype
    tolk.XmlDeclHandler = _krav_kodning
    return tolk


def mata(tolk: expat.XMLParserType, block: bytes, last: int) -> None:
    """Give a parser the next block, or with an empty one the end. `last` is what it has been given before."""
    tolk.Parse(block, not block)
    if last + len(block) - max(tolk.CurrentByteIndex, 0) > LANGSTA_TAGG + BLOCK:
        raise OtillatenBok("SKADAD", "Arbetsboken har en orimligt lång tagg i sin XML och öppnas inte.")


def _krav_kodning(_version, kodning: str | None, _ensam) -> None:
    if kodning is not None and kodning.lower() not in KODNINGAR:
        raise skadad()


def _vagra_doctype(*_) -> None:
    raise OtillatenBok("SKADAD", "Arbetsboken innehåller en XML-definition (DOCTYPE) och öppnas inte.")


class Arbetsbok:
    """An open workbook. `bladnamn` are its sheets in order, `dolda` those that Excel hides, `texter` the shared texts
    that cells point at.

    `datum`, `tid` and `procent` are the styles that show a number as a date, an interval or a percentage; `epok` is
    the day that dates are counted from. Raises OtillatenBok.
    """

    def __init__(self, fil: BinaryIO, granser: Granser):
        self.granser = granser
        self._tecken = self._struktur = 0
        self._marken_kvar = FLEST_MARKEN if granser.markering is None else granser.markering
        self._storsta_struktur = granser.struktur
        self._arkiv = oppna_arkiv(fil, granser)
        self._namn = frozenset(self._arkiv.namelist())
        self.datum: set[int] = set()
        self.tid: set[int] = set()
        self.procent: set[int] = set()
        self.texter: list[str] = []
        self.epok: datetime = CALENDAR_WINDOWS_1900
        self.dolda: set[str] = set()
        relationer = self._relationer()
        self._blad = self._bladen(relationer)
        self.bladnamn = list(self._blad)
        stilar = self._del_av_slag(relationer, "styles")
        texter = self._del_av_slag(relationer, "sharedStrings")
        if stilar:
            self._las_stilar(stilar)
        if texter:
            self._las_texter(texter)
        self._las_ovriga({_BOK, _RELATIONER, stilar, texter, *self._blad.values()})

    def oppna_blad(self, namn: str) -> Vaktstrom:
        """A sheet's XML, from its beginning."""
        self._rakna_med(self._blad[namn])
        return Vaktstrom(self._arkiv.open(self._blad[namn]), self._rakna_markering)

    def packad_storlek(self, namn: str) -> int:
        """How many bytes a sheet takes in the file."""
        return self._arkiv.getinfo(self._blad[namn]).compress_size

    def _rakna_med(self, del_: str) -> None:
        """A part is about to be read, and answers for some marks by its size."""
        if self.granser.markering is None:
            self._marken_kvar += MARKEN_PER_BYTE * self._arkiv.getinfo(del_).compress_size

    def _rakna_markering(self, antal: int) -> None:
        self._marken_kvar -= antal
        if self._marken_kvar < 0:
            raise for_manga_celler()

    def rakna_text(self, langd: int) -> None:
        """Count a text of a cell, wherever it is kept. Raises OtillatenBok when it or the sum of them is too long."""
        if langd > LANGSTA_TEXT:
            raise _for_lang_text()
        self._tecken += langd
        if self._tecken > self.granser.tecken:
            raise OtillatenBok(
                "CELLER",
                "Arbetsboken har mer text i cellerna än som läses på en gång. Dela upp den, eller spara som CSV.",
            )

    # The parts that say what the others are.

    def _relationer(self) -> dict[str, tuple[str, str]]:
        """(id → kind, part) of what the book holds; what lies outside the file is left where it is."""
        funna: dict[str, tuple[str, str]] = {}

        def start(namn, attribut):
            if namn.endswith("}Relationship") and attribut.get("TargetMode") != "External":
                plats = posixpath.normpath(posixpath.join("/xl", attribut.get("Target", "")))
                slag = attribut.get("Type", "").rsplit("/", 1)[-1]
                funna[attribut.get("Id", "")] = slag, plats.lstrip("/")

        if _RELATIONER in self._namn:
            self._las(_RELATIONER, start)
        return funna

    def _bladen(self, relationer) -> dict[str, str]:
        """(name → part) of each sheet with cells, in the book's order. Two that are the same part are refused."""
        blad: list[tuple[str, str]] = []
        antal = 0

        def start(namn, attribut):
            nonlocal antal
            if namn == f"{{{STRIKTNS}}}workbook":
                raise OtillatenBok(
                    "STRIKT",
                    "Arbetsboken är sparad som «Strict Open XML-arbetsbok». Spara den som vanlig Excel-arbetsbok "
                    "(xlsx) och lämna den igen.",
                )
            if namn == f"{{{HUVUDNS}}}sheet":
                antal += 1
                if antal > FLEST_BLAD:
                    raise OtillatenBok(
                        "BLAD", f"Arbetsboken har fler än {FLEST_BLAD} blad och läses inte. Dela upp den."
                    )
                slag, del_ = relationer.get(attribut.get(_REL, ""), ("", ""))
                bladnamn = attribut.get("name", "")
                if len(bladnamn) > LANGSTA_BLADNAMN:
                    raise OtillatenBok(
                        "BLAD", f"Arbetsboken har ett blad vars namn är längre än {LANGSTA_BLADNAMN} tecken."
                    )
                if slag == "worksheet" and del_ in self._namn:
                    blad.append((bladnamn, del_))
                    if attribut.get("state", "visible") != "visible":
                        self.dolda.add(blad[-1][0])
            elif namn == f"{{{HUVUDNS}}}workbookPr" and attribut.get("date1904", "") in ("1", "true"):
                self.epok = CALENDAR_MAC_1904

        self._las(_BOK, start)
        if any(len(set(varden)) < len(blad) for varden in zip(*blad, strict=True)):
            raise skadad()
        return dict(blad)

    def _del_av_slag(self, relationer, slag: str) -> str:
        delar = [d for s, d in relationer.values() if s == slag and d in self._namn]
        if len(delar) > 1:
            raise skadad()
        return delar[0] if delar else ""

    def _las_stilar(self, del_: str) -> None:
        egna: dict[int, str] = {}
        stilar: list[int] = []
        inne = [False]

        def start(namn, attribut):
            if namn == f"{{{HUVUDNS}}}numFmt":
                egna[_tal(attribut.get("numFmtId"))] = attribut.get("formatCode", "")[:LANGSTA_FORMAT]
                if len(egna) > FLEST_FORMAT:
                    raise OtillatenBok(
                        "BOMB", f"Arbetsboken har fler än {FLEST_FORMAT} talformat och läses inte."
                    )
            elif namn == f"{{{HUVUDNS}}}cellXfs":
                inne[0] = True
            elif inne[0] and namn == f"{{{HUVUDNS}}}xf":
                stilar.append(_tal(attribut.get("numFmtId")))

        def slut(namn):
            if namn == f"{{{HUVUDNS}}}cellXfs":
                inne[0] = False

        self._las(del_, start, slut)
        visar = {f: (egna[f] if f in egna else builtin_format_code(f)) or "" for f in set(stilar)}
        for mangd, ar in ((self.datum, is_date_format), (self.tid, is_timedelta_format),
                          (self.procent, lambda text: "%" in text)):  # fmt: skip
            sanna = {f for f, text in visar.items() if ar(text)}
            mangd.update(nr for nr, f in enumerate(stilar) if f in sanna)

    def _las_texter(self, del_: str) -> None:
        """A text is its own `t`, or those of its runs, and never how it is pronounced (rPh)."""
        si, t, uttal = (f"{{{HUVUDNS}}}{n}" for n in ("si", "t", "rPh"))
        bitar: list[str] = []
        langd = 0
        lage = {"t": False, "uttal": False}

        def start(namn, _):
            if namn == t:
                lage["t"] = not lage["uttal"]
            elif namn == uttal:
                lage["uttal"] = True

        def tecken(text):
            nonlocal langd
            if lage["t"]:
                bitar.append(text)
                langd += len(text)
                if langd > LANGSTA_TEXT:
                    raise _for_lang_text()

        def slut(namn):
            nonlocal langd
            if namn == t:
                lage["t"] = False
            elif namn == uttal:
                lage["uttal"] = False
            elif namn == si:
                if len(self.texter) >= self.granser.antal_texter:
                    raise OtillatenBok(
                        "CELLER",
                        f"Arbetsboken har fler än {self.granser.antal_texter} texter och läses inte. Dela upp den.",
                    )
                self.texter.append("".join(bitar).replace("x005F_", ""))
                bitar.clear()
                langd = 0

        # The texts are kept, so this part has a bound of its own. It is called what the book's relations call it.
        storlek = self._arkiv.getinfo(del_).file_size
        if storlek > self.granser.texter:
            raise _for_stor(storlek)
        self._las(del_, start, slut, tecken)

    def _las_ovriga(self, lasta: set[str]) -> None:
        """What nobody here reads: unpacked once, for its checksum, and refused if it has a DOCTYPE."""
        ovriga = [d for d in self._arkiv.infolist() if d.filename not in lasta]
        if sum(d.file_size for d in ovriga) > min(self.granser.uppackad, 4 * STORSTA_STRUKTUR):
            raise OtillatenBok(
                "BOMB", "Arbetsboken har för mycket annat än celler, till exempel bilder. Ta bort det."
            )
        for d in ovriga:
            with _lasfel(), self._arkiv.open(d) as strom:
                if d.filename.lower().endswith((".xml", ".rels")):
                    _vagra_doctype_fore_roten(strom, self._rakna_markering)
                packa_upp(strom)

    def _las(
        self,
        del_: str,
        start: Callable,
        slut: Callable | None = None,
        tecken: Callable | None = None,
    ) -> None:
        """A part to its end, element by element."""
        if tecken is None and self._arkiv.getinfo(del_).file_size > STORSTA_STRUKTUR:
            raise OtillatenBok("BOMB", "Arbetsboken har orimligt många format eller namn och läses inte.")
        self._storsta_struktur += self.granser.per_byte * self._arkiv.getinfo(del_).compress_size
        self._rakna_med(del_)
        djup = 0
        sedda: set[str] = set()

        def rakna(antal):
            self._struktur += antal
            if self._struktur > self._storsta_struktur or djup > DJUPAST or len(sedda) > FLEST_NAMN:
                raise OtillatenBok(
                    "BOMB",
                    "Arbetsboken har orimligt många format eller namn och läses inte. Spara den på nytt.",
                )

        def _start(namn, attribut):
            nonlocal djup
            djup += 1
            krav_pa_attribut(len(attribut))
            sedda.add(namn)
            sedda.update(attribut)
            rakna(1 + len(attribut))
            start(
                "{" + namn if "}" in namn else namn,
                {("{" + k if "}" in k else k): v for k, v in attribut.items()},
            )

        def _slut(namn):
            nonlocal djup
            djup -= 1
            if slut:
                slut("{" + namn if "}" in namn else namn)

        tolk = vaktad_expat(lambda: rakna(1))
        tolk.buffer_text = True
        tolk.StartElementHandler, tolk.EndElementHandler = _start, _slut
        if tecken:
            tolk.CharacterDataHandler = tecken
        last = 0
        with _lasfel(), self._arkiv.open(del_) as strom:
            while block := strom.read(BLOCK):
                self._rakna_markering(antal_marken(block))
                mata(tolk, block, last)
                last += len(block)
            mata(tolk, b"", last)


def _vagra_doctype_fore_roten(strom: BinaryIO, rakna: Callable[[int], None]) -> None:
    """Read as far as a DOCTYPE may stand in a part that is nothing or no XML to us, and not past what `rakna` lets
    through of marks."""
    tolk, last = vaktad_expat(), 0
    inne = False

    def start(*_):
        nonlocal inne
        inne = True
        tolk.StartElementHandler = None

    tolk.StartElementHandler = start
    with contextlib.suppress(expat.ExpatError):
        while not inne and (block := strom.read(KORT_BLOCK)):
            rakna(antal_marken(block))
            mata(tolk, block, last)
            last += len(block)


def krav_pa_attribut(antal: int) -> None:
    """Refuse an element of so many attributes that no program writes it. Each is written out with its namespace."""
    if antal > FLEST_ATTRIBUT:
        raise skadad()


def for_manga_celler() -> OtillatenBok:
    """More in the sheets than is read while somebody waits."""
    return OtillatenBok(
        "CELLER", "Arbetsboken har fler celler än som läses på en gång. Dela upp den, eller spara som CSV."
    )


def _for_stor(uppackad: int) -> OtillatenBok:
    return OtillatenBok(
        "BOMB", f"Arbetsboken är för stor uppackad ({uppackad >> 20} MB). Dela upp den, eller spara som CSV."
    )


def _for_lang_text() -> OtillatenBok:
    return OtillatenBok(
        "CELLER",
        f"Arbetsboken har en text som är längre än {LANGSTA_TEXT} tecken, mer än en cell i Excel rymmer. Korta den.",
    )


def _tal(text: str | None) -> int:
    """A number of a format; what is none is «General»."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@contextlib.contextmanager
def _lasfel() -> Iterator[None]:
    """What zipfile, zlib and expat raise for a damaged part becomes one sentence."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        expat.ExpatError,
        ValueError,
    ) as fel:
        if isinstance(fel, OlasligFil):
            raise
        raise skadad() from fel
