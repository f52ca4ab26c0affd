"""Every act on credentials becomes a trace entry, before it has any effect.

1. A sign-in, a factor and a fresh proof that cannot be traced do not happen.
2. A failure names the account only when it exists; what was typed is written nowhere.
"""

import time
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_used
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied
from django.db.models.signals import pre_delete, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from ecluse.accounts import factors, notices, odd_sign_ins, professions, sessions, throttle, ward, workstation
from ecluse.accounts.adapter import KINDS, FactorAdapter
from ecluse.accounts.bridge import note, note_if_possible
from ecluse.accounts.models import Account, Enrolled
from ecluse.accounts.standing import STARTED
from ecluse.accounts.who import FEDERATION, KEY_KIND, console, stranger, who_of
from ecluse.core.words import Action, Decision

WITH_THE_FIRST = timedelta(minutes=1)


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Account, **_more: Any) -> None:
    """Trace the sign-in. Without its entry the new session is emptied and nobody is signed in."""
    request.user = user
    try:
        request.session[STARTED] = int(time.time())
        professions.start(request, user)
        workstation.prove(request)
        who = who_of(request)
        note(who, Action.LOGIN, "signed-in", request, target=user.username, detail="+".join(who.amr))
        odd_sign_ins.look(request, user)
        ward.take_seat(request, user)
        throttle.proved(request, user.username, by_secret="pwd" in who.amr)
    except BaseException:
        request.session.flush()
        request.user = AnonymousUser()
        raise


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Account | None, **_more: Any) -> None:
    """Trace the end of a session by its own person."""
    if user is not None:
        note_if_possible(who_of(request), Action.LOGOUT, "signed-out", request, target=user.username)


@receiver(user_login_failed)
def password_refused(credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any) -> None:
    """Trace a wrong password or name."""
    if request is None:
        return
    known = Account.objects.filter(username=str(credentials.get("username") or "").lower()).first()
    rule = "wrong-password" if known else "no-such-account"
    who = stranger(request, known.username if known else "")
    note(who, Action.LOGIN_FAILURE, rule, request, decision=Decision.REFUSE, target=who.account, detail="pwd")


@receiver(authentication_failed)
def factor_refused(request: HttpRequest, user: Account, authenticator: Authenticator, **_more: Any) -> None:
    """Trace a wrong code or key."""
    who = stranger(request, user.username)
    more = {"decision": Decision.REFUSE, "target": user.username, "detail": str(authenticator.type)}
    note(who, Action.LOGIN_FAILURE, "wrong-second-factor", request, **more)


@receiver(authenticator_used)
def factor_used(request: HttpRequest, authenticator: Authenticator, *, reauthenticated: bool, **_more: Any) -> None:
    """Remember what kind of key it was; a fresh proof is traced and makes this browser known to the session."""
    remember_kind(request, authenticator)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        account = authenticator.user
        note(stranger(request, account.username), Action.FACTOR, "recovery-code-used", request, target=account.username)
        notices.tell(account, "recovery-code-used")
    if reauthenticated:
        carried = workstation.is_new(request)
        sessions.renew_key(request)
        workstation.prove(request)
        if carried:
            odd_sign_ins.look(request, authenticator.user)
        who = who_of(request)
        note(who, Action.STEP_UP, "proved-again", request, target=who.account, detail=str(authenticator.type))


@receiver(authentication_step_completed)
def password_used_again(request: HttpRequest, user: Account, method: str, **more: Any) -> None:
    """Trace a password typed again; it is only ever asked of a person who has no factor yet."""
    if method == "password" and more.get("reauthenticated"):
        note(who_of(request), Action.STEP_UP, "password-again", request, target=user.username, detail="pwd")


@receiver(authenticator_added)
def first_factor(request: HttpRequest, user: Account, authenticator: Authenticator, **_more: Any) -> None:
    """Count the proof just given in adding a first factor as this session's second factor."""
    if authenticator.type in KINDS and who_of(request).acr != "aal2":
        sessions.renew_key(request)
        remember_kind(request, authenticator)
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)


@receiver(pre_save, sender=Authenticator)
def factor_appears(instance: Authenticator, **_more: Any) -> None:
    """Trace a new factor before it exists."""
    if instance._state.adding:  # noqa: SLF001
        only_when_fresh()
        trace_factor(instance, "added")


def only_when_fresh() -> None:
    """Refuse a factor to a session that a provider's second factor opened, unless that was proved just now.

    django-allauth asks nothing of a person who has no local factor: whoever stole the session would add their own.

    Raises:
        PermissionDenied: it was not.
    """
    request = context.request
    if request is None or not request.user.is_authenticated or FEDERATION not in request.session:
        return
    who = who_of(request)
    if who.acr == "aal2" and who.auth_age > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
        raise PermissionDenied(_("Prove who you are again first."))


@receiver(pre_delete, sender=Authenticator)
def factor_disappears(instance: Authenticator, **_more: Any) -> None:
    """Trace the removal of a factor before it happens; the last one stays."""
    if context.request is not None and not FactorAdapter().can_delete_authenticator(instance):
        raise PermissionDenied(_("This is your only second factor. Add another before you remove it."))
    trace_factor(instance, "removed")


def trace_factor(factor: Authenticator, rule: str) -> None:
    """Write the entry of a factor that is added or removed."""
    request = context.request
    who = who_of(request) if request is not None and request.user.is_authenticated else console()
    note(who, Action.FACTOR, rule, request, target=factor.user.username, detail=str(factor.type))
    if request is not None and request.user.is_authenticated:
        factors.spend(request)
        if factor.type == Authenticator.Type.RECOVERY_CODES and rule == "added":
            request.session[factors.MADE] = time.time()
    if not (rule == "added" and first_enrolment(factor)):
        notices.tell(factor.user, rule, str(factor.type))


def first_enrolment(factor: Authenticator) -> bool:
    """Tell whether this factor is somebody's first ever, or the recovery codes that come with it."""
    enrolled, first = Enrolled.objects.get_or_create(account=factor.user)
    codes = factor.type == Authenticator.Type.RECOVERY_CODES
    return first or (codes and timezone.now() - enrolled.since < WITH_THE_FIRST)


def remember_kind(request: HttpRequest, factor: Authenticator) -> None:
    """Keep whether a key is bound to one device (``hwk``) or may be copied to others (``swk``), as it says itself."""
    if factor.type == Authenticator.Type.WEBAUTHN:
        data = factor.wrap().authenticator_data
        request.session[KEY_KIND] = "swk" if data.flags & data.FLAG.BE else "hwk"
