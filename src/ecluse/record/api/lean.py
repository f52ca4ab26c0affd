"""The short way in: a request that carries a token passes no middleware, because it needs none.

Sessions, CSRF, languages, messages and page headers are for browsers. Seven middlewares cost a third of the throughput
of one read. Everything else, a browser reading ``/fhir/`` with its session included, takes the ordinary way. Both ways
end in the same views, and the views themselves ask who is there: nothing is trusted to a middleware.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIHandler
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

from ecluse.record.api.outcome import ProblemError, bad, our_bug, problem_answer
from ecluse.record.api.table import ONE, PREFIX

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("ecluse.api")

SCHEMES = ("dpop ", "bearer ")
LONGEST_SCHEME = 7

Application = Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]
View = Callable[[HttpRequest], HttpResponseBase]


def no_page(get_response: View) -> View:
    """Turn what no view has caught into an OperationOutcome (F1). The log names the error's type, never its text."""

    def inner(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        except Http404:
            return problem_answer(ProblemError(404, "There is nothing at this address.", "no-address"))
        except SuspiciousOperation:
            return problem_answer(bad("This request is not well formed."))
        except Exception as error:  # noqa: BLE001
            log.error("uncaught", extra={"kind": type(error).__name__})  # noqa: TRY400
            return problem_answer(our_bug())

    return inner


class LeanHandler(WSGIHandler):
    """Django's WSGI handler with no middleware but the one that turns errors into outcomes.

    The address of one resource, the most asked for, is known by one expression instead of the table of all addresses.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Take none of ``settings.MIDDLEWARE``."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = no_page(self._get_response)  # type: ignore[attr-defined]
        self._instance = resolve(f"{PREFIX}Patient/any").func

    def resolve_request(self, request: HttpRequest) -> Any:  # noqa: ANN401 - Django's own: a match, or what it holds
        """Return the view, its positional and its named arguments."""
        found = ONE.match(request.path_info)
        return (self._instance, (), found.groupdict()) if found else super().resolve_request(request)


def whole(response: Iterable[bytes]) -> list[bytes]:
    """Return an answer in one piece, and close it. The server sends a list at once, anything else chunk by chunk.

    Each chunk would cost a wake-up of a thread and of the interpreter's lock.
    """
    with closing(cast("HttpResponseBase", response)):
        return list(response)


def dispatch(ordinary: Application) -> Application:
    """Return an application that sends whoever shows a token below ``/fhir/`` the short way, others to ``ordinary``.

    Call it after ``django.setup()`` (``get_wsgi_application()`` does that).
    """
    lean = LeanHandler()

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        token = environ.get("HTTP_AUTHORIZATION", "")[:LONGEST_SCHEME].lower().startswith(SCHEMES)
        if token and environ.get("PATH_INFO", "").startswith(PREFIX):
            return whole(lean(environ, start_response))
        return ordinary(environ, start_response)

    return application
