from django.urls import path

from budget.views import (
    balanskrav,
    brygga,
    finansiella_mal,
    ifyllnad,
    inmatning,
    jamforelse,
    justering,
    oversikt,
    tabeller,
    varifran,
    versioner,
)

VERSION = "budget/<int:ar>/<slug:kod>/"

# Fixed words come before the names of tables, which share their place in the address.
urlpatterns = [
    path("", oversikt.oversikt, name="oversikt"),
    path("budget/", tabeller.versioner, name="versioner"),
    path(VERSION, tabeller.version, name="version"),
    path(f"{VERSION}las/", versioner.las, name="las_version"),
    path(f"{VERSION}las-upp/", versioner.las_upp, name="las_upp_version"),
    path(f"{VERSION}kopiera/", versioner.kopiera, name="kopiera_version"),
    path(f"{VERSION}handling/", tabeller.skapa_handling, name="skapa_handling"),
    path(f"{VERSION}finansiella-mal/", finansiella_mal.finansiella_mal, name="finansiella_mal"),
    path(f"{VERSION}kontroll/", tabeller.kontroll, name="kontroll"),
    path(f"{VERSION}brygga/", brygga.brygga, name="brygga"),
    path(f"{VERSION}brygga/upprakning/", justering.rakna_upp, name="upprakning"),
    path(f"{VERSION}brygga/justering/ny/", justering.ny_justering, name="ny_justering"),
    path(f"{VERSION}brygga/justering/<int:pk>/", justering.justering, name="justering"),
    path(f"{VERSION}brygga/justering/<int:pk>/ta-bort/", justering.ta_bort, name="ta_bort_justering"),
    path(f"{VERSION}brygga/<slug:enhet>/", brygga.enhetsbrygga, name="enhetsbrygga"),
    path(f"{VERSION}ifyllnad/", ifyllnad.ifyllnad, name="ifyllnad"),
    path(f"{VERSION}ifyllnad/arbetsbok/", ifyllnad.ifyllnadsbok, name="ifyllnadsbok"),
    path(f"{VERSION}ifyllnad/<uuid:pk>/", ifyllnad.ta_emot_ifyllnad, name="ta_emot_ifyllnad"),
    path(f"{VERSION}ifyllnad/<uuid:pk>/fil/", ifyllnad.ifyllnadsfil, name="ifyllnadsfil"),
    path(f"{VERSION}jamfor/", jamforelse.jamfor, name="jamfor"),
    path(f"{VERSION}balanskrav/berakna/", balanskrav.berakna, name="berakna_balanskrav"),
    path(f"{VERSION}balanskrav/beslut/", balanskrav.beslut, name="balanskravsbeslut"),
    path(f"{VERSION}balanskrav/beslut/<int:pk>/ta-bort/", balanskrav.ta_bort, name="ta_bort_beslut"),
    path(
        f"{VERSION}varifran/<slug:uppstallning>/<slug:post>/<slug:omfang>/<int:artal>/",
        varifran.varifran,
        name="varifran",
    ),
    path(f"{VERSION}<slug:uppstallning>/", tabeller.tabell, name="tabell"),
    path(f"{VERSION}<slug:uppstallning>/inmatning/", inmatning.inmatning, name="inmatning"),
    path(f"{VERSION}<slug:uppstallning>/excel/", tabeller.excel, name="excel"),
]
