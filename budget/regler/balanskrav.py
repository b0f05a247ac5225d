"""Balanskravet: the balanskravsutredning and the ledger of deficits to restore.

KL 11:5 demands of a budget that revenues exceed costs. LKBR 11:10 says which lines lead from årets resultat to the
balanskravsresultat. KL 11:12 gives a negative result three years to be restored, KL 11:13 lets fullmäktige
refrain if there are synnerliga skäl, KL 11:14 lets a region save in a reserve in good years.

Amounts are `Decimal` in any one unit (`enhet`). Every line carries its effect on the result, so the chain is
a plain sum. Återställningskrav are stored as zero or more, whatever sign they are printed with.
A breach is an `Anmarkning` in the result. Exceptions are for calls that make no sense.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from budget.regler import parametrar
from budget.regler.parametrar import Reservslag
from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.belopp import SKALOR, formatera, formatera_fullt, formatera_procent

REGELVERSION = "2024-3"

NOLL = Decimal(0)

JUSTERINGSPOSTER = (
    "arets_resultat",
    "reavinster",
    "reavinst_undantag",
    "reaforlust_undantag",
    "orealiserat",
    "aterforing_orealiserat",
)
RESULTATPOSTER = (*JUSTERINGSPOSTER, "blandmodell", "reserv_till", "reserv_fran")
PUBLICERADE = ("resultat_efter_justeringar", "balanskravsresultat", "ub_aterstalla")
# Findings of a year that is only half entered: what its balanskravsresultat comes to so far is not judged.
HALVFYLLT = frozenset({"BLANDMODELL_SAKNAS", "BAS_SAKNAS"})


# The lines, as they are shown and explained.


@dataclass(frozen=True, slots=True)
class Rad:
    """One line of the balanskravsutredning. `summa` lists (key, factor) of what a sum adds up."""

    nyckel: str
    etikett: str
    forklaring: str
    lagrum: str
    summa: tuple[tuple[str, int], ...] = ()
    total: bool = False


_RADER = (
    Rad(
        "arets_resultat",
        "Årets resultat enligt resultaträkningen",
        "Årets intäkter minus årets kostnader. Härifrån börjar beräkningen.",
        "LKBR 11:10",
    ),
    Rad(
        "reavinster",
        "Reducering av samtliga realisationsvinster",
        "Vinst när en tillgång säljs tas bort, eftersom löpande verksamhet inte ska betalas med sådana "
        "vinster. Minus för en vinst, plus för en förlust.",
        "LKBR 11:10",
    ),
    Rad(
        "reavinst_undantag",
        "Justering för realisationsvinster enligt undantagsmöjlighet",
        "Realisationsvinster som ändå får räknas med, till exempel när försäljningen är ett led i en "
        "omställning som sänker kostnaderna.",
        "LKBR 11:10",
    ),
    Rad(
        "reaforlust_undantag",
        "Justering för realisationsförluster enligt undantagsmöjlighet",
        "Realisationsförluster som får räknas bort, till exempel när försäljningen är ett led i en "
        "omställning som sänker kostnaderna.",
        "LKBR 11:10",
    ),
    Rad(
        "orealiserat",
        "Orealiserade vinster och förluster i värdepapper",
        "Värdet på värdepapper har ändrats utan att de har sålts. Ökningen räknas bort och minskningen läggs "
        "till.",
        "LKBR 11:10",
    ),
    Rad(
        "aterforing_orealiserat",
        "Återföring av orealiserade vinster och förluster i värdepapper",
        "Värdepapper som har sålts under året: det som tidigare år räknades bort eller lades till tas "
        "tillbaka.",
        "LKBR 11:10",
    ),
    Rad(
        "resultat_efter_justeringar",
        "Årets resultat efter balanskravsjusteringar",
        "Årets resultat utan realisationsvinster och utan värdeändringar i värdepapper som inte har sålts.",
        "LKBR 11:10",
        tuple((nyckel, 1) for nyckel in JUSTERINGSPOSTER),
    ),
    Rad(
        "blandmodell",
        "Justering för redovisning enligt blandmodell",
        "Skillnaden i kostnad mellan fullfondering, där hela pensionsskulden är skuld, och lagens "
        "blandmodell. Plus när fullfonderingen kostar mer under året.",
        # To check: the chapter and paragraph were not read in the statute itself.
        "LKBR 6:4",
    ),
    Rad(
        "reserv_till",
        "Reservering till resultatutjämningsreserv eller resultatreserv",
        "En del av ett gott resultat sparas till sämre år. Lagen begränsar hur mycket. Skrivs med minus.",
        "KL 11:14",
    ),
    Rad(
        "reserv_fran",
        "Användning av resultatutjämningsreserv eller resultatreserv",
        "Tidigare sparade medel täcker en del av årets underskott. Skrivs med plus.",
        "KL 11:14",
    ),
    Rad(
        "balanskravsresultat",
        "Balanskravsresultat",
        "Resultatet som kommunallagens balanskrav prövas mot. Är det negativt ska underskottet normalt "
        "återställas.",
        "KL 11:5, LKBR 11:10",
        (("resultat_efter_justeringar", 1), ("blandmodell", 1), ("reserv_till", 1), ("reserv_fran", 1)),
        total=True,
    ),
    Rad(
        "synnerliga_skal",
        "Synnerliga skäl att inte återställa",
        "Så mycket av underskottet som fullmäktige har beslutat att inte återställa. Högst hela "
        "underskottet.",
        "KL 11:13",
    ),
    Rad(
        "ib_aterstalla",
        "Ingående återställningskrav",
        "Underskott från tidigare år som inte var återställda när året började.",
        "KL 11:12",
    ),
    Rad(
        "ny_brist",
        "Årets underskott att återställa",
        "Årets negativa balanskravsresultat, sedan synnerliga skäl har räknats av.",
        "KL 11:12, 11:13",
    ),
    Rad(
        "aterstallt",
        "Återställt under året",
        "Så mycket av tidigare underskott som årets överskott räcker till. Det äldsta underskottet "
        "återställs först.",
        "KL 11:12",
    ),
    Rad(
        "undantag_tidigare",
        "Synnerliga skäl för tidigare underskott",
        "Så mycket av tidigare års underskott som fullmäktige under året har beslutat att inte återställa. Högst "
        "det som är kvar när årets överskott har återställt sitt.",
        "KL 11:13",
    ),
    Rad(
        "ub_aterstalla",
        "Utgående återställningskrav",
        "Det som återstår att återställa när året är slut.",
        "KL 11:12",
        (("ib_aterstalla", 1), ("ny_brist", 1), ("aterstallt", -1), ("undantag_tidigare", -1)),
        total=True,
    ),
)


def rader(*, i_resultatet: bool = False) -> tuple[Rad, ...]:
    """The lines in printing order.

    With `i_resultatet` the synnerliga skäl stand above the balanskravsresultat and are part of its sum.
    """
    if not i_resultatet:
        return _RADER
    per_nyckel = {rad.nyckel: rad for rad in _RADER}
    skal, total = per_nyckel["synnerliga_skal"], per_nyckel["balanskravsresultat"]
    total = replace(total, summa=(*total.summa, (skal.nyckel, 1)))
    ovriga = [rad for rad in _RADER if rad is not skal]
    plats = [rad.nyckel for rad in ovriga].index(total.nyckel)
    return (*ovriga[:plats], skal, total, *ovriga[plats + 1 :])


RADER = rader()


# What goes in.


@dataclass(frozen=True, slots=True)
class Matt:
    """An amount and the value of its last typed digit: 2 897 typed in mnkr has precision 1 mnkr."""

    varde: Decimal
    precision: Decimal = Decimal(1)

    def __post_init__(self):
        if not (isinstance(self.varde, Decimal) and isinstance(self.precision, Decimal)):
            raise TypeError("Belopp och precision ska vara Decimal.")
        if not (self.varde.is_finite() and self.precision.is_finite() and self.precision > 0):
            raise ValueError(f"Ogiltigt belopp: {self.varde} med precision {self.precision}.")


class Arsslag(StrEnum):
    """What the year's figures are: KL 11:5 asks of a budget, KL 11:12 of an outcome."""

    BUDGET = "budget"
    PROGNOS = "prognos"
    BOKSLUT = "bokslut"


