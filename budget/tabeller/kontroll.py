"""The findings of `kontrollera` as a table."""

from collections.abc import Iterable

from budget.models import Budgetversion
from budget.regler.kontroll import Slag
from budget.selectors.kontroll import Avvikelse
from budget.tabeller.adress import Kallor
from organisation.models import Enhet, Sektor
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Tabell

_KODER = {
    "SUMMA": "Tryckt summa mot sina delar",
    "RAD": "Samma rad i två uppställningar",
    "REGEL": "Tryckt rad mot regelns beräkning",
}
_SLAG = {Slag.AVRUNDNING: "Avrundning", Slag.FEL: "Fel"}


def bygg_kontroll(version: Budgetversion, avvikelser: Iterable[Avvikelse]) -> Tabell:
    """One row per printed figure that does not follow from its parts."""
    kallor = Kallor()
    enheter = dict(Enhet.objects.values_list("pk", "kod"))
    sektorer = dict(Sektor.objects.values_list("pk", "kod"))

    def adress(a):
        typ, _, pk = a.nyckel.omfang.partition(":")
        koder = {"enhet": enheter, "sektor": sektorer}.get(typ)
        omfang = f"{typ}-{koder[int(pk)]}" if koder else "alla"
        return kallor.adress(a.version, a.post.uppstallning.kod, a.post.kod, omfang, a.nyckel.ar)

    rader = tuple(
        Rad(
            f"avvikelse-{nummer}",
            ", ".join(d for d in (a.post.uppstallning.namn, a.post.namn, a.omfang_namn) if d),
            (
                Cell(text=str(a.nyckel.ar)),
                Cell(a.tryckt),
                Cell(a.beraknat, kalla=adress(a)),
                Cell(a.skillnad.differens),
                Cell(text=_SLAG[a.skillnad.slag]),
                Cell(text=_KODER[a.kod]),
                Cell(text=a.kalla),
            ),
        )
        for nummer, a in enumerate(avvikelser, start=1)
    )
    kolumner = (
        Kolumn("ar", "År", slag=Kolumnslag.TEXT),
        Kolumn("tryckt", "Tryckt", decimaler=1),
        Kolumn("beraknat", "Beräknat", decimaler=1),
        Kolumn("differens", "Skillnad", "tryckt − beräknat", Kolumnslag.DIFFERENS, decimaler=1),
        Kolumn("slag", "Slag", slag=Kolumnslag.TEXT),
        Kolumn("kontroll", "Vad som jämförs", slag=Kolumnslag.TEXT),
        Kolumn("kalla", "Var det är tryckt", slag=Kolumnslag.TEXT),
    )
    return Tabell(
        "kontroll",
        "Tryckta siffror som inte följer av sina delar",
        "Rad",
        kolumner,
        rader,
        f"{version.namn}, mnkr. En skillnad på högst ett steg i den tryckta noggrannheten räknas som avrundning.",
    )
