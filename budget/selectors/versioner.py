"""Which budget is in force, and what a tilläggsbudget changes in the one that it is made on."""

from decimal import Decimal

from django.db.models import Case, F, When

from budget.models import Belopp, Budgetversion, Post, Versionstyp
from budget.regler.tillagg import Andring
from budget.selectors.jamforelse import jamfor_versioner
from budget.selectors.justering import FINANS
from budget.selectors.summor import ALLA_ENHETER, Nyckel, hamta_summor

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
    )

    def andring(rad) -> Decimal:
        ny, gammal = (
            summor.get(Nyckel(poster.get(rad), v, version.ar)) for v in (version.pk, version.kopia_av_id)
        )
        return (ny.varde if ny else Decimal(0)) - (gammal.varde if gammal else Decimal(0))

    return Andring(
        **{namn: sum((andring(rad) for rad in rader), Decimal(0)) for namn, rader in _RADER.items()}
    )


def hamta_ofoljda_justeringar(version: Budgetversion) -> list[str]:
    """The names of the enheter whose regionbidrag a tilläggsbudget's justeringar move otherwise than its levels do.

    Only levels that are amounts of their own can: those that the bridge counts follow. Eight queries at most.
    """
    skillnad = jamfor_versioner(version.kopia_av, version, ALLA_ENHETER)
    egna = set(
        Belopp.objects.filter(version=version, post__uppstallning__kod="regionbidrag").values_list(
            "ar", "enhet__kod"
        )
    )
    flyttar = [
        s
        for s in skillnad.justeringssummor
        if s.enhet_kod != FINANS and (not version.bryggad or (s.ar, s.enhet_kod) in egna)
    ]
    nivaer = {
        (c.ar, c.enhet_kod): (c.andra or Decimal(0)) - (c.forsta or Decimal(0))
        for c in skillnad.celler
        if skillnad.poster[c.post].uppstallning.kod == "regionbidrag"
    }
    return sorted({s.enhet_namn for s in flyttar if s.andra - s.forsta != nivaer.get((s.ar, s.enhet_kod), 0)})
