"""What the bridge would give where a level is an enhet's own, and whether what follows from a change is written too:
nettokostnader when regionbidragen move, eget kapital when the result does."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from budget.models import Belopp, Budgetversion, Justering, Post, Versionskolumn
from budget.regler.tillagg import Satt, betalt_av_intakter
from budget.selectors.summor import Lage, Nyckel, Summor, hamta_summor

REGIONBIDRAG = ("regionbidrag", "regionbidrag")
# The row of the äskanden whose amounts are a regionbidrag, and so stand against the ram.
DRIFT = "drift"
NETTOKOSTNADER = ("resultatbudget", "nettokostnader")
INTAKTER = ("resultatbudget", "intakter")
RESULTAT, EGET_KAPITAL = ("resultatbudget", "arets_resultat"), ("balansbudget", "eget_kapital")

_NIVAER = """
SELECT k.nr, n.enhet_id, n.belopp FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS k(version_id, ar, nr)
CROSS JOIN LATERAL budget_bryggniva(k.version_id, k.ar) n
UNION ALL
SELECT CASE j.version_id WHEN %s THEN -1 ELSE -2 END, r.enhet_id, sum(r.belopp)
FROM budget_justering j JOIN budget_justeringsrad r ON r.justering_id = j.id
JOIN organisation_enhet e ON e.id = r.enhet_id AND e.kod <> 'FINANS'
WHERE j.version_id = ANY(%s) AND j.ar = %s AND j.status = 'beslutad'
GROUP BY j.version_id, r.enhet_id
"""
_EGNA_JUSTERINGAR, _GRUNDENS_JUSTERINGAR = -1, -2


def rampost() -> Post | None:
    """The post whose amounts are the ram, if there is one."""
    return Post.objects.filter(uppstallning__kod=REGIONBIDRAG[0], kod=REGIONBIDRAG[1]).first()


def hamta_bryggans_nivaer(version: Budgetversion, ar: int) -> dict[int, Decimal]:
    """What the bridge gives each enhet (id) in a year, kronor, if no level of that year were its own.

    From the decided version's level of the same year where the version is a copy, else from last year's. Empty when
    there is nothing to start from. Two queries.
    """
    grund = version.bryggas_ur
    if grund and ar in grund.ar_lista:
        # Level and what it is multiplied by: the copy's own level of the year before is carried along.
        led = {0: (grund.pk, ar, 1)}
        if ar > version.ar:
            led |= {1: (version.pk, ar - 1, 1), 2: (grund.pk, ar - 1, -1)}
    else:
        fran = (
            Versionskolumn.objects.filter(version=version, uppstallning__kod=REGIONBIDRAG[0], ar=ar - 1)
            .order_by("ordning", "pk")
            .first()
        )
        if fran is None:
            return {}
        grund, led = None, {0: (fran.kalla_id, ar - 1, 1)}
    versioner = [version.pk, grund.pk] if grund else [version.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            _NIVAER,
            [
                [v for v, _, _ in led.values()],
                [a for _, a, _ in led.values()],
                list(led),
                version.pk,
                versioner,
                ar,
            ],
        )
        rader = cursor.fetchall()
    faktor = {nr: f for nr, (_, _, f) in led.items()} | {_EGNA_JUSTERINGAR: 1, _GRUNDENS_JUSTERINGAR: -1}
    nivaer: dict[int, Decimal] = {}
    for nr, enhet, belopp in rader:
        nivaer[enhet] = nivaer.get(enhet, Decimal(0)) + faktor[nr] * belopp
    return nivaer


def hamta_egna_nivaer(version: Budgetversion) -> dict[tuple[int, int], Decimal]:
    """What the bridge gives, by enhet (id) and year, where the version has a level of its own: entered in one that the
    bridge counts, and decided in a loaded one, whose bridge is known in the years that have justeringar.

    One query where there is none, and two or three per year.
    """
    egna = list(
        Belopp.objects.filter(
            version=version, post__uppstallning__kod=REGIONBIDRAG[0], post__kod=REGIONBIDRAG[1]
        ).values_list("enhet_id", "ar")
    )
    aren = {ar for _, ar in egna}
    if aren and not version.bryggad:
        aren &= set(Justering.objects.filter(version=version).values_list("ar", flat=True))
    bryggan = {ar: hamta_bryggans_nivaer(version, ar) for ar in sorted(aren)}
    return {(enhet, ar): bryggan[ar][enhet] for enhet, ar in egna if ar in bryggan and enhet in bryggan[ar]}


class Beslutat(NamedTuple):
    """A figure, in kronor, of the version that another started from: decided to something else than its parts give, and
    what moves is counted from the parts."""

    post: Post
    ar: int
    beslutat: Decimal
    delar: Decimal


class Ramrorelse(NamedTuple):
    """How regionbidragen and nettokostnaderna of a year have moved from what a version started from, in kronor.
    `bidrag` is more regionbidrag, `kostnader` more costs, `betalt` what more intäkter pay for in a tilläggsbudget that
    says so; `fattas` what the costs lack to follow."""

    version: Budgetversion
    fran: Budgetversion
    ar: int
    post: Post
    bidrag: Decimal
    kostnader: Decimal
    betalt: Decimal
    beslutat: tuple[Beslutat, ...] = ()

    @property
    def fattas(self) -> Decimal:
        return self.bidrag - self.betalt - self.kostnader


def hamta_ramrorelser(versioner: Iterable[Budgetversion]) -> list[Ramrorelse]:
    """The years in which regionbidragen of a version have moved and its nettokostnader not as much.

    It is asked until the version is decided: locked and beredd it is what is about to be decided.

    Against the version that it is a copy of, or the one that its bridge starts from, in the years that both hold.
    Difference of facts. Four queries, and one more per version; and one where the version it is against is decided.
    """
    rorelser = []
    for flytt in hamta_flyttar(versioner, {REGIONBIDRAG, NETTOKOSTNADER, INTAKTER}):
        finansiering = flytt.version.finansiering
        satt = Satt(finansiering) if finansiering else None
        flyttets = []
        for ar in flytt.aren:
            if not flytt.har(NETTOKOSTNADER, ar):
                continue  # a plan year whose costs nobody has entered yet
            # Costs are written with minus.
            bidrag, kostnader = flytt.andring(REGIONBIDRAG, ar), -flytt.andring(NETTOKOSTNADER, ar)
            betalt = betalt_av_intakter(satt, bidrag, kostnader, flytt.andring(INTAKTER, ar))
            post = flytt.poster[REGIONBIDRAG]
            r = Ramrorelse(flytt.version, flytt.ursprung, ar, post, bidrag, kostnader, betalt)
            if r.bidrag and r.fattas:
                flyttets.append(r)
        # Asked for whatever has moved, so that a page has the same number of queries.
        beslutat = flytt.hamta_beslutat()
        for r in flyttets:
            utan = None if r.betalt else flytt.poster.get(INTAKTER)
            rorelser.append(
                r._replace(beslutat=tuple(b for b in beslutat if b.ar == r.ar and b.post != utan))
            )
    return rorelser


class Kapitalrorelse(NamedTuple):
    """How årets resultat, up to and with a year, and eget kapital at its end have moved from what a version started
    from, in kronor, plus for better; `fattas` what eget kapital lacks to follow."""

    version: Budgetversion
    fran: Budgetversion
    ar: int
    post: Post
    resultat: Decimal
    kapital: Decimal
    beslutat: tuple[Beslutat, ...] = ()

    @property
    def fattas(self) -> Decimal:
        return self.resultat - self.kapital


def hamta_kapitalrorelser(versioner: Iterable[Budgetversion]) -> list[Kapitalrorelse]:
    """The years in which årets resultat of a version has moved and its eget kapital not as much.

    Nothing but the result changes eget kapital, but where the first year begins is entered, so it cannot be computed
    from what the tables hold. Asked until the version is decided, as `hamta_ramrorelser` is, of the balance's years
    alone. Four queries, and one more per version; and one where the version it is against is decided.
    """
    rorelser = []
    for flytt in hamta_flyttar(versioner, {RESULTAT, EGET_KAPITAL}):
        flyttets = []
        resultat = Decimal(0)
        for ar in flytt.aren:
            resultat += flytt.andring(RESULTAT, ar)
            if not (flytt.har(EGET_KAPITAL, ar) and flytt.har(RESULTAT, ar)):
                continue
            r = Kapitalrorelse(
                flytt.version,
                flytt.ursprung,
                ar,
                flytt.poster[EGET_KAPITAL],
                resultat,
                flytt.andring(EGET_KAPITAL, ar),
            )
            if r.resultat and r.fattas:
                flyttets.append(r)
        # Asked for whatever has moved, so that a page has the same number of queries.
        beslutat = flytt.hamta_beslutat()
        kapital = flytt.poster[EGET_KAPITAL]
        rorelser += [
            # The results of the years up to it, and eget kapital at its end.
            r._replace(
                beslutat=tuple(b for b in beslutat if b.ar == r.ar or (b.ar < r.ar and b.post != kapital))
            )
            for r in flyttets
        ]
    return rorelser


@dataclass(frozen=True, slots=True)
class Flytt:
    """What lines of a version have moved from what it started from, in the years (`aren`) that both hold."""

    version: Budgetversion
    ursprung: Budgetversion
    aren: tuple[int, ...]
    poster: Mapping[tuple[str, str], Post]
    summor: Summor

    def andring(self, rad: tuple[str, str], ar: int) -> Decimal:
        """How much a line has moved, kronor; a line without amounts counts as nothing."""
        ny, gammal = self._par(rad, ar)
        return (ny.varde if ny else Decimal(0)) - (gammal.varde if gammal else Decimal(0))

    def har(self, rad: tuple[str, str], ar: int) -> bool:
        """Whether both versions have amounts of a line."""
        return all(s is not None and s.antal for s in self._par(rad, ar))

    def hamta_beslutat(self) -> tuple[Beslutat, ...]:
        """The lines of what it started from that were decided to something else than its parts give, which are what is
        compared. One query, or none where nothing is decided."""
        if not self.ursprung.faststalld:
            return ()
        beslutade = hamta_summor(
            kolumner=[(self.ursprung.pk, ar) for ar in self.aren],
            poster=[p.pk for p in self.poster.values()],
            period=self.version.period,
        )
        celler = (
            (p, ar, Nyckel(p.pk, self.ursprung.pk, ar)) for ar in self.aren for p in self.poster.values()
        )
        return tuple(
            Beslutat(p, ar, beslutade[n].varde, self.summor[n].varde)
            for p, ar, n in celler
            if n in beslutade and n in self.summor and beslutade[n].varde != self.summor[n].varde
        )

    def _par(self, rad, ar):
        return [self.summor.get(Nyckel(self.poster[rad].pk, v.pk, ar)) for v in (self.version, self.ursprung)]


def hamta_flyttar(versioner: Iterable[Budgetversion], rader: Collection[tuple[str, str]]) -> Iterator[Flytt]:
    """The lines (uppställning, post) of each version of the whole region against the version that it is a copy of, or
    the one that its bridge starts from. Facts. Nothing where a line does not exist.

    A decided version that was beredd here keeps what it was warned of; one loaded from a document is as printed.
    """
    utkast = [v for v in versioner if v.namnd_id is None and (v.beredd or not v.faststalld)]
    if not utkast:
        return
    poster = {
        (p.uppstallning.kod, p.kod): p
        for p in Post.objects.filter(
            uppstallning__kod__in={u for u, _ in rader}, kod__in={kod for _, kod in rader}
        ).select_related("uppstallning")
        if (p.uppstallning.kod, p.kod) in rader
    }
    if len(poster) < len(rader):
        return
    ursprung = hamta_ursprung(utkast)
    for version in utkast:
        fran = ursprung.get(version.pk)
        if not (aren := tuple(ar for ar in version.ar_lista if fran and ar in fran.ar_lista)):
            continue
        summor = hamta_summor(
            kolumner=[(v.pk, ar) for v in (version, fran) for ar in aren],
            poster=[p.pk for p in poster.values()],
            period=version.period,
            lage=Lage.FAKTA,
        )
        yield Flytt(version, fran, aren, poster, summor)


def hamta_ursprung(utkast: list[Budgetversion]) -> dict[int, Budgetversion]:
    """What each version started from, by its id: what it is a copy of, or the one with the year before. One query."""
    kopior = {v.pk: v.bryggas_ur or v.kopia_av for v in utkast if v.kopia_av_id}
    fore = {
        k.version_id: k.kalla
        for k in Versionskolumn.objects.filter(version__in=utkast, uppstallning__kod=REGIONBIDRAG[0])
        .exclude(kalla__in=utkast)
        .select_related("kalla", "version")
        .order_by("ordning", "pk")
        if k.ar == k.version.ar - 1
    }
    return fore | kopior
