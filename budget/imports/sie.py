"""SIE 1–4, exports and imports: a stream of neutral ledger rows, and what the file says to reconcile against.

SIE filformat, utgåva 4B. The dialects that occur and are read (doman.md §9): files that say PC8 but are UTF-8
or Latin-1, tabs, `{ }` with inner space, `""` as quantity, backslashes that escape nothing, unknown labels
and extra fields, CRLF, CR and LF, a byte order mark, the DOS end of file mark, broken years, braces on the line of
a post, text where the date should be. `#RTRANS` (which an identical `#TRANS` follows) and `#BTRANS` are not counted.
"""

import re
import zlib
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from budget.imports.huvudbok import (
    EXTRAPERIOD_KOD,
    LANGSTA_KOD,
    LANGSTA_TEXT,
    Extraperiod,
    Huvudboksrad,
    ren_kod,
    tolka_datum,
    tolka_period,
)
from budget.regler.sie import Obalans, Psaldotolkning, Sieavstamning, Sieunderlag, stam_av
from regionskane.lib.anmarkning import Anmarkningar, Niva
from regionskane.lib.belopp import STORSTA_BELOPP
from regionskane.lib.textfil import (
    BLOCK,
    BOM,
    CP437,
    OlasligFil,
    ar_arbetsbok,
    gissa_kodning,
    granska_bokstaver,
    radblock,
)

FLEST_OBALANSER = 1_000
STORSTA_CACHE, LANGST_I_CACHE = 50_000, 300
# Konton, dimensioner and saldon that are kept while a file is read, 330 bytes each; a region's have some 20 000. A text
# of one takes its characters and what Python has around them.
FLEST_UPPGIFTER, UPPGIFT_I_BYTE, TEXT_I_BYTE = 250_000, 330, 60

ETIKETTER = frozenset(
    [
        "FLAGGA",
        "PROGRAM",
        "FORMAT",
        "GEN",
        "SIETYP",
        "PROSA",
        "FTYP",
        "FNR",
        "ORGNR",
        "BKOD",
        "ADRESS",
        "FNAMN",
        "RAR",
        "TAXAR",
        "OMFATTN",
        "KPTYP",
        "VALUTA",
        "KONTO",
        "KTYP",
        "ENHET",
        "SRU",
        "DIM",
        "UNDERDIM",
        "OBJEKT",
        "IB",
        "UB",
        "OIB",
        "OUB",
        "RES",
        "PSALDO",
        "PBUDGET",
        "VER",
        "TRANS",
        "RTRANS",
        "BTRANS",
        "KSUMMA",
    ]
)
# What a dimension is to the ledger row, by its name, else by the numbers that the standard reserves.
ROLLER_AV_NAMN = (
    ("motpart", "motpart"),
    ("ansvar", "ansvar"),
    ("kostnadsst", "ansvar"),
    ("resultatenhet", "ansvar"),
    ("verksamhet", "verksamhet"),
    ("projekt", "projekt"),
)
ROLLER_AV_NUMMER = {"1": "ansvar", "6": "projekt"}
ROLLPLATS = {"ansvar": 0, "motpart": 1, "verksamhet": 2, "projekt": 3}

OPPNA, STANG, CITAT = object(), object(), object()

_ETIKETT = re.compile(r"#([A-Za-zÅÄÖåäö_]+)[ \t]*")
_BELOPP = re.compile(r"[-+]?(?:\d{1,14}(?:[.,]\d{0,10})?|[.,]\d{1,10})")
_AR = re.compile(r"-?\d{1,2}", re.ASCII)
_KONTROLLSUMMA = re.compile(r"-?\d{1,10}", re.ASCII)
_SIFFERDATUM = re.compile(r"[\d\s./:-]*", re.ASCII)
# The common form of the line that files mostly consist of; every other form goes through `dela`. Its tail gives nothing
# back (*+), or a line of blanks that ends in a brace would be tried at each of them.
_TRANS = re.compile(
    r'[ \t]*#TRANS[ \t]+(?:"([^"\\]+)"|([^\s"{}\\]+))[ \t]+\{([^{}\\]*)\}[ \t]+"?(-?\d{1,14}(?:\.\d{1,2})?)"?'
    r'(?:[ \t]+(?:""|"?(\d{8})"?)(?:[ \t]+(?:"([^"\\]*)"|([^\s"\\{}]+))(?:[ \t][^{}]*+)?)?)?[ \t]*',
    re.ASCII,
)

# The codes of an object list without escapes and inner braces.
_OBJEKT = re.compile(r'"([^"]*)"|([^\s"]+)')


def _falt(citat: str) -> re.Pattern:
    lista = rf'\{{((?:[^{{}}"]|"{citat}")*)\}}'
    return re.compile(rf'[ \t]*(?:"({citat})"|{lista}|([^\s{{}}"]+)|(.))', re.DOTALL)


_MED_ESCAPE = _falt(r'(?:\\"|[^"\\]|\\(?!"))*')
# For a field that ends in a backslash («C:\\»): a quote before white space closes it.
_UTAN_SLUTESCAPE = _falt(r'(?:\\"(?!\s|$)|[^"\\]|\\(?!"(?!\s|$)))*')


def dela(text: str) -> tuple[list, bool]:
    """The fields of a line after its label, and whether every quote is closed.

    A field is text, an object list is a tuple of texts. OPPNA and STANG stand for braces that have no mate.
    """
    falt, hel = _dela(text, _MED_ESCAPE)
    if not hel:
        andra, hel = _dela(text, _UTAN_SLUTESCAPE)
        if hel:
            falt = andra
    return falt, hel


def _dela(text: str, monster: re.Pattern) -> tuple[list, bool]:
    falt: list = []
    for m in monster.finditer(text):
        citat, lista, ord_, annat = m.groups()
        if ord_ is not None:
            falt.append(ord_)
        elif citat is not None:
            falt.append(citat.replace('\\"', '"'))
        elif lista is not None:
            falt.append(tuple(f for f in _dela(lista, monster)[0] if isinstance(f, str)))
        elif annat == '"':
            falt.append(text[m.end() :].strip())
            return falt, False
        elif annat is not None and not annat.isspace():
            falt.append(OPPNA if annat == "{" else STANG)
    return falt, True


def ser_ut_som_sie(fil: BinaryIO) -> bool:
    """Whether one of the first lines begins with a label of the standard."""
    fil.seek(0)
    borjan = fil.read(BLOCK).removeprefix(BOM).decode("latin-1")
    return any(
        m and m[1].upper() in ETIKETTER for m in map(_ETIKETT.match, map(str.lstrip, borjan.splitlines()))
    )


