"""A kontoplan as a file: rules of konton or ansvar, and motparter, row by row with findings.

The columns are those that the export writes, in any order, by their names; `giltig_fran` and `giltig_till` are years
for rules (a day's year is taken) and days for motparter, the last one included. Nothing is saved here.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from budget.actions.kontoplan import Motpartsuppgift, Regelrad
from budget.models import Ansvarsregel, Kontoregel, Motpart, Motpartsslag
from budget.selectors.kontoplan import hamta_ansvarsenheter, hamta_kontoposter
from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.csvtext import ursprunglig
from regionskane.lib.jsontext import OTILLATET
from regionskane.lib.textfil import kapad
from regionskane.lib.xlsx_las import Blad, Olaslig, las_arbetsbok

KONTOKOLUMNER = (
    "konto_fran", "konto_till", "regel", "uppstallning", "post", "namn", "giltig_fran", "giltig_till", "kalla",
)  # fmt: skip
ANSVARSKOLUMNER = ("ansvar_fran", "ansvar_till", "enhet", "namn", "giltig_fran", "giltig_till", "kalla")
MOTPARTSKOLUMNER = ("kod", "namn", "slag", "giltig_fran", "giltig_till", "kalla")
STORST = 5 * 1024 * 1024
FLEST_RADER, FLEST_KOLUMNER = 10_000, 200
FLEST_FEL = 100
BALANS = "balans"
# No column takes more. A text in a sentence is cut shorter.
LANGST_RUTA = 200
LANGST_CITAT = 40


@dataclass(frozen=True, slots=True)
class Lasning:
    """What a file says. With any finding nothing of it is to be saved."""

    rader: tuple[Any, ...]
    anmarkningar: tuple[Anmarkning, ...] = ()


class _Radfel(ValueError):
    pass


def las_kontoregler(innehall: bytes) -> Lasning:
    """Rules of konton. A row with `regel` «balans» belongs to no post."""
    poster = {p.kod: p for p in hamta_kontoposter()}

    def rad(r: Mapping[str, str]) -> Regelrad:
        kod = r.get("post", "")
        if kod and r.get("regel") == BALANS:
            raise _Radfel("ett balanskonto har ingen post. Töm den ena rutan.")
        if not kod and r.get("regel") != BALANS:
            raise _Radfel(f"skriv vilken post kontona hör till, eller «{BALANS}» i kolumnen regel.")
        if kod and kod not in poster:
            raise _Radfel(f"till posten {_citat(kod)} kan inga konton höra.")
        return _regelrad(r, "konto", poster.get(kod))

    return _las(innehall, ("konto_fran", "namn", "giltig_fran"), rad)


def las_ansvarsregler(innehall: bytes) -> Lasning:
    """Rules of ansvar."""
    enheter = {e.kod: e for e in hamta_ansvarsenheter()}

    def rad(r: Mapping[str, str]) -> Regelrad:
        if r["enhet"] not in enheter:
            raise _Radfel(f"enheten {_citat(r['enhet'])} finns inte.")
        return _regelrad(r, "ansvar", enheter[r["enhet"]])

    return _las(innehall, ("ansvar_fran", "enhet", "namn", "giltig_fran"), rad)


def las_motparter(innehall: bytes) -> Lasning:
    """Motparter."""

    def rad(r: Mapping[str, str]) -> Motpartsuppgift:
        if r["slag"] not in Motpartsslag.values:
            raise _Radfel(f"slaget {_citat(r['slag'])} är inget av {', '.join(Motpartsslag.values)}.")
        till = _dag(r["giltig_till"]) if r.get("giltig_till") else None
        return Motpartsuppgift(
            r["kod"],
            r["namn"],
            r["slag"],
            _dag(r["giltig_fran"]),
            # The calendar's last day is how other systems write «until further notice».
            till + timedelta(days=1) if till and till < date.max else None,
            r.get("kalla", ""),
        )

    return _las(innehall, ("kod", "namn", "slag", "giltig_fran"), rad)


def las_kontonamn(innehall: bytes) -> Lasning:
    """What konton are called: pairs of kod and name."""
    return _las(innehall, ("konto", "namn"), lambda r: (r["konto"], r["namn"]))


def _regelrad(r: Mapping[str, str], vad: str, mal) -> Regelrad:
    fran = r[f"{vad}_fran"]
    return Regelrad(
        fran,
        r.get(f"{vad}_till") or fran,
        r["namn"],
        mal,
        _ar(r["giltig_fran"]),
        _ar(r["giltig_till"]) if r.get("giltig_till") else None,
        r.get("kalla", ""),
    )


def _citat(text: str) -> str:
    return f"«{kapad(text, LANGST_CITAT)}»"


def _ar(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) == 4:
        return int(text)
    return _dag(text).year


def _dag(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fel:
        raise _Radfel(f"{_citat(text)} är ingen dag. Skriv den som 2024-01-01.") from fel


def _las(innehall: bytes, kravs: Iterable[str], tolka: Callable[[Mapping[str, str]], Any]) -> Lasning:
    try:
        tabell = _tabell(innehall)
    except (Olaslig, UnicodeDecodeError, csv.Error, _Radfel) as fel:
        return Lasning((), (_fel("OLASLIG", str(fel)),))
    if not tabell:
        return Lasning((), (_fel("TOM", "Filen är tom."),))
    huvud = [c.strip().lower() for c in tabell[0][1]]
    saknas = [k for k in kravs if k not in huvud]
    if saknas:
        text = f"Filen saknar kolumnen {', '.join(saknas)}. Hämta den som finns och utgå från den."
        return Lasning((), (_fel("KOLUMN", text),))
    if len(tabell) > FLEST_RADER:
        text = f"Filen har fler än {FLEST_RADER} rader, vilket ingen kontoplan har."
        return Lasning((), (_fel("FOR_MANGA", text),))
    rader, anmarkningar = [], []
    for nr, celler in tabell[1:]:
        r = dict(zip(huvud, (c.strip() for c in celler), strict=False))
        if not any(r.values()):
            continue
        if len(anmarkningar) >= FLEST_FEL:
            anmarkningar.append(_fel("FLER", "Fler rader är inte lästa. Rätta de här först."))
            break
        if tomma := [k for k in kravs if not r.get(k)]:
            anmarkningar.append(_fel("SAKNAS", f"Rad {nr}: {', '.join(tomma)} är tom.", nr))
            continue
        if langa := [k for k, v in r.items() if len(v) > LANGST_RUTA]:
            text = f"Rad {nr}: {_citat(langa[0])} har en text på fler än {LANGST_RUTA} tecken. Korta den."
            anmarkningar.append(_fel("LANG", text, nr))
            continue
        if any(OTILLATET.search(v) for v in r.values()):
            anmarkningar.append(
                _fel("TECKEN", f"Rad {nr} har ett tecken som inte går att spara. Ta bort det.", nr)
            )
            continue
        try:
            rader.append(tolka(r))
        except _Radfel as fel:
            anmarkningar.append(_fel("RAD", f"Rad {nr}: {fel}", nr))
    if not rader and not anmarkningar:
        anmarkningar.append(_fel("TOM", "Filen har rubriker men inga rader."))
    return Lasning(tuple(rader), tuple(anmarkningar))


def _tabell(innehall: bytes) -> list[tuple[int, list[str]]]:
    """The rows of the file, or of a workbook's first sheet that has a heading of ours, with their numbers."""
    if len(innehall) > STORST:
        raise _Radfel("Filen är större än 5 MB, vilket ingen kontoplan är.")
    if innehall.startswith(b"PK"):
        blad = next(iter(las_arbetsbok(innehall)), Blad(""))
        rader: dict[int, dict[int, str]] = {}
        for (rad, kolumn), ruta in blad.rutor.items():
            rader.setdefault(rad, {})[kolumn] = _text(ruta.varde)
        return [(nr, [r.get(k, "") for k in range(1, max(r) + 1)]) for nr, r in sorted(rader.items())]
    if b"\0" in innehall:
        raise _Radfel("Filen är varken CSV eller Excel.")
    try:
        text = innehall.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = innehall.decode("cp1252", errors="replace")
    huvud = text.split("\n", 1)[0]
    tecken = max(";,\t", key=huvud.count)
    if huvud.count(tecken) > FLEST_KOLUMNER or text.count(tecken) > FLEST_KOLUMNER * FLEST_RADER // 10:
        raise _Radfel(f"Filen har orimligt många kolumner. En kontoplan har {len(KONTOKOLUMNER)}.")
    rader_ = enumerate(csv.reader(io.StringIO(text), delimiter=tecken), start=1)
    rader_ = ((nr, [ursprunglig(c.strip()) for c in rad]) for nr, rad in rader_ if rad)
    return list(islice(rader_, FLEST_RADER + 1))


