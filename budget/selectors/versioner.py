"""Which budget is in force, and what a tilläggsbudget changes in the one that it is made on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain, count

from django.apps import apps
from django.db.models import Case, Count, F, Max, When

from budget.models import (
    Belopp,
    Budgetversion,
    Investeringsobjekt,
    Post,
    Uppstallningsslag,
    Versionskolumn,
    Versionstyp,
)
from budget.regler.tillagg import Andring, Tal
from budget.selectors.summor import Lage, Nyckel, hamta_summor
from organisation.models import Enhet
from regionskane.lib.marke import marke

_RADER = {
    "regionbidrag": (("regionbidrag", "regionbidrag"),),
    "intakter": (("resultatbudget", "intakter"), ("resultatbudget", "skatt_utjamning_bidrag")),
    "kostnader": tuple(
        ("resultatbudget", kod)
        for kod in ("kostnader", "avskrivningar", "finansnetto", "finansiella_pensionskostnader")
    ),
    "resultat": (("resultatbudget", "arets_resultat"),),
    "investeringar": (("investeringar", "summa_investeringar"),),
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


def hamta_ersattare(version: Budgetversion) -> Budgetversion | None:
    """The tilläggsbudget that is in force in place of a decided budget or tilläggsbudget; None while that one is
    itself. One query."""
    gallande = gallande_budget(ar=version.ar)
    return gallande if gallande and gallande.pk != version.pk else None


def hamta_andrat_utgangslage(version: Budgetversion) -> tuple[Budgetversion, Budgetversion] | None:
    """What a budget that is not decided starts from and the tilläggsbudget that has changed that since; None when
    nothing has. Two queries."""
    if version.faststalld or version.namnd_id or version.typ == Versionstyp.TILLAGG:
        return None
    utgangslagen = Versionskolumn.objects.filter(
        version=version, ar=version.ar - 1, uppstallning__slag=Uppstallningsslag.RAM
    )
    kolumn = utgangslagen.select_related("kalla").order_by("ordning").last()
    if kolumn is None or not kolumn.kalla.faststalld or kolumn.kalla.ar != version.ar - 1:
        return None
    ersattare = hamta_ersattare(kolumn.kalla)
    return (kolumn.kalla, ersattare) if ersattare else None


def ledig_kod(kod: str) -> str:
    """`kod` itself, or with the first number after it that no version has. One query."""
    tagna = Budgetversion.objects.filter(kod__istartswith=kod).values_list("kod", flat=True)
    upptagna = {k.lower() for k in tagna}
    forslag = chain([kod], (f"{kod}-{nr}" for nr in count(2)))
    return next(k for k in forslag if k.lower() not in upptagna)


@dataclass(frozen=True)
class Tillagg:
    """What a tilläggsbudget changes: `tal` by line of `_RADER` and year, and what each enhet's regionbidrag changes by
    in the budget year, the largest increase first."""

    version: Budgetversion
    tal: dict[tuple[str, int], Tal]
    enheter: tuple[tuple[str, Decimal], ...]

    @property
    def andring(self) -> Andring:
        ar = self.version.ar
        return Andring(*(self.tal[rad, ar].andring for rad in ("regionbidrag", "intakter", "resultat")))

    @property
    def omfordelat(self) -> Decimal:
        """What enheter get more, in all."""
        return sum((belopp for _, belopp in self.enheter if belopp > 0), Decimal(0))


def hamta_tillagg(version: Budgetversion) -> Tillagg:
    """What a tilläggsbudget changes against the version that it is a copy of, in all its years. Four queries."""
    fore, efter = version.kopia_av_id, version.pk
    poster = {
        (u, kod): pk
        for u, kod, pk in Post.objects.filter(
            uppstallning__kod__in={u for rader in _RADER.values() for u, _ in rader}
        ).values_list("uppstallning__kod", "kod", "pk")
    }
    valda = [poster[rad] for rader in _RADER.values() for rad in rader if rad in poster]
    kolumner = [(pk, ar) for pk in (fore, efter) for ar in version.ar_lista]
    fakta, beslutat = (
        hamta_summor(kolumner=kolumner, poster=valda, period=version.period, lage=lage)
        for lage in (Lage.FAKTA, Lage.BESLUTAT)
    )

    def summa(summor, rad: str, pk: int, ar: int) -> Decimal | None:
        delar = [summor.get(Nyckel(poster.get(r, 0), pk, ar)) for r in _RADER[rad]]
        return sum((s.varde for s in delar if s), Decimal(0)) if any(delar) else None

    tal = {
        (rad, ar): Tal(
            summa(beslutat, rad, fore, ar), summa(fakta, rad, fore, ar), summa(fakta, rad, efter, ar)
        )
        for rad in _RADER
        for ar in version.ar_lista
    }
    return Tillagg(version, tal, _per_enhet(fakta, poster.get(_RADER["regionbidrag"][0]), version))


def _per_enhet(fakta, post: int | None, version: Budgetversion) -> tuple[tuple[str, Decimal], ...]:
    per_enhet: dict[int, Decimal] = {}
    for n, s in fakta.items():
        if (n.post, n.ar) == (post, version.ar) and n.omfang.startswith("enhet:"):
            pk, tecken = int(n.omfang.removeprefix("enhet:")), 1 if n.version == version.pk else -1
            per_enhet[pk] = per_enhet.get(pk, Decimal(0)) + tecken * s.varde
    namn = dict(
        Enhet.objects.filter(pk__in=[pk for pk, b in per_enhet.items() if b]).values_list("pk", "namn")
    )
    return tuple(sorted(((n, per_enhet[pk]) for pk, n in namn.items()), key=lambda p: (-p[1], p[0])))


def hamta_tillaggsandring(version: Budgetversion) -> Andring:
    """What a tilläggsbudget changes in its budget year, as KL 11:15 asks of it."""
    return hamta_tillagg(version).andring


# Whose history says when a version's document became another, beside its amounts.
_I_HANDLINGEN = ("Justering", "Internbudgetforutsattning", "Beslutspunkt", "Beslutstal", "Investeringsbeslut")


def senast_andrad(versioner: Iterable[int]) -> datetime:
    """When an amount, a justering, a förutsättning, a decision point, an object or what is decided about it, of the
    versions, last changed; the epoch when there are none. Äskanden stand in no document of the budget's."""
    versioner = list(versioner)
    i_handlingen = Belopp.objects.exclude(post__uppstallning__slag=Uppstallningsslag.ASKANDE)
    belopp = i_handlingen.filter(version__in=versioner).aggregate(t=Max("andrad_tid"))["t"]
    handelser = (
        apps.get_model("budget", f"{modell}Event")
        .objects.filter(version__in=versioner)
        .aggregate(t=Max("pgh_created_at"))["t"]
        for modell in _I_HANDLINGEN
    )
    objekt = _objektens_handelser(versioner).aggregate(t=Max("pgh_created_at"))["t"]
    return max((t for t in (belopp, objekt, *handelser) if t), default=datetime(2000, 1, 1, tzinfo=UTC))


