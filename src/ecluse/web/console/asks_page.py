"""What patients ask and complain of, for the data protection officer: kept, answered, names released, on paper."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ecluse.accounts.bridge import request_id, the_home
from ecluse.accounts.who import who_of
from ecluse.core.errors import BadInputError
from ecluse.record.models import Patient
from ecluse.respond.patients import asks, openings, paper
from ecluse.respond.patients.asks import Asked, Kind
from ecluse.web.console.looking import look, look_at_patient, stale
from ecluse.web.console.words import ASKS, choices, language


@require_http_methods(["GET", "HEAD", "POST"])
def list_page(request: HttpRequest) -> HttpResponse:
    """List what is open, then what was answered; write down a new ask."""
    if request.method == "POST":
        return taken(request)
    look(request, "asks-read")
    found = [(one, ASKS[one.kind]) for one in asks.asks()]
    shown = {
        "open": [row for row in found if row[0].open],
        "done": [row for row in reversed(found) if not row[0].open],
        "kinds": choices(ASKS),
    }
    return render(request, "console/asks.html", shown)


def taken(request: HttpRequest) -> HttpResponse:
    """Write down an ask for a patient of whom the reference is known."""
    ref, word = request.POST.get("patient", "").strip(), request.POST.get("ask", "")
    if word not in set(Kind) or not Patient.objects.filter(ref=ref).exists():
        messages.error(request, _("There is no patient of this reference."))
        return redirect("console_asks")
    try:
        number = asks.ask(who_of(request), ref, Kind(word), request.POST.get("text", ""), request_id(request))
    except BadInputError:
        messages.error(request, _("The text is empty, or too long."))
        return redirect("console_asks")
    return redirect("console_ask", number=number)


def the_ask(number: int) -> Asked:
    """Return an ask.

    Raises:
        Http404: there is none.
    """
    found = next((one for one in asks.asks() if one.number == number), None)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def ask_page(request: HttpRequest, number: int) -> HttpResponse:
    """Show an ask with who opened the record; answer it, or release the names."""
    found = the_ask(number)
    if request.method == "POST":
        if "release" in request.POST and (ask := stale(request, request.path)):
            return ask
        answered(request, found)
        return redirect("console_ask", number=number)
    look_at_patient(request, "ask-read", found.patient, str(number))
    shown = {
        "ask": found,
        "kind": ASKS[found.kind],
        "lines": openings.openings(found.patient, language()),
        "released": openings.released(found.patient),
    }
    return render(request, "console/ask.html", shown)


def answered(request: HttpRequest, found: Asked) -> None:
    """Do what the form says."""
    who, request_name = who_of(request), request_id(request)
    try:
        if "release" in request.POST:
            openings.release(who, found.patient, request.POST.get("release", ""), request_name)
        else:
            closes = request.POST.get("closes") == "1"
            asks.answer(who, found.number, request.POST.get("text", ""), request_name, closes=closes)
    except BadInputError:
        messages.error(request, _("The text is empty, or too long."))
    else:
        messages.success(request, _("Kept, and traced."))


@require_GET
def opened_paper(request: HttpRequest, number: int) -> HttpResponse:
    """Give who opened the record on paper; with names only where they were released. It names no patient."""
    found, home, here = the_ask(number), the_home(), language()
    if openings.released(found.patient):
        lines = openings.named_openings(who_of(request), found.patient, here, request_id(request))
    else:
        look_at_patient(request, "openings-printed", found.patient, str(number))
        lines = openings.openings(found.patient, here)
    site = home.settings.site
    content = paper.as_pdf(lines, here, site.time_zone, site.name, home.settings.breach.dpo_contact)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="openings-{number}.{here}.pdf"'
    return answer
