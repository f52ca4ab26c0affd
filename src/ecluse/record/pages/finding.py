"""Search. Words travel in the body of a request: no name ever stands in an address, a log or a browser's history."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from ecluse.accounts.bridge import request_id
from ecluse.accounts.who import who_of
from ecluse.core.errors import BadInputError
from ecluse.gate.http import refuse
from ecluse.record.pages.asking import purpose_of
from ecluse.record.pages.home import Line, why
from ecluse.record.pages.identity import identity
from ecluse.record.search import search as run

MOST_CHARS = 100


@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Show the form, and what its words find."""
    words = request.POST.get("words", "")[:MOST_CHARS].strip()
    template = "record/results.html" if request.headers.get("HX-Request") == "true" else "record/search.html"
    if not words:
        return render(request, template, {"asked": False})
    who = who_of(request)
    try:
        result = run(words, who, purpose_of(who.profession), request_id(request))
    except BadInputError:
        return render(request, template, {"asked": True, "words": words, "unusable": True})
    if result.refusal is not None and not result.found:
        return refuse(request, result.refusal)
    lines = [Line(identity(found.resource), why(found.duty)) for found in result.found]
    told = {"asked": True, "words": words, "lines": lines, "more": result.more, "stale": result.stale}
    return render(request, template, told)
