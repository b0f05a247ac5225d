"""A year's uppräkning as data: each nämnd's amount, how it came about, and where something else was decided."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import groupby

from budget.regler.upprakning import Forslag, Satser, Satt, skillnader, summera
from budget.selectors.upprakning import Upprakningsdata
from regionskane.lib.belopp import HARDBLANK, MNKR, formatera, formatera_fullt
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

DECIMALER = 1
TOM = Cell(saknas="")
DELAR = ("Löner och priser", "Demografi", "Medicinsk teknik", "Effektivisering", "Undantag")


def skriv_procent(sats: Decimal) -> str:
    """A percentage as it is read, nothing rounded away: «2,9 %», «2,4575 %»."""
    return f"{formatera_fullt(sats, minst=1)}{HARDBLANK}%"


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
) -> Tabell:
    """The amounts with their arithmetic, by sektor. `satser` are by sektor id, `motiv` the reasons of exceptions by
    enhet id. What is decided, or saved as a draft, stands beside, and each difference in a note."""
    beslutat = data.beslutat()
    jamfors = bool(beslutat) and bool(forslag)
    ord_ = ("tryckt" if data.tryckt else "beslutat") if data.beslutade else "utkastet"
    noter, nummer = [], {}
    skilda = {s.enhet: s for s in skillnader(forslag, beslutat)} if jamfors else {}
    enheter = [p for p in data.enheter if p.enhet_id in forslag or p.enhet_id in skilda]
    for p in enheter:
        f, s = forslag.get(p.enhet_id), skilda.get(p.enhet_id)
        text = _undantagstext(p.enhet_namn, f, satser.get(p.sektor_id), motiv.get(p.enhet_id, ""))
        if s:
            har = f"{p.enhet_namn}: {ord_} {_mnkr(s.beslutat)}, uppräkningen ger {_mnkr(s.raknat)}."
            text = f"{text} {har}".strip()
        if text:
            noter.append(text)
            nummer[p.enhet_id] = len(noter)
    med_undantag = any(f.satt in (Satt.EGEN_SATS, Satt.EGET_BELOPP) for f in forslag.values())
    rader = []
    for (sektor, namn), platser in groupby(enheter, key=lambda p: (p.sektor_id, p.sektor_namn)):
        platser = list(platser)
        rader.append(
            Rad(f"sektor-{sektor}", f"{namn}: {skriv_satser(satser.get(sektor))}", slag=Radslag.GRUPP)
        )
        for p in platser:
            f = forslag.get(p.enhet_id)
            not_ = (nummer[p.enhet_id],) if p.enhet_id in nummer else ()
            celler = _rad(f, not_, med_undantag)
            rader.append(
                Rad(
                    p.enhet_kod,
                    p.enhet_namn,
                    celler + _jamforelse(p.enhet_id, f, beslutat, jamfors),
                    Radslag.DEL,
                )
            )
        egna = {p.enhet_id for p in platser}
        celler = _summarad({e: f for e, f in forslag.items() if e in egna}, med_undantag)
        av = {e: b for e, b in beslutat.items() if e in egna}
        rader.append(
            Rad(
                f"summa-{sektor}", f"Summa {namn[0].lower()}{namn[1:]}",
                celler + _summajamforelse(celler, av, jamfors), Radslag.SUMMA,
                tuple((p.enhet_kod, 1) for p in platser),
            )
        )  # fmt: skip
    if not data.brygga.delvis:
        celler = _summarad(forslag, med_undantag)
        summor = tuple((r.nyckel, 1) for r in rader if r.slag == Radslag.SUMMA)
        rader.append(
            Rad(
                "alla", "Summa, betalas av Finansförvaltningen",
                celler + _summajamforelse(celler, beslutat, jamfors), Radslag.TOTAL, summor,
            )
        )  # fmt: skip
    kolumner = [
        Kolumn("bas", "Bas", decimaler=DECIMALER),
        Kolumn("sats", "Sats", enhet="procent", decimaler=2),
        *(
            Kolumn(f"del-{i}", rubrik, decimaler=DECIMALER)
            for i, rubrik in enumerate(DELAR)
            if med_undantag or i < len(DELAR) - 1
        ),
        Kolumn("summa", "Uppräkning", decimaler=DECIMALER),
    ]
    if jamfors:
        kolumner.append(Kolumn("beslutat", ord_.capitalize(), decimaler=DECIMALER))
        kolumner.append(
            Kolumn(
                "skillnad",
                "Skillnad",
                slag=Kolumnslag.DIFFERENS,
                decimaler=DECIMALER,
                av=("beslutat", "summa"),
            )
        )
    return Tabell(
        nyckel="upprakning",
        rubrik=f"Uppräkning {data.brygga.ar}",
        radrubrik="Nämnd",
        ingress="Basen är förra årets regionbidrag och årets beslutade tekniska justeringar. Varje del av satsen "
        "räknas för sig, avrundas till 0,1 mnkr och läggs ihop. Mnkr.",
        kolumner=tuple(kolumner),
        rader=tuple(rader),
        noter=tuple(noter),
    )


def _undantagstext(namn: str, f: Forslag | None, sektorns: Satser | None, motiv: str) -> str:
    if f is None or f.satt not in (Satt.EGEN_SATS, Satt.EGET_BELOPP):
        return motiv and f"{namn}: {motiv}"
    if f.satt == Satt.EGEN_SATS:
        text = f"{namn} har egen sats, {skriv_procent(f.sats)}"
    else:
        text = f"{namn} har eget belopp, {_mnkr(f.summa)}"
    if f.enligt_sektorn is not None:
        text += f"; sektorns sats hade gett {_mnkr(f.enligt_sektorn)}"
    return f"{text}. {motiv}".strip()


def _rad(f: Forslag | None, not_: tuple[int, ...], med_undantag: bool) -> tuple[Cell, ...]:
    if f is None:
        return (*(TOM,) * (6 + med_undantag), Cell(Decimal(0), noter=not_))
    undantag = f.satt in (Satt.EGEN_SATS, Satt.EGET_BELOPP)
    sats = TOM if f.sats is None else Cell(f.sats)
    delar = [TOM if undantag else Cell(x) for x in f.delar[:-1]]
    if med_undantag:
        delar.append(Cell(f.delar[-1]) if undantag else TOM)
    return (Cell(f.bas), sats, *delar, Cell(f.summa, noter=not_))


def _summarad(forslag: Mapping[int, Forslag], med_undantag: bool) -> tuple[Cell, ...]:
    bas, delar = summera(forslag.values())
    visade = delar if med_undantag else delar[:-1]
    return (Cell(bas), TOM, *(Cell(x) for x in visade), Cell(sum(delar)))


def _jamforelse(enhet: int, f: Forslag | None, beslutat, jamfors: bool) -> tuple[Cell, ...]:
    if not jamfors:
        return ()
    har = beslutat.get(enhet)
    return (TOM if har is None else Cell(har), Cell((har or 0) - (f.summa if f else 0)))


def _summajamforelse(celler: tuple[Cell, ...], beslutat, jamfors: bool) -> tuple[Cell, ...]:
    if not jamfors:
        return ()
    summa = sum(beslutat.values(), Decimal(0))
    return (Cell(summa), Cell(summa - celler[-1].varde))
