"""gunicorn's worker with threads, where a client that is slow or silent holds no thread, or not for long.

Of its own it gives every new connection a thread and waits for the rest of a request for ever, so that as many clients
as there are threads would hold the whole process. Here a connection waits in the poller until the head of its request
is whole; only what comes after that is read by a thread.
"""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain, islice
from selectors import EVENT_READ

from gunicorn.workers.gthread import TConn, ThreadWorker

# How long a connection may wait for the whole head of a request, and how large that may be.
HUVUDTALAMOD_SEKUNDER = 3
STORSTA_HUVUD = 64 * 1024
# How long a client may keep a thread waiting in one body; what it sends meanwhile buys more time.
TALAMOD_SEKUNDER = 10
LAGSTA_TAKT = 50_000  # bytes per second
# The end of a body at any pace: 100 MB at 200 kB/s come through.
LANGSTA_KROPP_SEKUNDER = 10 * 60
# How long a thread waits for the rest of a body that was refused unread.
REST_SEKUNDER = 0.1
# How long an answer may wait for a client that reads none of it.
SANDTALAMOD_SEKUNDER = 30
_HUVUDETS_SLUT = b"\r\n\r\n"


class Klientsockel(socket.socket):
    """A client's connection that ends, as if the client had hung up, when its time is out."""

    kvar = float(TALAMOD_SEKUNDER)
    slut = float("inf")
    sandtid = float(SANDTALAMOD_SEKUNDER)

    def __init__(self, *argument, **namngivna):
        super().__init__(*argument, **namngivna)
        self.last = bytearray()  # what the poller has read, for whoever reads next

    def ny_forfragan(self) -> None:
        """The whole time from now on."""
        self.kvar = float(TALAMOD_SEKUNDER)
        self.slut = time.monotonic() + LANGSTA_KROPP_SEKUNDER

    def las_huvudet(self) -> bool:
        """Take in what has come, without waiting. True when there is a whole head, or will be none."""
        try:
            data = super().recv(STORSTA_HUVUD)
        except BlockingIOError:
            return False
        except OSError:
            return True
        letat = max(len(self.last) - len(_HUVUDETS_SLUT), 0)
        self.last += data
        helt = self.last.find(_HUVUDETS_SLUT, letat) >= 0
        if not helt and len(self.last) > STORSTA_HUVUD:
            self.last.clear()
            self._lagg_pa()
            return True
        return helt or not data

    def recv(self, antal: int, *flaggor) -> bytes:
        if self.last:
            data = bytes(self.last[:antal])
            del self.last[:antal]
            return data
        if self.gettimeout() is not None:
            # gunicorn has set an end of its own.
            return super().recv(antal, *flaggor)
        borjan = time.monotonic()
        with self._hogst(max(min(self.kvar, self.slut - borjan), 0.001)):
            if borjan >= self.slut:
                raise TimeoutError
            data = super().recv(antal, *flaggor)
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
            self._lagg_pa()
            raise ConnectionResetError(errno.ECONNRESET, "Klienten stannade mitt i sin förfrågan.") from None
        finally:
            self.settimeout(None)

    def _lagg_pa(self) -> None:
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)


class Anslutning(TConn):
    """A connection that says goodbye in the poller; gunicorn's own does it where the whole process waits."""

    arbetare: "Webbarbetare"

    def close(self, graceful: bool = False) -> None:
        if not (graceful and self.arbetare.sag_adjo(self)):
            super().close()


class Webbarbetare(ThreadWorker):
    """A ThreadWorker whose connections are Klientsockel and take a thread when the head of a request is there.

    With TLS of its own it is a plain ThreadWorker.
    """

    def accept(self, listener) -> None:
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            klient, adress = listener.accept()
        except OSError as fel:
            if fel.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        conn = Anslutning(self.cfg, Klientsockel(fileno=klient.detach()), adress, listener.getsockname())
        conn.arbetare = self
        self._vanta(conn, self.on_pending_socket_readable)

    def on_client_socket_readable(self, conn: TConn, client) -> None:
        if not isinstance(conn, Anslutning):
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._vanta(conn, self.on_pending_socket_readable)

    def on_pending_socket_readable(self, conn: TConn, client) -> None:
        if not isinstance(conn, Anslutning) or client.las_huvudet():
            super().on_pending_socket_readable(conn, client)

    def enqueue_req(self, conn: TConn) -> None:
        if isinstance(conn, Anslutning):
            if conn.parser is not None and (rest := conn.parser.unreader.take_buffered()):
                # What a body's end brought along of the next request.
                conn.sock.last[:0] = rest
                if _HUVUDETS_SLUT not in conn.sock.last:
                    self._vanta(conn, self.on_pending_socket_readable)
                    return
            conn.sock.ny_forfragan()
        super().enqueue_req(conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        if not isinstance(conn, Anslutning):
            return super()._keepalive_after(conn, keepalive)
        # gunicorn waits five seconds for a body that nobody has read. What has not come is left to the goodbye.
        return keepalive and conn.parser.finish_body(deadline=time.monotonic() + REST_SEKUNDER)

    def sag_adjo(self, conn: Anslutning) -> bool:
        """Let the client read the end of its answer before the connection is closed. False when it has left."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        self.nr_conns += 1
        conn.sock.last.clear()
        self._vanta(conn, self._slang)
        return True

    def _slang(self, conn: Anslutning, client) -> None:
        with suppress(OSError):
            if client.recv(STORSTA_HUVUD):
                return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()

    def _vanta(self, conn: TConn, gor) -> None:
        """Wait in the poller. All wait equally long, so the first of pending_conns is always the first to end."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + HUVUDTALAMOD_SEKUNDER
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(gor, conn))

    def murder_pending(self) -> None:
        # A full house does not stop new visitors: those that have waited longest leave.
        for_manga = max(self.nr_conns - self.max_keepalived, 0)
        for conn in islice(chain(self.keepalived_conns, self.pending_conns), for_manga):
            conn.timeout = 0
        self.murder_keepalived()
        super().murder_pending()
