"""The Celery app. Settings are the CELERY_ names in regionskane.settings."""

import os
from pathlib import Path

from celery import Celery

from regionskane import filko

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regionskane.settings")

filko.registrera()
app = Celery("regionskane")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def _skapa_komappar(sender: Celery, **kwargs) -> None:
    # The filesystem broker creates no folders of its own, neither in the web process nor in the worker.
    for namn, mapp in sender.conf.broker_transport_options.items():
        if namn.endswith(("_folder", "_folder_in", "_folder_out")):
            Path(mapp).mkdir(parents=True, exist_ok=True)
