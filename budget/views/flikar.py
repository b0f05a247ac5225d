"""The pages of a version, in the groups that its navigation shows."""

from typing import NamedTuple

from budget.models import BEREDS, Versionstyp

# A table that is not named here belongs to the economy of the whole region.
_GRUPP = {
    "regionbidrag": "Regionbidrag",
    "investeringar": "Investeringar",
    "investeringsobjekt": "Investeringar",
}
EKONOMI = "Ekonomi"


class Sida(NamedTuple):
    """A page: its group, what `ram` calls it, its name and where it lies under the version's address."""

    grupp: str
    nyckel: str
    text: str
    plats: str


def versionens_sidor(atkomst, *, kontroll: bool, delar: bool, askanden: bool) -> list[Sida]:
    """Every page of the version that the user may open, group by group; `kontroll`, `delar` and `askanden` tell
    whether those are among them."""
    version, hela = atkomst.version, atkomst.urval.allt
    tabeller = [u for u in atkomst.uppstallningar if u.kod != "resultatkrav"]
    sidor = [Sida("Om versionen", "", "Om versionen", "")]
    if delar:
        sidor.append(Sida("Nämndernas delar", "delar", "Nämndernas delar", "delar/"))
    sidor += [Sida(_GRUPP.get(u.kod, EKONOMI), u.kod, u.namn, f"{u.kod}/") for u in tabeller]
    if any(u.kod == "regionbidrag" for u in tabeller):
        sidor.append(Sida("Regionbidrag", "brygga", "Justeringar", "brygga/"))
    if askanden:
        u = atkomst.askanden
        sidor.append(Sida("Regionbidrag", u.kod, u.namn, "askanden/"))
    if hela:
        if any(u.kod == "kassaflode" for u in tabeller):
            sidor.append(Sida(EKONOMI, "samband", "Samband", "samband/"))
        sidor.append(Sida("Mål", "finansiella-mal", "Finansiella mål", "finansiella-mal/"))
        sidor.append(Sida("Mål", "scenarier", "Scenarier", "scenarier/"))
        if version.typ in BEREDS:
            sidor.append(Sida("Beslut", "beslut", "Beslut", "beslut/"))
        if version.typ == Versionstyp.TILLAGG:
            sidor.append(Sida("Beslut", "finansiering", "Finansiering", "finansiering/"))
    if kontroll:
        sidor.append(Sida("Granska", "kontroll", "Kontroll", "kontroll/"))
    sidor.append(Sida("Granska", "jamfor", "Jämför", "jamfor/"))
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
