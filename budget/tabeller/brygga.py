"""Bilaga 4B as data: justeringar as rows and nämnder across, and one nämnd's own bridge."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from budget.models import Block, Budgetversion, Justering
from budget.models.justering import SVARET, Justeringsstatus
from budget.regler.brygga import provad, utgaende
from budget.regler.kontroll import Slag
from budget.selectors.justering import FINANS, Bryggdata
from budget.selectors.ram import hamta_bryggans_nivaer
from budget.selectors.uppstallning import Plats
from budget.tabeller.adress import versionsadress
from budget.tabeller.delar import med_delar
from regionskane.lib.belopp import MNKR, formatera, formatera_fullt
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

DECIMALER = 1
# A justering that does not touch a nämnd is left empty, as in the printed matrix.
TOM = Cell(saknas="")


def bygg_matris(data: Bryggdata) -> Tabell:
    """The matrix: a row per justering, a column per enhet and, for a reader of the whole region, the row's sum."""
    return _matris(data, data.enheter, summa=not data.delvis)


def bygg_matrisens_delar(data: Bryggdata, *, bredd: int = 13) -> list[Tabell]:
    """The matrix in as many tables as it takes for none to have more than `bredd` enheter: what a page holds."""
    delar = [data.enheter[i : i + bredd] for i in range(0, len(data.enheter), bredd)]
    return [
        _matris(data, enheter, summa=not data.delvis and nr == len(delar), del_=(nr, len(delar)))
        for nr, enheter in enumerate(delar, start=1)
    ]


def visad_kod(plats: Plats) -> str:
    """The head of an enhet's column, which the list under the matrix spells out."""
    return plats.enhet_kod.replace("_", " ")


def _matris(
    data: Bryggdata, enheter: tuple[Plats, ...], *, summa: bool, del_: tuple[int, int] | None = None
) -> Tabell:
    """`del_` is which part of how many it is, where the matrix is parted. A document holds the matrices of several
    years, so the key names the year."""
    noter = {p.enhet_id: n for p in enheter if (n := _not(data, p))}
    avviker = any(_not(data, p) for p in data.enheter)
    kolumner = [Kolumn(p.enhet_kod, visad_kod(p), decimaler=DECIMALER) for p in enheter]
    if summa:
        kolumner.append(Kolumn("summa", "Summa", decimaler=DECIMALER))
    tabell = Tabell(
        nyckel=f"regionbidrag-4b-{data.ar}" + (f"-{del_[0]}" if del_ else ""),
        rubrik=f"Regionbidragets förändring {data.ar}" + (" ({} av {})".format(*del_) if del_ else ""),
        radrubrik="Justering",
        ingress=f"{data.version.namn}, mnkr. Tomt betyder att beslutet inte rör nämnden. Utkast räknas inte.",
        kolumner=tuple(kolumner),
        rader=tuple(_Matrisrader(data, enheter, summa, list(noter), avviker)),
        noter=tuple(noter.values()),
    )
    tabell = med_delar(tabell, kolumnens={k.nyckel: f" för {k.rubrik} {data.ar}" for k in kolumner})
    if del_ is None:
        return tabell  # the page lists the names under the matrix
    namn = "; ".join(f"{visad_kod(p)} är {p.enhet_namn}" for p in enheter)
    return replace(tabell, noter=(*tabell.noter, f"Förkortningar: {namn}."))


