"""What the workers of the bench's own server load. It starts in a home folder made by the bench and in no other."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from ecluse.core.home import load
from ecluse.record.api.lean import dispatch

MARK = "bench-only"

if not (load().path / MARK).is_file():
    message = "This server shows records without a gate: it belongs to the home folder of a bench and to no other."
    raise ImproperlyConfigured(message)

os.environ["DJANGO_SETTINGS_MODULE"] = "ecluse.web.settings"
ordinary = get_wsgi_application()
settings.ROOT_URLCONF = "ecluse.cli.bench_read_views"

application = dispatch(ordinary)
