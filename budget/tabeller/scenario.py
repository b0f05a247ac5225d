"""A scenario as it is read: what happens in words, the years before and after, and the arithmetic."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from budget.models import Budgetversion, Scenario
from budget.regler.finansiella_mal import Bedomning, Malar, Utfall
from budget.regler.scenario import Antaganden, Scenarioar, Slag, Steg
from budget.selectors.scenario import hamta_kallor
from budget.selectors.versioner import senast_andrad
from budget.tabeller.adress import Kallor
from budget.tabeller.finansiella_mal import BAS, UTFALLSORD, fonstercell, procentcell, skriv_mnkr
from regionskane.lib.belopp import HARDBLANK, MNKR, formatera, formatera_fullt, formatera_procent
from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Rad, Radslag, Tabell

RADNAMN = {
    "intakter": "Verksamhetens intäkter",
    "kostnader": "Verksamhetens kostnader",
    "skatteintakter": "Skatteintäkter",
    "utjamning_bidrag": "Utjämning och generella statliga bidrag",
    "finansnetto": "Finansnetto",
}
INTE_LANGRE, NU, SAMMA = "Uppfylls inte längre", "Uppfylls nu", "Samma bedömning"
# In the table, where three words per year do not fit.
_KORT = {INTE_LANGRE: "Inte längre", NU: "Nu", SAMMA: "Samma"}

# How each assumption is counted, for the folded section and the workbook.
RAKNESATT = (
    "LPIK: verksamhetens kostnader det året gånger ändringen. En höjd prisnivå ligger kvar, så att åren "
    "multipliceras: +1 två år i rad ger 1,01 · 1,01 − 1 = 2,01 procent det andra året. Avskrivningar, finansiella "
    "pensionskostnader och intäkter följer inte med.",
    "Skatteunderlag: skatteintäkterna det året gånger ändringen, som också ligger kvar. Inkomstutjämningen följer "
    "inte med.",
    "Skattesats: en krona är värd årets skatteintäkter delade med skattesatsen. Ändringen gäller från och med året.",
    "Belopp: kronor på en rad ett år, som inte ligger kvar. Plus är bättre för resultatet.",
    "Skatteintäkter, utjämning och bidrag ändrar också den summa som målens andelar räknas av.",
    "Allt antas betalas samma år. Ett sämre resultat lånas och ett bättre minskar lånen: nettolåneskulden ändras med "
    "summan av årens ändringar. Räntan räknas på det som scenariot har lagt till skulden före året, och belastar "
    "finansnettot.",
    "Varje effekt avrundas till hela ören. Ingen rad jämnar ut något.",
)


@dataclass(frozen=True, slots=True)
class Malmening:
    """What happens to one goal: its name, a status (`slag` of the component, word), and a sentence per year."""

    mal: str
    slag: str
    ord: str
    meningar: tuple[str, ...]


def bygg_meningar(ar: Sequence[Scenarioar]) -> list[Malmening]:
    """The effect on each of resultat, balanskrav and the goals, in words."""
    return [
        Malmening("Årets resultat", *_riktning(ar), tuple(_resultat(a) for a in ar)),
        _malmening("Balanskrav", ar, lambda m: m.balanskrav, _kravmening),
        _malmening("Resultatmål", ar, lambda m: m.resultatmal, _andelsmening),
        _malmening("Skuldsättningsmål", ar, lambda m: m.skuldsattningsmal, _andelsmening),
        Malmening(
            "Självfinansieringsgrad", "pagar", "Har ingen gräns", tuple(_sjalvfinansiering(a) for a in ar)
        ),
    ]


def _riktning(ar: Sequence[Scenarioar]) -> tuple[str, str]:
    summa = sum(a.effekt.resultat for a in ar)
    if not summa:
        return "pagar", "Oförändrat sammanlagt"
    ord_ = f"{skriv_mnkr(abs(summa))} {'bättre' if summa > 0 else 'sämre'} sammanlagt"
    return ("klart" if summa > 0 else "avvikelse"), ord_.capitalize()


def _resultat(a: Scenarioar) -> str:
    fore, efter = a.fore.underlag.arets_resultat, a.efter.underlag.arets_resultat
    if fore is None:
        return f"{a.ar}: versionen har inget resultat."
    if fore == efter:
        return f"{a.ar}: oförändrat, {_mnkr(fore)}."
    ord_ = "bättre" if efter > fore else "sämre"
    return f"{a.ar}: {skriv_mnkr(abs(efter - fore))} {ord_}, {_mnkr(efter)} i stället för {_mnkr(fore)}."


def _malmening(mal: str, ar: Sequence[Scenarioar], bedomning: Callable[[Malar], Bedomning], mening: Callable):
    byten = {_byte(bedomning(a.fore), bedomning(a.efter)) for a in ar}
    if INTE_LANGRE in byten:
        slag, ord_ = "avvikelse", INTE_LANGRE
    elif NU in byten:
        slag, ord_ = "klart", NU
    else:
        slag, ord_ = "pagar", SAMMA
    return Malmening(mal, slag, ord_, tuple(mening(a, bedomning(a.fore), bedomning(a.efter)) for a in ar))


def _byte(fore: Bedomning, efter: Bedomning) -> str:
    if fore.utfall == efter.utfall:
        return SAMMA
    return NU if efter.utfall == Utfall.UPPFYLLT else INTE_LANGRE if fore.utfall == Utfall.UPPFYLLT else SAMMA


def _utfallsord(fore: Bedomning, efter: Bedomning) -> str:
    if efter.utfall == Utfall.KAN_EJ_BEDOMAS:
        return "kan inte bedömas"
    if fore.utfall == efter.utfall:
        return "uppfylls fortfarande" if efter.utfall == Utfall.UPPFYLLT else "uppfylls inte nu heller"
    return _byte(fore, efter).lower()


def _kravmening(a: Scenarioar, fore: Bedomning, efter: Bedomning) -> str:
    ord_ = _utfallsord(fore, efter)
    if a.krav_efter is None or efter.utfall == Utfall.KAN_EJ_BEDOMAS:
        return f"{a.ar}: {ord_}."
    resultat = _gick(a.krav_fore.balanskravsresultat, a.krav_efter.balanskravsresultat, _mnkr)
    ub = _gick(a.krav_fore.ub_aterstalla, a.krav_efter.ub_aterstalla, _mnkr)
    return f"{a.ar}: {ord_}. Balanskravsresultatet {resultat}. Att återställa när året är slut {ub}."


def _andelsmening(a: Scenarioar, fore: Bedomning, efter: Bedomning) -> str:
    if fore.andel is None or efter.andel is None:
        return f"{a.ar}: {_utfallsord(fore, efter)}."
    delvis = f" för {efter.kanda_ar} av {efter.fonster} år" if efter.kanda_ar < efter.fonster else ""
    return f"{a.ar}: {_utfallsord(fore, efter)}. Andelen{delvis} {_gick(fore.andel, efter.andel, formatera_procent)}."


def _sjalvfinansiering(a: Scenarioar) -> str:
    fore, efter = a.fore.sjalvfinansieringsgrad, a.efter.sjalvfinansieringsgrad
    if fore is None or efter is None:
        return f"{a.ar}: kan inte räknas, för versionen har inga investeringar eller avskrivningar."
    return f"{a.ar}: {_gick(fore, efter, formatera_procent)}."


def _gick(fore: Decimal, efter: Decimal, skriv: Callable[[Decimal], str]) -> str:
    if skriv(fore) == skriv(efter):
        return (
            f"är {skriv(efter)} som förut"
            if fore == efter
            else f"ändras mindre än avrundningen, {skriv(efter)}"
        )
    return f"{'ökar' if efter > fore else 'minskar'} från {skriv(fore)} till {skriv(efter)}"


def _mnkr(varde: Decimal) -> str:
    return f"{formatera(varde, skala=MNKR)}{HARDBLANK}mnkr"


def bygg_scenario(version: Budgetversion, ar: Sequence[Scenarioar]) -> Tabell:
    """Every year before, after, and the effect. Without rows when there are no years to judge."""
    return _Bygge(version, ar).tabell()


class _Bygge:
    def __init__(self, version: Budgetversion, ar: Sequence[Scenarioar]):
        self.version, self.ar, self.kallor = version, ar, Kallor()
        self.noter: list[str] = []

    def tabell(self) -> Tabell:
        kolumner, rader = [], tuple(self._rader()) if self.ar else ()
        for a in self.ar:
            fore, efter = f"{a.ar}-fore", f"{a.ar}-efter"
            kolumner += [
                Kolumn(fore, str(a.ar), "i versionen"),
                Kolumn(efter, str(a.ar), "i scenariot"),
                Kolumn(f"{a.ar}-effekt", str(a.ar), "effekt", Kolumnslag.DIFFERENS, av=(efter, fore)),
            ]
        return Tabell(
            "scenario",
            "Effekten per år",
            "Mål",
            tuple(kolumner),
            rader,
            f"{self.version.namn}, mnkr där inget annat anges. Effekt på en andel är i procentenheter (p.e.).",
            tuple(self.noter),
        )

    def _rader(self) -> Iterable[Rad]:
        yield Rad("resultat-grupp", "Resultat", slag=Radslag.GRUPP)
        yield self._belopp("arets_resultat", "Årets resultat", lambda m: m.underlag.arets_resultat, rod=True)
        yield Rad("balanskrav-grupp", "Balanskrav", slag=Radslag.GRUPP)
        yield self._krav("balanskravsresultat", "Balanskravsresultat", rod=True)
        yield self._krav("synnerliga_skal", "Synnerliga skäl som räknas")
        yield self._krav("ny_brist", "Årets underskott att återställa")
        yield self._krav("ub_aterstalla", "Att återställa när året är slut")
        yield self._bedomning("balanskrav", lambda m: m.balanskrav)
        yield Rad("resultatmal-grupp", "Resultatmål", slag=Radslag.GRUPP)
        yield self._belopp("bas", BAS.capitalize(), lambda m: m.underlag.bas)
        yield self._andel("resultatandel", "Resultatets andel, enskilt år", lambda m: m.resultatandel)
        yield self._andel(
            "resultatandel-fonster",
            "Resultatets andel, flera år",
            lambda m: m.resultatmal.andel,
            self._fonstercell,
        )
        yield self._bedomning("resultatmal", lambda m: m.resultatmal)
        yield Rad("skuld-grupp", "Skuldsättningsmål", slag=Radslag.GRUPP)
        yield self._belopp("nettolaneskuld", "Nettolåneskuld", lambda m: m.underlag.nettolaneskuld)
        yield self._andel("skuldandel", "Nettolåneskuldens andel", lambda m: m.skuldsattningsmal.andel)
        yield self._bedomning("skuldsattningsmal", lambda m: m.skuldsattningsmal)
        yield Rad("finansiering-grupp", "Finansieringsmål", slag=Radslag.GRUPP)
        yield self._andel(
            "sjalvfinansieringsgrad", "Självfinansieringsgrad", lambda m: m.sjalvfinansieringsgrad
        )

    def _tre(self, fore: Callable, efter: Callable, effekt: Callable) -> tuple[Cell, ...]:
        return tuple(cell for a in self.ar for cell in (fore(a), efter(a), effekt(a)))

    def _belopp(
        self, nyckel: str, rubrik: str, varde: Callable[[Malar], Decimal | None], *, rod=False
    ) -> Rad:
        return self._beloppsrad(nyckel, rubrik, lambda a: varde(a.fore), lambda a: varde(a.efter), rod)

    def _krav(self, nyckel: str, rubrik: str, *, rod=False) -> Rad:
        return self._beloppsrad(
            nyckel,
            rubrik,
            lambda a: a.krav_fore and a.krav_fore.varde(nyckel),
            lambda a: a.krav_efter and a.krav_efter.varde(nyckel),
            rod,
        )

    def _beloppsrad(self, nyckel: str, rubrik: str, fore: Callable, efter: Callable, rod: bool) -> Rad:
        def effekt(a):
            x, y = fore(a), efter(a)
            return Cell(None if x is None or y is None else y - x)

        celler = self._tre(lambda a: self._kalla(nyckel, a.ar, fore(a)), lambda a: Cell(efter(a)), effekt)
        return Rad(nyckel, rubrik, celler, rod=rod)

    def _kalla(self, nyckel: str, ar: int, varde: Decimal | None) -> Cell:
        """A figure of the version answers «varifrån?»; the scenario's own are explained by the arithmetic."""
        if varde is None or nyckel not in _KALLOR:
            return Cell(varde)
        return Cell(varde, kalla=self.kallor.adress(self.version, *_KALLOR[nyckel], "alla", ar))

    def _andel(self, nyckel: str, rubrik: str, andel: Callable, cell: Callable | None = None) -> Rad:
        def effekt(a):
            x, y = andel(a.fore), andel(a.efter)
            if x is None or y is None:
                return Cell()
            return Cell(text=f"{formatera((y - x) * 100, decimaler=1, tecken=True)}{HARDBLANK}p.e.")

        visa = cell or (lambda m: procentcell(andel(m)))
        return Rad(nyckel, rubrik, self._tre(lambda a: visa(a.fore), lambda a: visa(a.efter), effekt))

    def _fonstercell(self, m: Malar) -> Cell:
        b = m.resultatmal
        if b.andel is None or b.kanda_ar == b.fonster:
            return procentcell(b.andel)
        text = f"Räknat på {b.kanda_ar} av {b.fonster} år; målet bedöms inte förrän alla är kända."
        if text not in self.noter:
            self.noter.append(text)
        return procentcell(b.andel)._replace(noter=(self.noter.index(text) + 1,))

    def _bedomning(self, nyckel: str, bedomning: Callable[[Malar], Bedomning]) -> Rad:
        celler = self._tre(
            lambda a: Cell(text=UTFALLSORD[bedomning(a.fore).utfall]),
            lambda a: Cell(text=UTFALLSORD[bedomning(a.efter).utfall]),
            lambda a: Cell(text=_KORT[_byte(bedomning(a.fore), bedomning(a.efter))]),
        )
        return Rad(nyckel, "Bedömning", celler, Radslag.SUMMA)