class Undantagsslag(StrEnum):
    """What fullmäktige decided by KL 11:13: `ALDRIG` and `DEL` take an amount off what has to be restored,
    `LANGRE_TID` takes nothing off but moves the deadline."""

    ALDRIG = "aldrig"
    LANGRE_TID = "langre_tid"
    DEL = "del"


@dataclass(frozen=True, slots=True)
class Beslut:
    """A recorded decision, for example the åtgärdsplan of KL 11:12."""

    organ: str = ""
    datum: date | None = None
    paragraf: str = ""


@dataclass(frozen=True, slots=True)
class Undantagsbeslut:
    """A recorded decision on synnerliga skäl (KL 11:13)."""

    slag: Undantagsslag
    organ: str = ""
    datum: date | None = None
    paragraf: str = ""
    motiv: str = ""

    @property
    def saknas(self) -> tuple[str, ...]:
        """The parts of the record that have not been filled in."""
        return tuple(namn for namn in ("organ", "datum", "paragraf", "motiv") if not getattr(self, namn))


@dataclass(frozen=True, slots=True)
class Avisering:
    """Somebody has said that synnerliga skäl will be decided. No decision."""

    organ: str = ""
    datum: date | None = None
    motiv: str = ""


@dataclass(frozen=True, slots=True)
class IbBrist:
    """One deficit year of the first year's ingående återställningskrav: `belopp` is what is left of it. `ar` None: it
    was never split by year. `atgardsplan` is the plan that was decided for it before the first year."""

    ar: int | None
    belopp: Matt
    senast: int | None = None
    atgardsplan: Beslut | None = None

    def __post_init__(self):
        if self.belopp.varde < 0:
            raise ValueError(f"Underskottet {self.ar} i ib_brister ska skrivas utan minus.")
        if None not in (self.ar, self.senast) and self.senast < self.ar:
            raise ValueError(f"Underskottet {self.ar} i ib_brister kan inte ha sista år {self.senast}.")


@dataclass(frozen=True, slots=True)
class Arsunderlag:
    """What is known of one year. `poster` has keys of `RESULTATPOSTER`, `publicerat` of `PUBLICERADE`.

    `bas` is skatteintäkter + generella statsbidrag + kommunalekonomisk utjämning. `rer_ib` is the
    resultatreserv at the start of the year, without old RUR. `ib_brister` splits the first year's
    `ib_aterstalla`. `synnerliga_skal_i_resultatet` tells that the source prints the exemption inside its
    balanskravsresultat. An exemption larger than the year's own deficit is of what is left of earlier ones: it may be
    decided in a later year than its deficit (KL 11:13). `senast_ar` is the last year to restore this year's
    deficit, when decided. `slag` None: not known, and then only what holds for every kind is asked. `omraknat`
    tells that the lines were restated after `publicerat` was printed.
    """

    ar: int
    poster: Mapping[str, Matt] = field(default_factory=dict)
    synnerliga_skal: Matt = Matt(NOLL)
    synnerliga_skal_i_resultatet: bool = False
    synnerliga_skal_beslut: Undantagsbeslut | None = None
    senast_ar: int | None = None
    atgardsplan: Beslut | None = None
    ib_aterstalla: Matt | None = None
    ib_brister: tuple[IbBrist, ...] = ()
    rer_ib: Matt | None = None
    bas: Matt | None = None
    eget_kapital_inkl_pensioner: Matt | None = None
    publicerat: Mapping[str, Matt] = field(default_factory=dict)
    slag: Arsslag | None = None
    omraknat: bool = False
    aviserat: Avisering | None = None

    def __post_init__(self):
        for nycklar, kanda in ((self.poster, RESULTATPOSTER), (self.publicerat, PUBLICERADE)):
            okanda = sorted(set(nycklar) - set(kanda))
            if okanda:
                raise ValueError(f"Okända nycklar för {self.ar}: {', '.join(okanda)}.")
        if any(brist.ar is not None and brist.ar >= self.ar for brist in self.ib_brister):
            raise ValueError(f"Underskotten i ib_brister ska ligga före {self.ar}.")

    def post(self, nyckel: str) -> Decimal:
        """The line's amount, zero when the line is absent."""
        return self.poster[nyckel].varde if nyckel in self.poster else NOLL

    @property
    def reservering(self) -> Decimal:
        """What is put into the reserve, as zero or more."""
        return max(NOLL, -self.post("reserv_till"))

    @property
    def anvandning(self) -> Decimal:
        """What is taken out of the reserve, as zero or more."""
        return max(NOLL, self.post("reserv_fran"))


# What comes out.


@dataclass(frozen=True, slots=True)
class Aterstallning:
    """What one year's surplus restored of one deficit."""

    ar: int
    belopp: Decimal


@dataclass(frozen=True, slots=True)
class Brist:
    """One deficit year in the ledger. `ar` None: the first year's ingående krav, not split by year.

    `belopp` is the whole deficit, `undantag` what fullmäktige decided never to restore, `senast` the last
    year in which the rest is to be restored.
    """

    ar: int | None
    belopp: Decimal
    undantag: Decimal = NOLL
    senast: int | None = None
    aterstallt: tuple[Aterstallning, ...] = ()

    @property
    def kvar(self) -> Decimal:
        """What is still to be restored."""
        return self.belopp - self.undantag - sum((a.belopp for a in self.aterstallt), NOLL)


@dataclass(frozen=True, slots=True)
class Kedja:
    """The sums of one year. `fore_undantag` is the result before synnerliga skäl, `synnerliga_skal` the part of the
    exemption that counts on the year's own line, `balanskravsresultat` the sum as the layout prints it."""

    resultat_efter_justeringar: Decimal
    fore_undantag: Decimal
    synnerliga_skal: Decimal
    balanskravsresultat: Decimal
    reservering: Decimal = NOLL

    @property
    def underskott(self) -> Decimal:
        """The deficit to restore. Only a surplus may be reserved (KL 11:14), so a reservation makes none."""
        return max(NOLL, -self.fore_undantag - self.reservering)

    @property
    def overskott(self) -> Decimal:
        return max(NOLL, self.fore_undantag)

    @property
    def ny_brist(self) -> Decimal:
        return max(NOLL, self.underskott - self.synnerliga_skal)


@dataclass(frozen=True, slots=True)
class Arsutredning:
    """The balanskravsutredning of one year.

    `brister` is the ledger at the end of the year: every deficit known so far, also those that are restored
    or exempted. `synnerliga_skal` is the part that counts this year, `undantag_tidigare` what was decided this
    year of earlier deficits. `max_reservering` is None when not computable, else `max_formel` is its arithmetic.
    """

    ar: int
    poster: Mapping[str, Decimal]
    resultat_efter_justeringar: Decimal
    balanskravsresultat: Decimal
    synnerliga_skal: Decimal
    ib_aterstalla: Decimal
    ny_brist: Decimal
    aterstallt: Decimal
    ub_aterstalla: Decimal
    brister: tuple[Brist, ...]
    max_reservering: Decimal | None
    anmarkningar: tuple[Anmarkning, ...]
    undantag_tidigare: Decimal = NOLL
    max_formel: str = ""
    slag: Arsslag | None = None
    omraknat: bool = False

    @property
    def bedombart(self) -> bool:
        """Whether the year is entered so far that its balanskravsresultat can be judged."""
        return HALVFYLLT.isdisjoint(a.kod for a in self.anmarkningar)

    def varde(self, nyckel: str) -> Decimal:
        """The amount on the line `nyckel` of `RADER`."""
        return self.poster.get(nyckel, NOLL) if nyckel in RESULTATPOSTER else getattr(self, nyckel)


