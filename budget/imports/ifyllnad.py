"""A workbook that has been filled in → the cells it changes with their place, and findings. Nothing is saved here.

`las_ifyllnad` reads the file alone; `granska_ifyllnad` asks what the version and the user have to say about it.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from budget.imports.huvudbok import lasare_av_belopp
from budget.models import Budgetversion
from budget.selectors.celler import Cellnyckel
from budget.selectors.skrivratt import last_av_fullmaktige
from budget.selectors.uppstallning import Uppstallningsdata
from organisation.permissions import Enhetsurval
from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.belopp import (
    KR,
    ORE,
    STORSTA_BELOPP,
    OgiltigtBelopp,
    TolkatBelopp,
    formatera_fullt,
)
from regionskane.lib.xlsx_las import TOM, Blad, Olaslig, Ruta, las_arbetsbok
from regionskane.lib.xlsx_mall import (
    HUVUDRAD,
    INSTRUKTION,
    MARKE,
    NYCKELBLAD,
    AnnatFormat,
    Bladnycklar,
    Cellslag,
    Nyckelcell,
    Nycklar,
    TrasigaNycklar,
    bladmarke,
    kolumnnamn,
    las_nycklar,
    ruta,
)

HAMTA_NY = "Hämta en ny arbetsbok och för över dina belopp dit."
# A finding of this kod is a cell whose number was text, and what it was read as.
TEXTTAL = "TEXTTAL"
# What is stored for one in a cell that holds a percentage: Excel keeps 2,5 % as the fraction 0,025.
PROCENTSKALA = Decimal(100)


@dataclass(frozen=True, slots=True)
class Ifylld:
    """An input cell of the workbook. `varde` is the amount in kronor (None: empty) with `precision`; `bas` and `rev`
    are what it held when the workbook was fetched."""

    uppstallning: str
    blad: str
    ruta: str
    rubrik: str
    enhet: str
    post: str
    ar: int
    rev: int
    bas: Decimal | None
    nytt: TolkatBelopp | None

    @property
    def varde(self) -> Decimal | None:
        return self.nytt.varde if self.nytt else None

    @property
    def andrad(self) -> bool:
        return self.varde != self.bas


@dataclass(frozen=True, slots=True)
class Ifyllnadsbok:
    """What a workbook says. With any finding of level FEL it must not be taken in. `celler` are all its input
    cells, changed or not; `version` is empty when the file does not say."""

    version: str
    version_namn: str
    celler: tuple[Ifylld, ...]
    anmarkningar: tuple[Anmarkning, ...]

    @property
    def fel(self) -> tuple[Anmarkning, ...]:
        return tuple(a for a in self.anmarkningar if a.niva == Niva.FEL)


def las_ifyllnad(innehall: bytes) -> Ifyllnadsbok:
    """Read a file; every fault becomes a finding with sheet and cell, and nothing is guessed."""
    try:
        blad = las_arbetsbok(innehall)
        return _las_blad(blad, las_nycklar(_nyckelkolumn(blad)))
    except Olaslig as fel:
        return _avvisad(fel.kod, str(fel))
    except AnnatFormat:
        return _avvisad(
            "FORMAT", f"Arbetsboken är hämtad i ett annat format än det som gäller nu. {HAMTA_NY}"
        )
    except TrasigaNycklar:
        return _avvisad(
            "NYCKLAR",
            f"Arbetsbokens dolda blad «{NYCKELBLAD}» är ändrat, så det går inte att veta vad cellerna är. {HAMTA_NY}",
        )
    except _UtanNycklar as fel:
        return _avvisad("SLAG", str(fel))


def _las_blad(blad: Iterable[Blad], nycklar: Nycklar) -> Ifyllnadsbok:
    anmarkningar, celler = [], []
    per_marke: dict[str, list[Blad]] = {}
    for b in blad:
        marke = b.rutor.get((1, 1), TOM).varde
        if isinstance(marke, str) and marke.startswith(f"{MARKE}:"):
            per_marke.setdefault(marke, []).append(b)
        elif b.namn not in (INSTRUKTION, NYCKELBLAD):
            anmarkningar.append(
                Anmarkning("EGET_BLAD", Niva.INFO, f"Bladet «{b.namn}» är ditt eget och läses inte in.")
            )
    for n in nycklar.blad:
        funna = per_marke.pop(bladmarke(n.nyckel), [])
        if not funna:
            anmarkningar.append(
                _fel("BLAD_SAKNAS", f"Bladet «{n.namn}» saknas, eller har ändrats i dold rad 1. {HAMTA_NY}")
            )
        elif len(funna) > 1:
            namnen = " och ".join(f"«{b.namn}»" for b in funna)
            anmarkningar.append(
                _fel(
                    "BLAD_DUBBELT", f"Bladet «{n.namn}» finns {len(funna)} gånger: {namnen}. Ta bort kopian."
                )
            )
        else:
            lasare = _Bladlasare(n, funna[0])
            lasare.las()
            anmarkningar += lasare.anmarkningar
            celler += lasare.celler
    for marke, funna in per_marke.items():
        for b in funna:
            anmarkningar.append(
                _fel(
                    "BLAD_FRAMMANDE", f"Bladet «{b.namn}» ({marke}) hör till en annan arbetsbok. Ta bort det."
                )
            )
    return Ifyllnadsbok(
        nycklar.om.get("version", ""), nycklar.om.get("namn", ""), tuple(celler), tuple(anmarkningar)
    )


def i_annan_enhet(ifylld: Ifylld, delat: Decimal) -> Ifylld:
    """The cell as if its amount had been given in a unit that `delat` of make one of the table's, to whole ören."""
    nytt = ifylld.nytt
    varde = (nytt.varde / delat).quantize(ORE, rounding=ROUND_HALF_UP) + 0
    return replace(ifylld, nytt=TolkatBelopp(varde, max(nytt.precision / delat, ORE)))


