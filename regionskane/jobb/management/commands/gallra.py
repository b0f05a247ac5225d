"""Take away what has been kept for its time, as beat does every night."""

from django.core.management.base import BaseCommand

from regionskane.jobb.gallring import gallra


class Command(BaseCommand):
    help = (
        "Gallrar sessioner, rader om inloggningar, avslutade jobb med sina filer och notiser (docs/drift.md)."
    )

    def add_arguments(self, parser):
        parser.add_argument("--prova", action="store_true", help="räkna bara, ta inte bort något")

    def handle(self, *args, **options):
        for namn, antal in gallra(prova=options["prova"]).items():
            self.stdout.write(f"{antal} {namn} {'skulle gallras' if options['prova'] else 'gallrade'}")
