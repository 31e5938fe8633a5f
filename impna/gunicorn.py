"""gunicorn's settings for both web processes, on this computer and in the image.

    python -m gunicorn --config python:impna.gunicorn impna.wsgi:application

PORTAL_PROCESS says which (pages or bytes), PORTAL_BIND where it listens.
"""

import os

_bytes = os.environ.get("PORTAL_PROCESS") == "bytes"

bind = os.environ.get("PORTAL_BIND", "127.0.0.1:8001" if _bytes else "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("PORTAL_WEB_WORKERS", "2"))
# A slow sender holds a thread of `bytes` for as long as it sends; `pages` never reads long bodies.
threads = 16 if _bytes else 8
keepalive = 5
# The door kills what still runs ten seconds after it asked.
graceful_timeout = 8
timeout = 60
# Heartbeat files in memory: a busy disk must not look like a hung worker.
worker_tmp_dir = os.environ.get("PORTAL_SCRATCH_DIR") or None
# By default gunicorn 27 opens a control socket below the home directory.
control_socket_disable = True
# No access log: who read what when belongs into the custody log alone.
accesslog = None
errorlog = "-"
loglevel = "warning"
forwarded_allow_ips = os.environ.get("PORTAL_PROXY_ADDRESSES", "127.0.0.1,::1")