def granska_ifyllnad(
    bok: Ifyllnadsbok,
    version: Budgetversion,
    tabeller: Collection[tuple[Uppstallningsdata, Set[Cellnyckel]]],
    enheter: Mapping[str, tuple[int, str]],
    skriv: Enhetsurval,
) -> tuple[dict[Cellnyckel, Ifylld], tuple[Anmarkning, ...]]:
    """The changed cells by their key in the database, and what forbids the workbook for this version and user.

    `tabeller` are the tables that the user may write, with the cells, and those of the ram without any where it is not
    the user's; `enheter` every enhet by kod.
    """
    if bok.version != version.kod:
        return {}, (
            _fel(
                "VERSION",
                f"Arbetsboken gäller {bok.version_namn} ({bok.version}), men du läser in till {version.namn} "
                f"({version.kod}). Öppna rätt version, eller hämta en ny arbetsbok här.",
            ),
        )
    if version.last:
        return {}, (
            _fel("LAST", f"{version.namn} är låst sedan arbetsboken hämtades och tar inga nya belopp."),
        )
    poster = {(d.uppstallning.kod, p.kod): p.pk for d, _ in tabeller for p in d.poster}
    skrivbara = set().union(*(celler for _, celler in tabeller))
    ramen = {d.uppstallning.kod: d.uppstallning for d, celler in tabeller if not celler}
    andrade, frammande, borta, ram = {}, {}, [], []
    for c in bok.celler:
        enhet, enhetsnamn = enheter.get(c.enhet, (0, c.enhet))
        cell = Cellnyckel(enhet, poster.get((c.uppstallning, c.post), 0), c.ar)
        if enhet and enhet not in skriv:
            frammande.setdefault(enhetsnamn, c)
        elif cell in skrivbara:
            if c.andrad:
                andrade[cell] = c
        elif c.uppstallning in ramen:
            # Fetched by somebody whose the ram is to write, and sent by somebody else.
            if c.andrad:
                ram.append(c)
        elif c.andrad and c.nytt:
            # A row that is gone has nothing to empty, and what nobody wrote in it is not missed.
            borta.append(c)
    fel = []
    if frammande:
        forsta = next(iter(frammande.values()))
        fel.append(
            _fel(
                "ANNAN_NAMND",
                f"Bladet «{forsta.blad}», cell {forsta.ruta}: arbetsboken gäller {_rakna_upp(list(frammande))}, där du "
                "inte får skriva. Hämta en arbetsbok för din egen nämnd.",
            )
        )
    if ram:
        forsta = ram[0]
        fler = f" Det gäller {len(ram)} celler." if len(ram) > 1 else ""
        fel.append(
            _fel(
                "RAM",
                f"Bladet «{forsta.blad}», cell {forsta.ruta} ({forsta.rubrik.strip()}): "
                f"{last_av_fullmaktige(version, ramen[forsta.uppstallning])}{fler} Inget är sparat.",
            )
        )
    if borta:
        forsta = borta[0]
        fler = f" Det gäller {len(borta)} celler." if len(borta) > 1 else ""
        fel.append(
            _fel(
                "BORTA",
                f"Bladet «{forsta.blad}», cell {forsta.ruta}: {forsta.rubrik.strip()} finns inte längre att fylla i "
                f"i {version.namn}.{fler} {HAMTA_NY}",
            )
        )
    return andrade, tuple(fel)


