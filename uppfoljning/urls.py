from django.urls import path

from uppfoljning.views import kalender, malplan

urlpatterns = [
    path("uppfoljning/", kalender.kalender, name="uppfoljning"),
    path("uppfoljning/<int:ar>/kalender/excel/", kalender.kalender_excel, name="kalender_excel"),
    path("uppfoljning/<int:ar>/plan/", malplan.malplan, name="malplan"),
    path("uppfoljning/<int:ar>/plan/excel/", malplan.malplan_excel, name="malplan_excel"),
    path("uppfoljning/<int:ar>/styrkort/<slug:kod>/", malplan.styrkort, name="styrkort"),
    path("uppfoljning/<int:ar>/styrkort/<slug:kod>/excel/", malplan.styrkort_excel, name="styrkort_excel"),
]
