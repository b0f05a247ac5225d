"""The library from a CSV file: rows with their place, and findings. `tabeller.bibliotek` writes the same file."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date

from indikatorer.actions.bibliotek import Biblioteksrad, fel_i_kod
from indikatorer.models import Enhetsslag, Indikator, Malomrade, Periodicitet, Riktning, Segmentgrupp
from indikatorer.models.bibliotek import FLEST_UPPDRAG
from organisation.models import Namnd
from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.csvtext import ursprunglig

_VAL = {"enhetsslag": Enhetsslag, "riktning": Riktning, "periodicitet": Periodicitet}
_NYCKLAR = {
    "agare": (Namnd, "nämnd"),
    "malomrade": (Malomrade, "målområde"),
    "segmentgrupp": (Segmentgrupp, "segmentgrupp"),
}
_DATUM = ("giltig_fran", "giltig_till")
# So many are read, held against the library and written in about a second, which a request may take.
FLEST_RADER, FLEST_KOLUMNER = 2_000, 200
KRAVDA = ("kod", "namn", "enhetsslag", "enhet", "riktning")
KOLUMNER = (
    "kod", "id_nr", "namn", "definition", "taljare", "namnare", "enhetsslag", "enhet", "decimaler", "riktning", "kalla",
    "agare", "periodicitet", "malomrade", "segmentgrupp", "konsuppdelad", "giltig_fran", "giltig_till", "kolada_id",
    "uppdrag", "fotnot", "ordning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Biblioteksfil:
    """What was read: rows only when there are no findings."""

    rader: tuple[Biblioteksrad, ...]
    anmarkningar: tuple[Anmarkning, ...]


def las_bibliotek(innehall: bytes) -> Biblioteksfil:
    """Read a library. Columns may stand in any order; one that is absent leaves what is there (or the default).

    Comma or semicolon between columns, UTF-8 or Windows-1252. Every row with something wrong is a finding that
    says what, and then nothing is to be read in.
    """
    text = _text(innehall)
    forsta = text.split("\n", 1)[0]
    tecken = max(",;", key=forsta.count)
    # A heading with a line break of its own is longer than the first line.
    if forsta.count(tecken) > FLEST_KOLUMNER or text.count(tecken) > FLEST_KOLUMNER * FLEST_RADER:
        return Biblioteksfil(
            (), (_fel("KOLUMNER", "Filen har orimligt många kolumner för ett bibliotek.", 1),)
        )
    lasare = csv.DictReader(
        io.StringIO(text, newline=""),
        delimiter=tecken,
        strict=True,  # a quotation mark that is never closed would take the rest of the file into its cell
    )
    try:
        return _las(lasare)
    except csv.Error:
        rad = lasare.line_num + 1
        skal = "Filen går inte att läsa som CSV: ett citattecken saknas, eller så är en cell för lång."
        return Biblioteksfil((), (_fel("CSV", skal, rad),))


def _las(lasare: csv.DictReader) -> Biblioteksfil:
    """The file's rows. Raises csv.Error for one that is no CSV."""
    rubriker = [r.strip() for r in lasare.fieldnames or ()]
    lasare.fieldnames = rubriker
    fel = []
    if saknas := [k for k in KRAVDA if k not in rubriker]:
        fel.append(_fel("KOLUMN_SAKNAS", f"Filen saknar kolumnerna {', '.join(saknas)}.", 1))
    if okanda := [r for r in rubriker if r not in KOLUMNER]:
        fel.append(
            _fel(
                "KOLUMN_OKAND",
                f"Kolumnerna {', '.join(r[:40] for r in okanda[:10])} finns inte i biblioteket.",
                1,
            )
        )
    if dubbla := [r for r, antal in Counter(rubriker).items() if antal > 1]:
        fel.append(
            _fel(
                "KOLUMN_DUBBEL", f"Kolumnerna {', '.join(r[:40] for r in dubbla[:10])} står flera gånger.", 1
            )
        )
    if fel:
        return Biblioteksfil((), tuple(fel))
    register = {k: dict(modell.objects.values_list("kod", "pk")) for k, (modell, _) in _NYCKLAR.items()}
    rader, sedda = [], {}
    for r in lasare:
        rad = lasare.line_num
        if len(rader) >= FLEST_RADER:
            fel.append(
                _fel("FOR_MANGA", f"Filen har fler än {FLEST_RADER} rader, vilket inget bibliotek har.", rad)
            )
            break
        varden = {k: ursprunglig((v or "").strip()) for k, v in r.items() if k in KOLUMNER}
        falt, radfel = _falt(varden, register)
        # DictReader keeps the cells that have no heading under None.
        if any(c.strip() for c in r.get(None, ())):
            radfel.append(f"Raden har fler celler än de {len(rubriker)} kolumnerna.")
        if (forra := sedda.setdefault(varden["kod"], rad)) != rad:
            radfel.append(f"Koden {varden['kod'][:60]} står också på rad {forra}.")
        fel += [_fel("RAD", f"{varden['kod'][:60] or 'Raden'}: {t}", rad) for t in radfel]
        rader.append(Biblioteksrad(rad, varden["kod"], falt))
    if not rader:
        fel.append(_fel("TOM", "Filen har inga rader.", 1))
    return Biblioteksfil(() if fel else tuple(rader), tuple(fel))


