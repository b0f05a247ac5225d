"""gunicorn's worker with threads, where a client that is slow or silent holds no thread, or not for long.

Of its own it gives every new connection a thread and waits for the rest of a request for ever, so that as many clients
as there are threads would hold the whole process. Here a connection waits in the poller until the head of its request
is whole, and its body if that is as small as everything that one who has not logged in may send; only larger bodies
are read by a thread, and never by all of them at once.
"""

import errno
import re
import socket
import threading
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
# A body as small as this is waited for without a thread, for at most so long. Nobody may send more before logging in.
# Those that are larger than most forms share a room, since they are held in memory meanwhile.
STORSTA_VANTADE_KROPP = 1024 * 1024
VANLIG_KROPP = 64 * 1024
RUM_FOR_KROPPAR = 64 * 1024 * 1024
KROPPSTALAMOD_SEKUNDER = 30
# So many threads are left when others read large bodies.
LEDIGA_TRADAR = 2
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
_LANGD = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,10})[ \t]*\r\n", re.I)
_VANTAR_PA_SVAR = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.I)


class Klientsockel(socket.socket):
    """A client's connection that ends, as if the client had hung up, when its time is out."""

    kvar = float(TALAMOD_SEKUNDER)
    slut = float("inf")
    sandtid = float(SANDTALAMOD_SEKUNDER)
    behovs = 0  # head and body together, when the body is waited for in the poller
    kroppens_slut = float("inf")
    flest_lasande = 1_000
    _lasande: set["Klientsockel"] = set()  # those whose large body a thread is reading
    _vantade: dict["Klientsockel", int] = {}  # how much each has that waits for more than a form
    _las = threading.Lock()

    def __init__(self, *argument, **namngivna):
        super().__init__(*argument, **namngivna)
        self.last = bytearray()  # what the poller has read, for whoever reads next

    def ny_forfragan(self) -> None:
        """The whole time from now on."""
        self.kvar = float(TALAMOD_SEKUNDER)
        self.slut = time.monotonic() + LANGSTA_KROPP_SEKUNDER
        self._ar_last()

    @property
    def vantar_pa_kroppen(self) -> bool:
        """Whether the head is here and a small body is on its way, in time."""
        return bool(self.behovs) and time.monotonic() < self.kroppens_slut

    def las_huvudet(self) -> bool:
        """Take in what has come, without waiting. True when a thread may begin: there is a whole head with its body if
        that is small, or there will be none."""
        try:
            data = super().recv(STORSTA_HUVUD)
        except BlockingIOError:
            return False
        except OSError:
            return True
        letat = max(len(self.last) - len(_HUVUDETS_SLUT), 0)
        self.last += data
        if self.behovs:
            return len(self.last) >= self.behovs or not data
        slut = self.last.find(_HUVUDETS_SLUT, letat)
        helt = slut >= 0
        if helt and data and self._vanta_pa_kroppen(slut):
            return False
        if not helt and len(self.last) > STORSTA_HUVUD:
            self.last.clear()
            self._lagg_pa()
            return True
        return helt or not data

    def ar_hel(self) -> bool:
        """Whether what has come is a whole head, with its body if that is small."""
        slut = self.last.find(_HUVUDETS_SLUT)
        return slut >= 0 and not self._vanta_pa_kroppen(slut)

    def _vanta_pa_kroppen(self, slut: int) -> bool:
        """Whether a small body is still to come after the head that ends at `slut`."""
        huvud = bytes(self.last[: slut + 2])
        langd = _LANGD.search(huvud)
        behovs = slut + len(_HUVUDETS_SLUT) + int(langd[1]) if langd else 0
        if not langd or int(langd[1]) > STORSTA_VANTADE_KROPP or len(self.last) >= behovs:
            return False
        if int(langd[1]) > VANLIG_KROPP and not self._far_plats(behovs):
            return False
        self.behovs, self.kroppens_slut = behovs, time.monotonic() + KROPPSTALAMOD_SEKUNDER
        if _VANTAR_PA_SVAR.search(huvud):
            with suppress(OSError):
                self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _far_plats(self, byte: int) -> bool:
        with self._las:
            if sum(self._vantade.values()) + byte > RUM_FOR_KROPPAR:
                return False
            self._vantade[self] = byte
            return True

    def _ar_last(self) -> None:
        self.behovs, self.kroppens_slut = 0, float("inf")
        with self._las:
            self._lasande.discard(self)
            self._vantade.pop(self, None)

    def _borjar_lasa(self) -> bool:
        """Whether there is a thread to read a large body."""
        with self._las:
            self._lasande.add(self)
            if len(self._lasande) <= self.flest_lasande:
                return True
            self._lasande.discard(self)
            return False

    def close(self) -> None:
        self._ar_last()
        super().close()

    def recv(self, antal: int, *flaggor) -> bytes:
        if self.last:
            data = bytes(self.last[:antal])
            del self.last[:antal]
            return data
        if self.gettimeout() is not None:
            # gunicorn has set an end of its own.
            return super().recv(antal, *flaggor)
        if not self._borjar_lasa():
            self._lagg_pa()
            raise ConnectionResetError(errno.ECONNRESET, "För många stora kroppar läses redan.")
        borjan = time.monotonic()
        with self._hogst(max(min(self.kvar, self.slut - borjan), 0.001)):
            if borjan >= self.slut:
                raise TimeoutError
            data = super().recv(antal, *flaggor)
        tid = time.monotonic() - borjan
        self.kvar = min(TALAMOD_SEKUNDER, self.kvar - tid + len(data) / LAGSTA_TAKT)
        return data

    def sendall(self, data, flaggor: int = 0) -> None:
        self._ar_last()
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

    def __init__(self, *argument, **namngivna):
        super().__init__(*argument, **namngivna)
        Klientsockel.flest_lasande = max(self.cfg.threads - LEDIGA_TRADAR, 1)

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
        elif client.vantar_pa_kroppen:
            # What comes buys more time, in the poller's order.
            self.pending_conns.remove(conn)
            conn.timeout = time.monotonic() + HUVUDTALAMOD_SEKUNDER
            self.pending_conns.append(conn)

    def enqueue_req(self, conn: TConn) -> None:
        if isinstance(conn, Anslutning):
            if conn.parser is not None and (rest := conn.parser.unreader.take_buffered()):
                # What a body's end brought along of the next request.
                conn.sock.last[:0] = rest
                if not conn.sock.ar_hel():
                    self._vanta(conn, self.on_pending_socket_readable)
                    return
            conn.sock.ny_forfragan()
        super().enqueue_req(conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        if not isinstance(conn, Anslutning):
            return super()._keepalive_after(conn, keepalive)
        # gunicorn waits five seconds for a body that nobody has read. What has not come is left to the goodbye.
        behalls = keepalive and conn.parser.finish_body(deadline=time.monotonic() + REST_SEKUNDER)
        if behalls and conn.sock.last:
            # The next request is here already, and will not make the socket readable: gunicorn looks for it there.
            lasare = conn.parser.unreader
            lasare.unread(lasare.take_buffered() + bytes(conn.sock.last))
            conn.sock.last.clear()
        return behalls

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
