"""LibreOffice as somebody sits in it: opens a workbook, writes in cells, saves it as Excel."""

import os
import re
import shutil
import signal
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

_MODUL = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
{kod}
</script:module>
"""
_KOD = """
Sub Fyll
  Dim dold(0) As New com.sun.star.beans.PropertyValue
  dold(0).Name = "Hidden"
  dold(0).Value = True
  bok = StarDesktop.loadComponentFromURL("{in_}", "_blank", 0, dold())
{rader}
  bok.calculateAll()
  Dim som(0) As New com.sun.star.beans.PropertyValue
  som(0).Name = "FilterName"
  som(0).Value = "{filter}"
  bok.storeToURL("{ut}", som())
  bok.close(True)
End Sub
"""


def _soffice() -> str:
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice saknas. Kör: apt-get install -y --no-install-recommends libreoffice-calc"
    return soffice


def _utan_varden(bok: bytes, plats) -> None:
    with zipfile.ZipFile(BytesIO(bok)) as fran, zipfile.ZipFile(plats, "w") as till:
        for namn in fran.namelist():
            data = fran.read(namn)
            if namn.startswith("xl/worksheets/"):
                data = re.sub(rb"(<f>[^<]*</f>)<v>[^<]*</v>", rb"\1", data)
            till.writestr(namn, data)


def rakna_om(bocker: dict[str, bytes], mapp) -> dict[str, bytes]:
    """The workbooks with what LibreOffice makes of their formulas, which hold no values when it opens them."""
    soffice = _soffice()
    for namn, bok in bocker.items():
        _utan_varden(bok, mapp / f"{namn}.xlsx")
    kommando = [
        soffice,
        f"-env:UserInstallation={(mapp / 'profil').as_uri()}",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    filer = [mapp / f"{namn}.xlsx" for namn in bocker]
    subprocess.run([*kommando, "--outdir", mapp / "ut", *filer], check=True, capture_output=True, timeout=300)
    return {namn: (mapp / "ut" / f"{namn}.xlsx").read_bytes() for namn in bocker}


class Kontor:
    """One LibreOffice profile in a folder of the test."""

    def __init__(self, mapp: Path) -> None:
        self.mapp = mapp
        self._kommando = [_soffice(), f"-env:UserInstallation={(mapp / 'profil').as_uri()}", "--headless"]
        # The first start makes the profile, and its empty macro module with it.
        self._kor("--terminate_after_init")

    def _kor(self, *argument: str) -> None:
        kontor = subprocess.Popen(
            [*self._kommando, *argument],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            assert kontor.wait(120) == 0
        except subprocess.TimeoutExpired:
            # An error in the macro asks on a screen that is not there; the wrapper's child must go too.
            os.killpg(kontor.pid, signal.SIGKILL)
            raise

    def fyll_i(
        self, innehall: bytes, celler: list[tuple[str, str, object]], filter_="Calc MS Excel 2007 XML"
    ) -> bytes:
        """The workbook with the cells (sheet, cell, number, "=formula", text or None) written in it."""
        in_, ut = self.mapp / "in.xlsx", self.mapp / "ut"
        in_.write_bytes(innehall)
        ut.unlink(missing_ok=True)
        rader = "\n".join(map(_rad, celler))
        kod = _KOD.format(in_=in_.as_uri(), ut=ut.as_uri(), rader=rader, filter=filter_)
        modul = self.mapp / "profil" / "user" / "basic" / "Standard" / "Module1.xba"
        modul.write_text(_MODUL.format(kod=escape(kod)), encoding="utf-8")
        self._kor("macro:///Standard.Module1.Fyll")
        return ut.read_bytes()


def _rad(cell: tuple[str, str, object]) -> str:
    blad, ruta, vad = cell
    if vad is None:
        skriv = 'setString("")'
    elif isinstance(vad, str):
        skriv = f'setFormula("{vad}")' if vad.startswith("=") else f'setString("{vad}")'
    else:
        skriv = f"setValue({vad})"
    return f'  bok.Sheets.getByName("{blad}").getCellRangeByName("{ruta}").{skriv}'
