"""The WSGI application which the web server runs."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# Before the first connection is opened, and in this kind of process alone.
connections.settings["default"]["OPTIONS"]["options"] += f" {settings.LIMITS_OF_A_REQUEST}"
