"""Starting, running and recovering jobs."""

import fcntl
import hashlib
import logging
import os
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from regionskane import disk, ko
from regionskane.jobb.models import Jobb, Jobbfil, Jobbstatus
from regionskane.jobb.slag import SLAG, Avbrutet, JobbFel, far_anvanda

log = logging.getLogger(__name__)

FLEST_FORSOK, FLEST_VANTANDE = 3, 20
# A queued message that has not been picked up within this time is taken to be lost and sent again.
KOTID = timedelta(seconds=30)
# No file is written for so long.
HALVFARDIG_LEVER = timedelta(days=1)
FORHAND = "forhand"
AVBRUTET = "Avbrutet av dig. Inget har sparats."
FOR_LANGE = (
    f"Arbetet tog längre tid än {settings.TASK_TIME_LIMIT // 60} minuter och stoppades. Inget har sparats. "
    "Dela upp det i mindre delar."
)


class ForMangaJobb(PermissionDenied):
    """The user has as many unfinished jobs as one may have. `str()` is a sentence for the user."""

    rubrik = "Du har för många jobb på gång"


def starta_jobb(*, slag: str, titel: str, parametrar: dict, by) -> Jobb:
    """Put a job in the queue when the surrounding transaction commits.

    A queue that cannot be reached then is no error: the job is saved, and waits for `aterstall_avbrutna`. The same job
    that the user has in the queue already is given back instead of another. Raises ForMangaJobb when the user has
    FLEST_VANTANDE unfinished: there is one worker for all.
    """
    if by is not None:
        egna = Jobb.objects.filter(agare=by)
        likadant = egna.filter(
            status=Jobbstatus.KOAD, avbryts=False, slag=slag, parametrar=parametrar
        ).first()
        if likadant:
            return likadant
        _krav_pa_plats(by)
    jobb = Jobb.objects.create(slag=slag, titel=titel, parametrar=parametrar, agare=by)
    _skicka(jobb)
    return jobb


def _krav_pa_plats(agare) -> None:
    if (
        Jobb.objects.filter(agare=agare, status__in=(Jobbstatus.KOAD, Jobbstatus.KORS)).count()
        >= FLEST_VANTANDE
    ):
        raise ForMangaJobb(
            f"Du har redan {FLEST_VANTANDE} jobb som väntar eller körs, och fler tas inte emot. Vänta tills något "
            "är klart, eller avbryt något på dess sida."
        )


def kor_om_jobb(*, jobb: Jobb) -> None:
    """Queue a failed job again. Does nothing to a job that has not failed. Raises ForMangaJobb as `starta_jobb`."""
    if jobb.agare_id and jobb.status == Jobbstatus.FEL:
        _krav_pa_plats(jobb.agare_id)
    andrade = Jobb.objects.filter(pk=jobb.pk, status=Jobbstatus.FEL).update(
        status=Jobbstatus.KOAD, andel=0, steg="", fel="", forsok=0, avbryts=False,
        skapad=timezone.now(), skickad=None,
    )  # fmt: skip
    if andrade:
        _skicka(jobb)


def avbryt_jobb(*, jobb: Jobb) -> None:
    """Ask a job to stop. One in the queue never begins; one that runs ends at its next report, or at once when it
    waits for a long statement in the database. Does nothing to a job that has ended."""
    with transaction.atomic():
        if not Jobb.objects.filter(pk=jobb.pk, status__in=(Jobbstatus.KOAD, Jobbstatus.KORS)).update(
            avbryts=True
        ):
            return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database() AND state = 'active'",
            [_programnamn(jobb.pk)],
        )


def _skicka(*jobb):
    from regionskane.jobb.tasks import kor

    def i_kon():
        for det in jobb:
            if not ko.skicka(kor, str(det.pk)):
                return  # the others would wait for it as long
            Jobb.objects.filter(pk=det.pk).update(skickad=timezone.now())

    transaction.on_commit(i_kon)


@contextmanager
def _ensam(jobb_id):
    """Hold the job's advisory lock. The database drops it by itself if this process dies."""
    nyckel = int.from_bytes(hashlib.sha256(str(jobb_id).encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [nyckel])
        fick = cursor.fetchone()[0]
    try:
        yield fick
    finally:
        if fick and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [nyckel])


