"""Saving values: what people enter, and what is read from files and services. One transaction, all or nothing."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, connection, transaction

from indikatorer.models import Enhetsslag, Indikator, Kon, Matning, Saknas, Ursprung
from indikatorer.regler.period import DELPERIODER, skriv_period
from indikatorer.regler.smagrupp import MINSTA_GRUPP, bygger_pa_fa
from indikatorer.selectors.celler import (
    NYCKELKOLUMNER,
    UPPGIFTSFALT,
    Matningsnyckel,
    Matningsuppgift,
    nyckel_for,
    uppgift_for,
)
from regionskane.historik import andring, infor_manga_rader

TOM = Matningsuppgift()
_KON, _SKAL = frozenset(Kon.values), frozenset(Saknas.values)
STORSTA_ANTAL = 2**31 - 1  # what the column holds


@dataclass(frozen=True, slots=True)
class Matningsandring:
    """A wish to put `nytt` (None: take the value away) in a cell that was shown with revision `sedd_rev` (0: empty)."""

    cell: Matningsnyckel
    sedd_rev: int
    nytt: Matningsuppgift | None


@dataclass(frozen=True, slots=True)
class Matningsrad:
    """A value from a file or a service; `borttagen` takes away what is there."""

    cell: Matningsnyckel
    uppgift: Matningsuppgift = TOM
    borttagen: bool = False


@dataclass(frozen=True, slots=True)
class Ersatt:
    """A value that a reading changes or takes away: the row's number (from 0) and what was there."""

    rad: int
    fore: Matningsuppgift
    fore_ursprung: str
    fore_rev: int


@dataclass(frozen=True, slots=True)
class Inlasning:
    """What a reading did, or would do. `avtryck` tells whether a later one would do the same."""

    nya: int
    andrade: int
    oforandrade: int
    borttagna: int
    ersatta: tuple[Ersatt, ...]
    avtryck: str


class Matningskonflikt(Exception):
    """Others have changed the cells meanwhile; nothing is saved. `celler` holds what is there now (None: nothing)."""

    def __init__(self, celler: dict[Matningsnyckel, Matning | None]):
        self.celler = celler
        super().__init__("Någon annan har ändrat samma värden. Ingenting har sparats.")


class OgiltigMatning(Exception):
    """Values that cannot be kept; nothing is saved. `fel` holds a Swedish sentence per cell or row number."""

    def __init__(self, fel: dict):
        self.fel = fel
        super().__init__(next(iter(fel.values())))


class AndratSedanForhandsgranskningen(Exception):
    """The values have changed since the preview. `str()` is a sentence for the user."""

    def __init__(self):
        super().__init__(
            "Värdena har ändrats sedan du granskade dem. Ingenting har sparats; granska på nytt."
        )


class _HannFore(Exception):
    """Somebody filled a cell between our reading and our writing."""


def fel_i(cell: Matningsnyckel, u: Matningsuppgift) -> str | None:
    """What is wrong with a value, as a sentence, or None. Asks nothing of the database."""
    if cell.kon not in _KON:
        return f"«{cell.kon}» är inget kön. Skriv T, K eller M."
    if cell.delperiod not in DELPERIODER:
        return "Perioden finns inte."
    if cell.enhet is not None and cell.omrade is not None:
        return "Ett värde hör till en egen enhet eller till ett jämförelseområde, inte båda."
    if u.varde is None and u.saknas not in _SKAL:
        return "Skriv ett värde, eller varför det saknas."
    if u.varde is not None and u.saknas:
        return "Ett värde som finns kan inte samtidigt saknas."
    if u.antal is not None and u.antal < 0:
        return "Antalet bakom värdet kan inte vara mindre än noll."
    if bygger_pa_fa(u.antal, u.namnare) and (u.varde is not None or u.taljare is not None):
        return (
            f"Värdet bygger på färre än {MINSTA_GRUPP} och ska undertryckas. Välj «Visas inte: färre än fem»."
        )
    if u.saknas == Saknas.UNDERTRYCKT and u.taljare is not None:
        return "Ett värde som inte visas kan inte ha en täljare, som säger detsamma. Ta bort den."
    if u.namnare is not None and u.namnare == 0:
        return "Nämnaren kan inte vara noll."
    for tal in (u.varde, u.taljare, u.namnare):
        if tal is not None and not _ryms(tal):
            return "Talet har för många siffror. Högst fjorton före decimaltecknet och sex efter."
    if u.antal is not None and u.antal > STORSTA_ANTAL:
        return "Antalet bakom värdet är för stort."
    return None


