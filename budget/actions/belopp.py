"""Saving what people enter. One transaction; what somebody else changed meanwhile is never overwritten."""

from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection

from budget.actions.budgetdel import beratta_att_ramen_flyttats
from budget.models import Budgetversion, Status, Uppstallningsslag
from budget.selectors.budgetdel import stangda_enheter
from budget.selectors.celler import ANVANDARNAMN, Cellnyckel, Cellvarde
from budget.selectors.skrivratt import LAST_AV_FULLMAKTIGE, hamta_slag, ratt_att_skriva
from organisation.permissions import Behorighet, Ratt
from regionskane.historik import andring, infor_manga_rader
from regionskane.lib.belopp import TolkatBelopp

TOM = Cellvarde()
# More cells than a page has: a whole workbook's.
MANGA = 500


@dataclass(frozen=True, slots=True)
class Cellandring:
    """A wish to put `nytt` (None: empty the cell) in place of what the user was shown."""

    cell: Cellnyckel
    sedd_rev: int
    sett_varde: Decimal | None
    nytt: TolkatBelopp | None


class VersionenArLast(Exception):
    """The version is locked. `str()` is a sentence for the user."""


class DelenArInlamnad(VersionenArLast):
    """The nämnd has handed in its part, so its amounts are locked. `str()` is a sentence for the user."""


class FelSkrivratt(PermissionDenied):
    """The cells are somebody else's to write. `str()` is a sentence for the user, and nothing is saved."""


class Konflikt(Exception):
    """Others have changed the cells meanwhile; nothing is saved. `celler` holds what is there now."""

    def __init__(self, celler: dict[Cellnyckel, Cellvarde]):
        self.celler = celler
        super().__init__("Någon annan har ändrat samma celler.")


_LAS = f"""
SELECT b.enhet_id, b.post_id, b.ar, b.rev, b.belopp, {ANVANDARNAMN}, b.andrad_tid, a.id, b.id
FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS c(enhet_id, post_id, ar)
JOIN budget_belopp b ON b.version_id = %s AND (b.enhet_id, b.post_id, b.ar) = (c.enhet_id, c.post_id, c.ar)
LEFT JOIN organisation_anvandare a ON a.id = b.andrad_av_id
ORDER BY b.id
FOR UPDATE OF b
"""
_SKRIV = """
INSERT INTO budget_belopp (version_id, enhet_id, post_id, ar, belopp, precision, rev, ursprung, kalla,
                           andrad_av_id, andrad_tid)
SELECT %s, c.enhet_id, c.post_id, c.ar, c.belopp, c.precision, 1, 'inmatad', '', %s, now()
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::numeric[], %s::numeric[])
     AS c(enhet_id, post_id, ar, belopp, precision)
ON CONFLICT (version_id, enhet_id, post_id, ar) DO UPDATE SET
    belopp = EXCLUDED.belopp, precision = EXCLUDED.precision, ursprung = 'inmatad', importfil_id = NULL,
    importrad = NULL, kalla = '', andrad_av_id = EXCLUDED.andrad_av_id
WHERE budget_belopp.id = ANY(%s)
"""
_TOM = """
DELETE FROM budget_belopp b USING unnest(%s::bigint[], %s::bigint[], %s::int[]) AS c(enhet_id, post_id, ar)
WHERE b.version_id = %s AND (b.enhet_id, b.post_id, b.ar) = (c.enhet_id, c.post_id, c.ar)
"""


