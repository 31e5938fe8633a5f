"""The WSGI application of both web processes (PORTAL_PROCESS says which)."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impna.settings")
application = get_wsgi_application()

from impna.startup import check_start  # noqa: E402 - needs Django set up

check_start()
connection.close()
