"""The budget's tables: one row per enhet grouped by sektor, or one row per post."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby, product
from typing import NamedTuple

from budget.models import (
    Budgetversion,
    Matt,
    Post,
    Postregel,
    Posttyp,
    Uppstallning,
    Versionskolumn,
)
from budget.selectors.summor import ALLA, Nyckel
from budget.selectors.uppstallning import Uppstallningsdata, hamta_uppstallning, radnyckel
from budget.tabeller import matt
from budget.tabeller.adress import mot, versionsadress
from budget.tabeller.delar import BRYGGAN, HAMTAS, RAKNAS, Gav, med_avrundningsnot, med_delar
from organisation.permissions import Enhetsurval
from regionskane.lib.belopp import relativ_forandring
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

ENHET = "mnkr"


def kolumnnyckel(kolumn: Versionskolumn) -> str:
    """A column's key in the Tabell: the version it comes from and the year."""
    return f"{kolumn.kalla.kod}-{kolumn.ar}"


def forandring(post: Post, ny: Decimal | None, gammal: Decimal | None, *, procent: bool) -> Decimal | None:
    """A line's change, in kronor or as a fraction. A result has no percentage: it is what is left over. Of a
    line in percent no change is told: percent of percent is read as what it is not."""
    if post.matt == Matt.PROCENT:
        return None
    if procent:
        return None if post.resultat else relativ_forandring(ny, gammal)
    return None if ny is None or gammal is None else ny - gammal


def las_tabell(
    version: Budgetversion,
    uppstallning: Uppstallning,
    kolumner: tuple[Versionskolumn, ...],
    urval: Enhetsurval,
) -> Tabell:
    """The table as page, PDF, Excel and API show it, for a reader who may see `urval`."""
    return bygg_tabell(hamta_uppstallning(version, uppstallning, kolumner, urval))


def bygg_tabell(data: Uppstallningsdata, *, mot_alla: bool = False, par: bool = False) -> Tabell:
    """The table of an uppställning with its sums, change columns and notes on figures that their parts do not give.

    The change is taken from the column before, in kronor and percent; with `mot_alla` from every column of another
    version, in kronor. With `par` it is two columns that somebody compares: their change is shown whatever they are.
    """
    byggare = _Byggare(data, mot_alla, par)
    rader = byggare.per_enhet() if data.rad_per_enhet else byggare.per_post()
    ar = [k.ar for k in data.kolumner]
    spann = f"{min(ar)}–{max(ar)}" if len(set(ar)) > 1 else f"{ar[0]}" if ar else ""
    tabell = Tabell(
        nyckel=data.uppstallning.kod,
        rubrik=f"{data.uppstallning.namn} {spann}".strip(),
        radrubrik="Nämnd" if data.rad_per_enhet else "Post",
        ingress=f"{data.uppstallning.ingress} {data.version.namn}, {ENHET}{_undantag(data)}.",
        kolumner=tuple(plan.kolumn for plan in byggare.kolumner),
        rader=tuple(rader),
    )
    return med_avrundningsnot(
        tabell if data.delvis else med_delar(tabell, byggare.gav, kolumnens=byggare.kolumnens)
    )


def _undantag(data: Uppstallningsdata) -> str:
    return " där inget annat anges" if any(map(matt.egen_enhet, data.poster)) else ""


class _Plan(NamedTuple):
    """A column and what it shows: an amount of `version` (id) and `ar`, or a change that leads to it.

    `adress` is the beginning of the addresses of an amount's sources, and the end of a change's.
    """

    kolumn: Kolumn
    version: int
    ar: int
    adress: str


