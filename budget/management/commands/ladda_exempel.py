"""Region Skåne's published figures and the demo users, from fixtures/. Safe to repeat."""

import csv
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from budget.actions.balanskrav import berakna_utredning, spara_utredning
from budget.actions.inlasning import InlasningsFel, las_in_belopp
from budget.actions.justering import Uppgifter, las_in_justeringar
from budget.actions.versioner import faststall_exempel, kopiera_version
from budget.imports.beloppsfil import las_beloppsfil
from budget.models import (
    Budgetversion,
    Investeringsbeslut,
    Investeringsobjekt,
    Justeringsrad,
    Post,
    Status,
    Uppstallning,
    Versionskolumn,
)
from organisation.demo import demolosenord
from organisation.models import Anvandare, Enhet, Enhetstyp, Namnd, Placering, Rolltilldelning, Sektor
from regionskane.lib.belopp import SKALOR, tolka_belopp

BELOPP = (
    "regionbidrag_4a",
    "skatt",
    "resultatbudget",
    "balanskrav",
    "kassaflode",
    "balansbudget",
    "investeringar",
    "investeringsobjekt",
)
FORSTA_DAG = "2022-01-01"
ARBETSVERSION = ("B2024-ARB", "Budget 2024, arbetsversion")


class Command(BaseCommand):
    help = (
        "Läser in Region Skånes publicerade siffror och demonstrationsanvändare. Ändrar inget andra gången."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--utan-anvandare",
            action="store_true",
            help="Bara organisation, uppställningar och siffror; för en installation med egna användare.",
        )

    def handle(self, *args, **options):
        self.mapp = Path(settings.BASE_DIR) / "fixtures"
        try:
            with transaction.atomic():
                nya = self._organisation() + self._uppstallningar() + self._versioner()
                nya += self._investeringsobjekt() + self._belopp()
                if not options["utan_anvandare"]:
                    nya += self._anvandare()
        except InlasningsFel as fel:
            raise CommandError("\n".join(fel.anmarkningar)) from fel
        if nya:
            # The planner must not have to guess until autovacuum comes by.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        self.stdout.write(
            f"Exemplet är inläst: {nya} nya uppgifter." if nya else "Exemplet var redan inläst. Inget ändrat."
        )

    def _rader(self, namn):
        with (self.mapp / f"{namn}.csv").open(encoding="utf-8", newline="") as fil:
            return [{k: v or None for k, v in rad.items()} for rad in csv.DictReader(fil)]

    def _skapa(self, modell, nyckel: dict, ovrigt: dict) -> int:
        return int(modell.objects.get_or_create(**nyckel, defaults=ovrigt)[1])

    def _organisation(self):
        nya = 0
        for r in self._rader("sektorer"):
            nya += self._skapa(Sektor, {"kod": r.pop("kod")}, r)
        for r in self._rader("namnder"):
            r.pop("kalla")
            nya += self._skapa(Namnd, {"kod": r.pop("kod")}, r)
        for r in self._rader("enheter"):
            r.pop("kalla")
            nya += self._skapa(Enhet, {"kod": r.pop("kod")}, r)
        enheter, namnder, sektorer = (
            {o.kod: o for o in modell.objects.all()} for modell in (Enhet, Namnd, Sektor)
        )
        for r in self._rader("placeringar"):
            nya += self._skapa(
                Placering,
                {"enhet": enheter[r["enhet"]], "giltig_fran": r["giltig_fran"]},
                {
                    "namnd": namnder[r["namnd"]],
                    "sektor": sektorer.get(r["sektor"]),
                    "ordning": r["ordning"],
                    "giltig_till": r["giltig_till"],
                },
            )
        return nya

    def _uppstallningar(self):
        nya = 0
        for r in self._rader("uppstallningar"):
            r = {k: v or "" for k, v in r.items()}
            nya += self._skapa(Uppstallning, {"kod": r.pop("kod")}, r)
        uppstallningar = {u.kod: u for u in Uppstallning.objects.all()}
        rader = self._rader("poster")
        poster = {}
        for r in rader:
            poster[r["uppstallning"], r["kod"]], ny = Post.objects.get_or_create(
                uppstallning=uppstallningar[r["uppstallning"]],
                kod=r["kod"],
                defaults={
                    "namn": r["namn"],
                    "typ": r["typ"],
                    "tecken": r["tecken"],
                    "ordning": r["ordning"],
                    "forklaring": r["forklaring"] or "",
                    **{flagga: r[flagga] == "1" for flagga in ("total", "resultat", "dold")},
                },
            )
            nya += ny
        for r in rader:
            post = poster[r["uppstallning"], r["kod"]]
            foralder = poster.get((r["uppstallning"], r["foralder"]))
            kalla = poster[tuple(r["kalla_post"].split("."))] if r["kalla_post"] else None
            if (post.foralder_id, post.kalla_post_id) == (None, None) and (foralder or kalla):
                post.foralder, post.kalla_post = foralder, kalla
                post.save(update_fields=["foralder", "kalla_post"])
        return nya

    def _versioner(self):
        nya = 0
        for r in self._rader("versioner"):
            r.pop("faststalld")
            nya += self._skapa(Budgetversion, {"kod": r.pop("kod")}, r)
        versioner = {v.kod: v for v in Budgetversion.objects.all()}
        uppstallningar = {u.kod: u for u in Uppstallning.objects.all()}
        for r in self._rader("versionskolumner"):
            nya += self._skapa(
                Versionskolumn,
                {
                    "version": versioner[r["version"]],
                    "uppstallning": uppstallningar[r["uppstallning"]],
                    "kalla": versioner[r["kalla"]],
                    "ar": r["ar"],
                },
                {"rubrik": r["rubrik"], "ordning": r["ordning"]},
            )
        return nya

    def _investeringsobjekt(self):
        """The objects of bilaga 5B and what its footnotes say. A locked version keeps the notes that it has."""
        nya = 0
        namnder = {n.kod: n for n in Namnd.objects.all()}
        for r in self._rader("investeringsobjekt"):
            nya += self._skapa(Enhet, {"kod": r["enhet"]}, {"namn": r.pop("namn"), "typ": Enhetstyp.OBJEKT})
            enhet = Enhet.objects.get(kod=r.pop("enhet"))
            plats = {"namnd": namnder[r.pop("namnd")], "ordning": r["ordning"]}
            nya += self._skapa(Placering, {"enhet": enhet, "giltig_fran": FORSTA_DAG}, plats)
            nya += self._skapa(Investeringsobjekt, {"enhet": enhet}, r | {"kalla": r["kalla"] or ""})
        objekt = {o.enhet.kod: o for o in Investeringsobjekt.objects.select_related("enhet")}
        oppna = {v.kod: v for v in Budgetversion.objects.filter(status=Status.OPPEN)}
        for r in self._rader("investeringsbeslut"):
            if version := oppna.get(r["version"]):
                nyckel = {"version": version, "objekt": objekt[r["objekt"]], "text": r["text"] or ""}
                falt = {f: r[f] or "" for f in ("organ", "paragraf", "kalla")}
                falt |= {f: r[f] for f in ("datum", "avslutas_ar")}
                nya += self._skapa(Investeringsbeslut, nyckel, falt)
        return nya

    def _belopp(self):
        nya = sum(
            las_in_belopp(
                fil=las_beloppsfil(self.mapp / "budget2024" / f"{namn}.csv", namn=f"budget2024/{namn}.csv")
            )
            for namn in BELOPP
        )
        nya += self._justeringar()
        for r in self._rader("versioner"):
            if r["faststalld"] == "1":
                faststall_exempel(version=Budgetversion.objects.get(kod=r["kod"]))
        budget = Budgetversion.objects.get(kod="B2024")
        if not budget.utredningar.exists():
            underlag, resultat = berakna_utredning(version=budget)
            spara_utredning(version=budget, underlag=underlag, resultat=resultat)
            nya += 1
        if not Budgetversion.objects.filter(kod=ARBETSVERSION[0]).exists():
            kopiera_version(kalla=budget, kod=ARBETSVERSION[0], namn=ARBETSVERSION[1])
            nya += 1
        return nya

    def _justeringar(self):
        """Bilaga 4B: each justering with its rows, as decided. A version that has any, or is locked, is left alone."""
        fil = "budget2024/regionbidrag_4b"
        rader, nya = self._rader(fil), 0
        enheter = dict(Enhet.objects.values_list("kod", "pk"))
        tomma = Budgetversion.objects.filter(status=Status.OPPEN, justeringar=None)
        for version in tomma.filter(kod__in={r["version"] for r in rader}):
            lasta = {}
            for r in rader:
                if r["version"] != version.kod:
                    continue
                belopp = tolka_belopp(r["belopp"], skala=SKALOR[r["matt"]])
                u = Uppgifter(int(r["ar"]), r["block"], r["titel"], int(r["prisniva"]), motiv="")
                lasta.setdefault((u.ar, u.block, u.titel), (u, []))[1].append(
                    Justeringsrad(
                        enhet_id=enheter[r["enhet"]],
                        belopp=belopp.varde,
                        precision=belopp.precision,
                        kalla=r["kalla"],
                    )
                )
            nya += las_in_justeringar(version=version, lasta=lasta.values(), varfor=f"Inläst från {fil}.csv")
        return nya

    def _anvandare(self):
        nya = 0
        namnder = {n.kod: n for n in Namnd.objects.all()}
        for r in self._rader("anvandare"):
            anvandare, ny = Anvandare.objects.get_or_create(
                username=r["anvandarnamn"],
                defaults={
                    "first_name": r["fornamn"],
                    "last_name": r["efternamn"],
                    "email": f"{r['anvandarnamn']}@demo.invalid",
                },
            )
            if ny:
                anvandare.set_password(demolosenord())
                anvandare.save(update_fields=["password"])
                Rolltilldelning.objects.create(
                    anvandare=anvandare, roll=r["roll"], namnd=namnder.get(r["namnd"])
                )
            nya += ny
        return nya
