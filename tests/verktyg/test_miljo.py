"""What prepares a machine, run for real in small projects: broken stamps, folders of others, a full disk."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import psycopg
import pytest

from verktyg import miljo

ROT = Path(__file__).resolve().parents[2]
INGEN = 65534


def _kor(projekt: Path, kod: str, **env: str) -> subprocess.CompletedProcess:
    """Run code beside the project's verktyg/, as start.py and prova.py are run."""
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(projekt)!r})\n{kod}"],
        capture_output=True, text=True, cwd=projekt, env={**os.environ, **env}, timeout=300,
    )  # fmt: skip


@pytest.fixture
def projekt(tmp_path):
    """A checkout with nothing but the tools."""
    shutil.copytree(
        ROT / "verktyg", tmp_path / "projekt" / "verktyg", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path / "projekt"


def _sha256(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def _hjul(mapp: Path) -> str:
    """Make a wheel, and return the line of a lock file that demands it."""
    filer = {
        "provpaket/__init__.py": "VARDE = 1\n",
        "provpaket-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: provpaket\nVersion: 1.0\n",
        "provpaket-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    mapp.mkdir()
    hjul = mapp / "provpaket-1.0-py3-none-any.whl"
    with zipfile.ZipFile(hjul, "w") as arkiv:
        for namn, text in filer.items():
            arkiv.writestr(namn, text)
        poster = "".join(f"{namn},sha256={_sha256(text)},{len(text)}\n" for namn, text in filer.items())
        arkiv.writestr("provpaket-1.0.dist-info/RECORD", poster + "provpaket-1.0.dist-info/RECORD,,\n")
    return f"provpaket==1.0 --hash=sha256:{hashlib.sha256(hjul.read_bytes()).hexdigest()}\n"


def test_venv_som_gatt_sonder_lagas_och_en_hel_rors_inte(projekt):
    (projekt / "las.txt").write_text(_hjul(projekt / "hjul"))

    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(projekt / "hjul"), "PIP_CONFIG_FILE": "/dev/null"}

    def forbered() -> str:
        svar = subprocess.run(
            [sys.executable, "verktyg/miljo.py", "las.txt"], cwd=projekt, capture_output=True, text=True,
            env={**os.environ, **pip},
        )  # fmt: skip
        assert (svar.returncode, svar.stderr) == (0, "")
        return svar.stdout

    assert "Installerar" in forbered()
    assert forbered() == ""
    stampel = projekt / ".venv" / "installerat.json"
    hel = stampel.read_text()
    (paket,) = (projekt / ".venv").glob("lib/python3*/site-packages/provpaket")

    def python_blir_tom():
        # Never through the link, which leads to the machine's own.
        python = projekt / ".venv" / "bin" / "python"
        python.unlink()
        python.write_bytes(b"")
        python.chmod(0o755)

    for gor_sonder in (
        python_blir_tom,
        # Without it the interpreter is the machine's own: it was asked for ever, or installed in.
        lambda: (projekt / ".venv" / "pyvenv.cfg").unlink(),
        # As after an upgrade of the machine's Python, which looks in a folder of its own version.
        lambda: paket.parents[1].rename(paket.parents[1].with_name("python3.0")),
        lambda: stampel.write_text(hel[:20]),
        lambda: (paket / "__init__.py").write_text("VARDE"),
        lambda: shutil.rmtree(paket),
        lambda: shutil.rmtree(paket.with_name("provpaket-1.0.dist-info")),
    ):
        gor_sonder()
        assert "Installerar" in forbered()
        assert (paket / "__init__.py").read_text() == "VARDE = 1\n"
        assert stampel.read_text() == hel
        assert forbered() == ""


@pytest.mark.parametrize(
    "innehall",
    [
        b'{"las.txt": {"sum',
        b"\xff\x00",
        b"[]",
        b'{"las.txt": "abc"}',
        b'{"las.txt": {"summa": "abc"}}',
        b'{"las.txt": {"summa": "abc", "paket": [1]}}',
        None,
    ],
)
def test_en_stampel_som_ingen_har_skrivit_klart_sager_inget(tmp_path, innehall):
    """None: a folder. What it says nothing of is installed anew."""
    stampel = tmp_path / "installerat.json"
    if innehall is None:
        stampel.mkdir()
    else:
        stampel.write_bytes(innehall)
    assert miljo._las_stampel(stampel) == {}
    miljo.skriv_helt(stampel, '{"las.txt": {"summa": "abc", "paket": ["a-1.dist-info"]}}')
    assert miljo._las_stampel(stampel) == {"las.txt": {"summa": "abc", "paket": ["a-1.dist-info"]}}


@pytest.mark.parametrize("innehall", [b"", b"\x7fELF\x00", b"#!/finns/inte\n", None])
def test_en_python_som_inte_gar_att_kora_svarar_inte(tmp_path, monkeypatch, innehall):
    monkeypatch.setattr(miljo, "PYTHON", tmp_path / "python")
    if innehall is not None:
        miljo.PYTHON.write_bytes(innehall)
        miljo.PYTHON.chmod(0o755)
    assert not miljo._har_pip()
    assert not miljo._ar_venvs()


@pytest.mark.parametrize(
    ("gor", "mening"),
    [
        (lambda var: var.write_text(""), "var är en fil där en mapp ska ligga"),
        (lambda var: var.symlink_to("/finns/inte"), "var är en länk till /finns/inte, som inte finns"),
        (lambda var: (var / "start.las").mkdir(parents=True), "start.las är en mapp där en fil ska ligga"),
    ],
)
def test_en_fil_dar_en_mapp_ska_ligga_far_en_mening(tmp_path, capsys, gor, mening):
    var = tmp_path / "var"
    gor(var)

    def huvud():
        var.mkdir(exist_ok=True)
        (var / "start.las").open("a+")

    with pytest.raises(SystemExit) as slut:
        miljo.kor(huvud)
    assert slut.value.code == 1
    assert mening in capsys.readouterr().err


def test_halvskriven_miljofil_ger_en_ny_hemlighet_och_stoppar_inga_kommandon(projekt):
    (projekt / "var").mkdir()
    fil = projekt / "var" / "miljo.env"
    for innehall, vantat in (
        (b"SECRET_KEY=" + b"x" * 60 + b"\nDATABASE_URL=postgres://a\n", 2),
        (b"SECRET_KEY=" + b"x" * 20, 0),
        (b"SECRET_KEY=" + b"x" * 60 + b"\nDATABASE_U", 0),
        (b"\x00" * 200, 0),
        (b"\xff\xfe=\xff", 0),
        (b"", 0),
    ):
        fil.write_bytes(innehall)
        svar = _kor(projekt, "from verktyg import start; print(len(start._las_miljofil()))")
        assert svar.stdout.strip() == str(vantat), svar.stderr
        shutil.copy(ROT / "manage.py", projekt)
        svar = subprocess.run(
            [sys.executable, "manage.py", "version"], cwd=projekt, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROT)},
        )  # fmt: skip
        assert svar.stdout.startswith("5.2"), svar.stderr


