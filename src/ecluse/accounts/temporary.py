"""Temporary identities: issued by one, confirmed by another, over by themselves.

Night staff, interns, locums, a vendor's maintenance.

1. Who issues and confirms which profession, and how long it lasts at most, is decided in the safe (policy,
   ``[temporary]``); it forgets the account when its time is over, whatever the database says.
2. Nothing can be signed in to before the second person has confirmed. The first password is made then, shown once to
   the second person, and opens nothing but the page where the newcomer adds a second factor.
3. Order of writes: the account (closed), the proposal, the safe's register, then the database. A crash after any of
   them leaves an account that nobody can use; issue another.
"""

import datetime as dt
import re
import secrets
import unicodedata

from django.db import transaction
from django.utils import timezone

from ecluse.accounts import approvals
from ecluse.accounts.bridge import note
from ecluse.accounts.models import Account, AccountProfession, Membership, Unit
from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Decision, ProposalKind
from ecluse.safe.protocol import Ruled, Wait, Who

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 4, 4
HOURS = (4, 8, 12, 24, 72, 168)


def offered(profession: str) -> list[str]:
    """Return the professions that somebody who acts as ``profession`` may issue for a time."""
    rows = approvals.the_policy().temporary.issue
    return sorted(given.value for given, issuers in rows.items() if profession in issuers)


def lasts() -> list[int]:
    """Return the durations offered, in hours."""
    most = approvals.the_policy().temporary.max_hours
    return [hours for hours in HOURS if hours <= most]


def issue(who: Who, name: str, profession: str, unit: Unit | None, hours: int, request: str) -> tuple[str, Ruled]:
    """Make a closed account and propose its profession; return its login name and the safe's answer.

    Raises:
        BadInputError: no name.
    """
    if not name.strip():
        raise BadInputError("Whose identity is it?", "Give first name and name.")
    account = Account.objects.create_user(
        login_name(name), None, display_name=name.strip(), is_active=False, issued_by=who.account
    )
    ruled = approvals.propose_temporary(who, account.username, profession, hours * 3600, request)
    if ruled.decision is not Decision.ALLOW:
        account.delete()
    elif unit is not None:
        Membership.objects.create(account=account, unit=unit, until=timezone.now())
    return account.username, ruled


def login_name(name: str) -> str:
    """Return a login name that nobody has: ``t.``, the first letters of the name, four random characters."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    letters = re.sub(r"[^a-z]+", "-", plain).strip("-")[:20] or "x"
    return f"t.{letters}.{''.join(secrets.choice(LETTERS) for _ in range(4))}"


def is_temporary(wait: Wait | None) -> bool:
    """Tell whether a proposal is one of these."""
    return wait is not None and wait.proposal.kind is ProposalKind.TEMPORARY


def open_door(wait: Wait, who: Who) -> tuple[Account, str]:
    """Make the account usable until its end, after the safe has executed the proposal; return its first password."""
    account = approvals.known_account(wait.proposal.account)
    until = timezone.now() + dt.timedelta(seconds=wait.proposal.seconds)
    first = "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    note(who, Action.FACTOR, "first-password", target=account.username, detail="pwd")
    with transaction.atomic():
        account.expires, account.is_active = until, True
        account.set_password(first)
        account.save(update_fields=["expires", "is_active", "password"])
        AccountProfession.objects.get_or_create(account=account, profession=wait.proposal.professions[0])
        Membership.objects.filter(account=account).update(since=timezone.now(), until=until)
    return account, first
