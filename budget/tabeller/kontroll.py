"""The findings of `kontrollera` as a table."""

from collections.abc import Iterable
from decimal import Decimal

from budget.models import Budgetversion
from budget.regler.kontroll import Slag
from budget.selectors.internbudget import DELARNA, HEL
from budget.selectors.kontroll import Avvikelse
from budget.selectors.ram import Ramrorelse
from budget.tabeller import matt
from budget.tabeller.adress import Kallor
from organisation.models import Enhet, Sektor
from regionskane.lib.belopp import MNKR, formatera
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Tabell

_KODER = {
    "SUMMA": "Tryckt summa mot sina delar",
    "RAD": "Samma rad på två ställen",
    "BRYGGA": "Regionbidrag mot förra året och årets justeringar",
    "RAM": "Regionbidragens ändring mot nettokostnadernas",
    "INTERNBUDGET": "Internbudgetens regionbidrag mot fullmäktiges",
    "REGEL": "Tryckt rad mot regelns beräkning",
    "SAMBAND": "Två uppställningar mot varandra",
}
# The same in a version that nothing is printed of.
_OTRYCKTA = {"SUMMA": "Summa mot sina delar", "REGEL": "Rad mot regelns beräkning"}
_SLAG = {Slag.AVRUNDNING: "Avrundning", Slag.FEL: "Fel"}


def skild_rad(a: Avvikelse) -> str:
    """What to do about a line that does not follow the table it could be fetched from."""
    decimaler = a.post.uppstallning.decimaler
    har, dar = (formatera(x, skala=MNKR, decimaler=decimaler) for x in (a.tryckt, a.beraknat))
    return (
        f"{a.post.namn} {a.nyckel.ar} har ett eget belopp, {har} mnkr, men i {a.post.kalla_post.uppstallning.namn} är "
        f"raden {dar} mnkr. Töm cellen i inmatningen om siffran ska hämtas därifrån."
    )


def ramtext(r: Ramrorelse) -> str:
    """«Regionbidragen 2025 är 10,0 mnkr högre än i Budget 2024; nettokostnaderna är oförändrade.»"""

    def ord_(x: Decimal) -> str:
        return f"{formatera(abs(x), skala=MNKR, decimaler=1)} mnkr {'högre' if x > 0 else 'lägre'}"

    kostnader = ord_(r.kostnader) if r.kostnader else "oförändrade"
    return f"Regionbidragen {r.ar} är {ord_(r.bidrag)} än i {r.fran.namn}; nettokostnaderna är {kostnader}."


def skriv_lagg_till(r: Ramrorelse) -> str:
    """What the button that lets the costs follow says."""
    tal = formatera(abs(r.fattas), skala=MNKR, decimaler=1)
    vad = f"Lägg till {tal} mnkr i" if r.fattas > 0 else f"Dra av {tal} mnkr från"
    return f"{vad} Verksamhetens kostnader {r.ar}"


def sammanfatta(avvikelser: list[Avvikelse]) -> str:
    """The findings in a sentence."""
    antal, fel = len(avvikelser), sum(a.ar_fel for a in avvikelser)
    inledning = "En skillnad" if antal == 1 else f"{antal} skillnader"
    if not fel:
        return f"{inledning}. {'Den' if antal == 1 else 'Alla'} ryms inom avrundning."
    return f"{inledning}, varav {fel} är mer än avrundning."


def ar_tryckt(version: Budgetversion) -> bool:
    """Whether the figures of a version stand in a document outside the system."""
    return bool(version.faststalld and version.handling)


def bygg_kontroll(version: Budgetversion, avvikelser: Iterable[Avvikelse]) -> Tabell:
    """One row per figure that does not agree with what it is compared to."""
    tryckt = ar_tryckt(version)
    koder = _KODER if tryckt else _KODER | _OTRYCKTA
    avvikelser = list(avvikelser)
    i_mnkr = (a.post for a in avvikelser if not matt.egen_enhet(a.post))
    decimaler = max(map(matt.decimaler, i_mnkr), default=0)
    undantag = " där inget annat anges" if any(matt.egen_enhet(a.post) for a in avvikelser) else ""
    kallor = Kallor()
    enheter = dict(Enhet.objects.values_list("pk", "kod"))
    sektorer = dict(Sektor.objects.values_list("pk", "kod"))

    def adress(a):
        typ, _, pk = a.nyckel.omfang.partition(":")
        koder = {"enhet": enheter, "sektor": sektorer, HEL: enheter, DELARNA: enheter}.get(typ)
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
                Cell(text="Följd av ett fel" if a.foljd else _SLAG[a.skillnad.slag]),
                Cell(text=koder[a.kod]),
                Cell(text=a.kalla),
            ),
            enhet=matt.egen_enhet(a.post),
            decimaler=matt.decimaler(a.post) if matt.egen_enhet(a.post) else None,
        )
        for nummer, a in enumerate(avvikelser, start=1)
    )
    kolumner = (
        Kolumn("ar", "År", slag=Kolumnslag.TEXT),
        Kolumn("tryckt", "Tryckt" if tryckt else "Tal", decimaler=decimaler),
        Kolumn("beraknat", "Beräknat" if tryckt else "Räknat", decimaler=decimaler),
        Kolumn(
            "differens", "Skillnad", "tryckt − beräknat" if tryckt else "tal − räknat", Kolumnslag.DIFFERENS,
            decimaler=decimaler,
        ),
        Kolumn("slag", "Slag", slag=Kolumnslag.TEXT),
        Kolumn("kontroll", "Vad som jämförs", slag=Kolumnslag.TEXT),
        Kolumn("kalla", "Var det är tryckt" if tryckt else "Var talet står", slag=Kolumnslag.TEXT),
    )  # fmt: skip
    return Tabell(
        "kontroll",
        "Tryckta siffror som inte följer av sina delar" if tryckt else "Tal som ska stämma med varandra",
        "Rad",
        kolumner,
        rader,
        f"{version.namn}, mnkr{undantag}. "
        f"En skillnad på högst ett steg i {'den tryckta' if tryckt else 'talets'} noggrannhet{'en' if tryckt else ''} "
        "räknas som avrundning.",
    )
