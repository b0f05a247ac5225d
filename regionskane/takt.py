"""Beat: sends what the schedule says, and shows that it lives.

It keeps nothing on disk. What it sends may be sent too often or late (each asks the database what there is to do), so
it needs not remember when it last did. Celery's own remembers in a dbm file, whose name and times follow the dbm that
Python happens to have.
"""

from contextlib import suppress

from celery.beat import Scheduler
from django.conf import settings

from regionskane import ko


class Schema(Scheduler):
    # Never connected: every message takes the door.
    producer = None

    def tick(self, *args, **kwargs):
        with suppress(OSError):  # a full disk shows in the health check, and does not end beat
            settings.BEAT_LEVER.parent.mkdir(parents=True, exist_ok=True)
            settings.BEAT_LEVER.touch()
        return super().tick(*args, **kwargs)

    def apply_async(self, entry, producer=None, advance=True, **kwargs):
        if advance:
            entry = self.reserve(entry)
        ko.skicka(self.app.tasks[entry.task], *entry.args, **entry.options)
