"""`make bench-utfall`: a ledger file read in, against a bare COPY of the same rows, and the memory that it takes.

(a) lines per second of a CSV and a SIE file, from file to committed and rolled up, and the ratio of that time to a bare
COPY of the same rows into an equal table with the same index; (c) the peak memory of the process that reads in, at
0.1, 1 and 10 million lines. One run, side by side, in a database made for the purpose. `--json` for machines, `--liten`
for a tenth of it all.
"""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gemensamt import databas

AR, ENHETER, ANSVAR, KONTON = 2024, 60, 400, 300
COPY = "COPY {} FROM STDIN (FORMAT csv, DELIMITER ';', FORCE_NOT_NULL (motpart, projekt))"
VARV = 3


def _rader(antal: int, mapp: Path) -> tuple[Path, Path, Path]:
    """The same rows as CSV, as SIE, and as the lines that are booked."""
    slump = random.Random(antal)
    csv, sie, rent = mapp / f"{antal}.csv", mapp / f"{antal}.se", mapp / f"{antal}.rent"
    konton = [str(4000 + 7 * i) for i in range(KONTON)]
    texter = ("Lön månadsanställda", "Leverantörsfaktura", "Läkemedel enligt rekvisition", "Hyra")
    with csv.open("w") as c, sie.open("w", encoding="cp437") as s, rent.open("w") as r:
        c.write("Datum;Konto;Ansvar;Motpart;Verksamhet;Projekt;Verifikation;Text;Belopp\n")
        s.write(
            "#FLAGGA 0\n#FORMAT PC8\n#SIETYP 4\n#PROGRAM bench 1\n#RAR 0 20240101 20241231\n"
            '#DIM 1 "Ansvar"\n#DIM 7 "Motpart"\n#DIM 8 "Verksamhet"\n#DIM 6 "Projekt"\n'
        )
        nr, ver = 0, 0
        while nr < antal:
            ver += 1
            manad, dag = slump.randint(1, 12), slump.randint(1, 28)
            ansvar = slump.randrange(ANSVAR)
            enhet = ansvar * ENHETER // ANSVAR
            text = slump.choice(texter)
            s.write(f'#VER V {ver} {AR}{manad:02}{dag:02} "{text}"\n{{\n')
            rest, i = 0, slump.randint(2, 6)
            for sista in range(i - 1, -1, -1):
                ore = -rest if not sista else slump.randint(-9_000_000, 9_000_000)
                rest += ore
                belopp = f"{'-' if ore < 0 else ''}{abs(ore) // 100}.{abs(ore) % 100:02}"
                konto = konton[min(int(slump.expovariate(0.03)), KONTON - 1)]
                motpart = slump.choice(("", "", "", "16", "22"))
                verksamhet, projekt = (
                    100 + ansvar % 40,
                    slump.choice(("", "", "", f"P{slump.randint(100, 999)}")),
                )
                kod = 1000 + ansvar
                c.write(
                    f"{AR}-{manad:02}-{dag:02};{konto};{kod};{motpart};{verksamhet};{projekt};V {ver};{text};"
                    f"{belopp.replace('.', ',')}\n"
                )
                objekt = f'1 "{kod}" 8 "{verksamhet}"'
                objekt += f' 7 "{motpart}"' if motpart else ""
                objekt += f' 6 "{projekt}"' if projekt else ""
                s.write(f"#TRANS {konto} {{{objekt}}} {belopp}\n")
                r.write(
                    f"{AR};{AR}{manad:02};1;{nr + 2};{enhet};{belopp};{AR}-{manad:02}-{dag:02};{konto};{kod};{motpart};"
                    f"{verksamhet};{projekt};V {ver};{text}\n"
                )
                nr += 1
            s.write("}\n")
    return csv, sie, rent


def _koder() -> None:
    from datetime import date

    from django.core.management import call_command

    from budget.models import Ansvarsregel, Kontoregel, Motpart, Post
    from organisation.models import Enhet

    call_command("ladda_exempel", verbosity=0)
    Kontoregel.objects.all().delete()
    Ansvarsregel.objects.all().delete()
    poster = list(Post.objects.filter(typ="blad", uppstallning__kod="resultatsammanstallning")) or [None]
    for i in range(5):
        fran = 4000 + 500 * i
        Kontoregel.objects.create(
            fran=fran, till=fran + 499, namn="Bench", fran_ar=AR, post=poster[i % len(poster)]
        )
    for i in range(ENHETER):
        enhet = Enhet.objects.create(kod=f"BENCH-{i}", namn=f"Bench {i}", typ="forvaltning")
        forsta, efter = -(-i * ANSVAR // ENHETER), -(-(i + 1) * ANSVAR // ENHETER)
        Ansvarsregel.objects.create(
            fran=1000 + forsta, till=1000 + efter - 1, namn="Bench", fran_ar=AR, enhet=enhet
        )
    for kod in ("16", "22"):
        Motpart.objects.get_or_create(
            kod=kod, giltig_fran=date(AR, 1, 1), defaults={"namn": kod, "slag": "extern"}
        )


def _las_in(plats: Path) -> float:
    """Seconds from file to committed and rolled up."""
    from django.db import transaction

    from budget.actions.utfall import las_in, ta_emot_fil
    from budget.models import Utfallsfil

    with plats.open("rb") as innehall:
        mottagen = ta_emot_fil(block=iter(lambda: innehall.read(1 << 20), b""), namn=plats.name, by=None)
    Utfallsfil.objects.filter(pk=mottagen.fil.pk).update(
        bekraftat=["DUBBLETT", "MANAD_AVVIKER", "KRYMPT", "OBALANS"]
    )
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


def mat(liten: bool) -> dict:
    miljon = 100_000 if liten else 1_000_000
    with tempfile.TemporaryDirectory() as mapp, databas():
        _koder()
        ut: dict = {"rader": miljon, "inlasning": {}, "minne_mb": {}}
        csv, sie, rent = _rader(miljon, Path(mapp))
        tider: dict[str, list[float]] = {"copy": [], "csv": [], "sie": []}
        for _ in range(VARV):  # by turns, so that what else the machine does falls on all alike
            for namn, gor in (
                ("copy", lambda: _bart(rent)),
                ("csv", lambda: _las_in(csv)),
                ("sie", lambda: _las_in(sie)),
            ):
                _tom()
                tider[namn].append(gor())
        bart = sorted(tider["copy"])[VARV // 2]
        for namn, t in tider.items():
            mitt = sorted(t)[VARV // 2]
            ut["inlasning"][namn] = {
                "sekunder": round(mitt, 2),
                "rader_per_sekund": round(miljon / mitt),
                "mot_copy": round(mitt / bart, 2),
            }
        for antal in (miljon // 10, miljon, miljon * 10):
            plats = csv if antal == miljon else _rader(antal, Path(mapp))[0]
            _tom()
            mb, tid = _minne(plats)
            ut["minne_mb"][antal] = {"mb": round(mb), "sekunder": round(tid, 1)}
            for fil in Path(mapp).glob(f"{antal}.*"):
                with contextlib.suppress(FileNotFoundError):
                    fil.unlink()
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
    for antal, v in ut["minne_mb"].items():
        print(f"{antal:>9} rader: högst {v['mb']} MB, {v['sekunder']} s")


if __name__ == "__main__":
    main()
