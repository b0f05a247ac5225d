"""A version's way to its decision, as steps."""

from dataclasses import dataclass

from django.utils.formats import date_format

from budget.models import Budgetversion, Versionstyp


@dataclass(frozen=True, slots=True)
class Steg:
    """A step: `klart` when it is behind the version, `nu` when the version stands there."""

    namn: str
    text: str
    klart: bool
    nu: bool


def bygg_steg(version: Budgetversion) -> tuple[Steg, ...]:
    """Förslag, beredd, fastställd, with who decided. Nothing for a version that nobody decides on."""
    if version.typ not in (Versionstyp.BUDGET, Versionstyp.TILLAGG):
        return ()
    nu = 2 if version.faststalld else 1 if version.beredd else 0
    forslag = "Låst" if version.last and nu == 0 else "Öppen för inmatning"
    publicerad = "Så står den i den publicerade handlingen"
    texter = (
        forslag if nu == 0 else "",
        _beslut(version.beredd_organ, version.beredd_datum, version.beredd_paragraf),
        _beslut(version.beslut_organ, version.beslut_datum, version.beslut_paragraf)
        or (publicerad if version.faststalld else "Blir inte ändrad mer"),
    )
    return tuple(
        Steg(namn, text, i < nu, i == nu)
        for i, (namn, text) in enumerate(zip(("Förslag", "Beredd", "Fastställd"), texter, strict=True))
    )


def _beslut(organ, datum, paragraf) -> str:
    return ", ".join(d for d in (organ, date_format(datum, "j F Y") if datum else "", paragraf) if d)
