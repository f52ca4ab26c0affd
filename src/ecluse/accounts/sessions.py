"""Open sessions: listed, ended one by one or all at once. What is ended stops with its next request."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from ecluse.accounts.bridge import note_if_possible
from ecluse.accounts.models import Account, Shift, Workstation
from ecluse.core.words import Action
from ecluse.safe.protocol import Who


def open_sessions(account: Account) -> list[UserSession]:
    """Return the open sessions of ``account``, newest first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(account)
    return sorted(found, key=lambda session: session.created_at, reverse=True)


def renew_key(request: HttpRequest) -> None:
    """Give the session a new key: what was done to prove more is worth nothing to whoever knows the old one."""
    old = request.session.session_key or ""
    request.session.cycle_key()
    new = request.session.session_key or ""
    UserSession.objects.filter(session_key=old).update(session_key=new)
    Shift.objects.filter(session_key=old).update(session_key=new)
    Workstation.objects.filter(session_key=old).update(session_key=new)


def end_key(key: str) -> None:
    """End the one session that has this key, wherever it is open."""
    Session.objects.filter(session_key=key).delete()
    UserSession.objects.filter(session_key=key).delete()


def end(account: Account, who: Who, rule: str, request: HttpRequest | None = None, *, only: int | None = None) -> int:
    """End all sessions of ``account``, or the one whose row is ``only``; return how many were open."""
    rows = UserSession.objects.filter(user=account)
    keys = list((rows.filter(pk=only) if only is not None else rows).values_list("session_key", flat=True))
    note_if_possible(who, Action.SESSION_END, rule, request, target=account.username, detail=str(len(keys)))
    ended, _rows = Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return ended
