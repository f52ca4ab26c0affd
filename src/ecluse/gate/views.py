"""Pages of the gate: refusals and their way on, broken glass, second person, delegation, the officer's reviews.

Promises:

- **G1** Nothing here shows a patient or asks for a key: once the reason is kept, the page that was refused is asked
  again.
- **G12** Which patient a form is about comes from a signed ticket, never from what the browser typed.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from msgspec.structs import replace

from ecluse.accounts.bridge import request_id
from ecluse.accounts.models import Account
from ecluse.accounts.who import who_of
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Decision, Profession, ProposalKind
from ecluse.gate import glass, reviews, tickets
from ecluse.gate.access import Refusal
from ecluse.gate.delegate import accepts, give
from ecluse.gate.http import page
from ecluse.gate.justify import Told, justify
from ecluse.gate.models import Glass
from ecluse.gate.reasons import EMERGENCY, OUTCOMES, words
from ecluse.gate.second import prove, prove_with_key
from ecluse.gate.tickets import Ticket
from ecluse.safe.protocol import Who

View = Callable[[HttpRequest, Ticket, str], HttpResponse]


def about_a_ticket(view: View) -> Callable[..., HttpResponse]:
    """Give the view the ticket of the form or address; one that cannot be read is answered here."""

    @never_cache
    @login_required
    @wraps(view)
    def reads(request: HttpRequest, signed: str = "") -> HttpResponse:
        text = signed or request.POST.get("ticket", "")
        try:
            ticket = tickets.read(request, text)
        except RefusedError as error:
            return render(request, "gate/over.html", {"rule": error.message}, status=HTTPStatus.FORBIDDEN)
        return view(request, ticket, text)

    return reads


@require_GET
@about_a_ticket
def refused_page(request: HttpRequest, ticket: Ticket, signed: str) -> HttpResponse:
    """Show a refusal again as a page of its own."""
    return page(request, ticket, signed)


@require_POST
@about_a_ticket
def justify_view(request: HttpRequest, ticket: Ticket, signed: str) -> HttpResponse:
    """Keep the reason given, and go where it was refused."""
    try:
        justify(who_of(request), told(request, ticket), request_id(request))
    except (BadInputError, RefusedError) as error:
        return page(request, ticket, signed, complaint(error))
    return HttpResponseRedirect(ticket.next)


@require_GET
@about_a_ticket
def glass_page(request: HttpRequest, ticket: Ticket, signed: str) -> HttpResponse:
    """Ask why the glass is broken, before anything was refused."""
    return page(request, replace(ticket, decision=Decision.JUSTIFY, rule="say-why"), signed)


@require_POST
@about_a_ticket
def glass_view(request: HttpRequest, ticket: Ticket, signed: str) -> HttpResponse:
    """Break the glass alone, and go where it was refused."""
    try:
        result = glass.break_alone(who_of(request), told(request, ticket), request_id(request))
    except BadInputError as error:
        return page(request, ticket, signed, complaint(error))
    return after_glass(request, ticket, result)


@sensitive_post_parameters("password", "code")
@require_POST
@about_a_ticket
def second_view(request: HttpRequest, ticket: Ticket, signed: str) -> HttpResponse:
    """Break the glass with a second person who signs on this screen."""
    try:
        explained = told(request, ticket).checked(dict(EMERGENCY))
        second = signed_here(request)
        result = glass.break_together(who_of(request), second, explained, request_id(request))
    except (BadInputError, RefusedError) as error:
        return page(request, ticket, signed, complaint(error))
    return after_glass(request, ticket, result)


def signed_here(request: HttpRequest) -> Who:
    """Return the second person, who signed with a passkey or with name, password and code.

    Raises:
        RefusedError: they did not prove who they are, or may not approve this.
    """
    form, kind = request.POST, ProposalKind.BREAK_GLASS
    if form.get("credential"):
        return prove_with_key(request, form["credential"], kind)
    return prove(request, form.get("username", ""), form.get("password", ""), form.get("code", ""), kind)


def after_glass(request: HttpRequest, ticket: Ticket, result: Glass | Refusal) -> HttpResponse:
    """Go on when the glass is broken; else say what is missing."""
    if isinstance(result, Glass):
        return HttpResponseRedirect(ticket.next)
    now = replace(ticket, decision=result.decision, rule=result.rule, max_age=result.max_age, sequence=result.sequence)
    return page(request, now, tickets.sign(now))


@require_http_methods(["GET", "POST"])
@about_a_ticket
def give_view(request: HttpRequest, ticket: Ticket, signed: str) -> HttpResponse:
    """Give a patient to a colleague for a time."""
    error = ""
    who = who_of(request)
    if request.method == "POST":
        try:
            give(who, ticket.patient, ticket.ref, request.POST.get("to", ""), hours(request), request_id(request))
        except RefusedError as refused:
            error = str(words(refused.message))
        else:
            return HttpResponseRedirect(ticket.next)
    colleagues = [one for one in colleagues_of(who.account) if accepts(one)]
    shown = {"signed": signed, "colleagues": colleagues, "error": error, "back": ticket.next}
    return render(request, "gate/give.html", shown, status=HTTPStatus.FORBIDDEN if error else HTTPStatus.OK)


def colleagues_of(username: str) -> list[Account]:
    """Return the people who work in a unit of ``username``."""
    mine = Account.objects.filter(service=False, is_active=True, units__accounts__username=username)
    return list(mine.exclude(username=username).distinct().order_by("display_name"))


def hours(request: HttpRequest) -> int:
    """Return the number of hours asked for; 0 when it is not one."""
    text = request.POST.get("hours", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0  # noqa: PLR2004 - a week has 168


def told(request: HttpRequest, ticket: Ticket) -> Told:
    """Return what the form says about the ticket's patient."""
    if not ticket.ref:
        raise BadInputError(_("This concerns no patient in particular."))
    return Told(ticket.patient, ticket.ref, request.POST.get("reason", ""), request.POST.get("text", ""))


def complaint(error: BadInputError | RefusedError) -> str:
    """Return what was wrong with the last try, in words."""
    return str(words(error.message)) if isinstance(error, RefusedError) else error.message


def officer_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a page to the data protection officer, and to nobody else."""

    @never_cache
    @login_required
    @wraps(view)
    def guards(request: HttpRequest, **named: int) -> HttpResponse:
        if who_of(request).profession != Profession.DPO:
            return render(request, "gate/over.html", {"rule": "dpo-only"}, status=HTTPStatus.FORBIDDEN)
        return view(request, **named)

    return guards


@require_GET
@officer_only
def reviews_list(request: HttpRequest) -> HttpResponse:
    """List the broken glasses: those that wait first."""
    return render(request, "gate/reviews.html", {"waiting": reviews.waiting(), "done": reviews.done()})


@require_http_methods(["GET", "POST"])
@officer_only
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Read why a glass was broken, and conclude."""
    found = get_object_or_404(Glass.objects.select_related("account"), pk=pk)
    who, error = who_of(request), ""
    if request.method == "POST":
        try:
            reviews.conclude(who, found, request.POST.get("outcome", ""), request_id(request))
        except (BadInputError, RefusedError) as refused:
            error = complaint(refused)
        else:
            return HttpResponseRedirect(reverse("gate_reviews"))
    text = reviews.text_of(who, found, request_id(request))
    shown = {
        "glass": found,
        "text": text,
        "outcomes": OUTCOMES,
        "error": error,
        "reason": EMERGENCY[found.reason],
    }
    return render(request, "gate/review.html", shown, status=HTTPStatus.FORBIDDEN if error else HTTPStatus.OK)
