"""What is said in the log."""

import logging


class NekatPaEnRad(logging.Filter):
    """What was refused is one line: how it came to be asked for says nothing, and anybody could fill a disk with it."""

    def filter(self, record):
        if getattr(record, "status_code", None) == 403:
            record.exc_info = record.exc_text = None
        return True
