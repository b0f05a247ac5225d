"""The kontoplan as it is read: which poster take konton, the rules of a year, and who changed them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Length

from budget.models import Ansvarsregel, Konto, Kontoregel, Motpart, Motpartsslag, Post, Posttyp
from budget.models.uppstallning import RESULTATSAMMANSTALLNING
from budget.regler.kodintervall import Kodtabell
from organisation.models import Enhet, Enhetstyp

BALANSKONTO = "Balanskonto, ingen rad"


def far_ta_konton(post: Post) -> bool:
    """Whether konton may belong to a post: a leaf of the resultatsammanställning that takes all motparter's amounts.

    The ledger says itself what is internal; the leaves for internal poster are the budget's.
    """
    return (
        post.uppstallning.kod == RESULTATSAMMANSTALLNING
        and post.typ == Posttyp.BLAD
        and not post.dold
        and post.motpart_id is None
        and post.kalla_post_id is None
    )


def hamta_kontoposter() -> list[Post]:
    """The poster that konton may belong to, in the table's order. One query."""
    alla = Post.objects.filter(uppstallning__kod=RESULTATSAMMANSTALLNING)
    return [p for p in alla.select_related("uppstallning", "foralder") if far_ta_konton(p)]


def postnamn(post: Post | None) -> str:
    """What a konto's post is called: the leaf of a line that takes all motparter has the line's name."""
    if post is None:
        return BALANSKONTO
    delad = post.foralder_id and post.kod == f"{post.foralder.kod}_alla"
    return post.foralder.namn if delad else post.namn


def hamta_ansvarsenheter() -> list[Enhet]:
    """The enheter that ansvar may belong to. One query."""
    return list(Enhet.objects.exclude(typ__in=(Enhetstyp.REGION, Enhetstyp.OBJEKT)).order_by("namn"))


def _sok(fraga: QuerySet, sok: str, namnfalt: Iterable[str]) -> QuerySet:
    if not sok:
        return fraga
    villkor = (
        Q(langd=len(sok), fran__lte=sok, till__gte=sok) | Q(fran__startswith=sok) | Q(till__startswith=sok)
    )
    for falt in namnfalt:
        villkor |= Q(**{f"{falt}__icontains": sok})
    return fraga.annotate(langd=Length("fran")).filter(villkor)


def hamta_kontoregler(*, ar: int | None = None, sok: str = "") -> QuerySet[Kontoregel]:
    """The rules of konton valid in a year (None: all), that take the code or have the words of `sok`.

    Not read until it is looped over, so that a page can take its part of them.
    """
    fraga = _i_ar(Kontoregel.objects.select_related("post__foralder", "post__uppstallning"), ar)
    return _sok(fraga, sok, ("namn", "post__namn"))


def hamta_ansvarsregler(*, ar: int | None = None, sok: str = "") -> QuerySet[Ansvarsregel]:
    """As `hamta_kontoregler`, of ansvar."""
    fraga = _i_ar(Ansvarsregel.objects.select_related("enhet"), ar)
    return _sok(fraga, sok, ("namn", "enhet__namn", "enhet__kod"))


def _i_ar(fraga: QuerySet, ar: int | None) -> QuerySet:
    return fraga if ar is None else fraga.filter(Q(till_ar=None) | Q(till_ar__gte=ar), fran_ar__lte=ar)


def hamta_motparter(*, ar: int | None = None, sok: str = "") -> QuerySet[Motpart]:
    """The motparter used during a year (None: all) whose kod or name has `sok`."""
    fraga = Motpart.objects.order_by("kod", "giltig_fran")
    if ar is not None:
        fraga = fraga.filter(
            Q(giltig_till=None) | Q(giltig_till__gt=date(ar, 1, 1)), giltig_fran__lte=date(ar, 12, 31)
        )
    if sok:
        fraga = fraga.filter(Q(kod__startswith=sok) | Q(namn__icontains=sok))
    return fraga


def hamta_kontonamn() -> dict[str, str]:
    """What konton are called, by kod. One query."""
    return dict(Konto.objects.values_list("kod", "namn"))


