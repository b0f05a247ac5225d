"""What a table of the budget is made of: its columns, lines, enheter and figures. Four queries."""

from dataclasses import dataclass

from budget.models import Budgetversion, Post, Posttyp, Uppstallning, Versionskolumn
from budget.selectors.summor import ALLA, Nyckel, Summa, Summor, hamta_summor
from organisation.models import Enhet, Enhetstyp, Placering
from organisation.permissions import Enhetsurval


@dataclass(frozen=True, slots=True)
class Uppstallningsdata:
    """A table's raw material. `placeringar` has the enheter in the region's own order, grouped by sektor;
    for a table of the whole region it has that one enhet. `delvis` tells that the reader sees only some."""

    version: Budgetversion
    uppstallning: Uppstallning
    kolumner: tuple[Versionskolumn, ...]
    poster: tuple[Post, ...]
    placeringar: tuple[Placering, ...]
    summor: Summor
    delvis: bool

    @property
    def synliga(self) -> tuple[Placering, ...]:
        """The enheter that have a row: those of the sektorer, and any other that has an amount."""
        if not self.uppstallning.per_enhet:
            return self.placeringar
        post = self.poster[0]
        return tuple(
            p
            for p in self.placeringar
            if (p.sektor_id and not self.uppstallning.bara_ifyllda)
            or any(self.summa(post, k, f"enhet:{p.enhet_id}") for k in self.kolumner)
        )

    def summa(self, post: Post, kolumn: Versionskolumn, omfang: str = ALLA) -> Summa | None:
        """The sum in one cell, or None when it has no amounts."""
        return self.summor.get(Nyckel(post.pk, kolumn.kalla_id, kolumn.ar, omfang))


def hamta_uppstallning(
    version: Budgetversion, uppstallning: Uppstallning, urval: Enhetsurval
) -> Uppstallningsdata:
    """Everything that a table of the version shows, limited to what the reader may see."""
    kolumner = tuple(
        Versionskolumn.objects.filter(version=version, uppstallning=uppstallning).select_related("kalla")
    )
    poster = tuple(Post.objects.filter(uppstallning=uppstallning).select_related("kalla_post__uppstallning"))
    placeringar = tuple(p for p in gallande_placeringar(version, uppstallning) if p.enhet_id in urval)
    summor = hamta_summor(
        kolumner=[(k.kalla_id, k.ar) for k in kolumner],
        poster=[p.pk for p in poster if p.typ != Posttyp.REGEL],
        datum=version.datum,
        urval=Enhetsurval(enheter=frozenset(p.enhet_id for p in placeringar)),
    )
    return Uppstallningsdata(
        version, uppstallning, kolumner, poster, placeringar, summor, delvis=not urval.allt
    )


def gallande_placeringar(version: Budgetversion, uppstallning: Uppstallning):
    """Where the enheter of a table belonged when the version began, in the region's own order."""
    gallande = (
        Placering.objects.filter(giltig_fran__lte=version.datum)
        .exclude(giltig_till__lte=version.datum)
        .select_related("enhet", "sektor", "namnd")
        .order_by("sektor__ordning", "ordning")
    )
    if not uppstallning.per_enhet:
        return gallande.filter(enhet__typ=Enhetstyp.REGION)
    return gallande.exclude(enhet__typ=Enhetstyp.REGION)


def region_enhet() -> Enhet:
    """The enhet that stands for the whole region."""
    return Enhet.objects.get(typ=Enhetstyp.REGION)