@dataclass(frozen=True, slots=True)
class Balanskravsutredning:
    """The years in order, with the unit of the amounts and the version of the rules that computed them."""

    enhet: str
    ar: tuple[Arsutredning, ...]
    regelversion: str = REGELVERSION

    def for_ar(self, ar: int) -> Arsutredning:
        """The year `ar`; KeyError when it is not part of the utredning."""
        for utredning in self.ar:
            if utredning.ar == ar:
                return utredning
        raise KeyError(ar)


def gallande(underlag: Arsunderlag, utredning: Arsutredning, nyckel: str) -> Decimal:
    """The figure that stands on the line `nyckel`: as it was decided where it was published, else by the rule."""
    publicerat = underlag.publicerat.get(nyckel)
    return utredning.varde(nyckel) if publicerat is None else publicerat.varde


# The arithmetic.


def kedja(underlag: Arsunderlag) -> Kedja:
    """From årets resultat to balanskravsresultat (LKBR 11:10).

    Resultat efter balanskravsjusteringar = årets resultat + the lines for realised and unrealised gains and
    losses. Balanskravsresultat = that + blandmodell + reservering + användning (+ synnerliga skäl when
    printed inside). The exemption counts with at most the deficit, except where the source prints it inside a result
    that is not negative: there its sum is given as printed. A longer time to restore takes nothing off.
    """
    efter = sum((underlag.post(nyckel) for nyckel in JUSTERINGSPOSTER), NOLL)
    fore = sum((underlag.post(nyckel) for nyckel in RESULTATPOSTER), NOLL)
    summor = Kedja(efter, fore, NOLL, fore, underlag.reservering)
    undantag = _yrkat_undantag(underlag)
    inom = underlag.synnerliga_skal_i_resultatet
    if not inom or summor.underskott:
        undantag = min(undantag, summor.underskott)
    return replace(summor, synnerliga_skal=undantag, balanskravsresultat=fore + undantag if inom else fore)


def _yrkat_undantag(underlag: Arsunderlag) -> Decimal:
    """What the year's synnerliga skäl take off, whichever deficit they are of."""
    return NOLL if _langre_tid(underlag) else max(NOLL, underlag.synnerliga_skal.varde)


def _for_tidigare(underlag: Arsunderlag, underskott: Decimal) -> Decimal:
    """What the exemption has over for earlier deficits. A part of the last digit over the year's own is rounding."""
    mer = _yrkat_undantag(underlag) - underskott
    return NOLL if mer <= (_grovsta(_matt_i_liggaren(underlag)) if underskott else NOLL) else mer


def _langre_tid(underlag: Arsunderlag) -> bool:
    beslut = underlag.synnerliga_skal_beslut
    return beslut is not None and beslut.slag is Undantagsslag.LANGRE_TID


def max_reservering(
    *,
    ar: int,
    arets_resultat: Decimal,
    resultat_efter_justeringar: Decimal,
    bas: Decimal | None,
    eget_kapital_inkl_pensioner: Decimal | None,
    blandmodell: Decimal = NOLL,
) -> Decimal | None:
    """The most that may be put into RUR or RER in one year (KL 11:14), as zero or more.

    max(0, min(årets resultat, resultat efter balanskravsjusteringar) + blandmodell − p · bas). Both results are taken
    after the line blandmodell, where there is one. p is 2 % when eget kapital including all pension obligations is
    negative, else 1 %. None when `bas` or eget kapital is missing, when `bas` is not positive, and for years before
    there was a reserve.
    """
    andel = _reservandel(ar, bas, eget_kapital_inkl_pensioner)
    if andel is None:
        return None
    return max(NOLL, _utrymme(arets_resultat, resultat_efter_justeringar, blandmodell, andel * bas))


def _utrymme(arets_resultat: Decimal, efter: Decimal, blandmodell: Decimal, forst: Decimal) -> Decimal:
    return min(arets_resultat, efter) + blandmodell - forst


def _reservandel(ar: int, bas: Decimal | None, eget_kapital: Decimal | None) -> Decimal | None:
    if bas is None or bas <= 0 or eget_kapital is None:
        return None
    if eget_kapital < 0:
        return parametrar.RESERV_ANDEL_NEGATIVT_EGET_KAPITAL.for_ar(ar)
    return parametrar.RESERV_ANDEL.for_ar(ar)


def rer_tak(ar: int, bas: Decimal | None) -> Decimal | None:
    """The most that the resultatreserv may hold (KL 11:14): 5 % of `bas`, old RUR not counted.

    None without `bas`, and for years before the resultatreserv.
    """
    andel = parametrar.RER_TAK_ANDEL.for_ar(ar)
    return None if andel is None or bas is None else andel * bas


def aterstall(brister: tuple[Brist, ...], overskott: Decimal, *, ar: int) -> tuple[Brist, ...]:
    """Let a year's surplus restore what is left of earlier deficits, the oldest first (KL 11:12).

    Returns the whole ledger in order of age. What the deficits do not need of the surplus is not used.
    ValueError when the surplus is negative.
    """
    if overskott < 0:
        raise ValueError("Ett överskott kan inte vara negativt.")
    kvar_att_fordela, ny_liggare = overskott, []
    for brist in sorted(brister, key=_alder):
        belopp = min(brist.kvar, kvar_att_fordela)
        if belopp > 0:
            brist = replace(brist, aterstallt=(*brist.aterstallt, Aterstallning(ar, belopp)))
            kvar_att_fordela -= belopp
        ny_liggare.append(brist)
    return tuple(ny_liggare)


def undanta(brister: tuple[Brist, ...], belopp: Decimal) -> tuple[Brist, ...]:
    """Let a decision free `belopp` of what is left of earlier deficits, the oldest first (KL 11:13)."""
    ny_liggare = []
    for brist in brister:
        del_ = min(brist.kvar, belopp)
        ny_liggare.append(replace(brist, undantag=brist.undantag + del_))
        belopp -= del_
    return tuple(ny_liggare)


def _alder(brist: Brist) -> tuple[bool, int]:
    return (brist.ar is not None, brist.ar or 0)


def att_aterstalla(brister: tuple[Brist, ...]) -> Decimal:
    """What is left to restore in the whole ledger."""
    return sum((brist.kvar for brist in brister), NOLL)


def ingaende_brister(forsta: Arsunderlag) -> tuple[Brist, ...]:
    """The ledger when the first year starts: its split if there is one, else one row without year."""
    if forsta.ib_brister:
        rader = (
            Brist(b.ar, b.belopp.varde, senast=b.senast or (b.ar and _lagens_sista_ar(b.ar)))
            for b in forsta.ib_brister
        )
        return tuple(sorted(rader, key=_alder))
    ib = abs(forsta.ib_aterstalla.varde) if forsta.ib_aterstalla else NOLL
    return (Brist(None, ib),) if ib else ()


def fortsatt(forsta: Arsunderlag, fore: tuple[Arsunderlag, ...]) -> Arsunderlag:
    """The first year of an utredning as it begins when the years `fore` are gone through before it.

    A deficit is to be restored also when its year is no longer shown (KL 11:12): what is left of each, with its last
    year and its åtgärdsplan, goes on. So does the resultatreserv, where its balance is not stated. A stated ingående
    krav gives way to the ledger, as in every year but the first. Without years before, it is as it was given.
    """
    if not fore:
        return forsta
    _prova_anropet((*fore, forsta), "kr")
    *_, lage = _lagen(fore, _Visning("kr", Decimal(1)))
    precision = lage.precision or Decimal(1)
    planer = [(u.ar, u.atgardsplan) for u in fore if u.atgardsplan]
    planer += [(b.ar, b.atgardsplan) for b in fore[0].ib_brister if b.atgardsplan]
    return replace(
        forsta,
        ib_aterstalla=Matt(lage.ub, precision),
        ib_brister=tuple(
            IbBrist(
                b.ar,
                Matt(b.kvar, precision),
                b.senast,
                next((plan for ar, plan in planer if b.ar and ar and ar >= b.ar), None),
            )
            for b in lage.brister
            if b.kvar > 0
        ),
        rer_ib=forsta.rer_ib or (None if lage.rer_vid_slut is None else Matt(lage.rer_vid_slut, precision)),
    )


