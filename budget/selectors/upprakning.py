"""The rates of a year as they are saved, what they are counted on, and what has been decided."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from budget.models import Block, Budgetversion, Justering, Sektorsats, Upprakning, Upprakningsundantag
from budget.regler.upprakning import Forslag, Satser, Undantag, Underlag, VikterSaknas, upprakning
from budget.selectors.justering import FINANS, Bryggdata, hamta_brygga, upprakningsbaser
from budget.selectors.uppstallning import Plats
from organisation.permissions import Enhetsurval

SATSFALT = tuple(f.name for f in fields(Satser))
UNDANTAGSFALT = tuple(f.name for f in fields(Undantag))


@dataclass(frozen=True)
class Upprakningsdata:
    """The bridge of a year and the rates that are saved for it. `sparad` is None when none have been.

    `satser` are by sektor id, `undantag` by enhet id, of the enheter that the reader may see.
    """

    brygga: Bryggdata
    sparad: Upprakning | None
    satser: dict[int, Sektorsats]
    undantag: dict[int, Upprakningsundantag]

    @property
    def enheter(self) -> tuple[Plats, ...]:
        """Those that can be raised: in a sektor, FINANS apart."""
        return tuple(p for p in self.brygga.enheter if p.sektor_id and p.enhet_kod != FINANS)

    @property
    def justering(self) -> Justering | None:
        """What came of the saved rates, draft or decided."""
        return self.sparad.justering if self.sparad else None

    @property
    def beslutade(self) -> tuple[Justering, ...]:
        """The year's decided uppräkning, whoever wrote it."""
        return tuple(j for j in self.brygga.justeringar if j.block == Block.UPPRAKNING and j.beslutad)

    def beslutat(self) -> dict[int, Decimal]:
        """What is decided, or else what the draft says, in kronor per enhet id; FINANS apart."""
        brygga = self.brygga
        if self.beslutade:
            ror = {e for j in self.beslutade for e in brygga.rader[j.pk]}
            belopp = {e: brygga.summa(block=Block.UPPRAKNING, enhet=e) for e in ror}
        elif self.justering:
            belopp = {e: r.belopp for e, r in brygga.rader.get(self.justering.pk, {}).items()}
        else:
            belopp = {}
        return {p.enhet_id: belopp[p.enhet_id] for p in self.enheter if p.enhet_id in belopp}

    @property
    def tryckt(self) -> bool:
        """Whether what is decided was read from a document."""
        rader = [r for j in self.beslutade for r in self.brygga.rader[j.pk].values()]
        return bool(rader) and all(r.kalla for r in rader)


def hamta_upprakning(version: Budgetversion, ar: int, urval: Enhetsurval) -> Upprakningsdata:
    """Everything that the page of a year's uppräkning shows. Three queries more than the bridge."""
    brygga = hamta_brygga(version, ar, urval)
    sparad = Upprakning.objects.select_related("justering").filter(version=version, ar=ar).first()
    synliga = {p.enhet_id for p in brygga.enheter}
    return Upprakningsdata(
        brygga,
        sparad,
        {s.sektor_id: s for s in sparad.sektorsatser.all()} if sparad else {},
        {u.enhet_id: u for u in sparad.undantag.all() if u.enhet_id in synliga} if sparad else {},
    )


def regelns_underlag(data: Upprakningsdata, undantag: Iterable[int]) -> dict[int, Underlag]:
    """What is counted on, per enhet id: those with a base, and those among `undantag`, in the region's order."""
    baser, med = upprakningsbaser(data.brygga), set(undantag)
    return {
        p.enhet_id: Underlag(baser.get(p.enhet_id, Decimal(0)), p.sektor_id)
        for p in data.enheter
        if p.enhet_id in baser or p.enhet_id in med
    }


def sparade_satser(rader: Iterable[Sektorsats]) -> dict[int, Satser]:
    """Rows as the rule takes them, by sektor id."""
    return {r.sektor_id: Satser(**{f: getattr(r, f) for f in SATSFALT}) for r in rader}


def sparade_undantag(rader: Iterable[Upprakningsundantag]) -> dict[int, Undantag]:
    """Rows as the rule takes them, by enhet id."""
    return {r.enhet_id: Undantag(**{f: getattr(r, f) for f in UNDANTAGSFALT}) for r in rader}


def hamta_forslag(data: Upprakningsdata) -> dict[int, Forslag]:
    """What the saved rates give per enhet id. Empty without any, and when a nämnd has come since that lacks weights."""
    if not data.sparad:
        return {}
    undantag = sparade_undantag(data.undantag.values())
    try:
        return upprakning(regelns_underlag(data, undantag), sparade_satser(data.satser.values()), undantag)
    except VikterSaknas:
        return {}