class _UtanNycklar(ValueError):
    """A workbook that was not made to be filled in."""


def _nyckelkolumn(blad: Iterable[Blad]) -> list[str]:
    namn = {b.namn for b in blad}
    nycklar = next((b for b in blad if b.namn == NYCKELBLAD), None)
    if nycklar is None:
        if {"Om", "Källor"} <= namn:
            raise _UtanNycklar(
                "Det här är arbetsboken för läsning, från knappen «Excel». Hämta den som är till för att fylla i."
            )
        raise _UtanNycklar(
            f"Arbetsboken är inte hämtad här: det dolda bladet «{NYCKELBLAD}» saknas. "
            "Hämta en arbetsbok och fyll i den."
        )
    kolumn, rad = [], 1
    while (text := nycklar.rutor.get((rad, 1), TOM).varde) is not None:
        kolumn.append(str(text))
        rad += 1
    return kolumn


def _avvisad(kod: str, text: str) -> Ifyllnadsbok:
    return Ifyllnadsbok("", "", (), (_fel(kod, text),))


def _fel(kod: str, text: str) -> Anmarkning:
    return Anmarkning(kod, Niva.FEL, text)


def _rakna_upp(namn: list[str], hogst: int = 3) -> str:
    if len(namn) > hogst:
        return f"{', '.join(namn[:hogst])} och {len(namn) - hogst} till"
    return " och ".join(filter(None, (", ".join(namn[:-1]), namn[-1])))


