"""Entering äskanden: the ram beside what is asked for, and the question whether a figure is a level in mnkr."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from budget.actions.belopp import Cellandring
from budget.regler.askandesinne import Lasning, lasningar, lasningar_av_investering
from budget.selectors.celler import Cellnyckel
from budget.selectors.ram import DRIFT
from budget.selectors.summor import ALLA, Nyckel
from budget.selectors.uppstallning import Uppstallningsdata, radnyckel
from budget.tabeller.adress import versionsadress
from budget.tabeller.enhetssinne import FLEST, ORD
from budget.tabeller.inmatning import Inmatningsvy, Ritare, bygg_inmatning
from budget.tabeller.uppstallning import kolumnnyckel
from regionskane.lib.belopp import MNKR, ORE, TolkatBelopp, formatera_fullt
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Tabell

SOM_DET_STAR = "nej"


class Askanderitare(Ritare):
    """The entry table with, for each year, the ram as it is now and what the äskande would make of it."""

    def _bygg_tabell(self) -> Tabell:
        return _med_ramen(self.data, super()._bygg_tabell())


def bygg_askandeinmatning(data: Uppstallningsdata, celler, skrivbara, **mer) -> Inmatningsvy:
    """As `bygg_inmatning`, of the äskanden."""
    return bygg_inmatning(data, celler, skrivbara, ritare=Askanderitare, **mer)


def _med_ramen(data: Uppstallningsdata, tabell: Tabell) -> Tabell:
    aren = {kolumnnyckel(k): k.ar for k in data.kolumner if k.kalla_id == data.version.pk}
    dec = data.uppstallning.decimaler
    rot = f"{versionsadress(data.version)}varifran/regionbidrag/regionbidrag/"
    omfang = {
        radnyckel(data.uppstallning, f"enhet-{p.enhet_kod}", DRIFT): (
            f"enhet:{p.enhet_id}",
            f"enhet-{p.enhet_kod}",
        )
        for p in data.placeringar
    }
    vad = "egna" if data.delvis else ALLA
    omfang[radnyckel(data.uppstallning, vad, DRIFT)] = (ALLA, vad)

    def kolumner():
        for k in tabell.kolumner:
            ar = aren[k.nyckel]
            yield Kolumn(f"ram-{ar}", "Ram", str(ar), decimaler=dec)
            yield replace(k, under="äskande")
            yield Kolumn(
                f"skillnad-{ar}", "Skillnad", f"mot ramen {ar}", Kolumnslag.DIFFERENS, decimaler=dec,
                av=(k.nyckel, f"ram-{ar}"),
            )  # fmt: skip

    def celler(rad: Rad):
        summans, adress = omfang.get(rad.nyckel, ("", ""))
        for k, cell in zip(tabell.kolumner, rad.celler, strict=True):
            ar = aren[k.nyckel]
            summa = data.summor.get(Nyckel(data.ram or 0, data.version.pk, ar, summans)) if summans else None
            yield Cell(summa.varde, kalla=f"{rot}{adress}/{ar}/") if summa else Cell(saknas="")
            yield cell
            bada = summa and cell.varde is not None
            yield Cell(cell.varde - summa.varde) if bada else Cell()

    return replace(
        tabell,
        kolumner=tuple(kolumner()),
        rader=tuple(replace(r, celler=tuple(celler(r))) if r.celler else r for r in tabell.rader),
    )


@dataclass(frozen=True, slots=True)
class Svarsval:
    """An answer to the question: its value in the form, its words, and what each figure becomes with it."""

    varde: str
    text: str
    foljd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Askandefraga:
    """What is asked before äskanden are saved. The first of the answers saves them as they stand."""

    rubrik: str
    text: str
    val: tuple[Svarsval, ...]


def las_andringarna(
    data: Uppstallningsdata, andringar: Iterable[Cellandring]
) -> dict[Cellnyckel, tuple[Lasning, ...]]:
    """The cells whose new figure may be read in another way, with the ways. No queries."""
    drift = {p.pk for p in data.poster if data.mot_ramen(p.pk)}
    sett = {}
    for a in andringar:
        ram = data.ramen(a.cell.enhet, a.cell.ar)
        if a.nytt is None or ram is None:
            continue
        prova = lasningar if a.cell.post in drift else lasningar_av_investering
        if kan_vara := prova(a.nytt.varde / MNKR, ram / MNKR):
            sett[a.cell] = kan_vara
    return sett


def svarsvarde(l: Lasning) -> str:  # noqa: E741
    """A way to read as the form names it."""
    return f"{'tillskott' if l.tillskott else 'niva'}.{l.enhet}"


def las_som(data: Uppstallningsdata, andringar: Iterable[Cellandring], svar: str) -> tuple[Cellandring, ...]:
    """The changes with every figure that may be read as `svar` says read so."""
    andringar = list(andringar)
    sett = las_andringarna(data, andringar)

    def last(a: Cellandring) -> Cellandring:
        lasning = next((x for x in sett.get(a.cell, ()) if svarsvarde(x) == svar), None)
        if lasning is None:
            return a
        niva = lasning.niva(a.nytt.varde, data.ramen(a.cell.enhet, a.cell.ar)).quantize(ORE)
        return replace(a, nytt=TolkatBelopp(niva, ORE))

    return tuple(map(last, andringar))


def bygg_askandefraga(
    data: Uppstallningsdata,
    andringar: Iterable[Cellandring],
    namn: Callable[[Cellnyckel], str],
    besvarade: Iterable[str] = (),
) -> Askandefraga | None:
    """The question about figures that may be read in another way; None when there is none that is not answered."""
    nya = {a.cell: a.nytt.varde for a in andringar if a.nytt}
    per_svar: dict[Lasning, list[Cellnyckel]] = {}
    for cell, kan_vara in las_andringarna(data, andringar).items():
        for lasning in kan_vara:
            if svarsvarde(lasning) not in besvarade:
                per_svar.setdefault(lasning, []).append(cell)
    if not per_svar:
        return None
    berorda = {c for celler in per_svar.values() for c in celler}
    antal = len(berorda)

    def mnkr(varde: Decimal) -> str:
        return formatera_fullt(varde, skala=MNKR, minst=data.uppstallning.decimaler)

    def rader(lasning: Lasning, celler: list[Cellnyckel]):
        for cell in celler[:FLEST]:
            ram = data.ramen(cell.enhet, cell.ar)
            ramen = "" if not data.mot_ramen(cell.post) else f" (ramen är {mnkr(ram)})"
            niva = lasning.niva(nya[cell], ram).quantize(ORE)
            yield f"{namn(cell)}: {mnkr(nya[cell])} blir {mnkr(niva)}{ramen}"
        if len(celler) > FLEST:
            yield f"Och {len(celler) - FLEST} till."

    val = [Svarsval(SOM_DET_STAR, "Nej, spara som det står: hela nivån, i mnkr")]
    for lasning, celler in per_svar.items():
        som = f"tillskott till ramen, i {ORD[lasning.enhet]}" if lasning.tillskott else ORD[lasning.enhet]
        vilka = "det" if len(celler) == 1 else "de"
        val.append(Svarsval(svarsvarde(lasning), f"Ja, {vilka} är {som}", tuple(rader(lasning, celler))))
    return Askandefraga(
        "Ett belopp ligger långt från ramen" if antal == 1 else f"{antal} belopp ligger långt från ramen",
        "Ett äskande är hela nivån som begärs, i mnkr. Inget är sparat ännu: svara här och spara igen.",
        tuple(val),
    )


def svaren_som_ges(fraga: Askandefraga) -> set[str]:
    """What an answer of no to the question answers."""
    return {v.varde for v in fraga.val if v.varde != SOM_DET_STAR}
