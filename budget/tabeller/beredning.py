"""What is not done in a version that is about to be beredd, for the page that asks."""

from dataclasses import dataclass

from django.urls import reverse

from budget.actions.versioner import grundbrist
from budget.models import (
    Beslutspunkt,
    Budgetdel,
    Budgetversion,
    Justering,
    Justeringsstatus,
    Uppstallning,
    Versionskolumn,
)
from budget.selectors.askanden import hamta_askanden, hamta_beviljat_utan_objekt
from budget.selectors.balanskrav import UPPSTALLNING as BALANSKRAV
from budget.selectors.balanskrav import hamta_lagfel
from budget.selectors.beslutspunkter import hamta_beslutsavvikelser
from budget.selectors.budgetdel import hamta_delar, hamta_delenheter
from budget.selectors.investeringar import hamta_foreslagna
from budget.selectors.kontroll import hamta_alla_avvikelser
from budget.selectors.ram import hamta_kapitalrorelser, hamta_ramrorelser
from budget.selectors.summor import ALLA_ENHETER
from budget.selectors.utredning import hamta_utredning
from budget.selectors.versioner import hamta_andrat_utgangslage
from budget.tabeller.askanden import skriv_utan_objekt
from budget.tabeller.kontroll import kapitaltext, ramtext

# More nämnder than these are counted, not named.
FLEST_NAMN = 5


@dataclass(frozen=True, slots=True)
class Lagespunkt:
    """A line of what is left. `url` is where it is done."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Beredningslage:
    """What is left in a version, in words; `slag` is that of the notice that says it (besked.html)."""

    slag: str
    rubrik: str
    punkter: tuple[Lagespunkt, ...]


def hamta_oppna_delar(version: Budgetversion) -> list[Budgetdel]:
    """The parts that have not been handed in, in the region's own order. One query."""
    return [d for d in hamta_delar(version) if d.skrivbar]


def sett_oppna(antal: int) -> str:
    """What the one who goes on says to have seen."""
    if antal == 1:
        return "Jag har sett att en nämnd inte har lämnat in sin del, och att den delen stängs."
    return f"Jag har sett att {antal} nämnder inte har lämnat in sin del, och att de delarna stängs."


def las_beredningslage(
    version: Budgetversion, askanden: Uppstallning | None, oppna: list[Budgetdel]
) -> Beredningslage:
    """What is left in a version whose parts `oppna` are open. A fixed number of queries."""
    utkast = Justering.objects.filter(version=version, status=Justeringsstatus.UTKAST).count()
    obesvarade = 0
    if askanden:
        rader = hamta_askanden(version, askanden, ALLA_ENHETER, hamta_delenheter(version))
        obesvarade = sum(not r.tom and r.svar is None for r in rader)
    adress = [version.ar, version.kod]
    punkter = []
    if oppna:
        punkter.append(Lagespunkt(_inte_inlamnade(oppna), reverse("delar", args=adress)))
    if utkast:
        text = (
            "Ett utkast till justering är kvar"
            if utkast == 1
            else f"{utkast} utkast till justeringar är kvar"
        )
        punkter.append(Lagespunkt(f"{text}. Besluta eller ta bort först.", reverse("brygga", args=adress)))
    if obesvarade:
        text = (
            "Ett äskande är inte besvarat."
            if obesvarade == 1
            else f"{obesvarade} äskanden är inte besvarade."
        )
        punkter.append(Lagespunkt(text, reverse("askanden", args=adress)))
    if arvda := Beslutspunkt.objects.filter(version=version, arvd=True).count():
        text = (
            "En beslutspunkt är tagen från året före och inte genomgången."
            if arvda == 1
            else f"{arvda} beslutspunkter är tagna från året före och inte genomgångna."
        )
        punkter.append(Lagespunkt(text, reverse("beslutspunkter", args=adress)))
    if foreslagna := hamta_foreslagna(version):
        text = (
            "Ett investeringsobjekt är föreslaget av en nämnd och inte prövat."
            if foreslagna == 1
            else f"{foreslagna} investeringsobjekt är föreslagna av nämnder och inte prövade."
        )
        punkter.append(Lagespunkt(text, reverse("investeringar", args=adress)))
    punkter += _skillnader(version)
    if punkter:
        return Beredningslage("varning", "Det här är inte klart", tuple(punkter))
    return Beredningslage(
        "info",
        "",
        (Lagespunkt("Inget är öppet: inga delar, utkast, äskanden eller skillnader väntar.", ""),),
    )