def _ryms(tal: Decimal) -> bool:
    return tal.is_finite() and abs(tal) < 10**14 and tal.as_tuple().exponent >= -6


def spara_matningar(*, andringar: list[Matningsandring], by, varfor: str = "") -> int:
    """Write the wished values and return how many cells were changed.

    Raises OgiltigMatning for values that cannot be kept (`fel` per cell), Matningskonflikt when a cell no longer has
    the revision that the user was shown and does not hold what the user wants either. Nothing is saved then.
    """
    # Always in the same order, so that two who save the same cells wait for each other and not in a circle.
    andringar = sorted(
        andringar, key=lambda a: tuple(-1 if x is None else x for x in a.cell[:3]) + a.cell[3:5]
    )
    fel = {a.cell: text for a in andringar if a.nytt and (text := fel_i(a.cell, a.nytt))}
    indikatorer = Indikator.objects.in_bulk({a.cell.indikator for a in andringar})
    for a in andringar:
        if a.nytt and a.cell not in fel and (text := _motsagelse(indikatorer[a.cell.indikator], a)):
            fel[a.cell] = text
    if fel:
        raise OgiltigMatning(fel)
    with andring(by=by, varfor=varfor):
        nu = _las({a.cell for a in andringar})
        krockar = {}
        for a in andringar:
            finns = nu.get(a.cell)
            if (finns.rev if finns else 0) != a.sedd_rev and (
                uppgift_for(finns) if finns else None
            ) != a.nytt:
                krockar[a.cell] = finns
        if krockar:
            raise Matningskonflikt(krockar)
        kvar = [
            Matningsrad(a.cell, a.nytt or TOM, borttagen=a.nytt is None)
            for a in andringar
            if (uppgift_for(nu[a.cell]) if a.cell in nu else None) != a.nytt
        ]
        try:
            # A cell that somebody filled after we had read it is taken back here, not written over.
            with transaction.atomic():
                gjort = _skriv(kvar, Ursprung.INMATAD, by)
                if gjort.nya != sum(r.cell not in nu for r in kvar):
                    raise _HannFore
        except _HannFore as fel:
            raise Matningskonflikt(_las({r.cell for r in kvar if r.cell not in nu})) from fel
    return len(kvar)


def las_in_matningar(
    *,
    rader: Iterable[Matningsrad],
    ursprung: Ursprung,
    by,
    varfor: str,
    prova: bool = False,
    avtryck: str | None = None,
) -> Inlasning:
    """Write neutral rows in one statement, all or nothing, and tell what became of them.

    A value that is there already and says the same is left alone. `prova` writes nothing and tells what would be done;
    with its `avtryck`, a later reading is refused (AndratSedanForhandsgranskningen) if it would do something else.
    Raises OgiltigMatning with a sentence per row number (from 0), also for two rows of one cell.
    """
    rader = list(rader)
    fel, sedda = {}, {}
    for nr, r in enumerate(rader):
        if not r.borttagen and (text := fel_i(r.cell, r.uppgift)):
            fel[nr] = text
        elif sedda.setdefault(r.cell, nr) != nr:
            fel[nr] = "Samma indikator, segment, kön, enhet och period står på en tidigare rad."
    if fel:
        raise OgiltigMatning(fel)
    with andring(by=by, varfor=varfor):
        try:
            resultat = _skriv(rader, ursprung, by)
        except _HannFore as fel:
            raise AndratSedanForhandsgranskningen from fel
        if avtryck is not None and avtryck != resultat.avtryck:
            raise AndratSedanForhandsgranskningen
        if prova:
            transaction.set_rollback(True)
    return resultat


def _motsagelse(indikator: Indikator, a: Matningsandring) -> str | None:
    """Where a value does not go with its indikator, or a percentage not with its parts."""
    u = a.nytt
    if a.cell.kon != Kon.TOTALT and not indikator.konsuppdelad:
        return f"{indikator.namn} redovisas inte för kvinnor och män."
    if indikator.enhetsslag == Enhetsslag.PROCENT and None not in (u.varde, u.taljare, u.namnare):
        steg = Decimal(1).scaleb(u.varde.as_tuple().exponent)
        if abs(100 * u.taljare - u.varde * u.namnare) > abs(u.namnare) * steg / 2:
            return f"Värdet {skriv_period(a.cell.ar, a.cell.delperiod)} är inte täljaren delad med nämnaren."
    return None


