"""The findings of `kontrollera` as a table."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from budget.models import Budgetversion, Versionstyp
from budget.regler.kontroll import Slag
from budget.selectors.beslutspunkter import Beslutsavvikelse
from budget.selectors.internbudget import DELARNA, HEL
from budget.selectors.kontroll import Avvikelse
from budget.selectors.ram import Beslutat, Kapitalrorelse, Ramrorelse
from budget.tabeller import matt
from budget.tabeller.adress import Kallor
from budget.tabeller.delar import BRYGGAN, HAMTAS, RAKNAS
from organisation.models import Enhet, Sektor
from regionskane.lib.belopp import MNKR, avrunda, formatera
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Tabell

_KODER = {
    "SUMMA": "Summa mot sina delar",
    "RAD": "Rad mot raden som den hämtas från",
    "BRYGGA": "Regionbidrag mot förra året och årets justeringar",
    "RAM": "Regionbidragens ändring mot nettokostnadernas",
    "KAPITAL": "Resultatets ändring mot eget kapitals",
    "INTERNBUDGET": "Internbudgetens regionbidrag mot fullmäktiges",
    "REGEL": "Rad mot regelns beräkning",
    "SAMBAND": "Två uppställningar mot varandra",
}
# What a figure is held against, in a sentence: «delarna ger».
_GER = {"SUMMA": "delarna ger", "RAD": HAMTAS, "BRYGGA": BRYGGAN, "REGEL": RAKNAS}
# Two figures that are held against each other: what the first one is, and the second.
_SIDOR = {
    "RAM": ("Regionbidragen ändras", "nettokostnaderna"),
    "KAPITAL": ("Resultatet ändras", "eget kapital"),
    "INTERNBUDGET": ("Internbudgeten", "fullmäktiges regionbidrag"),
}
_SLAG = {Slag.AVRUNDNING: "Avrundning", Slag.FEL: "Fel"}


def skild_rad(a: Avvikelse) -> str:
    """What to do about a line that does not follow the table it could be fetched from."""
    decimaler = a.post.uppstallning.decimaler
    har, dar = (formatera(x, skala=MNKR, decimaler=decimaler) for x in (a.tryckt, a.beraknat))
    return (
        f"{a.post.namn} {a.nyckel.ar} har ett eget belopp, {har} mnkr, men i {a.post.kalla_post.uppstallning.namn} är "
        f"raden {dar} mnkr. Töm cellen i inmatningen om siffran ska hämtas därifrån."
    )


def _rorelse(x: Decimal) -> str:
    return f"{formatera(abs(x), skala=MNKR, decimaler=1)} mnkr {'högre' if x > 0 else 'lägre'}"


def beslutattext(fran: Budgetversion, beslutat: Iterable[Beslutat]) -> str:
    """That a change is counted from the parts of a decided version, where another figure was decided: Jämför, which
    counts from what was decided, shows another change. Empty where none was."""
    delar = [
        f"{b.post.namn} {b.ar} är {matt.skriv_exakt(b.post, b.delar)}, men beslutades till "
        f"{matt.skriv_exakt(b.post, b.beslutat)}"
        for b in beslutat
    ]
    return f"Räknat från delarna i {fran.namn}: {'; '.join(delar)}." if delar else ""


def _om_delarna(r: Ramrorelse | Kapitalrorelse) -> str:
    text = beslutattext(r.fran, r.beslutat)
    return f" {text}" if text else ""


def ramtext(r: Ramrorelse) -> str:
    """«Regionbidragen 2025 är 10,0 mnkr högre än i Budget 2024; nettokostnaderna är oförändrade.»"""

    kostnader = _rorelse(r.kostnader) if r.kostnader else "oförändrade"
    betalt = ""
    if r.betalt:
        betalt = f", och ökade intäkter ger {formatera(r.betalt, skala=MNKR, decimaler=1)} mnkr"
    text = f"Regionbidragen {r.ar} är {_rorelse(r.bidrag)} än i {r.fran.namn}{betalt}; nettokostnaderna är {kostnader}."
    if r.version.typ == Versionstyp.TILLAGG and not r.version.finansiering and r.fattas > 0:
        text += " Betalar ökade intäkter skillnaden, ange det under Finansiering."
    return text + _om_delarna(r)


def kapitaltext(r: Kapitalrorelse) -> str:
    """«Årets resultat 2025 är 100,0 mnkr lägre än i Budget 2024; eget kapital vid årets slut är oförändrat. …»"""
    kapital = _rorelse(r.kapital) if r.kapital else "oförändrat"
    forsta = next(ar for ar in r.version.ar_lista if ar in r.fran.ar_lista)
    vad = f"Årets resultat {r.ar}" if r.ar == forsta else f"Resultaten {forsta}–{r.ar}"
    ord_ = "är" if r.ar == forsta else "är tillsammans"
    return (
        f"{vad} {ord_} {_rorelse(r.resultat)} än i {r.fran.namn}; eget kapital vid årets slut är {kapital}. Ändra eget "
        "kapital i balansbudgeten lika mycket, och den tillgång eller skuld som motsvarar det."
        + _om_delarna(r)
    )


def skriv_lagg_till(r: Ramrorelse) -> str:
    """What the button that lets the costs follow says."""
    tal = formatera(abs(r.fattas), skala=MNKR, decimaler=1)
    vad = f"Lägg till {tal} mnkr i" if r.fattas > 0 else f"Dra av {tal} mnkr från"
    return f"{vad} Verksamhetens kostnader {r.ar}"


def sammanfatta(avvikelser: list[Avvikelse], beslut: Sequence[Beslutsavvikelse] = ()) -> str:
    """How many differences there are, as `kontrollera` counts them, in a sentence: of figures and of decision points.
    What its leaves give and the parts beside it do not is told apart, as it is there. Empty when nothing differs."""
    slag = [a.skillnad.slag for a in avvikelser if a.i_grunden] + [a.slag for a in beslut]
    antal, fel = len(slag), sum(s == Slag.FEL for s in slag)
    meningar = []
    if slag:
        inledning = "En skillnad" if antal == 1 else f"{antal} skillnader"
        if fel:
            meningar.append(f"{inledning}, varav {fel} är mer än avrundning.")
        else:
            meningar.append(f"{inledning}. {'Den' if antal == 1 else 'Alla'} ryms inom avrundning.")
    if bara_tabellen := sum(not a.i_grunden for a in avvikelser):
        rader = "En rad" if bara_tabellen == 1 else f"{bara_tabellen} rader"
        meningar.append(
            f"{rader}{' till' if slag else ''} följer från grunden, men inte av delarna som de står i tabellen."
        )
    return " ".join(meningar)


def sidor(a: Avvikelse) -> tuple[str, str]:
    """What the two figures of a finding are, where they are two of the document; else nothing."""
    if a.samband:
        return a.samband.vanster.text, _liten(a.samband.hoger.text)
    return _SIDOR.get(a.kod, ("", ""))


def skriv_avvikelse(a: Avvikelse, beraknat: Decimal) -> str:
    """«Budget 2024: Årets resultat 2025 är beslutat till 652; delarna ger 653 (−1).»

    Three figures have each their name: what was decided, what the parts give as they stand (which the notes under the
    tables say), and what the leaves give when no sum is decided. The last one is said where it is another.
    `beraknat` is that one with as many digits as are to be written.
    """

    def tal(x: Decimal) -> str:
        return matt.skriv_exakt(a.post, x)

    def skillnad(x: Decimal) -> str:
        return matt.skriv_exakt(a.post, a.tryckt - x, skillnad=True)

    vansters, hogers = sidor(a)
    if vansters:
        vad = f"{a.omfang_namn} {a.nyckel.ar}: {vansters} {tal(a.tryckt)}, {hogers} {tal(beraknat)}"
        return f"{a.version.namn}: {vad} ({skillnad(beraknat)})." + (
            _om_delarna(a.rorelse) if a.rorelse else ""
        )
    namn = ", ".join(d for d in (a.post.namn, a.omfang_namn) if d)
    verb = "är beslutat till" if a.version.faststalld else "är"
    text = f"{a.version.namn}: {namn} {a.nyckel.ar} {verb} {tal(a.tryckt)}"
    ger = _GER[a.kod]
    delar = beraknat if a.delar is None else avrunda(a.delar, a.precision / 100)
    if delar == beraknat:
        return f"{text}; {ger} {tal(beraknat)} ({skillnad(beraknat)})."
    if not a.i_grunden:
        return f"{text}, och räknat från grunden blir det så; {ger} {tal(delar)} ({skillnad(delar)})."
    grunden = f"räknat från grunden blir det {tal(beraknat)} ({skillnad(beraknat)})"
    if not a.foljer:
        return f"{text}; {ger} {tal(delar)} ({skillnad(delar)}), och {grunden}."
    return f"{text}, och {ger} det; {grunden}. Det följer av en del som är beslutad till annat."


def _liten(text: str) -> str:
    return text[:1].lower() + text[1:]


def ar_tryckt(version: Budgetversion) -> bool:
    """Whether the figures of a version stand in a document outside the system."""
    return bool(version.faststalld and version.kallhandling)


def bygg_kontroll(version: Budgetversion, avvikelser: Iterable[Avvikelse]) -> Tabell:
    """One row per figure that does not agree with what it is compared to."""
    tryckt = ar_tryckt(version)
    beslutat = "Beslutat" if version.faststalld else "Tal"
    avvikelser = list(avvikelser)
    i_mnkr = (a.post for a in avvikelser if not matt.egen_enhet(a.post))
    decimaler = max(map(matt.decimaler, i_mnkr), default=0)
    undantag = " där inget annat anges" if any(matt.egen_enhet(a.post) for a in avvikelser) else ""
    # What was made here stands in no document: then there is no such column.
    har_plats = any(a.kalla for a in avvikelser)
    kallor = Kallor()
    enheter = dict(Enhet.objects.values_list("pk", "kod"))
    sektorer = dict(Sektor.objects.values_list("pk", "kod"))

    def adress(a):
        typ, _, pk = a.nyckel.omfang.partition(":")
        koder = {"enhet": enheter, "sektor": sektorer, HEL: enheter, DELARNA: enheter}.get(typ)
        omfang = f"{typ}-{koder[int(pk)]}" if koder else "alla"
        return kallor.adress(a.version, a.post.uppstallning.kod, a.post.kod, omfang, a.nyckel.ar)

    noter: list[str] = []

    def not_(a) -> tuple[int, ...]:
        text = beslutattext(a.rorelse.fran, a.rorelse.beslutat) if a.rorelse else ""
        if not text:
            return ()
        if text not in noter:
            noter.append(text)
        return (noter.index(text) + 1,)

    rader = tuple(
        Rad(
            f"avvikelse-{nummer}",
            ", ".join(d for d in (a.post.uppstallning.namn, a.post.namn, a.omfang_namn) if d),
            (
                Cell(text=str(a.nyckel.ar)),
                Cell(a.tryckt, noter=not_(a)),
                *([_delarnas(a)] if version.faststalld else []),
                Cell(a.beraknat, kalla=adress(a)),
                Cell(a.skillnad.differens),
                Cell(text=_slag(a)),
                Cell(text=_vad(a)),
                *([Cell(text=a.kalla)] if har_plats else []),
            ),
            enhet=matt.egen_enhet(a.post),
            decimaler=matt.decimaler(a.post) if matt.egen_enhet(a.post) else None,
        )
        for nummer, a in enumerate(avvikelser, start=1)
    )
    kolumner = (
        Kolumn("ar", "År", slag=Kolumnslag.TEXT),
        Kolumn("tryckt", beslutat, decimaler=decimaler),
        *(
            (
                Kolumn("delar", "Delarna ger", "som de står", decimaler=decimaler),
                Kolumn("beraknat", "Från grunden", "utan beslutade summor", decimaler=decimaler),
            )
            if version.faststalld
            else (Kolumn("beraknat", "Räknat", decimaler=decimaler),)
        ),
        Kolumn("differens", "Skillnad", slag=Kolumnslag.DIFFERENS, decimaler=decimaler),
        Kolumn("slag", "Slag", slag=Kolumnslag.TEXT),
        Kolumn("kontroll", "Vad som jämförs", slag=Kolumnslag.TEXT),
        *(
            [Kolumn("kalla", "Var det är tryckt" if tryckt else "Var talet står", slag=Kolumnslag.TEXT)]
            if har_plats
            else []
        ),
    )  # fmt: skip
    return Tabell(
        "kontroll",
        "Beslutade tal som delarna inte ger" if version.faststalld else "Tal som ska stämma med varandra",
        "Rad",
        kolumner,
        rader,
        f"{version.namn}, mnkr{undantag}. "
        + (
            "Det beslutade talet står i alla tabeller. «Delarna ger» räknar ihop delarna så som de står i tabellen, "
            "och är det som noterna säger. «Från grunden» räknar ihop de understa raderna som om ingen summa vore "
            "beslutad. En rad som hämtas, men är tryckt för sig, räknas då som den är tryckt; i en kopia hämtas den. "
            "Skillnaden är mot grunden, och mot delarna där grunden ger det beslutade. Där två tal hålls mot varandra "
            "står det ena i den första kolumnen och det andra under «Från grunden»; «Vad som jämförs» säger vilka. "
            if version.faststalld
            else ""
        )
        + "En skillnad på högst ett steg i talets noggrannhet räknas som avrundning.",
        tuple(noter),
    )


def _slag(a: Avvikelse) -> str:
    if a.foljer:
        return "Följer av en del"
    return _SLAG[a.skillnad.slag]


def _delarnas(a: Avvikelse) -> Cell:
    """What the parts give. Nothing where two figures are held against each other: neither is a part of the other."""
    if sidor(a)[0]:
        return Cell(saknas="")
    return Cell(a.beraknat if a.delar is None else a.delar)


def _vad(a: Avvikelse) -> str:
    vansters, hogers = sidor(a)
    return f"{_KODER[a.kod]}: {_liten(vansters)} mot {hogers}" if vansters else _KODER[a.kod]
