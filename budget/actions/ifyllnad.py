"""Taking in a workbook that somebody has filled in: kept first, tried, and then saved as one transaction."""

from collections.abc import Callable, Set
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from budget.actions.belopp import Cellandring, Konflikt, spara_belopp
from budget.models import Budgetversion, Ifyllnad
from budget.selectors.celler import Cellnyckel
from regionskane.historik import andring
from regionskane.jobb.actions import skriv_fil

T = TypeVar("T")


# What one user has sent and not taken in.
FLEST_EJ_MOTTAGNA = 200


class ForMangaArbetsbocker(ValueError):
    """The user has sent too many workbooks that were not taken in. `str()` is a sentence for the user."""


def behall_arbetsbok(*, version: Budgetversion, namn: str, innehall: bytes, by) -> Ifyllnad:
    """Keep a workbook under its hash. The same content from the same user is the same workbook.

    Raises ForMangaArbetsbocker.
    """
    if Ifyllnad.objects.filter(uppladdad_av=by, mottagen_tid=None).count() >= FLEST_EJ_MOTTAGNA:
        raise ForMangaArbetsbocker(
            f"Du har skickat in {FLEST_EJ_MOTTAGNA} arbetsböcker som inte tagits emot. Ta emot någon av dem, eller "
            f"vänta tills de gallras, {settings.GALLRA_JOBB.days} dagar efter att de kom."
        )
    sha = skriv_fil(innehall)
    with andring(by=by, varfor=f"Skickade in {namn}"):
        return Ifyllnad.objects.get_or_create(
            version=version,
            uppladdad_av=by,
            sha256=sha,
            defaults={"namn": namn[-200:], "storlek": len(innehall)},
        )[0]


def prova_belopp(*, version: Budgetversion, andringar: list[Cellandring], by, las: Callable[[], T]) -> T:
    """What `las()` reads once the changes are saved. Nothing of them is kept.

    They are saved for real and taken back, so that there is one way to add up and not a second one for
    trying. Raises what `spara_belopp` raises.
    """
    with transaction.atomic():
        spara_belopp(version=version, andringar=andringar, by=by, varfor="Prövning")
        svar = las()
        transaction.set_rollback(True)
    return svar


def svara_om_enhet(*, ifyllnad: Ifyllnad, enhet: str, by) -> None:
    """Keep the answer to what unit the workbook's amounts are in, so that it is not asked again."""
    with andring(by=by, varfor=f"{ifyllnad.namn}: beloppen är i {enhet}"):
        ifyllnad.enhet = enhet
        ifyllnad.save(update_fields=["enhet"])


def ta_emot(
    *,
    ifyllnad: Ifyllnad,
    andringar: list[Cellandring],
    by,
    kommentar: str = "",
    last_som: str = "",
    omraknade: Set[Cellnyckel] = frozenset(),
) -> int:
    """Save the workbook's changes, all or none, and return how many amounts were changed. `last_som` is a sentence for
    the history of the cells in `omraknade` on how their figures were read, which is not as they stood.

    Raises Konflikt and VersionenArLast, as `spara_belopp` does, and then nothing is saved.
    """
    bok = f"Ur arbetsboken «{ifyllnad.namn}» (SHA-256 {ifyllnad.sha256})"
    antal, krockar = 0, {}
    # One writing for each reason, since the reason is the writing's: a cell that stands as it did says no more.
    with transaction.atomic():
        for last, grupp in (
            (last_som, [a for a in andringar if a.cell in omraknade]),
            ("", [a for a in andringar if a.cell not in omraknade]),
        ):
            varfor = ". ".join(d for d in (kommentar.strip().rstrip("."), last, bok) if d)
            try:
                antal += spara_belopp(version=ifyllnad.version, andringar=grupp, by=by, varfor=varfor)
            except Konflikt as fel:
                krockar |= fel.celler
        if krockar:
            raise Konflikt(krockar)
        with andring(by=by, varfor=varfor):
            Ifyllnad.objects.filter(pk=ifyllnad.pk).update(mottagen_tid=timezone.now(), antal=antal)
    return antal
