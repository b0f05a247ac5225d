"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from regionskane.langsamt import begransa_fragor
from regionskane.register import varm_upp
from regionskane.teckenkod import bara_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regionskane.settings")

application = bara_utf8(get_wsgi_application())
varm_upp()
begransa_fragor()