class _Matrisrader:
    """The rows of a matrix over some of its enheter. `med_not` are the ids of those that have a note, in order, and
    `avviker` is whether any has one in the whole matrix, whose parts have the same rows."""

    def __init__(
        self, data: Bryggdata, enheter: tuple[Plats, ...], summa: bool, med_not: list[int], avviker: bool
    ):
        self.data, self.enheter, self.summa, self.med_not = data, enheter, summa, med_not
        self.avviker = avviker

    def __iter__(self) -> Iterator[Rad]:
        data = self.data
        if data.fran:
            yield self._nivarad(
                "ingaende", f"Regionbidrag {data.fran.ar}", data.ingaende, data.fran.kalla, data.fran.ar
            )
        block_med_rader = []
        for block in Block:
            av_block = [j for j in data.justeringar if j.block == block]
            if av_block:
                block_med_rader.append(block)
                yield from self._block(block, av_block)
        forandring = {p.enhet_id: data.visad_summa(p.enhet_id) for p in self.enheter}
        yield self._rad(
            "forandring", "Summa förändring", forandring, Radslag.SUMMA, total=data.summa(),
            delar=[f"summa-{b.value}" for b in block_med_rader],
        )  # fmt: skip
        if data.fran and not data.beslutade_nivaer:
            yield self._rad(
                "brygga", f"Regionbidrag {data.ar} enligt bryggan", _bryggans(data), Radslag.TOTAL,
                delar=["ingaende", "forandring"],
            )  # fmt: skip
        # Where the bridge counts the level, the row above is the level; a level of its own is shown against it.
        if data.utgaende and (not data.version.bryggad or self.avviker):
            yield self._nivarad(
                "niva",
                f"Regionbidrag {data.ar} {_nivans_plats(data)}",
                data.utgaende,
                data.version,
                data.ar,
                slutar=True,
            )

    def _block(self, block: Block, av_block: list[Justering]):
        data = self.data
        yield Rad(f"grupp-{block.value}", _blockrubrik(block, av_block), slag=Radslag.GRUPP)
        for j in av_block:
            rubrik = j.titel if j.beslutad else f"{j.titel} (utkast)"
            yield self._rad(
                f"justering-{j.pk}", rubrik, {enhet: r.belopp for enhet, r in data.rader[j.pk].items()},
                Radslag.DEL, total=data.summa(justering=j.pk),
                kalla=lambda p, pk=j.pk: justeringsadress(pk, data.version),
            )  # fmt: skip
            if andelar := self._andelar(j):
                yield andelar
        yield self._rad(
            f"summa-{block.value}", f"Summa {block.label.lower()}",
            {p.enhet_id: data.visad_summa(p.enhet_id, block) for p in self.enheter},
            Radslag.SUMMA, total=data.summa(block=block),
            delar=[f"justering-{j.pk}" for j in av_block if j.beslutad],
        )  # fmt: skip

    def _andelar(self, j: Justering) -> Rad | None:
        """The shares in percent that the document prints with the justering, for those of the enheter that have one."""
        rader = self.data.rader[j.pk]
        andelar = {
            p.enhet_id: rader[p.enhet_id]
            for p in self.enheter
            if p.enhet_id in rader and rader[p.enhet_id].andel is not None
        }
        if not andelar:
            return None
        rad = self._rad(
            f"andel-{j.pk}", f"{j.titel}, andel", {enhet: r.andel for enhet, r in andelar.items()}, Radslag.DEL,
            kalla=lambda p: justeringsadress(j.pk, self.data.version),
        )  # fmt: skip
        decimaler = max(-r.andel_precision.normalize().as_tuple().exponent for r in andelar.values())
        return replace(rad, enhet="procent", decimaler=max(0, decimaler))

    def _nivarad(self, nyckel, rubrik, nivaer, version, ar, *, slutar=False):
        """`slutar`: the level that the bridge ends in. Where it was decided it is the last of the sums, not beside."""
        summa = slutar and self.data.fran and self.data.beslutade_nivaer
        rad = self._rad(
            nyckel, rubrik, {enhet: s.varde for enhet, s in nivaer.items()},
            Radslag.TOTAL if summa else Radslag.SUMMA,
            kalla=lambda p: nivaadress(p, version, ar), noter=slutar,
            delar=("ingaende", "forandring") if summa else (),
        )  # fmt: skip
        if not summa:
            return rad
        # Its note says already what the bridge gives.
        celler = (
            c._replace(delar_ger=gav) if c.noter and (gav := _visar(self.data, p.enhet_id)) != c.varde else c
            for p, c in zip(self.enheter, rad.celler, strict=False)
        )
        return replace(rad, celler=(*celler, *rad.celler[len(self.enheter) :]))

    def _rad(
        self, nyckel, rubrik, varden, slag, *, total=None, kalla=lambda p: "", delar=(), noter=False
    ) -> Rad:
        """`varden` is enhet id → kronor; `total` is the whole region's, None where the row has none to show."""
        celler = [
            Cell(
                varden[p.enhet_id],
                kalla=kalla(p),
                noter=(self.med_not.index(p.enhet_id) + 1,) if noter and p.enhet_id in self.med_not else (),
            )
            if p.enhet_id in varden
            else TOM
            for p in self.enheter
        ]
        if self.summa:
            celler.append(TOM if total is None else Cell(total))
        return Rad(nyckel, rubrik, tuple(celler), slag, tuple((d, 1) for d in delar))


def skriv_andring(belopp: Decimal) -> str:
    """An amount of a justering in mnkr, nothing rounded away, with «+» for more regionbidrag."""
    return ("+" if belopp > 0 else "") + formatera_fullt(belopp, skala=MNKR, minst=DECIMALER)


def justeringsadress(justering: int, version: Budgetversion) -> str:
    """The page of a justering (id)."""
    return f"{versionsadress(version)}brygga/justering/{justering}/"


def nivaadress(plats: Plats, version: Budgetversion, ar: int) -> str:
    """The page that answers where an enhet's level comes from. Nothing for FINANS, which has no level stored."""
    if plats.enhet_kod == FINANS:
        return ""
    return f"{versionsadress(version)}varifran/regionbidrag/regionbidrag/enhet-{plats.enhet_kod}/{ar}/"


def _blockrubrik(block: Block, rader: list[Justering]) -> str:
    priser = sorted({j.prisniva for j in rader})
    return f"{block.label}, {' och '.join(map(str, priser))} års prisnivå"


def _nivans_plats(data: Bryggdata) -> str:
    return "enligt internbudgeten" if data.version.namnd_id else "i tabell 4A"


def _bryggans(data: Bryggdata) -> dict[int, Decimal]:
    return {enhet: utgaende(niva.varde, data.summa(enhet=enhet)) for enhet, niva in data.ingaende.items()}


