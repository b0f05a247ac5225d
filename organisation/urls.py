from django.urls import path

from organisation.views import anvandare, konto, loggar, notiser

urlpatterns = [
    path("logga-in/", konto.LoggaIn.as_view(), name="logga_in"),
    path("logga-ut/", konto.LoggaUt.as_view(), name="logga_ut"),
    path("losenord/", konto.BytLosenord.as_view(), name="byt_losenord"),
    path("losenord/klart/", konto.LosenordBytt.as_view(), name="losenord_bytt"),
    path("tema/", konto.tema, name="tema"),
    path("stil/", konto.stil, name="stil"),
    path("tillganglighet/", konto.tillganglighet, name="tillganglighet"),
    path("notiser/", notiser.notiser, name="notiser"),
    path("notiser/sedda/", notiser.alla_sedda, name="notiser_sedda"),
    path("notiser/<int:pk>/", notiser.oppna, name="notis"),
    path("organisation/", konto.organisation, name="organisation"),
    path("organisation/kontohandelser/", loggar.kontohandelser, name="kontohandelser"),
    path("organisation/nedladdningar/", loggar.nedladdningar, name="nedladdningar"),
    path("organisation/anvandare/ny/", anvandare.ny, name="ny_anvandare"),
    path("organisation/anvandare/<int:pk>/", anvandare.visa, name="anvandare"),
    path("organisation/anvandare/<int:pk>/losenord/", anvandare.losenord, name="anvandares_losenord"),
    path("organisation/anvandare/<int:pk>/roll/", anvandare.roll, name="ge_roll"),
    path("organisation/anvandare/<int:pk>/roll/<int:roll_pk>/", anvandare.ta_bort_roll, name="ta_roll"),
]
