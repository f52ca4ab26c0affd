"""Each code of an authenticator app opens once, and never an older one after a newer (RFC 6238 section 5.2).

1. Two requests that bring the same code at the same time: one of them changes the row, the other finds it changed.
2. A try is counted before any code is computed (:mod:`ecluse.accounts.throttle`); a right one gives its try back.
"""

import hmac

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.http import HttpRequest

from ecluse.accounts import sealing, throttle
from ecluse.accounts.models import Account, UsedStep

TOTP, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


def open_with(request: HttpRequest, account: Account, code: str, *, recovery: bool = False) -> Authenticator | None:
    """Return the factor whose code this is, used up now; nothing, traced, when it is none's.

    ``recovery``: a recovery code will do.

    Raises:
        RefusedError: too many were wrong: this one was not looked at.
    """
    tried = throttle.reserve(request, account.username)
    kinds = (TOTP, RECOVERY) if recovery else (TOTP,)
    factors = sorted(Authenticator.objects.filter(user=account, type__in=kinds), key=lambda one: one.type != TOTP)
    found = next((factor for factor in factors if takes(factor, code)), None)
    if found is not None:
        throttle.give_back(tried)
    elif factors:
        authentication_failed.send(
            sender=Authenticator, request=request, user=account, authenticator=factors[0], reauthentication=False
        )
    return found


def takes(factor: Authenticator, code: str) -> bool:
    """Use up ``code`` if it is one of this factor's."""
    if factor.type == RECOVERY:
        return bool(factor.wrap().validate_code(code))
    step = step_of(factor, code)
    return step is not None and claim(factor, step)


def step_of(factor: Authenticator, code: str) -> int | None:
    """Return the time step whose code this is, within the tolerance; nothing when it is none's."""
    secret = sealing.unseal(factor.data["secret"])
    typed = code.replace(" ", "").encode()
    steps = list(yield_hotp_counters_from_time())
    found = [step for step in steps if hmac.compare_digest(format_hotp_value(hotp_value(secret, step)).encode(), typed)]
    return found[0] if found else None


def claim(factor: Authenticator, step: int) -> bool:
    """Take ``step`` for good; tell whether it was free."""
    UsedStep.objects.get_or_create(factor=factor, defaults={"step": 0})
    return UsedStep.objects.filter(factor=factor, step__lt=step).update(step=step) == 1
