"""Reading a posted entry table of values: texts → values, errors per field, and what has really been changed."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from indikatorer.actions.matningar import Matningsandring
from indikatorer.imports.matningar_celler import OgiltigCell, lasare
from indikatorer.models import Kon, Matning, Saknas
from indikatorer.regler.skrift import skriv_tal
from indikatorer.selectors.celler import Matningsnyckel, Matningsuppgift
from regionskane.lib.jsontext import las_json

TALFALT = ("varde", "taljare", "namnare", "antal")
KRYSS = ("preliminar", "brott")
FALT = (*TALFALT, "saknas", *KRYSS, "fotnot", "kalla")
LANGST = {"fotnot": ("Fotnoten", 2000), "kalla": ("Källan", 200)}

_MED_KOMMA, _UTAN_KOMMA = lasare(","), lasare(None)


class OgiltigtFormular(ValueError):
    """The form itself is damaged, or has a cell that does not belong to the page. `str()` says what to do."""

    def __init__(self):
        super().__init__("Formuläret är skadat. Ladda om sidan.")


@dataclass(frozen=True, slots=True)
class Inmatning:
    """What was posted. `texter` (of what was touched) and `sedda` are by cell, `fel` by cell and field."""

    andringar: tuple[Matningsandring, ...] = ()
    texter: Mapping[Matningsnyckel, dict[str, str]] = field(default_factory=dict)
    sedda: Mapping[Matningsnyckel, tuple[int, dict[str, str]]] = field(default_factory=dict)
    fel: Mapping[tuple[Matningsnyckel, str], str] = field(default_factory=dict)
    varfor: str = ""


def cellkod(cell: Matningsnyckel) -> str:
    """The part of a field's name that says its cell; indikator and period are the page's."""
    return f"{cell.segment or 0}.{cell.kon}"


def texter_for(m: Matning | Matningsuppgift | None) -> dict[str, str]:
    """What the fields of a cell show: exactly the digits that are kept."""
    if m is None:
        return dict.fromkeys(FALT, "")
    svar = {f: "" if (v := getattr(m, f)) is None else skriv_tal(Decimal(v)) for f in TALFALT}
    svar |= {f: "1" if getattr(m, f) else "" for f in KRYSS}
    return svar | {f: getattr(m, f) for f in ("saknas", "fotnot", "kalla")}


def skriv_bas(sedda: Mapping[Matningsnyckel, tuple[int, dict[str, str]]]) -> str:
    """The hidden field that carries what the page showed, so that a save touches only what the user touched."""
    return json.dumps(
        {cellkod(c): [rev, {f: t for f, t in texter.items() if t}] for c, (rev, texter) in sedda.items()},
        separators=(",", ":"),
        ensure_ascii=False,
    )


def las_inmatning(post: Mapping, celler: Collection[Matningsnyckel], *, procent: bool) -> Inmatning:
    """Interpret a POST of the page's cells, of a measure that is in percent or not.

    Raises OgiltigtFormular for anything that no page of ours has sent.
    """
    per_kod = {cellkod(c): c for c in celler}
    bas = _bas(post.get("bas", "{}"), per_kod)
    andringar, texter, fel = [], {}, {}
    for kod, cell in per_kod.items():
        rev, sett = bas.get(cell, (0, dict.fromkeys(FALT, "")))
        skrivet = {f: post.get(f"{f}.{kod}", "").strip() for f in FALT}
        val = post.get(f"val.{kod}")
        if val == "deras":
            # What somebody else saved is kept: the cell is shown as it now is, and nothing is written.
            continue
        if val == "mitt":
            rev = _heltal(post.get(f"nu.{kod}", ""))
        elif skrivet == sett:
            continue
        texter[cell] = skrivet
        bas[cell] = (rev, sett)
        nytt = _uppgift(cell, skrivet, fel, procent)
        if not any((cell, f) in fel for f in FALT):
            andringar.append(Matningsandring(cell, rev, nytt))
    return Inmatning(tuple(andringar), texter, bas, fel, post.get("varfor", "").replace("\0", "")[:500])


def _uppgift(cell, skrivet: dict[str, str], fel: dict, procent: bool) -> Matningsuppgift | None:
    """The value of a cell, None when all of it was cleared."""
    if not any(skrivet.values()):
        return None
    svar = Matningsuppgift(
        preliminar=bool(skrivet["preliminar"]),
        brott=bool(skrivet["brott"]),
        fotnot=skrivet["fotnot"],
        kalla=skrivet["kalla"],
    )
    for f, (namn, langst) in LANGST.items():
        if len(skrivet[f]) > langst:
            fel[cell, f] = f"{namn} är {len(skrivet[f])} tecken. Högst {langst} får plats."
        elif "\0" in skrivet[f]:
            fel[cell, f] = f"{namn} har ett tecken som inte går att spara. Skriv om den."
    if skrivet["saknas"] and skrivet["saknas"] not in Saknas.values:
        raise OgiltigtFormular
    saknas = skrivet["saknas"]
    for f in TALFALT:
        try:
            last = (_MED_KOMMA if "," in skrivet[f] else _UTAN_KOMMA)(skrivet[f])
        except OgiltigCell as skal:
            fel[cell, f] = str(skal)
            continue
        if last.procent and not (procent and f == "varde"):
            vad = "måttet" if f == "varde" else "fältet"
            fel[cell, f] = f"«{skrivet[f][:40]}» är i procent, men {vad} är det inte."
            continue
        if f != "varde" and (last.saknas or last.preliminar):
            fel[cell, f] = f"«{skrivet[f][:40]}» är inget tal. Lämna fältet tomt när det saknas."
            continue
        if f == "varde" and last.saknas:
            saknas = saknas or last.saknas
        if f == "varde" and last.preliminar:
            svar = replace(svar, preliminar=True)
        if f == "antal" and last.tal is not None:
            if last.tal != int(last.tal) or last.tal < 0:
                fel[cell, f] = f"«{skrivet[f][:40]}» är inget antal. Skriv ett heltal."
                continue
            svar = replace(svar, antal=int(last.tal))
        elif last.tal is not None:
            svar = replace(svar, **{f: last.tal})
    return replace(svar, saknas=saknas)


def _bas(text: str, per_kod) -> dict:
    try:
        return {
            per_kod[kod]: (
                _heltal(str(rev)),
                dict.fromkeys(FALT, "") | {f: str(texter[f]) for f in FALT if f in texter},
            )
            for kod, (rev, texter) in las_json(text).items()
        }
    except (ValueError, TypeError, AttributeError, KeyError) as fel:
        raise OgiltigtFormular from fel


def _heltal(text: str) -> int:
    """A revision, which is an integer of the database."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise OgiltigtFormular
    return int(text)


def konen(konsuppdelad: bool) -> tuple[str, ...]:
    """The sexes that have a row each."""
    return (Kon.TOTALT, Kon.KVINNOR, Kon.MAN) if konsuppdelad else (Kon.TOTALT,)
