"""Who did it and why, handed to the database's history triggers for everything written meanwhile."""

from contextlib import contextmanager

import pghistory
from django.db import connection, transaction


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


def infor_manga_rader() -> None:
    """Say that many rows are about to be changed by one statement.

    The history's trigger joins the rows as they were with the rows as they became, and PostgreSQL plans that once for
    the connection. A plan made when one row was saved compares each of ten thousand with all the others.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
