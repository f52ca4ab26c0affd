"""The one place that turns a refusal into HTTP: a page that says what to do next, or a FHIR outcome.

Promises:

- **G13** A refusal shows nothing of the patient: no name, no identifier, no part of the record; only the rule and the
  way on. A planted record is told like any lock.

| decision | page | FHIR |
|---|---|---|
| step-up | 401, link to prove again | 401 ``login``, ``WWW-Authenticate`` of RFC 9470 |
| justify, second person | 403, form | 403 ``security`` |
| refuse by a cap | 429, ``Retry-After`` | 429 ``throttled``, ``Retry-After`` |
| refuse | 403 | 403 ``forbidden`` |

A fragment asked by htmx is answered by ``HX-Redirect`` to the page.
"""

from typing import Any

from allauth.core.context import request_context
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from msgspec.structs import replace

from ecluse.accounts.who import who_of
from ecluse.core.words import Action, Decision, Ground
from ecluse.gate import tickets
from ecluse.gate.access import Refusal
from ecluse.gate.justify import may_justify
from ecluse.gate.reasons import EMERGENCY, FORBIDDEN, THROTTLED, TOO_MANY_REQUESTS, UNAUTHORIZED, WHY, words
from ecluse.gate.rules import rights_of
from ecluse.gate.tickets import Ticket
from ecluse.gate.world import policy

FHIR = "/fhir/"
FHIR_JSON = "application/fhir+json"
RULES_SYSTEM = "urn:ecluse:rule"
LONGEST_RETRY = 3600
"""Caps slide: room comes back bit by bit, so nobody is told to stay away for a month."""


def refuse(request: HttpRequest, refusal: Refusal, *, next_url: str = "") -> HttpResponse:
    """Answer a refusal. ``next_url``: where to go once it is lifted (default: this page)."""
    told = replace(refusal, rule="locked") if refusal.rule == "decoy" else refusal
    if request.path.startswith(FHIR):
        return outcome(told)
    ticket = tickets.make(request, told, next_url)
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=status(told.decision, told.rule))
        response["HX-Redirect"] = reverse("gate_no", args=[ticket])
        patch_vary_headers(response, ["HX-Request"])
        return response
    return page(request, tickets.read(request, ticket), ticket)


def status(decision: Decision, rule: str) -> int:
    """Return the HTTP status of a refusal."""
    if decision is Decision.STEP_UP:
        return UNAUTHORIZED
    return TOO_MANY_REQUESTS if rule in THROTTLED else FORBIDDEN


def page(request: HttpRequest, ticket: Ticket, signed: str, error: str = "") -> HttpResponse:
    """Show the refusal ``ticket`` tells of, with the forms that may lift it.

    ``error``: what was wrong with the last try.
    """
    response = render(
        request,
        "gate/refused.html",
        context(request, ticket, signed, error),
        status=status(ticket.decision, ticket.rule),
    )
    again = retry_after(ticket.rule)
    if again:
        response["Retry-After"] = str(again)
    response["Cache-Control"] = "no-store"
    return response


def context(request: HttpRequest, ticket: Ticket, signed: str, error: str) -> dict[str, Any]:
    """Return what the page says, and which forms this profession may use for this patient."""
    profession = who_of(request).profession
    about_one = bool(ticket.ref)
    can_break = about_one and may_break(profession) and ticket.decision in {Decision.JUSTIFY, Decision.SECOND_PERSON}
    two = ticket.decision is Decision.SECOND_PERSON
    return {
        "ticket": ticket,
        "signed": signed,
        "said": words(ticket.rule),
        "error": error,
        "step_up": ticket.decision is Decision.STEP_UP,
        "proof_url": f"{reverse('account_reauthenticate')}?{urlencode({'next': ticket.next})}",
        "can_justify": about_one and ticket.decision is Decision.JUSTIFY and may_justify(profession),
        "can_break": can_break and not two,
        "two_people": can_break and two,
        "key_options": key_options(request) if can_break and two else None,
        "why": WHY,
        "emergency": EMERGENCY,
        "minutes": (retry_after(ticket.rule) + 59) // 60,
        "locked": ticket.rule in {"locked", "decoy"},
    }


def key_options(request: HttpRequest) -> dict[str, Any]:
    """Return what a colleague's browser is asked to sign with a passkey: anybody's, since nobody said who comes."""
    with request_context(request):
        return {"request_options": begin_authentication()}


def may_break(profession: str) -> bool:
    """Tell whether ``profession`` may break the glass at all."""
    rights = rights_of(policy(), profession)
    return rights is not None and Action.BREAK_GLASS in rights.actions and Ground.EMERGENCY in rights.caps


def retry_after(rule: str) -> int:
    """Return the seconds after which asking again may work; 0 when time alone changes nothing."""
    return min(THROTTLED.get(rule, 0), LONGEST_RETRY)


def outcome(refusal: Refusal) -> HttpResponse:
    """Answer a refusal as a FHIR R4 OperationOutcome (RFC 9470 header on a step-up)."""
    body = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": issue(refusal),
                "details": {
                    "coding": [{"system": RULES_SYSTEM, "code": refusal.rule}],
                    "text": str(words(refusal.rule)),
                },
                "diagnostics": f"decision {refusal.decision.value}, trace entry {refusal.sequence}",
            }
        ],
    }
    response = JsonResponse(body, status=status(refusal.decision, refusal.rule), content_type=FHIR_JSON)
    if refusal.decision is Decision.STEP_UP:
        response["WWW-Authenticate"] = challenge(refusal.max_age)
    again = retry_after(refusal.rule)
    if again:
        response["Retry-After"] = str(again)
    response["Cache-Control"] = "no-store"
    return response


def challenge(max_age: int) -> str:
    """Return the step-up challenge of RFC 9470, section 3."""
    return (
        'Bearer error="insufficient_user_authentication", '
        f'error_description="A more recent authentication is required", max_age="{max_age}"'
    )


def issue(refusal: Refusal) -> str:
    """Return the code of FHIR's IssueType that fits."""
    if refusal.rule in THROTTLED:
        return "throttled"
    codes = {Decision.STEP_UP: "login", Decision.REFUSE: "forbidden"}
    return codes.get(refusal.decision, "security")
