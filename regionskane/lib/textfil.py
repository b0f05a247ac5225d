"""What kind of file it is, how its text is encoded, and its lines; memory does not grow with the file."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

BLOCK = 1 << 18
STORSTA_RAD = 1 << 20
STORSTA_KATALOG = 1 << 20
BOM = b"\xef\xbb\xbf"
TRASIGA_TECKEN = "Texten har trasiga bokstäver: «{}». Exportera filen på nytt, helst som UTF-8."
# What a sentence may quote of a file, and what is read of a header: no page repeats a file without bound.
LANGSTA_MENING = 4_000
LANGSTA_RUBRIK = 200
FLEST_RUBRIKER = 200

_INTE_TEXT = bytes(c for c in range(32) if c not in b"\t\n\r\x0b\x0c\x1a\x1b")
_PC8 = b"\x86\x84\x94\x8f\x8e\x99\x82\x90\x81\x9a"  # å ä ö Å Ä Ö é É ü Ü in CP437
_LATIN = b"\xe5\xe4\xf6\xc5\xd6\xe9\xc9\xfc\xdc"  # the same in Latin-1, without Ä
_LATIN_A = re.compile(rb"[A-Za-z]\xc4|\xc4[A-Za-z]")  # Ä is also the horizontal rule of CP437
_HOGA = bytes(range(0x80, 0x100))
_WINDOWS = bytes(range(0x80, 0xA0))

_FORMAT = (
    (b"%PDF", "en PDF"),
    (b"\x1f\x8b", "komprimerad med gzip"),
    (b"7z\xbc\xaf\x27\x1c", "ett 7-zip-arkiv"),
    (b"Rar!", "ett rar-arkiv"),
    (b"\x89PNG", "en bild"),
    (b"\xff\xd8\xff", "en bild"),
    (b"GIF8", "en bild"),
    (b"{\\rtf", "ett RTF-dokument"),
    (b"SQLite format 3", "en databas"),
)


def pa_en_rad(text: str) -> str:
    """A sentence that quotes a file, without the line breaks and control characters that the file may hold."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\u00a0\u202f" else " " if c.isspace() else "\ufffd" for c in text
    )


def kapad(text: str, langst: int = LANGSTA_MENING) -> str:
    """The text, or its beginning and «…»: at most `langst` characters."""
    return text if len(text) <= langst else text[: langst - 1] + "…"


def rubriktext(varde: object) -> str:
    """What is read of a header: its text without white space around it, at most LANGSTA_RUBRIK characters."""
    return "" if varde is None else str(varde).strip()[:LANGSTA_RUBRIK]


class OlasligFil(ValueError):
    """The file cannot be read as what it should be. `str()` is one Swedish sentence."""

    def __init__(self, mening: str):
        super().__init__(pa_en_rad(kapad(mening)))


class OkandaKolumner(OlasligFil):
    """The header row is there but its columns are not understood. `rubriker` are the first of its texts."""

    def __init__(self, mening: str, rubriker: Iterable[object]):
        super().__init__(mening)
        texter = filter(None, map(rubriktext, rubriker))
        self.rubriker = tuple(map(pa_en_rad, islice(texter, FLEST_RUBRIKER)))


@dataclass(frozen=True, slots=True)
class Kodning:
    """`namn` is shown, `codec` is Python's. `bruten`: some bytes do not belong to the encoding."""

    namn: str
    codec: str
    bom: bool = False
    ascii: bool = False
    bruten: bool = False


CP437 = Kodning("CP437", "cp437")
LATIN1 = Kodning("Latin-1", "latin-1")
CP1252 = Kodning("CP1252", "cp1252")
UTF8 = Kodning("UTF-8", "utf-8")
KODNINGAR = {k.namn: k for k in (CP437, LATIN1, CP1252, UTF8)}

# Letters that somebody has read in another encoding than they were written in, as they look afterwards. Every way
# begins with a character of the first class, so that sound text is passed over quickly. The marks of CP437 and Mac
# Roman are letters or quotation marks of other languages too, so they count only where a Swedish letter must be.
_TRASIG = re.compile(
    "[\ufffd\x80-\x9fÃÂâ├√†„”™ŒŠšÜσΣ÷╓](?:"
    "(?<=[\ufffd\x80-\x84\x86-\x9f])"
    "|(?<=Ã)[¥¤¶©…„–\u2030…\x80-\x9f]|(?<=â)€|(?<=Â)[§°´·»«½\xa0]"  # UTF-8 read as Windows or Latin-1
    "|(?<=├)[Ññ╢àäû⌐]|(?<=√)[•§∂ÖÑñ©]"  # UTF-8 read as CP437, as Mac Roman
    "|(?<=[A-Za-z][†„”])(?=[a-z])|(?<![A-Za-z]†)(?<=†)(?=[a-z])|(?<![a-z]™)(?<=™)(?=[A-Za-z])"  # CP437 read as Windows
    "|(?<=[a-z][ŒŠÜ])|(?<=[bcdfghjklmnpstvBCDFGHJKLMNPSTV]š)(?=[bcdfghjklmnprstv])"  # Mac Roman
    "|(?<=[A-Za-z][σΣ÷╓])|(?<=[σΣ])(?=[a-z])"  # Windows read as CP437
    ")"
)
_ORDET = re.compile(r"[^\s;|\t\"]*")