class _Bladlasare:
    """One sheet against its keys: first that everything stands where it stood, then what the cells hold."""

    def __init__(self, nycklar: Bladnycklar, blad: Blad) -> None:
        self.nycklar, self.blad = nycklar, blad
        self.anmarkningar: list[Anmarkning] = []
        self.celler: list[Ifylld] = []

    def las(self) -> None:
        flyttat = self._flyttade_rader() or self._flyttade_kolumner() or self._bytta_rubriker()
        if flyttat:
            self.anmarkningar.append(
                _fel(
                    "FLYTTAT", f"Bladet «{self.blad.namn}»: {flyttat} Ångra det, eller hämta en ny arbetsbok."
                )
            )
            return
        for cell in self.nycklar.celler:
            r = self._ruta(cell.rad, cell.kolumn)
            if cell.slag == Cellslag.IN:
                self._las_in(cell, r)
            elif cell.slag == Cellslag.SUMMA and not r.formel:
                self._anmark(
                    "SUMMA",
                    cell,
                    f"summan är överskriven med {_visa(r)}. Summor räknas av systemet: återställ formeln.",
                )
            elif cell.slag == Cellslag.VISA and not _samma_visade(cell, r):
                vad = self.nycklar.last.lower() or "cellen är till för att läsa"
                self._anmark(
                    "LAST_CELL",
                    cell,
                    f"{vad} men har ändrats till {_visa(r)}. Återställ den, eller hämta en ny arbetsbok.",
                )
        self._notera_sidoanteckningar()

    def _ruta(self, rad: int, kolumn: int) -> Ruta:
        return self.blad.rutor.get((rad, kolumn), TOM)

    def _anmark(self, kod: str, cell: Nyckelcell, text: str) -> None:
        self.anmarkningar.append(_fel(kod, f"{self._plats(cell)}: {text}"))

    def _plats(self, cell: Nyckelcell) -> str:
        return f"Bladet «{self.blad.namn}», cell {ruta(cell.rad, cell.kolumn)} ({cell.rubrik})"

    # Where everything stands

    def _flyttade_rader(self) -> str:
        ska = {rad: nyckel for rad, (nyckel, _) in self.nycklar.rader.items()}
        namn = dict(self.nycklar.rader.values())
        star = {
            rad: str(r.varde)
            for (rad, kolumn), r in self.blad.rutor.items()
            if kolumn == 1 and rad > HUVUDRAD
        }
        return _flytt(
            ska,
            star,
            namn,
            ord_=("raden", "en rad", "rad", "rader"),
            cell=lambda rad: ruta(rad, 2),
            namnge=str,
        )

    def _flyttade_kolumner(self) -> str:
        ska = {kol: nyckel for kol, (nyckel, _) in self.nycklar.kolumner.items()}
        namn = {nyckel: " ".join(rubrik.split()) for nyckel, rubrik in self.nycklar.kolumner.values()}
        star = {
            kol: str(r.varde) for (rad, kol), r in self.blad.rutor.items() if rad == 1 and kol > 2
        }  # fmt: skip
        return _flytt(
            ska, star, namn, ord_=("kolumnen", "en kolumn", "kolumn", "kolumner"),
            cell=lambda kol: ruta(HUVUDRAD, kol), namnge=kolumnnamn,
        )  # fmt: skip

    def _bytta_rubriker(self) -> str:
        """The keys stand where they stood; whoever sorts only what is seen leaves them behind."""
        platser = [((rad, 2), rubrik) for rad, (_, rubrik) in self.nycklar.rader.items()]
        platser += [((HUVUDRAD, kol), rubrik) for kol, (_, rubrik) in self.nycklar.kolumner.items()]
        for (rad, kol), rubrik in platser:
            star = self._ruta(rad, kol)
            if " ".join(str(star.varde or "").split()) != " ".join(rubrik.split()):
                ska = " ".join(rubrik.split())
                return (
                    f"cell {ruta(rad, kol)} ska vara «{ska}» men är {_visa(star)}. Raderna eller kolumnerna är "
                    "sorterade eller överskrivna."
                )
        return ""

    def _notera_sidoanteckningar(self) -> None:
        sista_rad = max(self.nycklar.rader, default=HUVUDRAD)
        sista_kolumn = max(self.nycklar.kolumner, default=2) + 1  # the explanations stand beside the table
        for (rad, kol), r in self.blad.rutor.items():
            if (rad > sista_rad or kol > sista_kolumn) and str(r.varde or r.formel).strip():
                text = f"Bladet «{self.blad.namn}», cell {ruta(rad, kol)}: det som står utanför tabellen läses inte in."
                self.anmarkningar.append(Anmarkning("UTANFOR", Niva.INFO, text))
                return

    # What the cells hold

    def _las_in(self, cell: Nyckelcell, r: Ruta) -> None:
        nytt = None
        if not self._star_som_hamtad(cell, r):
            fel, nytt = _tolka(r, cell.skala)
            if fel:
                self._anmark(fel[0], cell, fel[1])
                return
            if nytt and isinstance(r.varde, str):
                self._notera_text(cell, r, nytt)
            # A spreadsheet keeps some fifteen digits; what is the same in as many has not been touched.
            elif nytt and cell.varde is not None and _samma_tal(r.varde, cell.varde / cell.skala, 1e-15):
                nytt = TolkatBelopp(cell.varde, nytt.precision)
        try:
            enhet, post, ar = cell.nyckel.split("|")
            ar = int(ar)
        except ValueError as fel:
            raise TrasigaNycklar(cell.nyckel) from fel
        self.celler.append(
            Ifylld(
                self.nycklar.nyckel, self.blad.namn, ruta(cell.rad, cell.kolumn), cell.rubrik, enhet, post, ar,
                cell.rev, cell.varde, nytt,
            )
        )  # fmt: skip

    def _notera_text(self, cell: Nyckelcell, r: Ruta, nytt: TolkatBelopp) -> None:
        procent = cell.skala == PROCENTSKALA
        last = formatera_fullt(nytt.varde, skala=KR if procent else cell.skala) + (" %" if procent else "")
        self.anmarkningar.append(
            Anmarkning(
                TEXTTAL,
                Niva.INFO,
                f"{self._plats(cell)}: {_visa(Ruta(r.varde))} lästes som {last}.",
            )
        )

    def _star_som_hamtad(self, cell: Nyckelcell, r: Ruta) -> bool:
        return bool(cell.formel and r.formel) and _ren_formel(cell.formel) == _ren_formel(r.formel)


