"""What each worker of the web server loads: Django's application."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from ecluse.record.api.lean import dispatch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")

ordinary = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - loads every view now: no request is the first to pay, or to find a broken one
application = dispatch(ordinary)
