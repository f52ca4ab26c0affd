"""How each request of an open session stands, asked again every time: one call to the safe, no query of its own.

1. A lock stops a session that is already open with its very next request (S4), whatever page it asks for.
2. Without a second factor a session reaches nothing but the pages where one is added.
3. When the safe does not answer, nothing is shown (S6).
4. A session ends at the limits of its profession, place and circumstance (:mod:`ecluse.accounts.strength`).
5. A session whose browser does not prove its key goes no further: its own browser proves it by itself, any other only
   by a fresh proof of identity.
6. When the whole establishment is locked, those who may lift it still reach the pages where two people do.
"""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ecluse.accounts import approvals, carried, odd_sign_ins, standing, ward, workstation
from ecluse.accounts.bridge import the_safe
from ecluse.accounts.pages import back_path, checking, closed, go, prove_again, unavailable
from ecluse.accounts.rights import refuse_page
from ecluse.accounts.standing import CHOOSE, ENROL, LEAVE, PROVE
from ecluse.accounts.strength import Answer
from ecluse.accounts.who import who_of
from ecluse.core.words import Decision, Grade
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.protocol import Check, Who

OWN_DOOR = "/fhir/"
LIFT = LEAVE | PROVE | {"accounts_profession", "accounts_waiting", "accounts_decide", "accounts_propose_unlock"}
OVER = frozenset({"session-too-old", "left-alone", "tap-off-ward", "no-session-for-it"})


class Standing:
    """Lets a request through, or answers it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        workstation.hand_out(request, response)
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Return the refusal of this request, or nothing when it may go on."""
        if request.path_info.startswith(OWN_DOOR) or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        page = (match.url_name or "") if match else ""
        who = who_of(request)
        answer = standing.ask(request, page, who)
        if answer.rule in OVER:
            return end(request, answer.rule)
        try:
            return refusal(request, page, who, answer)
        except SafeUnavailableError:
            return None if page in LEAVE else unavailable(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """3: turn a safe that does not answer a view into the page that says so."""
        return unavailable(request) if isinstance(exception, SafeUnavailableError) else None


def end(request: HttpRequest, rule: str) -> HttpResponse:
    """Sign out of a session that is over, and say where to come in again."""
    shared = workstation.WARD in request.session
    back = back_path(request)
    get_adapter(request).logout(request)
    if rule == "left-alone":
        messages.info(request, _("You were away, so this session was closed."))
    return go("accounts_ward") if shared else go("account_login", back)


def refusal(request: HttpRequest, page: str, who: Who, answer: Answer) -> HttpResponse | None:
    """Return what stops ``who`` from seeing ``page``; the order is that of the promises."""
    if page in LEAVE:
        return None
    checked = the_safe().call(Check(who=who))
    if checked.lock:
        lifts = approvals.may_lift(who)
        if not lifts or page not in LIFT:
            return closed(request, "locked", checked.lock, lifts=lifts)
    if answer.decision is not Decision.ALLOW:
        if answer.rule == "new-device":
            carried.trace(request, who)
        return stopped(request, answer)
    if checked.grade is Grade.STEP_UP and page not in PROVE:
        return prove_again(request)
    standing.note_seen(request, who)
    if page in PROVE | ENROL | CHOOSE or (who.profession and checked.registered):
        refuse_page(request, who, page)
        odd_sign_ins.tell(request)
        ward.remember_page(request)
        return None
    return closed(request, "unregistered") if who.profession else go("accounts_profession", back_path(request))


def stopped(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Turn an answer of the table into the page that helps."""
    if answer.rule == "second-factor":
        return go("accounts_enrol")
    if answer.rule == "new-device" and workstation.may_prove(request):
        return checking(request)
    if answer.rule == "phishing-resistant":
        return go("accounts_stronger", back_path(request))
    if answer.decision is Decision.STEP_UP:
        return prove_again(request)
    return closed(request, answer.rule)
