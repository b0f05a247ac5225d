"""Reading a posted entry table: texts → amounts, per-cell errors, and what has really changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from budget.actions.belopp import Cellandring
from budget.models import Matt
from budget.selectors.celler import Cellnyckel
from regionskane.lib.belopp import ENHETER, OgiltigtBelopp, tolka_belopp
from regionskane.lib.jsontext import las_decimal, las_json

CELL = "c."
VAL = "v."
NU = "k."
# A revision and an amount.
LANGST_SEDD = 200


class OgiltigtFormular(ValueError):
    """The form itself is damaged (not what somebody typed in it). `str()` says what to do."""


class OtillatenCell(ValueError):
    """The form has a cell that the user may not write."""


@dataclass(frozen=True, slots=True)
class Inmatning:
    """What was posted. `texter` are the cells whose text differs from what the page showed, as typed;
    `sedda` is what the page showed, as (revision, amount in kronor)."""

    andringar: tuple[Cellandring, ...]
    texter: dict[Cellnyckel, str]
    fel: dict[Cellnyckel, str]
    sedda: dict[Cellnyckel, tuple[int, Decimal | None]]
    varfor: str = ""
    valda: dict[Cellnyckel, str] = field(default_factory=dict)


def las_inmatning(
    post: Mapping, *, tillaten: Callable[[Cellnyckel], bool], matt: Mapping[int, str]
) -> Inmatning:
    """Interpret a POST of the entry table.

    `tillaten` says whether a cell belongs to the table and may be written by the user; any other cell
    raises OtillatenCell, whatever its text. `matt` says what each line (post id) is given in. Cells left
    as they were shown are not part of the result, so that a save touches only what the user touched.
    """
    sedda = _sedda(post.get("bas", "{}"), tillaten)
    andringar, texter, fel, valda = [], {}, {}, {}
    for namn in post:
        if not namn.startswith(CELL):
            continue
        cell = _las_nyckel(namn.removeprefix(CELL))
        if not tillaten(cell):
            raise OtillatenCell(namn)
        val = post.get(f"{VAL}{cell}")
        if val:
            valda[cell] = val
        if val == "deras":
            continue
        text = post[namn]
        # Whoever chooses the own value in a conflict has seen what stands there now.
        rev, varde = _sedd(post, cell) if val == "mitt" else sedda.get(cell, (0, None))
        try:
            mattet = matt[cell.post]
            nytt = tolka_belopp(text, skala=ENHETER[mattet], procent=mattet == Matt.PROCENT)
        except OgiltigtBelopp as skal:
            fel[cell], texter[cell] = str(skal), text
            continue
        if (nytt.varde if nytt else None) == varde:
            continue
        texter[cell] = text
        andringar.append(Cellandring(cell, rev, varde, nytt))
    return Inmatning(tuple(andringar), texter, fel, sedda, post.get("varfor", "")[:500], valda)


def _sedd(post, cell):
    if len(post.get(f"{NU}{cell}", "")) > LANGST_SEDD:
        raise OgiltigtFormular("Formuläret är skadat. Ladda om sidan; det du skrev finns kvar.")
    return _sedda(f'{{"{cell}": {post.get(f"{NU}{cell}", "null")}}}', cell.__eq__)[cell]


def _las_nyckel(text):
    try:
        return Cellnyckel.las(text)
    except ValueError as fel:
        raise OgiltigtFormular("Formuläret är skadat. Ladda om sidan; det du skrev finns kvar.") from fel


def _sedda(text, tillaten):
    """What was shown of the cells of the table. Any other is dropped before it is a key here: the hash of a number is
    the number, so whoever chooses the numbers can choose that all of them collide."""
    sedda = {}
    try:
        for nyckel, (rev, varde) in las_json(text).items():
            cell, sedd = _las_nyckel(nyckel), (int(rev), None if varde is None else las_decimal(varde))
            if tillaten(cell):
                sedda[cell] = sedd
    except (ValueError, TypeError, AttributeError, OverflowError) as fel:
        raise OgiltigtFormular("Formuläret är skadat. Ladda om sidan; det du skrev finns kvar.") from fel
    return sedda
