from django.apps import AppConfig


class UppfoljningConfig(AppConfig):
    name = "uppfoljning"
    verbose_name = "Uppföljning"

    def ready(self):
        from regionskane import register
        from uppfoljning.actions.inlasning import las_in_exempel

        register.exempel(las_in_exempel)
