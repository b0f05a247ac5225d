from django.apps import AppConfig


class JobbConfig(AppConfig):
    name = "regionskane.jobb"
    label = "jobb"
    verbose_name = "Jobb"

    def ready(self):
        from regionskane.jobb import gallring  # noqa: F401  (registers itself)