_KALLOR = {
    "arets_resultat": ("balanskrav", "arets_resultat"),
    "balanskravsresultat": ("balanskrav", "balanskravsresultat"),
    "ny_brist": ("balanskrav", "ny_brist"),
    "ub_aterstalla": ("balanskrav", "ub_aterstalla"),
    "bas": ("balanskrav", "bas"),
    "nettolaneskuld": ("kassaflode", "nettoskuld_slut"),
}


def bygg_rakning(version: Budgetversion, ar: Sequence[Scenarioar], antaganden: Antaganden) -> Tabell:
    """The arithmetic behind the effects, one row per assumption and year."""
    rader = []
    for a in ar:
        rader.append(Rad(f"grupp-{a.ar}", str(a.ar), slag=Radslag.GRUPP))
        for nummer, s in enumerate(a.effekt.steg):
            rader.append(
                Rad(
                    f"steg-{a.ar}-{nummer}",
                    _stegnamn(s, a.ar, antaganden),
                    (Cell(text=RADNAMN[s.rad]), Cell(text=_rakning(s)), Cell(s.effekt)),
                )
            )
        tom = Cell(text="")
        rader.append(
            Rad(
                f"resultat-{a.ar}",
                "Årets resultat ändras med",
                (tom, tom, Cell(a.effekt.resultat)),
                Radslag.SUMMA,
            )
        )
        rader.append(
            Rad(
                f"skuld-{a.ar}",
                "Nettolåneskulden ändras med",
                (tom, Cell(text=_skuldrakning(a)), Cell(a.effekt.skuld)),
                Radslag.SUMMA,
            )
        )
    return Tabell(
        "rakning",
        "Så här är det räknat",
        "Antagande",
        (
            Kolumn("rad", "Rad", slag=Kolumnslag.TEXT),
            Kolumn("rakning", "Räkning", slag=Kolumnslag.TEXT),
            Kolumn("effekt", "Effekt", "mnkr", Kolumnslag.BELOPP, decimaler=2),
        ),
        tuple(rader),
        f"{version.namn}, mnkr. En effekt med plus förbättrar resultatet.",
    )


