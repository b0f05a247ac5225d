"""Who did it and why, handed to the database's history triggers for everything written meanwhile."""

from contextlib import contextmanager

import pghistory
from django.db import transaction


@contextmanager
def andring(*, by, varfor: str = ""):
    """One transaction whose every write is recorded as made by `by` (None: the system) for `varfor`."""
    with (
        transaction.atomic(),
        pghistory.context(
            anvandare=by.pk if by else None,
            namn=str(by) if by else "Systemet",
            # Beside the name, which two people may share.
            anvandarnamn=by.get_username() if by else "",
            varfor=varfor.strip(),
        ),
    ):
        yield
