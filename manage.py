#!/usr/bin/env python3
"""Django's command line. Beside a running `make start` it uses the same database without being told."""

import os
import secrets
import sys
from pathlib import Path

ROT = Path(__file__).resolve().parent
# These read files or code only. They run on a machine that has no database.
UTAN_DATABAS = {"sie", "collectstatic", "makemigrations", "help", "version"}


def _behover_databas(argv: list[str]) -> bool:
    kommando = argv[1] if len(argv) > 1 else "help"
    fran_fil = kommando == "balanskrav" and any(arg.split("=")[0] == "--fil" for arg in argv[2:])
    return kommando not in UTAN_DATABAS and not fran_fil and not {"-h", "--help"} & set(argv)


def _las_miljo() -> None:
    """What `make start` wrote down, for every variable that the caller has not set."""
    fil = ROT / "var" / "miljo.env"
    if fil.exists():
        # A file that is not whole is left to `make start`, which writes it anew.
        for rad in fil.read_text(encoding="utf-8", errors="replace").splitlines():
            namn, _, varde = rad.partition("=")
            if varde and namn.isascii() and namn.isidentifier() and "\0" not in varde:
                os.environ.setdefault(namn, varde)


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regionskane.settings")
    _las_miljo()
    # A command serves no visitors, so nothing that it signs has to outlive it.
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    if not _behover_databas(sys.argv):
        os.environ.setdefault("DATABASE_URL", "postgres://localhost/ingen")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import OperationalError, connection
    except ImportError:
        python = ROT / ".venv" / "bin" / "python"
        if Path(sys.prefix) == python.parent.parent or not python.exists():
            sys.exit("Django saknas. Kör «make start» eller «make miljo» först, så skapas .venv.")
        os.execv(python, [str(python), *sys.argv])
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fel:
        # A wrong environment is the operator's to mend; the sentence helps, a traceback does not.
        sys.exit(str(fel))
    except OperationalError as fel:
        if connection.connection is not None:
            raise
        sys.exit(f"Databasen i DATABASE_URL går inte att nå: {fel}")


if __name__ == "__main__":
    main()