def _lagens_sista_ar(ar: int) -> int | None:
    tid = parametrar.ATERSTALLNINGSTID.for_ar(ar)
    return None if tid is None else ar + tid


def _sista_ar(underlag: Arsunderlag) -> int | None:
    """The third year after the deficit, or later when fullmäktige so decided (KL 11:12, 11:13)."""
    lagens = _lagens_sista_ar(underlag.ar)
    if underlag.senast_ar is None:
        return lagens
    return underlag.senast_ar if lagens is None else max(lagens, underlag.senast_ar)


def balanskravsutredning(
    underlag: tuple[Arsunderlag, ...], *, enhet: str = "mnkr", visa_enhet: str | None = None
) -> Balanskravsutredning:
    """The balanskravsutredning of consecutive years (KL 11:5, 11:12–14, LKBR 11:10).

    Every year: underskott = max(0, −balanskravsresultat before synnerliga skäl and reservering); ny brist =
    underskott − synnerliga skäl; återställt = min(överskott, ingående krav); utgående = ingående + ny brist −
    återställt − what the year's decision freed of earlier deficits.
    The chain goes on from the computed amounts also where the published ones differ.

    `enhet` is the unit of all amounts, `visa_enhet` the one in the texts of the findings (default: the same).
    ValueError for no years, years that do not follow each other, `ib_brister` after the first year, or an
    unknown unit.
    """
    _prova_anropet(underlag, enhet, visa_enhet or enhet)
    visning = _Visning(visa_enhet or enhet, SKALOR[visa_enhet or enhet] / SKALOR[enhet])
    return Balanskravsutredning(enhet, tuple(_arsutredning(lage) for lage in _lagen(underlag, visning)))


def _lagen(underlag: tuple[Arsunderlag, ...], visning: "_Visning") -> Iterator["_Lage"]:
    """The years one by one, each with what the years before leave to it."""
    brister, rer, precision = ingaende_brister(underlag[0]), None, NOLL
    for nummer, ett_ar in enumerate(underlag, start=1):
        precision = max(precision, _grovsta(_matt_i_liggaren(ett_ar)))
        lage = _ars_lage(
            underlag[:nummer], brister, rer_enligt_forra=rer, precision=precision, visning=visning
        )
        yield lage
        brister, rer = lage.brister, lage.rer_vid_slut


def _prova_anropet(underlag: tuple[Arsunderlag, ...], *enheter: str) -> None:
    if not underlag:
        raise ValueError("Balanskravsutredningen behöver minst ett år.")
    aren = [ett_ar.ar for ett_ar in underlag]
    if aren != list(range(aren[0], aren[0] + len(aren))):
        raise ValueError(f"Åren ska följa på varandra utan luckor: {', '.join(map(str, aren))}.")
    if any(ett_ar.ib_brister for ett_ar in underlag[1:]):
        raise ValueError("Bara det första året kan ha ib_brister.")
    for enhet in enheter:
        if enhet not in SKALOR:
            raise ValueError(f"Okänd enhet: {enhet}.")


@dataclass(frozen=True, slots=True)
class _Visning:
    """How amounts are written in the texts: `faktor` units of the amounts make one shown unit."""

    enhet: str
    faktor: Decimal

    def belopp(self, varde: Decimal, *bredvid: Decimal) -> str:
        """«1 232 mnkr», with two decimals at most, or more where it would look equal to one of `bredvid`."""
        tal = [x / self.faktor for x in (varde, *bredvid)]
        behov = max(0, *(-x.normalize().as_tuple().exponent for x in tal))
        decimaler = min(behov, 2)
        while decimaler < min(behov, 12) and self._ser_lika_ut(tal, decimaler):
            decimaler += 1
        return f"{formatera(tal[0], decimaler=decimaler)}\u00a0{self.enhet}"

    def tal(self, varde: Decimal) -> str:
        """The bare number with every decimal that it has."""
        return formatera_fullt(varde, skala=self.faktor)

    @staticmethod
    def _ser_lika_ut(tal: list[Decimal], decimaler: int) -> bool:
        return len({formatera(x, decimaler=decimaler) for x in tal}) < len(set(tal))


@dataclass(frozen=True, slots=True)
class _Lage:
    """All that the checks of one year need: `aren` ends with the year, `brister` is the ledger at its end."""

    aren: tuple[Arsunderlag, ...]
    kedja: Kedja
    ib: Decimal
    brister: tuple[Brist, ...]
    undantag_tidigare: Decimal
    max_till: Decimal | None
    rer_enligt_forra: Decimal | None
    rer_vid_start: Decimal | None
    precision: Decimal
    visning: _Visning

    @property
    def u(self) -> Arsunderlag:
        return self.aren[-1]

    @property
    def ar(self) -> int:
        return self.u.ar

    def visa(self, varde: Decimal, *bredvid: Decimal) -> str:
        return self.visning.belopp(varde, *bredvid)

    @property
    def forsta_aret(self) -> bool:
        return len(self.aren) == 1

    @property
    def aterstallt(self) -> Decimal:
        return min(self.kedja.overskott, self.ib)

    @property
    def ub(self) -> Decimal:
        return self.ib + self.kedja.ny_brist - self.aterstallt - self.undantag_tidigare

    @property
    def reserv(self) -> Reservslag | None:
        return parametrar.RESERVSLAG.for_ar(self.ar)

    @property
    def andel(self) -> Decimal | None:
        """The share of `bas` that the result must exceed, None where there is no highest reservation."""
        return _reservandel(self.ar, _varde(self.u.bas), _varde(self.u.eget_kapital_inkl_pensioner))

    @property
    def utrymme(self) -> Decimal:
        """The highest reservation before it is cut at zero. Only where there is one."""
        efter, bland = self.kedja.resultat_efter_justeringar, self.u.post("blandmodell")
        return _utrymme(self.u.post("arets_resultat"), efter, bland, self.andel * self.u.bas.varde)

    @property
    def over_max(self) -> bool:
        return self.max_till is not None and self.u.reservering > self.max_till

    @property
    def tak(self) -> Decimal | None:
        return rer_tak(self.ar, _varde(self.u.bas))

    @property
    def over_taket(self) -> bool:
        return (
            self.tak is not None
            and self.rer_vid_start is not None
            and self.rer_vid_start + self.u.reservering > self.tak
        )

    @property
    def rer_anvandning(self) -> Decimal:
        """The part of the year's use that comes from RER; RER is taken to be used before old RUR."""
        if self.reserv is not Reservslag.RER:
            return NOLL
        if self.rer_vid_start is None:
            return self.u.anvandning
        return min(self.u.anvandning, self.rer_vid_start + self.u.reservering)

    @property
    def rer_vid_slut(self) -> Decimal | None:
        if self.reserv is not Reservslag.RER or self.rer_vid_start is None:
            return None
        return self.rer_vid_start + self.u.reservering - self.rer_anvandning


