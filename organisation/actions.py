"""Users and their roles: created and changed by an administratör, recorded in the history."""

import secrets
from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from organisation.models import Anvandare, Notis, Roll, Rolltilldelning
from regionskane.historik import andring


class AnvandareFel(Exception):
    """The change is refused. `str()` is a sentence for the administratör."""


def skapa_anvandare(*, anvandare: Anvandare, by) -> str:
    """Save a new user and return a password that must be replaced at the first login."""
    losenord = _engangslosenord()
    anvandare.password, anvandare.maste_byta_losenord = make_password(losenord), True
    with andring(by=by):
        anvandare.save()
    return losenord


def andra_anvandare(*, anvandare: Anvandare, by) -> None:
    """Save changed details. Raises AnvandareFel when somebody would close the account they use."""
    if anvandare.pk == by.pk and not anvandare.is_active:
        raise AnvandareFel("Du kan inte stänga ditt eget konto. Be en annan administratör.")
    with andring(by=by):
        anvandare.save()


def nytt_losenord(*, anvandare: Anvandare, by) -> str:
    """Give a user a new password that must be replaced at the next login; ends what was logged in.

    Raises AnvandareFel for the own account, whose session would end before the password could be read.
    """
    if anvandare.pk == by.pk:
        raise AnvandareFel("Ditt eget lösenord byter du på sidan Byt lösenord.")
    losenord = _engangslosenord()
    anvandare.password, anvandare.maste_byta_losenord = make_password(losenord), True
    with andring(by=by):
        anvandare.save(update_fields=["password", "maste_byta_losenord"])
    return losenord


def ge_roll(*, tilldelning: Rolltilldelning, by) -> None:
    """Give a user a role. `by` is None for the first administratör, made from the command line."""
    with andring(by=by):
        tilldelning.save()


def ta_roll(*, tilldelning: Rolltilldelning, by) -> None:
    """Take a role away. Raises AnvandareFel when an administratör would lose the own role."""
    if tilldelning.anvandare_id == by.pk and tilldelning.roll == Roll.ADMINISTRATOR:
        raise AnvandareFel("Du kan inte ta bort din egen roll som administratör. Be en annan administratör.")
    with andring(by=by):
        tilldelning.delete()


def notifiera(*, mottagare: Iterable[int], text: str, url: str) -> None:
    """Tell users (ids) of something, each in the bell of their own pages."""
    korta = text if len(text) <= 200 else f"{text[:199]}…"
    Notis.objects.bulk_create(Notis(mottagare_id=m, text=korta, url=url) for m in dict.fromkeys(mottagare))


def markera_sedda(*, by, notiser: Iterable[int] | None = None) -> int:
    """Mark a user's own notices (ids; None: all of them) as read. Returns how many were not."""
    olasta = Notis.objects.filter(mottagare=by, sedd__isnull=True)
    return (olasta if notiser is None else olasta.filter(pk__in=notiser)).update(sedd=timezone.now())


def markera_hanterade(*, url: str) -> None:
    """Mark everybody's notices of a page as read, when what they asked for there has been done."""
    Notis.objects.filter(url=url, sedd__isnull=True).update(sedd=timezone.now())


def _engangslosenord() -> str:
    return secrets.token_urlsafe(12)
