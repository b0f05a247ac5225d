from django.apps import AppConfig


class IndikatorerConfig(AppConfig):
    name = "indikatorer"
    verbose_name = "Indikatorer"

    def ready(self):
        from indikatorer.imports.exempel import ladda
        from indikatorer.tabeller.kontroll import kontrollera_indikatorer
        from regionskane.register import exempel, kontroll

        exempel(ladda)
        kontroll(kontrollera_indikatorer)
