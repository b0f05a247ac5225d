"""`make bench-utfall`: a ledger file read in, against a bare COPY of the same rows; its memory; the follow-up table.

(a) lines per second of a CSV and a SIE file, from file to committed and rolled up, and the ratio of that time to a bare
COPY of the same rows into an equal table with the same index; (b) what the follow-up table of a nämnd costs, in the
database and in all, over a ledger of 1 and of 10 million lines; (c) the peak memory of the process that reads in, at
0.1, 1 and 10 million lines. The made-up ledger of a whole region, one run, side by side, in a database made for
the purpose. `--json` for machines, `--liten` for a tenth of it all.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gemensamt import databas

AR, FRO, NAMND = 2024, 1, "namnd-NORV"
COPY = (
    "COPY {} (ar, period, fil_id, rad, enhet_id, belopp, datum, konto, ansvar, motpart, verksamhet, projekt,"
    " verifikation, text) FROM STDIN"
)
VARV, TABELLVARV = 3, 41
# What a made-up year is warned for; somebody has looked.
BEKRAFTAT = ["DUBBLETT", "MANAD_AVVIKER", "KRYMPT", "OBALANS"]


def _skriv(antal: int, slag: str, mapp: Path) -> Path:
    """The ledger as a file; «rent» is the lines as they are booked, for COPY."""
    from budget.demo import generera
    from budget.exports.huvudbok import SKRIVARE

    plats = mapp / f"{antal}.{slag}"
    rader = generera(AR, fro=FRO, rader=antal)
    if slag != "rent":
        with plats.open("wb") as ut:
            SKRIVARE[slag](rader, ut)
        return plats
    with plats.open("w") as ut:
        for nr, period, datum, konto, ansvar, motpart, verksamhet, projekt, ver, text, belopp in rader:
            enhet = int(ansvar) // 500
            ut.write(
                f"{AR}\t{period}\t1\t{nr}\t{enhet}\t{belopp}\t{datum}\t{konto}\t{ansvar}\t{motpart}\t{verksamhet}\t"
                f"{projekt}\t{ver}\t{text}\n"
            )
    return plats


def _las_in(plats: Path) -> float:
    """Seconds from file to committed and rolled up."""
    from django.db import transaction

    from budget.actions.utfall import las_in, ta_emot_fil
    from budget.models import Utfallsfil

    with plats.open("rb") as innehall:
        mottagen = ta_emot_fil(block=iter(lambda: innehall.read(1 << 20), b""), namn=plats.name, by=None)
    Utfallsfil.objects.filter(pk=mottagen.fil.pk).update(bekraftat=BEKRAFTAT)
    borjan = time.perf_counter()
    with transaction.atomic():
        resultat = las_in(fil=mottagen.fil, by=None)
    tid = time.perf_counter() - borjan
    if resultat.fel:
        raise SystemExit(resultat.fel)
    return tid


def _bart(plats: Path) -> float:
    """Seconds for a bare COPY of the same rows into an equal table with the same index."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE huvudbok.bar (LIKE budget_huvudboksrad INCLUDING ALL)")
        borjan = time.perf_counter()
        with plats.open("rb") as innehall, cursor.copy(COPY.format("huvudbok.bar")) as kopia:
            while block := innehall.read(1 << 18):
                kopia.write(block)
        tid = time.perf_counter() - borjan
        cursor.execute("DROP TABLE huvudbok.bar")
    return tid


