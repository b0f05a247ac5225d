"""Writing what an internbudget assumes, as read from a document."""

from budget.models import Budgetversion, Internbudgetforutsattning
from regionskane.historik import andring


def las_in_forutsattningar(
    *, version: Budgetversion, lasta: list[Internbudgetforutsattning], varfor: str, by=None
) -> int:
    """Save förutsättningar, which have no version yet, in a version. Returns how many. One transaction."""
    for f in lasta:
        f.version = version
    with andring(by=by, varfor=varfor):
        return len(Internbudgetforutsattning.objects.bulk_create(lasta))
