"""How many wrong proofs are looked at. One counter for whatever is tried: password, code, recovery code, slip.

1. A try is reserved in the database before anything is evaluated, by one statement that either counts it or refuses it:
   tries that come at the same instant, in whatever process, are counted one by one.
2. Ten in a row are evaluated. After them one at a time, after waits that grow to an hour; after a hundred none, until
   the person has proved themselves elsewhere (NIST SP 800-63B-4 section 3.2.2). A right proof gives its try back.
3. A browser on which the person has signed in before has a counter of its own, so that strangers' tries do not shut out
   the person at their own desk (a "device cookie"). A passkey is never counted: there is nothing to guess.
4. An address is counted for strangers' wrong tries only: a hospital behind one address signs in at eight.
"""

import ipaddress
import time
from typing import NamedTuple

from django.conf import settings
from django.db.models import Case, F, Q, Value, When
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from ecluse.accounts import workstation
from ecluse.accounts.bridge import note
from ecluse.accounts.models import Account, Tries
from ecluse.accounts.who import address, claimed_address, stranger
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision

AT_ONCE = 10
WAITS_S = {10: 60, 11: 120, 12: 300, 13: 900, 14: 1800}
LONGEST_WAIT_S = 3600
NEVER_AFTER = 100
ADDRESS_TRIES = 100
ADDRESS_WINDOW_S = 600
FORGOTTEN_AFTER_S = 90 * 24 * 3600
IPV6_PREFIX = 64
ACCOUNT, BROWSER, ADDRESS = "account", "browser", "network"


class Try(NamedTuple):
    """What one reserved try counts against."""

    keys: tuple[str, ...]


def reserve(request: HttpRequest, username: str) -> Try:
    """Count one try against ``username`` before it is evaluated; ``username`` may be no account's.

    Raises:
        RefusedError: too many were wrong. It is traced; the message is its rule.
    """
    now = time.time()
    own = own_key(request, username)
    if own and take(own, now):
        return Try((own,))
    if own and Tries.objects.filter(key=own).exists():
        raise refused(request, username, BROWSER)
    account = key(ACCOUNT, username.lower())
    if not counted(account, now):
        raise refused(request, username, ACCOUNT)
    place = key(ADDRESS, network(request))
    if not counted(place, now, of_address=True):
        give_back(Try((account,)))
        raise refused(request, username, ADDRESS)
    return Try((account, place))


def give_back(tried: Try) -> None:
    """Uncount a try whose proof was right."""
    Tries.objects.filter(key__in=tried.keys, count__gt=0).update(count=F("count") - 1)


def proved(request: HttpRequest, username: str, *, by_secret: bool = True) -> None:
    """Start again at nought after a whole proof, and give this browser its own counter for this person.

    ``by_secret``: what was typed was right. A passkey says nothing about the tries of strangers.
    """
    own = own_key(request, username)
    known = Tries(key=own, last=time.time())
    if own and not Tries.objects.filter(key=own).update(count=0, last=known.last):
        Tries.objects.bulk_create([known], ignore_conflicts=True)
    if by_secret:
        Tries.objects.filter(key=key(ACCOUNT, username.lower())).update(count=0)


def forget(username: str) -> None:
    """Start again at nought: the secret that was guessed at is no more."""
    Tries.objects.filter(key=key(ACCOUNT, username.lower())).update(count=0)


def counted(name: str, now: float, *, of_address: bool = False) -> bool:
    """Count one try, making the row of a counter that was never used; tell whether it may be evaluated."""
    act = take_address if of_address else take
    if act(name, now):
        return True
    if Tries.objects.filter(key=name).exists():
        return False
    Tries.objects.filter(last__lt=now - FORGOTTEN_AFTER_S).delete()
    Tries.objects.bulk_create([Tries(key=name, last=now, since=now)], ignore_conflicts=True)
    return act(name, now)


def take(name: str, now: float) -> bool:
    """Count one try if it may be evaluated now. One statement: the database lets no two pass on one count."""
    waited = Q(count__lt=AT_ONCE) | Q(count__gt=max(WAITS_S), count__lt=NEVER_AFTER, last__lte=now - LONGEST_WAIT_S)
    for count, wait in WAITS_S.items():
        waited |= Q(count=count, last__lte=now - wait)
    return Tries.objects.filter(waited, key=name).update(count=F("count") + 1, last=now) == 1


def take_address(name: str, now: float) -> bool:
    """Count one try of an address, which starts again at nought every ten minutes."""
    over = Q(since__lte=now - ADDRESS_WINDOW_S)
    fresh = {
        "count": Case(When(over, then=Value(1)), default=F("count") + 1),
        "since": Case(When(over, then=Value(now)), default=F("since")),
    }
    return Tries.objects.filter(over | Q(count__lt=ADDRESS_TRIES), key=name).update(last=now, **fresh) == 1


def refused(request: HttpRequest, username: str, counter: str) -> RefusedError:
    """Trace a try that was not evaluated; return the refusal."""
    known = Account.objects.filter(username=username.lower()).first()
    who = stranger(request, known.username if known else "")
    note(who, Action.LOGIN_FAILURE, "too-many-attempts", request, decision=Decision.REFUSE, detail=counter)
    return RefusedError("too-many-attempts", "Wait, or use a passkey.")


def own_key(request: HttpRequest, username: str) -> str:
    """Return the name of the counter of this person in this browser; nothing when the browser has no key."""
    browser = getattr(request, "ecluse_device", "") or workstation.key_of(request)
    return key(BROWSER, f"{browser} {username.lower()}") if browser else ""


def network(request: HttpRequest) -> str:
    """Return where the try comes from: the address, or the /64 of an IPv6 one, which is one household or ward."""
    seen = claimed_address(request) if settings.ALLAUTH_TRUSTED_PROXY_COUNT else address(request)
    try:
        known = ipaddress.ip_address(seen)
    except ValueError:
        return seen
    if known.version == 4:  # noqa: PLR2004 - IPv4
        return seen
    return str(ipaddress.ip_network((seen, IPV6_PREFIX), strict=False).network_address)


def key(kind: str, name: str) -> str:
    """Return the name of a counter: what was typed could be a secret typed in the wrong box, and is not kept."""
    return f"{kind[0]}:{salted_hmac('ecluse.throttle', name, algorithm='sha256').hexdigest()}"
