"""A second person signs on the first one's screen: their own name, password and code, checked here and now.

Promises:

- **G7** Never the requester. The proof is whole (password and second factor), counts against the same attempt limits as
  a sign-in, opens no session, and says nothing of which part was wrong. Each code is good once, here or at a sign-in.
"""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from ecluse.accounts import throttle
from ecluse.accounts.bridge import note
from ecluse.accounts.codes import open_with
from ecluse.accounts.models import Account
from ecluse.accounts.privileged import needs_passkey
from ecluse.accounts.professions import professions_of
from ecluse.accounts.who import address, claimed_address, stranger, who_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision, ProposalKind
from ecluse.gate.world import policy
from ecluse.safe.protocol import Who


def prove(request: HttpRequest, username: str, password: str, code: str, kind: ProposalKind) -> Who:
    """Return the second person, fresh from proving who they are, in a profession that may approve ``kind``.

    Raises:
        RefusedError: it is the requester, or the proof is not whole, or no profession of theirs may approve this.
    """
    first = who_of(request)
    account = known(request, username, password)
    if account is None or not code_fits(request, account, code):
        raise RefusedError("not-proven")
    if account.username == first.account:
        raise RefusedError("same-person")
    throttle.proved(request, account.username)
    approvers = policy().approvals.of(kind)
    fitting = [one for one in professions_of(account) if one in approvers and not needs_passkey(one)]
    if not fitting:
        raise RefusedError("not-an-approver")
    return Who(
        account=account.username,
        profession=fitting[0],
        session="",
        acr="aal2",
        amr=("pwd", "otp", "mfa"),
        auth_age=0,
        workstation=first.workstation,
        address=address(request),
        claimed_address=claimed_address(request),
    )


def known(request: HttpRequest, username: str, password: str) -> Account | None:
    """Check name and password as a sign-in would (attempts are counted and traced), without signing in."""
    try:
        found = get_adapter(request).authenticate(request, username=username, password=password)
    except ValidationError:
        return None
    if not isinstance(found, Account) or found.service or not found.employed(timezone.localdate()):
        return None
    return found


def code_fits(request: HttpRequest, account: Account, code: str) -> bool:
    """Check a one-time code: each is good once, and wrong ones are counted and traced."""
    if not Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists():
        return untaken(request, account, "no-code-factor")
    try:
        return open_with(request, account, code) is not None
    except RefusedError:
        return False


def untaken(request: HttpRequest, account: Account, rule: str) -> bool:
    """Trace that a right password was typed here and came to nothing."""
    note(stranger(request, account.username), Action.LOGIN_FAILURE, rule, request, decision=Decision.REFUSE)
    return False