def _flytt(ska: dict[int, str], star: dict[int, str], namn: Mapping[str, str], *, ord_, cell, namnge) -> str:
    """How what stands differs from what should, in one sentence; empty when it does not."""
    if ska == star:
        return ""
    raden, en, rad, flera = ord_
    platser: dict[str, list[int]] = {}
    for plats, nyckel in sorted(star.items()):
        platser.setdefault(nyckel, []).append(plats)
    for plats, nyckel in sorted(ska.items()):
        funna = platser.get(nyckel, [])
        if funna == [plats]:
            continue
        if not funna:
            vad = f"{raden} «{namn[nyckel]}» ({rad} {namnge(plats)})"
            return f"{vad} är borttagen, eller så är dess dolda nyckel ändrad."
        if len(funna) > 1:
            dar = _rakna_upp([cell(f) for f in funna])
            return f"{raden} «{namn[nyckel]}» finns {len(funna)} gånger, i cellerna {dar}."
        steg = funna[0] - plats
        senare = [p for p in ska if p >= plats]
        if steg > 0 and all(platser.get(ska[p]) == [p + steg] for p in senare):
            antal = en if steg == 1 else f"{steg} {flera}"
            nu = cell(funna[0])
            return f"{antal} har lagts till vid {rad} {namnge(plats)}, så «{namn[nyckel]}» står i cell {nu}."
        return (
            f"{raden} «{namn[nyckel]}» står i cell {cell(funna[0])} men ska stå i cell {cell(plats)}. "
            f"{flera.capitalize()} är flyttade eller sorterade."
        )
    frammande = next(plats for plats, nyckel in sorted(star.items()) if ska.get(plats) != nyckel)
    return f"{rad} {namnge(frammande)} har en dold nyckel som inte hör till arbetsboken."


def _ren_formel(formel: str) -> str:
    """A formula as programs agree to write it: without quotes, blanks and dollar signs; a lone number as a number."""
    ren = formel.lstrip("=+").replace("'", "").replace("$", "").replace(" ", "").casefold()
    try:
        return str(float(ren))
    except ValueError:
        return ren


def _visa(r: Ruta) -> str:
    """A cell's content for a sentence."""
    text = r.formel or ("" if r.varde is None else str(r.varde))
    if not r.formel and isinstance(r.varde, float):
        text = text.replace(".", ",")
    return f"«{text[:60]}{'…' if len(text) > 60 else ''}»" if text.strip() else "tomt"


