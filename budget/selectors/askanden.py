"""What the nämnder ask for beside fullmäktige's ram: the amounts asked for, why, and what they were answered."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from django.apps import apps
from django.db.models import Max, Prefetch

from budget.models import (
    INVESTERINGSOBJEKT,
    Askandemotiv,
    Askandesvar,
    Askandeutfall,
    Belopp,
    Budgetversion,
    Justering,
    Post,
    Posttyp,
    Uppstallning,
    Uppstallningsslag,
)
from budget.selectors.budgetdel import hamta_delenheter
from budget.selectors.investeringar import PLAN, PROGNOS, UTFALL, hamta_namnder
from budget.selectors.ram import DRIFT, hamta_ursprung, rampost
from budget.selectors.summor import Lage, Nyckel, hamta_summor
from budget.selectors.uppstallning import Plats, gallande_placeringar
from organisation.models import Namnd
from organisation.permissions import Enhetsurval
from regionskane.lib.marke import marke

Radplats = tuple[int, int]


@dataclass(frozen=True)
class Askanderad:
    """A row of the äskanden: an enhet and a post. Amounts are kronor by year; `ram` is empty for a row without one,
    and for a reader who may not read the budget's amounts of the enhet (`ram_dold`): nor is the difference theirs."""

    plats: Plats
    post: Post
    namnd: int
    ram: dict[int, Decimal]
    begart: dict[int, Decimal]
    motiv: Askandemotiv | None
    svar: Askandesvar | None
    ram_dold: bool = False

    @property
    def namn(self) -> str:
        return f"{self.plats.enhet_namn}, {self.post.namn.lower()}"

    @property
    def mot_ram(self) -> bool:
        return self.post.kod == DRIFT

    @property
    def tom(self) -> bool:
        return not self.begart

    def skillnad(self, ar: int) -> Decimal | None:
        """What is asked for beside the ram of a year; of a row without a ram there is none."""
        if ar not in self.begart or not self.mot_ram or self.ram_dold:
            return None
        return self.begart[ar] - self.ram.get(ar, Decimal(0))

    @property
    def svarets_belopp_andrade(self) -> bool:
        """Whether the answer was given to other amounts than those that stand there now."""
        return self.svar is not None and self.svar.begart != som_text(self.begart)


def utan_ram(rader: Iterable[Askanderad], laser: Enhetsurval) -> list[Askanderad]:
    """The rows to somebody who may read the budget's amounts of `laser`: of other enheter without the ram."""
    return [r if r.plats.enhet_id in laser else replace(r, ram={}, ram_dold=True) for r in rader]


def utfall_i_ord(svar: Askandesvar, *, mot_ram: bool) -> str:
    """An answer's outcome. An investment that is granted is to be an object, which somebody enters: no justering bears
    it."""
    if svar.utfall == Askandeutfall.JUSTERING and not mot_ram:
        return "Beviljas, läggs upp som objekt"
    return svar.get_utfall_display()


def radens_avtryck(rad: Askanderad) -> str:
    """What a row asks for beside what ram and why, as a short text that is another as soon as one is changed."""
    return marke(som_text(rad.ram), som_text(rad.begart), rad.motiv.text if rad.motiv else "")


def som_text(belopp: dict[int, Decimal]) -> dict[str, str]:
    """Amounts by year as they are kept in JSON."""
    return {str(ar): str(b) for ar, b in sorted(belopp.items())}


def hamta_askanden(
    version: Budgetversion, uppstallning: Uppstallning, urval: Enhetsurval, namnder: dict[int, int]
) -> list[Askanderad]:
    """Every row of the table for the enheter of `urval`, in the region's own order; `namnder` is enhet → nämnd (ids).

    Six queries.
    """
    poster = list(Post.objects.filter(uppstallning=uppstallning).order_by("ordning"))
    ram = rampost()
    aren = version.ar_lista
    summor = hamta_summor(
        kolumner=[(version.pk, ar) for ar in aren],
        poster=[p.pk for p in [*poster, *filter(None, [ram])]],
        period=version.period,
        urval=urval,
    )
    motiv = {(m.enhet_id, m.post_id): m for m in Askandemotiv.objects.filter(version=version)}
    svaren = Askandesvar.objects.filter(version=version).select_related("svarat_av")
    svar = {
        (s.enhet_id, s.post_id): s
        for s in svaren.prefetch_related(Prefetch("justeringar", Justering.objects.order_by("ar", "pk")))
    }

    def per_ar(post: Post | None, enhet: int) -> dict[int, Decimal]:
        nycklar = {ar: Nyckel(post.pk, version.pk, ar, f"enhet:{enhet}") for ar in aren} if post else {}
        return {ar: summor[n].varde for ar, n in nycklar.items() if n in summor}

    begart = {(e, p.pk): per_ar(p, e) for e in namnder if e in urval for p in poster}
    ocksa = {e for (e, _), belopp in begart.items() if belopp}
    return [
        Askanderad(
            plats,
            post,
            namnder[plats.enhet_id],
            per_ar(ram, plats.enhet_id) if post.kod == DRIFT else {},
            begart.get((plats.enhet_id, post.pk), {}),
            motiv.get((plats.enhet_id, post.pk)),
            svar.get((plats.enhet_id, post.pk)),
        )
        for plats in gallande_placeringar(version, uppstallning, ocksa)
        if plats.enhet_id in urval
        and plats.enhet_id in namnder
        and (plats.sektor_id or plats.enhet_id in ocksa)
        for post in poster
    ]


