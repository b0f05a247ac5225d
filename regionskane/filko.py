"""The queue in a folder of files, for one machine without Redis: kombu's own, made safe for two processes.

Kombu writes a message into the folder where the worker looks for it, and a table of queues where others read
it. A worker that comes in between finds an empty file and stops. Here a message appears whole or not at all,
and the tables are written by one at a time.
"""

import fcntl
import os
import uuid
from contextlib import contextmanager
from time import time_ns

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs):
        namn = f"{time_ns()}_{uuid.uuid4()}.{queue}.msg"
        # Not ending in «.msg», so no worker takes it before it has its name.
        halvfardig = os.path.join(self.data_folder_out, f".{namn}.tmp")
        with open(halvfardig, "xb") as fil:
            fil.write(str_to_bytes(dumps(payload)))
        os.replace(halvfardig, os.path.join(self.data_folder_out, namn))

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
        with open(self.control_folder / "las", "ab") as fil:
            fcntl.flock(fil, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


def registrera() -> None:
    """Make the address filko:// known to kombu."""
    TRANSPORT_ALIASES["filko"] = f"{__name__}:Transport"
