"""A judgement in words: the one place where its arithmetic is written.

«66,7 % mot >95 %», «+1,6 sedan 2023, kravet är ≥ 1,0». Hard spaces inside figures, as everywhere on pages.
"""

from decimal import ROUND_HALF_UP, Decimal

from indikatorer.models import Enhetsslag, Indikator, Saknas
from indikatorer.regler.bedomning import Bedomning, Trend, Utfall
from indikatorer.regler.malregel import (
    EXAKT,
    Bevarande,
    Forandring,
    Forandringsslag,
    Forbattring,
    Hall,
    Intervall,
    Malvarde,
    Matvarde,
    MotRiket,
    Riktning,
    Riktningsmal,
    Skal,
    Troskel,
)
from indikatorer.regler.skrift import HARDBLANK, MINUS, skriv, skriv_tal

UTFALL = {
    Utfall.UPPFYLLT: "Uppfyllt",
    Utfall.EJ_UPPFYLLT: "Ej uppfyllt",
    Utfall.KAN_EJ_BEDOMAS: "Kan ej bedömas",
}
TRENDER = {
    Trend.BATTRE: "Bättre",
    Trend.SAMRE: "Sämre",
    Trend.OFORANDRAD: "Oförändrat",
    Trend.OKAR: "Ökar",
    Trend.MINSKAR: "Minskar",
    Trend.OKAND: "Inget att jämföra med",
}
# Of a percentage, which may have no last digit.
_FLEST_DECIMALER = 20
_RIKTNINGAR = {Hall.OKNING: "ökning", Hall.MINSKNING: "minskning", None: "förbättring"}
_BEVARANDEN = {
    Hall.OKNING: "ingen minskning",
    Hall.MINSKNING: "ingen ökning",
    None: "ingen försämring",
}
_SAKNAS = {
    Saknas.IU: "ingen uppgift",
    Saknas.UNDERTRYCKT: "visas inte, färre än fem",
    Saknas.EJ_MATT: "inte mätt",
}


def varde_text(indikator: Indikator, matvarde: Matvarde | None) -> str:
    """«66,7 %», «18 164», «3,3 miljoner», «1,1 per 100 disponibla vårdplatser», or why there is none («ingen uppgift»).

    At least the indikator's decimals, and never fewer than the value has.
    """
    if matvarde is None:
        return "inget värde"
    if matvarde.varde is None:
        return _SAKNAS[matvarde.saknas]
    return _med_enhet(indikator, _tal(indikator, matvarde.varde))


def tal_text(indikator: Indikator, matvarde: Matvarde | None) -> str:
    """The value without its unit, for a column that says it; as `varde_text` where there is none."""
    if matvarde is None or matvarde.varde is None:
        return varde_text(indikator, matvarde)
    return _tal(indikator, matvarde.varde)


def skillnad_text(indikator: Indikator, skillnad: Decimal | None) -> str:
    """«+1,6», «−4 procentenheter»; empty when there is nothing to compare with."""
    if skillnad is None:
        return ""
    return _i_steg(indikator, _med_tecken(_tal(indikator, skillnad), skillnad))


def jamforelse_text(indikator: Indikator, b: Bedomning) -> str:
    """What the value is compared with: «79,2 (2023)», or empty."""
    return "" if b.fore is None else f"{_tal(indikator, b.fore.varde)} ({b.fore.ar})"


def avstand_text(indikator: Indikator, b: Bedomning) -> str:
    """How far it is: «28,3 procentenheter saknas», «2,5 procentenheter över gränsen», «2,0 innanför gränsen», «1,0 mer
    än kravet» (of a change), «precis på gränsen»; empty when nothing is judged."""
    if b.avstand is None:
        return ""
    if b.avstand == 0:
        return "precis på gränsen"
    i_procent = isinstance(b.regel, Forandring | Forbattring) and b.regel.slag == Forandringsslag.PROCENT
    tal = _tal(indikator, abs(b.avstand)) if not i_procent else _avrundat(abs(b.avstand), Decimal(0))
    tal = f"{tal}{HARDBLANK}procentenheter" if i_procent else _i_steg(indikator, tal)
    return f"{tal} {_sida(indikator, b)}"


