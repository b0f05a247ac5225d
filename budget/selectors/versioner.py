"""Which budget is in force, and what a tilläggsbudget changes in the one that it is made on."""

from decimal import Decimal

from django.db.models import Case, F, When

from budget.models import Budgetversion, Post, Versionstyp
from budget.regler.tillagg import Andring
from budget.selectors.summor import Lage, Nyckel, hamta_summor

_RADER = {
    "regionbidrag": (("regionbidrag", "regionbidrag"),),
    "intakter": (("resultatbudget", "intakter"), ("resultatbudget", "skatt_utjamning_bidrag")),
    "resultat": (("resultatbudget", "arets_resultat"),),
}


def gallande_budget(*, ar: int | None = None) -> Budgetversion | None:
    """The decided budget of a year, or of the latest one: the last tilläggsbudget on it, if there is any."""
    fraga = Budgetversion.objects.filter(faststalld=True, typ__in=(Versionstyp.BUDGET, Versionstyp.TILLAGG))
    if ar is not None:
        fraga = fraga.filter(ar=ar)
    return fraga.order_by(
        "-ar",
        Case(When(typ=Versionstyp.TILLAGG, then=0), default=1),
        F("beslut_datum").desc(nulls_last=True),
        "-pk",
    ).first()


def hamta_tillaggsandring(version: Budgetversion) -> Andring:
    """What a tilläggsbudget changes in its budget year against the version that it is a copy of. Two queries."""
    poster = {
        (u, kod): pk
        for u, kod, pk in Post.objects.filter(
            uppstallning__kod__in={u for rader in _RADER.values() for u, _ in rader}
        ).values_list("uppstallning__kod", "kod", "pk")
    }
    summor = hamta_summor(
        kolumner=[(pk, version.ar) for pk in (version.pk, version.kopia_av_id)],
        poster=[poster[rad] for rader in _RADER.values() for rad in rader if rad in poster],
        period=version.period,
        lage=Lage.FAKTA,
    )

    def andring(rad) -> Decimal:
        ny, gammal = (
            summor.get(Nyckel(poster.get(rad), v, version.ar)) for v in (version.pk, version.kopia_av_id)
        )
        return (ny.varde if ny else Decimal(0)) - (gammal.varde if gammal else Decimal(0))

    return Andring(
        **{namn: sum((andring(rad) for rad in rader), Decimal(0)) for namn, rader in _RADER.items()}
    )
