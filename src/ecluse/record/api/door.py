"""The one frame around every view of the interface: who calls, in which format, and every error as an outcome (F1)."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from ecluse.accounts.services.presented import trace_unknown
from ecluse.core.errors import BadInputError, BrokenWorldError, RefusedError
from ecluse.record.api.caller import caller_of
from ecluse.record.api.outcome import FHIR_JSON, ProblemError, absent, bad, no_safe, our_bug, problem_answer
from ecluse.record.api.refusals import RefusedByGateError, refusal_answer
from ecluse.record.stored import NotFoundError, StaleError
from ecluse.safe.client import SafeUnavailableError

log = logging.getLogger("ecluse.api")

FORMATS = frozenset({"json", "application/json", FHIR_JSON, "application/fhir json"})
ACCEPTED = ("*/*", "application/*", "application/json", FHIR_JSON)
View = Callable[..., HttpResponse]


def outcomes(view: View) -> View:
    """Frame a view: whatever goes wrong in it is told as an OperationOutcome."""

    @csrf_exempt
    @functools.wraps(view)
    def framed(request: HttpRequest, **named: Any) -> HttpResponse:
        try:
            return view(request, **named)
        except RefusedByGateError as error:
            return refusal_answer(error.refusal)
        except Exception as error:  # noqa: BLE001 - the frame is the place where each is told
            told = problem(error)
            if told.rule == "bad-token":
                trace_unknown(request)
            return problem_answer(told)

    return framed


def called(view: View) -> View:
    """Frame a view that needs a caller. Who calls is asked first: nobody learns which types or addresses exist."""

    def knocked(request: HttpRequest, **named: Any) -> HttpResponse:
        caller = caller_of(request)
        check_format(request)
        return view(request, caller, **named)

    return outcomes(functools.wraps(view)(knocked))


def problem(error: Exception) -> ProblemError:  # noqa: PLR0911 - one line a family
    """Tell an error. What is not ours is logged by its type alone: its text may quote a record."""
    match error:
        case ProblemError():
            return error
        case SafeUnavailableError():
            return no_safe()
        case StaleError():
            return ProblemError(412, "The resource has changed since. Read it again, then repeat.", "stale")
        case NotFoundError():
            return absent()
        case RefusedError():
            return ProblemError(403, str(error), "refused")
        case BadInputError():
            return ProblemError(422, str(error), "invalid")
        case RequestDataTooBig():
            return ProblemError(413, "The body is too long.", "too-long")
        case SuspiciousOperation():
            return bad("This request is not well formed.")
        case DatabaseError() | BrokenWorldError():
            log.error("broken", extra={"kind": type(error).__name__})
            return ProblemError(
                503, "Something this server stands on is broken. Nothing was shown. Tell the operator.", "broken"
            )
        case _:
            log.error("uncaught", extra={"kind": type(error).__name__})
            return our_bug()


def check_format(request: HttpRequest) -> None:
    """Answer JSON or nothing.

    Raises:
        ProblemError: 406, another format is asked for.
    """
    asked = request.GET.get("_format") if request.META.get("QUERY_STRING") else None
    if asked is not None:
        if asked not in FORMATS:
            raise ProblemError(406, f"Only {FHIR_JSON} is spoken here.", "format")
        return
    accept = request.META.get("HTTP_ACCEPT", "*/*")
    if accept != "*/*" and not any(word.split(";")[0].strip() in ACCEPTED for word in accept.split(",")):
        raise ProblemError(406, f"Only {FHIR_JSON} is spoken here.", "format")


def not_offered(*methods: str) -> ProblemError:
    """Return the answer to a method that an address does not know."""
    return ProblemError(405, f"Only {', '.join(methods)} here.", "method", headers={"Allow": ", ".join(methods)})