def kor_jobb(jobb_id: str) -> None:
    """Run a job to its end unless it is done already or another worker has it."""
    with _ensam(jobb_id) as fick:
        if not fick:
            return
        jobb = Jobb.objects.select_related("agare").filter(pk=jobb_id).first()
        if jobb is None or jobb.slut:
            return  # an old message: the job is cleared away, done, or has failed and nobody has asked for it again
        if jobb.forsok >= FLEST_FORSOK:
            _ge_upp(jobb)
            return
        if not far_anvanda(jobb):
            _misslyckas(jobb, "Du har inte längre rätt att göra det här.")
            return
        if jobb.avbryts:
            _misslyckas(jobb, AVBRUTET)
            return
        jobb.forsok += 1
        _uppdatera(jobb, status=Jobbstatus.KORS, forsok=jobb.forsok, andel=0, steg="Startar")
        try:
            with _rapport(jobb) as rapportera:
                spara = SLAG[jobb.slag](jobb, rapportera)
                with transaction.atomic():
                    url = spara()
                    _uppdatera(
                        jobb,
                        status=Jobbstatus.KLAR,
                        andel=100,
                        steg="",
                        resultat_url=url,
                        klar_tid=timezone.now(),
                    )
        except SoftTimeLimitExceeded:
            log.error("Jobbet %s (%s) tog längre tid än det får", jobb.pk, jobb.slag)
            if not connection.in_atomic_block:
                connection.close()  # it may have been stopped in the middle of a conversation
            _misslyckas(jobb, FOR_LANGE)
        except JobbFel as fel:
            _misslyckas(jobb, disk.TEXT if disk.ar_full(fel) else str(fel))
        except Exception as fel:
            if disk.ar_full(fel):
                log.error("Jobbet %s (%s) stoppades av en full disk: %s", jobb.pk, jobb.slag, fel)
                _misslyckas(jobb, disk.TEXT)
                return
            if Jobb.objects.filter(pk=jobb.pk, avbryts=True).exists():
                _misslyckas(jobb, AVBRUTET)  # a statement that was cancelled
                return
            if _tappad(fel):
                log.warning("Jobbet %s (%s) tappade databasen och körs igen", jobb.pk, jobb.slag)
                _skicka(jobb)
                return
            log.exception("Jobbet %s (%s) misslyckades", jobb.pk, jobb.slag)
            _misslyckas(
                jobb,
                "Ett oväntat fel stoppade arbetet och inget har sparats. Försök igen. "
                f"Händer det igen, ange jobbets nummer för driften: {jobb.pk}.",
            )


def _programnamn(jobb_id) -> str:
    return f"jobb {jobb_id}"


@contextmanager
def _rapport(jobb):
    """`rapportera(procent, steg)`, which is seen at once, in the middle of a transaction too.

    Inside one it writes over a connection of its own. The job's connection bears its name meanwhile, so that what it
    waits for can be cancelled.
    """
    egen = None

    def rapportera(andel: int, steg: str) -> None:
        nonlocal egen
        jobb.andel, jobb.steg = andel, steg
        if connection.in_atomic_block and egen is None:
            egen = connection.copy()
        with (egen or connection).cursor() as cursor:
            cursor.execute(
                "UPDATE jobb_jobb SET andel = %s, steg = %s WHERE id = %s RETURNING avbryts",
                [andel, steg[:200], jobb.pk],
            )
            if (rad := cursor.fetchone()) and rad[0]:
                raise Avbrutet(AVBRUTET)

    _namnge(_programnamn(jobb.pk))
    try:
        yield rapportera
    finally:
        if egen is not None:
            egen.close()
        if not connection.in_atomic_block and connection.connection and not connection.connection.closed:
            _namnge("")


def _namnge(namn: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, false)", [namn])


def _tappad(fel: Exception) -> bool:
    """Whether the work stopped because the connection to the database was lost: told by the error, since Django has
    already made a new one."""
    if not isinstance(fel, OperationalError | InterfaceError):
        return False
    kod = getattr(fel.__cause__, "sqlstate", None)  # none: the connection itself, not the server, failed
    return kod is None or kod.startswith("08") or kod in ("57P01", "57P02", "57P03")


def _uppdatera(jobb, **falt):
    for namn, varde in falt.items():
        setattr(jobb, namn, varde)
    Jobb.objects.filter(pk=jobb.pk).update(**falt)


def _misslyckas(jobb, text):
    _uppdatera(jobb, status=Jobbstatus.FEL, fel=text, steg="", klar_tid=timezone.now())


def _ge_upp(jobb):
    _misslyckas(jobb, f"Arbetet avbröts {jobb.forsok} gånger och har stoppats. Försök igen senare.")


