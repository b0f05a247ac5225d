from django.apps import AppConfig


class JobbConfig(AppConfig):
    name = "regionskane.jobb"
    label = "jobb"
    verbose_name = "Jobb"
