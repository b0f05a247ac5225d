"""What differs between two versions, as one table per uppställning."""

from decimal import Decimal
from itertools import groupby

from budget.models import Budgetversion, Uppstallning
from budget.selectors.jamforelse import Jamforelse, Skillnad, Summaskillnad
from budget.tabeller.adress import Kallor
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell


def bygg_jamforelse(forsta: Budgetversion, andra: Budgetversion, j: Jamforelse) -> list[Tabell]:
    """The tables: the cells that differ, and under them the sums that differ because of them."""
    bygge = _Bygge(forsta, andra, j)
    return [bygge.tabell(list(celler)) for _, celler in groupby(j.celler, key=lambda c: c.uppstallning)]


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
            "Nämnd och år" if u.per_enhet else "Post och år",
            self._kolumner(u),
            tuple(rader),
            "Mnkr.",
        )

    def _kolumner(self, u: Uppstallning) -> tuple[Kolumn, ...]:
        d = u.decimaler
        return (
            Kolumn("forsta", self.forsta.namn, decimaler=d),
            Kolumn("andra", self.andra.namn, decimaler=d),
            Kolumn("skillnad", "Skillnad", "", Kolumnslag.DIFFERENS, "mnkr", d, ("forsta", "andra")),
            Kolumn("forsta-av", "Ändrad av", f"i {self.forsta.namn}", Kolumnslag.TEXT),
            Kolumn("andra-av", "Ändrad av", f"i {self.andra.namn}", Kolumnslag.TEXT),
        )

    def _cellrad(self, c: Skillnad) -> Rad:
        post = self.j.poster[c.post]
        vad = c.enhet_namn if post.uppstallning.per_enhet else post.namn
        vad = f"{vad}, {post.namn}" if post.uppstallning.per_objekt else vad
        namn = (Cell(text=n or "–") for n in (c.forsta_av, c.andra_av))
        return Rad(
            f"{post.kod}-{c.enhet_kod}-{c.ar}",
            f"{vad} {c.ar}",
            (*self._belopp(post, f"enhet-{c.enhet_kod}", c.ar, c.forsta, c.andra), *namn),
        )

    def _summarad(self, s: Summaskillnad) -> Rad:
        namndvis = s.post.uppstallning.per_enhet and not s.post.uppstallning.per_objekt
        vad = "Alla nämnder" if namndvis else s.post.namn
        tom = Cell(text="")
        return Rad(
            f"summa-{s.post.kod}-{s.ar}",
            f"{vad} {s.ar}",
            (*self._belopp(s.post, "alla", s.ar, s.forsta, s.andra), tom, tom),
            Radslag.SUMMA,
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