def spara_belopp(*, version: Budgetversion, andringar: list[Cellandring], by, varfor: str = "") -> int:
    """Write the changed cells of a version and return how many there were.

    Raises Konflikt, and writes nothing, when a cell no longer holds what the user was shown and not
    what the user wants either. Raises VersionenArLast for a locked version, DelenArInlamnad for a cell whose nämnd
    has handed in, FelSkrivratt for the ram and for äskanden that are not the user's to write. A nämnd that has handed
    in is told, once, if its ram moves.
    """
    if version.last:
        raise VersionenArLast(f"{version.namn} är låst. Ingenting har sparats.")
    if not andringar:
        return 0
    ram = _krav_skrivratt(version, [a.cell for a in andringar], by)
    # Always in the same order, so that two who save the same cells wait for each other and not in a circle.
    andringar = sorted(andringar, key=lambda a: a.cell)
    with (
        _last_blir_begripligt(version, andringar, ram),
        andring(by=by, varfor=varfor),
        connection.cursor() as cursor,
    ):
        nu, id_per_cell = _las(cursor, version, [a.cell for a in andringar])
        krockar = {a.cell: nu.get(a.cell, TOM) for a in andringar if _krock(a, nu.get(a.cell, TOM))}
        if krockar:
            raise Konflikt(krockar)
        kvar = [a for a in andringar if (a.nytt.varde if a.nytt else None) != nu.get(a.cell, TOM).varde]
        _krav_oppen_del(version, [a for a in kvar if a.cell not in ram])
        skriv, tom = [a for a in kvar if a.nytt], [a for a in kvar if not a.nytt]
        if len(skriv) > MANGA:
            infor_manga_rader()
        if skriv:
            cursor.execute(
                _SKRIV,
                [
                    version.pk,
                    by.pk,
                    *_kolumner([a.cell for a in skriv]),
                    [a.nytt.varde for a in skriv],
                    [a.nytt.precision for a in skriv],
                    list(id_per_cell.values()),
                ],
            )
            if cursor.rowcount != len(skriv):
                # Somebody filled an empty cell between our reading and our writing.
                nu, _ = _las(cursor, version, [a.cell for a in skriv if a.cell not in id_per_cell])
                krockar = {a.cell: nu[a.cell] for a in skriv if a.cell in nu and _krock(a, nu[a.cell])}
                if krockar:
                    raise Konflikt(krockar)
        if tom:
            cursor.execute(_TOM, [*_kolumner([a.cell for a in tom]), version.pk])
        if flyttade := {a.cell.enhet for a in kvar if a.cell in ram}:
            beratta_att_ramen_flyttats(version=version, enheter=flyttade, by=by)
    return len(kvar)


def _krav_skrivratt(version, celler, by) -> set[Cellnyckel]:
    """Raise FelSkrivratt unless the cells with a right of their own are the user's. Returns those of the ram."""
    slag = hamta_slag(c.post for c in celler)
    per_ratt: dict[Ratt, set[Cellnyckel]] = {}
    for cell in celler:
        ratt = ratt_att_skriva(version, slag.get(cell.post, Uppstallningsslag.BUDGET))
        per_ratt.setdefault(ratt, set()).add(cell)
    # Who may write ordinary amounts is asked where they are entered: some are the system's own, as a scenario's.
    per_ratt.pop(Ratt.SKRIVA_BELOPP, None)
    behorighet = Behorighet(by) if per_ratt else None
    for ratt, deras in per_ratt.items():
        urval = behorighet.urval(ratt, last=False, period=version.period)
        if all(c.enhet in urval for c in deras):
            continue
        if ratt == Ratt.SKRIVA_RAM:
            raise FelSkrivratt(
                f"{LAST_AV_FULLMAKTIGE}: ramen i {version.namn} skrivs bara av en koncerncontroller. "
                "Ingenting har sparats."
            )
        raise FelSkrivratt(f"Du får inte {ratt.value} för den enheten. Ingenting har sparats.")
    return per_ratt.get(Ratt.SKRIVA_RAM, set())


@contextmanager
def _last_blir_begripligt(version, andringar, ram):
    # The version may be locked, or a part handed in, between our reading and the write; then the trigger says so.
    try:
        yield
    except IntegrityError as fel:
        if Budgetversion.objects.filter(pk=version.pk, status=Status.LAST).exists():
            raise VersionenArLast(f"{version.namn} låstes medan du skrev. Ingenting har sparats.") from fel
        _krav_oppen_del(version, [a for a in andringar if a.cell not in ram])
        raise


def _krav_oppen_del(version, andringar):
    stangda = stangda_enheter(version) if andringar else {}
    for a in andringar:
        if a.cell.enhet in stangda:
            raise DelenArInlamnad(
                f"{stangda[a.cell.enhet]} har lämnat in sin del av {version.namn}. Ingenting har sparats."
            )


def _krock(a: Cellandring, nu: Cellvarde) -> bool:
    onskat = a.nytt.varde if a.nytt else None
    return (nu.rev, nu.varde) != (a.sedd_rev, a.sett_varde) and nu.varde != onskat


def _kolumner(celler):
    return [c.enhet for c in celler], [c.post for c in celler], [c.ar for c in celler]


def _las(cursor, version, celler):
    cursor.execute(_LAS, [*_kolumner(celler), version.pk])
    nu, ids = {}, {}
    for enhet, post, ar, rev, varde, namn, tid, av, pk in cursor.fetchall():
        cell = Cellnyckel(enhet, post, ar)
        nu[cell] = Cellvarde(rev, varde, namn, tid, av)
        ids[cell] = pk
    return nu, ids
