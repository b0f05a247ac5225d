"""What an app adds to the commands `ladda_exempel`, `kontrollera` and `gallra`, and to the start of a web process, all
of which know only the apps below themselves.

An app registers its functions when it is ready. They are called in the order of INSTALLED_APPS, so that an app finds
what the apps that it imports have loaded.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connection

logg = logging.getLogger(__name__)

Laddare = Callable[[Path], int]

EXEMPEL: list[Laddare] = []
KONTROLLER: list[Callable[[], Iterable["Kontrollrad"]]] = []
VARMARE: list[Callable[[], None]] = []
GALLRING: dict[str, Callable[[bool], int]] = {}


@dataclass(frozen=True, slots=True)
class Kontrollrad:
    """One difference that `kontrollera` names. Figures are texts as they are shown; `slag` is «avrundning» or «fel».

    `differens` is printed minus computed, and empty where the two cannot be subtracted.
    """

    kod: str
    plats: str
    ar: int
    tryckt: str
    beraknat: str
    differens: str
    slag: str
    text: str
    kalla: str


def exempel(function: Laddare) -> Laddare:
    """Register `function(fixtures folder) -> how many are new`. Run in the transaction of `ladda_exempel`, after the
    figures of budget and before its users; safe to repeat."""
    EXEMPEL.append(function)
    return function


def kontroll(function):
    """Register `function() -> Kontrollrad …` for `kontrollera`. It changes nothing."""
    KONTROLLER.append(function)
    return function


def gallring(namn: str):
    """Register `function(prova) -> how many rows` under what they are called in Swedish.

    It takes away what has been kept for its time, and with `prova` only counts it. Safe to repeat, to stop in the
    middle, and to run twice at once.
    """

    def registrera(function):
        GALLRING[namn] = function
        return function

    return registrera


def varmare(function):
    """Register `function()` to be run when a web process starts, before its first request. It only reads."""
    VARMARE.append(function)
    return function


def varm_upp() -> None:
    """Run what is registered with `varmare`, and close the connection.

    A database that does not answer or is not migrated is logged, and the process starts all the same.
    """
    for function in VARMARE:
        try:
            function()
        except DatabaseError as fel:
            logg.warning(
                "%s.%s lät sig inte göra vid starten: %s", function.__module__, function.__name__, fel
            )
    connection.close()
