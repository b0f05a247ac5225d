"""A SIE file read and reconciled on the command line; no database is needed."""

import json
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from budget.imports.sie import Sielasning, avstam
from budget.regler.sie import Psaldotolkning, Sieavstamning
from regionskane.lib.belopp import formatera
from regionskane.lib.textfil import OlasligFil

I_MINNET = 1 << 20
TOLKNINGAR = {
    Psaldotolkning.TOTAL: "kontots total",
    Psaldotolkning.UTAN_OBJEKT: "delen utan objekt, som läggs ihop med objekten",
    Psaldotolkning.SAKNAS: "finns inte i filen",
    Psaldotolkning.OKLAR: "oklart, stämmer inte på något av sätten",
}


class Command(BaseCommand):
    help = "Läser en SIE-fil (typ 1–4, export och import) och stämmer av den mot sig själv, utan databas."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("fil", type=Path, metavar="FIL")
        parser.add_argument("--json", action="store_true", help="Skriv JSON.")

    def handle(self, *args, fil, **options):
        try:
            with fil.open("rb") as innehall, tempfile.SpooledTemporaryFile(I_MINNET) as mellan:
                if not innehall.seekable():  # a pipe is read twice, so it is kept
                    shutil.copyfileobj(innehall, mellan)
                    innehall = mellan
                lasning = Sielasning(innehall).las_klart()
        except IsADirectoryError as fel:
            raise CommandError(f"{fil} är en mapp, inte en fil.") from fel
        except FileNotFoundError as fel:
            raise CommandError(f"Filen {fil} finns inte.") from fel
        except (OSError, ValueError) as fel:
            skal = str(fel) if isinstance(fel, OlasligFil) else f"Filen {fil} går inte att läsa."
            raise CommandError(skal) from fel
        avstamning = avstam(lasning)
        if options["json"]:
            self.stdout.write(json.dumps(_som_dict(lasning, avstamning), ensure_ascii=False, indent=2))
        else:
            self._skriv(fil, lasning, avstamning)

    def _skriv(self, fil, lasning: Sielasning, avstamning: Sieavstamning):
        fynd = _fynd(lasning, avstamning)
        ar = (
            "Räkenskapsår: {} till {}".format(*lasning.rar[0])
            if 0 in lasning.rar
            else "Räkenskapsår: anges inte"
        )
        rader = (
            f"{fil.name}: SIE {lasning.typ}{lasning.variant}, {lasning.kodning.namn}",
            f"Program: {lasning.program or 'anges inte'}",
            ar,
            f"{_antal(lasning.antal_rader)} rader, {_antal(len(lasning.alla_konton))} konton, "
            f"{_antal(lasning.antal_verifikationer)} verifikationer, "
            f"{_antal(lasning.antal_obalanserade)} av dem i obalans",
            f"#PSALDO med {{}}: {TOLKNINGAR[avstamning.psaldo_tolkning]}",
            "Anmärkningar:" if fynd else "Inga anmärkningar. Filen stämmer.",
            *(f"  {f.niva.upper()}: {f'rad {f.rad}: ' if f.rad else ''}{f.text}" for f in fynd),
        )
        self.stdout.write("\n".join(rader))


def _antal(n: int) -> str:
    return formatera(Decimal(n))


def _fynd(lasning, avstamning):
    return (*lasning.anmarkningar.alla(), *avstamning.anmarkningar)


def _som_dict(lasning: Sielasning, avstamning: Sieavstamning) -> dict:
    underlag = lasning.underlag()
    return {
        "typ": lasning.typ,
        "program": lasning.program,
        "kodning": lasning.kodning.namn,
        "rader": lasning.antal_rader,
        "konton": len(lasning.alla_konton),
        "verifikationer": lasning.antal_verifikationer,
        "obalanserade": [
            {"rad": o.rad, "serie": o.serie, "nummer": o.nummer, "datum": o.datum, "differens": _text(o.differens)}
            for o in underlag.obalanserade
        ],
        "res": {konto: _text(b) for konto, b in underlag.res.items()},
        "psaldo_tolkning": avstamning.psaldo_tolkning,
        "psaldo_summa": {konto: _text(b) for konto, b in avstamning.psaldo_summa.items()},
        "anmarkningar": [
            {"niva": f.niva, "rad": f.rad, "text": f.text} for f in _fynd(lasning, avstamning)
        ],
    }  # fmt: skip


def _text(belopp) -> str:
    return format(round(belopp, 2) + 0, "f")
