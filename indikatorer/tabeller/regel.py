"""A target rule as a sentence, so that whoever writes it sees how it is read."""

from decimal import Decimal

from indikatorer.regler.malregel import (
    Bevarande,
    Forandring,
    Forandringsslag,
    Forbattring,
    Hall,
    IngetMal,
    Intervall,
    Malregel,
    Malvarde,
    MotRiket,
    OlasligtMal,
    Operator,
    Riktning,
    Riktningsmal,
    Troskel,
)
from indikatorer.regler.matt import Matt, har_mangd
from indikatorer.regler.skala import fel_steg, flytta, steg_i_ord
from indikatorer.regler.skrift import HARDBLANK, skriv, skriv_tal

_OPERATORER = {
    Operator.OVER: "mer än {}; {} räcker inte",
    Operator.MINST: "minst {}; {} räcker",
    Operator.UNDER: "mindre än {}; {} räcker inte",
    Operator.HOGST: "högst {}; {} räcker",
}


def i_ord(regel: Malregel, *, procent: bool = False) -> str:
    """What fulfils the rule, with what happens exactly at the limit. `procent`: the measure itself is in percent, so
    that a change in percent has to say of what."""
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
        case Forandring(hall, operator, storlek, slag, per_ar, sedan):
            mot = "året före, inget annat år" if per_ar else _mot(sedan)
            gar = "ökar" if hall == Hall.OKNING else "minskar"
            return f"Uppfyllt när värdet {gar} med {_storlek(operator, storlek, slag, procent)} mot {mot}."
        case Riktningsmal(None, sedan):
            return f"Uppfyllt när värdet är bättre, hur lite som helst, än {_mot(sedan)}."
        case Riktningsmal(hall, sedan):
            gar = "ökar" if hall == Hall.OKNING else "minskar"
            return f"Uppfyllt när värdet {gar}, hur lite som helst, mot {_mot(sedan)}."
        case Bevarande(hall, sedan):
            hur = {Hall.OKNING: "lägre", Hall.MINSKNING: "högre", None: "sämre"}[hall]
            return f"Uppfyllt när värdet inte är {hur} än {_mot(sedan)}; samma värde räcker."
        case Forbattring(minst, slag, sedan, operator):
            mot = _mot(sedan) + ("" if sedan else ", också när det är flera år gammalt")
            return f"Uppfyllt när värdet är {_storlek(operator, minst, slag, procent)} bättre än {mot}."
        case MotRiket(hall, lika):
            hur = {Hall.OKNING: "högre än", Hall.MINSKNING: "lägre än", None: "bättre än"}[hall]
            samma = "samma värde räcker" if lika else "samma värde räcker inte"
            vad = (
                f"{hur} rikets värde samma år" if not lika else f"{hur} eller lika med rikets värde samma år"
            )
            return f"Uppfyllt när värdet är {vad}; {samma}. Utan värde för riket kan målet ej bedömas."
        case OlasligtMal(_, varfor):
            return varfor
        case IngetMal():
            return "Följs utan mål och kan ej bedömas."


def i_korthet(regel: Malregel, riktning: Riktning) -> str:
    """«Minst 80 %: högre är bättre», as it is read for a measure with a direction."""
    text = skriv(regel)
    match regel:
        case Malvarde(grans, enhet) if riktning != Riktning.INGEN:
            text = f"{'Minst' if riktning == Riktning.HOGRE else 'Högst'} {_med_enhet(grans, enhet)}"
        case Troskel(operator, grans, enhet):
            ord_ = {
                Operator.OVER: "Mer än", Operator.MINST: "Minst", Operator.UNDER: "Mindre än", Operator.HOGST: "Högst",
            }  # fmt: skip
            text = f"{ord_[operator]} {_med_enhet(grans, enhet)}"
        case Intervall():
            text = f"Mellan {skriv(regel)}"
    battre = {Riktning.HOGRE: "högre är bättre", Riktning.LAGRE: "lägre är bättre"}.get(riktning)
    text = text[:1].upper() + text[1:]
    return f"{text}: {battre}" if battre else text


def mot_riktningen(regel: Malregel, riktning: Riktning) -> bool:
    """Whether a target demands what the direction of its measure calls worse: «max 5 %» where higher is better."""
    match regel:
        case Troskel(operator):
            uppat = operator.uppat
        case Forandring(hall) | Riktningsmal(hall) | Bevarande(hall) | MotRiket(hall) if hall is not None:
            uppat = hall == Hall.OKNING
        case _:
            return False
    return riktning == (Riktning.LAGRE if uppat else Riktning.HOGRE)


def skalans_obs(regel: Malregel, matt: Matt, ar: int, varde: Decimal) -> str:
    """That a level looks to be written in another scale than the measure's value of a year; empty when it does not."""
    match regel:
        case Troskel(grans=grans) | Malvarde(grans) | Intervall(hogst=grans):
            tal = grans
        case _:
            return ""
    procent = matt.slag == "procent"
    steg = fel_steg(tal, varde, mangd=not procent) if procent or har_mangd(matt) else None
    # A target may well be ten times what it is now, but not more than all.
    if steg is None or (abs(steg) == 1 and not abs(tal) > 100):
        return ""
    return (
        f"Obs: {skriv_tal(tal)} ser ut att vara {steg_i_ord(steg)} mot värdet {skriv_tal(varde)} ({ar}). Menar du "
        f"{skriv_tal(flytta(tal, steg))}?"
    )


def _mot(sedan: int | None) -> str:
    return f"värdet {sedan}" if sedan else "det senaste jämförbara värdet"


def _storlek(operator: Operator, storlek, slag: Forandringsslag, procent: bool) -> str:
    minst = "minst" if operator == Operator.MINST else "mer än"
    enhet = {
        Forandringsslag.PROCENT: f"{HARDBLANK}%"
        + (" av det tidigare värdet (inte procentenheter)" if procent else ""),
        Forandringsslag.PROCENTENHETER: " procentenheter",
    }
    return f"{minst} {skriv_tal(storlek)}{enhet.get(slag, '')}"


def _med_enhet(tal, enhet: str) -> str:
    luft = "" if not enhet or enhet.startswith("/") else HARDBLANK
    return f"{skriv_tal(tal)}{luft}{enhet}"
