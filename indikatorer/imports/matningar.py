"""A file of measurements (CSV or xlsx) → values by cell, and findings with row and column. Nothing is saved here.

Two forms. *Long*: one row per value, with the columns indikator, period and värde, and any of segment, enhet,
jämförelseområde, kön, täljare, nämnare, antal, preliminär, brott, saknas, fotnot, källa. *Wide*: one column per period,
headed «2024», «Utfall 2024», «2024-03» or «2024 kvinnor», where an empty cell says nothing. A file may be broad in the
periods and have the other columns besides, which then hold for every value of the row.

An indikator is named by id-nummer, code or name; a segment, enhet or område by code or name.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO

from indikatorer.imports import matningar_celler as celler
from indikatorer.imports.matningar_celler import OgiltigCell
from indikatorer.regler.period import OgiltigPeriod, tolka_period
from indikatorer.regler.skrift import skriv_tal
from indikatorer.regler.smagrupp import ar_fa, bygger_pa_fa
from indikatorer.selectors.celler import UPPGIFTSFALT, Matningsnyckel, Matningsuppgift
from indikatorer.selectors.register import Register, namnnyckel
from regionskane.lib.anmarkning import Anmarkning, Anmarkningar, Niva
from regionskane.lib.minne import minns
from regionskane.lib.tabellfil import Tabellfil
from regionskane.lib.textfil import OlasligFil, pa_en_rad
from regionskane.lib.xlsx_bok import I_ANROP, I_JOBB

VAD = "en fil med mätvärden"
PROVRADER = 2_000
LANGSTA_KALLA = 200
LANGSTA_FOTNOT = 2_000
FLEST_OKANDA = 500

# Header names in small letters without å, ä, ö and anything but letters and digits.
SYNONYMER: Mapping[str, tuple[str, ...]] = {
    "indikator": (
        "indikator", "id", "idnr", "idnummer", "indikatorid", "indikatorkod", "kod", "nyckeltal", "matt",
        "indikatornamn", "namn",
    ),
    "segment": ("segment", "segmentkod", "verksamhetsomrade", "forlopp", "vardforlopp", "aldersgrupp", "personalgrupp"),
    "enhet": ("enhet", "enhetskod", "forvaltning", "organisation"),
    "omrade": ("jamforelseomrade", "omrade", "region", "kommun"),
    "kon": ("kon", "sex", "gender"),
    "period": ("period", "ar", "matperiod", "matar", "tidpunkt", "year"),
    "varde": ("varde", "utfall", "resultat", "matvarde", "value"),
    "taljare": ("taljare",),
    "namnare": ("namnare",),
    "antal": ("antal", "antaln", "n", "antalsvar", "antalsvarande", "antalbakomvardet"),
    "preliminar": ("preliminar", "preliminart", "prel"),
    "brott": ("brott", "tidsseriebrott", "ejjamforbar", "intejamforbart", "intejamforbartmedtidigare"),
    "saknas": ("saknas", "skal", "bortfall", "varforvardetsaknas"),
    "fotnot": ("fotnot", "not", "kommentar", "anmarkning"),
    "kalla": ("kalla", "datakalla"),
}  # fmt: skip
_FALT = {synonym: falt for falt, synonymer in SYNONYMER.items() for synonym in synonymer}
_UTAN_PRICKAR = str.maketrans("åäöé", "aaoe")
_FORLED = re.compile(r"^(?:utfall|värde|varde|resultat|andel)[ _:]+", re.I)
# It begins where the blanks do, and takes all of them: tried from each of them, a hundred took as long as a table.
_EFTERLED = re.compile(r"(?<![ _,])[ _,]++\(?(totalt|kvinnor|män|[tkm])\)?$", re.I)

# All the measures of ten years, by month for some, are fewer.
FLEST_I_ANROP = 20_000
# A table that is wide in its periods may be mostly empty, and its cells cost as much as others.
FLEST_CELLER_I_ANROP = 200_000
# A finding costs as much as ten good cells. Nobody puts more right before trying again.
FLEST_FEL_I_ANROP = 1_000
LANGST_RUBRIK = 100


@dataclass(frozen=True, slots=True)
class Matningsfil:
    """What a file says. With any finding of level FEL it must not be saved.

    `givna` are the fields of Matningsuppgift that the file has columns for; `platser` the row where each cell was read.
    """

    varden: Mapping[Matningsnyckel, Matningsuppgift]
    platser: Mapping[Matningsnyckel, int]
    givna: frozenset[str]
    antal_rader: int
    anmarkningar: tuple[Anmarkning, ...] = field(default=())

    @property
    def fel(self) -> tuple[Anmarkning, ...]:
        return tuple(a for a in self.anmarkningar if a.niva is Niva.FEL)


def las_matningar(fil: BinaryIO, register: Register, *, i_anrop: bool = False) -> Matningsfil:
    """Read a whole file. Raises OlasligFil when it is no table with indikator, period and värde.

    A cell that cannot be understood, an unknown name, and two rows that say different things of one cell are findings
    of level FEL. A value on fewer than five is never kept: it becomes «undertryckt», with a finding. `i_anrop`:
    somebody waits for the page, so a file of more than FLEST_I_ANROP rows or values, or FLEST_CELLER_I_ANROP cells,
    raises OlasligFil, and after FLEST_FEL_I_ANROP findings of level FEL the rest is not read, as a last finding says.
    """
    return _Lasning(fil, register, i_anrop).las()


def rubrikfalt(rubrik: str) -> str:
    """The field that a header means, or «» for one that means none (a period among them)."""
    return "" if len(rubrik) > LANGST_RUBRIK else _FALT.get(_ren(rubrik), "")


@minns(2_000)
def rubrikperiod(rubrik: str) -> tuple[int, int, str] | None:
    """(år, delperiod, kön) of a header that is a period: «2024», «utfall_2023», «2024 kv 1», «2024 kvinnor»."""
    if (
        len(rubrik) > LANGST_RUBRIK
    ):  # long runs of blanks are dear to look through, and no period is that long
        return None
    ren = _FORLED.sub("", rubrik.strip())
    kon = "T"
    for text in (ren, _EFTERLED.sub("", ren)):
        try:
            ar, delperiod = tolka_period(text)
        except OgiltigPeriod:
            continue
        if text != ren:
            kon = celler.kon(_EFTERLED.search(ren)[1])
        return (ar, delperiod, kon) if celler.TIDIGAST <= ar <= celler.SENAST else None
    return None


def _kanns_igen(rubriker: Sequence[str]) -> int:
    falt = {f for f in map(rubrikfalt, rubriker) if f}
    # A row of figures may look like periods, so those count only beside a column of indikatorer.
    return len(falt) + sum(rubrikperiod(r) is not None for r in rubriker) if "indikator" in falt else 0


class _Lasning:
    def __init__(self, fil: BinaryIO, register: Register, i_anrop: bool):
        self._flest, self._flest_celler = (FLEST_I_ANROP, FLEST_CELLER_I_ANROP) if i_anrop else (None, None)
        self.tabell = Tabellfil(
            fil,
            vad=VAD,
            kanns_igen=_kanns_igen,
            granser=I_ANROP if i_anrop else I_JOBB,
            flest_fel=FLEST_FEL_I_ANROP if i_anrop else None,
            flest_linjer=10 * FLEST_I_ANROP if i_anrop else None,
        )
        self.register = register
        self.anm: Anmarkningar = self.tabell.anmarkningar
        self.varden: dict[Matningsnyckel, Matningsuppgift] = {}
        self.platser: dict[Matningsnyckel, int] = {}
        self.okanda: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._sedda: dict[tuple, Any] = {}
        self.procenttal, self.andelar = 0, []
        self._hitta_kolumner()

    def _hitta_kolumner(self) -> None:
        rubriker = self.tabell.rubriker
        platser: dict[str, list[int]] = defaultdict(list)
        for i, rubrik in enumerate(rubriker):
            if falt := rubrikfalt(rubrik):
                platser[falt].append(i)
        for falt, flera in platser.items():
            flera.sort(key=lambda i: SYNONYMER[falt].index(_ren(rubriker[i])))
            if len(flera) > 1 and falt != "indikator":
                namn = " och ".join(f"«{rubriker[i]}»" for i in flera)
                raise OlasligFil(f"Flera kolumner kan vara {falt}: {namn}. Byt namn på den som inte är det.")
        self.indikatorkolumner = platser.pop("indikator")
        self.kolumn = {falt: flera[0] for falt, flera in platser.items()}
        upptagna = {i for flera in platser.values() for i in flera}
        perioder = {
            i: p for i, r in enumerate(rubriker) if i not in upptagna and (p := rubrikperiod(r)) is not None
        }
        if "varde" in self.kolumn and "period" in self.kolumn:
            perioder = {}
        elif not perioder:
            saknas = "period" if "varde" in self.kolumn else "värde"
            raise OlasligFil(
                f"Kolumnen för {saknas} saknas. Rubrikerna i filen är: "
                f"{', '.join(f'«{r[:40]}»' for r in rubriker[:40] if r)}."
            )
        elif "varde" in self.kolumn or "period" in self.kolumn:
            raise OlasligFil(
                "Filen har både kolumner för perioder och en kolumn för värde eller period. Ta bort den ena formen."
            )
        if len(set(perioder.values())) < len(perioder):
            raise OlasligFil("Två kolumner gäller samma period.")
        self.perioder = perioder
        for falt in ("taljare", "namnare", "antal", "saknas") if len(perioder) > 1 else ():
            if (i := self.kolumn.pop(falt, None)) is not None:  # belongs to one value, and a row has several
                plats = self.tabell.rubrikrad, self.tabell.kolumnnamn[i]
                skal = f"Kolumnen «{rubriker[i]}» läses inte: den säger inte vilken av periodernas värden den gäller."
                if falt in (
                    "antal",
                    "namnare",
                ):  # without them nobody sees that a group is too small to be shown
                    self.anm.fel("KOLUMN", f"{skal} Skriv en rad per period i stället.", *plats)
                else:
                    self.anm.varning("KOLUMN", skal, *plats)

    def las(self) -> Matningsfil:
        rader = self._raknade(self.tabell.rader())
        prov = list(islice(rader, PROVRADER))
        self._las_varde = celler.lasare(self._decimaltecken(prov))
        antal = 0
        for nr, rad in chain(prov, rader):
            if not any(c is not None and c != "" for c in rad):
                continue
            antal += 1
            self._rad(nr, rad)
            if self._flest and max(antal, len(self.varden)) > self._flest:
                raise _for_stor(f"{self._flest} rader eller värden")
            if self._flest and self.anm.antal_fel > FLEST_FEL_I_ANROP:
                self.anm.fel("FLER", "Raderna därefter är inte lästa. Rätta de här felen först.", nr)
                break
        self._granska_andelar()
        if not antal:
            self.anm.fel("INGET", "Filen har en rubrikrad men inga rader.", self.tabell.rubrikrad)
        givna = frozenset(self.kolumn) & frozenset(UPPGIFTSFALT)
        fynd = sorted(
            (*self._okanda_anmarkningar(), *self.anm.alla()),
            key=lambda a: (a.rad is None, a.rad or 0),  # «ytterligare …» last
        )
        return Matningsfil(self.varden, self.platser, givna, antal, tuple(fynd))

    def _raknade(self, rader) -> Iterator[tuple[int, list[Any]]]:
        celler = 0
        for nr, rad in rader:
            celler += len(rad)
            if self._flest_celler and celler > self._flest_celler:
                raise _for_stor(f"{self._flest_celler} celler")
            yield nr, rad

    def _decimaltecken(self, prov) -> str | None:
        platser = [*self.perioder] or [
            self.kolumn[f] for f in ("varde", "taljare", "namnare") if f in self.kolumn
        ]
        sedda = {celler.visar_decimaltecken(rad[i]) for _, rad in prov for i in platser} - {None}
        return sedda.pop() if len(sedda) == 1 else None

    def _granska_procent(self, nr: int, kolumn: int, tal: Decimal, *, skriven_som_procent: bool) -> None:
        if not 0 <= tal <= 100:
            self.anm.varning(
                "PROCENT",
                f"{skriv_tal(tal)} % ligger utanför 0–100. Kontrollera att värdet är i procent.",
                nr,
                self.tabell.kolumnnamn[kolumn],
            )
        if tal and not skriven_som_procent:
            self.procenttal += 1
            if abs(tal) < 1:
                self.andelar.append((nr, kolumn, tal))

    def _granska_andelar(self) -> None:
        """0,85 where every other percentage of the file is below one too is most likely 85 %."""
        if self.andelar and len(self.andelar) == self.procenttal:
            nr, kolumn, tal = self.andelar[0]
            n = len(self.andelar)
            vad = f"Värdet {skriv_tal(tal)}" if n == 1 else f"Alla {n} procentvärden"
            self.anm.varning(
                "ANDEL",
                f"{vad} är mindre än 1 %. Är det andelar (0,85 för 85 %) ska de skrivas som procent. Här läses de "
                "som de står.",
                nr,
                self.tabell.kolumnnamn[kolumn],
            )

    # One row.

    def _rad(self, nr: int, rad: list[Any]) -> None:
        post = self._indikator(nr, rad)
        segment = self._namngiven(nr, rad, "segment", post)
        enhet = self._namngiven(nr, rad, "enhet", post)
        omrade = self._namngiven(nr, rad, "omrade", post)
        radkon = self._falt(nr, rad, "kon", celler.kon, "T")
        brott = self._falt(nr, rad, "brott", celler.ja_nej, False)
        preliminar = self._falt(nr, rad, "preliminar", celler.ja_nej, False)
        fotnot = self._falt(nr, rad, "fotnot", str, "")
        kalla = self._falt(nr, rad, "kalla", str, "")
        trasig = _TRASIG in (post, segment, enhet, omrade, radkon, brott, preliminar, fotnot, kalla)
        if enhet is not None and omrade is not None and not trasig:
            self.anm.fel(
                "PLATS", "Raden har både enhet och jämförelseområde. Ett värde hör till ett av dem.", nr
            )
            trasig = True
        for kolumn, (ar, delperiod), kon in self._tider(nr, rad, radkon):
            innehall = self._innehall(nr, rad, kolumn, post)
            if trasig or innehall is None or ar == 0 or kon is _TRASIG:
                continue
            if kon != "T" and not post.konsuppdelad:
                fel = f"{post.namn} redovisas inte för kvinnor och män."
                self._fel("KON", fel, nr, self.kolumn.get("kon", kolumn))
                continue
            tal, saknas, taljare, namnare, antal, i_cellen = innehall
            cell = Matningsnyckel(post.pk, ar, segment, kon, delperiod, enhet, omrade)
            uppgift = Matningsuppgift(
                tal, taljare, namnare, antal, i_cellen or preliminar, brott, saknas,
                fotnot[:LANGSTA_FOTNOT], kalla[:LANGSTA_KALLA],
            )  # fmt: skip
            self._lagg(nr, kolumn, cell, uppgift)

    def _tider(self, nr, rad, radkon) -> Iterator[tuple[int, tuple[int, int], Any]]:
        if self.perioder:
            for kolumn, (ar, delperiod, kon) in self.perioder.items():
                yield kolumn, (ar, delperiod), radkon if kon == "T" else kon
            return
        kolumn = self.kolumn["period"]
        cell = rad[kolumn]
        try:
            tid = celler.period(cell if type(cell) is str else celler.periodtext(cell))
        except OgiltigCell as fel:
            self._fel("PERIOD", fel, nr, kolumn)
            tid = (0, 0)
        yield self.kolumn["varde"], tid, radkon

    def _innehall(self, nr, rad, kolumn, post) -> tuple | None:
        """(value, saknas, täljare, nämnare, antal, preliminary) of a cell; None for nothing, or for a finding."""
        try:
            v = self._las_varde(rad[kolumn])
        except OgiltigCell as fel:
            self._fel("VARDE", fel, nr, kolumn)
            return None
        skal = self._falt(nr, rad, "saknas", celler.skal, "")
        taljare, namnare, antal = (self._tal(nr, rad, f) for f in ("taljare", "namnare", "antal"))
        if _TRASIG in (skal, taljare, namnare, antal):
            return None
        tal, saknas = v.tal, v.saknas or skal
        if tal is not None and post is not _TRASIG and post.procent:
            self._granska_procent(nr, kolumn, tal, skriven_som_procent=v.procent)
        if tal is None and not saknas:
            if not self.perioder:
                self._fel(
                    "VARDE", "Raden saknar värde. Skriv varför: iu, ej mätt eller undertryckt.", nr, kolumn
                )
            return None
        if tal is not None and skal:
            self._fel("VARDE", f"Raden har både ett värde och ett skäl att det saknas ({skal}).", nr, kolumn)
            return None
        if v.procent and post is not _TRASIG and not post.procent:
            self._fel("ENHET", f"Cellen är i procent, men {post.namn} är det inte.", nr, kolumn)
            return None
        if namnare is not None and not namnare:
            self._fel("NAMNARE", "Nämnaren är noll.", nr, self.kolumn["namnare"])
            return None
        if antal is not None and (antal < 0 or antal != int(antal) or antal > 2_000_000_000):
            self._fel("ANTAL", "Antalet ska vara ett heltal, noll eller större.", nr, self.kolumn["antal"])
            return None
        antal = None if antal is None else int(antal)
        if bygger_pa_fa(antal, namnare) and (tal is not None or taljare is not None):
            bakom = skriv_tal(Decimal(antal) if ar_fa(antal) else namnare)
            self.anm.varning(
                "UNDERTRYCKT",
                f"Värdet bygger på {bakom} och sparas inte: färre än fem visas aldrig.",
                nr,
                self.tabell.kolumnnamn[kolumn],
            )
            tal, saknas, taljare = None, "undertryckt", None
        elif saknas == "undertryckt":
            taljare = None
        elif post is not _TRASIG and post.procent and not _gar_ihop(tal, taljare, namnare):
            self.anm.varning(
                "TALJARE",
                f"{skriv_tal(tal)} % är inte {skriv_tal(taljare)} av {skriv_tal(namnare)}. Värdet läses som det står.",
                nr,
                self.tabell.kolumnnamn[kolumn],
            )
        return tal, saknas, taljare, namnare, antal, v.preliminar

    def _lagg(self, nr, kolumn, cell, uppgift) -> None:
        if cell in self.varden:
            forra = self.platser[cell]
            samma = self.varden[cell] == uppgift
            (self.anm.varning if samma else self.anm.fel)(
                "DUBBLETT",
                f"Samma mätning står på rad {forra}"
                + (", med samma innehåll. Den läses en gång." if samma else ", med annat innehåll."),
                nr,
                self.tabell.kolumnnamn[kolumn],
            )
            return
        self.varden[cell] = uppgift
        self.platser[cell] = nr

    # Cells.

    def _falt(self, nr, rad, falt, tolka, annars):
        kolumn = self.kolumn.get(falt)
        if kolumn is None:
            return annars
        cell = rad[kolumn]
        if cell is None or cell == "":
            return annars
        try:
            return tolka(celler.text(cell))
        except OgiltigCell as fel:
            self._fel(falt.upper(), fel, nr, kolumn)
            return _TRASIG

    def _tal(self, nr, rad, falt):
        kolumn = self.kolumn.get(falt)
        if kolumn is None:
            return None
        try:
            return self._las_varde(rad[kolumn]).tal
        except OgiltigCell as fel:
            self._fel(falt.upper(), fel, nr, kolumn)
            return _TRASIG

    def _indikator(self, nr, rad) -> Any:
        namn = ""
        for kolumn in self.indikatorkolumner:
            cell = rad[kolumn]
            try:
                namn = cell.strip() if type(cell) is str else celler.text(cell)
            except OgiltigCell as fel:
                self._fel("INDIKATOR", fel, nr, kolumn)
                return _TRASIG
            if namn:
                break
        else:
            self._fel("INDIKATOR", "Raden saknar indikator.", nr, self.indikatorkolumner[0])
            return _TRASIG
        nyckel = ("indikator", namn)
        if nyckel not in self._sedda:
            self._sedda[nyckel] = self.register.indikatorer.get(namnnyckel(namn))
        post = self._sedda[nyckel]
        if post is None or not post.far_andras:
            self.okanda["rätt" if post else "indikator", namn].append(nr)
            return _TRASIG
        return post

    def _namngiven(self, nr, rad, falt, post) -> Any:
        """The id that a name in a column means, None when nothing stands there."""
        kolumn = self.kolumn.get(falt)
        cell = rad[kolumn] if kolumn is not None else None
        if cell is None or cell == "":
            return None
        try:
            namn = cell.strip() if type(cell) is str else celler.text(cell)
        except OgiltigCell as fel:
            self._fel(falt.upper(), fel, nr, kolumn)
            return _TRASIG
        if not namn:
            return None
        if falt == "segment" and post is _TRASIG:
            return _TRASIG  # which segments there are depends on the indikator
        grupp = post.segmentgrupp if falt == "segment" else None
        nyckel = (falt, grupp, namn)
        if nyckel not in self._sedda:
            r = self.register
            self._sedda[nyckel] = (
                r.segment.get((grupp, namnnyckel(namn)))
                if falt == "segment"
                else (r.enheter if falt == "enhet" else r.omraden).get(namnnyckel(namn))
            )
        if (pk := self._sedda[nyckel]) is None:
            vad = f"segment för {post.namn}" if falt == "segment" else falt
            self.okanda[vad, namn].append(nr)
            return _TRASIG
        return pk

    def _fel(self, kod, fel, nr, kolumn) -> None:
        self.anm.fel(kod, str(fel), nr, self.tabell.kolumnnamn[kolumn])

    def _okanda_anmarkningar(self) -> Iterator[Anmarkning]:
        """Every unknown name once, with its first row and how many rows have it."""
        for (vad, namn), rader in islice(self.okanda.items(), FLEST_OKANDA):
            antal = f" ({len(rader)} rader)" if len(rader) > 1 else ""
            if vad == "rätt":
                kod, text = "RATT", f"Du får inte lägga in mätvärden för «{namn[:120]}»{antal}."
            elif vad == "indikator":
                kod, text = "OKAND_INDIKATOR", f"Indikatorn «{namn[:120]}» finns inte i biblioteket{antal}."
            elif vad == "enhet":
                kod, text = "OKAND_ENHET", f"Enheten «{namn[:120]}» finns inte{antal}."
            elif vad == "omrade":
                kod, text = "OKANT_OMRADE", f"Jämförelseområdet «{namn[:120]}» finns inte{antal}."
            else:
                kod, text = "OKANT_SEGMENT", f"«{namn[:120]}» är inget {vad}{antal}."
            yield Anmarkning(kod, Niva.FEL, pa_en_rad(text), rader[0])
        if len(self.okanda) > FLEST_OKANDA:
            yield Anmarkning(
                "OKANDA", Niva.FEL, f"Ytterligare {len(self.okanda) - FLEST_OKANDA} namn i filen är okända."
            )


def _for_stor(an: str) -> OlasligFil:
    return OlasligFil(
        f"Filen har fler än {an}. Dela upp den, eller låt driften läsa in den med kommandot importera_matningar."
    )


def _gar_ihop(tal: Decimal | None, taljare: Decimal | None, namnare: Decimal | None) -> bool:
    """Whether a percentage is its numerator by its denominator, rounded to the digits that it is given with."""
    if tal is None or taljare is None or namnare is None:
        return True
    steg = Decimal(1).scaleb(tal.as_tuple().exponent)
    return abs(100 * taljare - tal * namnare) <= abs(namnare) * steg / 2


def _ren(rubrik: str) -> str:
    return "".join(c for c in rubrik.casefold().translate(_UTAN_PRICKAR) if c.isalnum())


class _Trasigt:
    """A cell that has had its finding; the row gives no value."""


_TRASIG = _Trasigt()