def _fel(kod: str, text: str, rad: int) -> Anmarkning:
    return Anmarkning(kod, Niva.FEL, text, rad)


def _text(innehall: bytes) -> str:
    try:
        return innehall.decode("utf-8-sig")
    except UnicodeDecodeError:
        return innehall.decode("cp1252", errors="replace")


def _falt(varden: dict[str, str], register) -> tuple[dict, list[str]]:
    """The fields of an Indikator, and sentences about those that cannot be read."""
    falt, fel = {}, []
    for k, v in varden.items():
        if k in KRAVDA and not v:
            fel.append(f"{k} är tom.")
        elif "\0" in v:
            fel.append(f"{k} har ett tecken som inte går att spara.")
        elif k == "kod" and (skal := fel_i_kod(v)):
            fel.append(skal)
        elif k in _VAL:
            if v and v not in _VAL[k].values:
                fel.append(f"{k} kan inte vara «{v[:40]}». Skriv {', '.join(_VAL[k].values)}.")
            elif v:
                falt[k] = v
        elif k in _NYCKLAR:
            if v and v not in register[k]:
                fel.append(f"Det finns ingen {_NYCKLAR[k][1]} med koden «{v[:40]}».")
            falt[f"{k}_id"] = register[k].get(v)
        elif k in _DATUM:
            try:
                falt[k] = date.fromisoformat(v) if v else None
            except ValueError:
                fel.append(f"{k} ska vara ett datum som 2024-01-01, inte «{v[:40]}».")
        elif k in ("decimaler", "ordning"):
            if v.isascii() and v.isdigit() and len(v) < 10:
                falt[k] = int(v)
            elif v:
                fel.append(f"{k} ska vara ett heltal, inte «{v[:40]}».")
        elif k == "konsuppdelad":
            if v not in ("", "0", "1"):
                fel.append(f"konsuppdelad ska vara 0 eller 1, inte «{v[:40]}».")
            falt[k] = v == "1"
        elif k == "uppdrag":
            falt[k] = v.split(maxsplit=FLEST_UPPDRAG)
            if len(falt[k]) > FLEST_UPPDRAG:
                fel.append(f"uppdrag är fler än {FLEST_UPPDRAG}.")
        else:
            langst = Indikator._meta.get_field(k).max_length
            if langst and len(v) > langst:
                fel.append(f"{k} är längre än {langst} tecken.")
            falt[k] = v
    return falt, fel
