from django.core.management.base import BaseCommand

from organisation.demo import kant_demolosenord
from organisation.models import Rolltilldelning


class Command(BaseCommand):
    help = "Visar demonstrationsanvändarna och deras lösenord."

    def handle(self, *args, **options):
        roller = Rolltilldelning.objects.filter(anvandare__email__endswith="@demo.invalid").select_related(
            "anvandare", "namnd"
        )
        for r in roller.order_by("pk"):
            plats = f", {r.namnd.namn}" if r.namnd else ""
            self.stdout.write(f"  {r.anvandare.username:<18} {r.get_roll_display()}{plats}")
        if roller:
            self.stdout.write(f"  {self._losenord(roller[0].anvandare)}")
        else:
            self.stdout.write("  Inga demonstrationsanvändare. Läs in dem med manage.py ladda_exempel.")

    def _losenord(self, anvandare):
        losenord = kant_demolosenord()
        if losenord and anvandare.check_password(losenord):
            return f"Lösenord för alla: {losenord}"
        return (
            "Lösenordet är inte känt här: användarna lades upp av en annan installation mot samma databas, eller har "
            "bytt. Administratören kan ge nya under Organisation; manage.py changepassword NAMN går också."
        )