def las_beslutslage(version: Budgetversion) -> Beredningslage | None:
    """What differs in a version that is about to be decided; None when nothing does."""
    punkter = tuple(_skillnader(version))
    return Beredningslage("varning", "Det här stämmer inte i det som beslutas", punkter) if punkter else None


def utgangslagets_text(version: Budgetversion) -> str:
    """That last year's budget has been changed since this one was started from it; empty when it has not."""
    if not (andrat := hamta_andrat_utgangslage(version)):
        return ""
    fran, ersattare = andrat
    return (
        f"{version.namn} räknas från {fran.namn}, som har ändrats av {ersattare.namn}. Regionbidragen {fran.ar} är de "
        f"som gällde före ändringen. För in den som justeringar {version.ar}, eller starta budgeten från "
        f"{ersattare.namn}."
    )


def _skillnader(version: Budgetversion):
    """What the law does not allow, what Kontroll counts, and in words what has moved without what follows from it."""
    adress = [version.ar, version.kod]
    for f in hamta_lagfel([version]):
        yield Lagespunkt(f.anmarkning.text, reverse("tabell", args=[*adress, BALANSKRAV]))
    if text := grundbrist(version):
        yield Lagespunkt(text, f"{reverse('jamfor', args=adress)}?mot={version.kopia_av.kod}")
    if text := utgangslagets_text(version):
        yield Lagespunkt(text, reverse("tabell", args=[*adress, "regionbidrag"]))
    if text := _om_utredningen(version):
        yield Lagespunkt(text, reverse("tabell", args=[*adress, BALANSKRAV]))
    avvikelser = hamta_alla_avvikelser([version])
    if any(a.kod == "RAM" for a in avvikelser):
        for r in hamta_ramrorelser([version]):
            yield Lagespunkt(ramtext(r), reverse("tabell", args=[*adress, "regionbidrag"]))
    if any(a.kod == "KAPITAL" for a in avvikelser):
        for r in hamta_kapitalrorelser([version]):
            yield Lagespunkt(kapitaltext(r), reverse("tabell", args=[*adress, "balansbudget"]))
    for namnd, fattas in hamta_beviljat_utan_objekt(version):
        yield Lagespunkt(skriv_utan_objekt(namnd, fattas), reverse("investeringar", args=adress))
    if antal := len(avvikelser) + len(hamta_beslutsavvikelser([version])):
        text = "en skillnad" if antal == 1 else f"{antal} skillnader"
        yield Lagespunkt(f"Kontroll visar {text}.", reverse("kontroll", args=adress))


def _om_utredningen(version: Budgetversion) -> str:
    """What is to be done about the balanskravsutredning, which is decided with the budget; "" when nothing is."""
    if not Versionskolumn.objects.filter(version=version, uppstallning__kod=BALANSKRAV).exists():
        return ""
    lage = hamta_utredning(version)
    if lage is None:
        return "Balanskravsutredningen är inte beräknad, så den finns inte med i handlingen. Beräkna den."
    if not lage.aktuell:
        return "Underlaget har ändrats sedan balanskravsutredningen beräknades. Beräkna om den."
    return ""


def _inte_inlamnade(oppna: list[Budgetdel]) -> str:
    namn = ", ".join(d.namnd.namn for d in oppna[:FLEST_NAMN])
    resten = f" och {len(oppna) - FLEST_NAMN} till" if len(oppna) > FLEST_NAMN else ""
    antal = "En nämnd" if len(oppna) == 1 else f"{len(oppna)} nämnder"
    return f"{antal} har inte lämnat in sin del: {namn}{resten}."
