"""The kinds of job of indikatorer, as the queue runs them."""

from indikatorer.actions import inlasning
from indikatorer.actions.inlasning import InlasningsFel, Underlag
from organisation.permissions import Behorighet, Ratt
from regionskane.jobb.actions import spara_fil
from regionskane.jobb.slag import JobbFel, jobbslag


def _far_skriva(jobb) -> bool:
    # Which indikatorer is asked again when the rows are read.
    return bool(Behorighet(jobb.agare).omfang(Ratt.SKRIVA_MATNINGAR))


@jobbslag(inlasning.SLAG_LAS_IN, far=_far_skriva)
def las_in(jobb, rapportera):
    p = jobb.parametrar
    underlag = Underlag(p["sha256"], p["namn"], p["ursprung"])
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
        return jobb.get_absolute_url()

    return spara
