"""A made-up ledger as a file, for demonstration, trial imports and benchmarks; no database is needed."""

import time
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from budget.demo import AR, FRO, MARKT, UtanUnderlag, generera, kontonamn
from budget.exports.huvudbok import SKRIVARE, GarInteAttSkriva
from budget.imports.huvudbok import Huvudboksrad
from regionskane.lib.belopp import formatera

SAG_TILL_EFTER = 5.0


class Command(BaseCommand):
    help = "Skapar en påhittad huvudbok för en hel region, som SIE, CSV eller Excel. Samma frö ger samma fil."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--ar", type=int, required=True, help=f"År, {AR[0]}–{AR[-1]}.")
        parser.add_argument("--format", choices=sorted(SKRIVARE), required=True)
        parser.add_argument(
            "--rader", type=int, help="Ungefärligt antal rader för ett helt år. 60 000 annars."
        )
        parser.add_argument("--fro", type=int, default=FRO, help=f"Frö för slumpen. {FRO} annars.")
        parser.add_argument("--manader", type=int, nargs=2, default=(1, 12), metavar=("FRAN", "TILL"))
        parser.add_argument("--enhet", action="append", help="Bara denna enhet. Kan anges flera gånger.")
        parser.add_argument("--ut", type=Path, required=True, metavar="FIL")

    def handle(self, *args, ar, ut: Path, fro, rader, manader, enhet, **options):
        if rader is not None and rader < 0:
            raise CommandError("Antalet rader kan inte vara negativt.")
        try:
            strom = generera(ar, fro=fro, rader=rader, perioder=tuple(manader), enheter=enhet)
            rakning = _Rakning(self.stderr)
            self._skriv(ut, options["format"], rakning.folj(strom), ar, fro)
        except (UtanUnderlag, GarInteAttSkriva) as fel:
            raise CommandError(str(fel)) from fel
        except OSError as fel:
            raise CommandError(f"Filen {ut} går inte att skriva: {fel.strerror or 'okänt fel'}.") from fel
        self.stdout.write(f"{ut.name}: {_antal(rakning.antal)} rader för {ar}. {MARKT}, frö {fro}.")

    def _skriv(self, ut: Path, format_: str, rader: Iterable[Huvudboksrad], ar: int, fro: int) -> None:
        val = {"inledning": f"{MARKT}: huvudbok {ar}, frö {fro}. Dra inga slutsatser av beloppen."}
        if format_ == "sie":
            val |= {"foretag": f"Demoregionen ({MARKT.lower()})", "konton": kontonamn()}
        halv = ut.with_name(f"{ut.name}.del")
        try:
            with halv.open("wb") as fil:
                SKRIVARE[format_](rader, fil, **val)
            halv.replace(ut)  # so that a file that is there is a whole one
        finally:
            halv.unlink(missing_ok=True)


class _Rakning:
    """Counts the rows that pass, and says now and then how far it has come."""

    def __init__(self, ut):
        self.antal = 0
        self._ut = ut

    def folj(self, rader: Iterable[Huvudboksrad]) -> Iterator[Huvudboksrad]:
        nasta = time.monotonic() + SAG_TILL_EFTER
        for rad in rader:
            self.antal += 1
            if not self.antal % 50_000 and time.monotonic() > nasta:
                nasta = time.monotonic() + SAG_TILL_EFTER
                self._ut.write(
                    f"{_antal(self.antal)} rader, till och med {rad[1] // 100}-{rad[1] % 100:02} …"
                )
            yield rad


def _antal(n: int) -> str:
    return formatera(Decimal(n))