_KOLUMNER = (*NYCKELKOLUMNER, *UPPGIFTSFALT)
# All kommuner of the country, by sex, for twenty years. The page of a measure reads them all.
FLEST_VARDEN = 20_000
# As many values, each with a note of a hundred letters. Page and API write each of them out.
FLEST_TECKEN = 2_000_000
# The series that are judged at a time: a year of whole years or months, of the region or an enhet, and one sex. A
# thousand measures in twenty segments.
FLEST_SERIER = 20_000
_TYPER = {
    "indikator_id": "bigint", "segment_id": "bigint", "enhet_id": "bigint", "omrade_id": "bigint", "kon": "varchar(1)",
    "ar": "smallint", "delperiod": "smallint", "varde": "numeric", "taljare": "numeric", "namnare": "numeric",
    "antal": "integer", "preliminar": "boolean", "brott": "boolean", "saknas": "varchar(12)", "fotnot": "text",
    "kalla": "varchar(200)",
}  # fmt: skip
_SKILLNAD = f"(m.{', m.'.join(UPPGIFTSFALT)}) IS DISTINCT FROM (r.{', r.'.join(UPPGIFTSFALT)})"
# The cell as one text, and no loop in a loop: joined by the columns, each row may be held against every value of its
# indikator, of which the planner's figures know nothing right after a large file.
_CELL = ", ".join(f"COALESCE({{0}}.{k}::text, '')" for k in NYCKELKOLUMNER)
_FINN = f"""
UPDATE inlast_matning r SET matning_id = m.id FROM indikatorer_matning m
WHERE m.indikator_id = ANY(ARRAY(SELECT DISTINCT indikator_id FROM inlast_matning))
    AND concat_ws('.', {_CELL.format("m")}) = concat_ws('.', {_CELL.format("r")})
"""
_TA_HALL = """
SELECT count(*) FROM (
    SELECT m.id FROM indikatorer_matning m JOIN inlast_matning r ON r.matning_id = m.id ORDER BY m.id FOR UPDATE OF m
) hallna
"""
_ERSATTER = f"""
SELECT r.rad, m.ursprung, m.rev, m.{", m.".join(UPPGIFTSFALT)} FROM inlast_matning r
JOIN indikatorer_matning m ON m.id = r.matning_id
WHERE r.borttagen OR {_SKILLNAD} ORDER BY r.rad
"""
_ANDRA = f"""
UPDATE indikatorer_matning m SET {", ".join(f"{f} = r.{f}" for f in UPPGIFTSFALT)}, ursprung = %s, andrad_av_id = %s
FROM inlast_matning r WHERE m.id = r.matning_id AND NOT r.borttagen AND {_SKILLNAD}
"""
_LAGG_TILL = f"""
INSERT INTO indikatorer_matning ({", ".join(_KOLUMNER)}, ursprung, rev, andrad_av_id, andrad_tid)
SELECT {", ".join(_KOLUMNER)}, %s, 1, %s, now() FROM inlast_matning
WHERE matning_id IS NULL AND NOT borttagen ORDER BY rad ON CONFLICT DO NOTHING
"""
_TA_BORT = """
DELETE FROM indikatorer_matning m USING inlast_matning r WHERE r.borttagen AND m.id = r.matning_id
"""


def _krav_ryms(cursor, *, fler: bool) -> None:
    """Refuse what would give an indikator more values (`fler`: some are new), or more text in their notes, than its
    page reads, or a year more series than are judged at a time."""
    if fler:
        _krav_att_aret_ryms(cursor)
    cursor.execute(
        "SELECT i.namn, count(*), sum(length(m.fotnot))"
        " FROM indikatorer_matning m JOIN indikatorer_indikator i ON i.id = m.indikator_id"
        " WHERE m.indikator_id = ANY(ARRAY(SELECT DISTINCT indikator_id FROM inlast_matning))"
        " GROUP BY i.id HAVING count(*) > %s OR sum(length(m.fotnot)) > %s ORDER BY i.id LIMIT 1",
        [FLEST_VARDEN if fler else 2**31, FLEST_TECKEN],
    )
    if for_mycket := cursor.fetchone():
        namn, antal, tecken = for_mycket
        vad, hogst = (
            (f"{antal} värden", FLEST_VARDEN)
            if fler and antal > FLEST_VARDEN
            else (f"{tecken} tecken i fotnoter", FLEST_TECKEN)
        )
        raise OgiltigMatning(
            {0: f"{namn} skulle få {vad}, och ett mått har högst {hogst}. Ingenting har sparats."}
        )