def trasig_bokstav(text: str) -> str:
    """The first word of a text whose letters are broken («LÃ¶n», «L”n», «L\ufffdn»), or «»."""
    if text.isascii() or not (traff := _TRASIG.search(text)):
        return ""
    borjan = max(text.rfind(t, 0, traff.start()) for t in ' \t\n;|"\xa0') + 1
    return _ORDET.match(text, borjan)[0][:40]


def granska_bokstaver(anmarkningar, forsta: int, rader: Sequence[str]) -> None:
    """A warning for each line (from number `forsta`) with broken letters, with the word as an example."""
    if not trasig_bokstav("\n".join(rader)):
        return
    for nr, rad in enumerate(rader, forsta):
        if ordet := trasig_bokstav(rad):
            anmarkningar.varning("TECKEN", TRASIGA_TECKEN.format(ordet), nr)


def ar_arbetsbok(fil: BinaryIO, *, vad: str = "en tabell") -> bool:
    """True for xlsx. Raises OlasligFil for an empty file and every other format that is not text.

    `vad` is what the file should have been, with its article, for the sentence.
    """
    fil.seek(0)
    huvud = fil.read(BLOCK)
    if not huvud:
        raise OlasligFil("Filen är tom.")
    if huvud.startswith(b"PK\x03\x04") or huvud.startswith(b"PK\x05\x06"):
        return _ar_xlsx(fil, vad)
    if huvud.startswith(b"\xd0\xcf\x11\xe0"):
        raise OlasligFil(
            "Filen är en gammal Excel-fil (xls) eller en arbetsbok med lösenord. Spara den som xlsx utan lösenord."
        )
    for marke, slag in _FORMAT:
        if huvud.startswith(marke):
            raise OlasligFil(f"Filen är {slag}, inte {vad}. Exportera den på nytt.")
    if huvud.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or _ser_ut_som_utf16(huvud):
        raise OlasligFil(
            "Filen är sparad som UTF-16 (Unicode). Spara den som UTF-8 eller i programmets eget format."
        )
    if len(huvud) - len(huvud.translate(None, _INTE_TEXT)) > len(huvud) // 100 + 1:
        raise OlasligFil("Filen är binär, inte text. Exportera den på nytt.")
    borjan = huvud.removeprefix(BOM).lstrip()[:200].lower()
    if borjan.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise OlasligFil(
            "Filen är en webbsida (HTML), troligen ett sparat felmeddelande. Hämta exporten på nytt."
        )
    if borjan.startswith((b"<?xml", b"<sie")) and b"<sie" in borjan:
        raise OlasligFil("Filen är XML. SIE 5 (XML) läses inte; exportera som SIE 4.")
    if borjan.startswith(b"<"):
        raise OlasligFil(f"Filen är uppmärkt text (HTML eller XML), inte {vad}. Hämta exporten på nytt.")
    if borjan.startswith((b'{"', b'[{"', b"{\n", b"{\r")):
        raise OlasligFil(
            f"Filen är JSON, inte {vad}. Exportera den i ett annat format, till exempel CSV eller xlsx."
        )
    return False


def _ser_ut_som_utf16(huvud: bytes) -> bool:
    borjan = huvud[:200]
    return len(borjan) >= 8 and (not any(borjan[1::2]) or not any(borjan[0::2]))


