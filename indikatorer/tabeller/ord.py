"""Judgements and values as short words and shapes for pages; their sentences are `tabeller.bedomning`'s."""

from dataclasses import dataclass

from indikatorer.models import Enhetsslag, Indikator, Saknas
from indikatorer.regler.bedomning import Bedomning, Utfall
from indikatorer.regler.malregel import IngetMal, Malregel, Matvarde
from indikatorer.regler.skrift import skriv
from indikatorer.tabeller.bedomning import UTFALL, enhetsord, tal_text, varde_text


@dataclass(frozen=True, slots=True)
class Lage:
    """A judgement as shape (`_komponenter/lagesform.html`) and word."""

    slag: str
    text: str


_FORMER = {
    Utfall.UPPFYLLT: "klart",
    Utfall.EJ_UPPFYLLT: "avvikelse",
    Utfall.KAN_EJ_BEDOMAS: "ej_startat",
}
LAGEN = {utfall: Lage(form, UTFALL[utfall]) for utfall, form in _FORMER.items()}
# A cell that has neither value nor target for the year.
INGET = Lage("ej_startat", "Varken värde eller mål")
# The short words of a table or a chart, which the foot of the table explains.
KORTA = {Saknas.IU: "iu", Saknas.UNDERTRYCKT: "dolt", Saknas.EJ_MATT: "ej mätt"}
KORTA_I_ORD = "iu = ingen uppgift, dolt = färre än fem och visas inte, ej mätt = inte mätt det året"


def kort(indikator: Indikator, m: Matvarde | None) -> str:
    """The value, or the short word for why there is none."""
    if m is None:
        return "–"
    return KORTA[m.saknas] if m.varde is None else varde_text(indikator, m)


def kort_tal(indikator: Indikator, m: Matvarde | None) -> str:
    """As `kort`, with no more of the unit than a percent sign."""
    if m is None or m.varde is None or indikator.enhetsslag == Enhetsslag.PROCENT:
        return kort(indikator, m)
    return tal_text(indikator, m)


def egen_enhet(indikator: Indikator) -> str:
    """The unit where a number does not say it: «per 100 disponibla vårdplatser», «miljoner»."""
    return enhetsord(indikator)


def skriv_mal(regel: Malregel) -> str:
    """«≥ 80 %», or that there is none."""
    return "inget mål" if isinstance(regel, IngetMal) else skriv(regel)


def lage(b: Bedomning | None) -> Lage:
    return LAGEN[b.utfall] if b else INGET
