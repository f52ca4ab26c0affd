"""The session that a provider's word opens: what it records, when it ends."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from msgspec.structs import replace

from ecluse.accounts.bridge import note, note_if_possible
from ecluse.accounts.federation.errors import NotSignedInError
from ecluse.accounts.federation.strength import Said
from ecluse.accounts.models import Account, FederatedSession
from ecluse.accounts.pages import back_path, go
from ecluse.accounts.who import FEDERATED, console, stranger
from ecluse.accounts.who import FEDERATION as SESSION
from ecluse.core.identity import Provider
from ecluse.core.words import Action

PROVED_S = 300


class Opening(dict[str, Any]):
    """What a federated session keeps: ``provider``, ``label``, ``began``, ``seen``, ``session_s``, ``idle_s``."""


def sign_in(request: HttpRequest, account: Account, said: Said, opening: Opening, back: str) -> HttpResponse:
    """Sign a person in: with their local second factor, unless the provider's proof counts as one.

    Raises:
        SafeUnavailableError: it could not be traced, and did not happen.
    """
    who = replace(stranger(request, account.username), amr=said.amr)
    short = said.in_short(opening["provider"])
    note(who, Action.LOGIN, "provider-said", request, target=account.username, detail=short)
    request.session[SESSION] = dict(opening)
    record(request, account, said)
    login = Login(user=account, redirect_url=back or None)
    if said.level != "aal2":
        answer: HttpResponse = perform_login(request, login)
        return answer
    adapter = get_adapter(request)
    hooks = {"email_verification": "none", "redirect_url": back or None, "signal_kwargs": None, "signup": False}
    stopped: HttpResponse | None = adapter.pre_login(request, account, email=None, **hooks)
    if stopped is not None:
        return stopped
    adapter.login(request, account)
    done: HttpResponse = adapter.post_login(request, account, email=None, **hooks)
    return done


def record(request: HttpRequest, account: Account, said: Said, *, again: bool = False) -> None:
    """Record what the provider said, beside the local proofs of this session."""
    method = "mfa" if said.level == "aal2" else FEDERATED
    extra = {"reauthenticated": True} if again else {}
    record_authentication(request, account, method, type=FEDERATED, amr=list(said.amr), at=said.at, **extra)


def remember(request: HttpRequest, account: Account, name: str, claims: dict[str, Any]) -> None:
    """Remember which session of the provider opened this one, so that it can be ended from there."""
    key = request.session.session_key
    if key:
        open_ = Session.objects.values("session_key")
        FederatedSession.objects.exclude(session_key__in=open_).delete()
        FederatedSession.objects.update_or_create(
            session_key=key,
            defaults={
                "account": account,
                "provider": name,
                "subject": claims["sub"],
                "sid": str(claims.get("sid", ""))[:255],
            },
        )


def end(name: str, subject: str, sid: str) -> int:
    """End the sessions that the provider says are over; return how many."""
    rows = FederatedSession.objects.filter(provider=name)
    rows = rows.filter(sid=sid) if sid else rows.filter(subject=subject)
    rows = rows.filter(subject=subject) if subject else rows
    found = list(rows.values_list("session_key", "account__username"))
    for username in sorted({username for _key, username in found}):
        note_if_possible(console(), Action.SESSION_END, "ended-by-provider", target=username, detail=name)
    keys = [key for key, _username in found]
    ended, _rows = Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return ended


def fresh(said: Said, username: str) -> None:
    """Check that a proof asked for anew was given just now and counts as a second factor.

    Raises:
        NotSignedInError: it was not, or does not.
    """
    if said.level != "aal2":
        raise NotSignedInError("too-weak", username)
    if time.time() - said.at > PROVED_S:
        raise NotSignedInError("not-fresh", username)


def over(request: HttpRequest) -> bool:
    """Tell whether a session opened by a provider is past that provider's bounds."""
    kept = request.session.get(SESSION)
    if not kept:
        return False
    now = int(time.time())
    if now - kept["began"] > kept["session_s"] or now - kept["seen"] > kept["idle_s"]:
        return True
    if now - kept["seen"] > PROVED_S // 5:
        request.session[SESSION] = {**kept, "seen": now}
    return False


def opening(name: str, provider: Provider) -> Opening:
    """Return what a session opened now keeps."""
    now = int(time.time())
    return Opening(
        provider=name,
        label=provider.label,
        began=now,
        seen=now,
        session_s=provider.session_s,
        idle_s=provider.idle_s,
    )


class Bounds:
    """Ends a session at its provider's bounds, whatever page is asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and over(request):
            get_adapter(request).logout(request)
            return go("account_login", back_path(request))
        return self.get_response(request)
