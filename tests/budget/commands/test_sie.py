"""`manage.py sie FIL`: the contract of its JSON, its Swedish, and that no database is needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROT = Path(__file__).resolve().parents[3]
FIL = """#FLAGGA 0
#PROGRAM "Raindance" 7.1
#FORMAT PC8
#SIETYP 4
#RAR 0 20240101 20241231
#DIM 1 "Ansvar"
#KONTO 1910 "Kassa"
#KONTO 3010 "Försäljning"
#IB 0 1910 100.00
#UB 0 1910 180.00
#RES 0 3010 -80.00
#PSALDO 0 202401 3010 {} -30
#PSALDO 0 202401 3010 {1 "10"} -50
#VER A 1 20240115 "Bröd"
{
#TRANS 1910 {} 80.00
#TRANS 3010 {1 "10"} -80.00
}
#VER A 2 20240116 ""
{
#TRANS 1910 {} 1.50
#TRANS 1910 {} -1.00
}
"""


@pytest.fixture
def fil(tmp_path):
    plats = tmp_path / "bok.se"
    plats.write_bytes(FIL.replace("\n", "\r\n").encode("cp437"))
    return plats


def test_json_ar_som_avtalat(fil, capsys):
    call_command("sie", str(fil), "--json")
    assert json.loads(capsys.readouterr().out) == {
        "typ": "4",
        "program": "Raindance 7.1",
        "kodning": "CP437",
        "rader": 23,
        "konton": 2,
        "verifikationer": 2,
        "obalanserade": [{"rad": 19, "serie": "A", "nummer": "2", "datum": "2024-01-16", "differens": "0.50"}],
        "res": {"3010": "-80.00"},
        "psaldo_tolkning": "utan_objekt",
        "psaldo_summa": {"3010": "-80.00"},
        "anmarkningar": [
            {
                "niva": "fel", "rad": 19,
                "text": "Verifikation A 2 balanserar inte: raderna summerar till 0,50 i stället för noll.",
            },
            {
                "niva": "fel", "rad": 10,
                "text": "Konto 1910: transaktionerna summerar till 80,50 men #UB − #IB är 80,00.",
            },
            {
                "niva": "info", "rad": 12,
                "text": "#PSALDO med {} läses som delen utan objekt och läggs ihop med objekten, eftersom den "
                "läsningen stämmer mot #RES.",
            },
        ],
    }  # fmt: skip


def test_utan_json_en_svensk_sammanfattning(fil, capsys):
    call_command("sie", str(fil))
    assert capsys.readouterr().out.splitlines()[:6] == [
        "bok.se: SIE 4E, CP437",
        "Program: Raindance 7.1",
        "Räkenskapsår: 2024-01-01 till 2024-12-31",
        "23 rader, 2 konton, 2 verifikationer, 1 av dem i obalans",
        "#PSALDO med {}: delen utan objekt, som läggs ihop med objekten",
        "Anmärkningar:",
    ]


def test_det_som_inte_gar_att_oppna(tmp_path):
    with pytest.raises(CommandError, match=r"är en mapp, inte en fil\."):
        call_command("sie", str(tmp_path))
    with pytest.raises(CommandError, match=r"saknas\.se finns inte\."):
        call_command("sie", str(tmp_path / "saknas.se"))


def _kor(*argument, indata=None):
    env = {**os.environ, "DATABASE_URL": "postgres://ingen@127.0.0.1:1/finns-inte"}
    return subprocess.run(
        [sys.executable, "manage.py", "sie", *argument], cwd=ROT, env=env, input=indata, capture_output=True
    )


def test_kommandot_klarar_sig_utan_databas_och_laser_ett_ror(fil):
    svar = _kor("/dev/stdin", "--json", indata=fil.read_bytes())
    assert (svar.returncode, svar.stderr) == (0, b"")
    assert json.loads(svar.stdout)["res"] == {"3010": "-80.00"}


def test_inte_sie_slutar_med_ett_och_en_mening(tmp_path):
    plats = tmp_path / "fel.se"
    plats.write_text("<html><body>Logga in</body></html>")
    svar = _kor(str(plats), "--json")
    assert (svar.returncode, svar.stdout) == (1, b"")
    assert svar.stderr.decode().splitlines() == [
        "CommandError: Filen är en webbsida (HTML), troligen ett sparat felmeddelande. Hämta exporten på nytt."
    ]