def _ars_lage(
    aren: tuple[Arsunderlag, ...],
    fore: tuple[Brist, ...],
    *,
    rer_enligt_forra: Decimal | None,
    precision: Decimal,
    visning: _Visning,
) -> _Lage:
    u = aren[-1]
    summor = kedja(u)
    aterstallda = aterstall(fore, summor.overskott, ar=u.ar)
    brister = undanta(aterstallda, _for_tidigare(u, summor.underskott))
    undantag_tidigare = att_aterstalla(aterstallda) - att_aterstalla(brister)
    if summor.underskott:
        brister = (*brister, Brist(u.ar, summor.underskott, summor.synnerliga_skal, _sista_ar(u)))
    max_till = max_reservering(
        ar=u.ar,
        arets_resultat=u.post("arets_resultat"),
        resultat_efter_justeringar=summor.resultat_efter_justeringar,
        bas=_varde(u.bas),
        eget_kapital_inkl_pensioner=_varde(u.eget_kapital_inkl_pensioner),
        blandmodell=u.post("blandmodell"),
    )
    return _Lage(
        aren=aren,
        kedja=summor,
        ib=att_aterstalla(fore),
        brister=brister,
        undantag_tidigare=undantag_tidigare,
        max_till=max_till,
        rer_enligt_forra=rer_enligt_forra,
        rer_vid_start=_rer_vid_start(u, rer_enligt_forra),
        precision=precision,
        visning=visning,
    )


def _arsutredning(lage: _Lage) -> Arsutredning:
    return Arsutredning(
        ar=lage.ar,
        poster={nyckel: matt.varde for nyckel, matt in lage.u.poster.items()},
        resultat_efter_justeringar=lage.kedja.resultat_efter_justeringar,
        balanskravsresultat=lage.kedja.balanskravsresultat,
        synnerliga_skal=lage.kedja.synnerliga_skal,
        ib_aterstalla=lage.ib,
        ny_brist=lage.kedja.ny_brist,
        aterstallt=lage.aterstallt,
        ub_aterstalla=lage.ub,
        brister=lage.brister,
        max_reservering=lage.max_till,
        anmarkningar=tuple(a for kontroll in KONTROLLER for a in kontroll(lage)),
        undantag_tidigare=lage.undantag_tidigare,
        max_formel=_max_formel(lage),
        slag=lage.u.slag,
        omraknat=lage.u.omraknat,
    )


def _max_formel(lage: _Lage) -> str:
    """The arithmetic of the highest reservation as this year used it, with the line blandmodell where there is one."""
    if lage.max_till is None:
        return ""
    u, tal = lage.u, lage.visning.tal
    bland = ""
    if "blandmodell" in u.poster:
        bland = f" {'−' if u.post('blandmodell') < 0 else '+'} {tal(abs(u.post('blandmodell')))}"
    lagst = "; ".join(
        f"{tal(x)}{bland}" for x in (u.post("arets_resultat"), lage.kedja.resultat_efter_justeringar)
    )
    formel = f"min({lagst}) − {formatera_procent(lage.andel, decimaler=0)} · {tal(u.bas.varde)} = {tal(lage.utrymme)}"
    return formel if lage.utrymme >= 0 else f"{formel}, alltså 0"


def _varde(matt: Matt | None) -> Decimal | None:
    return None if matt is None else matt.varde


def _rer_vid_start(u: Arsunderlag, enligt_forra: Decimal | None) -> Decimal | None:
    """RER starts from nothing in its first year; after that the stated balance goes before the carried one,
    since the lines do not say whether a use was of RER or of old RUR."""
    if parametrar.RESERVSLAG.for_ar(u.ar) is not Reservslag.RER:
        return None
    if _forsta_rer_aret(u.ar):
        return NOLL
    return enligt_forra if u.rer_ib is None else max(NOLL, u.rer_ib.varde)


def _forsta_rer_aret(ar: int) -> bool:
    return parametrar.RESERVSLAG.for_ar(ar - 1) is not Reservslag.RER


def _grovsta(matt: Iterable[Matt]) -> Decimal:
    """The coarsest precision of the amounts that are not zero; zero when there are none."""
    return max((m.precision for m in matt if m.varde), default=NOLL)


def _matt_i_liggaren(u: Arsunderlag) -> Iterator[Matt]:
    yield from u.poster.values()
    yield u.synnerliga_skal
    if u.ib_aterstalla:
        yield u.ib_aterstalla
    for brist in u.ib_brister:
        yield brist.belopp


# The checks. Each takes the year and yields its findings; an empty answer means that all is well.


def _fel(kod: str, text: str) -> Anmarkning:
    return Anmarkning(kod, Niva.FEL, text)


def _varning(kod: str, text: str) -> Anmarkning:
    return Anmarkning(kod, Niva.VARNING, text)


def _info(kod: str, text: str) -> Anmarkning:
    return Anmarkning(kod, Niva.INFO, text)


def _kontrollera_tecken(lage: _Lage) -> Iterator[Anmarkning]:
    """Lines that can only have one sign."""
    if lage.u.post("reserv_till") > 0:
        yield _fel(
            "TECKEN_RESERV_TILL", f"Reserveringen {lage.ar} sänker resultatet och ska skrivas med minus."
        )
    if lage.u.post("reserv_fran") < 0:
        yield _fel(
            "TECKEN_RESERV_FRAN",
            f"Användningen av reserv {lage.ar} höjer resultatet och ska skrivas utan minus.",
        )
    if lage.u.synnerliga_skal.varde < 0:
        yield _fel(
            "TECKEN_SYNNERLIGA_SKAL",
            f"Synnerliga skäl {lage.ar} ska skrivas utan minus. Beloppet är inte medräknat.",
        )
    for nyckel in ("reavinst_undantag", "reaforlust_undantag"):
        if lage.u.post(nyckel) < 0:
            yield _varning(
                f"TECKEN_{nyckel.upper()}",
                f"Justeringen enligt undantagsmöjlighet {lage.ar} höjer normalt resultatet. Kontrollera "
                "tecknet.",
            )


def _kontrollera_arets_resultat(lage: _Lage) -> Iterator[Anmarkning]:
    if "arets_resultat" not in lage.u.poster:
        yield _varning("ARETS_RESULTAT_SAKNAS", f"Årets resultat {lage.ar} saknas och är räknat som noll.")


def _kontrollera_halvfyllt(lage: _Lage) -> Iterator[Anmarkning]:
    """A line that the years before have and that a year with a result lacks: no zero has been written, so it is not
    known to be none."""
    if "arets_resultat" not in lage.u.poster:
        return
    fore = lage.aren[:-1]
    if "blandmodell" not in lage.u.poster and any("blandmodell" in u.poster for u in fore):
        yield _varning(
            "BLANDMODELL_SAKNAS",
            f"Justeringen för redovisning enligt blandmodell {lage.ar} är tom, men åren före har ett belopp. Därför är "
            f"balanskravsresultatet {lage.ar} räknat enligt fullfondering och kan inte bedömas. Skriv beloppet, eller "
            "0 om det inte är något (LKBR 6:4).",
        )
    if lage.u.bas is None and any(u.bas is not None for u in fore):
        yield _varning(
            "BAS_SAKNAS",
            f"Skatt, utjämning och generella statliga bidrag {lage.ar} är inte ifyllda. Därför kan "
            f"balanskravsresultatet {lage.ar} inte bedömas.",
        )


def _kontrollera_budgeten(lage: _Lage) -> Iterator[Anmarkning]:
    """KL 11:5 of a budget: revenues exceed costs, save as far as a resultatreserv is used, or for synnerliga skäl."""
    beslutat = lage.u.synnerliga_skal_beslut is not None and not _langre_tid(lage.u)
    if lage.u.slag is not Arsslag.BUDGET or beslutat or _yrkat_undantag(lage.u) > 0:
        return
    resultat = lage.u.post("arets_resultat") + lage.u.post("blandmodell")
    modell = " enligt blandmodellen" if "blandmodell" in lage.u.poster else ""
    if not resultat:
        yield _info(
            "BUDGET_NOLL",
            f"Budgeten {lage.ar} har ett resultat{modell} på noll. Intäkterna ska överstiga kostnaderna (KL 11:5).",
        )
    elif resultat + lage.u.anvandning < 0:
        reserv = (
            f" Användningen av reserv, {lage.visa(lage.u.anvandning)}, räcker inte."
            if lage.u.anvandning
            else ""
        )
        yield _fel(
            "BUDGET_UNDER_NOLL",
            f"Budgeten {lage.ar} har resultatet {lage.visa(resultat, NOLL)}{modell}. Intäkterna ska överstiga "
            f"kostnaderna, om inte en resultatreserv används eller det finns synnerliga skäl (KL 11:5).{reserv}",
        )


