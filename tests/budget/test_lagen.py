"""Who may ask for anything but the decided figure: `kontrollera` for what the leaves give as printed, and what compares
a version with its copy for what they give as facts. Everything else shows what `hamta_summor` gives by itself."""

import ast
from collections import defaultdict
from pathlib import Path

ROT = Path(__file__).parents[2]
APPAR = ("budget", "uppfoljning", "indikatorer", "organisation", "regionskane")

FRAGAR = {
    # The checks of print against what lies under it.
    "DELAR": {"budget/selectors/kontroll.py"},
    "FAKTA": {
        # A copy has the ties of what it is a copy of, which are not its own faults.
        "budget/selectors/samband.py",
        # Differences between a version and its copy: page, tilläggsbudget, scenario, what has not followed, and how
        # much the objects have grown.
        "budget/selectors/jamforelse.py",
        "budget/selectors/versioner.py",
        "budget/selectors/scenario.py",
        "budget/selectors/ram.py",
        "budget/selectors/askanden.py",
    },
}
# They take what they are asked for and give it on.
GER_VIDARE = {
    "budget/selectors/finansiella_mal.py",
    "budget/selectors/balanskrav.py",
    "budget/selectors/samband.py",
    "budget/selectors/kontroll.py",
}
# A printed figure is read to be loaded, to be compared with, and to tell where it stands in the document.
LASER_TRYCKT = {
    "budget/models/belopp.py",
    "budget/models/__init__.py",
    "budget/actions/inlasning.py",
    "budget/actions/medfoljande.py",
    "budget/selectors/kontroll.py",
    "budget/selectors/balanskrav.py",
    "budget/selectors/samband.py",
    "budget/selectors/varifran.py",
    "budget/tabeller/regelkalla.py",
}


def _moduler():
    for app in APPAR:
        for fil in sorted((ROT / app).rglob("*.py")):
            if "migrations" not in fil.parts:
                yield str(fil.relative_to(ROT)), ast.parse(fil.read_text(encoding="utf-8"))


def _med_lage():
    """The modules that have the modes of the sums: others have something of their own by that name."""
    for fil, trad in _moduler():
        importer = [n for n in ast.walk(trad) if isinstance(n, ast.ImportFrom)]
        if any(
            n.module == "budget.selectors.summor" and "Lage" in {a.name for a in n.names} for n in importer
        ):
            assert all(a.asname is None for n in importer for a in n.names if a.name == "Lage"), fil
            yield fil, trad


def _tar_emot(trad):
    """(function, default) of each that takes a mode."""
    for nod in ast.walk(trad):
        if isinstance(nod, ast.FunctionDef):
            for a, forval in zip(nod.args.kwonlyargs, nod.args.kw_defaults, strict=True):
                if a.annotation and ast.unparse(a.annotation) == "Lage":
                    yield nod.name, forval and ast.unparse(forval)
            assert not [a for a in nod.args.args if a.annotation and ast.unparse(a.annotation) == "Lage"]


def test_vem_som_fragar_efter_annat_an_det_beslutade():
    fragar, vidare = defaultdict(set), set()
    for fil, trad in _med_lage():
        for nod in ast.walk(trad):
            if isinstance(nod, ast.Attribute) and isinstance(nod.value, ast.Name) and nod.value.id == "Lage":
                fragar[nod.attr].add(fil)
        if any(_tar_emot(trad)):
            vidare.add(fil)
    fragar.pop("BESLUTAT")
    assert dict(fragar) == FRAGAR
    assert vidare == GER_VIDARE
    # Nobody reaches a mode in another way: by its text, or through the module.
    for fil, trad in _moduler():
        if fil != "budget/selectors/summor.py":
            lagen = [
                k for n in ast.walk(trad) if isinstance(n, ast.Call) for k in n.keywords if k.arg == "lage"
            ]
            assert not [k for k in lagen if isinstance(k.value, ast.Constant)], fil
            assert "summor.Lage" not in ast.unparse(trad), fil


def test_den_som_ger_vidare_fragar_efter_det_beslutade_om_inget_sags():
    for fil, trad in _med_lage():
        assert {forval for _, forval in _tar_emot(trad)} <= {"Lage.BESLUTAT"}, fil


def test_vem_som_laser_tryckta_tal():
    laser = {
        fil
        for fil, trad in _moduler()
        if any(
            (isinstance(n, ast.Name) and n.id == "Kontrollsumma")
            or (isinstance(n, ast.ImportFrom) and any(a.name == "Kontrollsumma" for a in n.names))
            or (isinstance(n, ast.ClassDef) and n.name == "Kontrollsumma")
            for n in ast.walk(trad)
        )
    }
    assert laser <= LASER_TRYCKT
