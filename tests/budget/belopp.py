"""Writing amounts and justeringar of a version, and reading its levels of regionbidrag, for tests of what follows."""

from decimal import Decimal

from budget.actions.belopp import Cellandring, spara_belopp
from budget.actions.justering import Uppgifter, spara_justering
from budget.models import Askandemotiv, Belopp, Block, Post
from budget.selectors.celler import Cellnyckel
from budget.selectors.summor import hamta_summor
from organisation.models import Enhet
from regionskane.lib.belopp import MNKR, TolkatBelopp


def enhet(kod):
    return Enhet.objects.get(kod=kod).pk


def nivaer(version, ar, period=None):
    """Regionbidrag in mnkr per enhet kod, and in all under «alla»."""
    post = Post.objects.get(uppstallning__kod="regionbidrag").pk
    summor = hamta_summor(kolumner=[(version.pk, ar)], poster=[post], period=(period or version).period)
    koder = {f"enhet:{pk}": kod for pk, kod in Enhet.objects.values_list("pk", "kod")} | {"alla": "alla"}
    return {koder[n.omfang]: s.varde / MNKR for n, s in summor.items() if n.omfang in koder}


def justera(version, ar, by, **mnkr):
    """A decided justering with FINANS as the other side."""
    rader = {enhet(kod): TolkatBelopp(Decimal(m) * MNKR, MNKR) for kod, m in mnkr.items()}
    rader[enhet("FINANS")] = TolkatBelopp(-sum(r.varde for r in rader.values()), MNKR)
    uppgifter = Uppgifter(ar, Block.RIKTAD, f"Prov {ar}", ar, "")
    return spara_justering(version=version, uppgifter=uppgifter, rader=rader, by=by, besluta=True)


def skriv(version, uppstallning, post, enhetskod, ar, mnkr, by):
    """An amount in mnkr as a user writes it; None empties the cell."""
    cell = Cellnyckel(enhet(enhetskod), Post.objects.get(uppstallning__kod=uppstallning, kod=post).pk, ar)
    nu = Belopp.objects.filter(version=version, enhet=cell.enhet, post=cell.post, ar=ar).first()
    nytt = None if mnkr is None else TolkatBelopp(Decimal(mnkr) * MNKR, MNKR)
    spara_belopp(
        version=version,
        andringar=[Cellandring(cell, nu.rev if nu else 0, nu.belopp if nu else None, nytt)],
        by=by,
    )


def egna_nivaer(version):
    """Give a copy levels of its own, those that were decided: amounts for a test to write in and to hand in."""
    nivaer = list(
        Belopp.objects.filter(version=version.bryggas_ur, post__uppstallning__kod="regionbidrag").order_by(
            "pk"
        )
    )
    for b in nivaer:
        b.pk, b.version, b.rev = None, version, 1
    Belopp.objects.bulk_create(nivaer)


def askanden(version):
    """Ask, with a motive, for the levels that were decided: amounts for a test to write in and to hand in."""
    drift = Post.objects.get(uppstallning__kod="askanden", kod="drift")
    nivaer = list(
        Belopp.objects.filter(version=version.bryggas_ur, post__uppstallning__kod="regionbidrag").order_by(
            "pk"
        )
    )
    for b in nivaer:
        b.pk, b.version, b.post, b.rev = None, version, drift, 1
    Belopp.objects.bulk_create(nivaer)
    motivera(version, *{b.enhet_id for b in nivaer})


def motivera(version, *enheter, post="drift"):
    """Say why the enheter (ids) ask for what they ask for in a row."""
    raden = Post.objects.get(uppstallning__kod="askanden", kod=post)
    Askandemotiv.objects.bulk_create(
        Askandemotiv(version=version, enhet_id=e, post=raden, text="Det som beslutades räcker inte.")
        for e in sorted(enheter)
    )
