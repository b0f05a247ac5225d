"""Choosing how a line's budget is spread over the months of a year."""

from collections.abc import Sequence
from decimal import Decimal

from django.db import IntegrityError

from budget.models import Periodisering, Periodiseringssatt, Post
from budget.regler.periodisering import OgiltigProfil, egen
from budget.selectors.utfall import hamta_linjer
from organisation.models import Enhet
from regionskane.historik import andring


class PeriodiseringsFel(Exception):
    """The choice cannot be saved. `str()` is a sentence for the user."""


def valj_periodisering(
    *, ar: int, post: Post, enhet: Enhet | None, satt: str, andelar: Sequence[Decimal] = (), by
) -> Periodisering:
    """Spread a line's budget of a year in one way: for an enhet, or (None) for all that have no choice of their own.

    `andelar` are the months' shares (0.25 is a quarter) for an own profile. Raises PeriodiseringsFel when they do not
    sum to exactly 1, and for a line that is summed from others.
    """
    linjer = hamta_linjer()
    if post.pk not in {p.pk for p in linjer} or any(p.foralder_id == post.pk for p in linjer):
        raise PeriodiseringsFel(f"«{post.namn}» fördelas genom sina delar. Välj för dem i stället.")
    if satt not in Periodiseringssatt.values:
        raise PeriodiseringsFel("Välj hur budgeten ska fördelas.")
    andelar = list(andelar) if satt == Periodiseringssatt.EGEN else []
    if satt == Periodiseringssatt.EGEN:
        try:
            egen(andelar)
        except OgiltigProfil as fel:
            raise PeriodiseringsFel(str(fel)) from fel
    try:
        with andring(by=by, varfor=f"Periodisering av {post.namn.lower()} {ar}"):
            rad = Periodisering.objects.filter(ar=ar, post=post, enhet=enhet).first()
            rad = rad or Periodisering(ar=ar, post=post, enhet=enhet)
            rad.satt, rad.andelar = satt, andelar
            rad.save()
    except IntegrityError as fel:
        raise PeriodiseringsFel("Någon annan hann välja för samma rad. Ladda om sidan.") from fel
    return rad


def ta_bort_periodisering(*, ar: int, post: Post, enhet: Enhet | None, by) -> None:
    """Go back to the choice for all, or to straight twelfths. Without a choice nothing happens."""
    with andring(by=by, varfor=f"Periodiseringen av {post.namn.lower()} {ar} borttagen"):
        Periodisering.objects.filter(ar=ar, post=post, enhet=enhet).delete()
