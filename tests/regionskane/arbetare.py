"""A real worker on the test database, in a session of its own that ends with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import connection


def databasadress() -> str:
    """DATABASE_URL of the test database."""
    db = connection.settings_dict
    konto = f"{db['USER']}:{db['PASSWORD'] or 'x'}"
    if str(db["HOST"]).startswith("/"):
        port = f"&port={db['PORT']}" if db["PORT"] else ""
        return f"postgres://{konto}@/{db['NAME']}?host={db['HOST']}{port}"
    return f"postgres://{konto}@{db['HOST'] or 'localhost'}:{db['PORT'] or 5432}/{db['NAME']}"


def starta(redis: str = "") -> subprocess.Popen:
    """Start a worker with beat. Without `redis` its queue is in files. Whoever starts it ends it with `doda`."""
    env = {
        **os.environ,
        "DATABASE_URL": databasadress(),
        "DATA_DIR": str(settings.DATA_DIR),
        "REDIS_URL": redis,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-q", "-A", "regionskane", "worker", "-c", "1", "-B",
         "--without-gossip", "--without-mingle"],
        env=env, start_new_session=True, cwd=settings.BASE_DIR,
    )  # fmt: skip


def doda(process: subprocess.Popen) -> None:
    """Kill the worker with the children that do its work, also when it has ended itself."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def arbetare(redis: str = "") -> Iterator[subprocess.Popen]:
    """A worker as long as the block lasts."""
    process = starta(redis)
    try:
        yield process
    finally:
        doda(process)
