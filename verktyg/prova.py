"""`make test`: everything that the tests need on a fresh machine, and then pytest.

Uses the PostgreSQL in DATABASE_URL if it is set, otherwise an embedded one in a temporary folder under var/.
"""

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from verktyg import miljo
from verktyg.miljo import PYTHON, VAR, Stopp, sag

LAS = "requirements-dev.txt"
PREFIX = "prov-"
GAMMAL_EFTER_SEKUNDER = 3600


def _kan_kompilera_java() -> bool:
    """The veraPDF check is a source file that `java` compiles as it starts; a bare JRE cannot do that."""
    if not shutil.which("java"):
        return False
    moduler = subprocess.run(["java", "--list-modules"], capture_output=True, text=True)
    return "jdk.compiler" in moduler.stdout


def _gar_att_ladda(bibliotek: str) -> bool:
    try:
        ctypes.CDLL(bibliotek)
    except OSError:
        return False
    return True


def _saknade_paket() -> list[str]:
    behov = {
        # The node that drives the browser is linked against it.
        "libatomic1": _gar_att_ladda("libatomic.so.1"),
        "chromium": shutil.which("chromium"),
        "poppler-utils": shutil.which("pdftotext") and shutil.which("pdftoppm"),
        # soffice alone may be Writer without Calc.
        "libreoffice-calc": shutil.which("soffice")
        and Path("/usr/lib/libreoffice/program/libsclo.so").exists(),
        "libjaxb-java": Path("/usr/share/java/jaxb-runtime.jar").exists(),
        "default-jdk-headless": _kan_kompilera_java(),
    }
    return [paket for paket, finns in behov.items() if not finns] + miljo.saknade_pdf_paket()


def _installera_det_som_saknas() -> None:
    saknas = _saknade_paket()
    if saknas:
        sag(f"Installerar det som testerna behöver: {', '.join(saknas)} …")
        if not miljo.installera_apt(saknas) or (saknas := _saknade_paket()):
            raise Stopp(
                f"Testerna behöver {', '.join(saknas)}, och hoppar inte över något. "
                f"Kör först: {miljo.apt_kommando(saknas)}"
            )


def kontrollera_databas(url: str) -> None:
    """Stop with one sentence unless the tests can be run with the PostgreSQL and the role in the address."""
    import psycopg

    if not url.startswith(("postgres://", "postgresql://")):
        raise Stopp("DATABASE_URL ska börja med postgres://. Utelämna den, så startas en inbyggd databas.")
    try:
        try:
            anslutning = psycopg.connect(url, dbname="postgres", connect_timeout=10, autocommit=True)
        except psycopg.OperationalError:
            anslutning = psycopg.connect(url, connect_timeout=10, autocommit=True)
    except psycopg.Error as fel:
        raise Stopp(
            f"Databasen i DATABASE_URL går inte att nå: {str(fel).strip().splitlines()[-1]}"
        ) from None
    with anslutning:
        version = anslutning.info.server_version // 10_000
        if version < 15:
            raise Stopp(f"Databasen i DATABASE_URL är PostgreSQL {version}, men 15 eller senare behövs.")
        roll, racker = anslutning.execute(
            "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    if not racker:
        raise Stopp(
            f"Rollen {roll} i DATABASE_URL måste vara superuser: testerna gör egna databaser och tömmer dem förbi "
            f'databasens vakter. Kör som superuser: ALTER ROLE "{roll}" SUPERUSER. Utan DATABASE_URL startas '
            "en inbyggd databas."
        )


def kontrollera_redis(url: str) -> None:
    """Stop with one sentence unless the Redis in the address answers."""
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=10, socket_timeout=10).ping()
    except (redis.RedisError, ValueError) as fel:
        raise Stopp(
            f"Redis i REDIS_URL går inte att nå: {fel}. Utelämna den, så köas jobben i filer."
        ) from None


def _stada_gamla() -> None:
    """Folders of runs that were killed; old enough that no run can still be using them."""
    for mapp in VAR.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - mapp.stat().st_mtime > GAMMAL_EFTER_SEKUNDER:
                shutil.rmtree(mapp, ignore_errors=True)


def _argument() -> list[str]:
    """All the tests are run by two processes, each with its own database; a part of them as it is asked for."""
    return sys.argv[1:] or ["-q", "-n", "2"]


def _kor_pytest(env: dict[str, str], utom: set[int]) -> int:
    """Run pytest and return its status. Nothing that it has started outlives it, and a passing run that leaves
    something behind does not pass. `utom` are pids that are not its own."""
    miljo.adoptera()
    pytest = miljo.starta_barn(
        [str(PYTHON), "-m", "pytest", *_argument()], slutsignal=signal.SIGINT, env=env, cwd=miljo.ROT
    )
    try:
        status = pytest.wait()
    except (miljo.Avbruten, KeyboardInterrupt):
        miljo.strunta_i_avbrott()
        pytest.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.wait(20)
        pytest.kill()
        miljo.avsluta_kvarblivna(utom=utom, sekunder=0)
        return 130
    if kvar := miljo.avsluta_kvarblivna(utom=utom, sekunder=10):
        sag("Testerna lämnade processer efter sig. De är nu avslutade:\n  " + "\n  ".join(kvar))
    return status or int(bool(kvar))


def main() -> int:
    """Prepare, run pytest with the given arguments, and return its status."""
    miljo.lyssna_pa_avbrott()
    miljo.kor_i_venv(LAS)
    for namn, kontrollera in (("DATABASE_URL", kontrollera_databas), ("REDIS_URL", kontrollera_redis)):
        if url := os.environ.get(namn, "").strip():
            kontrollera(url)
    VAR.mkdir(exist_ok=True)
    _installera_det_som_saknas()
    _stada_gamla()
    tillfallig = Path(tempfile.mkdtemp(dir=VAR, prefix=PREFIX))
    env = {
        **os.environ,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATA_DIR": str(tillfallig),
        "STATIC_MANIFEST": "0",
        # A connection that is kept would stop the test database from being dropped.
        "CONN_MAX_AGE": "0",
    }
    databas: miljo.Databas | None = None
    try:
        if not env.get("DATABASE_URL"):
            sag("Startar en inbyggd databas för testerna …")
            databas = miljo.Databas(tillfallig / "pg", logg=tillfallig / "pg.log", snabb=True)
            env["DATABASE_URL"] = databas.starta()
        return _kor_pytest(env, {databas.process.pid} if databas else set())
    finally:
        miljo.strunta_i_avbrott()
        if databas:
            databas.stoppa()
        shutil.rmtree(tillfallig, ignore_errors=True)


if __name__ == "__main__":
    miljo.kor(main)
