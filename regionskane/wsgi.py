"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from regionskane.forvakt import vakta
from regionskane.langsamt import begransa_fragor
from regionskane.register import varm_upp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regionskane.settings")

application = vakta(get_wsgi_application())
varm_upp()
begransa_fragor()
