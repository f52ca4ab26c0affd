"""Pages for the families of errors. None repeats what was asked: an error page holds no data of a patient."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """400: what was sent is wrong, the sender mends it."""
    return render(request, "errors/bad_request.html", status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403: the rules say no."""
    return render(request, "errors/refused.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404: nothing at this address."""
    return render(request, "errors/not_found.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our bug. The page stands on its own and needs neither database nor safe."""
    return render(request, "errors/broken.html", status=500)


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403: a form came back too late, or from elsewhere (CSRF)."""
    return render(request, "errors/refused_form.html", status=403)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the safe or the database is not as it must be; nothing is shown (S6)."""
    answer = render(request, "errors/unavailable.html", status=503)
    answer["Retry-After"] = "5"
    return answer
