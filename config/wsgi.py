"""The WSGI application which the web server runs."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# Before the first connection is opened, and in this kind of process alone.
connections.settings["default"]["OPTIONS"]["options"] += f" {settings.LIMITS_OF_A_REQUEST}"
# What is loaded by now stays for as long as the process: the garbage collector need not look through it, again and
# again, in the middle of somebody's request. The views belong to it, which else the first request would load.
get_resolver().url_patterns  # noqa: B018 - asking loads them
gc.collect()
gc.freeze()
# An answer makes some thousands of things, nearly all of which go by themselves: to look for the others each time 700
# have come took 3 % of it.
gc.set_threshold(50_000)
