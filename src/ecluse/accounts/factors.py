"""What must be proved before a factor is added or removed.

1. Whoever has a factor proves it *for this very change*: the page first asks, and only a proof given after it asked
   counts, once. A session proved a minute ago for something else, in a thief's hands, adds nothing.
2. Whoever came in with a recovery code may add one factor, within a quarter of an hour; the old app is replaced in the
   same act. A privileged person may not.
3. Whoever ever had a factor and has none, and a privileged person who has no passkey in hand, brings a sealed slip.
4. A first factor on a first day needs the password just typed.
"""

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from ecluse.accounts.models import Account, AccountProfession, Enrolled
from ecluse.accounts.privileged import needs_passkey

TOTP, KEY, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
REAL = (TOTP, KEY)
ASKED, SLIP, SPENT = "ecluse.factor-asked", "ecluse.slip", "ecluse.recovery-spent"
MADE = "ecluse.codes-made"
PROOF_S, RECOVERY_S = 300, 900


def real(account: Account) -> set[str]:
    """Return the kinds of second factor ``account`` has; recovery codes are none."""
    return set(Authenticator.objects.filter(user=account, type__in=REAL).values_list("type", flat=True))


def proof_missing(request: HttpRequest, account: Account) -> bool:
    """Tell whether a change of factors must first be proved; if so, it is asked for from now on."""
    have = real(account)
    if not have or in_recovery(request, account):
        return False
    kinds = {KEY} if KEY in have and privileged(account) else set(REAL)
    asked, now = request.session.get(ASKED), time.time()
    proofs = [one["at"] for one in records(request, account) if one.get("type") in kinds]
    if asked is not None and proofs and max(proofs) > asked and now - max(proofs) < PROOF_S:
        return False
    request.session[ASKED] = now
    return True


def slip_missing(request: HttpRequest, account: Account) -> bool:
    """Tell whether a factor may be added only with a sealed slip, and none was typed in this session."""
    have = real(account)
    if time.time() - request.session.get(SLIP, 0.0) < RECOVERY_S:
        return False
    if not have:
        return Enrolled.objects.filter(account=account).exists()
    return privileged(account) and (KEY not in have or by_recovery_code(request, account))


def in_recovery(request: HttpRequest, account: Account) -> bool:
    """Tell whether this session was just opened with a recovery code that may add a factor and has added none yet."""
    spent = bool(request.session.get(SPENT, False))
    return by_recovery_code(request, account) and not spent and not privileged(account)


def by_recovery_code(request: HttpRequest, account: Account) -> bool:
    """Tell whether a recovery code is all that this session proved, a quarter of an hour ago at most."""
    known = records(request, account)
    codes = [one["at"] for one in known if one.get("type") == RECOVERY]
    proved = any(one.get("type") in REAL for one in known)
    return bool(codes) and time.time() - max(codes) < RECOVERY_S and not proved


def codes_just_made(request: HttpRequest) -> bool:
    """Tell whether this very session made the recovery codes it wants to see."""
    return bool(time.time() - request.session.get(MADE, 0.0) < PROOF_S)


def spend(request: HttpRequest) -> None:
    """Use up what let one change happen."""
    for name in (ASKED, SLIP):
        request.session.pop(name, None)
    request.session[SPENT] = True


def privileged(account: Account) -> bool:
    """Tell whether any profession of ``account`` takes a passkey."""
    words = AccountProfession.objects.filter(account=account).values_list("profession", flat=True)
    return any(needs_passkey(word) for word in words)


def records(request: HttpRequest, account: Account) -> list[dict[str, Any]]:
    """Return the second factors proved in this session."""
    return [one for one in get_authentication_records(request, account) if one.get("method") == "mfa"]
