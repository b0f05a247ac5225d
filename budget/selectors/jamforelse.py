"""What differs between two versions in the years that both hold: cells, justeringar, and the sums that they move.

Between a version and a copy of it the difference is one of facts: what was printed otherwise in the one is not there in
the other, so an untouched copy differs nowhere. Levels of regionbidrag are compared as the bridge gives them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import F

from budget.models import Block, Budgetversion, Post, Posttyp, Uppstallning, Versionskolumn
from budget.selectors.celler import ANVANDARNAMN
from budget.selectors.justering import summera_beslutade
from budget.selectors.nyckeltal import berakna, hamta_behov, regelrader
from budget.selectors.summor import ALLA, Lage, Nyckel, hamta_summor
from budget.selectors.uppstallning import lasbara_uppstallningar
from organisation.permissions import Enhetsurval


class Skillnad(NamedTuple):
    """A cell that differs. An amount is None where the version has none; the name is then of who took it away, if it
    had one. A name is empty where no user is known."""

    uppstallning: int
    post: int
    enhet_kod: str
    enhet_namn: str
    ar: int
    forsta: Decimal | None
    andra: Decimal | None
    forsta_av: str
    andra_av: str


class Summaskillnad(NamedTuple):
    """A sum, fetched line or nyckeltal that differs: over all enheter that the reader may see, in what it is given in.
    `beslutat` are the versions in which another figure was decided than its parts give, with that figure."""

    post: Post
    ar: int
    forsta: Decimal | None
    andra: Decimal | None
    beslutat: tuple[tuple[Budgetversion, Decimal], ...] = ()


class Justeringsskillnad(NamedTuple):
    """A row of a justering whose amount or status differs. Amount, status and id are None where the version has
    no such row; a name tells who wrote, decided or took away, and is empty where no user is known."""

    ar: int
    block: str
    titel: str
    enhet_kod: str
    enhet_namn: str
    forsta: Decimal | None
    andra: Decimal | None
    forsta_status: str | None
    andra_status: str | None
    forsta_id: int | None
    andra_id: int | None
    forsta_av: str
    andra_av: str


class Justeringssumma(NamedTuple):
    """What the decided justeringar of a year sum to for an enhet, where the versions differ."""

    ar: int
    enhet_kod: str
    enhet_namn: str
    forsta: Decimal
    andra: Decimal


@dataclass(frozen=True)
class Jamforelse:
    """`ar` are the years that both versions hold, `poster` the lines of the differences by id."""

    ar: tuple[int, ...]
    poster: dict[int, Post]
    celler: tuple[Skillnad, ...]
    summor: tuple[Summaskillnad, ...]
    justeringar: tuple[Justeringsskillnad, ...]
    justeringssummor: tuple[Justeringssumma, ...]


_NAMN = "(SELECT {namn} FROM organisation_anvandare a WHERE a.id = {sida}.andrad_av_id)"
# Without anvandare it was the system itself, which tells nobody anything.
_HANDELSENAMN = "CASE WHEN c.metadata->>'anvandare' IS NOT NULL THEN c.metadata->>'namn' END AS namn"
_SQL = f"""
WITH borttaget AS (
    SELECT DISTINCT ON (b.version_id, b.enhet_id, b.post_id, b.ar) b.version_id, b.enhet_id, b.post_id, b.ar,
           {_HANDELSENAMN}
    FROM budget_beloppevent b LEFT JOIN pghistory_context c ON c.id = b.pgh_context_id
    WHERE b.pgh_label = 'delete' AND b.version_id IN (%(forsta)s, %(andra)s)
    ORDER BY b.version_id, b.enhet_id, b.post_id, b.ar, b.pgh_id DESC
)
SELECT p.uppstallning_id, p.id, e.kod, e.namn, ar, x.belopp, y.belopp,
       COALESCE({_NAMN.format(namn=ANVANDARNAMN, sida="x")}, CASE WHEN x.belopp IS NULL THEN xb.namn END, ''),
       COALESCE({_NAMN.format(namn=ANVANDARNAMN, sida="y")}, CASE WHEN y.belopp IS NULL THEN yb.namn END, '')
