"""A year's uppräkning as data: each nämnd's amount, how it came about, and where something else was decided."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from budget.models import Block
from budget.regler.upprakning import (
    Forslag,
    Satser,
    Satt,
    Skillnad,
    Undantag,
    ar_ovanlig,
    skillnader,
    summera,
)
from budget.selectors.upprakning import Upprakningsdata
from budget.selectors.uppstallning import Plats
from regionskane.lib.belopp import HARDBLANK, MNKR, formatera, formatera_fullt
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

DECIMALER = 1
TOM = Cell(saknas="")
EGNA = (Satt.EGEN_SATS, Satt.EGET_BELOPP)
DELAR = ("Löner och priser", "Demografi", "Medicinsk teknik", "Effektivisering", "Undantag")


def skriv_procent(sats: Decimal) -> str:
    """A percentage as it is read, nothing rounded away: «2,9 %», «2,4575 %»."""
    return f"{formatera_fullt(sats, minst=1)}{HARDBLANK}%"


FLEST_NAMNDA = 5


def sammanfatta_forslag(forslag: Mapping[int, Forslag]) -> str:
    """What a proposal gives, in a sentence."""
    belopp = [f.summa for f in forslag.values() if f.summa]
    vilka = "en nämnd" if len(belopp) == 1 else f"{len(belopp)} nämnder"
    return f"{_mnkr(sum(belopp, Decimal(0)))} mnkr till {vilka}"


def varna_for_planen(data: Upprakningsdata, forslag: Mapping[int, Forslag]) -> tuple[str, list[str]]:
    """That the nämnder have a change according to plan in the year already, which may be raised as it is: a sentence,
    and the amounts side by side. Empty where there is none."""
    enligt_plan: dict[int, Decimal] = {}
    for j in data.brygga.justeringar:
        if j.block == Block.PLAN:
            for enhet, rad in data.brygga.rader[j.pk].items():
                enligt_plan[enhet] = enligt_plan.get(enhet, Decimal(0)) + rad.belopp
    bada = [
        p for p in data.enheter if enligt_plan.get(p.enhet_id) and (f := forslag.get(p.enhet_id)) and f.summa
    ]
    if not bada:
        return "", []
    plan = sum((enligt_plan[p.enhet_id] for p in bada), Decimal(0))
    upp = sum((forslag[p.enhet_id].summa for p in bada), Decimal(0))
    rader = [
        f"{p.enhet_namn}: {_mnkr(enligt_plan[p.enhet_id])} enligt plan och {_mnkr(forslag[p.enhet_id].summa)} här"
        for p in bada[:FLEST_NAMNDA]
    ]
    if len(bada) > FLEST_NAMNDA:
        rader.append(f"Och {len(bada) - FLEST_NAMNDA} nämnder till.")
    text = (
        f"Justeringarna «{Block.PLAN.label}» ger redan de här nämnderna {_mnkr(plan)} mnkr {data.brygga.ar}, och "
        f"uppräkningen lägger {_mnkr(upp)} mnkr till. Är planen redan uppräknad räknas samma sak två gånger: öppna "
        "plan-justeringen i 4B, spara den som utkast och ta bort den, eller räkna bara upp det som planen inte har."
    )
    return text, rader


def ovanliga_satser(
    data: Upprakningsdata, satser: Mapping[int, Satser], undantag: Mapping[int, Undantag]
) -> list[str]:
    """The rates that are so high that they are asked about, in words."""
    sektorer = {p.sektor_id: p.sektor_namn for p in data.enheter}
    sett = [
        f"{sektorer[sektor]}: {ord_} {skriv_procent(sats)}"
        for sektor, s in satser.items()
        for falt, ord_ in _SATSORD.items()
        if (sats := getattr(s, falt)) is not None and ar_ovanlig(sats)
    ]
    return sett + [
        f"{p.enhet_namn}: egen sats {skriv_procent(u.sats)}"
        for p in data.enheter
        if (u := undantag.get(p.enhet_id)) and u.sats is not None and ar_ovanlig(u.sats)
    ]


def skiljer_sig(
    data: Upprakningsdata, forslag: Mapping[int, Forslag], belopp: Mapping[int, Decimal]
) -> list[str]:
    """Where the amounts of a draft (kronor per enhet id) are not what its rates give now, in words."""
    skilda = {s.enhet: s for s in skillnader(forslag, belopp)} if forslag else {}
    return [_skillnadstext(p, skilda[p.enhet_id], "utkastet") for p in data.enheter if p.enhet_id in skilda]


_SATSORD = {
    "sammanvagt": "löner och priser",
    "loner": "löner",
    "priser": "priser",
    "demografi": "demografi",
    "medicinteknik": "medicinsk teknik",
    "effektivisering": "effektivisering",
}


def _mnkr(belopp: Decimal) -> str:
    return formatera(belopp, skala=MNKR, decimaler=DECIMALER)


def skriv_satser(satser: Satser | None) -> str:
    """A sektor's rates in words: «löner och priser 3,1 %, demografi 0,8 %, effektivisering −1,5 %»."""
    if satser is None or not satser.finns:
        return "ingen sats"
    if satser.vags:
        par = ((satser.loner, "löner"), (satser.priser, "priser"))
        delar = [f"{namn} {skriv_procent(s)}" for s, namn in par if s is not None]
    else:
        delar = [] if satser.sammanvagt is None else [f"löner och priser {skriv_procent(satser.sammanvagt)}"]
    ovriga = (
        (satser.demografi, "demografi"),
        (satser.medicinteknik, "medicinsk teknik"),
        (satser.effektivisering, "effektivisering"),
    )
    delar += [f"{namn} {skriv_procent(s)}" for s, namn in ovriga if s is not None]
    text = ", ".join(delar)
    if satser.vags:
        return f"{text}; löner och priser vägs per nämnd"
    return f"{text}: {skriv_procent(sum(satser.delar(None)))}" if len(delar) > 1 else text


