"""Écluse as a WSGI application on the establishment named by ``ECLUSE_HOME``, for servers other than our own."""

import os

from django.core.wsgi import get_wsgi_application

from ecluse.record.api.lean import dispatch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")

application = dispatch(get_wsgi_application())
