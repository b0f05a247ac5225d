"""Every sum and cross-reference recomputed; lists what does not agree with what was printed.

In --json `beraknat` is counted from the leaves as they were printed, as if no sum had been decided, and `delarna_ger`
is what the parts give as they stand in the version, which the notes under the tables say; null where two tables are
held against each other.
"""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from budget.models import Budgetversion
from budget.regler.kontroll import Slag
from budget.selectors.balanskrav import UTAN_BESLUT, Balanskravsfynd, hamta_fynd
from budget.selectors.beslutspunkter import Beslutsavvikelse, hamta_beslutsavvikelser
from budget.selectors.kontroll import Avvikelse, hamta_sedda_avvikelser
from budget.tabeller import matt
from budget.tabeller.beslutspunkter import skriv_avvikelse as skriv_beslutsavvikelse
from budget.tabeller.beslutspunkter import tal_som_text
from budget.tabeller.kontroll import skriv_avvikelse
from regionskane.lib.belopp import avrunda
from regionskane.register import KONTROLLER


class Command(BaseCommand):
    help = "Räknar om alla summor och korsreferenser och listar det som inte stämmer med tryckta siffror."

    def add_arguments(self, parser):
        parser.add_argument("--budgetversion", metavar="KOD", help="Bara den versionen. Utelämnas för alla.")
        parser.add_argument("--json", action="store_true", help="Skriv JSON, i mnkr eller radens egen enhet.")

    def handle(self, *args, budgetversion, **options):
        versioner = list(Budgetversion.objects.order_by("ar", "kod"))
        if budgetversion:
            versioner = [v for v in versioner if v.kod == budgetversion]
            if not versioner:
                raise CommandError(f"Budgetversionen {budgetversion} finns inte.")
        sedda = hamta_sedda_avvikelser(versioner)
        avvikelser = [a for a in sedda if a.i_grunden]
        beslut = hamta_beslutsavvikelser(versioner)
        fynd = hamta_fynd(versioner)
        lagfel = [f for f in fynd if f.anmarkning.kod != UTAN_BESLUT]
        # What the other apps find belongs to no budgetversion.
        andra = [] if budgetversion else [rad for kontroll in KONTROLLER for rad in kontroll()]
        if options["json"]:
            alla = [_som_json(a) for a in avvikelser] + [_beslut_som_json(a) for a in beslut]
            alla += [_fynd_som_json(f) for f in lagfel]
            alla += [asdict(rad) for rad in andra]
            self.stdout.write(json.dumps(alla, ensure_ascii=False, indent=2))
            return
        for a in avvikelser:
            self.stdout.write(f"{a.skillnad.slag.upper():<11} {_text(a)}")
        for a in beslut:
            self.stdout.write(f"{a.slag.upper():<11} {skriv_beslutsavvikelse(a)}")
        for f in lagfel:
            self.stdout.write(f"{Slag.FEL.upper():<11} {_fyndtext(f)}")
        # Follows from the leaves, so it is no fault of a figure; who adds up the table meets it all the same.
        for a in sedda:
            if not a.i_grunden:
                self.stdout.write(f"{'I TABELLEN':<11} {_text(a)}")
        # Asks for a decision, and is no difference between figures: not counted, and not among the rows of --json.
        for f in fynd:
            if f.anmarkning.kod == UTAN_BESLUT:
                self.stdout.write(f"{'BESLUT?':<11} {_fyndtext(f)}")
        for rad in andra:
            self.stdout.write(f"{rad.slag.upper():<11} {rad.text}")
        slag = [a.skillnad.slag for a in avvikelser] + [a.slag for a in beslut] + [rad.slag for rad in andra]
        fel = sum(s == Slag.FEL for s in slag)
        antal = "1 skillnad" if len(slag) == 1 else f"{len(slag)} skillnader"
        text = f"{antal}: {len(slag) - fel} avrundning, {fel} fel."
        # What the law does not allow is no difference between figures.
        if lagfel:
            text += f" Därtill {len(lagfel)} fel mot balanskravet."
        self.stdout.write(text)


def _varden(a: Avvikelse):
    """Printed, computed and their difference. A quotient may have no last digit, so it is cut two digits after
    the printed ones."""
    if not a.post.regel:
        return a.tryckt, a.beraknat, a.skillnad.differens
    beraknat = avrunda(a.beraknat, a.precision / 100)
    return a.tryckt, beraknat, a.tryckt - beraknat


def _tal(a: Avvikelse, varde) -> str:
    tal = format((varde / matt.skala(a.post)).normalize(), "f")
    return "0" if tal == "-0" else tal


def _plats(a: Avvikelse) -> str:
    delar = (a.version.kod, a.post.uppstallning.kod, a.post.kod, "" if a.kod == "SAMBAND" else a.omfang_namn)
    return "/".join(d for d in delar if d)


def _text(a: Avvikelse) -> str:
    return skriv_avvikelse(a, _varden(a)[1])


def _som_json(a: Avvikelse) -> dict:
    tryckt, beraknat, differens = (_tal(a, x) for x in _varden(a))
    return {
        "kod": a.kod,
        "plats": _plats(a),
        "ar": a.nyckel.ar,
        "tryckt": tryckt,
        "beraknat": beraknat,
        "delarna_ger": None if a.delar is None else _tal(a, avrunda(a.delar, a.precision / 100)),
        "differens": differens,
        "slag": a.skillnad.slag.value,
        "text": _text(a),
        "kalla": a.kalla,
    }


def _fyndtext(f: Balanskravsfynd) -> str:
    return f"{f.version.namn}: {f.anmarkning.text}"


def _fynd_som_json(f: Balanskravsfynd) -> dict:
    """Without figures: what the law asks is no printed figure beside a computed one."""
    return {
        "kod": "BALANSKRAV",
        "plats": f"{f.version.kod}/balanskrav/{f.anmarkning.kod}",
        "ar": f.ar,
        "tryckt": "",
        "beraknat": "",
        "delarna_ger": None,
        "differens": "",
        "slag": Slag.FEL.value,
        "text": _fyndtext(f),
        "kalla": "",
    }


def _beslut_som_json(a: Beslutsavvikelse) -> dict:
    """Figures in the unit of the decision's own figure; empty where a placeholder has no answer."""
    return {
        "kod": "BESLUT",
        "plats": f"{a.version.kod}/beslut/{a.nummer or a.punkt.rubrik}",
        "ar": a.version.ar,
        **tal_som_text(a),
        "slag": a.slag.value,
        "text": skriv_beslutsavvikelse(a),
        "kalla": a.version.plats_i_handling(a.punkt.kalla),
    }
