"""What the benchmarks share: a database made for the purpose, and the time of a request."""

import contextlib
import os
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROT))

from verktyg import miljo  # noqa: E402

UPPVARMNING = 3


@contextlib.contextmanager
def _miljo():
    """The settings' environment, with an embedded server when no DATABASE_URL is given."""
    mapp = Path(tempfile.mkdtemp(prefix="bench-", dir=_var()))
    os.environ |= {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATA_DIR": str(mapp),
        "STATIC_MANIFEST": "0",
        "ALLOWED_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "regionskane.settings",
    }
    databas = None
    try:
        if not os.environ.get("DATABASE_URL"):
            databas = miljo.Databas(mapp / "pg", logg=mapp / "pg.log", snabb=True)
            os.environ["DATABASE_URL"] = databas.starta()
        yield
    finally:
        if databas:
            databas.stoppa()
        shutil.rmtree(mapp, ignore_errors=True)


def _var() -> Path:
    miljo.VAR.mkdir(exist_ok=True)
    return miljo.VAR


@contextlib.contextmanager
def databas():
    """Django set up on an empty database of its own, dropped afterwards."""
    with _miljo():
        import django

        django.setup()
        from django.test.runner import DiscoverRunner

        korning = DiscoverRunner(verbosity=0, interactive=False)
        gamla = korning.setup_databases()
        try:
            yield
        finally:
            korning.teardown_databases(gamla)


def median(namn: str, gor, varv: int) -> float:
    """Milliseconds of the middle one of a row of equal requests, after a few that warm up. `gor(number)` gives the
    call to time, which must answer 200 or 302."""
    tider = []
    for nummer in range(varv + UPPVARMNING):
        anrop = gor(nummer)
        borjan = time.perf_counter()
        svar = anrop()
        tider.append(time.perf_counter() - borjan)
        if svar.status_code not in (200, 302):
            raise SystemExit(f"{namn} svarade {svar.status_code}")
    return statistics.median(tider[UPPVARMNING:]) * 1000
