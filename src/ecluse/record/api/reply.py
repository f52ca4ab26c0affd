"""A resource as an HTTP answer: ETag, Last-Modified, Location, and what the sender prefers to get back (RFC 7240)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from ecluse.record.api.outcome import ALWAYS, FHIR_JSON, answer, outcome
from ecluse.record.fhir_types import Resource
from ecluse.record.stored import Stored
from ecluse.record.vault import encode

RETURN = "return="
MINIMAL, OUTCOME = "minimal", "OperationOutcome"


def etag(version: int | str) -> str:
    """Return the weak ETag of a version, as FHIR wants it."""
    return f'W/"{version}"'


def resource_answer(resource: Resource, updated_ms: int) -> HttpResponse:
    """Answer with a resource and its version."""
    headers = {**ALWAYS, "ETag": etag(resource["meta"]["versionId"]), "Last-Modified": http_date(updated_ms / 1000)}
    return HttpResponse(encode(resource), content_type=FHIR_JSON, headers=headers)


def preferred(request: HttpRequest) -> str:
    """Return what ``Prefer: return=…`` asks for; empty means the whole resource."""
    words = [word.strip() for word in request.META.get("HTTP_PREFER", "").replace(";", ",").split(",")]
    return next((word.removeprefix(RETURN) for word in words if word.startswith(RETURN)), "")


def base(request: HttpRequest) -> str:
    """Return the absolute address of the interface."""
    return request.build_absolute_uri("/fhir")


def stored_answer(request: HttpRequest, stored: Stored, status: int) -> HttpResponse:
    """Answer a create (201) or an update (200)."""
    kind = stored.resource["resourceType"]
    headers = {
        "ETag": etag(stored.version),
        "Location": f"{base(request)}/{kind}/{stored.id}/_history/{stored.version}",
    }
    wish = preferred(request)
    if wish == MINIMAL:
        return HttpResponse(status=status, content_type=FHIR_JSON, headers={**ALWAYS, **headers})
    told: dict[str, Any] = stored.resource if wish != OUTCOME else outcome("informational", "Written.", "written", "information")
    return answer(told, status, headers)