class _Byggare:
    def __init__(self, data: Uppstallningsdata, mot_alla: bool = False, par: bool = False):
        self.data = data
        self.mot_alla = mot_alla
        self.par = par
        self.kolumner = list(self._kolumner())
        # What lies under the cells that are no sums, filled in as rows are made.
        self.gav: dict[tuple[str, str], Gav] = {}

    @property
    def kolumnens(self) -> dict[str, str]:
        """Two columns of a table per enhet may be of the same year, so a note says which of them it is."""
        if not self.data.omfang:
            return {}
        return {p.kolumn.nyckel: f", {p.kolumn.under} {p.ar}," for p in self.kolumner}

    def _kolumner(self):
        forra = None
        for k in self.data.kolumner:
            kolumn = Kolumn(
                kolumnnyckel(k), str(k.ar), k.rubrik, enhet=ENHET, decimaler=self._decimaler,
                beslutad=k.kalla.faststalld,
            )  # fmt: skip
            rot = f"{versionsadress(k.kalla)}varifran/{self.data.uppstallning.kod}/"
            yield _Plan(kolumn, k.kalla_id, k.ar, rot)
            if self.mot_alla and k.kalla_id == self.data.version.pk:
                yield from self._mot_var_och_en(kolumn, k)
            elif forra is not None and (
                self.par
                or (
                    self._visar_andringar
                    and k.kalla_id == self.data.version.pk
                    and forra.kalla_id != k.kalla_id
                )
            ):
                yield from self._andringskolumner(kolumn, k, forra)
            forra = k

    def _mot_var_och_en(self, kolumn, k):
        for annan in self.data.kolumner:
            if annan.kalla_id == k.kalla_id:
                continue
            nyckel = kolumnnyckel(annan)
            andring = Kolumn(
                f"forandring-{nyckel}", "Ändring", f"mot {annan.rubrik} {annan.ar}", Kolumnslag.DIFFERENS, ENHET,
                self._decimaler, (kolumn.nyckel, nyckel),
            )  # fmt: skip
            yield _Plan(andring, k.kalla_id, k.ar, mot(annan.kalla, annan.ar))

    @property
    def _visar_andringar(self) -> bool:
        """A table whose own lines tell the change from year to year has no columns for it."""
        return not any(p.regel == Postregel.TILLVAXT for p in self.data.poster)

    def _andringskolumner(self, kolumn, k, forra):
        under = f"{forra.ar}–{k.ar}" if forra.ar != k.ar else f"mot {forra.rubrik}"
        av = (kolumn.nyckel, kolumnnyckel(forra))
        for nyckel, enhet, slag, decimaler in (
            ("forandring", ENHET, Kolumnslag.DIFFERENS, self._decimaler),
            ("forandring-procent", "%", Kolumnslag.PROCENT, 1),
        ):
            fraga = mot(forra.kalla, forra.ar, procent=slag == Kolumnslag.PROCENT)
            yield _Plan(
                Kolumn(nyckel, "Ändring", f"{under}, {enhet}", slag, ENHET, decimaler, av),
                k.kalla_id, k.ar, fraga,
            )  # fmt: skip

    @property
    def _decimaler(self):
        return self.data.uppstallning.decimaler

    def celler(self, post: Post, omfang: str, adressomfang: str) -> tuple[Cell, ...]:
        """One row's figures: `omfang` as in the sums, `adressomfang` as in addresses («enhet-KOD»,
        «sektor-KOD», «alla» or «egna», the reader's own enheter)."""
        celler = {}
        vad = f"{post.kod}/{adressomfang}"
        for kolumn, version, ar, adress in self.kolumner:
            if kolumn.slag == Kolumnslag.BELOPP:
                summa = self.data.summor.get(Nyckel(post.pk, version, ar, omfang))
                celler[kolumn.nyckel] = Cell(summa.varde if summa else None, kalla=f"{adress}{vad}/{ar}/")
            else:
                ny, forra = (celler[nyckel] for nyckel in kolumn.av)
                celler[kolumn.nyckel] = self._andringscell(kolumn, post, ny, forra, adress)
        return tuple(celler.values())

    def _andringscell(self, kolumn, post, ny: Cell, forra: Cell, fraga: str) -> Cell:
        varde = forandring(post, ny.varde, forra.varde, procent=kolumn.slag == Kolumnslag.PROCENT)
        return Cell() if varde is None else Cell(varde, kalla=ny.kalla + fraga)

    def per_enhet(self):
        synliga = self.data.synliga
        if self.data.uppstallning.rad_per_post:
            yield from self._per_enhet_och_post(synliga)
            return
        post = self.data.poster[0]
        if self.data.delvis:
            yield from (self._enhetsrad(post, p, Radslag.RAD) for p in synliga)
            if len(synliga) > 1:
                yield self._summarad(post, "egna", "Summa egna enheter", ALLA, "egna", Radslag.TOTAL, synliga)
            return
        for sektor_id, grupp in groupby(synliga, key=lambda p: p.sektor_id):
            platser = list(grupp)
            if sektor_id is None:
                if len(platser) < len(synliga):
                    yield Rad("grupp-ovriga", "Utan sektor", slag=Radslag.GRUPP)
                yield from (self._enhetsrad(post, p, Radslag.RAD) for p in platser)
                continue
            kod = platser[0].sektor_kod
            yield Rad(f"grupp-{kod}", platser[0].sektor_namn, slag=Radslag.GRUPP)
            yield from (self._enhetsrad(post, p, Radslag.DEL) for p in platser)
            yield self._summarad(
                post, f"sektor-{kod}", platser[0].summarubrik, f"sektor:{sektor_id}",
                f"sektor-{kod}", Radslag.SUMMA, platser,
            )  # fmt: skip
        if len(synliga) > 1:
            yield self._summarad(post, "alla", "Totalsumma", ALLA, ALLA, Radslag.TOTAL, synliga)

    def _per_enhet_och_post(self, synliga):
        """A row for each post of each enhet, and a sum of each post: they are not added to one another."""
        u, delvis = self.data.uppstallning, self.data.delvis
        for _, grupp in groupby(synliga, key=lambda p: p.sektor_id):
            platser = list(grupp)
            if not delvis:
                kod, namn = platser[0].sektor_kod or "ovriga", platser[0].sektor_namn or "Utan sektor"
                yield Rad(f"grupp-{kod}", namn, slag=Radslag.GRUPP)
            for p, post in product(platser, self.data.radposter):
                vad = f"enhet-{p.enhet_kod}"
                yield Rad(
                    radnyckel(u, vad, post.kod),
                    f"{p.enhet_namn}, {post.namn.lower()}",
                    self.celler(post, f"enhet:{p.enhet_id}", vad),
                    Radslag.RAD if delvis else Radslag.DEL,
                )
        if len(synliga) < 2:
            return
        vad, rubrik = ("egna", "Summa egna enheter") if delvis else (ALLA, "Totalsumma")
        for post in self.data.radposter:
            yield Rad(
                radnyckel(u, vad, post.kod),
                f"{rubrik}, {post.namn.lower()}",
                self.celler(post, ALLA, vad),
                Radslag.TOTAL,
                tuple((radnyckel(u, f"enhet-{p.enhet_kod}", post.kod), 1) for p in synliga),
            )

    def _enhetsrad(self, post, plats, slag):
        nyckel = f"enhet-{plats.enhet_kod}"
        for kolumn, version, ar, _ in self.kolumner:
            niva = self.data.bryggan.get((plats.enhet_id, ar))
            if niva is not None and version == self.data.version.pk and kolumn.slag == Kolumnslag.BELOPP:
                self.gav[nyckel, kolumn.nyckel] = Gav(niva, BRYGGAN)
        celler = self.celler(post, f"enhet:{plats.enhet_id}", nyckel)
        return Rad(nyckel, plats.enhet_namn, celler, slag)

    def _summarad(self, post, nyckel, rubrik, omfang, adressomfang, slag, platser):
        delar = tuple((f"enhet-{p.enhet_kod}", 1) for p in platser)
        return Rad(nyckel, rubrik, self.celler(post, omfang, adressomfang), slag, delar)

    def per_post(self):
        forsta = f"enhet-{self.data.placeringar[0].enhet_kod}" if self.data.placeringar else ALLA
        omfang = self.data.omfang or forsta
        barn = barn_per_post(self.data.poster)
        for post in self.data.poster:
            if post.dold:
                continue
            if post.grupp:
                yield Rad(f"grupp-{post.kod}", post.grupp, slag=Radslag.GRUPP)
            delar = tuple(synliga_delar(post, barn))
            # A line that is split further down, in blad that are not shown, reads as a line.
            enkel = post.typ == Posttyp.BLAD or post.regel or (post.typ == Posttyp.SUMMA and not delar)
            slag = Radslag.TOTAL if post.total else Radslag.RAD if enkel else Radslag.SUMMA
            self._under(post)
            yield Rad(
                nyckel=post.kod,
                rubrik=matt.namn(post),
                celler=self.celler(post, ALLA, omfang),
                slag=slag,
                delar=delar,
                forklaring=post.forklaring,
                rod=post.resultat and self.data.uppstallning.har_rott,
                plus_battre=self.data.uppstallning.plus_battre,
                enhet=matt.egen_enhet(post),
                decimaler=post.decimaler,
            )

    def _under(self, post: Post):
        """What a line that fetches, or that a rule counts, would show if nothing else had been decided or entered."""
        for kolumn, version, ar, _ in self.kolumner:
            nyckel = Nyckel(post.pk, version, ar)
            if kolumn.slag != Kolumnslag.BELOPP or nyckel not in self.data.summor:
                continue
            if post.regel:
                raknat = self.data.beraknade.get(nyckel)
                self.gav[post.kod, kolumn.nyckel] = Gav(raknat and raknat.varde, RAKNAS)
            elif (
                post.kalla_post_id
                and (version, ar, post.kalla_post.uppstallning_id) in self.data.finns
                and (hamtat := self.data.summor.get(nyckel._replace(post=post.kalla_post_id)))
            ):
                self.gav[post.kod, kolumn.nyckel] = Gav(hamtat.varde, HAMTAS)


def barn_per_post(poster: Iterable[Post]) -> dict[int | None, list[Post]]:
    """The parts of each sum, by its id and in order."""
    barn = {}
    for p in poster:
        barn.setdefault(p.foralder_id, []).append(p)
    return barn


def synliga_delar(post, barn):
    """The rows that a sum is made of, each once with its factor."""
    delar = {}
    for kod, faktor in _delar(post, barn, 1):
        delar[kod] = delar.get(kod, 0) + faktor
    return ((kod, faktor) for kod, faktor in delar.items() if faktor)


def _delar(post, barn, faktor):
    """A hidden sum is replaced by its own parts, and a hidden blad by the line of the same table that it fetches."""
    syskon = {b.pk: b for b in barn.get(post.pk, ())}
    for b in syskon.values():
        if not b.dold:
            yield b.kod, faktor * b.tecken
        elif b.kalla_post_id in syskon:
            yield syskon[b.kalla_post_id].kod, faktor * b.tecken
        else:
            yield from _delar(b, barn, faktor * b.tecken)
