"""Region Skåne's published figures and the demo users, from fixtures/. Safe to repeat."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from budget.actions.balanskrav import berakna_utredning, registrera_beslut, spara_utredning
from budget.actions.beslutspunkter import Punktuppgifter, Talrad, las_in_beslutspunkter
from budget.actions.finansiella_mal import registrera_avsteg
from budget.actions.inlasning import InlasningsFel, las_in_belopp
from budget.actions.internbudget import las_in_forutsattningar
from budget.actions.justering import Uppgifter, las_in_justeringar, las_in_justeringssummor
from budget.actions.kontoplan import las_in_konton, las_in_regler
from budget.actions.upprakning import Rader, las_in_upprakning
from budget.actions.utfall import bekrafta_varningar, las_in, ta_emot_fil
from budget.actions.versioner import faststall_exempel, kopiera_version
from budget.demo import EXEMPELAR, MARKT, exempelhuvudbok
from budget.exports.huvudbok import csvblock
from budget.forms.beslutspunkter import las_tal
from budget.imports.beloppsfil import las_beloppsfil
from budget.imports.kontoplan import las_ansvarsregler, las_kontonamn, las_kontoregler
from budget.models import (
    Ansvarsregel,
    Balanskravsbeslut,
    Budgetversion,
    Finansiering,
    Internbudgetforutsattning,
    Investeringsbeslut,
    Investeringsobjekt,
    Justeringsrad,
    Justeringssumma,
    Konto,
    Kontoregel,
    Malavsteg,
    Matt,
    Motpart,
    Post,
    Status,
    Uppstallning,
    Utfallsdel,
    Versionskolumn,
)
from budget.regler.upprakning import Satser, Undantag
from budget.selectors.upprakning import SATSFALT, UNDANTAGSFALT
from organisation.demo import demolosenord
from organisation.models import Anvandare, Enhet, Enhetstyp, Namnd, Placering, Rolltilldelning, Sektor
from regionskane.lib.anmarkning import Niva
from regionskane.lib.belopp import MNKR, SKALOR, tolka_belopp
from regionskane.register import EXEMPEL

BELOPP = (
    "budget2024/regionbidrag_4a",
    "budget2024/skatt",
    "budget2024/resultatbudget",
    "budget2024/balanskrav",
    "budget2024/kassaflode",
    "budget2024/balansbudget",
    "budget2024/investeringar",
    "budget2024/investeringsobjekt",
    "budget2024/forutsattningar",
    "ms2025/internbudget",
)
JUSTERINGAR = ("budget2024/regionbidrag_4b", "ms2025/regionbidrag_forandring")
FORSTA_DAG = "2022-01-01"
ARBETSVERSION = ("B2024-ARB", "Budget 2024, arbetsversion")


def _andel(text: str | None) -> dict[str, Decimal]:
    """A share in percent as it is printed, with the value of its last digit."""
    return (
        {"andel": Decimal(text), "andel_precision": Decimal(1).scaleb(Decimal(text).as_tuple().exponent)}
        if text
        else {}
    )


def _upprakningstal(rad: dict, falt: tuple[str, ...]) -> dict[str, Decimal]:
    """The figures of a row by field; amounts stand in mnkr, percentages as they are written."""
    return {f: Decimal(rad[f]) * (MNKR if f == "belopp" else 1) for f in falt if rad.get(f)}


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
        parser.add_argument(
            "--utan-huvudbok",
            action="store_true",
            help="Utan det påhittade utfallet, som annars följer med demonstrationsanvändarna.",
        )

    def handle(self, *args, **options):
        self.mapp = Path(settings.BASE_DIR) / "fixtures"
        try:
            with transaction.atomic():
                nya = self._organisation() + self._uppstallningar() + self._versioner()
                nya += self._investeringsobjekt() + self._kontoplan() + self._belopp()
                nya += sum(ladda(self.mapp) for ladda in EXEMPEL)
                if not options["utan_anvandare"]:
                    nya += self._anvandare()
                    if not options["utan_huvudbok"]:
                        nya += self._huvudbocker()
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
                    "del_av": enheter.get(r["del_av"]),
                },
            )
        for r in self._rader("finansieringar"):
            nyckel = {"enhet": enheter[r.pop("enhet")]} | {k: r.pop(k) for k in ("verksamhet", "giltig_fran")}
            nya += self._skapa(Finansiering, nyckel, {k: v or "" for k, v in r.items()})
        return nya

    def _uppstallningar(self):
        nya = 0
        for r in self._rader("motparter"):
            r["kalla"] = r["kalla"] or ""
            nya += self._skapa(Motpart, {"kod": r.pop("kod"), "giltig_fran": r.pop("giltig_fran")}, r)
        motparter = {m.kod: m for m in Motpart.objects.filter(giltig_till=None)}
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
                    "motpart": motparter.get(r["motpart"]),
                    "grupp": r["grupp"] or "",
                    "matt": r["matt"] or Matt.MNKR,
                    "per": r["per"] or "",
                    "decimaler": r["decimaler"],
                    "regel": r["regel"] or "",
                    # The lines that a rule takes stand before the one that it computes.
                    "taljare": poster[tuple(r["taljare"].split("."))] if r["taljare"] else None,
                    "namnare": poster[tuple(r["namnare"].split("."))] if r["namnare"] else None,
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
        namnder = {n.kod: n for n in Namnd.objects.all()}
        for r in self._rader("versioner"):
            r.pop("faststalld")
            r["namnd"] = namnder.get(r["namnd"])
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

    def _kontoplan(self):
        """What konton and ansvar belong to. Rules that somebody has changed since are left alone."""
        nya = 0
        for modell, fil, las in (
            (Kontoregel, "kontoplan", las_kontoregler),
            (Ansvarsregel, "ansvar", las_ansvarsregler),
        ):
            if not modell.objects.exists():
                lasning = las((self.mapp / f"{fil}.csv").read_bytes())
                if lasning.anmarkningar:
                    raise InlasningsFel(f"{fil}.csv: {a.text}" for a in lasning.anmarkningar)
                varfor = f"Inläst från {fil}.csv"
                nya += len(las_in_regler(modell=modell, rader=lasning.rader, varfor=varfor).regler)
        if not Konto.objects.exists():
            nya += las_in_konton(namn=dict(las_kontonamn((self.mapp / "konton.csv").read_bytes()).rader))
        return nya

    def _belopp(self):
        nya = sum(
            las_in_belopp(fil=las_beloppsfil(self.mapp / f"{namn}.csv", namn=f"{namn}.csv"))
            for namn in BELOPP
        )
        nya += sum(self._justeringar(fil) for fil in JUSTERINGAR)
        nya += self._justeringssummor("budget2024/regionbidrag_4b_summor")
        nya += self._upprakningar("budget2024/upprakning")
        nya += self._forutsattningar("ms2025/forutsattningar")
        nya += self._malavsteg()
        nya += self._balanskravsbeslut()
        nya += self._beslutspunkter()
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

    def _forutsattningar(self, fil):
        """What internbudgetar assume. A version that has any, or is locked, is left alone."""
        rader = self._rader(fil)
        enheter = dict(Enhet.objects.values_list("kod", "pk"))
        tomma = Budgetversion.objects.filter(status=Status.OPPEN, forutsattningar=None)
        nya = 0
        for version in tomma.filter(kod__in={r["version"] for r in rader}):
            lasta = []
            for r in rader:
                if r["version"] != version.kod:
                    continue
                if r["matt"] == "procent":
                    varde = {"procent": Decimal(r["varde"])}
                else:
                    belopp = tolka_belopp(r["varde"], skala=SKALOR[r["matt"]])
                    varde = {"belopp": belopp.varde, "precision": belopp.precision}
                lasta.append(
                    Internbudgetforutsattning(
                        enhet_id=enheter[r["enhet"]],
                        ungefar=r["cirka"] == "1",
                        kalla=r["kalla"] or "",
                        **varde,
                        **{
                            falt: r[falt]
                            for falt in ("grupp", "nyckel", "beskrivning", "avser", "ar", "ordning")
                        },
                    )
                )
            nya += las_in_forutsattningar(version=version, lasta=lasta, varfor=f"Inläst från {fil}.csv")
        return nya

    def _justeringar(self, fil):
        """Each justering of a bridge with its rows, as decided. A version that has any, or is locked, is left alone."""
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
                        **_andel(r.get("andel")),
                    )
                )
            nya += las_in_justeringar(version=version, lasta=lasta.values(), varfor=f"Inläst från {fil}.csv")
        return nya

    def _justeringssummor(self, fil):
        """The sums that a bridge was printed with. A version that has any, or is locked, is left alone."""
        enheter = dict(Enhet.objects.values_list("kod", "pk"))
        tomma = Budgetversion.objects.filter(status=Status.OPPEN, justeringssummor=None)
        versioner = {v.kod: v for v in tomma}
        summor = []
        for r in self._rader(fil):
            if version := versioner.get(r["version"]):
                belopp = tolka_belopp(r["belopp"], skala=SKALOR[r["matt"]])
                summor.append(
                    Justeringssumma(
                        version=version, ar=r["ar"], block=r["block"] or "", enhet_id=enheter[r["enhet"]],
                        belopp=belopp.varde, precision=belopp.precision, kalla=r["kalla"],
                    )
                )  # fmt: skip
        return las_in_justeringssummor(summor=summor, varfor=f"Inläst från {fil}.csv") if summor else 0

    def _upprakningar(self, fil):
        """The rates behind a document's uppräkning. A version that has any, or is locked, is left alone."""
        rader, nya = self._rader(fil), 0
        sektorer = dict(Sektor.objects.values_list("kod", "pk"))
        enheter = dict(Enhet.objects.values_list("kod", "pk"))
        tomma = Budgetversion.objects.filter(status=Status.OPPEN, upprakningar=None)
        for version in tomma.filter(kod__in={r["version"] for r in rader}):
            egna = [r for r in rader if r["version"] == version.kod]
            for ar, titel in dict.fromkeys((r["ar"], r["justering"]) for r in egna):
                arets = [r for r in egna if (r["ar"], r["justering"]) == (ar, titel)]
                satser = {sektorer[r["sektor"]]: r for r in arets if r["sektor"]}
                undantag = {enheter[r["enhet"]]: r for r in arets if r["enhet"]}
                nya += las_in_upprakning(
                    version=version,
                    ar=int(ar),
                    titel=titel,
                    rader=Rader(
                        {k: Satser(**_upprakningstal(r, SATSFALT)) for k, r in satser.items()},
                        {k: Undantag(**_upprakningstal(r, UNDANTAGSFALT)) for k, r in undantag.items()},
                        {k: r["motiv"] or "" for k, r in satser.items()},
                        {k: r["motiv"] or "" for k, r in undantag.items()},
                    ),
                    varfor=f"Inläst från {fil}.csv",
                )
        return nya

    def _malavsteg(self):
        """Decided departures from the finansiella mål. A version that has any, or is locked, is left alone."""
        nya = 0
        tomma = Budgetversion.objects.filter(status=Status.OPPEN, avsteg=None)
        versioner = {v.kod: v for v in tomma}
        for r in self._rader("budget2024/malavsteg"):
            version = versioner.get(r.pop("version"))
            if version:
                registrera_avsteg(avsteg=Malavsteg(version=version, **r), by=None)
                nya += 1
        return nya

    def _balanskravsbeslut(self):
        """What is decided and announced about deficits. A version that has any, or is locked, is left alone."""
        nya = 0
        tomma = Budgetversion.objects.filter(status=Status.OPPEN, balanskravsbeslut=None)
        versioner = {v.kod: v for v in tomma}
        for r in self._rader("budget2024/balanskravsbeslut"):
            version = versioner.get(r.pop("version"))
            if version:
                registrera_beslut(beslut=Balanskravsbeslut(version=version, **r), by=None)
                nya += 1
        return nya

    def _beslutspunkter(self):
        """Fullmäktige's decision in our own words, with its figures. A version that has points, or is locked, is left
        alone."""
        fil, nya = "budget2024/beslutspunkter", 0
        tal = {}
        for r in self._rader("budget2024/beslutstal"):
            belopp = las_tal(r["tal"].replace(".", ","), r["matt"])
            rad = Talrad(
                r["namn"], r["matt"], belopp.varde, belopp.precision, r["jamfors_med"] or "", r["kalla"] or ""
            )
            tal.setdefault((r["version"], r["ordning"]), []).append(rad)
        rader = self._rader(fil)
        tomma = Budgetversion.objects.filter(status=Status.OPPEN, beslutspunkter=None)
        for version in tomma.filter(kod__in={r["version"] for r in rader}):
            lasta = [
                (
                    Punktuppgifter(
                        r["rubrik"],
                        r["text"],
                        r["mottagare"] or "",
                        date.fromisoformat(r["senast"]) if r["senast"] else None,
                        r["numrerad"] == "1",
                        r["kalla"] or "",
                    ),
                    tal.get((version.kod, r["ordning"]), []),
                )
                for r in rader
                if r["version"] == version.kod
            ]
            nya += las_in_beslutspunkter(version=version, lasta=lasta, varfor=f"Inläst från {fil}.csv")
        return nya

    def _huvudbocker(self):
        """The made-up ledgers, marked as such. A year that has any utfall is left alone."""
        nya = 0
        for ar in EXEMPELAR:
            if Utfallsdel.objects.filter(period__range=(ar * 100, ar * 100 + 99)).exists():
                continue
            block = (b.encode() for b in csvblock(exempelhuvudbok(ar), inledning=MARKT))
            fil = ta_emot_fil(block=block, namn=f"pahittad-huvudbok-{ar}.csv", by=None, pahittad=True).fil
            svar = las_in(fil=fil, by=None)
            varningar = [f.anmarkning.kod for f in svar.fynd if f.anmarkning.niva is Niva.VARNING]
            if svar.fel and varningar:
                bekrafta_varningar(fil=fil, koder=varningar, by=None)
                svar = las_in(fil=fil, by=None)
            if svar.fel:
                raise InlasningsFel([f"{fil.namn}: {svar.fel}", *(f.anmarkning.text for f in svar.fynd)])
            nya += 1
        return nya

    def _anvandare(self):
        nya = 0
        namnder = {n.kod: n for n in Namnd.objects.all()}
        for r in self._rader("anvandare"):
            ny = not Anvandare.objects.filter(username=r["anvandarnamn"]).exists()
            if ny:
                anvandare = Anvandare(
                    username=r["anvandarnamn"],
                    first_name=r["fornamn"],
                    last_name=r["efternamn"],
                    email=f"{r['anvandarnamn']}@demo.invalid",
                )
                anvandare.set_password(demolosenord())
                anvandare.save()
                Rolltilldelning.objects.create(
                    anvandare=anvandare, roll=r["roll"], namnd=namnder.get(r["namnd"])
                )
            nya += ny
        return nya