def _tom() -> None:
    """As before anything was read in, so that every round begins alike."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica;"
            "TRUNCATE budget_saldo, budget_utfallsdel, budget_utfallsanmarkning, budget_utfallsfil CASCADE;"
            "TRUNCATE budget_huvudboksrad;"
            "SET session_replication_role = origin"
        )
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def _minne(plats: Path) -> tuple[float, float]:
    """(peak memory in MB, seconds) of a process of its own that reads the file in."""
    from django.db import connection

    db = connection.settings_dict
    vem = f"{db['USER']}:{db['PASSWORD']}" if db["PASSWORD"] else db["USER"]
    if str(db["HOST"]).startswith("/"):
        url = f"postgres://{vem}@/{db['NAME']}?host={db['HOST']}"
    else:
        url = f"postgres://{vem}@{db['HOST']}:{db['PORT'] or 5432}/{db['NAME']}"
    ut = subprocess.run(
        [sys.executable, __file__, "--barn", str(plats)],
        env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    mb, tid = ut.split()[-2:]
    return float(mb), float(tid)


def _barn(plats: Path) -> None:
    import resource

    import django

    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    django.setup()
    tid = _las_in(plats)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, tid)


def _tabell() -> dict:
    """Milliseconds of the follow-up table of one nämnd, and how many saldon it reads."""
    from django.db import connection

    from budget.models import Huvudboksrad, Saldo
    from budget.selectors.utfall import Urval, avgransningar, hamta_platser, hamta_uppfoljning
    from organisation.permissions import Enhetsurval

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE budget_saldo")
        cursor.execute("ANALYZE budget_huvudboksrad")
    avgransning = avgransningar(hamta_platser(AR), Enhetsurval(allt=True))[NAMND]
    urval = Urval(avgransning, AR, 1, 9)
    tider, sql = [], []
    i_databasen = 0.0

    def matt(execute, *args):
        nonlocal i_databasen
        borjan = time.perf_counter()
        try:
            return execute(*args)
        finally:
            i_databasen += time.perf_counter() - borjan

    for varv in range(TABELLVARV + 3):
        i_databasen, borjan = 0.0, time.perf_counter()
        with connection.execute_wrapper(matt):
            hamta_uppfoljning(urval)
        if varv >= 3:
            tider.append((time.perf_counter() - borjan) * 1000)
            sql.append(i_databasen * 1000)
    return {
        "rader": Huvudboksrad.objects.count(),
        "saldon": Saldo.objects.filter(enhet__in=avgransning.enheter).count(),
        "databasen_ms": round(statistics.median(sql), 1),
        "allt_ms": round(statistics.median(tider), 1),
    }


def mat(liten: bool) -> dict:
    miljon = 100_000 if liten else 1_000_000
    with tempfile.TemporaryDirectory() as namn, databas():
        from django.core.management import call_command

        call_command("ladda_exempel", utan_huvudbok=True, verbosity=0, stdout=sys.stderr)
        mapp = Path(namn)
        ut: dict = {"rader": miljon, "inlasning": {}, "tabell": [], "minne_mb": {}}
        plats = {slag: _skriv(miljon, slag, mapp) for slag in ("rent", "csv", "sie")}
        matt = {"copy": lambda: _bart(plats["rent"])} | {
            slag: lambda slag=slag: _las_in(plats[slag]) for slag in ("csv", "sie")
        }
        tider: dict[str, list[float]] = {slag: [] for slag in matt}
        for _ in range(VARV):  # by turns, so that what else the machine does falls on all alike
            for slag, gor in matt.items():
                _tom()
                tider[slag].append(gor())
        bart = statistics.median(tider["copy"])
        for slag, t in tider.items():
            mitt = statistics.median(t)
            ut["inlasning"][slag] = {
                "sekunder": round(mitt, 2),
                "rader_per_sekund": round(miljon / mitt),
                "mot_copy": round(mitt / bart, 2),
            }
        for antal in (miljon // 10, miljon, miljon * 10):
            fil = plats["csv"] if antal == miljon else _skriv(antal, "csv", mapp)
            _tom()
            mb, tid = _minne(fil)
            ut["minne_mb"][antal] = {"mb": round(mb), "sekunder": round(tid, 1)}
            if antal >= miljon:
                ut["tabell"].append(_tabell())
            with contextlib.suppress(FileNotFoundError):
                fil.unlink()
        ut["tabell_kvot"] = round(ut["tabell"][1]["databasen_ms"] / ut["tabell"][0]["databasen_ms"], 2)
        return ut


def main() -> None:
    if "--barn" in sys.argv:
        _barn(Path(sys.argv[-1]))
        return
    ut = mat("--liten" in sys.argv)
    if "--json" in sys.argv:
        print(json.dumps(ut, ensure_ascii=False, indent=2))
        return
    for namn, v in ut["inlasning"].items():
        print(
            f"{namn:5} {v['sekunder']:8.2f} s {v['rader_per_sekund']:>10} rader/s  {v['mot_copy']:.2f} × COPY"
        )
    for v in ut["tabell"]:
        print(
            f"tabellen för en nämnd, {v['rader']:>9} rader och {v['saldon']} saldon: "
            f"{v['databasen_ms']} ms i databasen, {v['allt_ms']} ms i allt"
        )
    print(f"tabellen vid tio gånger så många rader: {ut['tabell_kvot']:.2f} ×")
    for antal, v in ut["minne_mb"].items():
        print(f"{antal:>9} rader: högst {v['mb']} MB, {v['sekunder']} s")


if __name__ == "__main__":
    main()
