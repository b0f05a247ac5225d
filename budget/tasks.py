"""The budget's kinds of job, as the queue runs them."""

import logging
import tempfile
from pathlib import Path

from django.template.loader import render_to_string
from django.urls import reverse

from budget.actions import balanskrav, handling, utfall, utfallsexport
from budget.actions.paminnelse import paminn_om_delar
from budget.actions.utfallsexport import Form, bestallt_filter
from budget.exports.huvudbok_csv import CSV, skriv_csv
from budget.models import Budgetversion, Utfallsfil
from budget.selectors.huvudbok import strom_rader, summera_rader
from budget.selectors.utfall import arsperiod, far_lasa_rader
from budget.selectors.utfallsfiler import far_importera
from budget.tabeller.handling import bygg_handling
from budget.tabeller.jamforelse import Jamforelseval, bygg_jamforelsehandling
from budget.tabeller.utfall import RADFALT, radfalt, radnamn, radnoter
from organisation.permissions import Behorighet, Ratt
from regionskane.celery import app
from regionskane.jobb.actions import skriv_strom, spara_fil
from regionskane.jobb.models import Jobbfil
from regionskane.jobb.slag import JobbFel, jobbslag
from regionskane.lib import pdf, xlsx
from regionskane.lib.belopp import formatera
from regionskane.lib.tabell import Handling
from regionskane.lib.visning import visa_handling
from regionskane.lib.xlsx_rader import FLEST_RADER, ForMangaRader, skriv_rader

