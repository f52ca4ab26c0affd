"""What every answer of the site passes through, besides Django's own.

1. A page is never kept by a cache or a browser's disk.
2. A page asked for in part (htmx) that answers with a redirect takes the whole window along.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect

REDIRECTS = frozenset({301, 302, 303, 307, 308})
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


class WholeWindow:
    """2: send htmx elsewhere with the whole window."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with a redirect told the way htmx understands."""
        response = self.answer(request)
        if response.status_code in REDIRECTS and request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(response.headers["Location"])
        return response