class _Psaldodelar(NamedTuple):
    """The sets of dimensions that a month's total is split by: `fina` are given as rows; `grov`, where it is another
    split of the same amounts, says how much of each ansvar they are to come to. `oklar`: none could be chosen."""

    fina: frozenset[tuple[str, ...]] = frozenset()
    grov: tuple[str, ...] | None = None
    oklar: bool = False


_INGA_DELAR = _Psaldodelar()


def _valj_delar(total: Decimal, summor, ansvar: set[str], motpart: set[str]) -> _Psaldodelar:
    """`summor` are the sums of the sets that have an ansvar. A set that comes to the total is a whole split of it; sets
    that come to it together are one split, of rows that have different objects."""
    if not summor:
        return _INGA_DELAR
    hela = {m for m, belopp in summor.items() if belopp == total}
    if not hela and len(summor) > 1 and sum(summor.values()) == total:
        return _Psaldodelar(frozenset(summor))

    def sager(mangd):
        return bool(motpart & set(mangd)), mangd in hela, len(mangd), mangd

    bara_ansvar = min((m for m in summor if set(m) <= ansvar), default=None)
    if bara_ansvar in hela or (bara_ansvar and not hela):
        grov = bara_ansvar
    elif hela:
        grov = max(hela, key=sager)
    elif len(summor) > 1:
        return _Psaldodelar(oklar=True)
    else:
        grov = None
    fin = max(summor, key=sager)
    return _Psaldodelar(frozenset({fin}), None if fin == grov else grov)


class _Ver:
    """The voucher that is being read."""

    __slots__ = (
        "antal", "datum", "fynd", "i_ar", "namn", "nummer", "oppen", "period", "rad", "serie", "summa", "summor",
        "text", "trasig",
    )  # fmt: skip

    def __init__(self, rad, serie, nummer):
        self.rad, self.serie, self.nummer = rad, serie, nummer
        self.namn = f"{serie} {nummer}".strip()
        self.period, self.datum, self.text = 0, "", ""
        self.summa, self.antal = Decimal(0), 0
        self.summor = None
        self.fynd: tuple | None = None  # about its date; said when it has lines that are counted
        self.oppen = self.i_ar = self.trasig = False