def _stegnamn(s: Steg, ar: int, antaganden: Antaganden) -> str:
    if s.slag == Slag.BELOPP:
        return "Belopp"
    if s.slag == Slag.RANTA:
        return f"Ränta {formatera_fullt(antaganden.ranta)}{HARDBLANK}%"
    per_ar, enhet, namn = {
        Slag.LPIK: (antaganden.lpik, "p.e.", "LPIK"),
        Slag.SKATTEUNDERLAG: (antaganden.skatteunderlag, "p.e.", "Skatteunderlag"),
        Slag.SKATTESATS: (antaganden.skattesats, "öre", "Skattesats"),
    }[s.slag]
    delar = [
        f"{_med_tecken(tal)}{HARDBLANK}{enhet} {nar}" for nar, tal in sorted(per_ar.items()) if nar <= ar
    ]
    return f"{namn} {', '.join(delar)}"


def _med_tecken(tal: Decimal) -> str:
    return ("+" if tal > 0 else "") + formatera_fullt(tal)


def _rakning(s: Steg) -> str:
    if s.bas is None:
        return "Fritt belopp"
    bas = formatera(s.bas, skala=MNKR, decimaler=2)
    if s.slag == Slag.SKATTESATS:
        return f"En krona är {bas} mnkr · {formatera_fullt(s.tal)} kr"
    return f"{bas} · {formatera_fullt(s.tal * 100)}{HARDBLANK}%"


