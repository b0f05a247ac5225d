"""Bilaga 4B as data: justeringar as rows and nämnder across, and one nämnd's own bridge."""

from collections.abc import Iterable
from decimal import Decimal

from budget.models import Block, Justering
from budget.regler.brygga import provad, utgaende
from budget.regler.kontroll import Slag
from budget.regler.upprakning import Forslag, Satser
from budget.selectors.justering import FINANS, Bryggdata, Bryggnyckel
from budget.selectors.uppstallning import Plats
from budget.tabeller.adress import versionsadress
from regionskane.lib.belopp import MNKR, formatera
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

DECIMALER = 1
# A justering that does not touch a nämnd is left empty, as in the printed matrix.
TOM = Cell(saknas="")


def bygg_matris(data: Bryggdata) -> Tabell:
    """The matrix: a row per justering, a column per enhet and, for a reader of the whole region, the row's sum."""
    kolumner = [_kolumn(p) for p in data.enheter]
    if not data.delvis:
        kolumner.append(Kolumn("summa", "Summa", "mnkr", decimaler=DECIMALER))
    noter = [_not(data, p) for p in data.enheter]
    return Tabell(
        nyckel="regionbidrag-4b",
        rubrik=f"Regionbidragets förändring {data.ar}",
        radrubrik="Justering",
        ingress=f"{data.version.namn}, mnkr. Tomt betyder att beslutet inte rör nämnden. Utkast räknas inte.",
        kolumner=tuple(kolumner),
        rader=tuple(_matrisrader(data)),
        noter=tuple(n for n in noter if n),
    )


def _kolumn(p: Plats) -> Kolumn:
    return Kolumn(p.enhet_kod, p.enhet_kod.replace("_", " "), "mnkr", decimaler=DECIMALER)


def _rad(data: Bryggdata, nyckel, rubrik, varden, slag=Radslag.RAD, kallor=None, noter=None) -> Rad:
    """`varden` is enhet id → kronor; the last cell is their sum, which for a decided justering is zero."""
    kallor, noter = kallor or {}, noter or {}
    celler = [
        Cell(varden[p.enhet_id], kalla=kallor.get(p.enhet_id, ""), noter=noter.get(p.enhet_id, ()))
        if varden.get(p.enhet_id) is not None
        else TOM
        for p in data.enheter
    ]
    if not data.delvis:
        celler.append(Cell(sum(varden.values(), Decimal(0))))
    return Rad(nyckel, rubrik, tuple(celler), slag)


def _matrisrader(data: Bryggdata) -> Iterable[Rad]:
    if data.fran:
        yield _rad(
            data, "ingaende", f"Regionbidrag {data.fran.ar}", _med_motpart(data, _varden(data.ingaende)),
            Radslag.SUMMA, _kallor(data, data.fran.kalla, data.fran.ar),
        )  # fmt: skip
    adress = f"{versionsadress(data.version)}brygga/justering/"
    for block in Block:
        rader = [j for j in data.justeringar if j.block == block]
        if not rader:
            continue
        yield Rad(f"grupp-{block.value}", _blockrubrik(block, rader), slag=Radslag.GRUPP)
        for j in rader:
            varden = {enhet: r.belopp for enhet, r in data.rader[j.pk].items()}
            if data.delvis and not varden:
                continue
            kallor = dict.fromkeys(varden, f"{adress}{j.pk}/")
            rubrik = j.titel if j.beslutad else f"{j.titel} (utkast)"
            yield _rad(data, f"justering-{j.pk}", rubrik, varden, Radslag.DEL, kallor)
        summor = {
            p.enhet_id: data.summor.get(Bryggnyckel(block.value, p.enhet_id), Decimal(0))
            for p in data.enheter
        }
        yield _rad(data, f"summa-{block.value}", f"Summa {block.label.lower()}", summor, Radslag.SUMMA)
    forandring = {p.enhet_id: data.forandring(p.enhet_id) for p in data.enheter}
    yield _rad(data, "forandring", "Summa förändring", forandring, Radslag.SUMMA)
    if data.fran:
        yield _rad(
            data, "brygga", f"Regionbidrag {data.ar} enligt bryggan", _med_motpart(data, _bryggans(data)),
            Radslag.TOTAL,
        )  # fmt: skip
    if data.utgaende:
        nummer = {}
        for p in data.enheter:
            if _not(data, p):
                nummer[p.enhet_id] = (len(nummer) + 1,)
        yield _rad(
            data, "niva", f"Regionbidrag {data.ar} i tabell 4A", _med_motpart(data, _varden(data.utgaende)),
            Radslag.SUMMA, _kallor(data, data.version, data.ar), nummer,
        )  # fmt: skip


def _blockrubrik(block: Block, rader: list[Justering]) -> str:
    priser = sorted({j.prisniva for j in rader})
    return f"{block.label}, {' och '.join(map(str, priser))} års prisnivå"


def _varden(nivaer) -> dict[int, Decimal]:
    return {enhet: s.varde for enhet, s in nivaer.items()}


def _bryggans(data: Bryggdata) -> dict[int, Decimal]:
    return {
        p.enhet_id: utgaende(data.ingaende[p.enhet_id].varde, data.forandring(p.enhet_id))
        for p in data.enheter
        if p.enhet_id in data.ingaende
    }


def _med_motpart(data: Bryggdata, varden: dict[int, Decimal]) -> dict[int, Decimal]:
    """FINANS pays what all others receive, so its level is never stored: it is their sum with the other sign."""
    finans = next((p for p in data.enheter if p.enhet_kod == FINANS), None)
    if finans is None or data.delvis:
        return varden
    return varden | {
        finans.enhet_id: -sum((v for e, v in varden.items() if e != finans.enhet_id), Decimal(0))
    }