def _i_barn(gor) -> str:
    """Run in a child that is nobody when the tests are root's, and return what it says about having to stop."""
    las, skriv = os.pipe()
    pid = os.fork()
    if not pid:
        sys.stderr = os.fdopen(skriv, "w", encoding="utf-8")
        if os.geteuid() == 0:
            os.setgid(INGEN)
            os.setuid(INGEN)
        try:
            miljo.kor(gor)
        except SystemExit as slut:
            os._exit(int(slut.code or 0))
        finally:
            os._exit(99)
    os.close(skriv)
    with os.fdopen(las, encoding="utf-8") as text:
        svar = text.read()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1, svar
    assert "Traceback" not in svar and svar.startswith("\nStopp: ")
    return svar


def test_annans_mapp_far_en_mening_med_kommandot():
    with tempfile.TemporaryDirectory() as tillfallig:
        Path(tillfallig).chmod(0o755)
        mapp = Path(tillfallig) / "var"
        mapp.mkdir(mode=0o500)
        forvantat = f"{mapp} tillhör "
        assert forvantat in (svar := _i_barn(lambda: miljo.kontrollera_agare(mapp)))
        assert f"chown -R nobody: {mapp}" in svar or f"chmod -R u+rwX {mapp}" in svar
        # What was not looked at beforehand.
        assert forvantat in _i_barn(lambda: (mapp / "ko").mkdir())
        assert forvantat in _i_barn(lambda: miljo.skriv_helt(mapp / "stampel", "x"))


