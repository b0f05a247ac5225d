"""The frame: settings, urls, jobs and the technical library. Nothing of the domain."""

# Every process that imports the project must find this app, or a task sent by a view reaches no broker.
from regionskane.celery import app as celery_app

__all__ = ["celery_app"]
