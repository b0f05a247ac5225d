"""What is done at the same time as something else."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction


def i_trad(gor):
    """Run in a connection of its own, which is closed afterwards."""
    try:
        return gor()
    finally:
        connection.close()


def medan(ena, andra):
    """`andra` begins while `ena` has done its work and not committed it, and must wait for it; what it gives is given,
    and what it raises is raised."""
    gjort, slapp = threading.Event(), threading.Event()

    def forst():
        with transaction.atomic():
            ena()
            gjort.set()
            assert slapp.wait(60)

    with ThreadPoolExecutor(2) as tradar:
        forsta = tradar.submit(i_trad, forst)
        assert gjort.wait(60)
        sedan = tradar.submit(i_trad, andra)
        with pytest.raises(TimeoutError):
            sedan.result(1)
        slapp.set()
        forsta.result(60)
        return sedan.result(60)
