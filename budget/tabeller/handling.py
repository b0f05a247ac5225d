"""A version's tables gathered into one document: the same object becomes PDF, workbook and JSON."""

import re
from dataclasses import replace

from django.utils import timezone

from budget.models import BESLUTAS, Budgetversion, Uppstallning, Versionskolumn
from budget.selectors.beslutspunkter import JUSTERINGARS_BILAGA, hamta_beslutspunkter
from budget.selectors.justering import hamta_brygga
from budget.selectors.samband import hamta_samband
from budget.selectors.uppstallning import hamta_kolumner, lasbara_uppstallningar, region_enhet
from budget.selectors.utredning import Utredningslage, hamta_utredning
from budget.selectors.versioner import senast_andrad
from budget.tabeller.balanskrav import bygg_balanskrav, varningar
from budget.tabeller.beslutspunkter import bygg_handlingspunkter
from budget.tabeller.brygga import bygg_enhetsbrygga, bygg_matrisens_delar
from budget.tabeller.internbudget import las_internbudget
from budget.tabeller.investeringar import las_uppstallning
from budget.tabeller.samband import TABELLER as SAMBANDSTABELLER
from budget.tabeller.samband import sambandsrader
from budget.tabeller.tillagg import NYCKEL, las_andringar
from organisation.permissions import Enhetsurval
from regionskane.lib.tabell import Handling, Tabell
from regionskane.lib.visning import har_egna_enheter

BALANSKRAV, REGIONBIDRAG = "balanskrav", "regionbidrag"
# What a tilläggsbudget decides, before the bilagor that show all of the budget after it.
ANDRINGARNA = "tilläggsbudgetens ändringar"


def las_balanskrav(version: Budgetversion) -> tuple[tuple[Tabell, ...], Utredningslage | None]:
    """The tables of the latest stored utredning; none when none has been computed. One that no longer answers for the
    figures says so above them."""
    lage = hamta_utredning(version)
    if lage is None:
        return (), None
    kolumner = list(
        Versionskolumn.objects.filter(version=version, uppstallning__kod=BALANSKRAV).select_related("kalla")
    )
    tabeller = bygg_balanskrav(version, kolumner, region_enhet(), lage.underlag, lage.resultat)
    if tabeller and not lage.aktuell:
        nar = timezone.localtime(lage.utredning.skapad)
        text = f"Underlaget har ändrats sedan utredningen beräknades {nar:%Y-%m-%d kl. %H.%M}: den visar läget då."
        forsta = tabeller[0]
        ingress = f"{text}\n\n{forsta.ingress}" if forsta.ingress else text
        tabeller = (replace(forsta, ingress=ingress), *tabeller[1:])
    return tabeller, lage


def las_bryggor(version: Budgetversion, urval: Enhetsurval) -> list[Tabell]:
    """The matrix (bilaga 4B) of every year of the version that has justeringar, in parts that a page holds.

    In a nämnd's own version, instead, the bridge of each enhet that they touch.
    """
    aren = version.justeringar.order_by("ar").values_list("ar", flat=True).distinct()
    if version.namnd_id:
        data = [hamta_brygga(version, ar, urval) for ar in aren]
        return [
            replace(bygg_enhetsbrygga(d, p), nyckel=f"brygga-{p.enhet_kod.lower()}-{d.ar}".replace("_", "-"))
            for d in data
            for p in d.enheter
            if any(p.enhet_id in rader for rader in d.rader.values())
        ]
    return [t for ar in aren for t in bygg_matrisens_delar(hamta_brygga(version, ar, urval))]


def bygg_handling(
    version: Budgetversion, urval: Enhetsurval, *, bara: str = "", rot: str = "", bifogas: bool = False
) -> Handling:
    """The document of a version for a reader; with `bara`, only the table of that kod. `rot` is the site's address,
    and `bifogas` says that the workbook goes inside the PDF.

    The whole document is what fullmäktige decides on: the points of the decision, for a reader of the whole region,
    and the tables in the order of their bilagor, with those that belong to none last. Its time is when the figures,
    or an utredning that is in it, last changed, so that the same figures always give the same bytes.
    """
    tabeller: list[Tabell] = []
    stycken = _stycken(version, bifogas=bifogas)
    kallor, tider, samband = {version.pk}, [], None
    kolumner = hamta_kolumner(version)
    for u in lasbara_uppstallningar(kolumner, urval):
        if bara and u.kod != bara and not (bara == REGIONBIDRAG and u.kod == "resultatkrav"):
            continue
        kallor |= {k.kalla_id for k in kolumner[u]}
        if u.per_forvaltning:
            tabeller.extend(las_internbudget(version, u, kolumner[u], urval))
            tabeller.extend(las_bryggor(version, urval) if bara else [])
            continue
        if u.kod != BALANSKRAV:
            t = las_uppstallning(version, u, kolumner[u], urval)
            if not t.rader and not bara:
                continue
            if urval.allt and u.kod in SAMBANDSTABELLER:
                samband = samband or hamta_samband(version)
                t = _med_samband(t, sambandsrader(samband, u.kod))
            tabeller.append(_i_bilaga(t, bilaga(u), bara))
            if u.kod == REGIONBIDRAG:
                tabeller += [
                    _i_bilaga(del_, JUSTERINGARS_BILAGA, bara) for del_ in las_bryggor(version, urval)
                ]
            continue
        delar, lage = las_balanskrav(version)
        tabeller += [_i_bilaga(del_, bilaga(u), bara) for del_ in delar]
        if lage is None:
            stycken.append("Balanskravsutredningen är inte beräknad och finns därför inte med.")
        else:
            tider.append(lage.utredning.skapad)
            stycken.append(_om_utredningen(lage))
            stycken.extend(a.text for a in varningar(lage.resultat))
    andringar = las_andringar(version, urval, bara=bara)
    tabeller += [_i_bilaga(t, ANDRINGARNA, bara) for t in andringar]
    tabeller.sort(key=_bilagans_plats)
    region = region_enhet()
    punkter = ()
    if urval.allt and not bara:
        punkter = bygg_handlingspunkter(version, hamta_beslutspunkter(version), region.kod)
    andrad = senast_andrad(kallor)
    titel = tabeller[0].rubrik if bara and tabeller and not version.namnd_id else version.namn
    return Handling(
        titel=titel,
        undertitel=f"{region.namn}. {version.namnd or version.namn}."
        if bara or version.namnd
        else f"{region.namn}. {beslutslage(version)}",
        tabeller=tuple(tabeller),
        tid=max([andrad, *tider]).isoformat(),
        fakta=tuple(_fakta(version, urval, andrad, tabeller)),
        nyckel=f"{version.kod.lower()}-{bara or 'budget'}",
        stycken=tuple(stycken),
        rot=rot,
        punkter=punkter,
    )