def _visar(data: Bryggdata, enhet: int) -> Decimal:
    """What the level before and the year's change add up to as they stand."""
    return utgaende(data.ingaende[enhet].varde, data.visad_summa(enhet))


def _not(data: Bryggdata, p: Plats) -> str:
    niva, fore = data.utgaende.get(p.enhet_id), data.ingaende.get(p.enhet_id)
    if not niva or not fore or not data.justeringar or p.enhet_kod == FINANS:
        return ""
    skillnad = provad(niva.varde, fore.varde, data.summa(enhet=p.enhet_id), precision=niva.precision)
    if skillnad is None:
        return ""
    bryggan = utgaende(fore.varde, data.summa(enhet=p.enhet_id))
    tal = [
        formatera(x, skala=MNKR, decimaler=DECIMALER) for x in (niva.varde, bryggan, abs(skillnad.differens))
    ]
    slut = "är avrundning" if skillnad.slag == Slag.AVRUNDNING else "är mer än avrundning"
    return (
        f"{p.enhet_namn} {data.ar} är {tal[0]} {_nivans_plats(data)}; bryggan ger {tal[1]}. "
        f"Skillnaden {tal[2]} {slut}."
    )


def bryggnot(version: Budgetversion, enhet: int, ar: int, niva: Decimal) -> str:
    """What the bridge gives where an enhet's own level is another, as the note of the table says it. Without
    justeringar there is no bridge to that year."""
    if not version.justeringar.filter(ar=ar, status=Justeringsstatus.BESLUTAD).exists():
        return ""
    bryggan = hamta_bryggans_nivaer(version, ar).get(enhet)
    if bryggan is None:
        return ""
    eget, ger = (formatera(x, skala=MNKR, decimaler=DECIMALER) for x in (niva, bryggan))
    return "" if eget == ger else f"Bryggan ger {ger}: förra årets nivå och årets beslutade justeringar."


def _grund(motiv: str) -> str:
    """Why a justering was made, in a line: the answer to an äskande before what was asked for."""
    svar = [stycke.removeprefix(SVARET) for stycke in motiv.split("\n\n") if stycke.startswith(SVARET)]
    return (svar[-1] if svar else motiv).split("\n")[0]


def bygg_enhetsbrygga(data: Bryggdata, plats: Plats) -> Tabell:
    """One enhet's bridge as rows: last year's level, each justering, the sums, and the new level."""
    enhet = plats.enhet_id
    fore, niva = data.ingaende.get(enhet), data.utgaende.get(enhet)
    rader, summor = [], []
    if fore:
        cell = Cell(fore.varde, kalla=nivaadress(plats, data.fran.kalla, data.fran.ar))
        rader.append(Rad("ingaende", f"Regionbidrag {data.fran.ar}", (cell, TOM), Radslag.SUMMA))
        summor.append("ingaende")
    for block in Block:
        egna = [j for j in data.justeringar if j.block == block and enhet in data.rader[j.pk]]
        if not egna:
            continue
        rader.append(Rad(f"grupp-{block.value}", block.label, slag=Radslag.GRUPP))
        for j in egna:
            r = data.rader[j.pk][enhet]
            grund = r.kalla or _grund(j.motiv)
            text = grund if j.beslutad else f"Utkast, räknas inte. {grund}".strip()
            cell = Cell(r.belopp, kalla=justeringsadress(j.pk, data.version))
            rader.append(Rad(f"justering-{j.pk}", j.titel, (cell, Cell(text=text)), Radslag.DEL))
        summa = Cell(data.visad_summa(enhet, block))
        delar = tuple((f"justering-{j.pk}", 1) for j in egna if j.beslutad)
        rader.append(
            Rad(f"summa-{block.value}", f"Summa {block.label.lower()}", (summa, TOM), Radslag.SUMMA, delar)
        )
        summor.append(f"summa-{block.value}")
    note = _not(data, plats)
    delar = tuple((nyckel, 1) for nyckel in summor)
    beslutad = fore and niva and data.beslutade_nivaer
    if fore and not beslutad:
        bryggan = Cell(_bryggans(data)[enhet])
        rader.append(
            Rad("brygga", f"Regionbidrag {data.ar} enligt bryggan", (bryggan, TOM), Radslag.TOTAL, delar)
        )
    if niva:
        gav = _visar(data, enhet) if beslutad and note else niva.varde
        cell = Cell(
            niva.varde,
            kalla=nivaadress(plats, data.version, data.ar),
            noter=(1,) if note else (),
            delar_ger=gav if gav != niva.varde else None,
        )
        slag = Radslag.TOTAL if beslutad else Radslag.SUMMA
        rubrik = f"Regionbidrag {data.ar} {_nivans_plats(data)}"
        rader.append(Rad("niva", rubrik, (cell, TOM), slag, delar if beslutad else ()))
    tabell = Tabell(
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
    return med_delar(tabell, kolumnens={"belopp": f" för {plats.enhet_namn} {data.ar}"})