class Sielasning:
    """One reading of a SIE file. Iterate `rader()` to the end; then the rest can be asked.

    Raises OlasligFil, at once or while the rows come, for what is not SIE or is cut off.
    `dimensioner` maps a dimension's number to ansvar, motpart, verksamhet or projekt; without it the names decide.
    `extraperioder` says which month the periods 13 and 00 are; one that it leaves out is a finding.
    """

    def __init__(
        self,
        fil: BinaryIO,
        *,
        dimensioner: Mapping[str, str] | None = None,
        extraperioder: Mapping[int, int] | None = None,
    ):
        if ar_arbetsbok(fil, vad="en huvudbok"):
            raise OlasligFil("Filen är en Excel-arbetsbok (xlsx), inte en SIE-fil.")
        self._fil = fil
        self.kodning = gissa_kodning(fil, pc8=True)
        self.anmarkningar = Anmarkningar()
        self.sietyp = self.program = self.format = None
        self.rar: dict[int, tuple[str, str]] = {}
        self._arsgranser: tuple[list[str], list[str]] = [], []  # when the years begin and end, each in order
        # How many have begun by a date, and how many ended before it → the year it is in.
        self._ar_vid: dict[tuple[int, int], int | None] = {}
        self.konton: dict[str, str] = {}
        self.kontotyper: dict[str, str] = {}
        self.dimensioner: dict[str, str] = {}
        self.antal_rader = self.antal_verifikationer = self.antal_transaktioner = self.antal_objekt = 0
        self.antal_obalanserade = 0
        self.obalanserade: list[Obalans] = []
        self.extraperioder = dict(extraperioder or {})
        self._roller = dict(dimensioner or {})
        self._roller_givna = dimensioner is not None
        self._roller_over: dict[str, str] = {}
        self._saldon = {e: defaultdict(lambda: defaultdict(Decimal)) for e in ("IB", "UB", "RES")}
        self._psaldo = defaultdict(lambda: defaultdict(Decimal))
        self._transaktioner = defaultdict(Decimal)
        self._utanfor = defaultdict(Decimal)
        self._rader: dict[tuple[str, str], int] = {}
        self._antal: dict[str, int] = defaultdict(int)
        self._objekt: dict[str, tuple] = {}  # text of an object list → its codes
        self._platser: dict[str, int] = {}  # dimension → its place among the codes
        self._rena: set[str] = set()  # konton that are codes as they stand
        self._ver: _Ver | None = None
        self._rtrans: tuple | None = None
        self._ksummor: list[tuple[int, str]] = []  # lines of #KSUMMA and what stands there
        self._behallna = 0

    # Reading.

    def rader(self) -> Iterator[Huvudboksrad]:
        """The counted transactions of year 0. A file without vouchers gives none: see `saldorader`."""
        trans, objektcache, rena, forsta = _TRANS.fullmatch, self._objekt, self._rena, True
        rad, nummer, avslutad = "", 0, True
        for nummer, block, slutford in radblock(self._fil, self.kodning):
            if forsta:
                self._kraver_sie(block)
                forsta = False
            avslutad = slutford
            if not self.kodning.ascii:
                granska_bokstaver(self.anmarkningar, nummer, block)
            for rad in block:
                ver = self._ver
                if (
                    ver is not None
                    and ver.oppen
                    and self._rtrans is None
                    and (m := trans(rad))
                    and ((konto := m[2] or m[1]) in rena or self._ar_rent(konto))
                ):
                    _, _, lista, belopp, datum, text, ord_ = m.groups()
                    belopp = Decimal(belopp)
                    ver.summa += belopp
                    ver.antal += 1
                    ver.summor[konto] += belopp
                    if ver.i_ar:
                        if datum and datum[:6] != ver.datum[:4] + ver.datum[5:7]:
                            self._annan_manad(nummer, datum, ver)
                        objekt = objektcache.get(lista) or self._objekt_av_text(lista, nummer)
                        yield (
                            nummer, ver.period, ver.datum, konto, *objekt, ver.namn,
                            text or ord_ or ver.text, belopp,
                        )  # fmt: skip
                elif rad == "{" and ver is not None and not ver.oppen:
                    ver.oppen = True
                elif (ut := self._lasrad(nummer, rad)) is not None:
                    yield ut
                nummer += 1
        self.antal_rader = nummer - 1
        self._avsluta(rad, nummer - 1, avslutad)

    def alla_rader(self) -> Iterator[Huvudboksrad]:
        """The transactions, or for a file without vouchers the months of `#PSALDO` if they reconcile."""
        yield from self.rader()
        if not self.antal_verifikationer:
            yield from self.saldorader(avstam(self))

    def las_klart(self) -> "Sielasning":
        """Read to the end without the rows."""
        for _ in self.rader():
            pass
        return self

    def saldorader(self, avstamning: Sieavstamning) -> Iterator[Huvudboksrad]:
        """The months of `#PSALDO` as rows, for a file without vouchers; reads the file again.

        Each konto and month is split by its objects, where one of them is an ansvar. Where the same amounts are split
        several ways, the split that says most is given, and what it leaves of each ansvar comes after. What the objects
        do not explain comes last, without object, so that the rows always add up to the month's movement. Nothing is
        given when the reading is unclear.
        """
        if avstamning.psaldo_tolkning in (Psaldotolkning.OKLAR, Psaldotolkning.SAKNAS) or self.oplacerade:
            return
        total = avstamning.psaldo_tolkning is Psaldotolkning.TOTAL
        tillagg = avstamning.psaldo_dimension
        delar = self._psaldodelar() if total else {}
        rest: dict[tuple[int, str, str], Decimal] = defaultdict(Decimal)
        forsta: dict[tuple[int, str], int] = {}
        fynd, self.anmarkningar = self.anmarkningar, Anmarkningar()  # they were all said the first time
        try:
            for i, period, konto, objekt, belopp in self._psaldoposter():
                mangd, utan = tuple(objekt[::2]), (period, konto, "")
                if total and (period, konto) not in delar:
                    continue  # objects that are parts of nothing leave no rest, so their line is not kept
                if (period, konto) not in forsta:
                    if not total:
                        self._behall()  # in the other reading `_psaldodelar` has counted the month
                    forsta[period, konto] = i
                if not total:
                    if not mangd:
                        if utan not in rest:
                            self._behall()
                        rest[utan] += belopp
                    elif tillagg is None or mangd == tillagg:
                        yield (i, period, "", konto, *self._koder(objekt, i), "", "", belopp)
                    continue
                # The line without object is the whole, the objects are parts of it.
                if not mangd:
                    rest[utan] += belopp
                    continue
                d = delar[period, konto]
                if mangd in d.fina or mangd == d.grov:
                    koder = self._koder(objekt, i)
                    nyckel = (period, konto, koder[0])
                    # A month's ansvar may be any number; the month itself is counted.
                    if d.grov is not None and koder[0] and nyckel not in rest:
                        self._behall()
                    if mangd in d.fina:
                        yield (i, period, "", konto, *koder, "", "", belopp)
                        rest[utan if d.grov is None else nyckel] -= belopp
                    if mangd == d.grov:
                        rest[nyckel] += belopp
                        rest[utan] -= belopp
        finally:
            self.anmarkningar = fynd
        for (period, konto, ansvar), belopp in sorted(rest.items(), key=lambda r: not r[0][2]):
            if belopp:
                yield (forsta[period, konto], period, "", konto, ansvar, "", "", "", "", "", belopp)
        for (period, konto), d in delar.items():
            if d.oklar:
                self.anmarkningar.varning(
                    "PSALDO_UPPDELNING",
                    f"#PSALDO för konto {konto} {_manad(period)} är uppdelat på flera sätt, och inget av dem ger "
                    "kontots total. Månadens belopp läses in utan ansvar.",
                    forsta[period, konto],
                )

    def _psaldoposter(self) -> Iterator[tuple[int, int, str, tuple[str, ...], Decimal]]:
        """(line, period, konto, objects, amount) of the year's `#PSALDO`; reads the file again."""
        for nummer, block, _ in radblock(self._fil, self.kodning):
            for i, rad in enumerate(block, nummer):
                if not rad.lstrip().upper().startswith("#PSALDO"):
                    continue
                falt, _hel = dela(rad.lstrip()[7:])
                if (post := self._psaldopost(i, falt)) is not None and post[0] == 0:
                    yield (i, *post[1:])

    def _psaldodelar(self) -> "dict[tuple[int, str], _Psaldodelar]":
        """Of each month and konto, which of its sets of dimensions are taken as the parts of its total."""
        roller = {d: self._roll(d) for per in self._psaldo.values() for mangd in per for d in mangd}
        ansvar, motpart = ({d for d, roll in roller.items() if roll == r} for r in ("ansvar", "motpart"))
        summor: dict[tuple[int, str], dict[tuple[str, ...], Decimal]] = defaultdict(dict)
        fynd, self.anmarkningar = self.anmarkningar, Anmarkningar()
        try:
            for _, period, konto, objekt, belopp in self._psaldoposter():
                mangd = tuple(objekt[::2])
                if not mangd or ansvar & set(mangd):
                    per = summor[period, konto]
                    if mangd not in per:
                        self._behall(*mangd)
                    per[mangd] = per.get(mangd, Decimal(0)) + belopp
        finally:
            self.anmarkningar = fynd
        return {
            nyckel: _valj_delar(per.pop((), Decimal(0)), per, ansvar, motpart)
            for nyckel, per in summor.items()
        }

    # What was read.

    @property
    def oplacerade(self) -> bool:
        """Whether some period is no month, and nobody has said which one it belongs to."""
        return any((kod, Niva.FEL) in self.anmarkningar.antal for kod in EXTRAPERIOD_KOD)

    @property
    def saknar_manader(self) -> bool:
        """Whether the file has the year's saldon alone, as type 1 has."""
        return not self.antal_verifikationer and not self._antal["PSALDO"]

    @property
    def typ(self) -> str:
        """1, 2, 3 or 4 as `#SIETYP` says, else as the content shows."""
        if self.sietyp in ("1", "2", "3", "4"):
            return self.sietyp
        if self.antal_verifikationer:
            return "4"
        if self._antal["OIB"] or self._antal["OUB"] or any(d for per in self._psaldo.values() for d in per):
            return "3"
        return "2" if self._antal["PSALDO"] or self._antal["PBUDGET"] else "1"

    @property
    def variant(self) -> str:
        """E (export: the year's balances too) or I (import: vouchers only) for type 4, else «»."""
        if self.typ != "4":
            return ""
        return "E" if any(self._antal[e] for e in ("IB", "UB", "RES", "OIB", "OUB", "PSALDO")) else "I"

    @property
    def alla_konton(self) -> set[str]:
        """Every konto of the file, declared or used."""
        return {
            *self.konton, *self._transaktioner, *self._utanfor, *self._psaldo,
            *(k for saldon in self._saldon.values() for per in saldon.values() for k in per),
        }  # fmt: skip

    def underlag(self) -> Sieunderlag:
        """What `regler.sie.stam_av` takes: the figures of year 0."""
        andra = {ar for e in ("RES", "UB") for ar in self._saldon[e]} - {0}
        return Sieunderlag(
            **self._arets_saldon(0),
            andra_ar={ar: self._arets_saldon(ar) for ar in andra},
            psaldo=MappingProxyType(self._psaldo),
            transaktioner=MappingProxyType(self._transaktioner) if self.antal_verifikationer else None,
            obalanserade=tuple(self.obalanserade),
            kontotyper=MappingProxyType(self.kontotyper),
            rader=MappingProxyType(self._rader),
        )

    def _arets_saldon(self, ar: int) -> dict[str, Mapping[str, Decimal]]:
        return {e.lower(): MappingProxyType(self._saldon[e][ar]) for e in ("RES", "IB", "UB")}

    # One line.

    def _kraver_sie(self, block):
        etiketter = (m[1].upper() for rad in block if (m := _ETIKETT.match(rad.lstrip())))
        if not any(e in ETIKETTER for e in etiketter):
            forsta = next((rad.strip() for rad in block if rad.strip()), "")
            visas = "".join(c for c in forsta[:40] if c.isprintable())
            raise OlasligFil(
                f"Filen är inte en SIE-fil: den börjar med «{visas}», men en SIE-fil börjar med #FLAGGA."
            )

    def _lasrad(self, nr: int, rad: str) -> Huvudboksrad | None:
        text = self._efter_klamrar(nr, rad.strip())
        if not text:
            return None
        if text[0] == "#" and (m := _ETIKETT.match(text)):
            etikett = m[1].upper()
            self._antal[etikett] += 1
            if self._rtrans is not None and etikett != "TRANS":
                self._rtrans_utan_trans()
            if etikett not in ETIKETTER:
                if self._antal[etikett] == 1:
                    self._behall(etikett)
                    self.anmarkningar.info(
                        "OKAND_ETIKETT", f"Etiketten #{m[1][:40]} är okänd och hoppas över.", nr
                    )
                return None
            falt, hel = dela(text[m.end() :])
            if not hel:
                self.anmarkningar.varning(
                    "CITAT",
                    f"Ett citattecken avslutas inte på raden #{etikett}. Resten av raden lästes som ett fält.",
                    nr,
                )
            konteringsrad = etikett in ("TRANS", "RTRANS", "BTRANS")
            if self._ver and not self._ver.oppen and etikett != "VER" and not konteringsrad:
                self._stang(nr)
            stangs = konteringsrad and falt[-1:] == [STANG] and self._ver is not None and self._ver.oppen
            las = _LASARE.get(etikett)
            ut = las(self, nr, falt[:-1] if stangs else falt) if las else None
            if stangs:
                self._klammer_pa_raden(nr)
                self._stang(nr, klammer=True)
            return ut
        if text[:5].lower() == "<html" or text[:9].lower() == "<!doctype":
            raise OlasligFil(
                f"På rad {nr} börjar en webbsida (HTML): exporten avbröts av ett fel. Hämta den på nytt."
            )
        if text.strip("\x1a"):
            self.anmarkningar.varning(
                "OKAND_RAD", f"Raden börjar inte med # och hoppas över: «{text[:40]}».", nr
            )
        return None

    def _efter_klamrar(self, nr: int, text: str) -> str:
        """What a line says after the braces that it begins with, which open and close a voucher."""
        for i, tecken in enumerate(text):
            if tecken == "{":
                self._oppna(nr)
            elif tecken == "}":
                self._stang(nr, klammer=True)
            elif not tecken.isspace():
                return text[i:]
        return ""

    def _behall(self, *texter: str):
        """Counts what is kept for as long as the file is read, with its texts as the memory that they take: all else is
        forgotten with its line."""
        self._behallna += 1 + sum(map(len, texter), TEXT_I_BYTE * len(texter)) // UPPGIFT_I_BYTE
        if self._behallna > FLEST_UPPGIFTER:
            raise OlasligFil(
                f"Filen har fler än {FLEST_UPPGIFTER} olika konton, dimensioner och saldon, och läses därför inte. "
                "Exportera en förvaltning eller ett räkenskapsår i taget."
            )

    def _ksumma(self, nr, falt):
        self._behall(*(f for f in falt[:1] if isinstance(f, str)))
        self._ksummor.append((nr, falt[0] if falt and isinstance(falt[0], str) else ""))

    def _flagga(self, nr, falt):
        if falt[:1] == ["1"]:
            self.anmarkningar.info("FLAGGA", "Filen är märkt som redan inläst (#FLAGGA 1).", nr)

    def _program(self, nr, falt):
        self.program = " ".join(f for f in falt if isinstance(f, str) and f)[:200] or None

    def _format(self, nr, falt):
        self.format = (falt[0] if falt and isinstance(falt[0], str) else "")[:20]
        if not self.kodning.ascii and self.format.upper() == "PC8" and self.kodning.namn != "CP437":
            self.anmarkningar.varning(
                "KODNING",
                f"Filen säger PC8 men är skriven i {self.kodning.namn}. Den läses som {self.kodning.namn}.",
                nr,
            )

    def _sietyp(self, nr, falt):
        self.sietyp = falt[0] if falt and isinstance(falt[0], str) else ""
        if self.sietyp not in ("1", "2", "3", "4"):
            self.anmarkningar.varning("SIETYP", f"#SIETYP «{self.sietyp[:20]}» ska vara 1, 2, 3 eller 4.", nr)

    def _rar(self, nr, falt):
        start, slut = (tolka_datum(f) if isinstance(f, str) else None for f in (*falt, "", "", "")[1:3])
        if not falt or not isinstance(falt[0], str) or not _AR.fullmatch(falt[0]) or not start or not slut:
            self.anmarkningar.fel(
                "RAR", "Räkenskapsåret #RAR går inte att läsa: årsnummer, start och slut krävs.", nr
            )
            return
        if start[1] > slut[1]:
            self.anmarkningar.fel(
                "RAR", f"Räkenskapsåret slutar ({slut[1]}) innan det börjar ({start[1]}).", nr
            )
            return
        self._satt_ar(int(falt[0]), (start[1], slut[1]))
        if falt[0] == "0" and (start[1][5:] != "01-01" or slut[1][5:] != "12-31"):
            sort = _arets_sort(date.fromisoformat(start[1]), date.fromisoformat(slut[1]))
            self.anmarkningar.info("BRUTET_AR", f"Räkenskapsåret är {sort}: {start[1]} till {slut[1]}.", nr)

    def _satt_ar(self, nummer: int, ar: tuple[str, str]):
        for granser, forr in zip(self._arsgranser, self.rar.get(nummer, ()), strict=False):
            granser.remove(forr)
        for granser, dag in zip(self._arsgranser, ar, strict=True):
            insort(granser, dag)
        self.rar[nummer] = ar
        self._ar_vid.clear()

    def _konto(self, nr, falt):
        if konto := self._kod(nr, falt, 0, "KONTO"):
            namn = falt[1] if len(falt) > 1 and isinstance(falt[1], str) else ""
            if konto not in self.konton:
                self._behall(namn)
            if self.konton.setdefault(konto, namn) != namn:
                self.anmarkningar.varning("KONTO_TVA", f"Konto {konto} står två gånger med olika namn.", nr)

    def _ktyp(self, nr, falt):
        if len(falt) > 1 and isinstance(falt[1], str) and (konto := self._kod(nr, falt, 0, "KTYP")):
            self._behall(falt[1])
            self.kontotyper[konto] = falt[1].upper()

    def _dim(self, nr, falt):
        if dim := self._kod(nr, falt, 0, "DIM"):
            namn = falt[1] if len(falt) > 1 and isinstance(falt[1], str) else ""
            self._behall(namn)
            self.dimensioner[dim] = namn
            self._objekt.clear()
            self._platser.clear()
            if not self._roller_givna:
                roll = next((r for del_, r in ROLLER_AV_NAMN if del_ in namn.lower()), None)
                if roll and roll not in self._roller.values():
                    self._roller[dim] = roll

    def _underdim(self, nr, falt):
        self._dim(nr, falt)
        if len(falt) > 2 and isinstance(falt[0], str) and isinstance(falt[2], str):
            self._behall(falt[0], falt[2])
            self._roller_over[falt[0]] = falt[2]

    def _objekt_rad(self, nr, falt):
        self.antal_objekt += 1

    def _ib(self, nr, falt):
        self._saldo(nr, falt, "IB")

    def _ub(self, nr, falt):
        self._saldo(nr, falt, "UB")

    def _res(self, nr, falt):
        self._saldo(nr, falt, "RES")

    def _saldo(self, nr, falt, etikett):
        ar = self._arsnummer(nr, falt, etikett)
        konto = self._kod(nr, falt, 1, etikett)
        belopp = self._belopp(nr, falt, 2, etikett)
        if ar is None or not konto or belopp is None:
            return
        per_konto = self._saldon[etikett][ar]
        if konto in per_konto:
            self.anmarkningar.fel(
                "DUBBLETT", f"#{etikett} för konto {konto} och år {ar} står två gånger.", nr
            )
            return
        self._behall()
        per_konto[konto] = belopp
        if ar == 0:
            self._rader.setdefault((etikett, konto), nr)

    def _oib(self, nr, falt):
        self._objektsaldo(nr, falt, "OIB")

    def _oub(self, nr, falt):
        self._objektsaldo(nr, falt, "OUB")

    def _objektsaldo(self, nr, falt, etikett):
        self._arsnummer(nr, falt, etikett)
        self._kod(nr, falt, 1, etikett)
        self._belopp(nr, falt, 3 if len(falt) > 2 and isinstance(falt[2], tuple) else 2, etikett)

    def _psaldo_rad(self, nr, falt):
        post = self._psaldopost(nr, falt)
        if post is None or post[0] != 0:
            return
        _, period, konto, objekt, belopp = post
        self._koder(objekt, nr)  # for its findings: `saldorader` has none
        # A period that nobody has placed is the year's all the same: what it adds up to is not in doubt.
        if (dimensioner := tuple(objekt[::2])) not in (per_dimension := self._psaldo[konto]):
            self._behall(*dimensioner)
        per_dimension[dimensioner] += belopp
        self._rader.setdefault(("PSALDO", konto), nr)
        if (
            0 in self.rar
            and not self.rar[0][0][:7] <= f"{period // 100}-{period % 100:02}" <= self.rar[0][1][:7]
        ):
            self.anmarkningar.fel(
                "UTANFOR_AR",
                f"#PSALDO för konto {konto} gäller {_manad(period)}, utanför räkenskapsåret.",
                nr,
            )

    def _psaldopost(self, nr, falt, etikett="PSALDO"):
        """(year index, period, konto, objects, amount), or None with a finding."""
        ar = self._arsnummer(nr, falt, etikett)
        try:
            period = (
                tolka_period(falt[1], extra=self.extraperioder)
                if len(falt) > 1 and isinstance(falt[1], str)
                else None
            )
        except Extraperiod as fel:
            period = fel.manad
            if ar == 0 and etikett == "PSALDO":
                self.anmarkningar.fel(fel.kod, str(fel), nr)
        if period is None:
            skrivet = f" «{falt[1][:20]}»" if len(falt) > 1 and isinstance(falt[1], str) else ""
            self.anmarkningar.fel(
                "PERIOD", f"#{etikett} har en period{skrivet} som inte är år och månad.", nr
            )
        konto = self._kod(nr, falt, 2, etikett)
        objekt = falt[3] if len(falt) > 3 and isinstance(falt[3], tuple) else None
        belopp = self._belopp(nr, falt, 3 if objekt is None else 4, etikett)
        if ar is None or period is None or not konto or belopp is None:
            return None
        if len(objekt or ()) % 2:
            self.anmarkningar.fel("OBJEKT", f"#{etikett} har en objektlista där ett objekt saknas.", nr)
            return None
        return ar, period, konto, objekt or (), belopp

    def _pbudget(self, nr, falt):
        self._psaldopost(nr, falt, "PBUDGET")

    def _ver_rad(self, nr, falt):
        if self._ver:
            self._stang(nr)
        serie, nummer, datum, text = (f if isinstance(f, str) else "" for f in (*falt, "", "", "", "")[:4])
        self._ver = ver = _Ver(nr, serie[:20], nummer[:40])
        ver.text = text[:LANGSTA_TEXT]
        self.antal_verifikationer += 1
        ver.summor = self._utanfor
        dag = tolka_datum(datum)
        if dag is None:
            vad = f"datumet «{datum[:20]}» som inte finns" if datum else "inget datum"
            ver.fynd = "VER_DATUM", Niva.FEL, f"Verifikation {ver.namn or 'utan nummer'} har {vad}."
        else:
            ver.period, ver.datum = dag
            ver.fynd = self._utanfor_aret(ver)
            ver.i_ar = ver.fynd is None
            if ver.i_ar:
                ver.summor = self._transaktioner
        if OPPNA in falt or (falt and isinstance(falt[-1], tuple)):
            self._klammer_efter_ver(nr, falt)

    def _klammer_efter_ver(self, nr, falt):
        """A brace on the line of #VER itself: alone, with its mate and nothing between, or with what is lost there."""
        ver = self._ver
        ver.oppen = True
        if falt[-1] is OPPNA:
            return
        ver.trasig = falt[-1] != ()
        if ver.trasig:
            self.anmarkningar.fel(
                "KLAMMER",
                f"Verifikation {ver.namn or 'utan nummer'} har sina transaktioner på samma rad som #VER. "
                "Varje post ska stå på en egen rad: exportera filen på nytt.",
                nr,
            )
        if falt[-1] is STANG or isinstance(falt[-1], tuple):
            self._stang(nr, klammer=True)

    def _klammer_pa_raden(self, nr):
        self.anmarkningar.info(
            "KLAMMER_RAD",
            f"Verifikation {self._ver.namn or 'utan nummer'} avslutas av en klammer }} på samma rad som sin sista "
            "transaktion, inte på en egen. Den läses så.",
            nr,
        )

    def _utanfor_aret(self, ver) -> tuple[str, Niva, str] | None:
        if 0 not in self.rar or self.rar[0][0] <= ver.datum <= self.rar[0][1]:
            return None
        annat = self._ar_for(ver.datum)
        vem = f"Verifikation {ver.namn or 'utan nummer'} är daterad {ver.datum}"
        if annat is not None:
            return "ANNAT_AR", Niva.VARNING, f"{vem}, i räkenskapsår {annat}, och räknas inte."
        return "UTANFOR_AR", Niva.FEL, f"{vem}, utanför räkenskapsåret."

    def _ar_for(self, datum: str) -> int | None:
        """The first of the file's years that a date is in.

        Dates that as many years have begun and ended by are in the same ones, so all the years, of which there may be
        199, are looked through once for each such stretch and not for each voucher.
        """
        starter, slut = self._arsgranser
        plats = bisect_right(starter, datum), bisect_left(slut, datum)
        if plats not in self._ar_vid:
            self._ar_vid[plats] = next((n for n, (a, b) in self.rar.items() if a <= datum <= b), None)
        return self._ar_vid[plats]

    def _oppna(self, nr):
        if self._ver is None:
            self.anmarkningar.fel("KLAMMER", "En klammer { öppnas utan verifikation (#VER) före.", nr)
        elif self._ver.oppen:
            self.anmarkningar.fel(
                "KLAMMER", "En klammer { öppnas inne i en verifikation som redan är öppen.", nr
            )
        else:
            self._ver.oppen = True

    def _stang(self, nr, *, klammer=False):
        if self._rtrans is not None:
            self._rtrans_utan_trans()
        ver, self._ver = self._ver, None
        if ver is None:
            if klammer:
                self.anmarkningar.fel(
                    "KLAMMER", "En klammer } stängs utan att någon verifikation är öppen.", nr
                )
            return
        namn = ver.namn or "utan nummer"
        if ver.oppen and not klammer:
            self.anmarkningar.fel(
                "KLAMMER", f"Verifikation {namn} saknar sin avslutande klammer }}.", ver.rad
            )
        elif not ver.oppen:
            self.anmarkningar.varning("KLAMMER", f"Verifikation {namn} saknar klamrar.", ver.rad)
        if ver.fynd and (ver.antal or ver.trasig):
            kod, niva, text = ver.fynd
            self.anmarkningar.lagg(kod, niva, text, ver.rad)
        if ver.summa and not ver.trasig and (ver.i_ar or not ver.datum):
            self.antal_obalanserade += 1
            if len(self.obalanserade) < FLEST_OBALANSER:
                self.obalanserade.append(Obalans(ver.rad, ver.serie, ver.nummer, ver.datum, ver.summa))
        elif not ver.antal and not ver.trasig:
            self.anmarkningar.info(
                "TOM_VER", f"Verifikation {namn} har inga rader som räknas, och hoppas över.", ver.rad
            )

    def _trans(self, nr, falt) -> Huvudboksrad | None:
        ver = self._ver
        if ver is None:
            self.anmarkningar.fel("LOS_TRANS", "#TRANS står utanför en verifikation och räknas inte.", nr)
            return None
        post = self._transpost(nr, falt, "TRANS")
        if self._rtrans is not None:
            if post is None or post[:3] != self._rtrans[1]:
                self._rtrans_utan_trans()
            self._rtrans = None
        if post is None:
            ver.trasig = True
            return None
        konto, objekt, belopp, datum, text = post
        ver.summa += belopp
        ver.antal += 1
        if konto not in ver.summor:
            self._behall()
        ver.summor[konto] += belopp
        if not ver.i_ar:
            return None
        if datum:
            dag = tolka_datum(datum)
            if dag is None and not _SIFFERDATUM.fullmatch(datum):
                self.anmarkningar.info(
                    "TEXT_I_DATUM",
                    f"Texten «{datum[:40]}» står där ett datum ska stå. Den läses som text.",
                    nr,
                )
                text = f"{datum} {text}".strip()
            elif dag is None or dag[0] != ver.period:
                self._annan_manad(nr, datum, ver)
        return (
            nr, ver.period, ver.datum, konto, *self._koder(objekt, nr), ver.namn,
            text[:LANGSTA_TEXT] or ver.text, belopp,
        )  # fmt: skip

    def _rtrans_rad(self, nr, falt):
        if post := self._transpost(nr, falt, "RTRANS"):
            self._rtrans = (nr, post[:3])

    def _rtrans_utan_trans(self):
        rad, self._rtrans = self._rtrans[0], None
        self.anmarkningar.varning(
            "RTRANS", "#RTRANS följs inte av en likadan #TRANS. Den tillagda raden räknas inte.", rad
        )

    def _transpost(self, nr, falt, etikett):
        """(konto, objects, amount, date, text), or None with a finding."""
        konto = self._kod(nr, falt, 0, etikett)
        if len(falt) > 1 and isinstance(falt[1], tuple):
            objekt, resten = falt[1], falt[2:]
        else:
            objekt, resten = (), falt[1:]
            if OPPNA in falt or STANG in falt:
                self.anmarkningar.fel("OBJEKT", f"#{etikett} har en objektlista som inte avslutas.", nr)
                return None
            self.anmarkningar.varning("OBJEKT", f"#{etikett} saknar objektlistan {{}}.", nr)
        belopp = self._belopp(nr, resten, 0, etikett)
        if not konto or belopp is None:
            return None
        if len(objekt) % 2:
            self.anmarkningar.fel("OBJEKT", f"#{etikett} har en objektlista där ett objekt saknas.", nr)
            return None
        datum, text = (f if isinstance(f, str) else "" for f in (*resten[1:], "", "")[:2])
        return konto, objekt, belopp, datum, text

    def _annan_manad(self, nr, datum, ver):
        if tolka_datum(datum) is None:
            self.anmarkningar.varning(
                "TRANS_DATUM",
                f"Transaktionsdatumet «{datum[:20]}» finns inte. Verifikationens datum används.",
                nr,
            )
            return
        self.anmarkningar.varning(
            "TRANS_MANAD",
            f"Transaktionsdatumet {datum[:20]} ligger i en annan månad än verifikationens, {ver.datum}, som används.",
            nr,
        )

    # Fields.

    def _kod(self, nr, falt, plats, etikett) -> str | None:
        kod = falt[plats].strip() if len(falt) > plats and isinstance(falt[plats], str) else ""
        if not kod or len(kod) > 20 or not kod.isprintable():
            vad = {"DIM": "dimension"}.get(etikett, "konto")
            self.anmarkningar.fel("KOD", f"#{etikett} saknar ett läsbart nummer för {vad}.", nr)
            return None
        return kod

    def _ar_rent(self, konto: str) -> bool:
        if konto != konto.strip() or len(konto) > 20 or not konto.isprintable():
            return False  # for `_kod` to trim or refuse
        self._behall()
        self._rena.add(konto)
        return True

    def _arsnummer(self, nr, falt, etikett) -> int | None:
        if falt and isinstance(falt[0], str) and _AR.fullmatch(falt[0]):
            return int(falt[0])
        skrivet = falt[0][:20] if falt and isinstance(falt[0], str) else ""
        self.anmarkningar.fel(
            "ARSNUMMER", f"#{etikett} har årsnumret «{skrivet}»; det ska vara 0, −1, −2 …", nr
        )
        return None

    def _belopp(self, nr, falt, plats, etikett) -> Decimal | None:
        text = falt[plats].strip() if len(falt) > plats and isinstance(falt[plats], str) else ""
        if not text:
            self.anmarkningar.fel("BELOPP", f"#{etikett} saknar belopp.", nr)
            return None
        if not text.isascii() or not _BELOPP.fullmatch(text):
            self.anmarkningar.fel("BELOPP", f"#{etikett} har «{text[:40]}» där ett belopp ska stå.", nr)
            return None
        if "," in text:
            self.anmarkningar.varning(
                "DECIMALKOMMA", f"Beloppet «{text}» har decimalkomma; SIE har punkt.", nr
            )
        belopp = Decimal(text.replace(",", "."))
        if abs(belopp) >= STORSTA_BELOPP:
            self.anmarkningar.fel("BELOPP", f"Beloppet «{text}» är för stort.", nr)
            return None
        if belopp != round(belopp, 2):
            self.anmarkningar.fel("BELOPP", f"Beloppet «{text}» har delar av ören.", nr)
            return None
        return belopp

    def _objekt_av_text(self, text, nr) -> tuple:
        objekt = [citat or kod for citat, kod in _OBJEKT.findall(text)]
        if len(objekt) % 2:
            self.anmarkningar.fel("OBJEKT", "#TRANS har en objektlista där ett objekt saknas.", nr)
        koder = self._koder(objekt, nr)
        if len(text) <= LANGST_I_CACHE:
            if len(self._objekt) >= STORSTA_CACHE:
                self._objekt.clear()
            self._objekt[text] = koder
        return koder

    def _koder(self, objekt, nr) -> tuple[str, str, str, str]:
        """(ansvar, motpart, verksamhet, projekt) of an object list, with a finding for what cannot be a code."""
        koder = ["", "", "", ""]
        for dim, kod in zip(objekt[::2], objekt[1::2], strict=False):
            plats = self._platser.get(dim, -2)
            if plats == -2:
                self._behall(dim)
                roll = self._roll(dim)
                plats = self._platser[dim] = ROLLPLATS[roll] if roll else -1
            if plats >= 0 and not koder[plats]:
                try:
                    koder[plats] = ren_kod(kod)
                except ValueError:
                    visas = "".join(c for c in kod.strip()[:LANGSTA_KOD] if c.isprintable())
                    self.anmarkningar.fel(
                        "KOD", f"Objektet «{visas}» i dimension {dim[:20]} är inte en kod, som har "
                        f"högst {LANGSTA_KOD} synliga tecken.", nr,
                    )  # fmt: skip
        return tuple(koder)

    def _roll(self, dim) -> str | None:
        roll = self._roller.get(dim)
        if roll is None and not self._roller_givna:
            standard = ROLLER_AV_NUMMER.get(dim)
            roll = standard if standard not in self._roller.values() else None
        if roll is None and (over := self._roller_over.get(dim)) and over != dim:
            roll = self._roller.get(over)
        return roll

    # The end.

    def _avsluta(self, rad, nr, avslutad):
        if self._ver and (self._ver.oppen or not self._ver.antal):
            raise OlasligFil(
                f"Filen är avkortad: den tar slut på rad {nr} inne i verifikation {self._ver.namn or 'utan nummer'}, "
                f"som börjar på rad {self._ver.rad}."
            )
        self._stang(nr)
        if not avslutad and self._halv(rad):
            raise OlasligFil(f"Filen är avkortad: den sista raden ({nr}) är inte hel.")
        a = self._antal
        if not any(a[e] for e in ("VER", "IB", "UB", "RES", "OIB", "OUB", "PSALDO", "PBUDGET")):
            if not a["KONTO"]:
                raise OlasligFil(
                    "Filen har inga konton, saldon eller verifikationer. Den är troligen avkortad."
                )
            self.anmarkningar.fel(
                "INGET", "Filen har en kontoplan men varken saldon eller verifikationer.", nr
            )
        if self._ksummor:
            self._prova_kontrollsumman(nr)
        if self.sietyp is None:
            self.anmarkningar.varning("SIETYP", f"#SIETYP saknas. Filen läses som typ {self.typ}.")
        elif self.antal_verifikationer and self.typ != "4":
            self.anmarkningar.varning("SIETYP", f"Filen säger typ {self.typ} men har verifikationer (typ 4).")
        elif self.sietyp == "4" and not self.antal_verifikationer:
            annars = (
                "Månadernas saldon (#PSALDO) läses i stället." if a["PSALDO"] else "Den kan vara avkortad."
            )
            self.anmarkningar.varning("SIETYP", f"Filen säger typ 4 men har inga verifikationer. {annars}")
        if self.variant == "I":
            self.anmarkningar.info(
                "SIE4I", "Filen är en importfil (4I): den har verifikationer men inga saldon."
            )
        if self.typ != "4" and 0 not in self.rar:
            self.anmarkningar.varning("RAR", "Räkenskapsåret (#RAR 0) saknas.")
        if self.antal_obalanserade > len(self.obalanserade):
            self.anmarkningar.fel(
                "OBALANS", f"{self.antal_obalanserade} verifikationer balanserar inte; de första visas."
            )
        if self.konton:
            for konto in sorted(self.alla_konton - set(self.konton)):
                self.anmarkningar.varning(
                    "UTANFOR_KONTOPLANEN",
                    f"Konto {konto} används men finns inte i filens kontoplan (#KONTO).",
                )

    def _prova_kontrollsumman(self, sista: int):
        """`#KSUMMA` twice: where the sum begins, and what it is (SIE 4B, part 10)."""
        (borjan, forsta), (slut, angiven) = self._ksummor[0], self._ksummor[-1]
        if len(self._ksummor) == 1:
            skal = (
                "#KSUMMA avslutas men inleds inte, så kontrollsumman går inte att pröva."
                if forsta
                else "#KSUMMA inleds men avslutas inte. Filen kan vara avkortad."
            )
            self.anmarkningar.varning("KSUMMA", skal, borjan if forsta else sista)
        elif len(self._ksummor) > 2 or forsta or not _KONTROLLSUMMA.fullmatch(angiven):
            self.anmarkningar.varning(
                "KSUMMA",
                "#KSUMMA ska stå två gånger: tom före det som summeras och med kontrollsumman efter. Den går inte "
                "att pröva.",
                slut,
            )
        elif int(angiven) % (1 << 32) not in self._kontrollsummor(borjan, slut):
            self.anmarkningar.varning(
                "KSUMMA",
                f"Kontrollsumman #KSUMMA {angiven} stämmer inte med innehållet. Filen har ändrats eller skadats sedan "
                "den skrevs, eller så räknar programmet inte som standarden. Hämta den på nytt.",
                slut,
            )

    def _kontrollsummor(self, borjan: int, slut: int) -> set[int]:
        """The sum of what lies between two lines: by the standard in CP437, and in the encoding that the file has,
        as programs that do not write CP437 add it up."""
        summor = {CP437.codec: 0, self.kodning.codec: 0}
        for nummer, block, _ in radblock(self._fil, self.kodning):
            if nummer > slut:
                break
            fran = max(borjan + 1 - nummer, 0)
            text = "".join(map(_summeras, block[fran : max(slut - nummer, 0)]))
            for codec in summor:
                summor[codec] = zlib.crc32(text.encode(codec, "replace"), summor[codec])
        return set(summor.values())

    def _halv(self, rad) -> bool:
        """Whether a last line without an end was cut: a label's beginning, an open quote, or too few fields."""
        text = rad.strip()
        m = _ETIKETT.match(text)
        if not m:
            return text.startswith("#") or text.startswith("<")
        etikett = m[1].upper()
        if etikett not in ETIKETTER:
            return any(e.startswith(etikett) for e in ETIKETTER)
        falt, hel = dela(text[m.end() :])
        minst = {"KONTO": 2, "IB": 3, "UB": 3, "RES": 3, "OIB": 4, "OUB": 4, "PSALDO": 5, "PBUDGET": 5, "RAR": 3,
                 "DIM": 2, "OBJEKT": 3, "SRU": 2}  # fmt: skip
        return not hel or OPPNA in falt or len(falt) < minst.get(etikett, 0)


