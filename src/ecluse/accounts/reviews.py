"""The yearly review of rights: somebody looks at what each person may do, and keeps it or takes it away.

1. Taking away is at once, by one person: in the safe's register, in the database, in open sessions. Giving back takes
   two.
2. Nobody reviews themselves. Each answer is traced before it counts.
"""

import datetime as dt
from typing import NamedTuple

from django.db.models import Max, Q
from django.utils import timezone

from ecluse.accounts import approvals
from ecluse.accounts.bridge import note, request_id
from ecluse.accounts.employment import why_not
from ecluse.accounts.models import Account, Membership, Review
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision
from ecluse.safe.protocol import Ruled, Who

EVERY = dt.timedelta(days=365)
KEPT, WITHDRAWN = "kept", "withdrawn"


class Line(NamedTuple):
    """One account under review. ``reviewed`` is None when nobody ever looked; ``stopped`` says why it is closed."""

    username: str
    display_name: str
    professions: list[str]
    units: list[str]
    last_login: dt.datetime | None
    reviewed: dt.datetime | None
    due: bool
    stopped: str


def lines(*, only_due: bool = False) -> list[Line]:
    """Return every account that has a profession, those never looked at first, then the oldest look."""
    found = (
        Account.objects.filter(professions__isnull=False)
        .distinct()
        .annotate(seen=Max("reviews__at", filter=Q(reviews__answer=KEPT)))
    )
    found = found.prefetch_related("professions", "memberships__unit").order_by("username")
    rows = [line(account, account.seen) for account in found]
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    rows.sort(key=lambda row: (row.reviewed or never, row.username))
    return [row for row in rows if row.due or not only_due]


def line(account: Account, seen: dt.datetime | None) -> Line:
    """Return what is shown of one account."""
    now = timezone.now()
    return Line(
        username=account.username,
        display_name=account.display_name,
        professions=[row.profession for row in account.professions.all()],
        units=sorted({row.unit.code for row in account.memberships.all() if row.until is None or row.until > now}),
        last_login=account.last_login,
        reviewed=seen,
        due=seen is None or now - seen > EVERY,
        stopped="" if account.service else why_not(account),
    )


def keep(who: Who, username: str) -> None:
    """Write that ``who`` looked at this account and leaves it as it is.

    Raises:
        RefusedError: it is their own.
    """
    account = another(who, username)
    have = ",".join(account.professions.values_list("profession", flat=True))
    note(who, Action.REVIEW, "rights-kept", target=username, detail=have)
    Review.objects.create(account=account, by=who.account, answer=KEPT, professions=have)


def withdraw(who: Who, username: str, what: str) -> Ruled | None:
    """Take a profession (its word) or a unit (``unit:CODE``) away, at once; return the safe's answer, if it was asked.

    Raises:
        RefusedError: it is their own.
    """
    account = another(who, username)
    kind, colon, code = what.partition(":")
    ruled = None
    if colon and kind == "unit":
        note(who, Action.REVIEW, "unit-withdrawn", target=username, detail=code)
        now = timezone.now()
        open_ones = Membership.objects.filter(Q(until=None) | Q(until__gt=now), account=account, unit__code=code)
        open_ones.update(until=now)
    else:
        ruled = approvals.revoke(who, username, [what], request_id(None))
    if ruled is None or ruled.decision is Decision.ALLOW:
        Review.objects.create(account=account, by=who.account, answer=WITHDRAWN, professions=what)
    return ruled


def another(who: Who, username: str) -> Account:
    """Return the account of that name, unless it is one's own.

    Raises:
        RefusedError: it is.
    """
    if who.account == username:
        raise RefusedError("Nobody reviews their own rights.", "Ask another security officer or the DPO.")
    return approvals.known_account(username)
