"""Tests run against a real PostgreSQL. Region Skåne's figures are loaded once and rolled back per test."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "bara-for-proven-" + "x" * 50)
# Set before the settings are read: the queue's folders lie there, and the workers of the tests must find them.
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="prov-"))
os.environ["STATIC_MANIFEST"] = "0"
os.environ["CONN_MAX_AGE"] = "0"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright runs a loop in the thread of the tests

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from hypothesis import HealthCheck, settings

# No property depends on how fast the machine is, and what one fails on can be tried again elsewhere.
settings.register_profile(
    "proven", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("proven")

# The same algorithm with as little work as it takes: a hash says how much it was, so other processes can check it too.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("ladda_exempel", utan_huvudbok=True, verbosity=0)
    yield
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # A worker that a test has killed may not have let go of the database, which is about to be dropped.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def transactional_db(transactional_db):
    """Emptied afterwards as pytest-django does it, which the database's own guards would refuse."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        # Django empties the tables of its own models; the ledger is not one of them.
        cursor.execute("TRUNCATE budget_huvudboksrad")


@pytest.fixture
def exempel_pa_riktigt(transactional_db):
    """The example in a database whose transactions are really committed, for threads and processes.

    It is loaded once and then put back as it was: loading takes many times as long.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('avbild.sekvenser')")
        if cursor.fetchone()[0] is None:
            call_command("ladda_exempel", utan_huvudbok=True, verbosity=0)
            _spara_avbild(cursor)
        else:
            _stall_tillbaka(cursor)


def _tabeller(cursor, schema: str) -> list[str]:
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename NOT IN ('sekvenser', 'django_migrations')",
        [schema],
    )
    return [tabell for (tabell,) in cursor.fetchall()]


def _spara_avbild(cursor) -> None:
    cursor.execute("CREATE SCHEMA avbild")
    for tabell in _tabeller(cursor, "public"):
        cursor.execute(f'CREATE TABLE avbild."{tabell}" AS TABLE public."{tabell}"')
    cursor.execute(
        "CREATE TABLE avbild.sekvenser AS SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
    )


def _stall_tillbaka(cursor) -> None:
    """Past the database's own guards, as it is emptied."""
    cursor.execute("SET session_replication_role = replica")
    tabeller = _tabeller(cursor, "avbild")
    cursor.execute("TRUNCATE " + ", ".join(f'public."{t}"' for t in tabeller))
    for tabell in tabeller:
        cursor.execute(f'INSERT INTO public."{tabell}" OVERRIDING SYSTEM VALUE TABLE avbild."{tabell}"')
    cursor.execute(
        "SELECT setval(format('public.%I', sequencename)::regclass, last_value) FROM avbild.sekvenser"
        " WHERE last_value IS NOT NULL"
    )
    cursor.execute("SET session_replication_role = origin")


@pytest.fixture
def anvandare(db):
    """A demo user by username."""
    from organisation.models import Anvandare

    return lambda namn: Anvandare.objects.get(username=namn)


@pytest.fixture
def version(db):
    """A budgetversion by kod."""
    from budget.models import Budgetversion

    return lambda kod: Budgetversion.objects.get(kod=kod)


@pytest.fixture
def som(db, client, anvandare):
    """A client that is logged in as a demo user."""
    from django.test import Client

    def logga_in(namn):
        klient = Client()
        klient.force_login(anvandare(namn), backend="django.contrib.auth.backends.ModelBackend")
        return klient

    return logga_in
