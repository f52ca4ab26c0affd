"""Settings of the bench's own server: the site's, with the bench's addresses.

They load only in a home folder made by the bench.
"""

from django.core.exceptions import ImproperlyConfigured

from ecluse.web.settings import *  # noqa: F403
from ecluse.web.settings import HOME

MARK = "bench-only"

if HOME is None or not (HOME.path / MARK).is_file():
    message = "These settings show records without a gate: they belong to the home folder of a bench and to no other."
    raise ImproperlyConfigured(message)

ROOT_URLCONF = "ecluse.cli.bench_read_views"
