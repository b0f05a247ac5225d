from django.apps import AppConfig


class IndikatorerConfig(AppConfig):
    name = "indikatorer"
    verbose_name = "Indikatorer"

    def ready(self):
        # The kinds of job register themselves when their module is read.
        from indikatorer import tasks  # noqa: F401
        from indikatorer.imports.exempel import ladda
        from indikatorer.selectors.arsbild import bered_senaste_aret
        from indikatorer.tabeller.kontroll import kontrollera_indikatorer
        from regionskane.register import exempel, kontroll, varmare

        exempel(ladda)
        kontroll(kontrollera_indikatorer)
        varmare(bered_senaste_aret)