def test_full_disk_far_en_mening_och_lamnar_det_gamla_helt(tmp_path):
    def fyll():
        with open("/dev/full", "w") as ut:
            ut.write("x")

    assert "Stopp: Disken är full" in _i_barn(fyll)
    with pytest.raises(shutil.Error) as fel:
        raise shutil.Error([("a", "b", str(OSError(28, "No space left on device")))])
    assert "Disken är full" in miljo.mening(fel.value)
    program = subprocess.run(
        ["env", "LC_ALL=C", "dd", "if=/dev/zero", "of=/dev/full", "count=1"], capture_output=True, text=True
    )
    assert program.returncode and miljo.ar_fullt(program.stderr)

    # In the place of a disk that fills up while the new one is written.
    stampel = tmp_path / "stampel"
    miljo.skriv_helt(stampel, "gammal")
    with pytest.raises(UnicodeEncodeError):
        miljo.skriv_helt(stampel, "ny \udcff")
    assert stampel.read_text() == "gammal"


def test_apt_vantar_pa_den_som_haller_laset_och_sager_det_en_gang(tmp_path, capsys):
    apt = tmp_path / "apt-get"
    apt.write_text(
        f"#!/bin/sh\necho x >> {tmp_path}/ganger\n[ $(wc -l < {tmp_path}/ganger) -gt 2 ] && exit 0\n"
        "echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 17 (apt-get)'\nexit 100\n"
    )
    apt.chmod(0o755)
    assert miljo._apt([str(apt)], tmp_path / "apt.log")[0] == 0
    assert capsys.readouterr().out.count("Väntar på att en annan installation") == 1
    # Another fault is not waited for.
    apt.write_text("#!/bin/sh\necho 'E: Unable to locate package'\nexit 100\n")
    assert miljo._apt([str(apt)], tmp_path / "apt.log")[0] == 100


