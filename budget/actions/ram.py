"""Letting the region's costs follow when regionbidragen have moved."""

from django.db import transaction

from budget.actions.belopp import Cellandring, spara_belopp
from budget.models import Belopp, Budgetversion, Post
from budget.selectors.celler import Cellnyckel
from budget.selectors.ram import Ramrorelse, hamta_ramrorelser
from budget.selectors.uppstallning import region_enhet
from regionskane.lib.belopp import MNKR, TolkatBelopp, formatera


class RamFel(Exception):
    """There is nothing to follow. `str()` is a sentence for the user."""


def lat_kostnaderna_folja(*, version: Budgetversion, ar: int, by) -> Ramrorelse:
    """Add to Verksamhetens kostnader of a year what they lack to follow regionbidragen: an ordinary saved amount.

    Returns what was followed. Raises RamFel when nothing is lacking any more, and what `spara_belopp` raises.
    """
    with transaction.atomic():
        r = next((r for r in hamta_ramrorelser([version]) if r.ar == ar), None)
        if r is None:
            raise RamFel(f"Kostnaderna {ar} följer redan regionbidragen. Ingenting har sparats.")
        post = Post.objects.get(uppstallning__kod="resultatbudget", kod="kostnader")
        cell = Cellnyckel(region_enhet().pk, post.pk, ar)
        nu = Belopp.objects.filter(version=version, post=post, ar=ar, enhet=cell.enhet).first()
        nytt = TolkatBelopp(
            (nu.belopp if nu else 0) - r.fattas, min(nu.precision, MNKR / 10) if nu else MNKR / 10
        )
        spara_belopp(
            version=version,
            andringar=[Cellandring(cell, nu.rev if nu else 0, nu.belopp if nu else None, nytt)],
            by=by,
            varfor=f"Regionbidragen är {formatera(r.bidrag, skala=MNKR, decimaler=1, tecken=True)} mnkr mot "
            f"{r.fran.namn}",
        )
    return r
