"""A version's tables gathered into one document: the same object becomes PDF, workbook and JSON."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.apps import apps
from django.db.models import Max
from django.utils import timezone

from budget.models import Belopp, Budgetversion, Versionskolumn
from budget.selectors.justering import hamta_brygga
from budget.selectors.uppstallning import hamta_kolumner, lasbara_uppstallningar, region_enhet
from budget.selectors.utredning import Utredningslage, hamta_utredning
from budget.tabeller.balanskrav import bygg_balanskrav, varningar
from budget.tabeller.brygga import bygg_matrisens_delar
from budget.tabeller.investeringar import las_uppstallning
from organisation.permissions import Enhetsurval
from regionskane.lib.tabell import Handling, Tabell

BALANSKRAV, REGIONBIDRAG = "balanskrav", "regionbidrag"


def las_balanskrav(version: Budgetversion) -> tuple[tuple[Tabell, ...], Utredningslage | None]:
    """The tables of the latest stored utredning; none when none has been computed."""
    lage = hamta_utredning(version)
    if lage is None:
        return (), None
    kolumner = list(
        Versionskolumn.objects.filter(version=version, uppstallning__kod=BALANSKRAV).select_related("kalla")
    )
    return bygg_balanskrav(version, kolumner, region_enhet(), lage.underlag, lage.resultat), lage


def las_bryggor(version: Budgetversion, urval: Enhetsurval) -> list[Tabell]:
    """The matrix (bilaga 4B) of every year of the version that has justeringar, in parts that a page holds."""
    aren = version.justeringar.order_by("ar").values_list("ar", flat=True).distinct()
    return [t for ar in aren for t in bygg_matrisens_delar(hamta_brygga(version, ar, urval))]


def bygg_handling(version: Budgetversion, urval: Enhetsurval, *, bara: str = "", rot: str = "") -> Handling:
    """The document of a version for a reader; with `bara`, only the table of that kod. `rot` is the site's address.

    Its time is when the figures, or an utredning that is in it, last changed, so that the same figures
    always give the same bytes.
    """
    tabeller: list[Tabell] = []
    stycken = list(_STYCKEN)
    kallor, tider = {version.pk}, []
    kolumner = hamta_kolumner(version)
    for u in lasbara_uppstallningar(kolumner, urval):
        if bara and u.kod != bara and not (bara == REGIONBIDRAG and u.kod == "resultatkrav"):
            continue
        kallor |= {k.kalla_id for k in kolumner[u]}
        if u.kod != BALANSKRAV:
            tabeller.append(las_uppstallning(version, u, kolumner[u], urval))
            if u.kod == REGIONBIDRAG:
                tabeller.extend(las_bryggor(version, urval))
            continue
        delar, lage = las_balanskrav(version)
        tabeller.extend(delar)
        if lage is None:
            stycken.append("Balanskravsutredningen är inte beräknad och finns därför inte med.")
        else:
            tider.append(lage.utredning.skapad)
            stycken.append(_om_utredningen(lage))
            stycken.extend(a.text for a in varningar(lage.resultat))
    andrad = senast_andrad(kallor)
    titel = tabeller[0].rubrik if bara and tabeller else version.namn
    return Handling(
        titel=titel,
        undertitel=f"Region Skåne. {version.namn}." if bara else "Region Skåne",
        tabeller=tuple(tabeller),
        tid=max([andrad, *tider]).isoformat(),
        fakta=tuple(_fakta(version, urval, andrad)),
        nyckel=f"{version.kod.lower()}-{bara or 'budget'}",
        stycken=tuple(stycken),
        rot=rot,
    )


_STYCKEN = (
    "Varje siffra finns på ett enda ställe i systemet. Summor lagras aldrig; de räknas ur sina delar varje gång"
    " de visas, och skrivs som den avrundade summan av oavrundade delar.",
    "Där en tryckt siffra i källhandlingen inte följer av sina delar står båda i en not under tabellen. Ingen"
    " siffra har ändrats för att en summa ska stämma.",
    "Arbetsboken som är bifogad i PDF-filen har samma tabeller, med summor av rader som formler, och ett blad som för"
    " varje siffra anger adressen till sidan om var den kommer ifrån.",
)


def _om_utredningen(lage: Utredningslage) -> str:
    nar = timezone.localtime(lage.utredning.skapad)
    text = f"Balanskravsutredningen beräknades {nar:%Y-%m-%d kl. %H.%M} med regelversion {lage.utredning.regelversion}."
    if lage.aktuell:
        return text
    return f"{text} Underlaget har ändrats sedan dess; utredningen visar läget när den beräknades."


def _fakta(version, urval, andrad):
    yield "Version", f"{version.namn} ({version.kod})"
    yield "Status", "Fastställd och låst" if version.faststalld else version.get_status_display()
    if version.beslut_organ or version.beslut_datum:
        delar = (version.beslut_organ, str(version.beslut_datum or ""), version.beslut_paragraf)
        yield "Beslut", ", ".join(d for d in delar if d)
    if version.handling:
        yield "Källhandling", version.handling
    yield "Omfattning", "Hela regionen" if urval.allt else "Egna enheter"
    yield "Siffrorna senast ändrade", f"{timezone.localtime(andrad):%Y-%m-%d kl. %H.%M}"
    yield "Enhet", "Miljoner kronor (mnkr)"


def senast_andrad(versioner: Iterable[int]) -> datetime:
    """When an amount or a justering of the versions (ids) last changed; the epoch when they have none."""
    versioner = list(versioner)
    belopp = Belopp.objects.filter(version__in=versioner).aggregate(t=Max("andrad_tid"))["t"]
    justering = (
        apps.get_model("budget", "JusteringEvent")
        .objects.filter(version__in=versioner)
        .aggregate(t=Max("pgh_created_at"))["t"]
    )
    return max((t for t in (belopp, justering) if t), default=datetime(2000, 1, 1, tzinfo=UTC))
