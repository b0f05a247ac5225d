"""The first administratör of an installation, who then adds the others in the browser."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from organisation.actions import AnvandareFel, ge_roll, skapa_anvandare
from organisation.models import Anvandare, Roll, Rolltilldelning


class Command(BaseCommand):
    help = "Lägger upp en administratör med ett tillfälligt lösenord, som skrivs ut."

    def add_arguments(self, parser):
        parser.add_argument("anvandarnamn")
        parser.add_argument("--fornamn", required=True)
        parser.add_argument("--efternamn", required=True)

    def handle(self, *args, **options):
        anvandare = Anvandare(
            username=options["anvandarnamn"],
            first_name=options["fornamn"],
            last_name=options["efternamn"],
        )
        try:
            anvandare.full_clean(exclude=["password"])
        except ValidationError as fel:
            raise CommandError(" ".join(fel.messages)) from fel
        try:
            with transaction.atomic():
                losenord = skapa_anvandare(anvandare=anvandare, by=None)
                ge_roll(tilldelning=Rolltilldelning(anvandare=anvandare, roll=Roll.ADMINISTRATOR), by=None)
        except AnvandareFel as fel:
            raise CommandError(str(fel)) from fel
        self.stdout.write(f"{anvandare} är upplagd som administratör. Tillfälligt lösenord: {losenord}")
