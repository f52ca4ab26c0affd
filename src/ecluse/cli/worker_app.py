"""What each worker of the web server loads: Django's application, in a process that ends with its parent."""

import os

from django.core.wsgi import get_wsgi_application

from ecluse.cli.child import die_with_parent
from ecluse.record.api.lean import dispatch

die_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")

application = dispatch(get_wsgi_application())
