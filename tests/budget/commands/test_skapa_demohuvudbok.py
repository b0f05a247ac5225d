"""`manage.py skapa_demohuvudbok`: a marked file in each format that the readers take and `sie` reconciles."""

import json

import pytest
from django.core.management import CommandError, call_command

from budget.demo import MARKT, exempelhuvudbok
from budget.imports.oppna import oppna_huvudbok
from budget.management.commands import skapa_demohuvudbok


@pytest.mark.parametrize("format_", ["csv", "sie", "xlsx"])
def test_filen_ar_markt_och_gar_att_lasa(tmp_path, capsys, format_):
    fil = tmp_path / f"bok.{format_}"
    call_command(
        "skapa_demohuvudbok",
        "--ar",
        "2024",
        "--format",
        format_,
        "--rader",
        "0",
        "--fro",
        "1",
        "--ut",
        str(fil),
    )
    assert MARKT in capsys.readouterr().out
    with fil.open("rb") as innehall:
        rader = [r[1:] for r in oppna_huvudbok(innehall).alla_rader()]
    assert rader == [r[1:] for r in exempelhuvudbok(2024)]
    assert [f.name for f in tmp_path.iterdir()] == [fil.name]
    if format_ == "csv":
        assert fil.read_text(encoding="utf-8").startswith(f"{MARKT}: huvudbok 2024")
    if format_ == "sie":
        call_command("sie", str(fil), "--json")
        svar = json.loads(capsys.readouterr().out)
        assert (svar["typ"], svar["psaldo_tolkning"], svar["obalanserade"]) == ("4", "total", [])
        assert not [a for a in svar["anmarkningar"] if a["niva"] != "info"]
        assert MARKT.lower() in fil.read_text(encoding="cp437")


def test_fel_sags_och_lamnar_ingen_fil(tmp_path):
    fil = tmp_path / "bok.csv"
    for val, del_ in (
        (["--ar", "2019"], "2023–2026"),
        (["--ar", "2024", "--enhet", "XYZ"], "XYZ"),
        (["--ar", "2024", "--manader", "5", "3"], "månader"),
        (["--ar", "2024", "--rader", "-1"], "negativt"),
    ):
        with pytest.raises(CommandError, match=del_):
            call_command("skapa_demohuvudbok", "--format", "csv", "--ut", str(fil), *val)
    with pytest.raises(CommandError, match="går inte att skriva"):
        call_command(
            "skapa_demohuvudbok", "--ar", "2024", "--format", "csv", "--ut", str(tmp_path / "x" / "y")
        )
    assert not list(tmp_path.iterdir())


def test_det_som_tar_tid_sager_hur_langt_det_kommit(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(skapa_demohuvudbok, "SAG_TILL_EFTER", -1)
    fil = tmp_path / "bok.csv"
    call_command(
        "skapa_demohuvudbok", "--ar", "2024", "--format", "csv", "--rader", "60000", "--ut", str(fil)
    )
    ut, fel = capsys.readouterr()
    assert "50\u00a0000 rader, till och med 2024-" in fel
    assert "60\u00a0000 rader för 2024" in ut
