from django.urls import path

from organisation import views

urlpatterns = [
    path("logga-in/", views.LoggaIn.as_view(), name="logga_in"),
    path("logga-ut/", views.LoggaUt.as_view(), name="logga_ut"),
    path("losenord/", views.BytLosenord.as_view(), name="byt_losenord"),
    path("losenord/klart/", views.LosenordBytt.as_view(), name="losenord_bytt"),
    path("tema/", views.tema, name="tema"),
    path("stil/", views.stil, name="stil"),
    path("tillganglighet/", views.tillganglighet, name="tillganglighet"),
    path("organisation/", views.organisation, name="organisation"),
]
