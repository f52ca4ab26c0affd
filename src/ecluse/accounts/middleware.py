"""How each request of an open session stands, asked again every time: one call to the safe, no query of its own.

1. A lock stops a session that is already open with its very next request (S4), whatever page it asks for.
2. Without a second factor a session reaches nothing but the pages where one is added.
3. When the safe does not answer, nothing is shown (S6).
4. A session ends 12 hours after sign-in, or after an hour without any request (NIST SP 800-63B-4, AAL2).
5. A session carried to another browser proves itself there before it goes on.
6. When the whole establishment is locked, those who may lift it still reach the pages where two people do.
"""

import time
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse

from ecluse.accounts import approvals, workstation
from ecluse.accounts.bridge import the_safe
from ecluse.accounts.pages import back_path, closed, go, prove_again, unavailable
from ecluse.accounts.rights import refuse_page
from ecluse.accounts.who import who_of
from ecluse.core.words import Grade
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.protocol import Check, Who

OWN_DOOR = "/fhir/"
STARTED = "ecluse.started"
SEEN = "ecluse.seen"
WHOLE_SESSION_S = 12 * 60 * 60
IDLE_S = 60 * 60
SEEN_EVERY_S = 5 * 60

LEAVE = frozenset({"account_logout", "set_language"})
PROVE = LEAVE | {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
ENROL = PROVE | {"accounts_enrol", "mfa_activate_totp", "mfa_add_webauthn", "accounts_slip"}
LIFT = PROVE | {"accounts_profession", "accounts_waiting", "accounts_decide", "accounts_propose_unlock"}
CHOOSE = ENROL | {"accounts_profession", "mfa_view_recovery_codes", "mfa_index", "accounts_notices"}


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
        if over(request):
            get_adapter(request).logout(request)
            return go("account_login", back_path(request))
        try:
            return refusal(request, page, who_of(request))
        except SafeUnavailableError:
            return None if page in LEAVE else unavailable(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """3: turn a safe that does not answer a view into the page that says so."""
        return unavailable(request) if isinstance(exception, SafeUnavailableError) else None


def refusal(request: HttpRequest, page: str, who: Who) -> HttpResponse | None:
    """Return what stops ``who`` from seeing ``page``; the order is that of the promises."""
    if page in LEAVE:
        return None
    checked = the_safe().call(Check(who=who))
    if checked.lock:
        lifts = approvals.may_lift(who)
        if not lifts or page not in LIFT:
            return closed(request, "locked", checked.lock, lifts=lifts)
    if who.acr != "aal2":
        return None if page in ENROL else go("accounts_enrol")
    if workstation.is_new(request) or checked.grade is Grade.STEP_UP:
        return None if page in PROVE else prove_again(request)
    if page in CHOOSE or (who.profession and checked.registered):
        refuse_page(request, who, page)
        return None
    return closed(request, "unregistered") if who.profession else go("accounts_profession", back_path(request))


def over(request: HttpRequest) -> bool:
    """Tell whether this session is too old or was left alone too long; note every 5 minutes that it lives."""
    now = int(time.time())
    seen = request.session.get(SEEN, now)
    if now - request.session.get(STARTED, now) > WHOLE_SESSION_S or now - seen > IDLE_S:
        return True
    if SEEN not in request.session or now - seen > SEEN_EVERY_S:
        request.session[SEEN] = now
    return False