def _krav_att_aret_ryms(cursor) -> None:
    cursor.execute(
        "SELECT ar, count(*) FROM indikatorer_matning"
        " WHERE omrade_id IS NULL AND ar = ANY(ARRAY(SELECT DISTINCT ar FROM inlast_matning))"
        " GROUP BY ar, delperiod, kon, enhet_id HAVING count(*) > %s ORDER BY 1 LIMIT 1",
        [FLEST_SERIER],
    )
    if for_mycket := cursor.fetchone():
        ar, antal = for_mycket
        skal = f"{ar} skulle få {antal} serier av mått och segment att bedöma, och ett år har högst {FLEST_SERIER}."
        raise OgiltigMatning({0: f"{skal} Ingenting har sparats."})


def _skriv(rader: list[Matningsrad], ursprung: str, by) -> Inlasning:
    """The rows written in the running transaction, whatever they replace."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS inlast_matning")
        cursor.execute(
            "CREATE TEMP TABLE inlast_matning (rad integer, borttagen boolean, matning_id bigint, "
            + ", ".join(f"{k} {_TYPER[k]}" for k in _KOLUMNER)
            + ") ON COMMIT DROP"
        )
        with cursor.copy(f"COPY inlast_matning (rad, borttagen, {', '.join(_KOLUMNER)}) FROM STDIN") as kopia:
            for nr, r in enumerate(rader):
                u = r.uppgift
                kopia.write_row((nr, r.borttagen, *r.cell, *(getattr(u, f) for f in UPPGIFTSFALT)))
        cursor.execute("ANALYZE inlast_matning")
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_FINN)
        funna = cursor.rowcount
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute("ANALYZE inlast_matning")  # of what was found nothing was known before
        cursor.execute(_TA_HALL)
        if cursor.fetchone()[0] != funna:
            raise _HannFore
        cursor.execute(_ERSATTER)
        ersatta = tuple(
            Ersatt(rad, Matningsuppgift(*uppgift), fran, rev)
            for rad, fran, rev, *uppgift in cursor.fetchall()
        )
        vem = by.pk if by else None
        infor_manga_rader()
        try:
            cursor.execute(_ANDRA, [ursprung, vem])
            andrade = cursor.rowcount
            cursor.execute(_TA_BORT)
            borttagna = cursor.rowcount
            cursor.execute(_LAGG_TILL, [ursprung, vem])
            nya = cursor.rowcount
            if nya or andrade:
                _krav_ryms(cursor, fler=bool(nya))
            # Foreign keys are asked for at the end of the transaction, where nobody could tell the user.
            connection.check_constraints()
        except IntegrityError as fel:
            raise OgiltigMatning({0: "En rad pekar på något som inte finns. Ingenting har sparats."}) from fel
    onskade = sum(not r.borttagen for r in rader)
    oforandrade = funna - borttagna - andrade
    if nya + andrade + oforandrade != onskade:
        raise _HannFore
    # All that was asked for, and all that it replaces: a name may mean another indikator than when it was shown.
    summa = hashlib.sha256(repr((nya, andrade, borttagna)).encode())
    for r in rader:
        summa.update(repr(r).encode())
    for e in ersatta:
        summa.update(repr(e).encode())
    return Inlasning(nya, andrade, oforandrade, borttagna, ersatta, summa.hexdigest())


def _las(celler: set[Matningsnyckel]) -> dict[Matningsnyckel, Matning]:
    """The cells that hold something, taken hold of until the transaction ends."""
    rader = (
        Matning.objects.filter(indikator__in={c.indikator for c in celler}, ar__in={c.ar for c in celler})
        .select_for_update(of=("self",))
        .select_related("andrad_av")
        .order_by("pk")
    )
    return {nyckel: m for m in rader if (nyckel := nyckel_for(m)) in celler}