def _kontrollera_ingaende(lage: _Lage) -> Iterator[Anmarkning]:
    """The stated ingående krav against the ledger. The ledger goes on from its own figure."""
    ib = lage.u.ib_aterstalla
    if ib is None:
        if lage.forsta_aret and not lage.u.ib_brister:
            yield _info(
                "IB_ATERSTALLA_SAKNAS",
                f"Ingående återställningskrav {lage.ar} är inte angivet och räknas som noll.",
            )
        return
    if ib.varde < 0:
        yield _info(
            "TECKEN_IB_ATERSTALLA",
            f"Ingående återställningskrav {lage.ar} är angivet med minus och räknas som "
            f"{lage.visa(abs(ib.varde))}.",
        )
    grund = (
        "summan av de underskott som det delas upp på" if lage.forsta_aret else "det som kvarstod året innan"
    )
    yield from _jamfor(
        lage,
        "IB_ATERSTALLA",
        "Ingående återställningskrav",
        abs(ib.varde),
        lage.ib,
        max(lage.precision, ib.precision),
        grund,
    )


def _kontrollera_ursprungsar(lage: _Lage) -> Iterator[Anmarkning]:
    if lage.forsta_aret and any(b.ar is None and b.kvar > 0 for b in lage.brister):
        yield _info(
            "IB_UTAN_AR",
            f"Underskott före {lage.ar} är inte uppdelade på år. Därför går det inte att pröva när de senast "
            "ska vara återställda (KL 11:12).",
        )


def _kontrollera_undantag(lage: _Lage) -> Iterator[Anmarkning]:
    """Synnerliga skäl: at most the deficit and what is left of earlier ones, decided by fullmäktige (KL 11:13)."""
    belopp, underskott, tidigare = lage.u.synnerliga_skal.varde, lage.kedja.underskott, lage.undantag_tidigare
    if tidigare:
        yield _info(
            "SKAL_FOR_TIDIGARE_UNDERSKOTT",
            f"Av synnerliga skäl {lage.ar} avser {lage.visa(tidigare, NOLL)} tidigare års underskott, som inte "
            "längre ska återställas. De tidigare årens utredningar ändras inte (KL 11:13).",
        )
    if belopp > 0 and not underskott and lage.u.synnerliga_skal_i_resultatet and not _langre_tid(lage.u):
        yield _info(
            "SKAL_I_OVERSKOTT",
            f"Synnerliga skäl {lage.ar}, {lage.visa(belopp, NOLL)}, är tryckta inom ett resultat som inte är negativt. "
            "Balanskravsresultatet återges som det är tryckt, men ett överskott behöver inga synnerliga skäl (KL "
            "11:13).",
        )
    elif belopp > 0 and not underskott and not tidigare:
        yield _fel(
            "SYNNERLIGA_SKAL_UTAN_UNDERSKOTT",
            f"Synnerliga skäl är angivna för {lage.ar}, men balanskravsresultatet är inte negativt och inget tidigare "
            "underskott är kvar att återställa (KL 11:13).",
        )
    elif belopp > underskott + tidigare:
        yield _fel(
            "SYNNERLIGA_SKAL_OVER_UNDERSKOTT", _text_over_underskott(lage, belopp, underskott + tidigare)
        )
    yield from _kontrollera_undantagets_slag(lage)
    yield from _kontrollera_undantagsbeslut(lage)


def _text_over_underskott(lage: _Lage, belopp: Decimal, underskott: Decimal) -> str:
    vad = "underskottet och det som var kvar av tidigare är" if lage.undantag_tidigare else "underskottet är"
    text = (
        f"Synnerliga skäl {lage.ar} är {lage.visa(belopp, underskott)} men {vad} "
        f"{lage.visa(underskott, belopp)}. Högst underskottet räknas (KL 11:13)."
    )
    return text + _om_avrundning(belopp - underskott, _grovsta(_matt_i_liggaren(lage.u)))


def _om_avrundning(differens: Decimal, precision: Decimal) -> str:
    return " Skillnaden kan bero på att beloppen är avrundade." if abs(differens) <= precision else ""


def _kontrollera_undantagets_slag(lage: _Lage) -> Iterator[Anmarkning]:
    beslut, raknat, underskott = (
        lage.u.synnerliga_skal_beslut,
        lage.kedja.synnerliga_skal,
        lage.kedja.underskott,
    )
    if _langre_tid(lage.u) and lage.u.synnerliga_skal.varde > 0:
        yield _varning(
            "BELOPP_MED_LANGRE_TID",
            f"Raden synnerliga skäl {lage.ar} har ett belopp, men beslutet ger bara längre tid. Beloppet räknas "
            "inte av. Registrera beslutet som en del om en del av underskottet inte ska återställas (KL 11:13).",
        )
    if beslut is None or _langre_tid(lage.u):
        return
    if not underskott:
        if not lage.u.synnerliga_skal.varde:
            yield _beslut_utan_verkan(lage)
    elif not raknat:
        yield _varning(
            "BESLUT_UTAN_BELOPP",
            f"Beslutet om synnerliga skäl {lage.ar} har inget belopp. Hela underskottet ska återställas (KL "
            "11:13).",
        )
    elif (raknat == underskott) != (beslut.slag is Undantagsslag.ALDRIG):
        omfattning = "hela" if raknat == underskott else "en del av"
        yield _info(
            "UNDANTAGETS_OMFATTNING",
            f"Synnerliga skäl {lage.ar} omfattar {omfattning} underskottet, men beslutet är antecknat som "
            "ett annat slag av undantag (KL 11:13).",
        )


def _beslut_utan_verkan(lage: _Lage) -> Anmarkning:
    """A decision without an amount, in a year without a deficit of its own: it frees nothing."""
    kvar = lage.ib - lage.aterstallt
    if kvar > 0:
        return _varning(
            "BESLUT_UTAN_BELOPP",
            f"Beslutet om synnerliga skäl {lage.ar} har inget belopp, så {lage.visa(kvar, NOLL)} av tidigare "
            f"underskott är kvar att återställa. Skriv beloppet på raden synnerliga skäl {lage.ar} (KL 11:13).",
        )
    return _varning(
        "BESLUT_UTAN_UNDERSKOTT",
        f"Beslutet om synnerliga skäl {lage.ar} har inget underskott att gälla: året har inget eget, och inget är kvar "
        "av tidigare (KL 11:13).",
    )


def _kontrollera_undantagsbeslut(lage: _Lage) -> Iterator[Anmarkning]:
    beslut = lage.u.synnerliga_skal_beslut
    senast, lagens = lage.u.senast_ar, _lagens_sista_ar(lage.ar)
    langre = senast is not None and lagens is not None and senast > lagens
    if beslut is None and (lage.u.synnerliga_skal.varde > 0 or langre):
        avisering = " är aviserat men inte beslutat. Det" if lage.u.aviserat else ""
        yield _varning(
            "UNDANTAG_UTAN_BESLUT",
            f"Undantaget {lage.ar}{avisering} saknar uppgift om fullmäktiges beslut: organ, datum, paragraf och motiv "
            "(KL 11:13).",
        )
    elif beslut is not None and beslut.saknas:
        yield _varning(
            "UNDANTAG_UTAN_BESLUT",
            f"Beslutet om synnerliga skäl {lage.ar} är ofullständigt. Det saknar {_uppraknat(beslut.saknas)} "
            "(KL 11:13).",
        )