def hamta_omappade() -> list[tuple[int, str]]:
    """Year and konto of saldon that no rule takes: none, unless somebody went past the system. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH s AS MATERIALIZED (SELECT DISTINCT ar, konto::text FROM budget_saldo),"
            " tagna AS MATERIALIZED (SELECT a.ar, k.konto"
            " FROM (SELECT ar, array_agg(konto) AS koder FROM s GROUP BY ar) a,"
            " LATERAL budget_kontoposter(a.ar, a.koder) k)"
            " SELECT s.ar, s.konto FROM s LEFT JOIN tagna t ON (t.ar, t.konto) = (s.ar, s.konto)"
            " WHERE t.konto IS NULL ORDER BY 1, 2"
        )
        return cursor.fetchall()


class Senare(NamedTuple):
    """A rule that takes a code from a later year. `kan_utvidgas`: no other rule has any of its codes in between."""

    regel: Kontoregel | Ansvarsregel
    kan_utvidgas: bool

    def tar(self, fran: str, till: str) -> bool:
        return len(self.regel.fran) == len(fran) and self.regel.fran <= fran and till <= self.regel.till


class Senaresokning:
    """Finds the rules of later years by code, among rules that never take the same code in the same year.

    Rules that begin in the same year have no code in common, so in each such year they are found by bisection.
    """

    def __init__(self, regler: Iterable[Kontoregel] | Iterable[Ansvarsregel]):
        fran_ar: dict[int, list] = {}
        for r in regler:
            fran_ar.setdefault(r.fran_ar, []).append(r)
        self._ar = {ar: Kodtabell(fran_ar[ar]) for ar in sorted(fran_ar)}
        self._sist_fore: dict[int, int] = {}

    def hitta(self, fran: str, till: str, ar: int) -> Senare | None:
        """The first of the rules that takes any of the codes `fran`–`till` in a year after `ar`."""
        for fran_ar, tabell in self._ar.items():
            if fran_ar > ar and (funna := tabell.som_har(fran, till)):
                return Senare(funna[0], self._sista_ar_fore(funna[0]) < ar)
        return None

    def _sista_ar_fore(self, regel: Kontoregel | Ansvarsregel) -> int:
        """The last year in which another rule, that begins before this one, has any of its codes."""
        if regel.pk not in self._sist_fore:
            fore = (
                annan
                for ar, tabell in self._ar.items()
                if ar < regel.fran_ar
                for annan in tabell.som_har(regel.fran, regel.till)
            )
            self._sist_fore[regel.pk] = max((r.till_ar or 9999 for r in fore), default=0)
        return self._sist_fore[regel.pk]


class Regelhandelse(NamedTuple):
    """One state of a rule as it was saved. `namn` is empty when it was changed straight in the database."""

    tid: datetime
    borttagen: bool
    kod: str
    ar: str
    hor_till: str
    namn: str
    varfor: str


def _handelser(objekt, vilka: slice) -> list:
    modell = apps.get_model("budget", f"{type(objekt).__name__}Event")
    fraga = modell.objects.filter(pgh_obj=objekt.pk).annotate(uppgifter=F("pgh_context__metadata"))
    return list(fraga.order_by("-pgh_created_at", "-pgh_id")[vilka])


def hamta_motpartshistorik(motpart: Motpart, vilka: slice = slice(None)) -> list[Regelhandelse]:
    """Who has saved the motpart with what, latest first; `vilka` of all there are. One query."""
    return [
        Regelhandelse(
            h.pgh_created_at,
            h.pgh_label == "delete",
            f"{h.kod} {h.namn}",
            f"{h.giltig_fran}–{h.giltig_till or ''}",
            Motpartsslag(h.slag).label,
            (h.uppgifter or {}).get("namn", ""),
            (h.uppgifter or {}).get("varfor", ""),
        )
        for h in _handelser(motpart, vilka)
    ]


def hamta_regelhistorik(regel: Kontoregel | Ansvarsregel, vilka: slice = slice(None)) -> list[Regelhandelse]:
    """Who has saved the rule with what, latest first; `vilka` of all there are. Two queries."""
    konto = isinstance(regel, Kontoregel)
    handelser = _handelser(regel, vilka)
    if konto:
        mal = {p.pk: postnamn(p) for p in Post.objects.filter(
            pk__in={h.post_id for h in handelser}).select_related("foralder")}  # fmt: skip
    else:
        mal = dict(Enhet.objects.filter(pk__in={h.enhet_id for h in handelser}).values_list("pk", "namn"))
    return [
        Regelhandelse(
            h.pgh_created_at,
            h.pgh_label == "delete",
            h.fran if h.fran == h.till else f"{h.fran}–{h.till}",
            f"{h.fran_ar}–{h.till_ar or ''}",
            mal.get(h.post_id if konto else h.enhet_id, BALANSKONTO),
            (h.uppgifter or {}).get("namn", ""),
            (h.uppgifter or {}).get("varfor", ""),
        )
        for h in handelser
    ]
