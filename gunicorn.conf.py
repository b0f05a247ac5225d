"""How the web server runs, whoever starts it: `make start`, the container, your own supervisor.

gunicorn reads this file in the folder where it is started; what is said on the command line wins.
"""

import os

wsgi_app = "regionskane.wsgi"
bind = "127.0.0.1:8000"
workers = 2
# Eight at a time in each. A connection takes a thread when the head of its request is there.
worker_class = "regionskane.webbserver.Webbarbetare"
threads = 8
# Each is an open file, of which a process often may have 1024.
worker_connections = 500
keepalive = 5
timeout = 120
graceful_timeout = 30
control_socket_disable = True
# The site is at the root of its host. Such a head from a visitor who comes through a proxy would be believed.
forwarder_headers = ""
# The heartbeat must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None

# How much memory a process may have when it has answered; another takes its place when it has more. Python gives little
# of it back, so a few large files would otherwise be paid for until the next restart.
storsta_minne = int(os.environ.get("WEBBMINNE_MB") or 800) << 20


def post_request(worker, req, environ, resp):
    """gunicorn calls this in the thread that has answered. The others' answers are waited for, as at a restart."""
    if worker.alive and _minne() > storsta_minne:
        worker.log.info("Webbprocessen %s har vuxit och byts ut.", worker.pid)
        worker.alive = False


def _minne() -> int:
    """Bytes of memory that the process has now; 0 where no /proc says so."""
    try:
        with open("/proc/self/statm") as fil:
            return int(fil.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
