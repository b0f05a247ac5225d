"""A question to the database that a visitor should not have to wait for: the web ends it, jobs and commands wait."""

from django.conf import settings
from django.db import connections

SQL_AVBRUTEN = "57014"  # query_canceled
TEXT = (
    "Frågan tog för lång tid och avbröts, så inget har sparats. Försök igen om en stund, eller med mindre i taget. "
    "Händer det igen: säg till driften."
)


def begransa_fragor() -> None:
    """Let no statement of this process's connections take longer than WEBBFRAGA_SEKUNDER. Called by the web's entry
    point only, before it makes any that it keeps."""
    if not settings.WEBBFRAGA_SEKUNDER:
        return
    tillval = connections.settings["default"].setdefault("OPTIONS", {})
    tillval["options"] = (
        f"{tillval.get('options', '')} -c statement_timeout={settings.WEBBFRAGA_SEKUNDER}s".strip()
    )


def ar_avbruten(fel: BaseException | None) -> bool:
    """Whether something stopped because the database ended a statement, whatever has been made of it on the way."""
    while fel is not None:
        if getattr(fel, "sqlstate", None) == SQL_AVBRUTEN:
            return True
        fel = fel.__cause__ or fel.__context__
    return False
