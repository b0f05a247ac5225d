"""The target rules of the region's documents, one class each, and what each says of a value.

A rule compares numbers in one and the same unit and knows nothing of how they are shown. Its written form is read and
written by `regler.skrift`. Sources: Uppföljningsplan 2024 and the appendix of indicators of HSN's verksamhetsberättelse
2024, whose foot says what «-» means for Nationell patientenkät.
"""

from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from typing import NamedTuple

# Wide enough for the product of any two values that the database takes, so that no comparison is rounded.
EXAKT = Context(prec=60)
_HUNDRA = Decimal(100)


class Riktning(StrEnum):
    HOGRE = "hogre"
    LAGRE = "lagre"
    INGEN = "ingen"


class Hall(StrEnum):
    OKNING = "okning"
    MINSKNING = "minskning"


class Operator(StrEnum):
    OVER = ">"
    MINST = "≥"
    UNDER = "<"
    HOGST = "≤"

    @property
    def uppat(self) -> bool:
        """Whether higher values are the ones that fulfil."""
        return self in (Operator.OVER, Operator.MINST)

    @property
    def grans_ingar(self) -> bool:
        """Whether the limit itself fulfils."""
        return self in (Operator.MINST, Operator.HOGST)

    def haller(self, overskott: Decimal) -> bool:
        """Whether a value fulfils that lies `overskott` on the good side of the limit (negative: on the bad side)."""
        return overskott > 0 or (overskott == 0 and self.grans_ingar)


class Forandringsslag(StrEnum):
    ABSOLUT = "absolut"
    PROCENT = "procent"
    PROCENTENHETER = "procentenheter"


class Skal(StrEnum):
    """Why nothing can be judged."""

    INGET_MAL = "inget_mal"
    VARDE_SAKNAS = "varde_saknas"
    BARA_ENHETER = "bara_enheter"
    BARA_DELAR_AV_ARET = "bara_delar_av_aret"
    INGET_TIDIGARE = "inget_tidigare"
    INTE_ARET_FORE = "inte_aret_fore"
    TIDIGARE_NOLL = "tidigare_noll"
    ARET_SAKNAS = "aret_saknas"
    RIKTNING_SAKNAS = "riktning_saknas"
    RIKET_SAKNAS = "riket_saknas"
    MAL_OLASLIGT = "mal_olasligt"


# Values and judgements are tuples and no dataclasses: a year has tens of thousands, and tuples are made faster.
class Matvarde(NamedTuple):
    """A value of a year, or why there is none (`saknas`). `brott`: not comparable with anything earlier."""

    ar: int
    varde: Decimal | None
    preliminar: bool = False
    brott: bool = False
    saknas: str = ""


class Underlag(NamedTuple):
    """What is judged: the year's value, the same cell's earlier ones with the latest first, and which way is better.

    `aldre` are those before `tidigare`, which only a rule that names a year looks at. `riket` is the country's value
    of the same year, where it has been read in. `annars` is why the year has no value when others than what is judged
    have one: several enheter, or parts of the year.
    """

    nu: Matvarde | None
    tidigare: tuple[Matvarde, ...] = ()
    riktning: Riktning = Riktning.HOGRE
    aldre: tuple[Matvarde, ...] = ()
    riket: Matvarde | None = None
    annars: Skal | None = None

    @property
    def jamforbart(self) -> Matvarde | None:
        """The latest earlier value that the year's can be compared with; it need not be from the year before."""
        if self.nu is None or self.nu.brott:
            return None
        for m in self.tidigare:
            if m.varde is not None:
                return m
            if m.brott:
                return None
        return None

    def jamforbart_fran(self, ar: int | None) -> Matvarde | None:
        """The value of a named year, where the year's can be compared with it; None for `ar`: `jamforbart`."""
        if ar is None:
            return self.jamforbart
        if self.nu is None or self.nu.brott:
            return None
        for m in (*self.tidigare, *self.aldre):
            if m.ar == ar and m.varde is not None:
                return m
            if m.brott or m.ar <= ar:
                return None
        return None


