"""The finansiella mål as a table: years as columns, the measures of each goal and its judgement in words."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from budget.models import Budgetversion
from budget.regler.finansiella_mal import Bedomning, Utfall, gallande_avsteg
from budget.regler.parametrar import Avsteg
from budget.selectors.finansiella_mal import KALLOR, Malkolumn
from budget.tabeller.adress import Kallor
from budget.tabeller.uppstallning import ENHET, kolumnnyckel
from regionskane.lib.belopp import HARDBLANK, MNKR, formatera, formatera_procent
from regionskane.lib.tabell import Cell, Kolumn, Rad, Radslag, Tabell

UTFALLSORD = {
    Utfall.UPPFYLLT: "Uppfyllt",
    Utfall.EJ_UPPFYLLT: "Ej uppfyllt",
    Utfall.KAN_EJ_BEDOMAS: "Kan inte bedömas",
}
BAS = "skatt, utjämning och generella statliga bidrag"
_RESULTATMAL = "resultatmal"


def bygg_finansiella_mal(version: Budgetversion, kolumner: Sequence[Malkolumn]) -> Tabell:
    """What the version comes to against every goal. Without rows when it has no years to judge."""
    return _Bygge(version, kolumner).tabell()


class _Bygge:
    def __init__(self, version: Budgetversion, kolumner: Sequence[Malkolumn]):
        self.version = version
        self.kolumner = kolumner
        self.kallor = Kallor()
        self.noter: list[str] = []

    def tabell(self) -> Tabell:
        rader = (*self._resultatmal(), *self._balanskrav(), *self._skuld(), *self._finansiering())
        return Tabell(
            "finansiella-mal",
            "Finansiella mål",
            "Mål",
            tuple(Kolumn(kolumnnyckel(k), str(k.ar), k.rubrik, enhet=ENHET) for k, _ in self.kolumner),
            rader if self.kolumner else (),
            f"{self.version.namn}, mnkr där inget annat anges. Resultatets och skuldens andelar är av {BAS}.",
            tuple(self.noter),
        )

    def _resultatmal(self):
        yield Rad("resultatmal-grupp", "Resultatmål", slag=Radslag.GRUPP)
        yield self._belopp("arets_resultat", "Årets resultat")
        yield self._belopp("bas", BAS.capitalize())
        yield self._procent("resultatandel", "Resultatets andel, enskilt år", lambda m: m.resultatandel)
        yield Rad(
            "resultatandel-fonster",
            "Resultatets andel, flera år",
            tuple(fonstercell(m.resultatmal) for _, m in self.kolumner),
            forklaring="Resultatmålet prövas på flera år i följd. Är färre kända står det hur många, och målet "
            "bedöms inte.",
        )
        yield self._bedomning(
            _RESULTATMAL,
            lambda m: m.resultatmal,
            "Resultatet behöver förbättras med {} för att nå resultatmålet {}.",
        )
        avsteg = [gallande_avsteg(_RESULTATMAL, m.ar, self.version.ar) for _, m in self.kolumner]
        if any(avsteg):
            yield Rad("avsteg", "Beslutat avsteg", tuple(self._avstegscell(a) for a in avsteg))

    def _balanskrav(self):
        yield Rad("balanskrav-grupp", "Balanskrav", slag=Radslag.GRUPP)
        yield Rad(
            "balanskravsresultat",
            "Balanskravsresultat",
            tuple(
                self._cell(
                    m.underlag.balanskravsresultat, self.version, "balanskrav", "balanskravsresultat", k.ar
                )
                for k, m in self.kolumner
            ),
            rod=True,
        )
        yield self._belopp("synnerliga_skal", "Synnerliga skäl att inte återställa")
        yield self._bedomning(
            "balanskrav",
            lambda m: m.balanskrav,
            "Balanskravsresultatet behöver förbättras med {} för att nå balanskravet {}.",
        )

    def _skuld(self):
        yield Rad("skuld-grupp", "Skuldsättningsmål", slag=Radslag.GRUPP)
        yield self._belopp("nettolaneskuld", "Nettolåneskuld")
        yield self._procent("skuldandel", "Nettolåneskuldens andel", lambda m: m.skuldsattningsmal.andel)
        yield self._bedomning(
            "skuldsattningsmal",
            lambda m: m.skuldsattningsmal,
            "Nettolåneskulden behöver minska med {} för att nå skuldsättningsmålet {}.",
        )

    def _finansiering(self):
        yield Rad("finansiering-grupp", "Finansieringsmål", slag=Radslag.GRUPP)
        yield self._belopp("avskrivningar", "Avskrivningar")
        yield self._belopp("investeringar", "Investeringar")
        yield self._procent(
            "sjalvfinansieringsgrad",
            "Självfinansieringsgrad",
            lambda m: m.sjalvfinansieringsgrad,
            forklaring="Årets resultat och avskrivningar som andel av investeringarna. Budgeten sätter ingen "
            "gräns, så målet visas utan bedömning.",
        )

    def _belopp(self, falt: str, rubrik: str) -> Rad:
        uppstallning, post, _ = KALLOR[falt]
        celler = tuple(
            self._cell(getattr(m.underlag, falt), k.kalla, uppstallning, post, k.ar) for k, m in self.kolumner
        )
        return Rad(falt, rubrik, celler, rod=falt == "arets_resultat")

    def _cell(self, varde: Decimal | None, version, uppstallning: str, post: str, ar: int) -> Cell:
        if varde is None:
            return Cell()
        return Cell(varde, kalla=self.kallor.adress(version, uppstallning, post, "alla", ar))

    def _procent(self, nyckel: str, rubrik: str, andel: Callable, forklaring: str = "") -> Rad:
        celler = tuple(procentcell(andel(m)) for _, m in self.kolumner)
        return Rad(nyckel, rubrik, celler, forklaring=forklaring)

    def _bedomning(self, mal: str, bedomning: Callable, mening: str) -> Rad:
        def cell(m):
            b: Bedomning = bedomning(m)
            noter = (self._not(mening.format(skriv_mnkr(b.saknas), m.ar)),) if b.saknas else ()
            return Cell(text=UTFALLSORD[b.utfall], noter=noter)

        return Rad(mal, "Bedömning", tuple(cell(m) for _, m in self.kolumner), Radslag.SUMMA)

    def _avstegscell(self, avsteg: Avsteg | None) -> Cell:
        if avsteg is None:
            return Cell()
        text = (
            f"Tillfälligt avsteg från resultatmålet {avsteg.fran}–{avsteg.till}. {avsteg.motiv} "
            f"Beslut: {avsteg.beslut}."
        )
        return Cell(text="Avsteg", noter=(self._not(text),))

    def _not(self, text: str) -> int:
        """The number of a note, which cells with the same text share."""
        if text not in self.noter:
            self.noter.append(text)
        return self.noter.index(text) + 1


def procentcell(andel: Decimal | None) -> Cell:
    return Cell() if andel is None else Cell(text=formatera_procent(andel))


def fonstercell(b: Bedomning) -> Cell:
    if b.andel is None:
        return Cell()
    delvis = f" ({b.kanda_ar} av {b.fonster} år)" if b.kanda_ar < b.fonster else ""
    return Cell(text=formatera_procent(b.andel) + delvis)


def skriv_mnkr(varde: Decimal) -> str:
    if varde < MNKR / 2:
        return f"mindre än 1{HARDBLANK}mnkr"
    return f"{formatera(varde, skala=MNKR)}{HARDBLANK}mnkr"
