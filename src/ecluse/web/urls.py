"""Every address of the site. Who may reach each is said in ``web/doors.py``; one that is missing there is closed."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from ecluse.accounts.services.views import token
from ecluse.respond.audit_out.views import audit_events

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", set_language, name="set_language"),
    path("accounts/", include("ecluse.accounts.urls")),
    path("oauth/token", token, name="oauth_token"),
    path("scim/v2/", include("ecluse.accounts.scim.urls")),
    path("gate/", include("ecluse.gate.urls")),
    path("fhir/AuditEvent", audit_events, name="audit_events"),
    path("fhir/", include("ecluse.record.api.urls")),
    path("console/", include("ecluse.web.console.urls")),
    path("export/", include("ecluse.record.export_urls")),
    path("", include("ecluse.record.pages.urls")),
]

handler400 = "ecluse.web.errors.bad_request"
handler403 = "ecluse.web.errors.refused"
handler404 = "ecluse.web.errors.not_found"
handler500 = "ecluse.web.errors.broken"
