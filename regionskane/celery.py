"""The Celery app. Settings are the CELERY_ names in regionskane.settings."""

import os

from celery import Celery

from regionskane import filko

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regionskane.settings")

filko.registrera()
app = Celery("regionskane")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
