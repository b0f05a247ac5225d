"""What is said in the log."""

import logging


class NekatPaEnRad(logging.Filter):
    """What was refused is one line: how it came to be asked for says nothing, and anybody could fill a disk with it."""

    def filter(self, record):
        # Under «django.security» Django says what it did not even begin to answer: too many fields, an unknown host.
        if getattr(record, "status_code", None) == 403 or str(record.name).startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True
