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
