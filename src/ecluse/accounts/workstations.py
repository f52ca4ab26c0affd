"""Registering and removing shared workstations.

The command line makes a code; typed once on the PC, it binds the PC's own key.

1. A code is 12 characters of a random alphabet, kept as SHA-256, good once and for half an hour.
2. Registering asks for the proof of the browser's key: what is registered is the key, not a cookie.
3. Removing stops the very next tap, and ends the session that is open there.
"""

import datetime as dt
import hashlib
import secrets
import time

from django.http import HttpRequest
from django.utils import timezone

from ecluse.accounts import device_key, sessions, throttle, workstation
from ecluse.accounts.bridge import note, note_if_possible
from ecluse.accounts.models import Unit, Workstation
from ecluse.accounts.who import console, stranger
from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Decision

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_CHARS = 12
CODE_LIVES = dt.timedelta(minutes=30)


def digest(code: str) -> str:
    """Return what is kept of a code; spaces, dashes and small letters do not matter."""
    clean = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(clean.encode()).hexdigest()


def add(label: str, unit: str) -> tuple[str, Workstation]:
    """Announce a shared workstation of ``unit`` (its code); return the one-time code to type on it.

    Raises:
        BadInputError: no such unit, no label, or one that is taken.
        SafeUnavailableError: it could not be traced and was not made.
    """
    home = Unit.objects.filter(code=unit).first()
    if home is None:
        raise BadInputError(f"There is no unit {unit!r}.", "`ecluse accounts list` shows units.")
    if not label.strip() or Workstation.objects.filter(label=label, ward=True).exists():
        raise BadInputError("A shared workstation needs a label of its own.", "For instance: CARD corridor 2.")
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARS))
    key = secrets.token_hex(16)
    note(console(), Action.FACTOR, "ward-workstation-announced", target=key, detail=home.code)
    row = Workstation.objects.create(
        key=key, label=label, unit=home, code=digest(code), code_until=timezone.now() + CODE_LIVES
    )
    return "-".join(code[start : start + 4] for start in range(0, CODE_CHARS, 4)), row


def listed() -> list[Workstation]:
    """Return the shared workstations, those still to register included."""
    return [row for row in Workstation.objects.select_related("unit").order_by("label") if row.ward or row.code]


def remove(label: str) -> None:
    """Forget a shared workstation, and end the session open on it.

    Raises:
        BadInputError: there is none of that label.
    """
    rows = [row for row in listed() if row.label == label]
    if not rows:
        raise BadInputError(f"There is no shared workstation {label!r}.", "`ecluse workstations list` shows them.")
    for row in rows:
        note_if_possible(console(), Action.FACTOR, "ward-workstation-removed", target=row.key)
        sessions.end_key(row.session_key)
        row.delete()


def claims_to_be(request: HttpRequest) -> bool:
    """Tell whether this browser's cookie names a shared workstation; nothing is proved by it."""
    key = workstation.key_of(request)
    return bool(key) and Workstation.objects.filter(key=key, ward=True).exists()


def claim(request: HttpRequest, code: str) -> Workstation | None:
    """Register this browser's key for the code typed; None when either is missing or wrong."""
    public = device_key.proven(request)
    who = stranger(request)
    if not public or tried_too_often(request):
        return None
    found = Workstation.objects.filter(code=digest(code), code_until__gt=timezone.now()).exclude(code="")
    row = found.first()
    if row is None:
        note(who, Action.LOGIN_FAILURE, "wrong-workstation-code", request, decision=Decision.REFUSE)
        return None
    note(who, Action.FACTOR, "ward-workstation-registered", request, target=row.key)
    if found.filter(pk=row.pk).update(code="", code_until=None, ward=True, public_key=public) != 1:
        return None
    return Workstation.objects.get(pk=row.pk)


def tried_too_often(request: HttpRequest) -> bool:
    """Count a try of this address; tell whether it is one too many."""
    return not throttle.counted(throttle.key("ward", throttle.network(request)), time.time())
