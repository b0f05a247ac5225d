"""A ledger file read in: SIE, CSV or xlsx; all or nothing, and the same file twice changes nothing."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from budget.actions.utfall import Inlast, UtfallFel, las_in, ta_emot_fil, valj_perioder
from budget.imports.huvudbok import EXTRAPERIODER
from budget.models import Filstatus, Periodval, Utfallsfil
from budget.selectors.utfallsfiler import filens_delar, filens_ersatta
from organisation.models import Namnd
from regionskane.historik import andring

BLOCK = 1 << 20


class Command(BaseCommand):
    help = "Läser in en huvudbok (SIE, CSV eller xlsx). Allt eller inget; samma fil två gånger ändrar inget."

    def add_arguments(self, parser):
        parser.add_argument("fil", type=Path, metavar="FIL")
        parser.add_argument("--json", action="store_true", help="Skriv JSON.")
        parser.add_argument("--namnd", metavar="KOD", help="Filen gäller bara den nämnden, till exempel HSN.")
        parser.add_argument(
            "--kalla",
            default="",
            metavar="NAMN",
            help="Systemet som filen kommer från; dess kolumner används.",
        )
        parser.add_argument(
            "--bekrafta", nargs="+", default=[], metavar="KOD", help="Varningar som är kontrollerade."
        )
        for p in EXTRAPERIODER:
            parser.add_argument(
                f"--period-{p:02}",
                choices=Periodval.values,
                help=f"Vad som händer med period {p:02} i källans filer: läggs i närmaste månad, eller läses inte in.",
            )
        parser.add_argument("--pahittad", action="store_true", help="Märk siffrorna som påhittade.")

    def handle(self, *args, fil: Path, namnd, kalla, bekrafta, pahittad, **options):
        namnden = Namnd.objects.filter(kod=namnd).first() if namnd else None
        if namnd and namnden is None:
            raise CommandError(f"Nämnden {namnd} finns inte.")
        try:
            with fil.open("rb") as innehall:
                mottagen = ta_emot_fil(
                    block=iter(lambda: innehall.read(BLOCK), b""),
                    namn=fil.name, namnd=namnden, kalla=kalla, pahittad=pahittad, by=None,
                )  # fmt: skip
        except IsADirectoryError as fel:
            raise CommandError(f"{fil} är en mapp, inte en fil.") from fel
        except FileNotFoundError as fel:
            raise CommandError(f"Filen {fil} finns inte.") from fel
        except OSError as fel:
            raise CommandError(f"Filen {fil} går inte att läsa.") from fel
        redan = mottagen.fil.status == Filstatus.INLAST
        perioder = {p: v for p in EXTRAPERIODER if (v := options[f"period_{p:02}"])}
        try:
            with transaction.atomic():
                if perioder and not redan:
                    valj_perioder(fil=mottagen.fil, val=perioder, kalla=kalla, by=None)
                resultat = self._las_in(mottagen.fil, bekrafta)
        except UtfallFel as fel:
            raise CommandError(str(fel)) from fel
        if options["json"]:
            self.stdout.write(json.dumps(_som_dict(resultat, redan), ensure_ascii=False, indent=2))
        else:
            self._skriv(resultat, redan)
        if resultat.fel:
            raise CommandError(resultat.fel)

    def _las_in(self, fil: Utfallsfil, bekrafta) -> Inlast:
        if bekrafta and fil.status != Filstatus.INLAST:
            with andring(by=None, varfor=f"Bekräftade varningar: {', '.join(sorted(bekrafta))}"):
                fil.bekraftat = sorted({*fil.bekraftat, *bekrafta})
                fil.save(update_fields=["bekraftat"])
        return las_in(fil=fil, by=None)

    def _skriv(self, resultat: Inlast, redan: bool):
        fil = resultat.fil
        if redan:
            nar = timezone.localtime(fil.inlast_tid)
            vem = fil.inlast_av or "systemet"
            self.stdout.write(
                f"{fil.namn} är redan inläst, {nar:%Y-%m-%d %H.%M} av {vem}. Ingenting har ändrats."
            )
            return
        for f in resultat.fynd:
            a = f.anmarkning
            self.stdout.write(f"{a.niva.upper()} {a.kod}: {f'rad {a.rad}: ' if a.rad else ''}{a.text}")
        if not resultat.fel:
            delar = filens_delar(fil)
            perioder = sorted({d.period for d in delar})
            self.stdout.write(
                f"{fil.namn} är inläst: {fil.rader} rader, {len({d.enhet_id for d in delar})} enheter, "
                f"perioder {', '.join(map(str, perioder))}. {len(filens_ersatta(fil))} tidigare månader ersattes."
            )


def _som_dict(resultat: Inlast, redan: bool) -> dict:
    fil = resultat.fil
    inlast = fil.status == Filstatus.INLAST
    delar = filens_delar(fil) if inlast else []
    return {
        "fil": fil.pk,
        "namn": fil.namn,
        "sha256": fil.sha256,
        "status": fil.status,
        "redan_inlast": redan,
        "rader": fil.rader if inlast else 0,
        "perioder": sorted({d.period for d in delar}),
        "enheter": sorted({d.enhet.kod for d in delar}),
        "ersatte": [
            {"enhet": d.enhet.kod, "period": d.period, "fil": d.fil_id} for d in filens_ersatta(fil)
        ] if inlast else [],
        "ersatt": [
            {"enhet": d.enhet.kod, "period": d.period, "av": d.ersatt_av_id} for d in delar if d.ersatt_av_id
        ],
        "fel": resultat.fel,
        "anmarkningar": [
            {
                "kod": f.anmarkning.kod,
                "niva": f.anmarkning.niva,
                "rad": f.anmarkning.rad,
                "text": f.anmarkning.text,
                "koder": list(f.koder),
            }
            for f in resultat.fynd
        ],
    }  # fmt: skip