def _samma_visade(cell: Nyckelcell, r: Ruta) -> bool:
    if cell.varde is None:
        return r.varde is None and not r.formel
    if r.formel or r.typ != "n" or isinstance(r.varde, bool):
        return False
    return _samma_tal(r.varde, cell.varde / cell.skala, 1e-9)


def _samma_tal(a: float, b: Decimal, tolerans: float) -> bool:
    return math.isclose(float(a), float(b), rel_tol=tolerans)


def _tolka(r: Ruta, skala: Decimal) -> tuple[tuple[str, str] | None, TolkatBelopp | None]:
    """An input cell as an amount in kronor, or what is wrong with it as (code, sentence)."""
    if r.typ == "e":
        vad = f"formeln {_visa(r)}" if r.formel else "cellen"
        return ("FORMELFEL", f"{vad} ger felet {r.varde}. Rätta formeln eller skriv ett tal."), None
    if r.varde is None:
        if not r.formel:
            return None, None
        return (
            "FORMEL_UTAN_VARDE",
            f"formeln {_visa(r)} har inget uträknat värde. Öppna arbetsboken i Excel eller LibreOffice, spara den och "
            "läs in igen.",
        ), None
    if isinstance(r.varde, datetime | date | time | timedelta):
        return (
            "DATUM",
            f"cellen innehåller ett datum ({r.varde}), inte ett tal. Ändra cellens format till tal.",
        ), None
    if isinstance(r.varde, bool) or r.typ == "b":
        return ("TEXT", "cellen innehåller sant eller falskt, inte ett tal. Skriv ett tal."), None
    if isinstance(r.varde, str):
        if not r.varde.strip():
            return (
                "TEXT",
                "cellen ser tom ut men innehåller blanksteg eller tom text. Töm den med Delete.",
            ), None
        return _tolka_text(r.varde, skala)
    return _tolka_tal(r, skala)


def _tolka_text(text: str, skala: Decimal) -> tuple[tuple[str, str] | None, TolkatBelopp | None]:
    """A number that the cell holds as text, read as a ledger's is; what may be two numbers is neither."""
    procent = skala == PROCENTSKALA
    if procent and any(t in "0123456789" for t in text) and not text.rstrip(" )\u00a0").endswith("%"):
        return (
            "TEXT",
            f"cellen innehåller texten {_visa(Ruta(text))} utan procenttecken och kan läsas på två sätt. Skriv som "
            "procent, till exempel 2,5 %.",
        ), None
    las = lasare_av_belopp(
        None,
        skala=KR if procent else skala,
        procent=procent,
        rad="Skriv det som ett tal i stället för som text.",
    )
    try:
        return None, las(text)
    except OgiltigtBelopp as fel:
        return ("TEXT", f"cellen innehåller text. {fel}"), None


def _tolka_tal(r: Ruta, skala: Decimal) -> tuple[tuple[str, str] | None, TolkatBelopp | None]:
    tal = Decimal(repr(r.varde))
    if not tal.is_finite() or abs(tal) * skala >= STORSTA_BELOPP:
        return (
            "FOR_STORT",
            f"talet {_visa(Ruta(r.varde))} är för stort. Kontrollera att det står i rätt enhet.",
        ), None
    exakt = tal * skala
    kronor = exakt.quantize(ORE, rounding=ROUND_HALF_UP) + 0
    # A spreadsheet counts in binary, so 0,1 + 0,2 is not quite 0,3; that much is not something that anybody typed.
    if not r.formel and abs(exakt - kronor) > max(Decimal("0.0001"), abs(exakt) * Decimal("1e-14")):
        return ("DECIMALER", f"talet {_visa(Ruta(r.varde))} har fler decimaler än ören. Avrunda det."), None
    exponent = (kronor / skala).normalize().as_tuple().exponent
    return None, TolkatBelopp(kronor, max(skala.scaleb(min(0, exponent)), ORE))
