"""The pages of a version, in the groups that its navigation shows."""

from collections.abc import Iterable
from typing import NamedTuple

from budget.models import BEREDS, Budgetversion, Uppstallning, Versionstyp

# A table that is not named here belongs to the economy of the whole region.
_GRUPP = {
    "regionbidrag": "Regionbidrag",
    "investeringar": "Investeringar",
    "investeringsobjekt": "Investeringar",
}
EKONOMI = "Ekonomi"
# What the pages that are no tables are called.
SIDNAMN = {
    "delar": "Nämndernas delar",
    "brygga": "Justeringar",
    "samband": "Samband",
    "finansiella-mal": "Finansiella mål",
    "scenarier": "Scenarier",
    "beslut": "Beslut",
    "finansiering": "Finansiering",
    "kontroll": "Kontroll",
    "jamfor": "Jämför",
}
# Tables that have no page of their own in the navigation, by the page that shows them.
PA_SIDAN = {"resultatkrav": "regionbidrag"}


class Sida(NamedTuple):
    """A page: its group, what `ram` calls it, its name and where it lies under the version's address."""

    grupp: str
    nyckel: str
    text: str
    plats: str


def _sida(grupp: str, nyckel: str) -> Sida:
    return Sida(grupp, nyckel, SIDNAMN[nyckel], f"{nyckel}/")


def versionens_sidor(
    version: Budgetversion,
    uppstallningar: Iterable[Uppstallning],
    *,
    hela: bool,
    kontroll: bool,
    delar: bool,
    askanden: Uppstallning | None,
) -> list[Sida]:
    """Every page of the version that the user may open, group by group. `uppstallningar` are the tables that the user
    sees any of, `hela` whether it is all of them, `askanden` the table of them that the user reads; `kontroll` and
    `delar` tell whether those pages are among them."""
    tabeller = [u for u in uppstallningar if u.kod != "resultatkrav"]
    sidor = [Sida("Om versionen", "", "Om versionen", "")]
    if delar:
        sidor.append(_sida("Nämndernas delar", "delar"))
    sidor += [Sida(_GRUPP.get(u.kod, EKONOMI), u.kod, u.namn, f"{u.kod}/") for u in tabeller]
    if any(u.kod == "regionbidrag" for u in tabeller):
        sidor.append(_sida("Regionbidrag", "brygga"))
    if askanden:
        sidor.append(Sida("Regionbidrag", askanden.kod, askanden.namn, "askanden/"))
    if hela:
        if any(u.kod == "kassaflode" for u in tabeller):
            sidor.append(_sida(EKONOMI, "samband"))
        sidor.append(_sida("Mål", "finansiella-mal"))
        sidor.append(_sida("Mål", "scenarier"))
        if version.typ in BEREDS:
            sidor.append(_sida("Beslut", "beslut"))
        if version.typ == Versionstyp.TILLAGG:
            sidor.append(_sida("Beslut", "finansiering"))
    if kontroll:
        sidor.append(_sida("Granska", "kontroll"))
    sidor.append(_sida("Granska", "jamfor"))
    return sidor


def bygg_flikar(sidor: list[Sida], aktiv: str, rot: str) -> dict:
    """`flikar`, the groups, and `underflikar`, the pages of the one that `aktiv` is in; none when it is alone."""
    grupper: dict[str, list[Sida]] = {}
    for s in sidor:
        grupper.setdefault(s.grupp, []).append(s)
    har = next((s.grupp for s in sidor if s.nyckel == aktiv), "")
    i_gruppen = grupper.get(har, [])
    return {
        "flikar": [
            {
                "text": grupp if len(lista) > 1 else lista[0].text,
                "url": rot + lista[0].plats,
                "aktiv": grupp == har,
            }
            for grupp, lista in grupper.items()
        ],
        "underflikar": [{"text": s.text, "url": rot + s.plats, "aktiv": s.nyckel == aktiv} for s in i_gruppen]
        if len(i_gruppen) > 1
        else [],
    }