def aterstall_avbrutna() -> int:
    """Queue again every job whose worker died or whose message was lost. Returns how many.

    Takes away half-written files too, of processes that were killed while they wrote.
    """
    _stada_halvfardiga()
    att_skicka = []
    kors = Jobb.objects.filter(status=Jobbstatus.KORS)
    glomda = Jobb.objects.filter(status=Jobbstatus.KOAD, skapad__lt=timezone.now() - KOTID)
    for jobb in kors.union(glomda):
        with _ensam(jobb.pk) as fick:
            if not fick:
                continue
            jobb.refresh_from_db()
            if jobb.slut:
                continue
            if jobb.forsok >= FLEST_FORSOK:
                _ge_upp(jobb)
                continue
        att_skicka.append(jobb)
    _skicka(*att_skicka)
    return len(att_skicka)


def _stada_halvfardiga():
    gamla = time.time() - HALVFARDIG_LEVER.total_seconds()
    for fil in Path(settings.EXPORT_DIR).glob("*.tmp"):
        # Another process may have moved it meanwhile.
        with suppress(FileNotFoundError):
            if fil.stat().st_mtime < gamla:
                fil.unlink()


def spara_fil(*, jobb: Jobb, namn: str, typ: str, innehall: bytes) -> Jobbfil:
    """Keep a file made by a job, under its SHA-256."""
    sha = skriv_fil(innehall)
    return Jobbfil.objects.create(jobb=jobb, namn=namn, typ=typ, sha256=sha, storlek=len(innehall))


def skriv_fil(innehall: bytes) -> str:
    """Keep content on disk and return its SHA-256. The same content is the same file."""
    return skriv_strom([innehall])[0]


def skriv_forhand(innehall: bytes) -> str:
    """As `skriv_fil` for what is to be previewed: it is cleared some days later unless somebody calls `behall`."""
    return skriv_strom([innehall], forhandsplats)[0]


def behall(sha256: str) -> None:
    """Keep what was written by `skriv_forhand` for good: somebody has accepted it, and a row is about to name it.

    What is kept already counts as written now, so it is not cleared before the row is there. Raises FileNotFoundError.
    """
    plats = fil_plats(sha256)
    plats.parent.mkdir(parents=True, exist_ok=True)
    with filerna(fcntl.LOCK_SH):
        try:
            forhandsplats(sha256).replace(plats)
        except FileNotFoundError:
            os.utime(plats)


def skriv_strom(block: Iterable[bytes], dit: Callable[[str], Path] | None = None) -> tuple[str, int]:
    """As `skriv_fil` for content that comes in pieces, which are never held together: (SHA-256, bytes). `dit` is where
    a file with that SHA-256 lies, when it is not among those that are kept."""
    rot = Path(settings.EXPORT_DIR)
    rot.mkdir(mode=0o700, parents=True, exist_ok=True)  # drafts of all nämnder
    halvfardig = rot / f"{uuid.uuid4()}.tmp"
    summa, storlek = hashlib.sha256(), 0
    try:
        with halvfardig.open("xb") as ut:
            for del_ in block:
                ut.write(del_)
                summa.update(del_)
                storlek += len(del_)
            ut.flush()
            os.fsync(ut.fileno())
        plats = (dit or fil_plats)(summa.hexdigest())
        plats.parent.mkdir(parents=True, exist_ok=True)
        with filerna(fcntl.LOCK_SH):
            # Also over the same content: a new file, that is not cleared before its row is written.
            halvfardig.replace(plats)
    finally:
        halvfardig.unlink(missing_ok=True)
    return summa.hexdigest(), storlek


@contextmanager
def filerna(las: int):
    """Hold the kept files: LOCK_SH while one is put in its place, LOCK_EX while one is taken away."""
    rot = Path(settings.EXPORT_DIR)
    rot.mkdir(mode=0o700, parents=True, exist_ok=True)  # drafts of all nämnder
    with (rot / "las").open("ab") as fil:
        fcntl.flock(fil, las)
        yield


def fil_plats(sha256: str) -> Path:
    """Where a kept file lies on disk."""
    return Path(settings.EXPORT_DIR) / sha256[:2] / sha256


def forhandsplats(sha256: str) -> Path:
    """Where a file lies that is only previewed."""
    return Path(settings.EXPORT_DIR) / FORHAND / sha256


def lasbar_plats(sha256: str) -> Path:
    """Where a file lies that is kept or previewed."""
    forhand = forhandsplats(sha256)
    return forhand if forhand.exists() else fil_plats(sha256)