def _lever(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


LAMNAR = "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True); print('klar')"


def test_det_som_ett_barn_lamnar_i_en_egen_session_avslutas_men_inte_det_som_ska_ga_vidare():
    svar = _kor(
        ROT,
        "import subprocess\nfrom verktyg import miljo\nmiljo.adoptera()\n"
        "kvar = subprocess.Popen(['sleep', '600'])\n"
        f"subprocess.run([sys.executable, '-c', {LAMNAR!r}])\n"
        "print(miljo.avsluta_kvarblivna(utom={kvar.pid}, sekunder=0), kvar.poll())\n"
        "print(miljo.avsluta_kvarblivna(utom=set(), sekunder=0))\n"
        "print(miljo.avsluta_kvarblivna(utom=set(), sekunder=0))\n",
    )
    assert svar.stdout.splitlines() == ["klar", "['sleep 600'] None", "['sleep 600']", "[]"], svar.stderr


@pytest.mark.slow
@pytest.mark.parametrize("interrupt", [False, True])
def test_make_test_gar_inte_igenom_med_processer_kvar(tmp_path, interrupt):
    fil = tmp_path / "test_lamnar.py"
    fil.write_text(
        "import os, pathlib, subprocess, time\n"
        "def test_a():\n"
        "    barn = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        f"    pathlib.Path({str(tmp_path)!r}, 'ny').write_text(str(barn.pid))\n"
        f"    pathlib.Path({str(tmp_path)!r}, 'ny').rename({str(tmp_path / 'pid')!r})\n"
        f"    time.sleep(600 if {interrupt} else 0)\n"
    )
    kod = (
        f"import sys; sys.path.insert(0, {str(ROT)!r})\n"
        "import os, pathlib\nfrom verktyg import miljo, prova\nmiljo.lyssna_pa_avbrott()\n"
        "prova.PYTHON = pathlib.Path(sys.executable)\n"
        f"sys.argv[1:] = ['-q', '-c', '/dev/null', '-p', 'no:cacheprovider', '-p', 'no:django', {str(fil)!r}]\n"
        "sys.exit(prova._kor_pytest(dict(os.environ), set()))\n"
    )
    prov = subprocess.Popen([sys.executable, "-c", kod], stdout=subprocess.PIPE, text=True)
    if interrupt:
        while not (tmp_path / "pid").exists():
            assert prov.poll() is None
        prov.send_signal(signal.SIGINT)
    ut = prov.communicate(timeout=120)[0]
    assert prov.returncode == (130 if interrupt else 1)
    if not interrupt:
        assert "1 passed" in ut and "lämnade processer efter sig" in ut and "sleep 600" in ut
    assert not _lever(int((tmp_path / "pid").read_text()))


@pytest.fixture
def stangd(monkeypatch):
    """A folder that only its owner may pass, as root's home is, and beside it the place for what needs another."""
    mapp = Path(tempfile.mkdtemp(prefix="regionskane-prov-"))
    mapp.chmod(0o755)
    monkeypatch.setattr(miljo, "DATABASHEM", mapp / "hem")
    (mapp / "rot").mkdir(mode=0o700)
    yield mapp / "rot"
    shutil.rmtree(mapp)


def _fraga(url: str, sql: str):
    with psycopg.connect(url, autocommit=True) as anslutning:
        svar = anslutning.execute(sql)
        return svar.fetchone() if svar.description else None


@pytest.mark.slow
def test_databasen_nar_sin_mapp_utan_att_nagons_rattigheter_andras_och_flyttas_med_sitt_innehall(stangd):
    var = stangd / "var"
    var.mkdir()
    stangd.chmod(0o755)  # as an earlier version left root's home
    for steg in ("öppen", "stängd", "igen"):
        databas = miljo.Databas(var / "pg", logg=var / "pg.log")
        try:
            url = databas.starta()
            if steg == "öppen":
                _fraga(url, "CREATE TABLE prov AS SELECT 7 AS tal")
            assert _fraga(url, "SELECT tal FROM prov") == (7,)
        finally:
            databas.stoppa()
        if steg == "öppen":
            assert not (var / "pg").is_symlink()
            stangd.chmod(0o700)
        else:
            assert stangd.stat().st_mode & 0o777 == 0o700
            assert (var / "pg").is_symlink() == (os.geteuid() == 0)

    # Without the link the place belongs to nobody, and the next one that needs a place removes it.
    if os.geteuid() == 0:
        hem = (var / "pg").resolve().parent
        (var / "pg").unlink()
        nasta = miljo.Databas(stangd / "pg2", logg=var / "pg.log", snabb=True)
        try:
            nasta.starta()
            assert not hem.exists()
        finally:
            nasta.stoppa()
        assert not nasta.mapp.parent.exists()


@pytest.mark.slow
def test_programmen_kopieras_till_en_plats_som_databasens_konto_nar(stangd):
    databas = miljo.Databas(stangd / "pg", logg=stangd / "pg.log")
    if os.geteuid() == 0:
        databas._valj_konto()
    program = databas._kopiera_program()
    assert program.is_relative_to(miljo.DATABASHEM)
    assert databas._som_konto(program / "postgres", "--version")
    nar = program.stat().st_ctime_ns
    assert databas._kopiera_program() == program and program.stat().st_ctime_ns == nar
    assert [m.name for m in miljo.DATABASHEM.iterdir()] == [program.relative_to(miljo.DATABASHEM).parts[0]]