def _text(varde: object) -> str:
    if isinstance(varde, datetime):
        return varde.date().isoformat()
    if isinstance(varde, float) and varde.is_integer():
        return str(int(varde))
    return "" if varde is None else str(varde)


def _fel(kod: str, text: str, rad: int | None = None) -> Anmarkning:
    return Anmarkning(kod, Niva.FEL, text, rad)


def skriv_kontoregel(r: Kontoregel) -> list[str]:
    """A rule as a row of the export, in the order of KONTOKOLUMNER."""
    post = r.post
    return [
        r.fran, r.till, "post" if post else BALANS, post.uppstallning.kod if post else "", post.kod if post else "",
        r.namn, str(r.fran_ar), str(r.till_ar or ""), r.kalla,
    ]  # fmt: skip


def skriv_ansvarsregel(r: Ansvarsregel) -> list[str]:
    """A rule as a row of the export, in the order of ANSVARSKOLUMNER."""
    return [r.fran, r.till, r.enhet.kod, r.namn, str(r.fran_ar), str(r.till_ar or ""), r.kalla]


def skriv_motpart(m: Motpart) -> list[str]:
    """A motpart as a row of the export, in the order of MOTPARTSKOLUMNER; the last day is included."""
    till = date.fromordinal(m.giltig_till.toordinal() - 1).isoformat() if m.giltig_till else ""
    return [m.kod, m.namn, m.slag, m.giltig_fran.isoformat(), till, m.kalla]
