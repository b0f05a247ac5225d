from django.urls import path

from regionskane.jobb import views

urlpatterns = [
    path("<uuid:jobb_id>/", views.jobb, name="jobb"),
    path("<uuid:jobb_id>/igen/", views.kor_om, name="jobb_igen"),
    path("<uuid:jobb_id>/avbryt/", views.avbryt, name="jobb_avbryt"),
    path("<uuid:jobb_id>/filer/<str:namn>", views.fil, name="jobbfil"),
]
