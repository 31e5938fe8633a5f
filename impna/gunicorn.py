"""gunicorn's settings for both web processes, on this computer and in the image.

    python -m gunicorn --config python:impna.gunicorn impna.wsgi:application

PORTAL_PROCESS says which (pages or bytes), PORTAL_BIND where it listens.
"""

import os
import sys
import time
from contextlib import suppress
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from gunicorn.http.errors import ParseException

from impna import environment as env

_bytes = os.environ.get("PORTAL_PROCESS") == "bytes"

bind = os.environ.get("PORTAL_BIND", "127.0.0.1:8001" if _bytes else "127.0.0.1:8000")
worker_class = "gthread"
try:
    workers = env.number("PORTAL_WEB_WORKERS", "", default=2, least=1)
except ImproperlyConfigured as error:
    # Of any other exception gunicorn would show the traceback.
    sys.exit(f"The portal cannot start. {error}")
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


# A refusal comes before the body it refuses, and a socket closed upon unread bytes is reset: the
# sender, or the proxy, would lose the words. So listen on for a moment, and keep nothing.
_LISTEN_ON = 5.0
_SILENCE = 1.0
_PIECE = 256 * 1024


def post_request(worker: Any, request: Any, environ: dict[str, Any], response: Any) -> None:
    """Read away what is left of the body, within bounds; most requests have none."""
    body, socket = environ.get("wsgi.input"), environ.get("gunicorn.socket")
    if body is None or socket is None:
        return
    until = time.monotonic() + _LISTEN_ON
    with suppress(OSError, ParseException):
        socket.settimeout(_SILENCE)
        while time.monotonic() < until and body.read(_PIECE):
            pass