def bilaga(uppstallning: Uppstallning) -> str:
    """Which bilaga a table stands in («bilaga 4A»); empty for one that only a chapter of the document shows."""
    return uppstallning.handling if _BILAGA.match(uppstallning.handling) else ""


_BILAGA = re.compile(r"bilaga (\d+)(\w*)$")


def _med_samband(t: Tabell, skilda: list[str]) -> Tabell:
    """The table with what it does not agree with, as its page says it."""
    if not skilda:
        return t
    text = f"Skiljer sig från en annan tabell: {' '.join(skilda)}"
    return replace(t, ingress=f"{t.ingress}\n\n{text}" if t.ingress else text)


def _i_bilaga(t: Tabell, namn: str, bara: str) -> Tabell:
    return t if bara else replace(t, bilaga=namn)


def _bilagans_plats(t: Tabell) -> tuple:
    if t.bilaga == ANDRINGARNA:
        return False, 0, ""
    traff = _BILAGA.match(t.bilaga)
    return (False, int(traff[1]), traff[2]) if traff else (True, 0, "")


def beslutslage(version: Budgetversion) -> str:
    """What the title page says of the decision: by whom, when and in which paragraph, or that it is a proposal."""
    organ = version.beslut_organ or str(version.namnd or "regionfullmäktige")
    if not (version.faststalld or version.beslut_datum):
        return f"Förslag till {organ[:1].lower()}{organ[1:]}"
    delar = (
        f"Fastställd av {organ[:1].lower()}{organ[1:]}",
        str(version.beslut_datum or ""),
        version.beslut_paragraf.replace("§ ", "§\u00a0"),  # the sign is not left alone at the end of a line
    )
    return " ".join(d for d in delar if d)


_RAKNADE = (
    "Varje siffra finns på ett enda ställe i systemet. Summor räknas ur sina delar varje gång de visas, och skrivs som"
    " den avrundade summan av oavrundade delar."
)
_BESLUTADE = (
    "Varje siffra finns på ett enda ställe i systemet. I en fastställd version står de beslutade talen, också i en"
    " summa som inte är exakt lika med sina delar. Övriga summor räknas ur sina delar varje gång de visas."
)
_SKILLNADER = (
    "Där en tryckt siffra i källhandlingen inte följer av sina delar står båda i en not under tabellen. Ingen"
    " siffra har ändrats för att en summa ska stämma."
)
_BIFOGAD = (
    "Arbetsboken som är bifogad i PDF-filen har samma tabeller, med summor av rader som formler, och ett blad som för"
    " varje siffra anger adressen till sidan om var den kommer ifrån."
)


def _stycken(version: Budgetversion, *, bifogas: bool) -> list[str]:
    """How the figures of a document have come about."""
    stycken = [_BESLUTADE if version.faststalld else _RAKNADE, _SKILLNADER]
    return [*stycken, _BIFOGAD] if bifogas else stycken


def _om_utredningen(lage: Utredningslage) -> str:
    nar = timezone.localtime(lage.utredning.skapad)
    text = f"Balanskravsutredningen beräknades {nar:%Y-%m-%d kl. %H.%M} med regelversion {lage.utredning.regelversion}."
    if lage.aktuell:
        return text
    return f"{text} Underlaget har ändrats sedan dess; utredningen visar läget när den beräknades."


def _fakta(version, urval, andrad, tabeller):
    yield "Version", f"{version.namn} ({version.kod})"
    yield "Status", "Fastställd och låst" if version.faststalld else version.get_status_display()
    if version.typ in BESLUTAS:
        yield "Beslut", beslutslage(version)
    for t in tabeller:
        if t.nyckel == NYCKEL:
            yield "Finansiering", t.ingress.split("\n\n")[0]
    if version.handling:
        # The document is of a version that this one goes back to, maybe through others; this one stands in none.
        yield "Oförändrade belopp ur" if version.bryggad else "Källhandling", version.handling
    yield (
        "Omfattning",
        "Hela regionen" if urval.allt else version.namnd.namn if version.namnd else "Egna enheter",
    )
    yield "Siffrorna senast ändrade", f"{timezone.localtime(andrad):%Y-%m-%d kl. %H.%M}"
    undantag = " där inget annat anges" if any(map(har_egna_enheter, tabeller)) else ""
    yield "Enhet", f"Miljoner kronor (mnkr){undantag}"
