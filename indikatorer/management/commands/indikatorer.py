"""Måluppfyllelse of every indikator in a year, judged in one pass."""

import json

from django.core.management.base import BaseCommand, CommandError

from indikatorer.imports.matningar_celler import SENAST, TIDIGAST
from indikatorer.regler.bedomning import Utfall
from indikatorer.regler.malregel import Matvarde
from indikatorer.regler.skrift import HARDBLANK
from indikatorer.selectors.bedomning import Bedomd, bedom_ar
from indikatorer.tabeller.bedomning import UTFALL, motivering
from organisation.models import Enhet


class Command(BaseCommand):
    help = "Bedömer målen för ett år: varje indikator och segment, med räkningen i ord."

    def add_arguments(self, parser):
        parser.add_argument("--ar", type=int, required=True, help="År, till exempel 2024.")
        parser.add_argument(
            "--enhet", metavar="KOD", help="Bara en enhets värden. Utelämnas för hela regionen."
        )
        parser.add_argument("--json", action="store_true", help="Skriv JSON.")

    def handle(self, *args, ar, enhet, **options):
        enhet_id = None
        if enhet:
            enhet_id = Enhet.objects.filter(kod=enhet).values_list("pk", flat=True).first()
            if enhet_id is None:
                raise CommandError(f"Enheten {enhet} finns inte.")
        bedomda = bedom_ar(ar, enhet=enhet_id) if TIDIGAST <= ar <= SENAST else ()
        if not bedomda:
            raise CommandError(f"Det finns inga mål eller värden för {ar}.")
        if options["json"]:
            self.stdout.write(json.dumps([_som_json(b) for b in bedomda], ensure_ascii=False, indent=2))
            return
        indikator = None
        for b in bedomda:
            if b.indikator is not indikator:
                indikator = b.indikator
                self.stdout.write(str(indikator))
            segment = ", ".join(d.namn for d in (b.segment, b.enhet) if d)
            segment += ": " if segment else ""
            text = (
                f"  {UTFALL[b.bedomning.utfall]:<15} {segment}{motivering(indikator, b.bedomning)}".rstrip(
                    "."
                )
                + "."
            )
            self.stdout.write(text.replace(HARDBLANK, " "))
        antal = {u: sum(b.bedomning.utfall == u for b in bedomda) for u in Utfall}
        delar = ", ".join(f"{antal[u]} {UTFALL[u].lower()}" for u in Utfall)
        self.stdout.write(f"{len(bedomda)} bedömningar {ar}: {delar}.")


def _som_json(b: Bedomd) -> dict:
    """`utfall` and `jamforelse` are numbers with a decimal point and the digits they were given with; `mal` is as it is
    written where it was decided. `enhet` is there only when the value is that enhet's and not the whole region's."""
    bedomning = b.bedomning
    svar = {
        "id_nr": b.indikator.id_nr,
        "segment": b.segment.namn if b.segment else "",
        "namn": b.indikator.namn,
        "mal": b.malniva.regel if b.malniva else "",
        "utfall": _tal(bedomning.nu),
        "jamforelse": f"{_tal(bedomning.fore)} ({bedomning.fore.ar})" if bedomning.fore else None,
        "bedomning": bedomning.utfall.value,
        "motivering": motivering(b.indikator, bedomning).replace(HARDBLANK, " "),
    }
    return svar | {"enhet": b.enhet.namn} if b.enhet else svar


def _tal(matvarde: Matvarde | None) -> str | None:
    return None if matvarde is None or matvarde.varde is None else format(matvarde.varde, "f")