def bygg_upprakning(
    data: Upprakningsdata,
    forslag: Mapping[int, Forslag],
    satser: Mapping[int, Satser],
    motiv: Mapping[int, str],
    satsmotiv: Mapping[int, str],
) -> Tabell:
    """The amounts with their arithmetic, by sektor. `satser` and the reasons for them are by sektor id, `motiv` the
    reasons of exceptions by enhet id. What is decided, or saved as a draft, stands beside, and each difference in a
    note. Sums are of the whole region's sektorer, so who sees a part of it has none."""
    beslutat = data.beslutat()
    ord_ = ("tryckt" if data.tryckt else "beslutat") if data.beslutade else "utkastet"
    skilda = {s.enhet: s for s in skillnader(forslag, beslutat)} if beslutat else {}
    enheter = [p for p in data.enheter if p.enhet_id in forslag or p.enhet_id in skilda]
    noter = {}
    for p in enheter:
        egen = _undantagstext(p, forslag.get(p.enhet_id), motiv.get(p.enhet_id, ""))
        if text := f"{egen} {_skillnadstext(p, skilda.get(p.enhet_id), ord_)}".strip():
            noter[p.enhet_id] = text
    med_undantag = any(f.satt in EGNA for f in forslag.values())
    skriv = _Celler(forslag, beslutat, list(noter), med_undantag)
    rader, sist = [], []
    for sektor, platser in groupby(enheter, key=lambda p: p.sektor_id):
        platser = list(platser)
        rubrik = f"{platser[0].sektor_namn}: {skriv_satser(satser.get(sektor))}"
        rader.append(Rad(f"sektor-{sektor}", rubrik, slag=Radslag.GRUPP))
        rader += [Rad(p.enhet_kod, p.enhet_namn, skriv.en(p.enhet_id), Radslag.DEL) for p in platser]
        if not data.brygga.delvis:
            delar = tuple((p.enhet_kod, 1) for p in platser)
            if skal := satsmotiv.get(sektor):
                sist.append(f"{platser[0].sektor_namn}: {skal}")
            celler = skriv.summa({p.enhet_id for p in platser}, (len(noter) + len(sist),) if skal else ())
            rader.append(Rad(f"summa-{sektor}", platser[0].summarubrik, celler, Radslag.SUMMA, delar))
    if not data.brygga.delvis:
        delar = tuple((r.nyckel, 1) for r in rader if r.slag == Radslag.SUMMA)
        celler = skriv.summa({p.enhet_id for p in enheter})
        rader.append(Rad("alla", "Summa, betalas av Finansförvaltningen", celler, Radslag.TOTAL, delar))
    return Tabell(
        nyckel="upprakning",
        rubrik=f"Uppräkning {data.brygga.ar}",
        radrubrik="Nämnd",
        ingress="Basen är förra årets regionbidrag och årets beslutade tekniska justeringar. Varje del av satsen "
        "räknas för sig, avrundas till 0,1 mnkr och läggs ihop. Mnkr.",
        kolumner=tuple(_kolumner(med_undantag, ord_ if beslutat else "")),
        rader=tuple(rader),
        noter=(*noter.values(), *sist),
    )


