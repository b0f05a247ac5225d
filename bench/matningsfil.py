"""`make bench-matningsfil`: a CSV of 100 000 measurements previewed and accepted, new and then revised, in seconds.

2 % of the rows have a fault in the last reading, which is previewed only. One run, one process, one database made for
the purpose and dropped afterwards. With --json for machines.
"""

import json
import sys
import time

from gemensamt import databas

RADER, INDIKATORER, SEGMENT, AR = 100_000, 200, 20, range(2016, 2026)


def _bygg_bibliotek() -> None:
    from indikatorer.models import Indikator, Segment, Segmentgrupp

    grupp = Segmentgrupp.objects.create(kod="bench", namn="Bench")
    Segment.objects.bulk_create(
        Segment(grupp=grupp, kod=f"bench-{n}", namn=f"Segment {n}", ordning=n) for n in range(SEGMENT)
    )
    Indikator.objects.bulk_create(
        Indikator(
            kod=f"bench-{n}",
            namn=f"Indikator {n}",
            enhetsslag="procent",
            enhet="procent",
            riktning="hogre",
            segmentgrupp=grupp,
            konsuppdelad=True,
        )
        for n in range(INDIKATORER)
    )


def _csv(skift: int, fel: bool = False) -> bytes:
    rader = ["indikator;segment;kön;period;värde;antal;preliminär;fotnot"]
    for i in range(RADER):
        cell, kon = divmod(i, 3)
        cell, ar = divmod(cell, len(AR))
        indikator, segment = divmod(cell, SEGMENT)
        varde = "fel" if fel and i % 50 == 0 else "iu" if i % 40 == 0 else f"{(i + skift) % 100},{i % 10}"
        rader.append(f"bench-{indikator};Segment {segment};{'TKM'[kon]};{AR[ar]};{varde};{i % 900 + 5};nej;")
    return "\n".join(rader).encode()


def _mat() -> dict:
    from django.db import connection

    from indikatorer.actions import inlasning

    _bygg_bibliotek()
    resultat = {}
    for namn, innehall in (("nya", _csv(0)), ("andrade", _csv(1)), ("med_fel", _csv(1, fel=True))):
        start = time.perf_counter()
        underlag = inlasning.behall_fil(innehall=innehall, namn=f"{namn}.csv")
        granskning = inlasning.granska(underlag=underlag, by=None)
        granskat = time.perf_counter()
        resultat[f"granska_{namn}_s"] = round(granskat - start, 1)
        if granskning.fel:
            resultat["fel_namngivna"] = len(granskning.fel)
            continue
        assert granskning.resultat.nya + granskning.resultat.andrade > RADER * 0.9
        inlasning.ta_emot(underlag=underlag, avtryck=granskning.resultat.avtryck, by=None)
        resultat[f"ta_emot_{namn}_s"] = round(time.perf_counter() - granskat, 1)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum would have done in a database that is in use
    return {"rader": RADER} | resultat


def main() -> None:
    with databas():
        resultat = _mat()
    if "--json" in sys.argv:
        print(json.dumps(resultat))
        return
    for namn, varde in resultat.items():
        print(f"{namn:<22} {varde}")


if __name__ == "__main__":
    main()