class Provning(NamedTuple):
    """What a rule says. `uppfyllt` is None when it cannot say (`skal`). `avstand` is how far on the good side of the
    limit the value, or the change, lies (negative: what is lacking), in the rule's own unit. A change is given with
    what it is counted from."""

    uppfyllt: bool | None = None
    skal: Skal | None = None
    avstand: Decimal | None = None
    fore: Matvarde | None = None
    forandring: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Troskel:
    """«>95%», «≥80 %», «<0,5/100 vpl.»: on the right side of a limit. `enhet` is what is written after the number."""

    operator: Operator
    grans: Decimal
    enhet: str = ""

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        avstand = EXAKT.subtract(varde, self.grans)
        avstand = avstand if self.operator.uppat else -avstand
        return Provning(self.operator.haller(avstand), avstand=avstand)


@dataclass(frozen=True, slots=True)
class Malvarde:
    """«100%», «75 procent»: a level without a sign, reached when the value is there or better."""

    grans: Decimal
    enhet: str = ""

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        if underlag.riktning == Riktning.INGEN:
            return Provning(skal=Skal.RIKTNING_SAKNAS)
        operator = Operator.MINST if underlag.riktning == Riktning.HOGRE else Operator.HOGST
        return Troskel(operator, self.grans).prova(varde, underlag)


@dataclass(frozen=True, slots=True)
class Intervall:
    """«40–60 %»: between two limits, both of which count."""

    lagst: Decimal
    hogst: Decimal
    enhet: str = ""

    def __post_init__(self):
        if self.lagst > self.hogst:
            raise ValueError("Intervallets nedre gräns ligger över den övre.")

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        avstand = min(EXAKT.subtract(varde, self.lagst), EXAKT.subtract(self.hogst, varde))
        return Provning(avstand >= 0, avstand=avstand)


@dataclass(frozen=True, slots=True)
class Forandring:
    """«ökning ≥10%/år», «minskning ≥ 10 % sedan 2019»: a change of at least (or more than) `storlek` the way of `hall`.

    `per_ar` compares with the year before and no other, `sedan` with that year and no other; otherwise with the latest
    comparable value. A percentage is of the earlier value.
    """

    hall: Hall
    operator: Operator
    storlek: Decimal
    slag: Forandringsslag
    per_ar: bool = False
    sedan: int | None = None

    def __post_init__(self):
        if not self.operator.uppat:
            raise ValueError("En förändring är minst eller mer än något.")
        if self.per_ar and self.sedan is not None:
            raise ValueError("En förändring är per år eller sedan ett år.")

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        fore = underlag.jamforbart_fran(self.sedan)
        if fore is None:
            return _utan_tidigare(self.sedan)
        if self.per_ar and fore.ar != underlag.nu.ar - 1:
            return Provning(skal=Skal.INTE_ARET_FORE, fore=fore)
        skillnad = EXAKT.subtract(varde, fore.varde)
        at_hallet = skillnad if self.hall == Hall.OKNING else -skillnad
        if self.slag != Forandringsslag.PROCENT:
            avstand = EXAKT.subtract(at_hallet, self.storlek)
            return Provning(self.operator.haller(avstand), avstand=avstand, fore=fore, forandring=skillnad)
        if fore.varde == 0:
            return Provning(skal=Skal.TIDIGARE_NOLL, fore=fore)
        bas = abs(fore.varde)
        # Multiplied out: a quotient may have no last digit, and the limit is judged exactly.
        kvar = EXAKT.subtract(EXAKT.multiply(at_hallet, _HUNDRA), EXAKT.multiply(self.storlek, bas))
        procent = EXAKT.divide(EXAKT.multiply(skillnad, _HUNDRA), bas)
        return Provning(
            self.operator.haller(kvar), avstand=EXAKT.divide(kvar, bas), fore=fore, forandring=procent
        )


