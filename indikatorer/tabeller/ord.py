"""Values and judgements as they are read."""

from dataclasses import dataclass
from decimal import Decimal

from indikatorer.models import Enhetsslag, Indikator
from indikatorer.regler.bedomning import Bedomning, Trend, Utfall
from indikatorer.regler.malregel import IngetMal, Malregel, Matvarde
from indikatorer.regler.skrift import skriv
from regionskane.lib.belopp import HARDBLANK, formatera_fullt


@dataclass(frozen=True, slots=True)
class Lage:
    """A judgement as shape (`_komponenter/lagesform.html`) and word."""

    slag: str
    text: str


LAGEN = {
    Utfall.UPPFYLLT: Lage("klart", "Uppfyllt"),
    Utfall.EJ_UPPFYLLT: Lage("avvikelse", "Ej uppfyllt"),
    Utfall.KAN_EJ_BEDOMAS: Lage("ej_startat", "Kan inte bedömas"),
}
# A cell that has neither value nor target for the year.
INGET = Lage("ej_startat", "Varken värde eller mål")
TRENDER = {
    Trend.BATTRE: "Bättre än förra mätningen",
    Trend.SAMRE: "Sämre än förra mätningen",
    Trend.OFORANDRAD: "Oförändrat sedan förra mätningen",
    Trend.OKAR: "Ökar",
    Trend.MINSKAR: "Minskar",
    Trend.OKAND: "Ingen tidigare mätning att jämföra med",
}
SAKNAS = {"iu": "iu", "undertryckt": "dolt", "ej_matt": "ej mätt"}
SKAL = {
    "iu": "ingen uppgift",
    "undertryckt": "visas inte, färre än fem",
    "ej_matt": "inte mätt",
}


def skriv_varde(indikator: Indikator, varde: Decimal, *, enhet: bool = True, tecken: bool = False) -> str:
    """«66,7 %», «300»: at least the decimals of the indikator, and all that the value was given with."""
    text = formatera_fullt(varde, minst=max(indikator.decimaler, -varde.as_tuple().exponent))
    if tecken and varde > 0:
        text = f"+{text}"
    return f"{text}{HARDBLANK}%" if enhet and indikator.enhetsslag == Enhetsslag.PROCENT else text


def skriv_matvarde(indikator: Indikator, m: Matvarde | None, *, enhet: bool = True) -> str:
    """The value, or the short word for why there is none."""
    if m is None:
        return "–"
    return SAKNAS.get(m.saknas, "–") if m.varde is None else skriv_varde(indikator, m.varde, enhet=enhet)


def skriv_mal(regel: Malregel) -> str:
    """«≥ 80 %», or that there is none."""
    return "inget mål" if isinstance(regel, IngetMal) else skriv(regel)


def lage(b: Bedomning | None) -> Lage:
    return LAGEN[b.utfall] if b else INGET


def motivera(b) -> str:
    return ""
