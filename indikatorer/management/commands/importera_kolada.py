"""Values fetched from Kolada and read in on the command line."""

import re

from django.core.management.base import BaseCommand, CommandError

from indikatorer.actions.inlasning import (
    InlasningsFel,
    behall_kolada,
    hamta_fran_kolada,
    koladaklient,
)
from indikatorer.imports.kolada import EGET_OMRADE
from indikatorer.management.inlasning import kor, lagg_till_val


class Command(BaseCommand):
    help = "Hämtar värden från Kolada. Värden som redan finns ändras bara med --ersatt."

    def add_arguments(self, parser):
        parser.add_argument(
            "--kpi",
            nargs="+",
            metavar="NYCKELTAL",
            help="Till exempel N70900. Utelämnas för alla som indikatorer i biblioteket har.",
        )
        parser.add_argument(
            "--omrade",
            nargs="+",
            default=[EGET_OMRADE],
            metavar="KOD",
            help="Region, kommun eller grupp i Kolada. 0012 är Region Skåne, 0000 riket, G… en grupp.",
        )
        parser.add_argument(
            "--ar", nargs="+", required=True, metavar="ÅR", help="Till exempel 2024 eller 2019-2024."
        )
        lagg_till_val(parser)

    def handle(self, *args, kpi, omrade, ar, **options):
        try:
            innehall = hamta_fran_kolada(
                klient=koladaklient(), kpier=kpi, omraden=omrade, ar=_ar(ar), by=None
            )
            underlag = behall_kolada(innehall=innehall, by=None)
        except InlasningsFel as fel:
            raise CommandError(str(fel)) from fel
        kor(self, underlag, options)


def _ar(skrivna: list[str]) -> list[int]:
    ut: set[int] = set()
    for text in skrivna:
        traff = re.fullmatch(r"(\d{4})(?:[-–](\d{4}))?", text, re.ASCII)
        forsta, sista = (int(traff[1]), int(traff[2] or traff[1])) if traff else (1, 0)
        if not 1950 <= forsta <= sista <= 2100:
            raise CommandError(
                f"«{text}» är varken ett år eller ett spann av år. Skriv 2024 eller 2019-2024."
            )
        ut.update(range(forsta, sista + 1))
    return sorted(ut)