def _uppraknat(delar: tuple[str, ...]) -> str:
    return delar[0] if len(delar) == 1 else f"{', '.join(delar[:-1])} och {delar[-1]}"


def _kontrollera_langre_tid(lage: _Lage) -> Iterator[Anmarkning]:
    """A longer time to restore: a later year than the law's, for a deficit that exists (KL 11:12, 11:13)."""
    senast, lagens = lage.u.senast_ar, _lagens_sista_ar(lage.ar)
    if not lage.kedja.underskott:
        if senast is not None or _langre_tid(lage.u):
            yield _fel(
                "LANGRE_TID_UTAN_UNDERSKOTT",
                f"Längre tid för återställning är angiven för {lage.ar}, men året har inget underskott (KL "
                "11:13).",
            )
    elif senast is None:
        if _langre_tid(lage.u):
            yield _varning(
                "LANGRE_TID_UTAN_AR",
                f"Beslutet om längre tid för underskottet {lage.ar} anger inget sista år. Lagens frist, till "
                f"och med {lagens}, gäller (KL 11:12).",
            )
    elif lagens is not None and senast < lagens:
        yield _fel(
            "SENAST_FORE_LAGENS_FRIST",
            f"Sista år för underskottet {lage.ar} är angivet till {senast}. Lagens frist är {lagens} och är "
            "den som räknas (KL 11:12).",
        )


def _kontrollera_atgardsplan(lage: _Lage) -> Iterator[Anmarkning]:
    if lage.kedja.ny_brist > 0 and lage.u.atgardsplan is None:
        yield _varning(
            "ATGARDSPLAN_SAKNAS",
            f"Underskottet {lage.ar}, {lage.visa(lage.kedja.ny_brist, NOLL)} att återställa, har ingen "
            "antecknad åtgärdsplan (KL 11:12).",
        )


def _kontrollera_frister(lage: _Lage) -> Iterator[Anmarkning]:
    """What is left when the last year to restore is reached or passed (KL 11:12).

    In a bokslut the last year has passed: only a decision by KL 11:13, which would have left nothing or moved the year,
    could have helped, not a plan.
    """
    for brist in lage.brister:
        if brist.kvar > 0 and brist.senast is not None and brist.senast <= lage.ar:
            yield _frist(lage, brist)


def _frist(lage: _Lage, brist: Brist) -> Anmarkning:
    kvar = lage.visa(brist.kvar, NOLL)
    if lage.u.slag is Arsslag.BOKSLUT and brist.senast == lage.ar:
        return _fel(
            "FRISTEN_PASSERAD",
            f"Av underskottet {brist.ar} återstår {kvar} i bokslutet {lage.ar}, det sista året att återställa det. Ett "
            "beslut att inte återställa det, eller att göra det under längre tid, är inte antecknat (KL 11:12–13).",
        )
    if brist.senast < lage.ar:
        return _fel(
            "FRISTEN_PASSERAD",
            f"Av underskottet {brist.ar} återstår {kvar} vid utgången av {lage.ar}. Det skulle ha varit "
            f"återställt senast {brist.senast} (KL 11:12).",
        )
    planar = [u.ar for u in lage.aren if u.atgardsplan]
    planar += [b.ar for b in lage.aren[0].ib_brister if b.ar and b.atgardsplan]
    if any(ar >= brist.ar for ar in planar):
        return _info(
            "SISTA_AR_MED_BESLUT",
            f"Av underskottet {brist.ar} återstår {kvar}. {lage.ar} är sista året att återställa det; "
            "åtgärdsplan är antecknad (KL 11:12).",
        )
    return _varning(
        "SISTA_AR_UTAN_BESLUT",
        f"Av underskottet {brist.ar} återstår {kvar}. {lage.ar} är sista året att återställa det och inget "
        "beslut om hur det ska ske är antecknat (KL 11:12).",
    )


def _kontrollera_max_reservering(lage: _Lage) -> Iterator[Anmarkning]:
    """The reservation against the yearly maximum (KL 11:14)."""
    if lage.max_till is None:
        yield from _varfor_inget_max(lage)
    elif lage.over_max:
        yield _fel("RESERVERING_OVER_MAX", _text_over_max(lage))


def _text_over_max(lage: _Lage) -> str:
    mer, hogst = lage.u.reservering, lage.max_till
    text = f"Reserveringen {lage.ar} är {lage.visa(mer, hogst)} men får vara högst {lage.visa(hogst, mer)} (KL 11:14)."
    if lage.kedja.fore_undantag < 0:
        text += " Det som överstiger det högsta ger inget nytt underskott att återställa."
    if lage.over_taket:
        text += " Den går också över resultatreservens tak."
    return text + _om_avrundning(mer - lage.utrymme, _grovsta(lage.u.poster.values()))


def _varfor_inget_max(lage: _Lage) -> Iterator[Anmarkning]:
    if lage.reserv is None:
        if lage.u.reservering:
            yield _fel(
                "RESERVERING_FORE_LAGEN", f"Det fanns ingen reserv att reservera till {lage.ar} (KL 11:14)."
            )
    elif lage.u.bas is not None and lage.u.bas.varde <= 0:
        yield _fel(
            "BAS_INTE_POSITIV",
            f"Skatteintäkter, generella statsbidrag och utjämning {lage.ar} ska tillsammans vara mer än "
            "noll.",
        )
    else:
        saknas = tuple(_saknat_underlag(lage.u))
        yield _info(
            "MAX_RESERVERING_EJ_PROVAD",
            f"Högsta tillåtna reservering {lage.ar} går inte att beräkna. Det saknas uppgift om "
            f"{_uppraknat(saknas)} (KL 11:14).",
        )


def _saknat_underlag(u: Arsunderlag) -> Iterator[str]:
    if u.bas is None:
        yield "basen (skatteintäkter, generella statsbidrag och utjämning)"
    if u.eget_kapital_inkl_pensioner is None:
        yield "eget kapital inklusive pensionsförpliktelser"


def _kontrollera_reservering(lage: _Lage) -> Iterator[Anmarkning]:
    """A reservation must not make the result negative, and should wait for earlier deficits."""
    if not lage.u.reservering:
        return
    if lage.kedja.fore_undantag < 0 and lage.max_till is None:
        yield _fel(
            "RESERVERING_GER_UNDERSKOTT",
            f"Balanskravsresultatet {lage.ar} är negativt efter reserveringen. Bara ett överskott får "
            "reserveras (KL 11:14).",
        )
    kvar = att_aterstalla(tuple(b for b in lage.brister if b.ar != lage.ar))
    if kvar > 0:
        yield _varning(
            "RESERVERING_FORE_ATERSTALLNING",
            f"{lage.ar} reserveras {lage.visa(lage.u.reservering)} medan {lage.visa(kvar, NOLL)} "
            "från tidigare år återstår att återställa. Återställ först (KL 11:12).",
        )


def _kontrollera_anvandning(lage: _Lage) -> Iterator[Anmarkning]:
    """A reserve covers a deficit, not more, and the use of it is explained (KL 11:14)."""
    if not lage.u.anvandning:
        return
    if lage.kedja.overskott:
        yield _varning(
            "RESERV_UTOVER_BALANS",
            f"Reserven används {lage.ar} så att balanskravsresultatet blir "
            f"{lage.visa(lage.kedja.overskott, NOLL)}. En reserv bör inte användas till mer än att nå noll "
            "(KL 11:14).",
        )
    if lage.reserv is Reservslag.RER:
        yield from _anvandning_fran_2024(lage)


