"""A version's way to its decision, as steps."""

from dataclasses import dataclass

from django.utils.formats import date_format

from budget.models import BEREDS, BESLUTAS, Budgetversion


@dataclass(frozen=True, slots=True)
class Steg:
    """A step: `klart` when it is behind the version, `nu` when the version stands there."""

    namn: str
    text: str
    klart: bool
    nu: bool


def bygg_steg(version: Budgetversion) -> tuple[Steg, ...]:
    """Förslag, beredd, fastställd, with who decided. Nothing for a version that nobody decides on."""
    if version.typ not in BESLUTAS:
        return ()
    forslag = "Låst" if version.last and not version.beredd else "Öppen för inmatning"
    publicerad = "Så står den i den publicerade handlingen"
    faststalld = _beslut(version.beslut_organ, version.beslut_datum, version.beslut_paragraf)
    steg = [
        ("Förslag", "" if version.beredd or version.faststalld else forslag),
        ("Beredd", _beslut(version.beredd_organ, version.beredd_datum, version.beredd_paragraf)),
        ("Fastställd", faststalld or (publicerad if version.faststalld else "Ändras inte mer")),
    ]
    nu = 2 if version.faststalld else 1 if version.beredd else 0
    alla = [Steg(namn, text, i < nu, i == nu) for i, (namn, text) in enumerate(steg)]
    return tuple(alla) if version.typ in BEREDS else (alla[0], alla[2])


def _beslut(organ, datum, paragraf) -> str:
    return ", ".join(d for d in (organ, date_format(datum, "j F Y") if datum else "", paragraf) if d)
