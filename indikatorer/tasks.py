"""The kinds of job of indikatorer, as the queue runs them."""

from django.template.loader import render_to_string
from django.urls import reverse

from indikatorer.actions import bilaga, inlasning
from indikatorer.actions.inlasning import InlasningsFel, Underlag
from indikatorer.selectors.bedomning import bedom_ar
from indikatorer.selectors.bibliotek import hamta_malomraden
from indikatorer.tabeller.bilaga import bygg_bilagans_handling, bygg_bilagediagram, for_manga
from organisation.permissions import Behorighet, Ratt
from regionskane.jobb.actions import spara_fil
from regionskane.jobb.slag import JobbFel, jobbslag
from regionskane.lib import pdf, xlsx
from regionskane.lib.visning import visa_handling

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _far_skriva(jobb) -> bool:
    # Which indikatorer is asked again when the rows are read.
    return bool(Behorighet(jobb.agare).omfang(Ratt.SKRIVA_MATNINGAR))


@jobbslag(inlasning.SLAG_LAS_IN, far=_far_skriva)
def las_in(jobb, rapportera):
    p = jobb.parametrar
    underlag = Underlag(p["sha256"], p["namn"], p["ursprung"], p.get("rakna_om", False))
    rapportera(10, "Läser in värdena")

    def spara():
        try:
            inlasning.ta_emot(underlag=underlag, avtryck=p["avtryck"], by=jobb.agare)
        except InlasningsFel as fel:
            raise JobbFel(str(fel)) from fel
        return jobb.get_absolute_url()

    return spara


@jobbslag(inlasning.SLAG_KOLADA, far=_far_skriva)
def hamta_kolada(jobb, rapportera):
    p = jobb.parametrar
    rapportera(10, "Hämtar från Kolada")
    try:
        innehall = inlasning.hamta_fran_kolada(
            klient=inlasning.koladaklient(),
            kpier=p["kpier"],
            omraden=p["omraden"],
            ar=p["ar"],
            by=jobb.agare,
        )
    except InlasningsFel as fel:
        raise JobbFel(str(fel)) from fel

    def spara():
        underlag = inlasning.behall_kolada(innehall=innehall, by=jobb.agare)
        spara_fil(jobb=jobb, namn=f"{underlag.namn}.json", typ="application/json", innehall=innehall)
        return f"{reverse('granska_matningar')}?jobb={jobb.pk}"

    return spara


def _far_exportera(jobb) -> bool:
    behorighet = Behorighet(jobb.agare)
    return behorighet.far(Ratt.LASA_INDIKATORER) and bool(behorighet.omfang(Ratt.EXPORTERA))


@jobbslag(bilaga.SLAG, far=_far_exportera)
def skapa_bilaga(jobb, rapportera):
    ar = jobb.parametrar["ar"]
    rapportera(10, "Bedömer målen")
    bedomda, malomraden = bedom_ar(ar), hamta_malomraden()
    if hinder := for_manga(bedomda):
        raise JobbFel(hinder)
    dokument = bygg_bilagans_handling(bedomda, malomraden, ar=ar, rot=jobb.parametrar["rot"])
    if not dokument.tabeller:
        raise JobbFel(f"Det finns varken mål eller värden för {ar}.")
    rapportera(30, "Skriver arbetsboken")
    bok = xlsx.skriv_handling(
        bygg_bilagans_handling(bedomda, malomraden, ar=ar, rot=jobb.parametrar["rot"], kallor=True)
    )
    rapportera(50, "Skriver PDF")
    diagram = bygg_bilagediagram(bedomda, malomraden, ar=ar, tryck=True)
    html = render_to_string("rapporter/handling.html", {"handling": visa_handling(dokument, diagram=diagram)})
    bifogad = pdf.Bilaga(f"{dokument.nyckel}.xlsx", bok, "Samma tabeller som arbetsbok")
    try:
        fil = pdf.skriv_handling(dokument, html=html, bilagor=(bifogad,))
    except pdf.PdfFel as fel:
        raise JobbFel(str(fel)) from fel

    def spara():
        spara_fil(jobb=jobb, namn=f"{dokument.nyckel}.pdf", typ="application/pdf", innehall=fil)
        spara_fil(jobb=jobb, namn=f"{dokument.nyckel}.xlsx", typ=XLSX, innehall=bok)
        return jobb.get_absolute_url()

    return spara
