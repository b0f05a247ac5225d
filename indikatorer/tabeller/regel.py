"""A target rule as a sentence, so that whoever writes it sees how it is read."""

from indikatorer.regler.malregel import (
    Forandring,
    Forandringsslag,
    Forbattring,
    Hall,
    IngetMal,
    Intervall,
    Malregel,
    Malvarde,
    Operator,
    Riktningsmal,
    Troskel,
)
from indikatorer.regler.skrift import HARDBLANK, skriv_tal

_OPERATORER = {
    Operator.OVER: "mer än {}; {} räcker inte",
    Operator.MINST: "minst {}; {} räcker",
    Operator.UNDER: "mindre än {}; {} räcker inte",
    Operator.HOGST: "högst {}; {} räcker",
}


def i_ord(regel: Malregel) -> str:
    """What fulfils the rule, with what happens exactly at the limit."""
    match regel:
        case Troskel(operator, grans, enhet):
            tal = _med_enhet(grans, enhet)
            return f"Uppfyllt när värdet är {_OPERATORER[operator].format(tal, 'precis ' + tal)}."
        case Malvarde(grans, enhet):
            return (
                f"Uppfyllt när värdet är {_med_enhet(grans, enhet)} eller bättre, efter indikatorns riktning."
            )
        case Intervall(lagst, hogst, enhet):
            return f"Uppfyllt när värdet är {skriv_tal(lagst)} till {_med_enhet(hogst, enhet)}; gränserna räknas med."
        case Forandring(hall, operator, storlek, slag, per_ar):
            vad = {
                Forandringsslag.PROCENT: f"{HARDBLANK}%",
                Forandringsslag.PROCENTENHETER: " procentenheter",
            }
            mot = "året före, inget annat år" if per_ar else "det senaste jämförbara värdet"
            minst = "minst" if operator == Operator.MINST else "mer än"
            return (
                f"Uppfyllt när värdet {'ökar' if hall == Hall.OKNING else 'minskar'} med {minst} "
                f"{skriv_tal(storlek)}{vad.get(slag, '')} mot {mot}."
            )
        case Riktningsmal(hall):
            gar = "ökar" if hall == Hall.OKNING else "minskar"
            return f"Uppfyllt när värdet {gar}, hur lite som helst, mot det senaste jämförbara värdet."
        case Forbattring(minst):
            return (
                f"Uppfyllt när värdet är minst {skriv_tal(minst)} bättre än det senaste jämförbara värdet, "
                "också när det är flera år gammalt."
            )
        case IngetMal():
            return "Följs utan mål och kan ej bedömas."


def _med_enhet(tal, enhet: str) -> str:
    luft = "" if not enhet or enhet.startswith("/") else HARDBLANK
    return f"{skriv_tal(tal)}{luft}{enhet}"
