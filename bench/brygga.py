"""`make bench-brygga`: matrix 4B, and 4A counted by the bridge, as ratios.

(a) the matrix with ten times as many nämnder and justeringar, against the one of the published budget; (b) the table
4A of a version whose levels the bridge counts, against the same version with levels of its own; (c) the same five
years further on. One run, one process, one database made for the purpose. With --json for machines.
"""

import json
import statistics
import sys
from functools import partial

from gemensamt import databas, median

OMGANGAR, VARV, GANGER = 3, 15, 10
MATRIS, TABELL = "/budget/2024/{}/brygga/", "/budget/{}/{}/regionbidrag/"


def _tio_ganger():
    """A copy of the published budget with ten times the nämnder and the justeringar."""
    from budget.actions.versioner import kopiera_version
    from budget.models import Belopp, Budgetversion, Justering, Justeringsrad
    from organisation.models import Enhet, Placering

    stor = kopiera_version(
        kalla=Budgetversion.objects.get(kod="B2024"), kod="STOR", namn="Tio gånger så många"
    )
    platser = list(Placering.objects.filter(sektor__isnull=False).select_related("enhet"))
    nivaer = {b.enhet_id: b for b in Belopp.objects.filter(version=stor, post__kod="regionbidrag", ar=2024)}
    rader = list(Justeringsrad.objects.filter(justering__version=stor).select_related("justering"))
    for gang in range(1, GANGER):
        nya = {}
        for p in platser:
            enhet = Enhet.objects.create(
                kod=f"{p.enhet.kod}-{gang}", namn=f"{p.enhet.namn} {gang}", typ=p.enhet.typ
            )
            nya[p.enhet_id] = enhet.pk
            Placering.objects.create(
                enhet=enhet, namnd=p.namnd, sektor=p.sektor, ordning=p.ordning + 100 * gang,
                giltig_fran=p.giltig_fran,
            )  # fmt: skip
        Belopp.objects.bulk_create(
            Belopp(
                version=stor, enhet_id=nya[pk], post_id=b.post_id, ar=b.ar, belopp=b.belopp,
                precision=b.precision, ursprung="inmatad", andrad_tid=b.andrad_tid,
            )
            for pk, b in nivaer.items() if pk in nya
        )  # fmt: skip
        justeringar = {}
        for r in rader:
            g = r.justering
            if g.pk not in justeringar:
                justeringar[g.pk] = Justering.objects.create(
                    version=stor, ar=g.ar, block=g.block, titel=f"{g.titel} {gang}", prisniva=g.prisniva,
                    ordning=g.ordning + 100 * gang, status="utkast",
                )  # fmt: skip
        Justeringsrad.objects.bulk_create(
            Justeringsrad(
                justering=justeringar[r.justering_id], enhet_id=nya.get(r.enhet_id, r.enhet_id),
                belopp=r.belopp, precision=r.precision,
            )
            for r in rader
        )  # fmt: skip
        Justering.objects.filter(pk__in=[j.pk for j in justeringar.values()]).update(status="beslutad")
    return {
        "namnder": len(platser) * GANGER,
        "justeringar": Justering.objects.filter(version=stor).count(),
    }


def _bryggade():
    """The published budget in the bridge's hands, and the budgets of the five years after, each from the one before."""
    from budget.actions.versioner import kopiera_version, las_version, lat_bryggan_rakna, starta_nasta_ar
    from budget.models import Budgetversion
    from organisation.models import Anvandare

    erik = Anvandare.objects.get(username="koncerncontroller")
    egna = kopiera_version(kalla=Budgetversion.objects.get(kod="B2024"), kod="EGNA", namn="Egna nivåer")
    forra = kopiera_version(kalla=egna, kod="BRYGGAD", namn="Bryggad")
    lat_bryggan_rakna(version=forra, by=erik)
    for ar in range(2025, 2030):
        las_version(version=forra, by=erik)
        forra = starta_nasta_ar(kalla=forra, kod=f"B{ar}", namn=f"Budget {ar}", by=erik)


def _mat() -> dict:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from organisation.models import Anvandare

    call_command("ladda_exempel", utan_huvudbok=True, verbosity=0)
    resultat = _tio_ganger()
    _bryggade()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    klient = Client()
    klient.force_login(
        Anvandare.objects.get(username="koncerncontroller"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    for namn, liten, stor in (
        ("matris_tio_ganger", MATRIS.format("B2024"), MATRIS.format("STOR")),
        ("tabell_4a_bryggad", TABELL.format(2024, "EGNA"), TABELL.format(2024, "BRYGGAD")),
        ("tabell_4a_fem_ar_bort", TABELL.format(2024, "BRYGGAD"), TABELL.format(2029, "B2029")),
    ):
        par = [
            tuple(median(a, lambda _, a=a: partial(klient.get, a), VARV) for a in (liten, stor))
            for _ in range(OMGANGAR)
        ]
        resultat |= {
            namn: round(statistics.median(y / x for x, y in par), 2),
            f"{namn}_ms": round(statistics.median(y for _, y in par), 1),
        }
    return resultat


def main() -> None:
    with databas():
        resultat = _mat()
    if "--json" in sys.argv:
        print(json.dumps(resultat))
        return
    print(
        f"Median av {OMGANGAR} × {VARV}; {resultat['namnder']} nämnder, {resultat['justeringar']} justeringar"
    )
    for namn, text in (
        ("matris_tio_ganger", "4B med tio gånger så många, mot den publicerade"),
        ("tabell_4a_bryggad", "4A räknad av bryggan, mot egna nivåer"),
        ("tabell_4a_fem_ar_bort", "4A fem budgetar från närmaste egna nivå, mot en"),
    ):
        print(f"  {text:<52} {resultat[namn]:>6}   ({resultat[f'{namn}_ms']} ms)")


if __name__ == "__main__":
    main()
