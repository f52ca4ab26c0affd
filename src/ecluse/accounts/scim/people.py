"""Accounts as SCIM users.

Order of writes: the entry in the trace, then the database. What takes access away does not wait for the trace.
"""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from scim2_models import Meta

from ecluse.accounts import approvals, registry, sessions, tokens
from ecluse.accounts.bridge import note, note_if_possible, request_id
from ecluse.accounts.models import Account, Provisioned
from ecluse.accounts.professions import professions_of
from ecluse.accounts.scim.door import ScimError
from ecluse.accounts.scim.models import Rights, Staff, Taken
from ecluse.accounts.staff_list import Row, fault
from ecluse.core.errors import RefusedError
from ecluse.core.words import SERVICES, Action, Decision, Profession, ProposalKind
from ecluse.safe.protocol import Who

RESOURCE = "Users"


def visible() -> QuerySet[Account]:
    """Return the accounts under provisioning (P3)."""
    return Account.objects.filter(service=False, provisioned__isnull=False).select_related("provisioned").order_by("pk")


def one(pk: int) -> Account:
    """Return an account under provisioning.

    Raises:
        ScimError: 404.
    """
    found = visible().filter(pk=pk).first()
    if found is None:
        raise ScimError(404, "There is no such user.")
    return found


def shown(account: Account, request: HttpRequest, who: Who, proposal: str = "") -> Taken:
    """Return an account as a user; ``proposal`` says what became of the professions that were asked for."""
    waiting = proposed(account, who)
    user = Taken(
        id=str(account.pk),
        external_id=account.provisioned.external_id or None,
        user_name=account.username,
        display_name=None if account.display_name == account.username else account.display_name,
        active=account.is_active,
        meta=Meta(
            resource_type="User",
            created=account.created,
            last_modified=account.provisioned.changed,
            location=request.build_absolute_uri(f"/scim/v2/Users/{account.pk}"),
        ),
    )
    if account.rpps or account.ends:
        user[Staff] = Staff(
            rpps=account.rpps or None,
            ends=dt.datetime.combine(account.ends, dt.time(12), dt.UTC) if account.ends else None,
        )
    user[Rights] = Rights(
        professions=professions_of(account) or None,
        proposed=list(waiting) if waiting else None,
        proposal=proposal or ("A second person has to approve." if waiting else None),
    )
    return user


def proposed(account: Account, who: Who) -> tuple[str, ...] | None:
    """Return the professions that wait for a second person; nothing when none do."""
    waits = [wait.proposal for wait in approvals.all_waiting(who) if wait.proposal.kind is ProposalKind.GRANT]
    return next((proposal.professions for proposal in waits if proposal.account == account.username), None)


def create(request: HttpRequest, who: Who, user: Taken) -> tuple[Account, str]:
    """Make an account; return it and what became of its professions.

    Raises:
        ScimError: 409, the name or the number is another's; 400, it may not be.
        SafeUnavailableError: it could not be traced and was not made.
    """
    row = row_of(user)
    if Account.objects.filter(username=row.username).exists():
        raise ScimError(409, "This user name is taken.", "uniqueness")
    if row.rpps and Account.objects.filter(rpps=row.rpps).exists():
        raise ScimError(409, "Another account has this RPPS number.", "uniqueness")
    note(who, Action.FACTOR, "account-provisioned", request, target=row.username)
    try:
        with transaction.atomic():
            registry.keep_accounts([row])
            account = Account.objects.get(username=row.username)
            Provisioned.objects.create(account=account, external_id=user.external_id or "")
            if user.active is False:
                Account.objects.filter(pk=account.pk).update(is_active=False)
    except IntegrityError as error:
        raise ScimError(409, "This user is there already.", "uniqueness") from error
    return one(account.pk), ask_for(request, who, account, user)


def row_of(user: Taken) -> Row:
    """Return a user as a line of a staff list, which says what an account may be.

    Raises:
        ScimError: 400, it may not.
    """
    staff = user[Staff] or Staff()
    row = Row(
        username=(user.user_name or "").strip(),
        display_name=user.display_name or (user.name.formatted if user.name and user.name.formatted else ""),
        rpps=staff.rpps or "",
        ends=staff.ends.date() if staff.ends else None,
    )
    wrong = fault(row, demo=False)
    if wrong:
        raise ScimError(400, f"This user is not taken: {wrong}.", "invalidValue")
    return row


def replace(request: HttpRequest, who: Who, account: Account, user: Taken) -> str:
    """Bring an account to what ``user`` says; return what became of its professions.

    Raises:
        ScimError: 400, it would change what is written once.
        SafeUnavailableError: it could not be traced and was not done. What takes access away is done all the same.
    """
    row = row_of(user)
    if row.username != account.username or (account.rpps and row.rpps and row.rpps != account.rpps):
        raise ScimError(400, "userName and rpps are written once.", "mutability")
    if row.rpps and not account.rpps:
        raise ScimError(400, "An RPPS number is given when the user is made, or at the console.", "mutability")
    if user.active is False and account.is_active:
        stop(request, who, account)
    change(request, who, account, row, user)
    return ask_for(request, who, account, user)


def change(request: HttpRequest, who: Who, account: Account, row: Row, user: Taken) -> None:
    """Write what else is said of an account."""
    again = user.active is True and not account.is_active
    note(who, Action.FACTOR, "account-active-again" if again else "account-changed", request, target=account.username)
    with transaction.atomic():
        if again:
            account.is_active = True
        account.display_name = row.display_name or account.username
        account.ends = row.ends
        account.save(update_fields=["is_active", "display_name", "ends"])
        account.provisioned.external_id = user.external_id or ""
        account.provisioned.save()


def stop(request: HttpRequest, who: Who, account: Account) -> None:
    """End an account's use, at once: the row first, so that no request slips through between."""
    Account.objects.filter(pk=account.pk).update(is_active=False)
    account.is_active = False
    note_if_possible(who, Action.FACTOR, "account-stopped", request, target=account.username)
    sessions.end(account, who, "account-stopped", request)
    tokens.revoke(account, who)


def remove(request: HttpRequest, who: Who, account: Account) -> None:
    """Take a user away: its use ends, its professions are proposed for withdrawal, its trace stays."""
    stop(request, who, account)
    Provisioned.objects.filter(account=account).delete()
    if professions_of(account):
        approvals.propose_grant(who, account.username, (), request_id(request))


def ask_for(request: HttpRequest, who: Who, account: Account, user: Taken) -> str:
    """Propose the professions that ``roles`` name, when they are not what the account has; say what became of it (P2).

    Raises:
        ScimError: 400, an unknown profession, or a service's.
    """
    wanted = sorted({role.value or "" for role in user.roles or []})
    if not wanted or wanted == professions_of(account) or tuple(wanted) == proposed(account, who):
        return ""
    if not set(wanted) <= set(Profession) - SERVICES:
        raise ScimError(400, "roles holds a word that is not a profession of people.", "invalidValue")
    try:
        ruled = approvals.propose_grant(who, account.username, wanted, request_id(request))
    except RefusedError as error:
        return str(error)
    if ruled.decision is not Decision.ALLOW:
        return f"The proposal was refused: {ruled.rule}."
    return f"Proposal {ruled.sequence} waits for a second person; no right is granted yet."
