"""What is done at the same time as something else."""

from django.db import connection


def i_trad(gor):
    """Run in a connection of its own, which is closed afterwards."""
    try:
        return gor()
    finally:
        connection.close()
