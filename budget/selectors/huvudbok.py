"""The ledger's lines in force, filtered, sorted and paged. Read one screen at a time, by the key of the last line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import unquote

from django.db import connection, transaction

from budget.models import Post
from budget.selectors.utfall import Urval, saldofraga
from organisation.permissions import Enhetsurval

PER_SIDA = 100


class Ordning(StrEnum):
    """Order of lines; every order has period, file, line and what a line may be parted by, so that it is total."""

    PERIOD = "period"
    STORST = "storst"
    KONTO = "konto"


# What each order compares, all ascending, and the types of it. A line of a file may give several rows: a balance of a
# SIE file (`#PSALDO`) is parted by object, so file and line are not enough.
_SIST = {
    "h.period": "int", "h.fil_id": "bigint", "h.rad": "bigint", "h.konto": "text", "h.ansvar": "text",
    "h.motpart": "text", "h.belopp": "numeric",
}  # fmt: skip
_ORDNING = {
    Ordning.PERIOD: _SIST,
    Ordning.STORST: {"-abs(h.belopp)": "numeric", **_SIST},
    Ordning.KONTO: {"h.konto": "text", **{u: typ for u, typ in _SIST.items() if u != "h.konto"}},
}
_HOGST = {"int": 2**31 - 1, "bigint": 2**63 - 1}
_TAL = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,2})?")


@dataclass(frozen=True)
class Radfilter:
    """Which lines: those of `urval`, of a post and of exact codes, with words in text or verifikation.

    An empty code does not filter.
    """

    urval: Urval
    post: Post | None = None
    konto: str = ""
    ansvar: str = ""
    motpart: str = ""
    verifikation: str = ""
    sok: str = ""


class Bokrad(NamedTuple):
    """A line in force. `belopp` is kronor as in the ledger: debet plus, kredit minus."""

    period: int
    fil: int
    rad: int
    filnamn: str
    pahittad: bool
    datum: date | None
    konto: str
    kontonamn: str
    enhet: str
    ansvar: str
    motpart: str
    motpartsnamn: str
    verksamhet: str
    projekt: str
    verifikation: str
    text: str
    belopp: Decimal


class Radsumma(NamedTuple):
    """All the lines of a filter: how many, their kronor with the ledger's signs, and whether any is made up."""

    antal: int
    belopp: Decimal
    pahittad: bool


_FRAN = """
FROM budget_huvudboksrad h
JOIN budget_utfallsdel d ON (d.fil_id, d.enhet_id, d.period) = (h.fil_id, h.enhet_id, h.period)
    AND d.ersatt_av_id IS NULL
"""
_KOLUMNER = """
SELECT h.period, h.fil_id, h.rad, f.namn, f.pahittad, h.datum, h.konto, COALESCE(k.namn, ''), e.namn, h.ansvar,
       h.motpart, COALESCE(m.namn, ''), h.verksamhet, h.projekt, h.verifikation, h.text, h.belopp
"""
_FIL = "JOIN budget_utfallsfil f ON f.id = h.fil_id"
_NAMN = f"""
{_FIL}
JOIN organisation_enhet e ON e.id = h.enhet_id
LEFT JOIN budget_konto k ON k.kod = h.konto
LEFT JOIN LATERAL (
    SELECT namn FROM budget_motpart WHERE kod = h.motpart AND giltig_fran < make_date(h.ar + 1, 1, 1)
        AND (giltig_till IS NULL OR giltig_till > make_date(h.ar, 1, 1))
    ORDER BY giltig_fran DESC LIMIT 1
) m ON true
"""
_INTERNA = """
NOT EXISTS (
    SELECT 1 FROM (
        SELECT DISTINCT ON (kod) kod, slag FROM budget_motpart
        WHERE giltig_fran < make_date(%(ar)s + 1, 1, 1)
            AND (giltig_till IS NULL OR giltig_till > make_date(%(ar)s, 1, 1))
        ORDER BY kod, giltig_fran DESC
    ) i WHERE i.kod = h.motpart AND i.slag = ANY(%(slag)s))
"""
# Konton are few and lines are many: the konton of the post are looked up among the saldon, and lines found by them.
_KONTON_I_POSTEN = """
h.konto = ANY(ARRAY(
    SELECT k.konto FROM budget_kontoposter(%(ar)s, ARRAY(
        SELECT DISTINCT s.konto::text FROM budget_saldo s
        WHERE s.enhet_id = ANY(%(enheter)s) AND s.period BETWEEN %(fran1)s AND %(till1)s)) k
    WHERE k.post_id IN (SELECT blad_id FROM budget_postled(%(poster)s))))
"""


def _villkor(f: Radfilter) -> tuple[str, dict]:
    fraga = saldofraga([f.urval], [f.post.pk] if f.post else [])
    fran, till = f.urval.perioder
    fraga |= {"ar": f.urval.ar, "fran1": fran, "till1": till}
    villkor = [
        "h.ar = %(ar)s",
        "h.enhet_id = ANY(%(enheter)s)",
        "h.period BETWEEN %(fran1)s AND %(till1)s",
    ]
    if fraga["slag"]:
        villkor.append(_INTERNA)
    if f.post:
        villkor.append(_KONTON_I_POSTEN)
    for falt in ("konto", "ansvar", "motpart", "verifikation"):
        if varde := getattr(f, falt):
            fraga[falt] = varde
            villkor.append(f"h.{falt} = %({falt})s")
    if f.sok:
        fraga["sok"] = "%" + f.sok.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        villkor.append("(h.text ILIKE %(sok)s OR h.verifikation ILIKE %(sok)s)")
    return " WHERE " + " AND ".join(villkor), fraga


