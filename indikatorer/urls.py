from django.urls import path

from indikatorer.views import bibliotek, bilaga, definition, indikator, inlasning, matningar, oversikt

ROT = "indikatorer/"
EN = f"{ROT}<slug:kod>/"

urlpatterns = [
    path(ROT, bibliotek.bibliotek, name="indikatorer"),
    path(f"{ROT}exportera/", bilaga.exportera, name="indikatorexport"),
    path(f"{ROT}ny/", definition.ny, name="ny_indikator"),
    path(f"{ROT}las-in/", inlasning.las_in, name="las_in_matningar"),
    path(f"{ROT}las-in/bibliotek/", inlasning.las_in_bibliotek, name="las_in_bibliotek"),
    path(f"{ROT}las-in/kolada/", inlasning.hamta_kolada, name="hamta_kolada"),
    path(f"{ROT}las-in/granska/", inlasning.granska, name="granska_matningar"),
    path(f"{ROT}<int:ar>/oversikt/", oversikt.oversikt, name="indikatoroversikt"),
    path(f"{ROT}<int:ar>/bilaga/", bilaga.bilaga, name="indikatorbilaga"),
    path(f"{ROT}<int:ar>/bilaga/excel/", bilaga.excel, name="indikatorbilaga_excel"),
    path(f"{ROT}<int:ar>/bilaga/handling/", bilaga.handling, name="indikatorbilaga_handling"),
    path(EN, indikator.indikator, name="indikator"),
    path(f"{EN}andra/", definition.andra, name="andra_indikator"),
    path(f"{EN}mal/", definition.malniva, name="malniva"),
    path(f"{EN}matningar/", matningar.matningar, name="matningar"),
    path(f"{EN}varifran/<int:pk>/", indikator.matning, name="matning"),
    path(f"{EN}varifran/<int:pk>/aterstall/<int:handelse>/", matningar.aterstall, name="aterstall_matning"),
]