FROM (SELECT * FROM budget_belopp WHERE version_id = %(forsta)s) x
FULL OUTER JOIN (SELECT * FROM budget_belopp WHERE version_id = %(andra)s) y USING (enhet_id, post_id, ar)
LEFT JOIN (SELECT * FROM borttaget WHERE version_id = %(forsta)s) xb USING (enhet_id, post_id, ar)
LEFT JOIN (SELECT * FROM borttaget WHERE version_id = %(andra)s) yb USING (enhet_id, post_id, ar)
JOIN budget_post p ON p.id = post_id
JOIN budget_uppstallning u ON u.id = p.uppstallning_id
JOIN organisation_enhet e ON e.id = enhet_id
WHERE x.belopp IS DISTINCT FROM y.belopp AND ar = ANY(%(aren)s)
  AND (%(allt)s OR enhet_id = ANY(%(enheter)s))
  AND u.kod <> 'regionbidrag' AND u.slag <> 'askande'
ORDER BY u.ordning, p.ordning, e.kod, ar
"""
# A level may be the bridge's, so both sides are asked of it; only one that was typed or read has somebody's name.
_NIVAER = f"""
WITH x AS (
    SELECT a.ar, n.* FROM unnest(%(aren)s::int[]) AS a(ar) CROSS JOIN LATERAL budget_bryggniva(%(forsta)s, a.ar) n
), y AS (
    SELECT a.ar, n.* FROM unnest(%(aren)s::int[]) AS a(ar) CROSS JOIN LATERAL budget_bryggniva(%(andra)s, a.ar) n
)
SELECT p.uppstallning_id, p.id, e.kod, e.namn, COALESCE(x.ar, y.ar), x.belopp, y.belopp,
       COALESCE({_NAMN.format(namn=ANVANDARNAMN, sida="xb")}, ''),
       COALESCE({_NAMN.format(namn=ANVANDARNAMN, sida="yb")}, '')
FROM x FULL OUTER JOIN y USING (enhet_id, ar)
JOIN organisation_enhet e ON e.id = enhet_id
CROSS JOIN (
    SELECT p.* FROM budget_post p JOIN budget_uppstallning u ON u.id = p.uppstallning_id
    WHERE u.kod = 'regionbidrag' AND p.kod = 'regionbidrag') p
LEFT JOIN budget_belopp xb
    ON (xb.version_id, xb.post_id, xb.ar, xb.enhet_id) = (%(forsta)s, p.id, COALESCE(x.ar, y.ar), e.id)
LEFT JOIN budget_belopp yb
    ON (yb.version_id, yb.post_id, yb.ar, yb.enhet_id) = (%(andra)s, p.id, COALESCE(x.ar, y.ar), e.id)
WHERE x.belopp IS DISTINCT FROM y.belopp AND (%(allt)s OR e.id = ANY(%(enheter)s))
ORDER BY e.kod, COALESCE(x.ar, y.ar)
"""
# A justering is the same in both versions when year, block and title are, as in a copy. Who: the latest that happened
# to the row, or to the justering where only its status differs, also when it is no longer there.
_JUSTERINGAR = f"""
WITH rad AS (
    SELECT j.version_id, j.id, j.ar, j.block, j.titel, j.status, r.enhet_id, r.belopp
    FROM budget_justering j JOIN budget_justeringsrad r ON r.justering_id = j.id
    WHERE j.version_id IN (%(forsta)s, %(andra)s) AND j.ar = ANY(%(aren)s)
      AND (%(allt)s OR r.enhet_id = ANY(%(enheter)s))
), sist AS (
    SELECT DISTINCT ON (r.justering_id, r.enhet_id) r.justering_id, r.enhet_id, r.pgh_id, r.pgh_context_id
    FROM budget_justeringsradevent r
    WHERE r.justering_id IN (SELECT pgh_obj_id FROM budget_justeringevent WHERE version_id IN (%(forsta)s, %(andra)s))
    ORDER BY r.justering_id, r.enhet_id, r.pgh_id DESC
), skrivet AS (
    SELECT DISTINCT ON (j.version_id, j.ar, j.block, j.titel, r.enhet_id)
           j.version_id, j.ar, j.block, j.titel, r.enhet_id, {_HANDELSENAMN}
    FROM (SELECT DISTINCT pgh_obj_id, version_id, ar, block, titel FROM budget_justeringevent
          WHERE version_id IN (%(forsta)s, %(andra)s) AND ar = ANY(%(aren)s)) j
    JOIN sist r ON r.justering_id = j.pgh_obj_id
    LEFT JOIN pghistory_context c ON c.id = r.pgh_context_id
    ORDER BY j.version_id, j.ar, j.block, j.titel, r.enhet_id, r.pgh_id DESC
), beslutat AS (
    SELECT DISTINCT ON (j.pgh_obj_id) j.pgh_obj_id AS id, {_HANDELSENAMN}
    FROM budget_justeringevent j LEFT JOIN pghistory_context c ON c.id = j.pgh_context_id
    WHERE j.version_id IN (%(forsta)s, %(andra)s) AND j.ar = ANY(%(aren)s)
    ORDER BY j.pgh_obj_id, j.pgh_id DESC
)
SELECT ar, block, titel, e.kod, e.namn, x.belopp, y.belopp, x.status, y.status, x.id, y.id,
       COALESCE(CASE WHEN x.belopp = y.belopp THEN dx.namn ELSE sx.namn END, ''),
       COALESCE(CASE WHEN x.belopp = y.belopp THEN dy.namn ELSE sy.namn END, '')