def _kolumner(med_undantag: bool, jamfors_med: str) -> Iterator[Kolumn]:
    yield Kolumn("bas", "Bas", decimaler=DECIMALER)
    yield Kolumn("sats", "Sats", enhet="procent", decimaler=2)
    for i, rubrik in enumerate(DELAR if med_undantag else DELAR[:-1]):
        yield Kolumn(f"del-{i}", rubrik, decimaler=DECIMALER)
    yield Kolumn("summa", "Uppräkning", decimaler=DECIMALER)
    if jamfors_med:
        yield Kolumn("beslutat", jamfors_med.capitalize(), decimaler=DECIMALER)
        av = ("beslutat", "summa")
        yield Kolumn("skillnad", "Skillnad", slag=Kolumnslag.DIFFERENS, decimaler=DECIMALER, av=av)


@dataclass(frozen=True, slots=True)
class _Celler:
    """The cells of a row. `med_not` are the ids of the enheter that have a note, in order."""

    forslag: Mapping[int, Forslag]
    beslutat: Mapping[int, Decimal]
    med_not: list[int]
    med_undantag: bool

    def en(self, enhet: int) -> tuple[Cell, ...]:
        """An enhet's. What is decided for one that is not raised stands against nothing."""
        f = self.forslag.get(enhet)
        not_ = (self.med_not.index(enhet) + 1,) if enhet in self.med_not else ()
        if f is None:
            celler = (*(TOM,) * (6 + self.med_undantag), Cell(Decimal(0), noter=not_))
        else:
            egen = f.satt in EGNA
            delar = [TOM if egen else Cell(x) for x in f.delar[:-1]]
            if self.med_undantag:
                delar.append(Cell(f.delar[-1]) if egen else TOM)
            celler = (Cell(f.bas), TOM if f.sats is None else Cell(f.sats), *delar, Cell(f.summa, noter=not_))
        return celler + self._jamforelse(self.beslutat.get(enhet), celler[-1].varde)

    def summa(self, enheter: set[int], noter: tuple[int, ...] = ()) -> tuple[Cell, ...]:
        """Those of several enheter together."""
        bas, delar = summera(f for e, f in self.forslag.items() if e in enheter)
        visade = delar if self.med_undantag else delar[:-1]
        celler = (Cell(bas), TOM, *(Cell(x) for x in visade), Cell(sum(delar), noter=noter))
        har = sum((b for e, b in self.beslutat.items() if e in enheter), Decimal(0))
        return celler + self._jamforelse(har, celler[-1].varde)

    def _jamforelse(self, har: Decimal | None, raknat: Decimal) -> tuple[Cell, ...]:
        if not self.beslutat:
            return ()
        return (TOM if har is None else Cell(har), Cell((har or Decimal(0)) - raknat))


def _skillnadstext(p: Plats, s: Skillnad | None, ord_: str) -> str:
    if s is None:
        return ""
    return f"{p.enhet_namn}: {ord_} {_mnkr(s.beslutat)}, uppräkningen ger {_mnkr(s.raknat)}."


def _undantagstext(p: Plats, f: Forslag | None, skal: str) -> str:
    if f is None or f.satt not in EGNA:
        return skal and f"{p.enhet_namn}: {skal}"
    if f.satt == Satt.EGEN_SATS:
        text = f"{p.enhet_namn} har egen sats, {skriv_procent(f.sats)}"
    else:
        text = f"{p.enhet_namn} har eget belopp, {_mnkr(f.summa)}"
    if f.enligt_sektorn is not None:
        text += f"; sektorns sats hade gett {_mnkr(f.enligt_sektorn)}"
    return f"{text}. {skal}".strip()
