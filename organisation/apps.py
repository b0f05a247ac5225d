from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class OrganisationConfig(AppConfig):
    name = "organisation"
    verbose_name = "Organisation"

    def ready(self):
        from organisation import gallring  # noqa: F401  (registers itself)
        from organisation.middleware import minns_inloggningen

        user_logged_in.connect(minns_inloggningen, dispatch_uid="organisation.minns_inloggningen")
