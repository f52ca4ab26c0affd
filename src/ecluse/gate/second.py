"""A second person signs on the first one's screen: their own passkey, or name, password and code, checked here and now.

Promises:

- **G7** Never the requester. The proof is whole (a passkey, or password and second factor), counts against the same
  limits as a sign-in, opens no session, and says nothing of which part was wrong. Each is good once.
"""

import json

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from ecluse.accounts import throttle
from ecluse.accounts.bridge import note
from ecluse.accounts.codes import open_with
from ecluse.accounts.models import Account
from ecluse.accounts.privileged import NOT_PHISHABLE, needs_passkey
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
    account = known(request, username, password)
    if account is None or not code_fits(request, account, code):
        raise RefusedError("not-proven")
    throttle.proved(request, account.username)
    return approver(request, account, kind, ("pwd", "otp", "mfa"))


def prove_with_key(request: HttpRequest, answer: str, kind: ProposalKind) -> Who:
    """Return the second person, who touched their own passkey on this screen: it says who they are, and is two factors.

    Raises:
        RefusedError: it is the requester, or no passkey of anybody here, or no profession of theirs may approve this.
    """
    try:
        sent = json.loads(answer)
        webauthn.parse_authentication_response(sent)
        account = webauthn.extract_user_from_response(sent)
        factor = webauthn.complete_authentication(account, sent)
    except (ValidationError, ValueError, AttributeError) as error:
        note(who_of(request), Action.LOGIN_FAILURE, "wrong-second-factor", request, decision=Decision.REFUSE)
        raise RefusedError("not-proven") from error
    if not present(account):
        raise RefusedError("not-proven")
    data = factor.wrap().authenticator_data
    return approver(request, account, kind, ("swk" if data.flags & data.FLAG.BE else "hwk", "mfa"))


def approver(request: HttpRequest, account: Account, kind: ProposalKind, amr: tuple[str, ...]) -> Who:
    """Return ``account``, which has just proved who it is by ``amr``, in a profession that may approve ``kind``.

    Raises:
        RefusedError: it is the requester, or no profession of theirs may approve this.
    """
    first = who_of(request)
    if account.username == first.account:
        raise RefusedError("same-person")
    approvers = policy().approvals.of(kind)
    with_key = bool(NOT_PHISHABLE & set(amr))
    able = [one for one in professions_of(account) if with_key or not needs_passkey(one)]
    fitting = [one for one in able if one in approvers]
    if not fitting:
        raise RefusedError("not-an-approver")
    return Who(
        account=account.username,
        profession=fitting[0],
        session="",
        acr="aal2",
        amr=amr,
        auth_age=0,
        workstation=first.workstation,
        address=address(request),
        claimed_address=claimed_address(request),
    )


def present(account: Account) -> bool:
    """Tell whether this is a person who works here today."""
    return not account.service and account.employed(timezone.localdate())


def known(request: HttpRequest, username: str, password: str) -> Account | None:
    """Check name and password as a sign-in would (attempts are counted and traced), without signing in."""
    try:
        found = get_adapter(request).authenticate(request, username=username, password=password)
    except ValidationError:
        return None
    return found if isinstance(found, Account) and present(found) else None


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
