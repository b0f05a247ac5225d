"""What the commands that read in measurements have in common: doing it, and telling what was done."""

import json
from dataclasses import replace

from django.core.management.base import CommandError

from indikatorer.actions.inlasning import ErsatterVarden, Granskning, InlasningsFel, granska, las_in
from indikatorer.selectors.register import hamta_cellnamn

FLEST_I_TEXT = 100


def lagg_till_val(parser) -> None:
    parser.add_argument("--ersatt", action="store_true", help="Ändra också värden som redan finns.")
    parser.add_argument(
        "--prova", action="store_true", help="Visa vad som skulle ändras och spara ingenting."
    )
    parser.add_argument(
        "--rakna-om-procent",
        action="store_true",
        help="Läs tal i en annan skala än radens andra år som de: procent som är tio eller hundra gånger fel (0,85 som "
        "85) och 3 400 000 där raden är i miljoner.",
    )
    parser.add_argument("--json", action="store_true", help="Skriv JSON.")


def kor(kommando, underlag, options) -> None:
    """Read in what is kept and write what became of it. Raises CommandError when nothing was read in."""
    underlag = replace(underlag, rakna_om=options["rakna_om_procent"])
    try:
        if options["prova"]:
            granskning = granska(underlag=underlag, by=None)
        else:
            granskning = las_in(underlag=underlag, ersatt=options["ersatt"], by=None)
    except ErsatterVarden as fel:
        _skriv(kommando, fel.granskning, sparat=False, som_json=options["json"])
        raise CommandError(f"{fel} Kör om med --ersatt om de ska ändras.") from fel
    except InlasningsFel as fel:
        for a in fel.anmarkningar if not options["json"] else ():
            kommando.stderr.write(_anmarkning(a))
        if options["json"]:
            kommando.stdout.write(
                json.dumps(
                    {"sparat": False, "anmarkningar": _anmarkningar(fel.anmarkningar)}, ensure_ascii=False
                )
            )
        raise CommandError(str(fel)) from fel
    _skriv(kommando, granskning, sparat=not options["prova"], som_json=options["json"])
    if granskning.fel:
        raise CommandError(f"{len(granskning.fel)} fel. Ingenting har sparats.")


def _skriv(kommando, granskning: Granskning, *, sparat: bool, som_json: bool) -> None:
    r = granskning.resultat
    if r is None:
        antal = {}
    else:
        antal = {
            "nya": r.nya,
            "andrade": r.andrade,
            "oforandrade": r.oforandrade,
            "borttagna": r.borttagna,
        }
    andringar = [*granskning.andrade, *granskning.borttagna]
    namn = hamta_cellnamn(a.cell for a in andringar)
    if som_json:
        svar = {
            "sparat": sparat and r is not None,
            "underlag": granskning.underlag.namn,
            "sha256": granskning.underlag.sha256,
            "rader": granskning.antal_rader,
            **antal,
            "andringar": [
                {
                    **namn[a.cell]._asdict(),
                    "fore": _varde(a.fore),
                    "fore_ursprung": a.fore_ursprung,
                    "efter": _varde(a.efter),
                }
                for a in andringar
            ],
            "anmarkningar": _anmarkningar(granskning.anmarkningar),
        }
        kommando.stdout.write(json.dumps(svar, ensure_ascii=False, indent=2))
        return
    for a in granskning.anmarkningar:
        kommando.stdout.write(_anmarkning(a))
    for a in andringar[:FLEST_I_TEXT]:
        plats = ", ".join(d for d in namn[a.cell] if d)
        kommando.stdout.write(f"{plats}: {_text(a.fore)} blir {_text(a.efter)}")
    if len(andringar) > FLEST_I_TEXT:
        kommando.stdout.write(f"… och {len(andringar) - FLEST_I_TEXT} till.")
    if r is not None:
        gjort = "Läste in" if sparat else "Skulle läsa in"
        kommando.stdout.write(
            f"{gjort} {granskning.underlag.namn}: {r.nya} nya, {r.andrade} ändrade, {r.borttagna} borttagna, "
            f"{r.oforandrade} oförändrade."
        )


def _anmarkningar(fynd) -> list[dict]:
    return [{"kod": a.kod, "niva": a.niva, "rad": a.rad, "kolumn": a.kolumn, "text": a.text} for a in fynd]


def _anmarkning(a) -> str:
    plats = ", ".join(d for d in (f"rad {a.rad}" if a.rad else "", a.kolumn and f"«{a.kolumn}»") if d)
    return f"{a.niva.upper()}: {plats}{': ' if plats else ''}{a.text}"


def _varde(uppgift) -> dict | None:
    if uppgift is None:
        return None
    return {
        "varde": None if uppgift.varde is None else f"{uppgift.varde:f}",
        "saknas": uppgift.saknas,
        "preliminar": uppgift.preliminar,
    }


def _text(uppgift) -> str:
    if uppgift is None:
        return "borttaget"
    tal = uppgift.saknas if uppgift.varde is None else f"{uppgift.varde:f}".replace(".", ",")
    return f"{tal} (preliminärt)" if uppgift.preliminar else tal
