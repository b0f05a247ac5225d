"""The balanskravsutredning on the command line, from the database or from a file."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from budget.regler.balanskrav import RADER, Balanskravsutredning, balanskravsutredning
from budget.regler.balanskrav_json import OgiltigFil, las, skriv
from regionskane.lib.belopp import SKALOR, formatera_fullt


class Command(BaseCommand):
    help = (
        "Beräknar balanskravsutredningen för en budgetversion (--ar, --budgetversion) eller en fil (--fil)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--ar", type=int, help="Budgetår, till exempel 2024.")
        parser.add_argument("--budgetversion", metavar="KOD", help="Utelämnas för årets fastställda budget.")
        parser.add_argument("--fil", type=Path, metavar="FIL.json", help="Rader ur en fil, utan databas.")
        parser.add_argument("--json", action="store_true", help="Skriv JSON.")

    def handle(self, *args, ar, budgetversion, fil, **options):
        if bool(fil) == bool(ar or budgetversion):
            raise CommandError("Ange antingen --ar (och --budgetversion) eller --fil.")
        utredning = self._fran_fil(fil) if fil else self._fran_databas(ar, budgetversion)
        if options["json"]:
            self.stdout.write(json.dumps(skriv(utredning), ensure_ascii=False, indent=2))
        else:
            self._skriv_tabell(utredning)

    def _fran_fil(self, fil):
        try:
            innehall = las(fil.read_bytes())
            return balanskravsutredning(innehall.underlag, enhet=innehall.enhet)
        except OSError as fel:
            raise CommandError(f"Filen {fil} går inte att läsa: {fel.strerror}.") from fel
        except (OgiltigFil, ValueError) as fel:
            raise CommandError(str(fel)) from fel

    def _fran_databas(self, ar, kod):
        from budget.models import Budgetversion
        from budget.selectors.balanskrav import hamta_underlag, i_mnkr
        from budget.selectors.versioner import gallande_budget

        version = Budgetversion.objects.filter(kod=kod).first() if kod else gallande_budget(ar=ar)
        if version and ar and version.ar != ar:
            raise CommandError(
                f"Budgetversionen {kod} är för {version.ar}, inte {ar}. Skriv --ar {version.ar}, eller utelämna --ar."
            )
        if version is None:
            finns = ", ".join(Budgetversion.objects.values_list("kod", flat=True)) or "inga"
            vad = f"Budgetversionen {kod}" if kod else f"En fastställd budget för {ar}"
            raise CommandError(f"{vad} finns inte. Versioner som finns: {finns}.")
        underlag = hamta_underlag(version)
        if not underlag:
            raise CommandError(f"{version.namn} har ingen balanskravsuppställning.")
        return balanskravsutredning(i_mnkr(underlag), enhet="mnkr")

    def _skriv_tabell(self, utredning: Balanskravsutredning):
        skala = SKALOR[utredning.enhet]
        aren = "".join(f"{a.ar:>12}" for a in utredning.ar)
        self.stdout.write(f"Balanskravsutredning, {utredning.enhet}\n{'':<62}{aren}")
        for rad in RADER:
            tal = "".join(
                f"{formatera_fullt(a.varde(rad.nyckel) * skala, skala=skala):>12}" for a in utredning.ar
            )
            self.stdout.write(f"{rad.etikett:<62}{tal}")
        for a in utredning.ar:
            for anm in a.anmarkningar:
                self.stdout.write(f"{a.ar} {anm.niva.upper()}: {anm.text}")