_LASARE = {
    "FLAGGA": Sielasning._flagga,
    "KSUMMA": Sielasning._ksumma,
    "PROGRAM": Sielasning._program,
    "FORMAT": Sielasning._format,
    "SIETYP": Sielasning._sietyp,
    "RAR": Sielasning._rar,
    "KONTO": Sielasning._konto,
    "KTYP": Sielasning._ktyp,
    "DIM": Sielasning._dim,
    "UNDERDIM": Sielasning._underdim,
    "OBJEKT": Sielasning._objekt_rad,
    "IB": Sielasning._ib,
    "UB": Sielasning._ub,
    "RES": Sielasning._res,
    "OIB": Sielasning._oib,
    "OUB": Sielasning._oub,
    "PSALDO": Sielasning._psaldo_rad,
    "PBUDGET": Sielasning._pbudget,
    "VER": Sielasning._ver_rad,
    "TRANS": Sielasning._trans,
    "RTRANS": Sielasning._rtrans_rad,
}


_UTAN_KLAMMER = str.maketrans("", "", " \t{}")


def _summeras(rad: str) -> str:
    """What the checksum is of: label and fields, without blanks, quotation marks and braces around them."""
    bitar = rad.replace('\\"', "\0").split('"')
    bitar[::2] = [b.translate(_UTAN_KLAMMER) for b in bitar[::2]]
    return "".join(bitar).replace("\0", '"')


def _arets_sort(start: date, slut: date) -> str:
    """What the law calls a räkenskapsår that is no calendar year (BFL 3:1, 3:3): twelve other months, fewer or more."""
    efter = slut + timedelta(days=1)
    ett_ar = (start.year + 1, start.month, start.day)
    if (efter.year, efter.month, efter.day) == ett_ar:
        return "brutet"
    return "förkortat" if (efter.year, efter.month, efter.day) < ett_ar else "förlängt"


def _manad(period: int) -> str:
    return f"{period // 100}-{period % 100:02}"


def avstam(lasning: Sielasning) -> Sieavstamning:
    """Reconcile a reading that has come to its end."""
    return stam_av(lasning.underlag())
