"""Sealed slips: how somebody who lost a password or a factor comes back, and nobody else does.

1. Asked for by one person of the office, handed over in person by another, who saw the face; never to oneself, never by
   the asker. The code appears once, on the second person's screen, to be printed; only its keyed hash is kept.
2. A slip is half of a proof. ``password``: a new password, with the second factor the person still has. ``factor``: a
   first factor again, with the password they still know. Who handed it over has neither.
3. One account has one slip at a time, a new one ends the one before; no two kinds within a day of each other: whoever
   lost both is enrolled anew by the owner of the machine.
4. A slip lives a day, opens once, and wrong tries are counted like wrong passwords.
5. Handing one over starts the counter of tries again: a person shut out by strangers' guesses comes back this way too.
6. Each step is traced before it happens, and told to the person.
"""

import base64
import hmac
import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ecluse.accounts import notices, sessions, throttle
from ecluse.accounts.bridge import note
from ecluse.accounts.models import Account, Enrolled, Slip
from ecluse.accounts.who import stranger
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision
from ecluse.safe.protocol import Who

PASSWORD, FACTOR = "password", "factor"
KINDS = (PASSWORD, FACTOR)
LIVES = timedelta(days=1)
CODE_BYTES = 10
FRESH_S = 300
GROUP = 4


def ask(who: Who, account: Account, kind: str, request: HttpRequest | None = None) -> Slip:
    """Start a reset. A lost factor stops at once: every factor goes, every session ends.

    Raises:
        RefusedError: for oneself, for a service, or beside another slip of the last day.
    """
    if account.username == who.account:
        raise refused(who, account, "own-slip", request)
    if account.service:
        raise refused(who, account, "service", request)
    lately = Slip.objects.filter(account=account, until__gt=timezone.now() - LIVES)
    if lately.exclude(kind=kind).exists():
        raise refused(who, account, "slip-beside-another", request)
    note(who, Action.FACTOR, "slip-asked", request, target=account.username, detail=kind)
    lately.filter(used=None).update(until=timezone.now())
    slip = Slip.objects.create(account=account, kind=kind, asked_by=who.account, until=timezone.now() + LIVES)
    notices.tell(account, "slip-asked", kind)
    if kind == FACTOR:
        lose_all(who, account, request)
    return slip


def lose_all(who: Who, account: Account, request: HttpRequest | None) -> None:
    """Remove every factor of ``account`` and end its sessions; from now on a first factor takes a slip."""
    Enrolled.objects.get_or_create(account=account)
    sessions.end(account, who, "factors-lost", request)
    for factor in Authenticator.objects.filter(user=account):
        factor.replaced = True
        factor.delete()


def give(who: Who, slip: Slip, request: HttpRequest | None = None) -> str:
    """Be the second person: return the code to print, once.

    Raises:
        RefusedError: the asker, the person themselves, a proof that is not fresh, or a slip given or over.
    """
    if who.account in {slip.asked_by, slip.account.username}:
        raise refused(who, slip.account, "same-person", request)
    if who.auth_age > FRESH_S:
        raise RefusedError("fresh-proof")
    code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    note(who, Action.FACTOR, "slip-given", request, target=slip.account.username, detail=slip.kind)
    mine = Slip.objects.filter(pk=slip.pk, given_by="", until__gt=timezone.now())
    if not mine.update(given_by=who.account, digest=digest(slip.account, code), until=timezone.now() + LIVES):
        raise refused(who, slip.account, "slip-over", request)
    throttle.forget(slip.account.username)
    notices.tell(slip.account, "slip-given", slip.kind)
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def right(request: HttpRequest, account: Account | None, username: str, kind: str, code: str) -> Slip | None:
    """Return the slip whose code this is, not used up yet; nothing when it is none's. The try is counted.

    Raises:
        RefusedError: too many were wrong: this one was not looked at.
    """
    tried = throttle.reserve(request, username)
    typed = digest(account, code.strip().lower().replace("-", "").replace(" ", ""))
    waiting = Slip.objects.filter(account=account, kind=kind, used=None, until__gt=timezone.now()).exclude(digest="")
    found = next((slip for slip in waiting if hmac.compare_digest(slip.digest, typed)), None)
    if found is None:
        who = stranger(request, account.username if account else "")
        note(who, Action.LOGIN_FAILURE, "wrong-slip", request, decision=Decision.REFUSE, detail=kind)
        return None
    throttle.give_back(tried)
    return found


def use_up(who: Who, slip: Slip, request: HttpRequest) -> bool:
    """Use ``slip`` for good; tell whether it was still good."""
    note(who, Action.FACTOR, "slip-used", request, target=slip.account.username, detail=slip.kind)
    if not Slip.objects.filter(pk=slip.pk, used=None, until__gt=timezone.now()).update(used=timezone.now()):
        return False
    notices.tell(slip.account, "slip-used", slip.kind)
    return True


def waiting() -> list[Slip]:
    """Return the slips that wait for a second person."""
    return list(Slip.objects.filter(given_by="", used=None, until__gt=timezone.now()).select_related("account"))


def refused(who: Who, account: Account, rule: str, request: HttpRequest | None) -> RefusedError:
    """Trace a step that was refused; return the refusal."""
    note(who, Action.FACTOR, rule, request, decision=Decision.REFUSE, target=account.username)
    return RefusedError(rule)


def digest(account: Account | None, code: str) -> str:
    """Return what is kept of a code."""
    return salted_hmac(f"ecluse.slip.{account.pk if account else 0}", code, algorithm="sha256").hexdigest()