def _skuldrakning(a: Scenarioar) -> str:
    fore, resultat = (formatera(x, skala=MNKR, decimaler=2) for x in (a.effekt.skuld_fore, a.effekt.resultat))
    return f"{fore} från åren före − ({resultat})"


def skriv_antagandena(antaganden: Antaganden) -> str:
    """The assumptions in a line, for the list of scenarier and the workbook."""
    delar = []
    for namn, enhet, per_ar in (
        ("LPIK", "procentenheter", antaganden.lpik),
        ("Skatteunderlag", "procentenheter", antaganden.skatteunderlag),
        ("Skattesats", "öre", antaganden.skattesats),
    ):
        if per_ar:
            ar = ", ".join(f"{nar}: {_med_tecken(tal)}" for nar, tal in sorted(per_ar.items()))
            delar.append(f"{namn} {ar} {enhet}")
    for rad, per_ar in antaganden.belopp.items():
        ar = ", ".join(f"{nar}: {_med_tecken(kr / MNKR)}" for nar, kr in sorted(per_ar.items()))
        delar.append(f"{RADNAMN[rad]} {ar} mnkr")
    if antaganden.ranta:
        delar.append(f"Ränta {formatera_fullt(antaganden.ranta)}{HARDBLANK}%")
    return ". ".join(delar) + "." if delar else "Inga antaganden."


