from django.apps import AppConfig


class IndikatorerConfig(AppConfig):
    name = "indikatorer"
    verbose_name = "Indikatorer"

    def ready(self):
        from indikatorer.imports.exempel import ladda
        from regionskane.register import exempel

        exempel(ladda)
