"""Each code of an authenticator app opens once, and never an older one after a newer (RFC 6238 section 5.2).

1. Two requests that bring the same code at the same time: one of them changes the row, the other finds it changed.
"""

import hmac

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from ecluse.accounts import sealing
from ecluse.accounts.models import UsedStep


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