def _objektens_handelser(versioner: Iterable[int]):
    """What has been done with the investment objects that the versions show: each renaming is one."""
    har = Belopp.objects.filter(version__in=list(versioner)).values("enhet")
    return apps.get_model("budget", "InvesteringsobjektEvent").objects.filter(
        pgh_obj__in=Investeringsobjekt.objects.filter(enhet__in=har).values("pk")
    )


def andrad_sedan(version: Budgetversion, tid: datetime) -> bool:
    """Whether anything that the version's document says has changed since: its figures, those that it shows from other
    versions, its decisions, or what state it is in."""
    laget = (
        apps.get_model("budget", "BudgetversionEvent")
        .objects.filter(pgh_obj=version.pk)
        .aggregate(t=Max("pgh_created_at"))["t"]
    )
    return max(t for t in (senast_andrad(_kallor(version)), laget) if t) > tid


def versionens_avtryck(version: Budgetversion) -> str:
    """What the version's document says, what is decided about its deficits and goals, and what state it and the parts
    of it are in, as a short text that is another as soon as anything of it has been written. Twelve queries."""
    kallor = _kallor(version)
    handelser = [
        apps.get_model("budget", f"{modell}Event").objects.filter(version__in=kallor)
        for modell in ("Belopp", *_I_HANDLINGEN, "Balanskravsbeslut", "Malavsteg")
    ]
    handelser.append(apps.get_model("budget", "BudgetversionEvent").objects.filter(pgh_obj=version.pk))
    handelser.append(apps.get_model("budget", "BudgetdelEvent").objects.filter(version=version))
    handelser.append(_objektens_handelser(kallor))
    # Two who write at the same time may be done in another order than they began, so the last is not enough.
    return marke([h.aggregate(sist=Max("pgh_id"), antal=Count("pgh_id")) for h in handelser])


def _kallor(version: Budgetversion) -> set[int]:
    """The version and those whose columns it shows."""
    visade = Versionskolumn.objects.filter(version=version).values_list("kalla", flat=True)
    return {version.pk, *visade.distinct()}
