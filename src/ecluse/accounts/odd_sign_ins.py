"""Sign-ins from a device, a network or at an hour never seen before: held to stricter limits, and told to the person.

1. What is unusual is a plain function of the sign-ins of the last 90 days; a first sign-in is not.
2. The person is told in every other session they have open, on its next page, and at their next sign-in from elsewhere:
   never only in the session that may be the thief's. So it is not one of :mod:`ecluse.accounts.notices`: those wait for
   whoever signs in next, and whoever that is can put them away.
"""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from typing import NamedTuple

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ecluse.accounts import device_key, workstation
from ecluse.accounts.bridge import note
from ecluse.accounts.models import Account, SignIn
from ecluse.accounts.standing import UNUSUAL
from ecluse.accounts.who import who_of
from ecluse.core.words import Action

NOTICE = "ecluse.notice"
DAYS = 90
MOST = 500
ENOUGH_FOR_HOURS = 20
HOURS_AROUND = 2
WORDS = {
    "device": gettext_noop("a device not seen before"),
    "place": gettext_noop("a network not seen before"),
    "hour": gettext_noop("an hour at which you never sign in"),
}


class Seen(NamedTuple):
    """One earlier sign-in: workstation, network, local hour."""

    workstation: str
    place: str
    hour: int


def unusual(before: Sequence[Seen], now: Seen) -> tuple[str, ...]:
    """Return what is new in ``now``: ``device``, ``place``, ``hour``; nothing when there is nothing to compare with."""
    if not before:
        return ()
    near = {(now.hour + shift) % 24 for shift in range(-HOURS_AROUND, HOURS_AROUND + 1)}
    found = {
        "device": all(one.workstation != now.workstation for one in before),
        "place": all(one.place != now.place for one in before),
        "hour": len(before) >= ENOUGH_FOR_HOURS and not any(one.hour in near for one in before),
    }
    return tuple(word for word, new in found.items() if new)


def network(address: str) -> str:
    """Return the /24 (IPv4) or /48 (IPv6) an address is in; what is no address as it is."""
    try:
        bits = 24 if ipaddress.ip_address(address).version == 4 else 48  # noqa: PLR2004 - IPv4
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def look(request: HttpRequest, account: Account) -> None:
    """Compare the sign-in just made with the earlier ones; trace, hold and tell an unusual one."""
    now = timezone.now()
    shared = workstation.WARD in request.session
    here = "ward" if shared else str(request.session[workstation.SESSION])
    seen = Seen(here, network(device_key.place(request).partition("|")[0]), timezone.localtime(now).hour)
    rows = SignIn.objects.filter(account=account, at__gt=now - dt.timedelta(days=DAYS)).order_by("-at")[:MOST]
    new = unusual([Seen(row.workstation, row.place, timezone.localtime(row.at).hour) for row in rows], seen)
    row = SignIn(account=account, at=now, workstation=here, place=seen.place, unusual=",".join(new))
    if new:
        note(who_of(request), Action.NOTICE, "unusual-sign-in", request, target=account.username, detail="+".join(new))
        request.session[UNUSUAL] = list(new)
        row.told = now if tell_others(request, account, row) else None
    row.save()
    tell_earlier(request, account, here)


def tell_others(request: HttpRequest, account: Account, row: SignIn) -> int:
    """Leave a notice in the other open sessions of the person; return in how many."""
    keys = UserSession.objects.filter(user=account).exclude(session_key=request.session.session_key)
    told = 0
    for key in keys.values_list("session_key", flat=True):
        store = SessionStore(key)
        if store.get("_auth_user_id") == str(account.pk):
            store[NOTICE] = [*store.get(NOTICE, []), as_kept(row)]
            store.save()
            told += 1
    return told


def tell_earlier(request: HttpRequest, account: Account, here: str) -> None:
    """Leave in this session the unusual sign-ins from elsewhere that nobody has been told of."""
    rows = SignIn.objects.filter(account=account, told=None).exclude(unusual="").exclude(workstation=here)
    waiting = [as_kept(row) for row in rows.order_by("at")]
    if waiting:
        request.session[NOTICE] = waiting
        rows.update(told=timezone.now())


def as_kept(row: SignIn) -> list[str]:
    """Return what a session keeps of a sign-in until it is told."""
    return [row.at.isoformat(), row.place, row.unusual]


def tell(request: HttpRequest) -> None:
    """Show what this session has to tell, once, on the next page that is looked at."""
    if NOTICE not in request.session or request.method != "GET" or "HX-Request" in request.headers:
        return
    for at, place, new in request.session.pop(NOTICE):
        when = timezone.localtime(dt.datetime.fromisoformat(at))
        said = {
            "when": date_format(when, "SHORT_DATETIME_FORMAT"),
            "place": place,
            "why": ", ".join(_(WORDS[word]) for word in new.split(",")),
        }
        text = _(
            "Somebody signed in to your account on %(when)s from %(place)s: %(why)s. If it was not you, end your other"
            " sessions (“My open sessions”) and call the security officer."
        )
        messages.warning(request, text % said)
