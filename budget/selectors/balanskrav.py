"""The lines of the balanskravsutredning as the rule wants them, and what the rule makes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from budget.models import (
    Balanskravsbeslut,
    Beslutsslag,
    Budgetversion,
    Kontrollsumma,
    Post,
    Posttyp,
    Status,
    Versionskolumn,
    Versionstyp,
)
from budget.regler import balanskrav as regel
from budget.selectors.summor import ALLA, Lage, Nyckel, Summa, hamta_summor
from budget.selectors.uppstallning import Uppstallningsdata
from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.belopp import MNKR

UPPSTALLNING = "balanskrav"
# Asks for a decision, and is no fault of a figure.
UTAN_BESLUT = "UNDANTAG_UTAN_BESLUT"
_SLAG = {
    Versionstyp.BUDGET: regel.Arsslag.BUDGET,
    Versionstyp.TILLAGG: regel.Arsslag.BUDGET,
    Versionstyp.INTERNBUDGET: regel.Arsslag.BUDGET,
    Versionstyp.PROGNOS: regel.Arsslag.PROGNOS,
    Versionstyp.BOKSLUT: regel.Arsslag.BOKSLUT,
}


def hamta_underlag(
    version: Budgetversion, *, lage: Lage = Lage.BESLUTAT, tidigare: Sequence[Versionskolumn] | None = None
) -> tuple[regel.Arsunderlag, ...]:
    """The years of the version's balanskrav in order, amounts in kronor. Empty when it has none.

    The first one begins with what the years before it leave, as earlier budgets showed them; `tidigare` are those, for
    whoever has asked for them.
    """
    kolumner = sorted(
        Versionskolumn.objects.filter(version=version, uppstallning__kod=UPPSTALLNING).select_related(
            "kalla"
        ),
        key=lambda k: k.ar,
    )
    if not kolumner:
        return ()
    forsta = kolumner[0].ar
    tidigare = tidigare_kolumner(version, forsta) if tidigare is None else tidigare
    fore = _utan_lucka({k.ar: k for k in tidigare}, forsta)
    egna, kolumner = kolumner, [*fore, *kolumner]
    poster = dict(Post.objects.filter(uppstallning__kod=UPPSTALLNING).values_list("kod", "pk"))
    summor = hamta_summor(
        kolumner=[(k.kalla_id, k.ar) for k in kolumner],
        poster=poster.values(),
        period=version.period,
        lage=lage,
    )
    # A decision is registered on the version that the year comes from, on another that is shown beside it (what Budget
    # 2024 says of 2023 is said of it in Budget 2025 too), or on this one; the last of them counts.
    visade = list(dict.fromkeys(k.kalla_id for k in egna))
    visat = {k.ar: [t.version_id for t in tidigare if t.ar == k.ar] for k in fore}
    beslut = list(
        Balanskravsbeslut.objects.filter(
            version__in={
                version.pk,
                *visade,
                *(k.kalla_id for k in fore),
                *(v for ids in visat.values() for v in ids),
            }
        )
    )
    tryckta = list(
        Kontrollsumma.objects.filter(
            version__in={k.kalla_id for k in kolumner},
            post__uppstallning__kod=UPPSTALLNING,
            post__kod__in=regel.PUBLICERADE,
        ).select_related("post")
    )
    underlag = tuple(
        _ett_ar(
            k,
            {kod: summor.get(Nyckel(pk, k.kalla_id, k.ar, ALLA)) for kod, pk in poster.items()},
            [
                b
                for v in dict.fromkeys(
                    (k.kalla_id, *(v for v in visat.get(k.ar, visade) if v != version.pk), version.pk)
                )
                for b in beslut
                if b.ar == k.ar and b.version_id == v
            ],
            {t.post.kod: regel.Matt(t.belopp, t.precision) for t in tryckta if _samma(t, k)},
            forsta=k.ar == forsta or nummer == 0,
        )
        for nummer, k in enumerate(kolumner)
    )
    forsta_aret, *ovriga = underlag[len(fore) :]
    return (regel.fortsatt(forsta_aret, underlag[: len(fore)]), *ovriga)


def tidigare_kolumner(version: Budgetversion, forsta: int) -> list[Versionskolumn]:
    """The years before `forsta` as locked versions show them. Of each year the one that counts stands last: the
    bokslut, or what the latest budget before this one had. One query."""
    funna = Versionskolumn.objects.filter(
        Q(version__faststalld=True) | Q(version__typ=Versionstyp.BOKSLUT),
        uppstallning__kod=UPPSTALLNING,
        ar__lt=forsta,
        version__ar__lt=version.ar,
        version__namnd=version.namnd_id,
        version__status=Status.LAST,
        kalla__status=Status.LAST,
    ).select_related("kalla", "version")
    return sorted(funna.order_by("version__ar", "pk"), key=lambda k: k.kalla.typ == Versionstyp.BOKSLUT)


def _utan_lucka(per_ar: dict[int, Versionskolumn], forsta: int) -> list[Versionskolumn]:
    """The years that lead up to `forsta` one after the other, in order."""
    aren = []
    while (ar := forsta - len(aren) - 1) in per_ar:
        aren.append(per_ar[ar])
    return aren[::-1]


def berakna(underlag: tuple[regel.Arsunderlag, ...]) -> regel.Balanskravsutredning:
    """The rule applied to amounts in kronor, with findings worded in mnkr."""
    return regel.balanskravsutredning(underlag, enhet="kr", visa_enhet="mnkr")


def ar_utan_underskott(version: Budgetversion) -> set[int]:
    """The years of the version without a deficit of their own and with nothing left of earlier ones, as of now."""
    underlag = hamta_underlag(version)
    if not underlag:
        return set()
    return {
        u.ar
        for u, a in zip(underlag, berakna(underlag).ar, strict=True)
        if not regel.kedja(u).underskott and a.ib_aterstalla == a.aterstallt
    }


@dataclass(frozen=True, slots=True)
class Balanskravsfynd:
    """What the rule says of a year of a version, as of now."""

    version: Budgetversion
    ar: int
    anmarkning: Anmarkning


def hamta_fynd(versioner: Iterable[Budgetversion]) -> list[Balanskravsfynd]:
    """What the rule says of the versions, and is a question or a fault that nobody else names.

    Every synnerliga skäl that no complete decision is recorded for, of any year that a version shows, and in its own
    years what must be put right: a budget below zero (KL 11:5), a reservation above the highest (KL 11:14). A printed
    line that is another than the rule's is left to `hamta_regelavvikelser`.
    """
    return [
        Balanskravsfynd(version, ar.ar, a)
        for version in versioner
        if (underlag := hamta_underlag(version))
        for ar in berakna(underlag).ar
        for a in ar.anmarkningar
        if a.kod == UTAN_BESLUT or (_ar_fel(a) and ar.ar in version.ar_lista)
    ]


def hamta_lagfel(versioner: Iterable[Budgetversion]) -> list[Balanskravsfynd]:
    """Those of `hamta_fynd` that must be put right."""
    return [f for f in hamta_fynd(versioner) if _ar_fel(f.anmarkning)]


def _ar_fel(a: Anmarkning) -> bool:
    return a.niva == Niva.FEL and not a.kod.startswith("AVVIKELSE_")


def i_mnkr(underlag: tuple[regel.Arsunderlag, ...]) -> tuple[regel.Arsunderlag, ...]:
    """The same underlag with every amount in mnkr instead of kronor."""

    def om(m: regel.Matt | None) -> regel.Matt | None:
        return m and regel.Matt(m.varde / MNKR, m.precision / MNKR)

    return tuple(
        replace(
            u,
            poster={k: om(m) for k, m in u.poster.items()},
            publicerat={k: om(m) for k, m in u.publicerat.items()},
            ib_brister=tuple(replace(b, belopp=om(b.belopp)) for b in u.ib_brister),
            **{
                falt: om(getattr(u, falt))
                for falt in (
                    "synnerliga_skal",
                    "ib_aterstalla",
                    "rer_ib",
                    "bas",
                    "eget_kapital_inkl_pensioner",
                )
            },
        )
        for u in underlag
    )


def med_regelrader(data: Uppstallningsdata) -> Uppstallningsdata:
    """The table with the lines that the rule computes from it filled in, as they would be right now."""
    underlag = hamta_underlag(data.version)
    if not underlag:
        return data
    kolumner = {k.ar: k for k in data.kolumner}
    poster = [p for p in data.poster if p.typ == Posttyp.REGEL]
    # Nothing but what is left of earlier years stands in a year that nothing is entered for.
    nya = {
        Nyckel(p.pk, kolumner[ar.ar].kalla_id, ar.ar, ALLA): Summa(ar.varde(p.kod), regel.NOLL, 1)
        for u, ar in zip(underlag, berakna(underlag).ar, strict=True)
        for p in poster
        if u.poster or p.kod == "ub_aterstalla"
    }
    return replace(data, summor=nya | data.summor)


def _samma(tryckt, kolumn):
    return (tryckt.version_id, tryckt.ar) == (kolumn.kalla_id, kolumn.ar)


def _matt(summa: Summa | None) -> regel.Matt | None:
    return regel.Matt(summa.varde, summa.precision) if summa else None


def _slag(kolumn: Versionskolumn) -> regel.Arsslag | None:
    """What the year's figures are. KL 11:5 is asked of the budget year, not of the plan's later years (KL 11:6)."""
    return _SLAG[kolumn.kalla.typ] if kolumn.ar == kolumn.kalla.ar else None


def _ett_ar(
    kolumn: Versionskolumn, rader: dict[str, Summa | None], beslut, publicerat, *, forsta
) -> regel.Arsunderlag:
    inga_undantag = (Beslutsslag.ATGARDSPLAN, Beslutsslag.AVISERAT)
    undantag = next((b for b in reversed(beslut) if b.slag not in inga_undantag), None)
    plan, aviserat = (next((b for b in reversed(beslut) if b.slag == slag), None) for slag in inga_undantag)
    return regel.Arsunderlag(
        ar=kolumn.ar,
        slag=_slag(kolumn),
        poster={kod: _matt(rader[kod]) for kod in regel.RESULTATPOSTER if rader.get(kod)},
        synnerliga_skal=_matt(rader.get("synnerliga_skal")) or regel.Matt(regel.NOLL),
        synnerliga_skal_beslut=undantag
        and regel.Undantagsbeslut(
            regel.Undantagsslag(undantag.slag),
            organ=undantag.organ,
            datum=undantag.datum,
            paragraf=undantag.paragraf,
            motiv=undantag.motiv,
        ),
        senast_ar=undantag.senast_ar if undantag else None,
        aviserat=None
        if undantag or not aviserat
        else regel.Avisering(aviserat.organ, aviserat.datum, aviserat.motiv),
        atgardsplan=plan and regel.Beslut(plan.organ, plan.datum, plan.paragraf),
        ib_aterstalla=_matt(rader.get("ib_aterstalla")) if forsta else None,
        rer_ib=_matt(rader.get("rer_ib")) if forsta else None,
        bas=_matt(rader.get("bas")),
        eget_kapital_inkl_pensioner=_matt(rader.get("eget_kapital")),
        publicerat=publicerat,
    )