FROM (SELECT * FROM rad WHERE version_id = %(forsta)s) x
FULL OUTER JOIN (SELECT * FROM rad WHERE version_id = %(andra)s) y USING (ar, block, titel, enhet_id)
LEFT JOIN (SELECT * FROM skrivet WHERE version_id = %(forsta)s) sx USING (ar, block, titel, enhet_id)
LEFT JOIN (SELECT * FROM skrivet WHERE version_id = %(andra)s) sy USING (ar, block, titel, enhet_id)
LEFT JOIN beslutat dx ON dx.id = x.id
LEFT JOIN beslutat dy ON dy.id = y.id
JOIN organisation_enhet e ON e.id = enhet_id
WHERE x.belopp IS DISTINCT FROM y.belopp OR x.status <> y.status
ORDER BY ar, array_position(%(block)s, block::text), titel, e.kod
"""


def gemensamt_urval(a: Enhetsurval, b: Enhetsurval) -> Enhetsurval:
    """The enheter that are in both."""
    if a.allt or b.allt:
        return b if a.allt else a
    return Enhetsurval(enheter=a.enheter & b.enheter)


def ar_kopior(forsta: Budgetversion, andra: Budgetversion) -> bool:
    """Whether one of the versions goes back to the other, or both to the same, however many copies lie between."""
    return bool(_kedja(forsta) & _kedja(andra))


def _kedja(version: Budgetversion) -> set[int]:
    """The version and what it is a copy of, all the way back (ids). One query per step."""
    kedja = {version.pk}
    while version.kopia_av_id and version.kopia_av_id not in kedja:
        version = version.kopia_av
        kedja.add(version.pk)
    return kedja


def jamfor_versioner(forsta: Budgetversion, andra: Budgetversion, urval: Enhetsurval) -> Jamforelse:
    """The cells and rows of justeringar whose amounts differ, in order, and the sums and fetched lines that move with
    them, in whatever table of both that they stand. Eleven queries at most."""
    aren = tuple(ar for ar in forsta.ar_lista if ar in andra.ar_lista)
    fraga = {
        "forsta": forsta.pk,
        "andra": andra.pk,
        "aren": list(aren),
        "allt": urval.allt,
        "enheter": list(urval.enheter),
        "block": Block.values,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NIVAER, fraga)
        celler = tuple(Skillnad(*rad) for rad in cursor.fetchall())
        cursor.execute(_SQL, fraga)
        celler += tuple(Skillnad(*rad) for rad in cursor.fetchall())
        cursor.execute(_JUSTERINGAR, fraga)
        justeringar = tuple(Justeringsskillnad(*rad) for rad in cursor.fetchall())
    egna = {c.uppstallning for c in celler}
    visas = _gemensamma(forsta, andra, aren, urval) if celler or justeringar else set()
    poster = {
        p.pk: p
        for p in Post.objects.filter(uppstallning__in=egna | {u for u, _ in visas})
        .exclude(typ=Posttyp.REGEL, regel="")
        .select_related("uppstallning")
    }
    skrivna = {(c.post, c.ar) for c in celler}
    return Jamforelse(
        aren,
        poster,
        celler,
        tuple(
            s
            for s in _summor(forsta, andra, urval, aren, poster.values())
            if (s.post.uppstallning_id in egna or (s.post.uppstallning_id, s.ar) in visas)
            # A line that would be fetched and has an amount of its own is among the cells.
            and not (s.post.kalla_post_id and (s.post.pk, s.ar) in skrivna)
        ),
        justeringar,
        tuple(_justeringssummor(forsta, andra, justeringar)),
    )


def _gemensamma(forsta, andra, aren: Iterable[int], urval: Enhetsurval) -> set[tuple[int, int]]:
    """The tables (ids) and years that both versions have, of those that the reader sees. What is of an object or of a
    förvaltning comes to no sum that a table shows. One query, and one more for who does not see all."""
    har: dict[int, set[tuple[Uppstallning, int]]] = {forsta.pk: set(), andra.pk: set()}
    for k in Versionskolumn.objects.filter(
        version=F("kalla"), kalla__in=list(har), ar__in=list(aren)
    ).select_related("uppstallning"):
        har[k.kalla_id].add((k.uppstallning, k.ar))
    bada = har[forsta.pk] & har[andra.pk]
    lasbara = set(lasbara_uppstallningar({u for u, _ in bada}, urval))
    return {(u.pk, ar) for u, ar in bada if u in lasbara and not (u.per_objekt or u.per_forvaltning)}


def hamta_faktaandring(
    ny: Budgetversion, gammal: Budgetversion, ar: int, poster: Iterable[Post], urval: Enhetsurval
) -> dict[tuple[int, str], tuple[Decimal | None, Decimal | None]]:
    """What each line (post id, omfång) was and became from an origin to its copy, as facts. Three queries at most."""
    poster = tuple(poster)
    nyckeltal, kolumner = regelrader(poster), [(v.pk, ar) for v in (gammal, ny)]
    behov = hamta_behov(nyckeltal, kolumner)
    summor = hamta_summor(
        kolumner=[*kolumner, *behov.kolumner],
        poster={p.pk for p in poster} | behov.poster,
        period=ny.period,
        urval=urval,
        lage=Lage.FAKTA,
    )
    summor |= berakna(nyckeltal, kolumner, behov, summor)
    valda = {p.pk for p in poster}
    return {
        (n.post, n.omfang): tuple(
            (s := summor.get(n._replace(version=v.pk, ar=ar))) and s.varde for v in (gammal, ny)
        )
        for n in summor
        if n.post in valda
    }


def _justeringssummor(forsta, andra, justeringar: Iterable[Justeringsskillnad]):
    """For the enheter and years that have a difference; justeringar may differ and yet come to the same."""
    berorda = {(j.ar, j.enhet_kod): j.enhet_namn for j in justeringar}
    if not berorda:
        return
    summor = summera_beslutade((forsta, andra))
    for (ar, kod), namn in sorted(berorda.items()):
        x, y = (summor.get((v.pk, ar, kod), Decimal(0)) for v in (forsta, andra))
        if x != y:
            yield Justeringssumma(ar, kod, namn, x, y)


def _summor(forsta, andra, urval, aren, poster: Iterable[Post]):
    summerade = [p for p in poster if p.typ == Posttyp.SUMMA or p.uppstallning.per_enhet or p.kalla_post_id]
    nyckeltal = regelrader(poster)
    if not summerade and not nyckeltal:
        return
    kolumner = [(v.pk, ar) for v in (forsta, andra) for ar in aren]
    behov = hamta_behov(nyckeltal, kolumner)
    # Each version with its own organisation; the sum over all enheter is the same whichever is used.
    fragan = {"kolumner": [*kolumner, *behov.kolumner], "poster": {p.pk for p in summerade} | behov.poster}
    fragan |= {"period": forsta.period, "urval": urval}
    beslutat = hamta_summor(**fragan)
    summor = hamta_summor(**fragan, lage=Lage.FAKTA) if ar_kopior(forsta, andra) else beslutat
    summor = summor | berakna(nyckeltal, kolumner, behov, summor)
    for post in (p for p in poster if p in summerade or p in nyckeltal):
        for ar in aren:
            x, y = (summor.get(Nyckel(post.pk, v.pk, ar, ALLA)) for v in (forsta, andra))
            if (x and x.varde) != (y and y.varde):
                avviker = tuple(
                    (v, b.varde)
                    for v, s in ((forsta, x), (andra, y))
                    if post in summerade
                    and (b := beslutat.get(Nyckel(post.pk, v.pk, ar, ALLA)))
                    and s
                    and b.varde != s.varde
                )
                yield Summaskillnad(post, ar, x and x.varde, y and y.varde, avviker)
