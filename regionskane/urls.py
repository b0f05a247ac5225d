from django.urls import include, path

from regionskane.halsa import halsa

handler403 = "organisation.views.nekad.fel403"
handler500 = "regionskane.fel.fel500"

urlpatterns = [
    path("halsa/", halsa, name="halsa"),
    path("jobb/", include("regionskane.jobb.urls")),
    path("api/v1/", include("budget.api")),
    path("api/v1/", include("indikatorer.api")),
    path("", include("organisation.urls")),
    path("", include("budget.urls")),
    path("", include("uppfoljning.urls")),
    path("", include("indikatorer.urls")),
]
