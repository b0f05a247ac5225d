"""A file of measurements read in on the command line: all or nothing, and the same file twice changes nothing."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from indikatorer.actions.inlasning import behall_fil
from indikatorer.management.inlasning import kor, lagg_till_val


class Command(BaseCommand):
    help = "Läser in mätvärden ur CSV eller xlsx. Värden som redan finns ändras bara med --ersatt."

    def add_arguments(self, parser):
        parser.add_argument("fil", type=Path, metavar="FIL")
        lagg_till_val(parser)

    def handle(self, *args, fil, **options):
        try:
            innehall = fil.read_bytes()
        except OSError as fel:
            raise CommandError(f"Filen {fil} går inte att läsa.") from fel
        kor(self, behall_fil(innehall=innehall, namn=fil.name), options)
