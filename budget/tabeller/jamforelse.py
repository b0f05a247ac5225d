"""What differs between two versions, as one table per uppställning and one of justeringar."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from budget.models import (
    Block,
    Budgetversion,
    Justeringsstatus,
    Posttyp,
    Uppstallningsslag,
    Versionskolumn,
)
from budget.selectors.jamforelse import (
    Jamforelse,
    Justeringsskillnad,
    Justeringssumma,
    Skillnad,
    Summaskillnad,
)
from budget.selectors.uppstallning import hamta_kolumner, hamta_uppstallning
from budget.tabeller import matt
from budget.tabeller.adress import Kallor
from budget.tabeller.brygga import justeringsadress
from budget.tabeller.uppstallning import bygg_tabell
from organisation.permissions import Enhetsurval
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell


def bygg_jamforelse(forsta: Budgetversion, andra: Budgetversion, j: Jamforelse) -> list[Tabell]:
    """The tables: the cells or rows that differ, and under them the sums that differ because of them."""
    bygge = _Bygge(forsta, andra, j)
    tabeller = [bygge.tabell(list(celler)) for _, celler in groupby(j.celler, key=lambda c: c.uppstallning)]
    return tabeller + ([bygge.justeringar()] if j.justeringar else [])


class Kolumnval(NamedTuple):
    """A year of a version, as it is chosen to be compared."""

    version: Budgetversion
    ar: int

    def __str__(self):
        return self.version.namn if self.ar == self.version.ar else f"{self.version.namn}, år {self.ar}"


def bygg_talen(forsta: Kolumnval, andra: Kolumnval, urval: Enhetsurval) -> list[Tabell]:
    """The tables that both versions have, line by line as they stand: the second's year, the first's, and the change.

    What the balanskrav rule computes is left out: it depends on more years than the two. Three queries per table.
    """
    tabeller = []
    andras = {u for u, k in hamta_kolumner(andra.version).items() if _har(k, andra)}
    for u, kolumner in hamta_kolumner(forsta.version).items():
        if u not in andras or not _har(kolumner, forsta) or u.per_forvaltning or u.per_objekt:
            continue
        if u.slag == Uppstallningsslag.ASKANDE:
            continue
        valda = tuple(
            Versionskolumn(
                version=forsta.version, uppstallning=u, kalla=val.version, ar=val.ar, rubrik=val.version.namn
            )
            for val in (andra, forsta)
        )
        data = hamta_uppstallning(forsta.version, u, valda, urval)
        poster = tuple(p for p in data.poster if p.typ != Posttyp.REGEL or p.regel)
        t = bygg_tabell(replace(data, poster=poster))
        rubrik = f"{u.namn}: {forsta} mot {andra}"
        tabeller.append(replace(t, rubrik=rubrik, ingress="Mnkr där inget annat anges."))
    return [t for t in tabeller if t.rader]


def _har(kolumner: Iterable[Versionskolumn], val: Kolumnval) -> bool:
    return any((k.kalla_id, k.ar) == (val.version.pk, val.ar) for k in kolumner)


class _Bygge:
    def __init__(self, forsta: Budgetversion, andra: Budgetversion, j: Jamforelse):
        self.forsta, self.andra, self.j, self.kallor = forsta, andra, j, Kallor()

    def tabell(self, celler: list[Skillnad]) -> Tabell:
        u = self.j.poster[celler[0].post].uppstallning
        rader = [self._cellrad(c) for c in celler]
        summor = [s for s in self.j.summor if s.post.uppstallning_id == u.pk and not s.post.dold]
        if summor:
            rader.append(Rad("grupp-summor", "Summor som skiljer", slag=Radslag.GRUPP))
            rader += [self._summarad(s) for s in summor]
        return Tabell(
            u.kod,
            u.namn,
            "Nämnd och år" if u.per_enhet and not u.per_forvaltning else "Post och år",
            self._kolumner(u.decimaler),
            tuple(rader),
            "Mnkr där inget annat anges." if any(r.enhet for r in rader) else "Mnkr.",
        )

    def _kolumner(self, d: int) -> tuple[Kolumn, ...]:
        return (
            Kolumn("forsta", self.forsta.namn, decimaler=d),
            Kolumn("andra", self.andra.namn, decimaler=d),
            Kolumn("skillnad", "Skillnad", "", Kolumnslag.DIFFERENS, "mnkr", d, ("forsta", "andra")),
            Kolumn("forsta-av", "Ändrad av", f"i {self.forsta.namn}", Kolumnslag.TEXT),
            Kolumn("andra-av", "Ändrad av", f"i {self.andra.namn}", Kolumnslag.TEXT),
        )

    def _cellrad(self, c: Skillnad) -> Rad:
        post = self.j.poster[c.post]
        vad = c.enhet_namn if post.uppstallning.per_enhet else matt.namn(post)
        if post.uppstallning.per_forvaltning:
            vad = f"{c.enhet_namn}: {matt.namn(post)}"
        elif post.uppstallning.per_objekt:
            vad = f"{c.enhet_namn}, {matt.namn(post)}"
        namn = (Cell(text=n or "–") for n in (c.forsta_av, c.andra_av))
        return Rad(
            f"{post.kod}-{c.enhet_kod}-{c.ar}",
            f"{vad} {c.ar}",
            (*self._belopp(post, f"enhet-{c.enhet_kod}", c.ar, c.forsta, c.andra), *namn),
            enhet=matt.egen_enhet(post),
            decimaler=post.decimaler,
        )

    def _summarad(self, s: Summaskillnad) -> Rad:
        ensam = s.post.uppstallning.per_forvaltning or s.post.uppstallning.per_objekt
        vad = "Alla nämnder" if s.post.uppstallning.per_enhet and not ensam else matt.namn(s.post)
        tom = Cell(text="")
        return Rad(
            f"summa-{s.post.kod}-{s.ar}",
            f"{vad} {s.ar}",
            (*self._belopp(s.post, "alla", s.ar, s.forsta, s.andra), tom, tom),
            Radslag.SUMMA,
            enhet=matt.egen_enhet(s.post),
            decimaler=s.post.decimaler,
        )

    def _belopp(self, post, omfang: str, ar: int, forsta: Decimal | None, andra: Decimal | None):
        for version, varde in ((self.forsta, forsta), (self.andra, andra)):
            yield (
                Cell()
                if varde is None
                else Cell(
                    varde, kalla=self.kallor.adress(version, post.uppstallning.kod, post.kod, omfang, ar)
                )
            )
        # One that is missing may be fetched from another table, so it is not taken for zero.
        yield Cell(None if forsta is None or andra is None else forsta - andra)

    def justeringar(self) -> Tabell:
        rader = []
        for (ar, block), grupp in groupby(self.j.justeringar, key=lambda r: (r.ar, r.block)):
            rader.append(Rad(f"grupp-{ar}-{block}", f"{Block(block).label} {ar}", slag=Radslag.GRUPP))
            rader += [self._justeringsrad(r) for r in grupp]
        if self.j.justeringssummor:
            rader.append(
                Rad("grupp-summor", "Beslutade justeringar sammanlagt, där de skiljer", slag=Radslag.GRUPP)
            )
            rader += [self._justeringssumma(s) for s in self.j.justeringssummor]
        return Tabell(
            "justeringar",
            "Justeringar av regionbidrag",
            "Justering och nämnd",
            self._kolumner(1),
            tuple(rader),
            "Mnkr. En justering är densamma när år, block och titel är det.",
        )

    def _justeringsrad(self, r: Justeringsskillnad) -> Rad:
        return Rad(
            f"{r.forsta_id or ''}-{r.andra_id or ''}-{r.enhet_kod}",
            f"{r.titel}: {r.enhet_namn}{self._status(r)}",
            (
                self._justeringscell(self.forsta, r.forsta, r.forsta_id),
                self._justeringscell(self.andra, r.andra, r.andra_id),
                # A justering that does not touch an enhet leaves it as it is, which is zero.
                Cell((r.forsta or Decimal(0)) - (r.andra or Decimal(0))),
                *(Cell(text=n or "–") for n in (r.forsta_av, r.andra_av)),
            ),
        )

    def _status(self, r: Justeringsskillnad) -> str:
        """Said where it differs, and where a row counts in no sum."""
        utkast = [
            v.namn
            for v, status in ((self.forsta, r.forsta_status), (self.andra, r.andra_status))
            if status == Justeringsstatus.UTKAST
        ]
        return f" (utkast i {' och '.join(utkast)})" if utkast else ""

    def _justeringscell(self, version: Budgetversion, belopp: Decimal | None, pk: int | None) -> Cell:
        if belopp is None:
            return Cell()
        return Cell(belopp, kalla=justeringsadress(pk, version))

    def _justeringssumma(self, s: Justeringssumma) -> Rad:
        tom = Cell(text="")
        celler = (Cell(s.forsta), Cell(s.andra), Cell(s.forsta - s.andra), tom, tom)
        return Rad(f"summa-{s.enhet_kod}-{s.ar}", f"{s.enhet_namn} {s.ar}", celler, Radslag.SUMMA)
