"""The queue in a folder of files, for one machine without Redis: kombu's own, made safe for two processes.

Kombu writes a message into the folder where the worker looks for it, and a table of queues where others read
it. A worker that comes in between finds an empty file and stops. Here a message appears whole or not at all,
and the tables are written by one at a time. The folders are made when they are missing, so that they may be emptied
and removed under a worker that runs.
"""

import fcntl
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from time import time_ns

from kombu.log import get_logger
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

logg = get_logger(__name__)


class Channel(filesystem.Channel):
    oanvandbar = False

    def _put(self, queue, payload, **kwargs):
        namn = f"{time_ns()}_{uuid.uuid4()}.{queue}.msg"
        # Not ending in «.msg», so no worker takes it before it has its name.
        halvfardig = Path(self.data_folder_out, f".{namn}.tmp")
        halvfardig.parent.mkdir(parents=True, exist_ok=True)
        try:
            with halvfardig.open("xb") as fil:
                fil.write(str_to_bytes(dumps(payload)))
            halvfardig.replace(Path(self.data_folder_out, namn))
        except OSError:
            with suppress(OSError):
                halvfardig.unlink()
            raise

    def _get(self, queue):
        try:
            Path(self.data_folder_in).mkdir(parents=True, exist_ok=True)
            meddelande = super()._get(queue)
        except OSError as fel:
            # A worker that cannot look waits until it can.
            if not self.oanvandbar:
                logg.warning("Kön går inte att läsa: %s", fel)
            self.oanvandbar = True
            raise Empty from fel
        self.oanvandbar = False
        return meddelande

    def _size(self, queue):
        Path(self.data_folder_in).mkdir(parents=True, exist_ok=True)
        return super()._size(queue)

    def _purge(self, queue):
        Path(self.data_folder_in).mkdir(parents=True, exist_ok=True)
        return super()._purge(queue)

    def get_table(self, exchange):
        with self._ensam():
            return super().get_table(exchange)

    def _queue_bind(self, exchange, routing_key, pattern, queue):
        with self._ensam():
            tabell = self._exchange_file(exchange)
            if tabell.exists() and not tabell.stat().st_size:
                tabell.unlink()  # left by a process that was killed before it had written
            super()._queue_bind(exchange, routing_key, pattern, queue)

    def _delete(self, queue, exchange, routing_key, pattern, *args, **kwargs):
        with self._ensam():
            super()._delete(queue, exchange, routing_key, pattern, *args, **kwargs)

    @contextmanager
    def _ensam(self):
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with open(self.control_folder / "las", "ab") as fil:
            fcntl.flock(fil, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


def registrera() -> None:
    """Make the address filko:// known to kombu."""
    TRANSPORT_ALIASES["filko"] = f"{__name__}:Transport"
