"""Single cells as they are now: revision, amount, and who changed them last."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim

from budget.models import Belopp, Budgetversion, Uppstallning
from organisation.permissions import Enhetsurval


@dataclass(frozen=True, slots=True)
class Cellnyckel:
    """A cell within a version: ids of enhet and post, and the year."""

    enhet: int
    post: int
    ar: int

    def __str__(self):
        return f"{self.enhet}.{self.post}.{self.ar}"

    @classmethod
    def las(cls, text: str) -> "Cellnyckel":
        """The inverse of `str()`. Raises ValueError."""
        enhet, post, ar = (int(d) for d in text.split("."))
        return cls(enhet, post, ar)


@dataclass(frozen=True, slots=True)
class Cellvarde:
    """What a cell holds. A cell without an amount has `rev` 0 and `varde` None."""

    rev: int = 0
    varde: Decimal | None = None
    namn: str = ""
    tid: datetime | None = None
    av: int | None = None


def hamta_celler(
    version: Budgetversion, uppstallning: Uppstallning, urval: Enhetsurval
) -> dict[Cellnyckel, Cellvarde]:
    """The version's filled cells of a table, for the enheter in `urval`. One query."""
    fraga = Belopp.objects.filter(version=version, post__uppstallning=uppstallning)
    if not urval.allt:
        fraga = fraga.filter(enhet__in=urval.enheter)
    namn = Coalesce(
        NullIf(Trim(Concat("andrad_av__first_name", Value(" "), "andrad_av__last_name")), Value("")),
        F("andrad_av__username"),
        Value(""),
    )
    rader = fraga.values_list(
        "enhet_id", "post_id", "ar", "rev", "belopp", namn, "andrad_tid", "andrad_av_id"
    )
    return {
        Cellnyckel(enhet, post, ar): Cellvarde(rev, varde, vem, tid, av)
        for enhet, post, ar, rev, varde, vem, tid, av in rader
    }
