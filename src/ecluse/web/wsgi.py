"""What the web server's workers load: Django's WSGI application on the establishment named by ``ECLUSE_HOME``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")

application = get_wsgi_application()
