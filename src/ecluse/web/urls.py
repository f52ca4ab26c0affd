"""Every address of the site. Who may reach each is said in ``web/doors.py``; one that is missing there is closed."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language


def part(prefix: str, module: str) -> list[URLResolver]:
    """Return the addresses of one part, when that part is there."""
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        found = None
    return [path(prefix, include(module))] if found else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", set_language, name="set_language"),
    *part("accounts/", "ecluse.accounts.urls"),
    *part("gate/", "ecluse.gate.urls"),
    *part("fhir/", "ecluse.record.api.urls"),
    *part("export/", "ecluse.record.export_urls"),
    *part("", "ecluse.record.pages.urls"),
]

handler400 = "ecluse.web.errors.bad_request"
handler403 = "ecluse.web.errors.refused"
handler404 = "ecluse.web.errors.not_found"
handler500 = "ecluse.web.errors.broken"
