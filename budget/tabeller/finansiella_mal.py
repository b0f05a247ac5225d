"""The finansiella mål as a table: years as columns, the measures of each goal and its judgement in words."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from budget.models import Budgetversion, Mal
from budget.regler import parametrar
from budget.regler.finansiella_mal import Avsteg, Bedomning, Utfall, gallande_avsteg
from budget.selectors.finansiella_mal import KALLOR, Kalla, Malkolumn
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
_HALVFYLLT = "Balanskravet {} bedöms inte: rader som åren före har är inte ifyllda. Balanskravsutredningen säger vilka."


def bygg_finansiella_mal(
    version: Budgetversion, kolumner: Sequence[Malkolumn], avsteg: Mapping[int, Sequence[Avsteg]]
) -> Tabell:
    """What the version comes to against every goal, and what it has decided to depart from. Without rows when it has
    no years to judge."""
    return _Bygge(version, kolumner, avsteg).tabell()


class _Bygge:
    def __init__(
        self, version: Budgetversion, kolumner: Sequence[Malkolumn], avsteg: Mapping[int, Sequence[Avsteg]]
    ):
        self.version = version
        self.kolumner = kolumner
        self.avsteg = avsteg
        self.kallor = Kallor()
        self.noter: list[str] = []

    def tabell(self) -> Tabell:
        rader = (*self._resultatmal(), *self._balanskrav(), *self._skuld(), *self._finansiering())
        return Tabell(
            "finansiella-mal",
            "Finansiella mål",
            "Mål",
            tuple(Kolumn(kolumnnyckel(k), str(k.ar), k.rubrik, enhet=ENHET) for k, *_ in self.kolumner),
            rader if self.kolumner else (),
            f"{self.version.namn}, mnkr där inget annat anges. Resultatets och skuldens andelar är av {BAS}.\n\n"
            f"{malen_i_ord(self.version.ar)}",
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
            tuple(fonstercell(m.resultatmal) for _, m, *_ in self.kolumner),
            forklaring="Resultatmålet prövas på flera år i följd. År före tabellens första läses ur bokslutet, eller "
            "ur den senaste budget som visade dem. Är färre kända står det hur många, och målet bedöms inte.",
        )
        yield self._bedomning(
            _RESULTATMAL,
            lambda m: m.resultatmal,
            "Resultatet behöver förbättras med {} för att nå resultatmålet {}.",
        )
        yield from self._avsteg(Mal.RESULTATMAL)

    def _avsteg(self, mal: Mal):
        avsteg = [gallande_avsteg(self._avsteg_for(k.kalla_id), mal, m.ar) for k, m, *_ in self.kolumner]
        if any(avsteg):
            yield Rad(f"avsteg-{mal}", "Beslutat avsteg", tuple(self._avstegscell(mal, a) for a in avsteg))

    def _avsteg_for(self, kalla: int) -> list[Avsteg]:
        """The version's own, and those of the version that a year is shown from."""
        return [a for pk in dict.fromkeys((self.version.pk, kalla)) for a in self.avsteg.get(pk, ())]

    def _balanskrav(self):
        yield Rad("balanskrav-grupp", "Balanskrav", slag=Radslag.GRUPP)
        yield Rad(
            "balanskravsresultat",
            "Balanskravsresultat",
            tuple(
                self._cell(
                    m.underlag.balanskravsresultat,
                    Kalla(self.version, "balanskrav", "balanskravsresultat", k.ar),
                    regeln_ger,
                )
                for k, m, _, regeln_ger in self.kolumner
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
        yield Rad(
            "nettolaneskuld",
            "Nettolåneskuld",
            tuple(self._cell(m.underlag.nettolaneskuld, k) for _, m, k, _ in self.kolumner),
            forklaring="Räntebärande nettoskuld vid årets slut. Saknar året en egen kassaflödesbudget läses skulden "
            "där nästa år börjar.",
        )
        yield self._procent("skuldandel", "Nettolåneskuldens andel", lambda m: m.skuldsattningsmal.andel)
        yield self._bedomning(
            "skuldsattningsmal",
            lambda m: m.skuldsattningsmal,
            "Nettolåneskulden behöver minska med {} för att nå skuldsättningsmålet {}.",
        )
        yield from self._avsteg(Mal.SKULDSATTNINGSMAL)

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
        yield from self._avsteg(Mal.FINANSIERINGSMAL)

    def _belopp(self, falt: str, rubrik: str) -> Rad:
        uppstallning, post, _ = KALLOR[falt]
        celler = tuple(
            self._cell(getattr(m.underlag, falt), Kalla(k.kalla, uppstallning, post, k.ar))
            for k, m, *_ in self.kolumner
        )
        return Rad(falt, rubrik, celler, rod=falt == "arets_resultat")

    def _cell(self, varde: Decimal | None, k: Kalla, regeln_ger: Decimal | None = None) -> Cell:
        if varde is None:
            return Cell()
        noter = ()
        if regeln_ger is not None:
            beslutat, raknat = (formatera(v, skala=MNKR) for v in (varde, regeln_ger))
            if beslutat != raknat:
                text = f"Balanskravsresultatet {k.ar} är beslutat till {beslutat}; regeln ger {raknat}."
                noter = (self._not(text),)
        kalla = self.kallor.adress(k.version, k.uppstallning, k.post, "alla", k.ar)
        return Cell(varde, kalla=kalla, noter=noter, delar_ger=regeln_ger)

    def _procent(self, nyckel: str, rubrik: str, andel: Callable, forklaring: str = "") -> Rad:
        celler = tuple(procentcell(andel(m)) for _, m, *_ in self.kolumner)
        return Rad(nyckel, rubrik, celler, forklaring=forklaring)

    def _bedomning(self, mal: str, bedomning: Callable, mening: str) -> Rad:
        def cell(m):
            b: Bedomning = bedomning(m)
            noter = (self._not(mening.format(skriv_mnkr(b.saknas), m.ar)),) if b.saknas else ()
            if (
                mal == "balanskrav"
                and b.utfall == Utfall.KAN_EJ_BEDOMAS
                and m.underlag.arets_resultat is not None
            ):
                noter = (self._not(_HALVFYLLT.format(m.ar)),)
            return Cell(text=UTFALLSORD[b.utfall], noter=noter)

        return Rad(mal, "Bedömning", tuple(cell(m) for _, m, *_ in self.kolumner), Radslag.SUMMA)

    def _avstegscell(self, mal: Mal, avsteg: Avsteg | None) -> Cell:
        if avsteg is None:
            return Cell()
        text = (
            f"Tillfälligt avsteg från {mal.label.lower()} {_aren(avsteg)}. {_mening(avsteg.motiv)} "
            f"Beslut: {utan_textrad(avsteg.beslut)}."
        )
        return Cell(text="Avsteg", noter=(self._not(text),))

    def _not(self, text: str) -> int:
        """The number of a note, which cells with the same text share."""
        if text not in self.noter:
            self.noter.append(text)
        return self.noter.index(text) + 1


def malen_i_ord(ar: int) -> str:
    """What each goal demands in a year, from the limits that it is judged by."""
    andel, fonster, skuld = (
        p.for_ar(ar)
        for p in (
            parametrar.RESULTATMAL_ANDEL,
            parametrar.RESULTATMAL_FONSTER,
            parametrar.SKULDSATTNINGSMAL_ANDEL,
        )
    )
    return (
        f"Resultatmålet: årets resultat ska vara minst {formatera_procent(andel)} av {BAS}, sett över {fonster} år, "
        "och balanskravet ska klaras varje år. Skuldsättningsmålet: nettolåneskulden ska vara högst "
        f"{formatera_procent(skuld)} av {BAS}. Finansieringsmålet: självfinansieringsgraden följs, utan någon gräns."
    )


def utan_textrad(text: str) -> str:
    """A source without the line in the text of the document, which no reader has."""
    return re.sub(r",? *\(?textrad [\d–, -]*\d\)?", "", text).strip()


def _aren(avsteg: Avsteg) -> str:
    return f"{avsteg.fran}–{avsteg.till}" if avsteg.till > avsteg.fran else str(avsteg.fran)


def _mening(text: str) -> str:
    """What somebody typed, ended as a sentence."""
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


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