def _anvandning_fran_2024(lage: _Lage) -> Iterator[Anmarkning]:
    if lage.rer_anvandning:
        yield _info(
            "RER_ANVANDNING_FORKLARAS",
            f"{lage.visa(lage.rer_anvandning, NOLL)} ur resultatreserven används {lage.ar}. Förklara med ord "
            "varför den används (KL 11:5, 11:14).",
        )
    aldre = lage.u.anvandning - lage.rer_anvandning
    sista = parametrar.RUR_SISTA_AR.for_ar(lage.ar)
    if aldre and lage.ar <= sista:
        yield _info(
            "RUR_ANVANDS",
            f"{lage.visa(aldre, NOLL)} räknas {lage.ar} som användning av äldre resultatutjämningsreserv, "
            f"som får användas till och med {sista}. Förklara med ord varför den "
            "används.",
        )
    elif aldre:
        yield _varning(
            "RUR_EFTER_SISTA_AR",
            f"{lage.visa(aldre, NOLL)} räknas {lage.ar} som användning av äldre resultatutjämningsreserv, "
            f"som fick användas till och med {sista}.",
        )


def _kontrollera_rer(lage: _Lage) -> Iterator[Anmarkning]:
    """The resultatreserv's balance and its cap of 5 % (KL 11:14)."""
    yield from _kontrollera_rer_ib(lage)
    if not lage.u.reservering or lage.tak is None:
        return
    if lage.rer_vid_start is None:
        yield _info(
            "RER_TAK_EJ_PROVAT",
            f"Resultatreservens saldo när {lage.ar} börjar är inte angivet. Därför är taket för reserven "
            "inte prövat (KL 11:14).",
        )
    elif lage.over_taket and not lage.over_max:  # a reservation too large is told once, see _text_over_max
        efter, andel = lage.rer_vid_start + lage.u.reservering, parametrar.RER_TAK_ANDEL.for_ar(lage.ar)
        yield _fel(
            "RER_OVER_TAKET",
            f"Resultatreserven blir {lage.visa(efter, lage.tak)} {lage.ar} men får vara högst "
            f"{lage.visa(lage.tak, efter)}, {formatera_procent(andel, decimaler=0)} av skatteintäkter, generella "
            "statsbidrag och utjämning (KL 11:14).",
        )


def _kontrollera_rer_ib(lage: _Lage) -> Iterator[Anmarkning]:
    angivet, forra = lage.u.rer_ib, lage.rer_enligt_forra
    if angivet is None:
        return
    if angivet.varde < 0:
        yield _fel("RER_IB_NEGATIV", f"Resultatreservens saldo när {lage.ar} börjar kan inte vara negativt.")
    elif angivet.varde and lage.rer_vid_start in (None, NOLL):
        yield _fel(
            "RER_IB_FORE_LAGEN",
            f"Resultatreserven finns från räkenskapsåret {parametrar.RER_TAK_ANDEL.varden[0].fran}. Saldot "
            f"när {lage.ar} börjar är därför noll (KL 11:14).",
        )
    elif forra is not None and abs(angivet.varde - forra) > max(lage.precision, angivet.precision):
        yield _varning(
            "RER_IB_AVVIKER",
            f"Resultatreserven när {lage.ar} börjar är angiven till {lage.visa(angivet.varde, forra)} men är "
            f"{lage.visa(forra, angivet.varde)} enligt året innan. Det angivna saldot räknas.",
        )


def _kontrollera_modell(lage: _Lage) -> Iterator[Anmarkning]:
    """Say whether the result is by blandmodell or by fullfondering, where there is a line for it."""
    if "blandmodell" not in lage.u.poster:
        return
    bland = lage.kedja.fore_undantag
    fullfondering = bland - lage.u.post("blandmodell")
    fore_skal = " före synnerliga skäl" if lage.kedja.synnerliga_skal else ""
    resultat = f"är {lage.visa(bland)}"
    tryckt = lage.u.publicerat.get("balanskravsresultat")
    # What was published is the figure, where it is the result that this speaks of.
    if tryckt and tryckt.varde != bland and lage.kedja.balanskravsresultat == bland:
        publicerat, raknat = lage.visa(tryckt.varde, bland), lage.visa(bland, tryckt.varde)
        resultat = f"är {publicerat} som publicerat och {raknat} enligt beräkningen"
    yield _info(
        "PROVAT_ENLIGT_BLANDMODELL",
        f"Balanskravet {lage.ar} prövas enligt blandmodellen. Resultatet{fore_skal} {resultat}. "
        f"Enligt fullfondering vore det {lage.visa(fullfondering)}.",
    )


def _kontrollera_publicerat(lage: _Lage) -> Iterator[Anmarkning]:
    """The published figures against the computed ones. Återställningskrav may be printed with either sign."""
    for nyckel, tryckt in lage.u.publicerat.items():
        beraknat, precision = _beraknat(lage, nyckel)
        varde = abs(tryckt.varde) if nyckel == "ub_aterstalla" else tryckt.varde
        precision = max(precision, tryckt.precision)
        yield from _jamfor(lage, nyckel.upper(), _etikett(nyckel), varde, beraknat, precision, "beräkningen")


def _beraknat(lage: _Lage, nyckel: str) -> tuple[Decimal, Decimal]:
    """The computed figure, and the coarsest precision of what it was computed from."""
    if nyckel == "resultat_efter_justeringar":
        return lage.kedja.resultat_efter_justeringar, _poster_precision(lage.u, JUSTERINGSPOSTER)
    if nyckel == "balanskravsresultat":
        return lage.kedja.balanskravsresultat, _radernas_precision(lage.u)
    return lage.ub, lage.precision


def _radernas_precision(u: Arsunderlag) -> Decimal:
    precision = _poster_precision(u, RESULTATPOSTER)
    return max(precision, _grovsta((u.synnerliga_skal,))) if u.synnerliga_skal_i_resultatet else precision


def _poster_precision(u: Arsunderlag, nycklar: tuple[str, ...]) -> Decimal:
    return _grovsta(u.poster[nyckel] for nyckel in nycklar if nyckel in u.poster)


def _etikett(nyckel: str) -> str:
    return next(rad.etikett for rad in RADER if rad.nyckel == nyckel)


def _jamfor(
    lage: _Lage, kod: str, etikett: str, angivet: Decimal, beraknat: Decimal, precision: Decimal, grund: str
) -> Iterator[Anmarkning]:
    """At most one step of precision apart is rounding, more is an error. Nothing is ever evened out."""
    differens = abs(angivet - beraknat)
    if not differens:
        return
    visa = lage.visa
    text = (
        f"{etikett} {lage.ar} är publicerat som {visa(angivet, beraknat)} men blir "
        f"{visa(beraknat, angivet)} enligt {grund}. Skillnaden, {visa(differens, NOLL)}, "
    )
    if differens <= precision:
        yield _info(f"AVRUNDNING_{kod}", text + "ryms inom avrundningen.")
    elif lage.u.omraknat:
        yield _info(f"OMRAKNAT_{kod}", text + "är omräkning: raderna är senare än det som publicerades.")
    else:
        yield _fel(
            f"AVVIKELSE_{kod}",
            text
            + "är större än avrundningen kan förklara. Är året omräknat sedan dess ska det märkas som omräknat.",
        )


KONTROLLER: tuple[Callable[[_Lage], Iterator[Anmarkning]], ...] = (
    _kontrollera_modell,
    _kontrollera_tecken,
    _kontrollera_arets_resultat,
    _kontrollera_halvfyllt,
    _kontrollera_budgeten,
    _kontrollera_ingaende,
    _kontrollera_ursprungsar,
    _kontrollera_undantag,
    _kontrollera_langre_tid,
    _kontrollera_atgardsplan,
    _kontrollera_frister,
    _kontrollera_max_reservering,
    _kontrollera_reservering,
    _kontrollera_anvandning,
    _kontrollera_rer,
    _kontrollera_publicerat,
)
