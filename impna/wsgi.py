"""The WSGI application of both web processes (PORTAL_PROCESS says which)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "impna.settings")
application = get_wsgi_application()