logg = logging.getLogger(__name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@app.task
def paminn():
    """Remind the nämnder of their parts; beat asks every hour, and each is reminded once a day."""
    if antal := paminn_om_delar():
        logg.info("Påminde om %s delar", antal)


def _far_exportera_rader(jobb) -> bool:
    filter_ = bestallt_filter(jobb)
    if filter_ is None:
        return False
    behorighet, av, ar = Behorighet(jobb.agare), filter_.urval.avgransning, filter_.urval.ar
    far = behorighet.urval(Ratt.EXPORTERA, last=False, period=arsperiod(av.ar or ar))
    return all(e in far for e in av.enheter) and far_lasa_rader(behorighet, av, ar)


@jobbslag(utfallsexport.SLAG, far=_far_exportera_rader)
def skriv_utfallsrader(jobb, rapportera):
    filter_ = bestallt_filter(jobb)
    rapportera(5, "Räknar raderna")
    summa = summera_rader(filter_)
    if jobb.parametrar.get("form") == Form.CSV:
        rapportera(20, f"Skriver {formatera(summa.antal)} rader")
        sha, storlek = skriv_strom(text.encode() for text in skriv_csv(filter_))

        def spara_csv():
            namn = f"{radnamn(filter_)}.csv"
            Jobbfil.objects.create(jobb=jobb, namn=namn, typ=CSV, sha256=sha, storlek=storlek)
            return jobb.get_absolute_url()

        return spara_csv
    for_manga = JobbFel(
        f"Fler än {formatera(FLEST_RADER)} rader får inte plats i Excel. Beställ dem som CSV."
    )
    if summa.antal > FLEST_RADER:
        raise for_manga
    rapportera(20, f"Skriver {formatera(summa.antal)} rader")
    with tempfile.TemporaryDirectory() as mapp:
        plats = Path(mapp) / "rader.xlsx"
        try:
            skriv_rader(
                plats,
                blad="Rader",
                noter=radnoter(filter_, summa),
                huvud=RADFALT,
                rader=map(radfalt, strom_rader(filter_)),
                flest=FLEST_RADER,
            )
        except ForMangaRader as fel:  # read in since they were counted
            raise for_manga from fel
        innehall = plats.read_bytes()

    def spara():
        namn = f"{radnamn(filter_)}.xlsx"
        spara_fil(jobb=jobb, namn=namn, typ=XLSX, innehall=innehall)
        return jobb.get_absolute_url()

    return spara


def _far_berakna(jobb) -> bool:
    return Behorighet(jobb.agare).far(Ratt.BERAKNA_BALANSKRAV)


def _far_exportera(jobb) -> bool:
    """In every version that the document shows figures of."""
    bestallt = handling.bestallt_urval(jobb)
    for namn in {"version", "mot"} & jobb.parametrar.keys():
        version = Budgetversion.objects.get(pk=jobb.parametrar[namn])
        nu = Behorighet(jobb.agare).urval(Ratt.EXPORTERA, last=version.last, period=version.period)
        if not (nu.allt or (not bestallt.allt and bool(bestallt) and bestallt.enheter <= nu.enheter)):
            return False
    return True


@jobbslag(balanskrav.SLAG, far=_far_berakna)
def berakna_balanskrav(jobb, rapportera):
    version = Budgetversion.objects.get(pk=jobb.parametrar["version"])
    underlag, resultat = balanskrav.berakna_utredning(version=version, rapportera=rapportera)

    def spara():
        balanskrav.spara_utredning(version=version, underlag=underlag, resultat=resultat, jobb=jobb)
        return reverse("tabell", args=[version.ar, version.kod, "balanskrav"])

    return spara


@jobbslag(handling.SLAG, far=_far_exportera)
def skapa_handling(jobb, rapportera):
    version = Budgetversion.objects.get(pk=jobb.parametrar["version"])
    urval = handling.bestallt_urval(jobb)
    rapportera(10, "Samlar tabellerna")
    dokument = bygg_handling(
        version, urval, bara=jobb.parametrar["bara"], rot=jobb.parametrar["rot"], bifogas=True
    )
    if not dokument.tabeller:
        raise JobbFel(f"{version.namn} har inga tabeller att skriva ut ännu.")
    return _skriv(jobb, dokument, rapportera)


@jobbslag(handling.JAMFORELSE, far=_far_exportera)
def skapa_jamforelse(jobb, rapportera):
    p = jobb.parametrar
    version, mot = (Budgetversion.objects.get(pk=p[namn]) for namn in ("version", "mot"))
    rapportera(10, "Jämför versionerna")
    val = Jamforelseval(version, mot, p["ar"], p["mot_ar"])
    return _skriv(jobb, bygg_jamforelsehandling(val, handling.bestallt_urval(jobb), rot=p["rot"]), rapportera)


def _skriv(jobb, dokument: Handling, rapportera):
    """Write a document as workbook and PDF, the one inside the other; returns what saves them."""
    rapportera(30, "Skriver arbetsboken")
    bok = xlsx.skriv_handling(dokument)
    rapportera(50, "Skriver PDF")
    html = render_to_string("rapporter/handling.html", {"handling": visa_handling(dokument)})
    bilaga = pdf.Bilaga(f"{dokument.nyckel}.xlsx", bok, "Samma tabeller som arbetsbok")
    try:
        fil = pdf.skriv_handling(dokument, html=html, bilagor=(bilaga,))
    except pdf.PdfFel as fel:
        raise JobbFel(str(fel)) from fel

    def spara():
        spara_fil(jobb=jobb, namn=f"{dokument.nyckel}.pdf", typ="application/pdf", innehall=fil)
        spara_fil(jobb=jobb, namn=f"{dokument.nyckel}.xlsx", typ=XLSX, innehall=bok)
        return jobb.get_absolute_url()

    return spara


def _far_lasa_in(jobb) -> bool:
    return far_importera(jobb.agare, Utfallsfil.objects.get(pk=jobb.parametrar["fil"]).namnd_id)


@jobbslag(utfall.SLAG, far=_far_lasa_in)
def las_in_utfall(jobb, rapportera):
    fil = Utfallsfil.objects.get(pk=jobb.parametrar["fil"])

    def spara():
        # All of it here: lines, what they replace and «klar» are one transaction.
        utfall.las_in(fil=fil, by=jobb.agare, rapportera=rapportera)
        return reverse("utfallsfil", args=[fil.pk])

    return spara
