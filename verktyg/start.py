"""`make start`: everything a fresh machine needs to show the system on 127.0.0.1, and one key to end it all.

Without DATABASE_URL an embedded PostgreSQL runs under var/; without REDIS_URL jobs are queued in files there.
"""

import fcntl
import hashlib
import http.client
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from verktyg import miljo
from verktyg.miljo import PYTHON, ROT, VAR, Stopp, sag

LAS = "requirements-start.txt"
MILJOFIL = VAR / "miljo.env"
SVARSTID = 90


def _port() -> int:
    text = os.environ.get("PORT", "").strip() or "8000"
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise Stopp(
            f"PORT är «{text}» men ska vara ett tal mellan 1 och 65535. Exempel: make start PORT=8080"
        )
    port = int(text)
    with socket.socket() as prov:
        prov.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prov.bind(("127.0.0.1", port))
        except PermissionError:
            raise Stopp(
                f"Port {port} får bara root använda. Välj en över 1023: make start PORT=8080"
            ) from None
        except OSError:
            raise Stopp(
                f"Port {port} är upptagen av ett annat program. Avsluta det, eller välj en annan port: "
                f"make start PORT={port + 1 if port < 65535 else 8080}"
            ) from None
    return port


def _ensam():
    """Hold the lock that says that this checkout is running. The kernel drops it when this process ends."""
    las = (VAR / "start.las").open("a+", encoding="utf-8", errors="replace")
    try:
        fcntl.flock(las, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        las.seek(0)
        raise Stopp(
            f"Systemet körs redan från den här mappen (process {las.read().strip() or 'okänd'}). "
            "Avsluta den körningen först, med Ctrl-C där den körs."
        ) from None
    las.truncate(0)
    las.write(str(os.getpid()))
    las.flush()
    return las


def _pdf() -> None:
    saknas = miljo.saknade_pdf_paket()
    if saknas:
        sag(f"Installerar bibliotek för PDF: {', '.join(saknas)} …")
        if not miljo.installera_apt(saknas):
            sag(f"  Utan dem kan rapporter inte skapas som PDF. Kör: {miljo.apt_kommando(saknas)}")


def _las_miljofil() -> dict[str, str]:
    """What an earlier run wrote down; nothing of a file that is not whole."""
    try:
        rader = MILJOFIL.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    if not all(re.fullmatch(r"[A-Z_]+=[^\0]+", rad) for rad in rader):
        return {}
    sparat = dict(rad.split("=", 1) for rad in rader)
    return sparat if len(sparat.get("SECRET_KEY", "")) >= 50 else {}


def _skriv_miljofil(innehall: dict[str, str]) -> None:
    """Keep the secret between runs, and let manage.py in another terminal find the same database."""
    if innehall == _las_miljofil():
        return
    miljo.skriv_helt(MILJOFIL, "".join(f"{n}={varde}\n" for n, varde in innehall.items()), lage=0o600)


def _manage(*argument: str, env: dict[str, str]) -> str:
    klart = subprocess.run(
        [PYTHON, ROT / "manage.py", *argument],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        # Its own group: Ctrl-C reaches only this program, which then ends what it has started.
        start_new_session=True,
    )
    if klart.returncode:
        if miljo.ar_fullt(klart.stderr):
            raise Stopp(miljo.DISKEN_FULL.format(plats=f", så manage.py {argument[0]} blev inte klart"))
        slut = "\n".join((klart.stderr.strip() or klart.stdout.strip()).splitlines()[-12:])
        raise Stopp(f"manage.py {' '.join(argument)} misslyckades.\n{slut}")
    return klart.stdout


def _samla_statiska(env: dict[str, str]) -> None:
    summa = hashlib.sha256((ROT / LAS).read_bytes())
    for fil in sorted((ROT / "static").rglob("*")):
        uppgift = fil.stat()
        summa.update(f"{fil.relative_to(ROT)} {uppgift.st_size} {uppgift.st_mtime_ns}\n".encode())
    mapp = Path(env["DATA_DIR"]) / "static"
    stampel = Path(env["DATA_DIR"]) / "static.stampel"
    # As bytes: what is half written need not be text.
    gjord = stampel.read_bytes() if stampel.exists() else b""
    if (mapp / "staticfiles.json").exists() and gjord == summa.hexdigest().encode():
        return
    sag("Samlar stilmallar och skript …")
    _manage("collectstatic", "--noinput", "--clear", "--verbosity=0", env=env)
    miljo.skriv_helt(stampel, summa.hexdigest())


def _svarar(port: int, vard: str) -> bool:
    anslutning = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        anslutning.request("GET", "/halsa/", headers={"Host": vard})
        return anslutning.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        anslutning.close()


def _kontrollera_barn(barn: dict[str, subprocess.Popen]) -> None:
    for namn, process in barn.items():
        if process.poll() is not None:
            raise Stopp(f"{namn} avslutades oväntat (status {process.returncode}). Resten stoppas.")


def webbkommando(port: int, python: Path = PYTHON) -> list[str]:
    """What starts the web server; the rest stands in gunicorn.conf.py."""
    webb = [str(python), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
    return [*webb, "--graceful-timeout", "5", "--log-level", "warning"]


def _starta_processer(env: dict[str, str], port: int) -> dict[str, subprocess.Popen]:
    arbetare = [str(PYTHON), "-m", "celery", "-q", "-A", "regionskane", "worker", "-B", "--concurrency", "1"]
    arbetare += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    return {
        "Webbservern": miljo.starta_barn(webbkommando(port), env=env, cwd=ROT),
        "Arbetaren": miljo.starta_barn(arbetare, env=env, cwd=ROT),
    }


def _kor(databas: list[miljo.Databas], barn: dict[str, subprocess.Popen], port: int) -> None:
    """Start everything and watch it. What has been started is put into the two collections as it happens."""
    _pdf()
    sparat = _las_miljofil()
    env = dict(os.environ)
    env.setdefault("SECRET_KEY", sparat.get("SECRET_KEY") or secrets.token_urlsafe(50))
    env["DATA_DIR"] = str(Path(env.get("DATA_DIR", "").strip() or VAR).resolve())
    env.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    Path(env["DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    if env.get("DATABASE_URL"):
        sag("Använder databasen i DATABASE_URL …")
    else:
        sag("Startar den inbyggda databasen …")
        databas.append(miljo.Databas(VAR / "pg", logg=VAR / "pg.log"))
        env["DATABASE_URL"] = databas[0].starta()
        barn["Databasen"] = databas[0].process
    delas = {namn: env.get(namn) for namn in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")}
    if env["DATA_DIR"] != str(VAR):
        delas["DATA_DIR"] = env["DATA_DIR"]
    _skriv_miljofil({namn: varde for namn, varde in delas.items() if varde})
    sag("Uppdaterar databasens tabeller …")
    _manage("migrate", "--noinput", "--verbosity=0", env=env)
    sag("Läser in Region Skånes siffror, om de saknas …")
    _manage("ladda_exempel", env=env)
    _samla_statiska(env)
    sag("Startar webbservern och arbetaren …")
    miljo.adoptera()
    barn |= _starta_processer(env, port)
    anvandare = _manage("visa_anvandare", env=env)
    vard = env.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".").replace("*", "") or "localhost"
    sist = time.monotonic() + SVARSTID
    while not _svarar(port, vard):
        _kontrollera_barn(barn)
        if time.monotonic() > sist:
            raise Stopp(f"Webbservern svarade inte på /halsa/ inom {SVARSTID} sekunder.")
        time.sleep(0.2)
    sag(f"\nKlart. Öppna http://127.0.0.1:{port}/\n\n{anvandare.rstrip()}\n\nAvsluta med Ctrl-C.\n")
    while True:
        _kontrollera_barn(barn)
        time.sleep(0.5)


def main() -> int:
    """Start, serve until asked to end, and end everything that was started."""
    miljo.lyssna_pa_avbrott()
    port = _port()
    miljo.kor_i_venv(LAS)
    VAR.mkdir(exist_ok=True)
    miljo.kontrollera_agare(*sorted(VAR.iterdir()))
    las = _ensam()
    databas: list[miljo.Databas] = []
    barn: dict[str, subprocess.Popen] = {}
    try:
        _kor(databas, barn, port)
    except (miljo.Avbruten, KeyboardInterrupt):
        sag("\nAvslutar …")
    finally:
        miljo.strunta_i_avbrott()
        miljo.avsluta_barn([p for namn, p in barn.items() if namn != "Databasen"], sekunder=8)
        for server in databas:
            server.stoppa()
        miljo.avsluta_kvarblivna(utom=set(), sekunder=0)
        las.close()
    sag("Allt är avslutat.")
    return 0


if __name__ == "__main__":
    miljo.kor(main)
