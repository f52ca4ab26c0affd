"""The short PIN of ward workstations: given once a shift after a tap of the badge, good nowhere else.

1. Kept as Argon2id, sealed besides with a key that is not in the database: a copy of the database cannot be tried.
2. A try is counted before it is judged, in one statement: however many come at once, five are judged. Then the PIN is
   spent: only its owner, with a full sign-in, sets another. Nobody without the badge can spend it.
"""

import re

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import F
from django.utils import timezone

from ecluse.accounts import sealing
from ecluse.accounts.models import Account, Pin

MOST_TRIES = 5
DIGITS = re.compile(r"[0-9]{6,12}\Z")
UP, DOWN = "01234567890123456789", "98765432109876543210"


def easy(pin: str) -> bool:
    """Tell whether a PIN is among the first anybody would try: one digit, two, digits in order, one half twice."""
    halves = pin[: len(pin) // 2], pin[len(pin) // 2 :]
    return len(set(pin)) <= 2 or pin in UP or pin in DOWN or halves[0] == halves[1]  # noqa: PLR2004 - two in turn


def fit(pin: str) -> bool:
    """Tell whether a PIN may be set: six to twelve digits, and not an easy one."""
    return bool(DIGITS.match(pin)) and not easy(pin)


def keep(account: Account, pin: str) -> None:
    """Set the PIN of ``account``."""
    sealed = sealing.seal(make_password(pin))
    Pin.objects.update_or_create(account=account, defaults={"sealed": sealed, "tries": 0, "changed": timezone.now()})


def right(account: Account, pin: str) -> bool:
    """Judge one try; False too when the PIN is spent or was never set."""
    rows = Pin.objects.filter(account=account)
    if rows.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1) != 1:
        return False
    found = check_password(pin, sealing.unseal(rows.get().sealed))
    if found:
        rows.update(tries=0)
    return found


def spent(account: Account) -> bool:
    """Tell whether the PIN of ``account`` takes no more tries."""
    return Pin.objects.filter(account=account, tries__gte=MOST_TRIES).exists()
