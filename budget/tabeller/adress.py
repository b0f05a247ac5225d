"""Addresses of the pages that answer «varifrån?». Built by hand: a table has hundreds of them."""

from django.urls import reverse

from budget.models import Budgetversion


def versionsadress(version: Budgetversion) -> str:
    """The version's own page; the pages of its tables lie under it."""
    return reverse("version", args=[version.ar, version.kod])


class Kallor:
    """Makes the address of any figure's source, resolving each version once."""

    def __init__(self):
        self._rotter = {}

    def adress(self, version: Budgetversion, uppstallning: str, post: str, omfang: str, ar: int) -> str:
        """`omfang` is «enhet-KOD», «sektor-KOD», «alla» or «egna» (the reader's own enheter)."""
        rot = self._rotter.get(version.pk)
        if rot is None:
            rot = self._rotter[version.pk] = versionsadress(version)
        return f"{rot}varifran/{uppstallning}/{post}/{omfang}/{ar}/"


def mot(version: Budgetversion, ar: int, *, procent: bool = False) -> str:
    """What makes an address ask about the change from the figure of another version and year."""
    return f"?mot={version.kod}.{ar}" + ("&som=procent" if procent else "")
