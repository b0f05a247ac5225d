"""Whether a target is met, and which way it goes."""

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from indikatorer.regler.malregel import (
    EXAKT,
    IngetMal,
    Malregel,
    Matvarde,
    OlasligtMal,
    Riktning,
    Skal,
    Underlag,
)


class Utfall(StrEnum):
    UPPFYLLT = "uppfyllt"
    EJ_UPPFYLLT = "ej_uppfyllt"
    KAN_EJ_BEDOMAS = "kan_ej_bedomas"


class Trend(StrEnum):
    BATTRE = "battre"
    SAMRE = "samre"
    OFORANDRAD = "oforandrad"
    OKAR = "okar"
    MINSKAR = "minskar"
    OKAND = "okand"


class Bedomning(NamedTuple):
    """The judgement and everything that its words are made of (`tabeller.bedomning` writes them).

    `avstand` is how far on the good side of the limit it lies (negative: what is lacking), in the rule's unit.
    `fore` is the latest comparable value, `skillnad` the year's value minus that one; `forandring` is the
    same in the rule's unit when the rule is about a change. `referens` is what the rule itself compares with, where it
    does: the latest comparable value, that of a named year or the country's. `preliminar`: a figure that it stands on
    may be revised.
    """

    utfall: Utfall
    regel: Malregel
    nu: Matvarde | None
    skal: Skal | None = None
    avstand: Decimal | None = None
    fore: Matvarde | None = None
    forandring: Decimal | None = None
    skillnad: Decimal | None = None
    trend: Trend = Trend.OKAND
    preliminar: bool = False
    referens: Matvarde | None = None


_INGET_MAL = IngetMal()


def bedom(regel: Malregel | None, underlag: Underlag) -> Bedomning:
    """Judge the year's value by a rule. No rule is as «-», and a missing value is never judged."""
    regel = regel or _INGET_MAL
    nu = underlag.nu
    if nu is None or nu.varde is None:
        # Without a target it is the target that is lacking, whatever else.
        saknas = {IngetMal: Skal.INGET_MAL, OlasligtMal: Skal.MAL_OLASLIGT}
        skal = saknas.get(type(regel), underlag.annars or Skal.VARDE_SAKNAS)
        return Bedomning(Utfall.KAN_EJ_BEDOMAS, regel, nu, skal)
    p = regel.prova(nu.varde, underlag)
    fore = underlag.jamforbart
    skillnad = None if fore is None else EXAKT.subtract(nu.varde, fore.varde)
    utfall = (
        Utfall.KAN_EJ_BEDOMAS if p.uppfyllt is None else Utfall.UPPFYLLT if p.uppfyllt else Utfall.EJ_UPPFYLLT
    )
    return Bedomning(
        utfall,
        regel,
        nu,
        p.skal,
        p.avstand,
        fore,
        p.forandring,
        skillnad,
        _trend(skillnad, underlag.riktning),
        nu.preliminar or (p.avstand is not None and p.fore is not None and p.fore.preliminar),
        p.fore,
    )


def _trend(skillnad: Decimal | None, riktning: Riktning) -> Trend:
    if skillnad is None:
        return Trend.OKAND
    if skillnad == 0:
        return Trend.OFORANDRAD
    if riktning == Riktning.INGEN:
        return Trend.OKAR if skillnad > 0 else Trend.MINSKAR
    return Trend.BATTRE if (skillnad > 0) == (riktning == Riktning.HOGRE) else Trend.SAMRE
