"""What every answer of the site passes through, besides Django's own.

1. A page is never kept by a cache or a browser's disk.
2. An error says what the reader can do: each family of :mod:`ecluse.core.errors` has its page; none quotes what came.
3. A page asked for in part (htmx) that answers with a redirect takes the whole window along.
"""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect

from ecluse.core.errors import BadInputError, BrokenWorldError, EcluseError, RefusedError
from ecluse.web.errors import bad_request, refused, unavailable

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PAGES: dict[type[EcluseError], Callable[[HttpRequest], HttpResponse]] = {
    RefusedError: refused,
    BadInputError: bad_request,
    BrokenWorldError: unavailable,
}
log = structlog.get_logger("ecluse.web")
Answer = Callable[[HttpRequest], HttpResponseBase]


class NoStore:
    """1: forbid keeping, unless a view has said otherwise."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and forbid keeping it."""
        response = self.answer(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class Families:
    """2: turn an error raised on purpose into the page of its family."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        return self.answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Choose the page; an error that nobody raised on purpose is our bug, and Django's to report."""
        for family, page in PAGES.items():
            if isinstance(exception, family):
                log.warning("refused or failed", error=type(exception).__qualname__)
                return page(request)
        return None


class WholeWindow:
    """3: send htmx elsewhere with the whole window."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with a redirect told the way htmx understands."""
        response = self.answer(request)
        if response.status_code in REDIRECTS and request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(response.headers["Location"])
        return response
