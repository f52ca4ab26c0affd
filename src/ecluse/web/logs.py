"""What the web process says of itself: one JSON object a line on standard error.

Logs are not the trace. Promises:

- **L1** No reference of a patient, no query string, no address: a request is told by its route, not its path.
- **L2** No secret: values under the names of secrets are struck out wherever they stand.
- **L3** No words of an exception: they can quote what was sent. Its class and frames are told: they mend a bug.
"""

import logging
import re
import time
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

SECRETS = frozenset(
    {"authorization", "cookie", "password", "token", "secret", "key", "csrf", "sessionid", "session", "code", "otp"}
)
STRUCK = "[struck out]"
REFERENCE = re.compile(r"[0-9a-f]{32}(?:-[0-9]+)?")
LAST_FRAMES = 20
FIRST_WORDS = re.compile(r"[A-Za-z ]*")
Event = MutableMapping[str, Any]
log = structlog.get_logger("ecluse.web")


def without_secrets(_logger: object, _method: str, event: Event) -> Event:
    """Strike out secrets by name, and references of patients by shape (L1, L2)."""
    for name, value in event.items():
        if name.lower() in SECRETS:
            event[name] = STRUCK
        elif isinstance(value, str):
            event[name] = REFERENCE.sub("…", value)
    return event


def without_words(_logger: object, _method: str, event: Event) -> Event:
    """Replace an exception by its class and its frames (L3)."""
    raised = event.pop("exc_info", None)
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        frames = traceback.extract_tb(error.__traceback__)[-LAST_FRAMES:]
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def without_requests(_logger: object, _method: str, event: Event) -> Event:
    """Leave out what Django's loggers attach: whole requests, and messages that quote a path (L1)."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name.startswith("django."):
        event["event"] = record.name if record.exc_info else FIRST_WORDS.match(str(record.msg))[0].strip()  # type: ignore[index]
        event["status"] = getattr(record, "status_code", None)
    return event


PROCESSORS: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_words,
    without_secrets,
]


def settings(level: str = "INFO") -> dict[str, Any]:
    """Return Django's ``LOGGING`` and set structlog to go through it."""
    structlog.configure(
        processors=[*PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [without_requests, *PROCESSORS],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "httpx": {"handlers": [], "level": "WARNING", "propagate": True},  # its lines hold whole addresses
        },
    }


class RequestLog:
    """One line a request: method, route, status, milliseconds. Requests for static files never come here."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then tell."""
        started = time.perf_counter()
        response = self.answer(request)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response
