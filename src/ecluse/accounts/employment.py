"""Why an account may not be in a browser session: it is a service, outside its dates, expired, or long unused."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from ecluse.accounts.models import Account


def why_not(account: Account) -> str:
    """Return ``service``, ``not-employed``, ``expired`` or ``unused``; nothing when it may sign in today."""
    now = timezone.now()
    if account.service:
        return "service"
    if not account.employed(timezone.localdate(now)):
        return "not-employed"
    if account.expires is not None and account.expires <= now:
        return "expired"
    return "unused" if unused(account, now) else ""


def unused(account: Account, now: dt.datetime) -> bool:
    """Tell whether nobody signed in for longer than the establishment allows, nor two people re-opened the account."""
    days = settings.SESSIONS.unused_days if settings.SESSIONS else 0
    used = max(filter(None, (account.last_login, account.reopened, account.created)))
    return bool(days) and now - used > dt.timedelta(days=days)


def may_sign_in(account: Account) -> bool:
    """Tell whether this account may be in a browser session now; asked again at each request."""
    return not why_not(account)
