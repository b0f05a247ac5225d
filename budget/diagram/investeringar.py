"""The charts of the investments: what is spent each year, and each forecast against its room."""

from collections.abc import Mapping
from decimal import Decimal

from budget.selectors.investeringar import PLAN, PROGNOS, STRATEGISKA, Objektdata
from regionskane.lib.belopp import MNKR, formatera, formatera_procent
from regionskane.lib.diagram import Andel, Andelsdiagram, Serie, Stapeldiagram


def bygg_utgiftsdiagram(data: Objektdata, totalt: Mapping[int, Decimal]) -> Stapeldiagram | None:
    """What the objects cost each year and, where the reader sees it, all investments of 5A (`totalt`, by year)."""
    # A year that nobody has planned yet is none, and no year without investments.
    aren = [ar for ar in data.egna_ar if data.summa(STRATEGISKA, ar) is not None or ar in totalt]
    summor = [data.summa(STRATEGISKA, ar) for ar in aren]
    if not any(summor):
        return None
    serier = [Serie("Strategiska objekt", tuple(s.varde / MNKR if s else Decimal(0) for s in summor))]
    if all(ar in totalt for ar in aren):
        serier.append(Serie("Summa investeringar", tuple(totalt[ar] / MNKR for ar in aren)))
    forsta, sista = serier[-1].varden[0], serier[-1].varden[-1]
    gar = "ökar" if sista > forsta else "minskar" if sista < forsta else "är oförändrade"
    vad = "Investeringarna" if len(serier) > 1 else "Objektens utgifter"
    rubrik = f"{vad} {gar}, från {formatera(forsta)} till {formatera(sista)} mnkr"
    ljus = "Grått är strategiska objekt, färgat är alla investeringar i 5A." if len(serier) > 1 else ""
    return Stapeldiagram(
        rubrik=rubrik if sista != forsta else f"{vad} är oförändrade, {formatera(sista)} mnkr",
        under=f"Utgift per år {aren[0]}–{aren[-1]}, mnkr. {ljus}".strip(),
        grupper=tuple(str(ar) for ar in aren),
        serier=tuple(serier),
        text=formatera,
    )


def bygg_ramdiagram(data: Objektdata) -> Andelsdiagram | None:
    """Each object's forecast as a share of its room, the highest first."""
    andelar = []
    for o in data.objekt:
        prognos, plan = (data.varde(o, data.version.ar, m) for m in (PROGNOS, PLAN))
        if prognos is not None and plan:
            slag = "" if o.slag == "bygg" else ", utrustning"
            tal = f"{formatera(prognos, skala=MNKR)} av {formatera(plan, skala=MNKR)}"
            andelar.append(Andel(o.enhet.namn + slag, prognos / plan, tal))
    if not andelar:
        return None
    over = sum(a.varde > 1 for a in andelar)
    return Andelsdiagram(
        rubrik=f"Prognosen är över planutrymmet för {over} objekt av {len(andelar)}",
        under="Prognos som andel av objektets planutrymme; linjen är hela utrymmet. Talen är mnkr.",
        andelar=tuple(sorted(andelar, key=lambda a: -a.varde)),
        text=lambda v: formatera_procent(v, decimaler=0),
    )
