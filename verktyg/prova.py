"""`make test`: everything that the tests need on a fresh machine, and then pytest.

Uses the PostgreSQL in DATABASE_URL if it is set, otherwise an embedded one in a temporary folder under var/.
"""

import contextlib
import os
import secrets
import shutil
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


def _saknade_paket() -> list[str]:
    behov = {
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


def _stada_gamla() -> None:
    """Folders of runs that were killed; old enough that no run can still be using them."""
    for mapp in VAR.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - mapp.stat().st_mtime > GAMMAL_EFTER_SEKUNDER:
                shutil.rmtree(mapp, ignore_errors=True)


def _argument() -> list[str]:
    """All the tests are run by two processes, each with its own database; a part of them as it is asked for."""
    return sys.argv[1:] or ["-q", "-n", "2"]


def main() -> int:
    """Prepare, run pytest with the given arguments, and return its status."""
    miljo.lyssna_pa_avbrott()
    miljo.kor_i_venv(LAS)
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
        pytest = subprocess.Popen(
            [PYTHON, "-m", "pytest", *_argument()],
            env=env,
            cwd=miljo.ROT,
            stdin=subprocess.DEVNULL,
        )
        try:
            return pytest.wait()
        except (miljo.Avbruten, KeyboardInterrupt):
            miljo.strunta_i_avbrott()
            pytest.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                pytest.wait(10)
            pytest.kill()
            return 130
    finally:
        miljo.strunta_i_avbrott()
        if databas:
            databas.stoppa()
        shutil.rmtree(tillfallig, ignore_errors=True)


if __name__ == "__main__":
    miljo.kor(main)