def _sida(indikator: Indikator, b: Bedomning) -> str:
    """Which side of what is demanded it lies on."""
    match b.regel:
        case Intervall():
            return "utanför gränsen" if b.avstand < 0 else "innanför gränsen"
        case _ if b.avstand < 0:
            return "saknas"
        case Troskel(operator):
            return "över gränsen" if operator.uppat else "under gränsen"
        case Malvarde():
            return "över gränsen" if indikator.riktning == Riktning.HOGRE else "under gränsen"
        case MotRiket():
            return "från rikets värde"
    return "mer än kravet"


def motivering(indikator: Indikator, b: Bedomning) -> str:
    """The arithmetic of a judgement in words, one or two clauses."""
    text = _karna(indikator, b)
    if b.preliminar and b.utfall != Utfall.KAN_EJ_BEDOMAS:
        return f"{text}; preliminärt"
    return text


def _karna(indikator: Indikator, b: Bedomning) -> str:
    match b.skal:
        case Skal.INGET_MAL:
            if b.nu and b.nu.varde is not None:
                return "Inget mål är satt"
            return f"Inget mål är satt; {varde_text(indikator, b.nu)}"
        case Skal.VARDE_SAKNAS:
            return f"Värdet saknas: {varde_text(indikator, b.nu)}; målet är {skriv(b.regel, tatt=True)}"
        case Skal.BARA_ENHETER:
            return (
                f"Hela regionen har inget värde, flera enheter har egna; målet är {skriv(b.regel, tatt=True)}"
            )
        case Skal.BARA_DELAR_AV_ARET:
            return f"Hela året har inget värde, en del av det har; målet är {skriv(b.regel, tatt=True)}"
        case Skal.INGET_TIDIGARE:
            return (
                f"{varde_text(indikator, b.nu)}, men inget tidigare värde går att jämföra med; {_kravet(b)}"
            )
        case Skal.INTE_ARET_FORE:
            return f"Senaste jämförbara värde är från {b.fore.ar}, men målet gäller förändring på ett år; {_kravet(b)}"
        case Skal.TIDIGARE_NOLL:
            return f"Värdet {b.referens.ar} var noll, så ingen förändring i procent går att räkna"
        case Skal.ARET_SAKNAS:
            return f"{varde_text(indikator, b.nu)}, men inget jämförbart värde finns för {b.regel.sedan}; {_kravet(b)}"
        case Skal.RIKET_SAKNAS:
            return f"{varde_text(indikator, b.nu)}, men värde för riket saknas för {b.nu.ar}; {_kravet(b)}"
        case Skal.MAL_OLASLIGT:
            return f"Målnivån går inte att läsa: {b.regel.varfor.rstrip('.')}"
        case Skal.RIKTNING_SAKNAS:
            return "Det är inte bestämt om högre eller lägre är bättre"
    match b.regel:
        case Forandring(slag=Forandringsslag.PROCENT) | Forbattring(slag=Forandringsslag.PROCENT):
            forandring = _med_tecken(_avrundat(abs(b.forandring), _kravd(b.regel)), b.forandring)
            return f"{forandring}{HARDBLANK}% sedan {b.referens.ar}, {_kravet(b)}"
        case Forandring() | Forbattring():
            forandring = _med_tecken(_tal(indikator, b.forandring), b.forandring)
            return f"{forandring} sedan {b.referens.ar}, {_kravet(b)}"
        case Riktningsmal() | Bevarande():
            if b.forandring == 0:
                return f"Oförändrat sedan {b.referens.ar}, {_kravet(b)}"
            forandring = _med_tecken(_tal(indikator, b.forandring), b.forandring)
            return f"{forandring} sedan {b.referens.ar}, {_kravet(b)}"
        case MotRiket():
            return (
                f"{varde_text(indikator, b.nu)} mot {_tal(indikator, b.referens.varde)} i riket, {_kravet(b)}"
            )
    text = f"{varde_text(indikator, b.nu)} mot {_utan_upprepning(indikator, b)}"
    if b.avstand == 0 and b.utfall == Utfall.EJ_UPPFYLLT:
        return f"{text}; gränsen räknas inte"
    if b.avstand == 0:
        return f"{text}; gränsen räknas"
    return text