def _ar_xlsx(fil: BinaryIO, vad: str) -> bool:
    fil.seek(0)
    try:
        with zipfile.ZipFile(med_liten_katalog(fil)) as arkiv:
            namn = set(arkiv.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as fel:
        if isinstance(fel, OlasligFil):
            raise
        raise OlasligFil("Filen är en avkortad eller skadad arbetsbok (zip). Spara den på nytt.") from fel
    if "xl/workbook.xml" in namn:
        return True
    if "xl/workbook.bin" in namn:
        raise OlasligFil("Filen är en binär Excel-arbetsbok (xlsb). Spara den som xlsx.")
    if "content.xml" in namn:
        raise OlasligFil("Filen är ett OpenDocument-kalkylark (ods). Spara den som xlsx.")
    if "word/document.xml" in namn:
        raise OlasligFil(f"Filen är ett Word-dokument, inte {vad}.")
    raise OlasligFil("Filen är ett zip-arkiv. Packa upp det och lämna filen som ligger i det.")


def med_liten_katalog(fil: BinaryIO) -> BinaryIO:
    """A zip file, unless its directory alone would be long to read; then OlasligFil."""
    slut = zipfile._EndRecData(fil)
    if slut and slut[zipfile._ECD_SIZE] > STORSTA_KATALOG:
        raise OlasligFil("Filen är en zip-fil med orimligt många delar, och öppnas inte.")
    fil.seek(0)
    return fil


def gissa_kodning(fil: BinaryIO, *, pc8: bool) -> Kodning:
    """Read the whole file, because the first å may stand on the last line.

    `pc8` allows CP437, which SIE prescribes; what the file says about itself is not believed.
    Raises OlasligFil for null bytes and for a file of white space.
    """
    fil.seek(0)
    bom = fil.read(len(BOM)) == BOM
    fil.seek(len(BOM) if bom else 0)
    ascii_, utf8, blank = True, True, True
    rest, antal = b"", 0
    while block := fil.read(BLOCK):
        if 0 in block:
            raise OlasligFil(
                f"Filen innehåller nolltecken (rad {_rad_for(fil, antal + block.index(0))}). "
                "Den är skadad eller inte en textfil."
            )
        antal += len(block)
        blank = blank and not block.strip(b" \t\r\n\x1a")
        if utf8 and (rest or not block.isascii()):
            ascii_ = False
            utf8, rest = _hel_utf8(rest + block)
        elif ascii_ and not block.isascii():
            ascii_ = False
    if blank:
        raise OlasligFil("Filen är tom: den innehåller bara blanktecken.")
    if ascii_:
        if bom or not pc8:
            return Kodning("UTF-8", "utf-8", bom=bom, ascii=True)
        return Kodning("CP437", "cp437", ascii=True)
    if utf8 and not rest:
        return Kodning("UTF-8", "utf-8", bom=bom)
    return _av_tecknen(fil, bom=bom, pc8=pc8)


def _hel_utf8(block: bytes) -> tuple[bool, bytes]:
    """(valid so far, the beginning of a character that the next block ends)."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as fel:
        halv = fel.reason == "unexpected end of data"
        return halv, block[fel.start :] if halv else b""
    return True, b""


def _av_tecknen(fil: BinaryIO, *, bom: bool, pc8: bool) -> Kodning:
    """The encoding whose Swedish letters occur most, for a file that is not UTF-8 throughout."""
    fil.seek(0)
    utf8 = brutna = i_pc8 = i_latin = windows = 0
    while block := fil.read(BLOCK):
        if block.isascii():
            continue
        par = block.count(b"\xc3")  # begins å ä ö é ü in UTF-8, and is followed by one byte more
        utf8 += par
        brutna += len(block) - len(block.translate(None, _HOGA)) - 2 * par
        i_pc8 += len(block) - len(block.translate(None, _PC8))
        i_latin += len(block) - len(block.translate(None, _LATIN))
        if b"\xc4" in block:
            i_latin += len(_LATIN_A.findall(block))
        windows += len(block) - len(block.translate(None, _WINDOWS))
    if bom or utf8 > brutna:  # UTF-8 that has been damaged somewhere, or cut in the middle of a character
        return Kodning("UTF-8", "utf-8", bom=bom, bruten=True)
    if pc8 and i_pc8 >= i_latin:
        return CP437
    return CP1252 if windows else LATIN1


def _rad_for(fil: BinaryIO, plats: int) -> int:
    fil.seek(0)
    rad = 1
    while plats > 0 and (block := fil.read(min(BLOCK, plats))):
        rad += _radslut(block)
        plats -= len(block)
    return rad


def _radslut(block: bytes) -> int:
    return block.count(b"\n") or block.count(b"\r")


def radblock(fil: BinaryIO, kodning: Kodning) -> Iterator[tuple[int, list[str], bool]]:
    """Lines without their ends, many at a time: (number of the first, lines, whether the last one had an end).

    CRLF, CR and LF all end a line. A byte outside the encoding becomes U+FFFD.
    """
    fil.seek(len(BOM) if kodning.bom else 0)
    rest, rad = b"", 1
    while block := fil.read(BLOCK):
        block = rest + block
        # A CR that comes last may be the first half of a CRLF.
        slut = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1))
        if len(block) - slut > STORSTA_RAD:
            raise OlasligFil(
                f"Rad {rad + _radslut(block[: slut + 1])} är längre än en megabyte. Filen är skadad."
            )
        if slut < 0:
            rest = block
            continue
        rader = _dela(block[: slut + 1], kodning)
        rest = block[slut + 1 :]
        rader.pop()
        yield rad, rader, True
        rad += len(rader)
    rest = rest.rstrip(b"\x1a")  # the end of file mark of DOS
    if rest:
        rader = _dela(rest, kodning)
        avslutad = not rader[-1]
        if avslutad:
            rader.pop()
        yield rad, rader, avslutad


def _dela(block: bytes, kodning: Kodning) -> list[str]:
    # str.splitlines would also split at U+2028, form feeds and others that occur inside texts.
    text = block.decode(kodning.codec, "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")