def summera_rader(f: Radfilter) -> Radsumma:
    """How many lines the filter has and what they sum to, added up line by line. One query."""
    villkor, fraga = _villkor(f)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), COALESCE(sum(h.belopp), 0), COALESCE(bool_or(f.pahittad), false)"
            f" {_FRAN}{_FIL}{villkor}",
            fraga,
        )
        return Radsumma(*cursor.fetchone())


def nyckel_efter(rad: Bokrad, ordning: Ordning) -> str:
    """What `hamta_rader` takes to go on after a line: the values that its order compares, as text."""
    varden = {
        "-abs(h.belopp)": -abs(rad.belopp), "h.period": rad.period, "h.fil_id": rad.fil, "h.rad": rad.rad,
        "h.konto": rad.konto, "h.ansvar": rad.ansvar, "h.motpart": rad.motpart, "h.belopp": rad.belopp,
    }  # fmt: skip
    # Codes may have the separator in them.
    return "~".join(str(varden[u]).replace("%", "%25").replace("~", "%7E") for u in _ORDNING[ordning])


def _ur_nyckel(text: str, typ: str) -> str | int | Decimal:
    """One value of a key. It comes from an address, so ValueError for what the database would not take."""
    if typ == "text":
        kod = unquote(text)
        if "\0" in kod:
            raise ValueError("En kod har inga nolltecken.")
        return kod
    if typ == "numeric":
        if not _TAL.fullmatch(text):
            raise ValueError("Nyckeln har inget belopp där.")
        return Decimal(text)
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= _HOGST[typ]):
        raise ValueError("Nyckeln har inget heltal där.")
    return int(text)


def hamta_rader(
    f: Radfilter, *, ordning: Ordning = Ordning.PERIOD, efter: str = "", antal: int = PER_SIDA
) -> tuple[list[Bokrad], str]:
    """The first `antal` lines after the key `efter`, and the key for the next screen, empty when these are the last.

    Raises ValueError for a key that is not one of the order's. One query.
    """
    villkor, fraga = _villkor(f)
    uttryck, typer = ", ".join(_ORDNING[ordning]), list(_ORDNING[ordning].values())
    if efter:
        delar = efter.split("~")
        if len(delar) != len(typer):
            raise ValueError("Nyckeln hör inte till ordningen.")
        for i, (del_, typ) in enumerate(zip(delar, typer, strict=True)):
            fraga[f"efter{i}"] = _ur_nyckel(del_, typ)
        gransen = ", ".join(f"%(efter{i})s::{typ}" for i, typ in enumerate(typer))
        villkor += f" AND ({uttryck}) > ({gransen})"
    fraga["antal"] = antal + 1
    sql = f"{_KOLUMNER}{_FRAN}{_NAMN}{villkor} ORDER BY {uttryck} LIMIT %(antal)s"
    with connection.cursor() as cursor:
        cursor.execute(sql, fraga)
        rader = [Bokrad(*rad) for rad in cursor.fetchall()]
    if len(rader) <= antal:
        return rader, ""
    return rader[:antal], nyckel_efter(rader[antal - 1], ordning)


class Radkalla(NamedTuple):
    """A line as it was booked. `ersatt_av` is the name of the file that has replaced it, empty for one in force."""

    rad: Bokrad
    enhet_kod: str
    ersatt_av: str


def hamta_radkalla(
    *, ar: int, fil: int, rad: int, konto: str, period: int, urval: Enhetsurval
) -> list[Radkalla]:
    """What was booked from a line of a file, among the enheter that the reader may see; also when it is replaced.

    A balance of a SIE file (`#PSALDO`) may give several. Konto and period let the index find it. One query.
    """
    sql = f"""
        {_KOLUMNER}, e.kod, COALESCE(ny.namn, '')
        FROM budget_huvudboksrad h
        JOIN budget_utfallsdel d ON (d.fil_id, d.enhet_id, d.period) = (h.fil_id, h.enhet_id, h.period)
        LEFT JOIN budget_utfallsfil ny ON ny.id = d.ersatt_av_id
        {_NAMN}
        WHERE h.ar = %(ar)s AND h.period = %(period)s AND h.konto = %(konto)s AND h.fil_id = %(fil)s AND h.rad = %(rad)s
          AND h.enhet_id = ANY(ARRAY(
              SELECT enhet_id FROM budget_utfallsdel
              WHERE fil_id = %(fil)s AND period = %(period)s AND (%(allt)s OR enhet_id = ANY(%(enheter)s))))
        ORDER BY e.kod, h.motpart
    """
    fraga = {"ar": ar, "period": period, "konto": konto, "fil": fil, "rad": rad}
    with connection.cursor() as cursor:
        cursor.execute(sql, fraga | {"allt": urval.allt, "enheter": list(urval.enheter)})
        return [Radkalla(Bokrad(*v[:-2]), *v[-2:]) for v in cursor.fetchall()]


def strom_rader(f: Radfilter) -> Iterator[Bokrad]:
    """Every line of the filter in the ledger's order, some thousand at a time from the server's cursor."""
    villkor, fraga = _villkor(f)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.itersize = 5000
        cursor.execute(
            f"{_KOLUMNER}{_FRAN}{_NAMN}{villkor} ORDER BY {', '.join(_ORDNING[Ordning.PERIOD])}", fraga
        )
        while rader := cursor.fetchmany(5000):
            for rad in rader:
                yield Bokrad(*rad)