def bygg_sida_vid_sida(
    version: Budgetversion, scenarier: Sequence[tuple[str, Sequence[Scenarioar]]]
) -> Tabell:
    """Two scenarier beside the version, year by year: the lines that people decide by."""
    aren = scenarier[0][1]
    kolumner, celler = [], {nyckel: [] for nyckel, *_ in _SIDA_VID_SIDA}
    for nummer, fore in enumerate(aren):
        kolumner.append(Kolumn(f"{fore.ar}-fore", str(fore.ar), "versionen"))
        for plats, (namn, _) in enumerate(scenarier):
            kolumner.append(Kolumn(f"{fore.ar}-{plats}", str(fore.ar), namn))
        for nyckel, _, cell in _SIDA_VID_SIDA:
            celler[nyckel].append(cell(fore.fore, fore.krav_fore))
            celler[nyckel] += [cell(ar[nummer].efter, ar[nummer].krav_efter) for _, ar in scenarier]
    return Tabell(
        "bredvid",
        "Sida vid sida",
        "Mål",
        tuple(kolumner),
        tuple(Rad(nyckel, rubrik, tuple(celler[nyckel])) for nyckel, rubrik, _ in _SIDA_VID_SIDA),
        f"{version.namn}, mnkr där inget annat anges.",
    )


_SIDA_VID_SIDA = (
    ("arets_resultat", "Årets resultat", lambda m, k: Cell(m.underlag.arets_resultat)),
    ("balanskravsresultat", "Balanskravsresultat", lambda m, k: Cell(k and k.balanskravsresultat)),
    ("ub_aterstalla", "Att återställa när året är slut", lambda m, k: Cell(k and k.ub_aterstalla)),
    ("balanskrav", "Balanskrav", lambda m, k: Cell(text=UTFALLSORD[m.balanskrav.utfall])),
    ("resultatandel-fonster", "Resultatets andel, flera år", lambda m, k: fonstercell(m.resultatmal)),
    ("resultatmal", "Resultatmål", lambda m, k: Cell(text=UTFALLSORD[m.resultatmal.utfall])),
    ("skuldandel", "Nettolåneskuldens andel", lambda m, k: procentcell(m.skuldsattningsmal.andel)),
    (
        "skuldsattningsmal",
        "Skuldsättningsmål",
        lambda m, k: Cell(text=UTFALLSORD[m.skuldsattningsmal.utfall]),
    ),
    ("sjalvfinansieringsgrad", "Självfinansieringsgrad", lambda m, k: procentcell(m.sjalvfinansieringsgrad)),
)


def bygg_scenariohandling(
    scenario: Scenario, ar: Sequence[Scenarioar], antaganden: Antaganden, *, rot: str
) -> Handling:
    """The workbook of a scenario. Its time is when the scenario or the version's figures last changed."""
    version = scenario.version
    andrad = max(scenario.andrad, senast_andrad(hamta_kallor(version)))
    return Handling(
        titel=scenario.namn,
        undertitel=f"Scenario på {version.namn}",
        tabeller=(bygg_scenario(version, ar), bygg_rakning(version, ar, antaganden)),
        tid=andrad.isoformat(),
        fakta=(
            ("Version", f"{version.namn} ({version.kod})"),
            ("Antaganden", skriv_antagandena(antaganden)),
            ("Scenariot eller siffrorna senast ändrade", f"{timezone.localtime(andrad):%Y-%m-%d kl. %H.%M}"),
            ("Enhet", "Miljoner kronor (mnkr)"),
        ),
        nyckel=f"{version.kod.lower()}-scenario-{scenario.pk}",
        stycken=RAKNESATT,
        rot=rot,
    )