def _kallor(data: Bryggdata, version, ar: int) -> dict[int, str]:
    rot = f"{versionsadress(version)}varifran/regionbidrag/regionbidrag/enhet-"
    return {p.enhet_id: f"{rot}{p.enhet_kod}/{ar}/" for p in data.enheter if p.enhet_kod != FINANS}


def _not(data: Bryggdata, p: Plats) -> str:
    niva, fore = data.utgaende.get(p.enhet_id), data.ingaende.get(p.enhet_id)
    if not niva or not fore or not data.justeringar:
        return ""
    skillnad = provad(niva.varde, fore.varde, data.forandring(p.enhet_id), precision=niva.precision)
    if skillnad is None:
        return ""
    bryggan = utgaende(fore.varde, data.forandring(p.enhet_id))
    tal = [
        formatera(x, skala=MNKR, decimaler=DECIMALER) for x in (niva.varde, bryggan, abs(skillnad.differens))
    ]
    slut = "är avrundning" if skillnad.slag == Slag.AVRUNDNING else "är mer än avrundning"
    return (
        f"{p.enhet_namn} {data.ar} är {tal[0]} i tabell 4A; bryggan ger {tal[1]}. Skillnaden {tal[2]} {slut}."
    )


def bygg_enhetsbrygga(data: Bryggdata, plats: Plats) -> Tabell:
    """One enhet's bridge as rows: last year's level, each justering, the sums, and the new level."""
    enhet = plats.enhet_id
    adress = f"{versionsadress(data.version)}brygga/justering/"
    rader = []
    fore, niva = data.ingaende.get(enhet), data.utgaende.get(enhet)
    if fore:
        kalla = _kallor(data, data.fran.kalla, data.fran.ar).get(enhet, "")
        rader.append(
            Rad(
                "ingaende",
                f"Regionbidrag {data.fran.ar}",
                (Cell(fore.varde, kalla=kalla), TOM),
                Radslag.SUMMA,
            )
        )
    for block in Block:
        egna = [j for j in data.justeringar if j.block == block and enhet in data.rader[j.pk]]
        if not egna:
            continue
        rader.append(Rad(f"grupp-{block.value}", block.label, slag=Radslag.GRUPP))
        for j in egna:
            r = data.rader[j.pk][enhet]
            grund = r.kalla or j.motiv.split("\n")[0]
            text = grund if j.beslutad else f"Utkast, räknas inte. {grund}".strip()
            cell = Cell(r.belopp, kalla=f"{adress}{j.pk}/")
            rader.append(Rad(f"justering-{j.pk}", j.titel, (cell, Cell(text=text)), Radslag.DEL))
        summa = data.summor.get(Bryggnyckel(block.value, enhet), Decimal(0))
        rader.append(
            Rad(f"summa-{block.value}", f"Summa {block.label.lower()}", (Cell(summa), TOM), Radslag.SUMMA)
        )
    if fore:
        bryggan = utgaende(fore.varde, data.forandring(enhet))
        rader.append(
            Rad("brygga", f"Regionbidrag {data.ar} enligt bryggan", (Cell(bryggan), TOM), Radslag.TOTAL)
        )
    if niva:
        kalla = _kallor(data, data.version, data.ar).get(enhet, "")
        rader.append(
            Rad(
                "niva",
                f"Regionbidrag {data.ar} i tabell 4A",
                (Cell(niva.varde, kalla=kalla), TOM),
                Radslag.SUMMA,
            )
        )
    note = _not(data, plats)
    return Tabell(
        nyckel="brygga",
        rubrik=f"Regionbidrag {data.ar}, {plats.enhet_namn}",
        radrubrik="Post",
        ingress=f"{data.version.namn}, mnkr.",
        kolumner=(
            Kolumn("belopp", "Belopp", "mnkr", decimaler=DECIMALER),
            Kolumn("grund", "Grund", slag=Kolumnslag.TEXT),
        ),
        rader=tuple(rader),
        noter=(note,) if note else (),
    )


def bygg_upprakning(data: Bryggdata, forslag: dict[int, Forslag], satser: Satser) -> Tabell:
    """The proposal with its arithmetic: base, what each sats gives, and the sum per enhet."""
    namn = ("Löner och priser", "Demografi", "Medicinsk teknik", "Effektivisering")
    delar = [
        Kolumn(f"del-{i}", rubrik, f"{formatera(s, decimaler=2)} %", enhet="mnkr", decimaler=DECIMALER)
        for i, (rubrik, s) in enumerate(zip(namn, satser.delar(), strict=True))
    ]
    rader = [
        Rad(p.enhet_kod, p.enhet_namn, tuple(Cell(x) for x in (f.bas, *f.delar, f.summa)))
        for p in data.enheter
        if (f := forslag.get(p.enhet_id))
    ]
    summor = zip(*((f.bas, *f.delar, f.summa) for f in forslag.values()), strict=True)
    rader.append(
        Rad(
            "alla", "Summa, betalas av Finansförvaltningen", tuple(Cell(sum(s, Decimal(0))) for s in summor),
            Radslag.TOTAL, tuple((r.nyckel, 1) for r in rader),
        )
    )  # fmt: skip
    return Tabell(
        nyckel="upprakning",
        rubrik=f"Förslag till uppräkning {data.ar}",
        radrubrik="Nämnd",
        ingress="Basen är förra årets regionbidrag och årets beslutade tekniska justeringar. Varje del är avrundad "
        "till 0,1 mnkr. Mnkr.",
        kolumner=(
            Kolumn("bas", "Bas", "mnkr", decimaler=DECIMALER),
            *delar,
            Kolumn("summa", "Uppräkning", "mnkr", decimaler=DECIMALER),
        ),
        rader=tuple(rader),
    )