def hamta_rad(version: Budgetversion, rad: Askanderad) -> Askanderad | None:
    """The row as it is now; None when it is gone. Eight queries."""
    urval = Enhetsurval(enheter=frozenset({rad.plats.enhet_id}))
    rader = hamta_askanden(version, rad.post.uppstallning, urval, hamta_delenheter(version))
    return next((r for r in rader if r.post.pk == rad.post.pk), None)


def hamta_namndernas_ramar(version: Budgetversion) -> dict[int, Decimal]:
    """What each nämnd (id) has for its first year in the version, kronor: to see the size of other amounts. Three
    queries."""
    post = rampost()
    if post is None:
        return {}
    ramar: dict[int, Decimal] = {}
    enheter = hamta_delenheter(version)
    summor = hamta_summor(kolumner=[(version.pk, version.ar)], poster=[post.pk], period=version.period)
    for n, s in summor.items():
        namnd = enheter.get(int(n.omfang.removeprefix("enhet:"))) if n.omfang.startswith("enhet:") else None
        if namnd is not None:
            ramar[namnd] = ramar.get(namnd, Decimal(0)) + s.varde
    return ramar


def hamta_beviljat_utan_objekt(version: Budgetversion) -> list[tuple[Namnd, dict[int, Decimal]]]:
    """The investments that nämnder have been granted and that stand in no object: how much of each year, kronor.

    What is asked for is beside the objects that there are, so it is held against how much the objects of the nämnd have
    grown since the version began. Whether an object is the one that was meant nobody has said. One query where nothing
    has been granted, else nine at most.
    """
    svaren = (
        Askandesvar.objects.filter(version=version, post__uppstallning__slag=Uppstallningsslag.ASKANDE)
        .exclude(post__kod=DRIFT)
        .exclude(utfall=Askandeutfall.AVSLAS)
    )
    rader = list(svaren.values_list("enhet", "beviljat"))
    if not rader:
        return []
    enheter = hamta_delenheter(version)
    beviljat: dict[int, dict[int, Decimal]] = {}
    for enhet, belopp in rader:
        aren = beviljat.setdefault(enheter.get(enhet, 0), {})
        for ar, tal in belopp.items():
            aren[int(ar)] = aren.get(int(ar), Decimal(0)) + Decimal(tal)
    okat = _objektens_okning(version)
    svar = []
    for namnd in Namnd.objects.filter(pk__in=beviljat).order_by("ordning", "pk"):
        fattas = {ar: b - okat.get((namnd.pk, ar), 0) for ar, b in sorted(beviljat[namnd.pk].items())}
        if kvar := {ar: b for ar, b in fattas.items() if b > 0}:
            svar.append((namnd, kvar))
    return svar


def _objektens_okning(version: Budgetversion) -> dict[tuple[int, int], Decimal]:
    """By how much the objects of a nämnd (id) that cost more in a year than when the version began do so."""
    fran = hamta_ursprung([version]).get(version.pk)
    poster = Post.objects.filter(uppstallning__kod=INVESTERINGSOBJEKT, typ=Posttyp.BLAD)
    arens = [pk for pk, kod in poster.values_list("pk", "kod") if not kod.endswith((UTFALL, PROGNOS, PLAN))]
    versioner = [version, *filter(None, [fran])]
    summor = hamta_summor(
        kolumner=[(v.pk, ar) for v in versioner for ar in version.ar_lista if ar in v.ar_lista],
        poster=arens,
        period=version.period,
        lage=Lage.FAKTA,
    )
    namnder = hamta_namnder(version)
    andring: dict[tuple[int, int], Decimal] = {}
    for n, s in summor.items():
        enhet = int(n.omfang.removeprefix("enhet:")) if n.omfang.startswith("enhet:") else None
        if enhet in namnder:
            tecken = 1 if n.version == version.pk else -1
            andring[enhet, n.ar] = andring.get((enhet, n.ar), Decimal(0)) + tecken * s.varde
    okat: dict[tuple[int, int], Decimal] = {}
    for (enhet, ar), belopp in andring.items():
        nyckel = namnder[enhet].pk, ar
        okat[nyckel] = okat.get(nyckel, Decimal(0)) + max(belopp, Decimal(0))
    return okat


def rader_utan_motiv(version: Budgetversion, enheter: Iterable[int]) -> list[str]:
    """The rows that ask for something without saying why, in words and in order. Two queries."""
    enheter = list(enheter)
    motiverade = set(
        Askandemotiv.objects.filter(version=version, enhet__in=enheter)
        .exclude(text="")
        .values_list("enhet", "post")
    )
    rader = (
        Belopp.objects.filter(
            version=version, enhet__in=enheter, post__uppstallning__slag=Uppstallningsslag.ASKANDE
        )
        .order_by("enhet__kod", "post__ordning")
        .values_list("enhet", "post", "enhet__namn", "post__namn")
    )
    return list(
        dict.fromkeys(f"{e}, {p.lower()}" for enhet, post, e, p in rader if (enhet, post) not in motiverade)
    )


def askanden_andrades(version: Budgetversion) -> datetime:
    """When an amount, a motive or an answer last changed; the epoch when there are none. Three queries."""
    belopp = Belopp.objects.filter(version=version, post__uppstallning__slag=Uppstallningsslag.ASKANDE)
    tider = [belopp.aggregate(t=Max("andrad_tid"))["t"]]
    for modell in ("AskandemotivEvent", "AskandesvarEvent"):
        handelser = apps.get_model("budget", modell).objects.filter(version=version)
        tider.append(handelser.aggregate(t=Max("pgh_created_at"))["t"])
    return max(filter(None, tider), default=datetime(2000, 1, 1, tzinfo=UTC))
