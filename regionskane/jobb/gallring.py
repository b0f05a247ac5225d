"""Gallring: what has been kept for its time is taken away. How long stands in settings, why in docs/drift.md.

Taken away in small transactions, so it can be stopped, repeated and run twice at once.
"""

import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from regionskane.jobb.actions import FORHAND, fil_plats, filerna
from regionskane.jobb.models import Jobb, Jobbfil, Jobbstatus
from regionskane.register import GALLRING, gallring

logg = logging.getLogger(__name__)

BUNT = 500
# A file that was written or found again so lately may be about to get a row: a preview is accepted within a day.
FILVILA = timedelta(days=2)


def gallra(*, prova: bool = False) -> dict[str, int]:
    """Take away everything that has been kept for its time, or with `prova` only count it: {what: how many}."""
    antal = {namn: function(prova) for namn, function in GALLRING.items()}
    if not prova and any(antal.values()):
        logg.info("Gallrade %s", ", ".join(f"{n} {namn}" for namn, n in antal.items() if n))
    return antal


def ta_bort(rader: QuerySet, prova: bool) -> int:
    """Take the rows away a few at a time, or only count them. Returns how many."""
    if prova:
        return rader.count()
    antal = 0
    for bunt in _buntar(rader):
        with transaction.atomic():
            pk = list(bunt.values_list("pk", flat=True))
            rader.model._base_manager.filter(pk__in=pk).delete()
        antal += len(pk)
    return antal


def _buntar(rader: QuerySet) -> Iterator[QuerySet]:
    """The rows in bunches, to be read in a transaction: locked, and without those that somebody else has."""
    alla = list(rader.order_by("pk").values_list("pk", flat=True))
    for i in range(0, len(alla), BUNT):
        yield rader.filter(pk__in=alla[i : i + BUNT]).select_for_update(skip_locked=True, of=("self",))


@gallring("avslutade sessioner")
def sessioner(prova: bool) -> int:
    return ta_bort(Session.objects.filter(expire_date__lt=timezone.now()), prova)


@gallring("rader om inloggningar")
def inloggningar(prova: bool) -> int:
    fore = timezone.now() - settings.GALLRA_INLOGGNINGAR
    tabeller = [m for m in apps.get_app_config("axes").get_models() if hasattr(m, "attempt_time")]
    return sum(ta_bort(m._base_manager.filter(attempt_time__lt=fore), prova) for m in tabeller)


@gallring("jobb")
def jobb(prova: bool) -> int:
    """Jobs that have ended and that nothing else refers to, with the files that only they have.

    The files go first. Stopped in between, the job is there still and goes the next time.
    """
    gamla = Jobb.objects.filter(
        status__in=(Jobbstatus.KLAR, Jobbstatus.FEL), klar_tid__lt=timezone.now() - settings.GALLRA_JOBB
    )
    for relation in Jobb._meta.related_objects:
        if relation.related_model is not Jobbfil:
            andra = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            gamla = gamla.exclude(Exists(andra))
    if prova:
        return gamla.count()
    antal, namnda = 0, None
    for bunt in _buntar(gamla):
        with transaction.atomic():
            pk = list(bunt.values_list("pk", flat=True))
            filer = set(Jobbfil.objects.filter(jobb__in=pk).values_list("sha256", flat=True))
            # And what they were to read, which nothing names if it was refused.
            filer |= set(
                Jobb.objects.filter(pk__in=pk, parametrar__has_key="sha256").values_list(
                    "parametrar__sha256", flat=True
                )
            )
            if filer and namnda is None:
                namnda = _namnda_i_historiken()
            unga = _ta_bort_filer(filer - namnda - _i_bruk(filer, pk)) if filer else set()
            bort = Jobb.objects.filter(pk__in=pk).exclude(filer__sha256__in=unga)
            antal += bort.count()
            bort.delete()
    return antal


@gallring("filer som bara förhandsgranskats")
def forhandsgranskade(prova: bool) -> int:
    """Files that were refused, or shown and never accepted. No row names them: those that one names lie elsewhere."""
    antal, grans = 0, time.time() - FILVILA.total_seconds()
    for fil in (Path(settings.EXPORT_DIR) / FORHAND).glob("*"):
        with suppress(FileNotFoundError):  # accepted, or taken away by another, just now
            if fil.stat().st_mtime < grans:
                antal += 1
                if not prova:
                    fil.unlink()
    return antal


def ta_bort_filer(filer: set[str], *, loggar: tuple = ()) -> None:
    """Take away those of the files that no row points at and no history names, but for rows of the models `loggar`.
    One that somebody has just come with again stays until the next time."""
    finns = {sha for sha in filer if fil_plats(sha).exists()}
    if finns:
        _ta_bort_filer(finns - _namnda_i_historiken() - _i_bruk(finns, [], loggar))


def _i_bruk(filer: set[str], jobb: list, loggar: tuple = ()) -> set[str]:
    """Which of the files any row points at, except the jobs' own. A log that tells which file it was does not, nor do
    `loggar`, models that are one for the asker."""
    funna = set(
        Jobb.objects.exclude(pk__in=jobb)
        .filter(parametrar__sha256__in=filer)
        .values_list("parametrar__sha256", flat=True)
    )
    for modell in apps.get_models():
        if modell in loggar or getattr(modell, "bara_logg", False):
            continue
        if any(f.name == "sha256" for f in modell._meta.get_fields()):
            rader = modell._base_manager.filter(sha256__in=filer)
            if modell is Jobbfil:
                rader = rader.exclude(jobb__in=jobb)
            funna.update(rader.values_list("sha256", flat=True))
    return funna


def _namnda_i_historiken() -> set[str]:
    """Files that the history names as the source of figures. Measurements have no other trace of theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            # All of them: a file's name stands there too, and its sender may have called it anything.
            "SELECT DISTINCT sha[1] FROM pghistory_context,"
            " regexp_matches(metadata ->> 'varfor', 'SHA-256 ([0-9a-f]{64})', 'g') AS sha"
            " WHERE metadata ->> 'varfor' LIKE '%SHA-256 %'"
        )
        return {sha for (sha,) in cursor.fetchall()}


def _ta_bort_filer(filer: set[str]) -> set[str]:
    """Take the files away, and return those that stay for now, because somebody has just come with the same."""
    unga = set()
    grans = time.time() - FILVILA.total_seconds()
    for sha in filer:
        with filerna(fcntl.LOCK_EX):
            plats = fil_plats(sha)
            if plats.exists() and plats.stat().st_mtime > grans:
                unga.add(sha)
            else:
                plats.unlink(missing_ok=True)
    return unga
