"""What the workers of the bench's own server load. It starts in a home folder made by the bench and in no other."""

import os

from django.core.wsgi import get_wsgi_application

from ecluse.record.api.lean import dispatch

os.environ["DJANGO_SETTINGS_MODULE"] = "ecluse.cli.bench_read_settings"

application = dispatch(get_wsgi_application())
