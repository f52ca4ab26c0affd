"""Access tokens of services: kept as a digest, never without an end. ``services`` issues them."""

import hashlib

from django.utils import timezone

from ecluse.accounts.bridge import note_if_possible
from ecluse.accounts.models import Account, Token
from ecluse.accounts.who import console
from ecluse.core.words import Action
from ecluse.safe.protocol import Who


def digest(shown: str) -> bytes:
    """Return what is kept of what ``services.presented`` looks up."""
    return hashlib.sha256(shown.encode()).digest()


def revoke(account: Account, who: Who | None = None) -> int:
    """Revoke all tokens of ``account``; return how many were valid."""
    note_if_possible(who or console(), Action.FACTOR, "token-revoked", target=account.username)
    return Token.objects.filter(account=account, revoked=None).update(revoked=timezone.now())


def holder(shown: str) -> Token | None:
    """Return the valid row of a token, its account included; nothing when it is not, or no longer, one."""
    row = Token.objects.select_related("account").filter(digest=digest(shown), revoked=None).first()
    now = timezone.now()
    if row is None or row.expires <= now or not row.account.employed(now.date()):
        return None
    return row
