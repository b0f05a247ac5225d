"""JSON and figures that a stranger may have written: read within bounds, or refused with ValueError."""

import json
import re
from decimal import Decimal, InvalidOperation

# NUL, which no text of the database can hold, and halves of surrogate pairs, which no encoding can write.
OTILLATET = re.compile("[\0\ud800-\udfff]")
LANGST_TAL, STORST_TAL = 60, 30
# Each list and object is dearer to make than its sign to send. A table of some thousand figures has as many.
FLEST_SAMLINGAR = 50_000


class OgiltigJson(ValueError):
    """The text is no JSON that is read here. `str()` says why."""


def las_json(text: str):
    """What a JSON text holds. Raises OgiltigJson also for one that is nested too deep, for NaN and Infinity, and for
    more than FLEST_SAMLINGAR lists and objects."""
    if text.count("[") + text.count("{") > FLEST_SAMLINGAR:
        raise OgiltigJson("Det som skickades har orimligt många listor och objekt. Skicka mindre i taget.")
    try:
        varde = json.loads(text, parse_constant=_inget_tal)
    except (ValueError, RecursionError) as fel:
        raise OgiltigJson("Det som skickades är inte giltig JSON, eller har för många nivåer.") from fel
    if "\\u" in text or OTILLATET.search(text):
        _krav_tecken(varde)
    return varde


def las_decimal(text: str) -> Decimal:
    """A figure as the system itself writes it. Raises ValueError for one that would be long to write out."""
    if not isinstance(text, str) or len(text) > LANGST_TAL:
        raise ValueError("inget tal")
    try:
        tal = Decimal(text)
    except InvalidOperation as fel:
        raise ValueError("inget tal") from fel
    if (
        not tal.is_finite()
        or abs(tal.adjusted()) > STORST_TAL
        or abs(int(tal.as_tuple().exponent)) > STORST_TAL
    ):
        raise ValueError("inget tal")
    return tal


def _inget_tal(text: str):
    raise ValueError(text)


def _krav_tecken(varde) -> None:
    kvar = [varde]
    while kvar:
        v = kvar.pop()
        if isinstance(v, str) and OTILLATET.search(v):
            raise OgiltigJson("Det som skickades har ett tecken som inte går att spara.")
        if isinstance(v, dict):
            kvar += [*v.keys(), *v.values()]
        elif isinstance(v, list):
            kvar += v