def _utan_upprepning(indikator: Indikator, b: Bedomning) -> str:
    """The target as it is written, and for a level without a sign which way it is read."""
    text = skriv(b.regel, tatt=True)
    if isinstance(b.regel, Malvarde):
        return f"{text} ({'minst' if indikator.riktning == Riktning.HOGRE else 'högst'})"
    return text


def _kravet(b: Bedomning) -> str:
    match b.regel:
        case Forbattring():
            return f"kravet är {skriv(b.regel).removeprefix('förbättring ')}"
        case Riktningsmal(hall, None):
            return f"kravet är en {_RIKTNINGAR[hall]}"
        case Bevarande(hall, None):
            return f"kravet är {_BEVARANDEN[hall]}"
        case Bevarande(None, sedan):
            return f"kravet är inte sämre än {sedan}"
        case Bevarande(hall, sedan):
            return f"kravet är {_BEVARANDEN[hall]} sedan {sedan}"
    return f"kravet är {skriv(b.regel)}"


def _tal(indikator: Indikator, tal: Decimal) -> str:
    """Exactly the digits that there are, filled up to the indikator's decimals."""
    if -tal.as_tuple().exponent < indikator.decimaler:
        tal = tal.quantize(Decimal(1).scaleb(-indikator.decimaler))
    return skriv_tal(tal)


def _kravd(regel: Forandring | Forbattring) -> Decimal:
    return regel.storlek if isinstance(regel, Forandring) else regel.minst


def _avrundat(tal: Decimal, grans: Decimal) -> str:
    """With one decimal, or as many more as it takes to read it on the same side of a limit: +3,4989 % is no +3,5 %
    where that is demanded."""
    for decimaler in range(1, _FLEST_DECIMALER):
        avrundat = tal.quantize(Decimal(1).scaleb(-decimaler), rounding=ROUND_HALF_UP, context=EXAKT)
        if avrundat.compare(grans) == tal.compare(grans):
            break
    return skriv_tal(avrundat)


def _med_tecken(tal: str, varde: Decimal) -> str:
    tal = tal.lstrip(MINUS)
    return tal if varde == 0 else f"{'+' if varde > 0 else MINUS}{tal}"


def enhetsord(indikator: Indikator) -> str:
    """The unit that a value is read with: «miljoner», «dagar», «betyg av fem». Empty where the number says it all, a
    bare count or index, and for a percentage, whose unit is its sign."""
    return "" if indikator.enhetsslag in (indikator.enhet, Enhetsslag.PROCENT) else indikator.enhet


def _med_enhet(indikator: Indikator, tal: str) -> str:
    if indikator.enhetsslag == Enhetsslag.PROCENT:
        return f"{tal}{HARDBLANK}%"
    return f"{tal}{HARDBLANK}{enhet}" if (enhet := enhetsord(indikator)) else tal


def _i_steg(indikator: Indikator, tal: str) -> str:
    """A difference between two values, which for percentages is in procentenheter."""
    if indikator.enhetsslag == Enhetsslag.PROCENT:
        return f"{tal}{HARDBLANK}procentenheter"
    enhet = enhetsord(indikator) if indikator.enhetsslag in (Enhetsslag.TID, Enhetsslag.ANTAL) else ""
    return f"{tal}{HARDBLANK}{enhet}" if enhet else tal
