"""Bearer tokens of services: 256 random bits, shown once, kept as SHA-256, never without an end."""

import datetime as dt
import hashlib
import secrets

from django.utils import timezone

from ecluse.accounts.bridge import note, note_if_possible
from ecluse.accounts.models import Account, Token
from ecluse.accounts.professions import professions_of
from ecluse.accounts.who import console
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action

PREFIX = "ecl_"
BYTES = 32
MAX_DAYS = 400


def digest(token: str) -> bytes:
    """Return what is kept of ``token``."""
    return hashlib.sha256(token.encode()).digest()


def issue(account: Account, days: int, profession: str = "", label: str = "") -> tuple[str, Token]:
    """Make a token; return it, once, with its row.

    Raises:
        BadInputError: no days, too many, or a profession that is not the account's.
        RefusedError: the account is a person's.
        SafeUnavailableError: the token could not be traced and does not exist.
    """
    if not account.service:
        raise RefusedError("Only services carry tokens; people sign in.", "Add the account with --service.")
    if not 1 <= days <= MAX_DAYS:
        raise BadInputError(f"A token lives 1 to {MAX_DAYS} days.", "Give --days.")
    known = professions_of(account)
    acts_as = profession or (known[0] if len(known) == 1 else "")
    if acts_as not in known:
        raise BadInputError("Say which of its professions this token acts as.", f"Known: {', '.join(known) or 'none'}.")
    note(console(), Action.FACTOR, "token-issued", target=account.username, detail=acts_as)
    token = PREFIX + secrets.token_urlsafe(BYTES)
    expires = timezone.now() + dt.timedelta(days=days)
    row = Token.objects.create(digest=digest(token), account=account, profession=acts_as, label=label, expires=expires)
    return token, row


def revoke(account: Account) -> int:
    """Revoke all tokens of ``account``; return how many were valid."""
    note_if_possible(console(), Action.FACTOR, "token-revoked", target=account.username)
    return Token.objects.filter(account=account, revoked=None).update(revoked=timezone.now())


def holder(token: str) -> Token | None:
    """Return the valid token row of ``token``, its account included; nothing when it is not, or no longer, one."""
    row = Token.objects.select_related("account").filter(digest=digest(token), revoked=None).first()
    now = timezone.now()
    if row is None or row.expires <= now or not row.account.employed(now.date()):
        return None
    return row