@dataclass(frozen=True, slots=True)
class Riktningsmal:
    """«Ökning», «Minskning sedan 2019», «Förbättring» (`hall` None: the better way): any change that way since the
    latest comparable value, or since that of the year `sedan`."""

    hall: Hall | None
    sedan: int | None = None

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        return _mot_tidigare(varde, underlag, self.hall, self.sedan, lika=False)


@dataclass(frozen=True, slots=True)
class Bevarande:
    """«ska inte öka», «ska inte minska», «inte sämre än senaste värdet»: not past the latest comparable value, or that
    of the year `sedan`, which itself fulfils. `hall` is the way that is allowed (None: the better)."""

    hall: Hall | None
    sedan: int | None = None

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        return _mot_tidigare(varde, underlag, self.hall, self.sedan, lika=True)


@dataclass(frozen=True, slots=True)
class Forbattring:
    """«förbättring ≥ 1,0»: better by at least `minst` than the latest comparable measurement, however old, or than
    that of the year `sedan`.

    Nationell patientenkät without a target of its own: at least one (1,0) unit.
    """

    minst: Decimal
    slag: Forandringsslag = Forandringsslag.ABSOLUT
    sedan: int | None = None
    operator: Operator = Operator.MINST

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        if (hall := _battre(underlag.riktning)) is None:
            return Provning(skal=Skal.RIKTNING_SAKNAS)
        return Forandring(hall, self.operator, self.minst, self.slag, sedan=self.sedan).prova(varde, underlag)


@dataclass(frozen=True, slots=True)
class MotRiket:
    """«bättre än riket», «minst lika bra som riket», «lägre än riket»: on the side of `hall` (None: the better) of the
    country's value of the same year, which itself fulfils if `lika`."""

    hall: Hall | None
    lika: bool

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        hall = self.hall or _battre(underlag.riktning)
        if hall is None:
            return Provning(skal=Skal.RIKTNING_SAKNAS)
        riket = underlag.riket
        if riket is None or riket.varde is None:
            return Provning(skal=Skal.RIKET_SAKNAS)
        skillnad = EXAKT.subtract(varde, riket.varde)
        avstand = skillnad if hall == Hall.OKNING else -skillnad
        return Provning(avstand > 0 or (self.lika and avstand == 0), avstand=avstand, fore=riket)


@dataclass(frozen=True, slots=True)
class IngetMal:
    """«-»: followed without a target."""

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        return Provning(skal=Skal.INGET_MAL)


@dataclass(frozen=True, slots=True)
class OlasligtMal:
    """A stored text that is no target any more, and the sentence that says why. It judges nothing."""

    text: str
    varfor: str

    def prova(self, varde: Decimal, underlag: Underlag) -> Provning:
        return Provning(skal=Skal.MAL_OLASLIGT)


def _battre(riktning: Riktning) -> Hall | None:
    return {Riktning.HOGRE: Hall.OKNING, Riktning.LAGRE: Hall.MINSKNING}.get(riktning)


def _utan_tidigare(sedan: int | None) -> Provning:
    return Provning(skal=Skal.INGET_TIDIGARE if sedan is None else Skal.ARET_SAKNAS)


def _mot_tidigare(
    varde: Decimal, underlag: Underlag, hall: Hall | None, sedan: int | None, *, lika: bool
) -> Provning:
    hall = hall or _battre(underlag.riktning)
    if hall is None:
        return Provning(skal=Skal.RIKTNING_SAKNAS)
    fore = underlag.jamforbart_fran(sedan)
    if fore is None:
        return _utan_tidigare(sedan)
    skillnad = EXAKT.subtract(varde, fore.varde)
    avstand = skillnad if hall == Hall.OKNING else -skillnad
    return Provning(avstand > 0 or (lika and avstand == 0), avstand=avstand, fore=fore, forandring=skillnad)


Malregel = (
    Troskel
    | Malvarde
    | Intervall
    | Forandring
    | Riktningsmal
    | Bevarande
    | Forbattring
    | MotRiket
    | IngetMal
    | OlasligtMal
)
