"""`make bench-indikatorer`: 1 000 indikatorer × 10 years × 20 segments × 3 sexes, as milliseconds and ratios.

(a) what the overview of one nämnd's twenty indikatorer reads and judges, (b) what the page of one indikator does, each
also against a library a tenth of the size; (c) every indikator and segment of a year judged; (d) all 600 000 values;
(e) the pages themselves, through all of Django, once the process has judged the year as it does when it starts;
(f) 100 000 revised values read in. One run, one process, one database made for the purpose. With --json for machines.
"""

import json
import statistics
import sys
import time
from decimal import Decimal

from gemensamt import databas

INDIKATORER, AREN, SEGMENT, KON = 1_000, range(2015, 2025), 20, "TKM"
PER_NAMND, VARV = 20, 9


def _bygg(antal: int, fran: int) -> None:
    """`antal` indikatorer numbered from `fran`, with targets and values of every year, by COPY."""
    from django.db import connection

    from indikatorer.models import Indikator, Malniva, Segment, Segmentgrupp
    from organisation.models import Namnd

    grupp, _ = Segmentgrupp.objects.get_or_create(kod="bench", defaults={"namn": "Bench"})
    if not grupp.segment.exists():
        Segment.objects.bulk_create(
            Segment(grupp=grupp, kod=f"bench-{n}", namn=f"Segment {n}", ordning=n) for n in range(SEGMENT)
        )
    segment = list(grupp.segment.values_list("pk", flat=True))
    Namnd.objects.bulk_create(
        Namnd(kod=f"bench-{n}", namn=f"Nämnd {n}", typ="namnd", ordning=1000 + n, giltig_fran="2015-01-01")
        for n in range(fran // PER_NAMND, (fran + antal) // PER_NAMND)
    )
    namnder = dict(Namnd.objects.filter(kod__startswith="bench-").values_list("kod", "pk"))
    indikatorer = Indikator.objects.bulk_create(
        Indikator(
            kod=f"BENCH-{n}", id_nr=f"B{n:04}", namn=f"Indikator {n}", enhetsslag="procent", enhet="procent",
            riktning="hogre", agare_id=namnder[f"bench-{n // PER_NAMND}"], ordning=n, segmentgrupp=grupp,
            konsuppdelad=True,
        )
        for n in range(fran, fran + antal)
    )  # fmt: skip
    regler = ("≥ 80 %", "> 75 %", "ökning ≥ 2 %/år", "Ökning", "förbättring ≥ 1,0", "40–60 %")
    Malniva.objects.bulk_create(
        Malniva(indikator=i, ar=ar, regel=regler[i.ordning % len(regler)]) for i in indikatorer for ar in AREN
    )
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY indikatorer_matning (indikator_id, segment_id, kon, ar, delperiod, varde, saknas, preliminar, brott,"
            " fotnot, kalla, ursprung, rev, andrad_tid) FROM STDIN"
        ) as kopia:
            for i in indikatorer:
                for ar in AREN:
                    for s in segment:
                        for k in KON:
                            varde = Decimal((i.pk * 7 + s * 13 + ar * 3 + ord(k)) % 1000) / 10
                            kopia.write_row(
                                (i.pk, s, k, ar, 0, varde, "", False, False, "", "", "importerad", 1, "2024-12-31")
                            )  # fmt: skip
        cursor.execute("ANALYZE")


def _ms(gor, varv: int = VARV) -> float:
    """Milliseconds of the middle one of some runs, after one that warms up."""
    gor()
    tider = []
    for _ in range(varv):
        borjan = time.perf_counter()
        gor()
        tider.append(time.perf_counter() - borjan)
    return statistics.median(tider) * 1000


def _oversikt():
    from indikatorer.selectors.bedomning import bedom_ar
    from indikatorer.selectors.bibliotek import hamta_indikatorer
    from organisation.models import Namnd

    namnd = Namnd.objects.get(kod="bench-1")
    return len(bedom_ar(2024, indikatorer=hamta_indikatorer(agare=namnd.pk)))


def _sida():
    from indikatorer.models import Indikator
    from indikatorer.selectors.bedomning import bedom_indikator

    return len(bedom_indikator(Indikator.objects.get(kod="BENCH-7"), kon=("T", "K", "M")))


def _allt() -> int:
    from indikatorer.selectors.bedomning import bedom_aren

    return sum(1 for _ in bedom_aren(AREN, kon=("T", "K", "M")))


def _las_in():
    from indikatorer.actions.matningar import Matningsrad, las_in_matningar
    from indikatorer.models import Matning
    from indikatorer.selectors.celler import NYCKELKOLUMNER, Matningsnyckel, Matningsuppgift

    celler = Matning.objects.filter(indikator__kod__startswith="BENCH").values_list(*NYCKELKOLUMNER)[:100_000]
    rader = [Matningsrad(Matningsnyckel(*c), Matningsuppgift(varde=Decimal("12.34"))) for c in celler]
    borjan = time.perf_counter()
    resultat = las_in_matningar(rader=rader, ursprung="importerad", by=None, varfor="bench")
    assert resultat.andrade + resultat.oforandrade == len(rader)
    return time.perf_counter() - borjan


SIDOR = {
    "bibliotek": "/indikatorer/?ar=2024",
    "oversikt": "/indikatorer/2024/oversikt/",
    "oversikt_per_namnd": "/indikatorer/2024/oversikt/?per=namnd",
    "indikator": "/indikatorer/BENCH-7/?ar=2024",
}


def _sidor() -> dict:
    """Milliseconds of each page for a koncerncontroller, and its queries."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from organisation.models import Anvandare
    from regionskane.register import VARMARE

    for varm in VARMARE:
        varm()
    klient = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    klient.force_login(
        Anvandare.objects.get(username="koncerncontroller"), "django.contrib.auth.backends.ModelBackend"
    )
    ut = {}
    for namn, adress in SIDOR.items():
        assert klient.get(adress).status_code == 200
        with CaptureQueriesContext(connection) as fragor:
            klient.get(adress)
        antal = len(fragor)  # the next request empties the log
        ut[namn] = {"ms": round(_ms(lambda adress=adress: klient.get(adress)), 1), "fragor": antal}
    return ut


def _mat() -> dict:
    from django.core.management import call_command

    from indikatorer.models import Matning
    from indikatorer.selectors.bedomning import bedom_ar

    call_command("ladda_exempel", utan_huvudbok=True, verbosity=0)
    _bygg(INDIKATORER // 10, 0)
    liten = _ms(_oversikt), _ms(_sida)
    borjan = time.perf_counter()
    _bygg(INDIKATORER - INDIKATORER // 10, INDIKATORER // 10)
    byggt = time.perf_counter() - borjan
    stor = _ms(_oversikt), _ms(_sida)
    resultat = {
        "varden": Matning.objects.count(),
        "bygga_s": round(byggt, 1),
        "oversikt_ms": round(stor[0], 1),
        "oversikt_mot_tiondel": round(stor[0] / liten[0], 2),
        "sida_ms": round(stor[1], 1),
        "sida_mot_tiondel": round(stor[1] / liten[1], 2),
        "ett_ar_alla_s": round(_ms(lambda: bedom_ar(2024), 3) / 1000, 2),
    }
    borjan = time.perf_counter()
    resultat["bedomda"] = _allt()
    resultat["allt_s"] = round(time.perf_counter() - borjan, 1)
    resultat["sidor"] = _sidor()
    resultat["las_in_100_000_s"] = round(_las_in(), 1)
    return resultat


def main() -> None:
    with databas():
        resultat = _mat()
    if "--json" in sys.argv:
        print(json.dumps(resultat))
        return
    print(f"{resultat['varden']} värden, byggda på {resultat['bygga_s']} s")
    print(
        f"  en nämnds översikt, {PER_NAMND} indikatorer         {resultat['oversikt_ms']:>8} ms"
        f"   ({resultat['oversikt_mot_tiondel']} mot en tiondel så många)"
    )
    print(
        f"  en indikators sida, 10 år, kön              {resultat['sida_ms']:>8} ms"
        f"   ({resultat['sida_mot_tiondel']})"
    )
    print(f"  alla indikatorer och segment, ett år        {resultat['ett_ar_alla_s']:>8} s")
    print(f"  {resultat['bedomda']} bedömningar, alla år och kön       {resultat['allt_s']:>8} s")
    for namn, matt in resultat["sidor"].items():
        print(f"  sidan {namn:<38}{matt['ms']:>8} ms   ({matt['fragor']} frågor)")
    print(f"  100 000 rättade värden inlästa              {resultat['las_in_100_000_s']:>8} s")


if __name__ == "__main__":
    main()
