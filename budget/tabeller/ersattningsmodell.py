"""The ersättningsmodell as tables: the variants beside each other, and each with its arithmetic."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from budget.regler.ersattningsmodell import Utfall
from budget.selectors.uppstallning import Plats
from regionskane.lib.belopp import HARDBLANK, MNKR, formatera, formatera_procent
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

DECIMALER = 1
Baser = Sequence[tuple[Plats, Decimal]]


def i_ord(u: Utfall, *, rest: bool) -> str:
    """What the effect means: «90,5 mnkr mer», and what the dämpare has to do with it; `rest` tells that some are held
    back, so that the others share what they leave."""
    if u.effekt:
        belopp = formatera(abs(u.effekt), skala=MNKR, decimaler=DECIMALER)
        text = f"{belopp}{HARDBLANK}mnkr {'mer' if u.effekt > 0 else 'mindre'}"
    else:
        text = "Oförändrat"
    if u.dampad:
        return f"{text}, {'ökningen' if u.dampad > 0 else 'minskningen'} är dämpad"
    return f"{text}, delar på resten" if rest else text


def bygg_jamforelse(baser: Baser, varianter: Mapping[str, Mapping[int, Utfall]]) -> Tabell:
    """The effect per enhet in each variant (by its letter)."""
    kolumner = [Kolumn("idag", "Idag", "mnkr", decimaler=DECIMALER)]
    for bokstav in varianter:
        kolumner.append(
            Kolumn(
                bokstav,
                f"Variant {bokstav.upper()}",
                "effekt, mnkr",
                Kolumnslag.DIFFERENS,
                decimaler=DECIMALER,
            )
        )
        kolumner.append(Kolumn(f"{bokstav}-ord", "I ord", slag=Kolumnslag.TEXT))
    rader = []
    for p, bas in baser:
        celler = [Cell(bas)]
        for utfall in varianter.values():
            u = utfall[p.enhet_id]
            rest = any(x.dampad for x in utfall.values())
            celler += [Cell(u.effekt), Cell(text=i_ord(u, rest=rest))]
        rader.append(Rad(p.enhet_kod, p.enhet_namn, tuple(celler)))
    summor = [Cell(_summa(bas for _, bas in baser))]
    for utfall in varianter.values():
        summa = _summa(u.effekt for u in utfall.values())
        summor += [Cell(summa), Cell(text=_summa_i_ord(summa))]
    rader.append(Rad("alla", "Summa", tuple(summor), Radslag.TOTAL, tuple((r.nyckel, 1) for r in rader)))
    return Tabell(
        "ersattningsmodell",
        "Effekt per styrelse, jämfört med idag",
        "Styrelse",
        tuple(kolumner),
        tuple(rader),
        "Idag är förra årets regionbidrag med årets beslutade tekniska justeringar och uppräkning. Varje effekt är "
        "avrundad till 0,1 mnkr, och avrundningarna tar ut varandra.",
    )


def bygg_variant(baser: Baser, bokstav: str, utfall: Mapping[int, Utfall]) -> Tabell:
    """One variant with its arithmetic: today, the share, what the model gives, the effects, and the new level."""

    def celler(idag, andel, fordelat, utan, effekt, nytt):
        relativ = effekt / idag if idag else None
        procent = Cell(text=formatera_procent(andel, decimaler=2))
        return Cell(idag), procent, Cell(fordelat), Cell(utan), Cell(effekt), Cell(relativ), Cell(nytt)

    rader = [
        Rad(
            p.enhet_kod,
            p.enhet_namn,
            celler(u.idag, u.andel, u.fordelat, u.utan_dampare, u.effekt, u.nytt),
        )
        for p, _ in baser
        for u in [utfall[p.enhet_id]]
    ]
    alla = [
        _summa(getattr(u, falt) for u in utfall.values())
        for falt in ("idag", "andel", "fordelat", "utan_dampare", "effekt", "nytt")
    ]
    rader.append(Rad("alla", "Summa", celler(*alla), Radslag.TOTAL, tuple((r.nyckel, 1) for r in rader)))
    return Tabell(
        f"variant-{bokstav}",
        f"Variant {bokstav.upper()}, uträkningen",
        "Styrelse",
        (
            Kolumn("idag", "Idag", decimaler=DECIMALER),
            Kolumn("andel", "Andel", "av 100", slag=Kolumnslag.TEXT),
            Kolumn("fordelat", "Modellen ger", decimaler=DECIMALER),
            Kolumn("utan", "Effekt", "utan dämpare", Kolumnslag.DIFFERENS, decimaler=DECIMALER),
            Kolumn("effekt", "Effekt", "med dämpare", Kolumnslag.DIFFERENS, decimaler=DECIMALER),
            Kolumn("relativ", "Effekt", "mot idag", Kolumnslag.PROCENT, decimaler=1),
            Kolumn("nytt", "Nytt bidrag", decimaler=DECIMALER),
        ),
        tuple(rader),
        "Mnkr. Andelen är procentsatsens del av procentsatsernas egen summa, för de är ofta avrundade.",
    )


def _summa(tal) -> Decimal:
    return sum(tal, Decimal(0))


def _summa_i_ord(summa: Decimal) -> str:
    if not summa:
        return "Effekterna tar ut varandra"
    belopp = formatera(abs(summa), skala=MNKR, decimaler=DECIMALER)
    return f"Finansförvaltningen {'betalar' if summa > 0 else 'får'} {belopp}{HARDBLANK}mnkr"
