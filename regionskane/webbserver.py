"""gunicorn's worker with threads, whose patience with a client that stops in the middle of a request has an end.

Of its own it waits for the rest of a request for ever, so that as many clients as there are threads, each with half a
request, would hold the whole process.
"""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gunicorn.workers.gthread import TConn, ThreadWorker

# How long a client may keep a thread waiting in one request, in all; what it sends meanwhile buys more time.
TALAMOD_SEKUNDER = 10
LAGSTA_TAKT = 10_000  # bytes per second
# How long an answer may wait for a client that reads none of it.
SANDTALAMOD_SEKUNDER = 30


class Klientsockel(socket.socket):
    """A client's connection that ends, as if the client had hung up, when its time is out."""

    kvar = float(TALAMOD_SEKUNDER)
    sandtid = float(SANDTALAMOD_SEKUNDER)

    def recv(self, *argument) -> bytes:
        if self.gettimeout() is not None:
            # gunicorn has set an end of its own.
            return super().recv(*argument)
        borjan = time.monotonic()
        with self._hogst(max(self.kvar, 0.001)):
            data = super().recv(*argument)
        tid = time.monotonic() - borjan
        self.kvar = min(TALAMOD_SEKUNDER, self.kvar - tid + len(data) / LAGSTA_TAKT)
        return data

    def sendall(self, data, flaggor: int = 0) -> None:
        # Python's own gives the whole answer one end, however fast the client reads it.
        rest = memoryview(data)
        with self._hogst(self.sandtid):
            while rest:
                rest = rest[self.send(rest, flaggor) :]

    def sendfile(self, *argument, **namngivna) -> int:
        with self._hogst(self.sandtid):
            return super().sendfile(*argument, **namngivna)

    @contextmanager
    def _hogst(self, sekunder: float) -> Iterator[None]:
        self.settimeout(sekunder)
        try:
            yield
        except TimeoutError:
            with suppress(OSError):
                self.shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError(errno.ECONNRESET, "Klienten stannade mitt i sin förfrågan.") from None
        finally:
            self.settimeout(None)


class Webbarbetare(ThreadWorker):
    """A ThreadWorker whose connections are Klientsockel, with their whole time at the start of each request."""

    def enqueue_req(self, conn: TConn) -> None:
        if isinstance(conn.sock, Klientsockel):
            conn.sock.kvar = float(TALAMOD_SEKUNDER)
        else:
            conn.sock = Klientsockel(fileno=conn.sock.detach())
        super().enqueue_req(conn)
