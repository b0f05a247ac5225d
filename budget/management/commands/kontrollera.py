"""Every sum and cross-reference recomputed; lists what does not agree with what was printed."""

import json

from django.core.management.base import BaseCommand, CommandError

from budget.models import Budgetversion
from budget.selectors.kontroll import Avvikelse, hamta_alla_avvikelser
from regionskane.lib.belopp import MNKR, formatera_fullt


class Command(BaseCommand):
    help = "Räknar om alla summor och korsreferenser och listar det som inte stämmer med tryckta siffror."

    def add_arguments(self, parser):
        parser.add_argument("--budgetversion", metavar="KOD", help="Bara den versionen. Utelämnas för alla.")
        parser.add_argument("--json", action="store_true", help="Skriv JSON. Belopp i mnkr.")

    def handle(self, *args, budgetversion, **options):
        versioner = list(Budgetversion.objects.order_by("ar", "kod"))
        if budgetversion:
            versioner = [v for v in versioner if v.kod == budgetversion]
            if not versioner:
                raise CommandError(f"Budgetversionen {budgetversion} finns inte.")
        avvikelser = hamta_alla_avvikelser(versioner)
        if options["json"]:
            self.stdout.write(json.dumps([_som_json(a) for a in avvikelser], ensure_ascii=False, indent=2))
            return
        for a in avvikelser:
            self.stdout.write(f"{a.skillnad.slag.upper():<11} {_text(a)}")
        fel = sum(a.ar_fel for a in avvikelser)
        self.stdout.write(f"{len(avvikelser)} skillnader: {len(avvikelser) - fel} avrundning, {fel} fel.")


def _mnkr(kronor) -> str:
    tal = format((kronor / MNKR).normalize(), "f")
    return "0" if tal == "-0" else tal


def _plats(a: Avvikelse) -> str:
    delar = (a.version.kod, a.post.uppstallning.kod, a.post.kod, "" if a.kod == "SAMBAND" else a.omfang_namn)
    return "/".join(d for d in delar if d)


def _text(a: Avvikelse) -> str:
    tryckt, beraknat, differens = (
        formatera_fullt(x, skala=MNKR) for x in (a.tryckt, a.beraknat, a.skillnad.differens)
    )
    if a.kod == "SAMBAND":
        return f"{a.version.namn}: {a.omfang_namn} {a.nyckel.ar}: {tryckt} mot {beraknat} ({differens})."
    namn = ", ".join(d for d in (a.post.namn, a.omfang_namn) if d)
    foljd = " Det följer av en del som också är tryckt annorlunda." if a.foljd else ""
    text = f"{a.version.namn}: {namn} {a.nyckel.ar} är tryckt {tryckt} men beräknas till {beraknat} ({differens})."
    return text + foljd


def _som_json(a: Avvikelse) -> dict:
    return {
        "kod": a.kod,
        "plats": _plats(a),
        "ar": a.nyckel.ar,
        "tryckt": _mnkr(a.tryckt),
        "beraknat": _mnkr(a.beraknat),
        "differens": _mnkr(a.skillnad.differens),
        "slag": a.skillnad.slag.value,
        "text": _text(a),
        "kalla": a.kalla,
    }
