"""Shared workstations of a ward: one browser, many people, never two at once; the session follows the person.

1. A tap counts only on a registered ward workstation whose own key is proved, and only with a key that cannot be
   copied to another device. It opens a session alone only while a shift lasts that a PIN opened in the same unit.
2. Whoever comes in ends the session open on that workstation, and their own on any other; they go on where they were.
3. A session here ends after ten minutes alone, and at the end of the shift, twelve hours after the PIN.
"""

import datetime as dt
from typing import NamedTuple

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from fido2.webauthn import UserVerificationRequirement

from ecluse.accounts import sessions, workstation
from ecluse.accounts.bridge import note, note_if_possible
from ecluse.accounts.models import Account, Shift, Workstation
from ecluse.accounts.professions import professions_of
from ecluse.accounts.standing import CHOOSE, ENROL, LEAVE, PROVE, STARTED
from ecluse.accounts.strength import PRIVILEGED
from ecluse.accounts.who import KEY_KIND, stranger, who_of
from ecluse.core.words import Action, Decision

SHIFT = dt.timedelta(hours=12)
TAPPED = "ecluse.tapped"
PIN_WITHIN_S = 60
LONGEST_PAGE = 200
NOT_RESUMED = PROVE | LEAVE | ENROL | CHOOSE | {"accounts_ward", "accounts_ward_pin", "accounts_pin"}


class Tap(NamedTuple):
    """A badge held against a ward workstation: whose, which key, where."""

    account: Account
    factor: Authenticator
    place: Workstation


def options() -> dict[str, object]:
    """Return what the browser asks the badge: any of this site's keys, a touch suffices (the PIN is asked here)."""
    asked, state = auth.get_server().authenticate_begin(
        credentials=[], user_verification=UserVerificationRequirement.DISCOURAGED
    )
    auth.set_state(state)
    return dict(asked)


def fault(tap: Tap) -> str:
    """Return why this badge opens nothing here, or nothing: ``synced``, ``privileged``."""
    data = tap.factor.wrap().authenticator_data
    if data.flags & data.FLAG.BE:
        return "synced"
    known = professions_of(tap.account)
    return "privileged" if known and PRIVILEGED.issuperset(known) else ""


def shift_open(tap: Tap) -> bool:
    """Tell whether the person gave the PIN in this unit less than a shift ago."""
    rows = Shift.objects.filter(account=tap.account, until__gt=timezone.now())
    return rows.filter(workstation__unit=tap.place.unit_id).exists() if tap.place.unit_id else False


def come_in(request: HttpRequest, tap: Tap, *, pin: bool) -> HttpResponse:
    """Open the session of whoever tapped, the PIN just given or given earlier in the shift."""
    now = timezone.now()
    page = Shift.objects.filter(account=tap.account, until__gt=now).values_list("page", flat=True).first() or ""
    if pin:
        Shift.objects.update_or_create(account=tap.account, defaults={"until": now + SHIFT, "page": page})
    tap.factor.record_usage()
    more = {"pin": True} if pin else {"tap": True}
    kind = {"id": tap.factor.pk, "type": tap.factor.type, "passwordless": True}
    record_authentication(request, tap.account, "mfa", **kind, **more)
    request.session[KEY_KIND] = "hwk"
    request.session.pop(TAPPED, None)
    answer: HttpResponse = perform_login(request, Login(user=tap.account, redirect_url=page or "/"))
    return answer


def refused(request: HttpRequest, tap: Tap, rule: str) -> None:
    """Trace a tap or a PIN that opened nothing."""
    more = {"decision": Decision.REFUSE, "target": tap.account.username, "detail": "badge"}
    note(stranger(request, tap.account.username), Action.LOGIN_FAILURE, rule, request, **more)


def take_seat(request: HttpRequest, account: Account) -> None:
    """Make the session just opened the only one of its ward workstation and, on wards, of its person."""
    place = request.session.get(workstation.WARD)
    if place is None:
        return
    key = request.session.session_key or ""
    with transaction.atomic():
        seat = Workstation.objects.select_for_update().get(pk=place)
        shift = Shift.objects.select_for_update().filter(account=account).first()
        for old in {seat.session_key, shift.session_key if shift else ""} - {"", key}:
            note_if_possible(who_of(request), Action.SESSION_END, "switched", request, target=account.username)
            sessions.end_key(old)
        Workstation.objects.filter(session_key=key).exclude(pk=seat.pk).update(session_key="")
        Workstation.objects.filter(pk=seat.pk).update(session_key=key)
        if shift is not None:
            request.session[STARTED] = min(request.session[STARTED], int((shift.until - SHIFT).timestamp()))
            Shift.objects.filter(pk=shift.pk).update(session_key=key, workstation=seat)


def remember_page(request: HttpRequest) -> None:
    """Keep where somebody on a ward workstation is, so that the next tap brings them back there."""
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    looked = request.method == "GET" and "HX-Request" not in request.headers and name not in NOT_RESUMED
    if workstation.WARD in request.session and looked and len(request.path) <= LONGEST_PAGE:
        Shift.objects.filter(account__username=request.user.get_username()).update(page=request.path)


def lock(request: HttpRequest) -> None:
    """Trace that the person left; the caller signs out."""
    note_if_possible(who_of(request), Action.SESSION_END, "locked-by-person", request)
    Workstation.objects.filter(session_key=request.session.session_key).update(session_key="")
