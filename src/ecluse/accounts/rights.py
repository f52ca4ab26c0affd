"""Which professions reach which administrative page. One closed table: a page that is not here is refused to all.

None of these pages shows a patient.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from ecluse.accounts.bridge import note
from ecluse.accounts.professions import active
from ecluse.core.words import SERVICES, Action, Decision, Profession
from ecluse.safe.protocol import Who

EVERYBODY = frozenset(Profession) - SERVICES
IT, OFFICER, DPO = Profession.IT_ADMINISTRATOR, Profession.SECURITY_OFFICER, Profession.DPO
ISSUERS = frozenset({Profession.PHYSICIAN, Profession.MIDWIFE, Profession.NURSE, OFFICER, DPO})

PAGES: dict[str, frozenset[Profession]] = {
    "accounts_waiting": EVERYBODY,
    "accounts_decide": EVERYBODY,
    "accounts_list": frozenset({IT, OFFICER}),
    "accounts_propose_grant": frozenset({IT, OFFICER}),
    "accounts_propose_raise": frozenset({IT, OFFICER}),
    "accounts_propose_unlock": frozenset({IT, OFFICER}),
    "accounts_lock": frozenset({OFFICER}),
    "accounts_issue": ISSUERS,
    "accounts_review": frozenset({OFFICER, DPO}),
    "accounts_review_answer": frozenset({OFFICER, DPO}),
    "accounts_slips": frozenset({IT, OFFICER, DPO}),
    "accounts_give_slip": frozenset({IT, OFFICER, DPO}),
    "accounts_end_sessions": frozenset({OFFICER}),
}

View = Callable[..., HttpResponse]


def may(profession: str, page: str) -> bool:
    """Tell whether ``profession`` reaches ``page``."""
    return profession in PAGES.get(page, frozenset())


def pages_of(profession: str) -> frozenset[str]:
    """Return the URL names that ``profession`` reaches."""
    return frozenset(page for page in PAGES if may(profession, page))


def refuse_page(request: HttpRequest, who: Who, page: str) -> None:
    """Trace and refuse a page of the table that is not for this profession; other pages are not asked about here.

    Raises:
        PermissionDenied: it is not.
        SafeUnavailableError: nor could that be traced.
    """
    if page in PAGES and not may(who.profession, page):
        note(who, Action.GRANT, "page-not-of-profession", request, decision=Decision.REFUSE, detail=page)
        raise PermissionDenied


def by_table(view: View) -> View:
    """Open ``view`` to the professions that the table lists for its address, whatever stands before it."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        match = request.resolver_match
        page = (match.url_name or "") if match else ""
        if not may(active(request), page):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
