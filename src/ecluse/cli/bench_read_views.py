"""The bench's addresses: the real interface, and the same record unguarded, as lean and as ordinary Django.

``plain``: one raw SQL statement (token, account, row), then the row's JSON as it stands. ``ordinary``: the same through
the ORM, as most code would. Both look the token up, as the guarded view does; neither asks the gate or the safe,
nothing is sealed, nothing is traced. All three are served by one handler without middleware. No address of a real site
leads here: see ``bench_read_site``.
"""

import hashlib
import time
from typing import ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone

from ecluse.accounts.models import Token
from ecluse.record.api import raw
from ecluse.record.api.outcome import FHIR_JSON


class Plain(models.Model):
    """A resource as JSON, readable by anybody who reads the database: what Écluse does not do."""

    ref = models.CharField(max_length=48, primary_key=True)
    type = models.CharField(max_length=32)
    version = models.IntegerField()
    body = models.TextField()

    objects: ClassVar[models.Manager["Plain"]] = models.Manager()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "bench_plain"

    def __str__(self) -> str:
        return self.ref


ONE = """
SELECT r.version, r.body FROM accounts_token t JOIN accounts_account a ON a.id = t.account_id
LEFT JOIN bench_plain r ON r.ref = ? AND r.type = ?
WHERE t.digest = ? AND t.revoked IS NULL AND t.expires > ? AND a.is_active"""


def digest_of(request: HttpRequest) -> bytes:
    """Return the SHA-256 of the bearer token."""
    return hashlib.sha256(request.META.get("HTTP_AUTHORIZATION", "")[7:].encode()).digest()


def plain(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """One raw statement, no gate, no safe, no seal."""
    now = raw.moment(time.time())
    rows = raw.fetch(ONE, (ref, kind, digest_of(request), now))
    if not rows:
        return HttpResponse(status=401)
    version, body = rows[0]
    if body is None:
        return HttpResponse(status=404)
    return HttpResponse(body, content_type=FHIR_JSON, headers={"ETag": f'W/"{version}"', "Cache-Control": "no-store"})


def ordinary(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """The same by the ORM: what a Django programmer would write first."""
    token = (
        Token.objects.select_related("account")
        .filter(digest=digest_of(request), revoked=None, expires__gt=timezone.now(), account__is_active=True)
        .first()
    )
    if token is None:
        return HttpResponse(status=401)
    row = Plain.objects.filter(ref=ref, type=kind).first()
    if row is None:
        return HttpResponse(status=404)
    return HttpResponse(
        row.body, content_type=FHIR_JSON, headers={"ETag": f'W/"{row.version}"', "Cache-Control": "no-store"}
    )


urlpatterns = [
    path("fhir/-plain/<str:kind>/<str:ref>", plain),
    path("fhir/-ordinary/<str:kind>/<str:ref>", ordinary),
    path("fhir/", include("ecluse.record.api.urls")),
]
