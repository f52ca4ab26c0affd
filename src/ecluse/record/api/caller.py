"""Who calls the interface: a service with a token bound to its key, or a person with the site's own session.

Promises:

- **F5** Nobody is let in by a middleware: each view asks here, so the short way (``lean.py``) and the ordinary one are
  one door.
- **F6** A session counts only with its second factor (a privileged one: a factor that cannot be phished), on the
  browser it was proved on, within its time, and with a profession chosen.
- **F7** A session that writes must carry the site's CSRF token; a service needs none, since no browser sends its token
  by itself.
- **F9** A service proves the key of its token with each request, and its scopes hold what it asks for, before anything
  is looked up: on the short way too.
"""

from typing import Any, cast

import msgspec
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from ecluse.accounts import carried, standing, tokens
from ecluse.accounts.bridge import request_id
from ecluse.accounts.services.errors import NotAcceptedError
from ecluse.accounts.services.presented import presented
from ecluse.accounts.who import address, claimed_address, who_of
from ecluse.core.words import Decision, Purpose
from ecluse.gate.rules import rights_of
from ecluse.gate.world import policy
from ecluse.record.api.outcome import ProblemError, bad, bad_token, no_proof, nobody
from ecluse.record.api.refusals import step_up
from ecluse.record.api.table import ONE
from ecluse.safe.protocol import Who

PURPOSE_HEADER = "HTTP_X_PURPOSE_OF_USE"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_PURPOSES = (Purpose.TREATMENT, Purpose.OPERATIONS, Purpose.PAYMENT, Purpose.COORDINATION)
NOT_HERE = frozenset({Purpose.BREAK_GLASS, Purpose.EMERGENCY})


class Caller(msgspec.Struct, frozen=True):
    """Who calls, for what purpose, and the id that ties the trace entries of the request together."""

    who: Who
    purpose: Purpose
    request_id: str


class FhirCsrf(CsrfViewMiddleware):
    """Django's own check; its refusal is returned as a reason, not as a page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:  # noqa: ARG002
        raise ProblemError(403, "A session that writes sends the site's CSRF token in X-CSRFToken.", "csrf")


NEEDED = {
    ("instance", "GET"): "r",
    ("instance", "PUT"): "u",
    ("type", "GET"): "s",
    ("type", "POST"): "c",
    ("search", "POST"): "s",
    ("history", "GET"): "r",
    ("version", "GET"): "r",
}
"""What each address and method asks of a scope: the letters of SMART."""
ALL = ("*", "rs")
"""Everything of a patient, and whatever the table does not name, asks for every type."""


def token_of(request: HttpRequest) -> str | None:
    """Return what the table of tokens is asked for; None without any token, empty when it is of an unknown scheme.

    Raises:
        ProblemError: the proof, the network or the scope does not fit (401, 403).
    """
    try:
        return presented(request, needed(request))
    except NotAcceptedError as error:
        raise no_proof(error.status, error.message, error.rule, error.code) from error


def needed(request: HttpRequest) -> tuple[str, str]:
    """Return the type and the letters that the scopes of a service must hold for this request."""
    name, kind = named(request)
    method = "GET" if request.method == "HEAD" else request.method or ""
    letters = NEEDED.get((name, method), "")
    return (kind, letters) if kind and letters else ALL


def named(request: HttpRequest) -> tuple[str, str]:
    """Return the name of the address and its type; the short way (``lean.py``) leaves them to be read here."""
    match = request.resolver_match
    if match is not None:
        return match.url_name or "", str(match.kwargs.get("kind", ""))
    found = ONE.match(request.path_info)
    return ("instance", found["kind"]) if found else ("", "")


def caller_of(request: HttpRequest) -> Caller:
    """Return who calls.

    Raises:
        ProblemError: nobody, or somebody who must prove more first (401, 403).
    """
    token = token_of(request)
    if token is not None:
        held = tokens.holder(token)
        if held is None:
            raise bad_token()
        who = service(request, held.account.username, held.profession, held.pk)
    else:
        who = person(request)
    return Caller(who, purpose(request) or usual(who.profession), request_id(request))


def service(request: HttpRequest, account: str, profession: str, token: int) -> Who:
    """Return the service that holds token number ``token``: it proves itself with each request."""
    return Who(
        account=account,
        profession=profession,
        session=f"token:{token}",
        amr=("pop",),
        address=address(request),
        claimed_address=claimed_address(request),
    )


def person(request: HttpRequest) -> Who:
    """Return the person of the site's session.

    Raises:
        ProblemError: nobody is signed in (401), something must be proved first (401), no profession is chosen (403),
        CSRF (403).
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        raise nobody()
    who = who_of(request)
    answer = standing.ask(request, "", who)
    if answer.decision is Decision.REFUSE:
        raise nobody()
    if answer.decision is Decision.STEP_UP:
        if answer.rule == "new-device":
            carried.trace(request, who)
        raise step_up(answer.rule, answer.max_age or policy().ladder.fresh_seconds)
    if not who.profession:
        raise ProblemError(403, "Choose on the site which profession you act as.", "no-profession")
    if request.method not in SAFE_METHODS:
        check_csrf(request)
    return who


def check_csrf(request: HttpRequest) -> None:
    """Check the CSRF token of a session that writes.

    Raises:
        ProblemError: 403, it is missing or wrong.
    """
    check = FhirCsrf(lambda _request: HttpResponse())
    check.process_request(request)
    check.process_view(request, cast("Any", check_csrf), (), {})


def purpose(request: HttpRequest) -> Purpose | None:
    """Return the purpose the caller names in ``X-Purpose-Of-Use``, if any.

    Raises:
        ProblemError: 400, the word is not one of the vocabulary, or it is one that needs a person in front of a page.
    """
    named = request.META.get(PURPOSE_HEADER)
    if named is None:
        return None
    try:
        found = Purpose(named)
    except ValueError:
        known = ", ".join(word for word in Purpose if word not in NOT_HERE)
        raise bad(f"X-Purpose-Of-Use is one of {known}.", "bad-purpose") from None
    if found in NOT_HERE:
        raise ProblemError(
            403,
            "Break-glass is not offered by this interface: a person breaks the glass on the patient's page.",
            "no-break-glass",
        )
    return found


def usual(profession: str) -> Purpose:
    """Return the first usual purpose that the policy lists for ``profession``."""
    rights = rights_of(policy(), profession)
    listed = rights.purposes if rights else frozenset()
    return next((word for word in DEFAULT_PURPOSES if word in listed), Purpose.TREATMENT)
