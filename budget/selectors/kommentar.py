"""Comments on parts and cells, as threads: a root and its replies."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q

from budget.models import Budgetdel, Budgetversion, Kommentar, Uppstallning
from budget.selectors.celler import Cellnyckel
from budget.selectors.uppstallning import radnyckel
from organisation.permissions import Enhetsurval


@dataclass(frozen=True, slots=True)
class Trad:
    """A comment and its replies, oldest first."""

    rot: Kommentar
    svar: tuple[Kommentar, ...]


_OPPEN = Q(svar_pa__isnull=True, lost_tid__isnull=True, tillbakatagen__isnull=True)


def _tradar(villkor: Q) -> list[Trad]:
    """The threads that fit, open ones first; not those taken back before anybody replied. Two queries."""
    rotter = (
        Kommentar.objects.filter(villkor, svar_pa__isnull=True)
        .select_related("forfattare", "lost_av", "enhet", "post__uppstallning", "version", "budgetdel__namnd")
        .prefetch_related(Prefetch("svar", Kommentar.objects.select_related("forfattare")))
    )
    tradar = [Trad(rot, tuple(rot.svar.all())) for rot in rotter]
    tradar = [t for t in tradar if t.svar or t.rot.tillbakatagen is None]
    return sorted(tradar, key=lambda t: not t.rot.oppen)


def hamta_celltradar(version: Budgetversion, cell: Cellnyckel) -> list[Trad]:
    """The threads on one cell."""
    return _tradar(Q(version=version, enhet=cell.enhet, post=cell.post, ar=cell.ar))


def hamta_deltradar(budgetdel: Budgetdel, enheter: Iterable[int]) -> list[Trad]:
    """The threads on a part and on the cells of its enheter."""
    return _tradar(Q(budgetdel=budgetdel) | Q(version=budgetdel.version_id, enhet__in=list(enheter)))


def _antal(version, uppstallning, urval, *falt):
    fraga = Kommentar.objects.filter(_OPPEN, version=version, post__uppstallning=uppstallning)
    if not urval.allt:
        fraga = fraga.filter(enhet__in=urval.enheter)
    return fraga.order_by().values_list(*falt).annotate(antal=Count("pk"))


def rakna_per_cell(
    version: Budgetversion, uppstallning: Uppstallning, urval: Enhetsurval
) -> dict[Cellnyckel, int]:
    """How many open comments each cell of a table has, for the enheter in `urval`. One query."""
    antal = _antal(version, uppstallning, urval, "enhet", "post", "ar")
    return {Cellnyckel(enhet, post, ar): n for enhet, post, ar, n in antal}


def rakna_per_plats(
    version: Budgetversion, uppstallning: Uppstallning, urval: Enhetsurval
) -> dict[tuple[str, str], int]:
    """The same by the keys of row and column in the `Tabell`. One query."""
    per_enhet = uppstallning.per_enhet
    antal = _antal(version, uppstallning, urval, "enhet__kod", "post__kod", "ar")
    return {
        (
            radnyckel(uppstallning, f"enhet-{enhet}", post) if per_enhet else post,
            f"{version.kod}-{ar}",
        ): n
        for enhet, post, ar, n in antal
    }


def rakna_per_namnd(version: Budgetversion, enheter: dict[int, int]) -> dict[int, int]:
    """How many open comments each nämnd (id) has on its part and its cells; `enheter` is enhet → nämnd. One query."""
    antal: dict[int, int] = {}
    fraga = Kommentar.objects.filter(_OPPEN, version=version)
    for namnd, enhet in fraga.values_list("budgetdel__namnd", "enhet"):
        nyckel = namnd or enheter.get(enhet)
        if nyckel:
            antal[nyckel] = antal.get(nyckel, 0) + 1
    return antal
