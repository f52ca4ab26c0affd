"""A resource as an HTTP answer: ETag, Last-Modified, Location, and what the sender prefers to get back (RFC 7240)."""

import time
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse

from ecluse.record.api.outcome import ALWAYS, FHIR_JSON, answer, outcome
from ecluse.record.api.splice import DAY_S, Shown, clock
from ecluse.record.stored import Stored

RETURN = "return="
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINIMAL, OUTCOME = "minimal", "OperationOutcome"


def etag(version: int | str) -> str:
    """Return the weak ETag of a version, as FHIR wants it."""
    return f'W/"{version}"'


def shown_answer(shown: Shown) -> HttpResponse:
    """Answer with a resource and its version."""
    headers = {**ALWAYS, "ETag": etag(shown.version), "Last-Modified": http_time(shown.updated)}
    return HttpResponse(shown.text, content_type=FHIR_JSON, headers=headers)


def http_time(milliseconds: int) -> str:
    """Return Unix milliseconds as an HTTP date (RFC 9110, 5.6.7)."""
    seconds = milliseconds // 1_000
    return f"{http_date(seconds // DAY_S)} {clock(seconds)} GMT"


@lru_cache(maxsize=1_024)
def http_date(unix_day: int) -> str:
    """Return a day, counted from 1 January 1970, as the first half of an HTTP date: in English, whatever the locale."""
    at = time.gmtime(unix_day * DAY_S)
    return f"{DAYS[at.tm_wday]}, {at.tm_mday:02} {MONTHS[at.tm_mon - 1]} {at.tm_year:04}"


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
    told: dict[str, Any] = (
        stored.resource if wish != OUTCOME else outcome("informational", "Written.", "written", "information")
    )
    return answer(told, status, headers)
