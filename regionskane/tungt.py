"""A request that costs more than any page does: the thread that has counted for so long is interrupted.

Bounds stand where files and forms are read, each for what is known to cost. This is for what nobody has thought of: it
ends a loop in Python wherever it is, and so gives the process back to the others. What one call into C does is let be
until it is done.
"""

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from django.db import connections

PAUS_SEKUNDER = 0.25
TEXT = (
    "Det du bad om tog för lång tid att räkna fram och avbröts, så inget har sparats. Försök igen med mindre i taget. "
    "Händer det igen: säg till driften."
)
_sla = ctypes.pythonapi.PyThreadState_SetAsyncExc


class ForTungt(Exception):
    """The request has used more processor time than one may. `str()` is a sentence for the user."""

    def __init__(self):
        super().__init__(TEXT)


class Tungvakt:
    """Watches the threads of a process that answer requests. `grans` is processor time of a thread, in seconds."""

    def __init__(self, grans: float):
        self._grans = grans
        self._las = threading.Lock()
        # Thread → its clock, and what that shows when the thread is interrupted (again).
        self._pagar: dict[int, tuple[int, float]] = {}
        self._avbrutna: set[int] = set()
        self._vaktar = False

    def begransa(self, program: Callable) -> Callable:
        """A WSGI application whose answers are interrupted when they have cost too much."""

        def svara(environ: dict, start_response: Callable) -> Iterable[bytes]:
            with self.vaktad():
                return program(environ, start_response)

        return svara

    @contextlib.contextmanager
    def vaktad(self) -> Iterator[None]:
        """What is done here raises ForTungt, once and again, from when it has cost too much."""
        trad = threading.get_ident()
        klocka = time.pthread_getcpuclockid(trad)
        with self._las:
            self._pagar[trad] = klocka, time.clock_gettime(klocka) + self._grans
            if not self._vaktar:  # in the process that answers, and not in the one that it was forked from
                threading.Thread(target=self._vakta, name="tungvakt", daemon=True).start()
                self._vaktar = True
        try:
            yield
        finally:
            while True:
                try:
                    self._slapp(trad)
                    break
                except ForTungt:  # it struck here
                    continue

    def _slapp(self, trad: int) -> None:
        with self._las:
            self._pagar.pop(trad, None)
            _sla(ctypes.c_ulong(trad), None)  # what was sent and has not struck yet
            avbruten = trad in self._avbrutna
            self._avbrutna.discard(trad)
        if avbruten:
            # In the middle of what, nobody knows.
            connections.close_all()

    def _vakta(self) -> None:
        while True:
            time.sleep(PAUS_SEKUNDER)
            with self._las:
                for trad, (klocka, slut) in list(self._pagar.items()):
                    try:
                        nu = time.clock_gettime(klocka)
                    except OSError:  # the thread is gone
                        del self._pagar[trad]
                        continue
                    if nu >= slut:
                        self._pagar[trad] = klocka, nu + self._grans / 4
                        self._avbrutna.add(trad)
                        _sla(ctypes.c_ulong(trad), ctypes.py_object(ForTungt))


def ar_avbruten(fel: BaseException | None) -> bool:
    """Whether something stopped because it had cost too much, whatever has been made of it on the way."""
    while fel is not None:
        if isinstance(fel, ForTungt):
            return True
        fel = fel.__cause__ or fel.__context__
    return False
