"""The WSGI entry point for gunicorn."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from regionskane.forvakt import vakta
from regionskane.langsamt import begransa_fragor
from regionskane.register import varm_upp
from regionskane.tungt import Tungvakt

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regionskane.settings")

application = vakta(get_wsgi_application())
varm_upp()
begransa_fragor()
if settings.WEBBSVAR_SEKUNDER:
    application = Tungvakt(settings.WEBBSVAR_SEKUNDER).begransa(application)
