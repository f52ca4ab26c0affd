"""Takes many accounts at once from a list, or none of a wrong one: what is wrong is named and the others are taken.

Order of writes, so that a crash leaves something that loading again mends:

1. units, accounts, memberships, on-call hours (one transaction; an account without a profession reaches nothing);
2. the safe's register (set-up still open) or proposals (closed);
3. professions in the database, only those that the register has.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

import msgspec
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from ecluse.accounts import approvals, sealing
from ecluse.accounts.bridge import note, request_id, the_safe
from ecluse.accounts.models import Account, AccountProfession, Contact, Membership, OnCall, Unit
from ecluse.accounts.passwords import normal
from ecluse.accounts.staff_list import Good, Reject, Row, UnitRow, read
from ecluse.accounts.who import console
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Decision, Profession
from ecluse.safe.protocol import Enrol, Status, Who

BATCH = 500
NO_PASSWORD = "!"  # noqa: S105 - Django's mark of a password that nothing matches


class Taken(msgspec.Struct, frozen=True):
    """What loading did."""

    accounts: int
    created: int
    units: int
    enrolled: int
    proposed: int
    rejects: tuple[Reject, ...]


def load(text: bytes, *, demo: bool = False, requester: str = "") -> Taken:
    """Take the accounts of a JSON list. Loading the same list again changes nothing.

    ``requester`` is the registered account that proposes the grants when set-up is closed.

    Raises:
        BadInputError: not a list.
        RefusedError: ``demo`` in a home folder that is not a demonstration's.
        SafeUnavailableError: the safe does not answer; loading again mends it.
    """
    if demo and not (settings.SITE and settings.SITE.demo):
        raise RefusedError(
            "Credentials in a file are for demonstrations only.",
            "Set demo = true in [site], or let people enrol themselves.",
        )
    good, rejects = read(text, demo=demo)
    good, clashes = without_clashes(good)
    before = Unit.objects.count()
    with transaction.atomic():
        units = keep_units(row for _line, row in good)
        created = keep_accounts([row for _line, row in good])
        keep_places([row for _line, row in good], units)
        keep_contacts([row for _line, row in good])
    if demo:
        keep_credentials([row for _line, row in good])
    enrolled, proposed, refused = register(good, requester)
    after = Unit.objects.count() - before
    everything = tuple(sorted([*rejects, *clashes, *refused], key=lambda reject: reject.line))
    return Taken(len(good), created, after, enrolled, proposed, everything)


def without_clashes(good: list[Good]) -> tuple[list[Good], list[Reject]]:
    """Set aside RPPS numbers that another account has, in the list or in the database."""
    owners = dict(Account.objects.exclude(rpps="").values_list("rpps", "username"))
    kept, rejects = [], []
    for line, row in good:
        if row.rpps and owners.setdefault(row.rpps, row.username) != row.username:
            rejects.append(Reject(line, row.username, "rpps: another account has this number"))
        else:
            kept.append(Good(line, row))
    return kept, rejects


def keep_units(rows: Iterable[Row]) -> dict[str, Unit]:
    """Make the units that are named and not there; return all by code."""
    wanted: dict[str, UnitRow] = {}
    for row in rows:
        for unit in row.units:
            known = UnitRow(unit) if isinstance(unit, str) else unit
            if known.code not in wanted or known.name:
                wanted[known.code] = known
        for hours in row.on_call:
            wanted.setdefault(hours.unit, UnitRow(hours.unit))
    fresh = [Unit(code=unit.code, name=unit.name or unit.code, kind=unit.kind) for unit in wanted.values()]
    Unit.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    return {unit.code: unit for unit in Unit.objects.all()}


def keep_accounts(rows: list[Row]) -> int:
    """Make new accounts and bring known ones up to date; return how many are new."""
    known = set(Account.objects.values_list("username", flat=True))
    fields = ["display_name", "rpps", "hired", "ends", "service"]
    fresh: list[Account] = []
    changed: list[Account] = []
    for row in rows:
        account = Account(
            username=row.username,
            display_name=row.display_name or row.username,
            rpps=row.rpps,
            hired=row.hired,
            ends=row.ends,
            service=row.service,
            password=NO_PASSWORD,
        )
        (changed if row.username in known else fresh).append(account)
    Account.objects.bulk_create(fresh, batch_size=BATCH)
    keys = dict(Account.objects.values_list("username", "pk"))
    for account in changed:
        account.pk = keys[account.username]
    Account.objects.bulk_update(changed, fields, batch_size=BATCH)
    return len(fresh)


def as_known(username: str) -> dict[str, object]:
    """Return an account as a line of a list says it; its name alone when there is none yet."""
    account = Account.objects.filter(username=username).first()
    if account is None:
        return {"username": username}
    return {
        "username": username,
        "display_name": account.display_name,
        "rpps": account.rpps,
        "hired": account.hired,
        "ends": account.ends,
        "service": account.service,
        "professions": sorted(account.professions.values_list("profession", flat=True)),
    }


def keep_contacts(rows: list[Row]) -> None:
    """Write where people are told of changes to their credentials. An empty address leaves the one that is known."""
    named = {row.username: row.email for row in rows if row.email}
    keys = dict(Account.objects.filter(username__in=named).values_list("username", "pk"))
    Contact.objects.bulk_create(
        [Contact(account_id=keys[name], email=email) for name, email in named.items()],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["email"],
        batch_size=BATCH,
    )


def keep_places(rows: list[Row], units: dict[str, Unit]) -> None:
    """Write where people work and when they are on call. A membership that is open already stays as it is."""
    keys = dict(Account.objects.values_list("username", "pk"))
    there = set(Membership.objects.filter(until=None).values_list("account_id", "unit_id"))
    members, calls = [], []
    for row in rows:
        key = keys[row.username]
        codes = dict.fromkeys(unit if isinstance(unit, str) else unit.code for unit in row.units)
        members += [
            Membership(account_id=key, unit=units[code]) for code in codes if (key, units[code].pk) not in there
        ]
        calls += [
            OnCall(account_id=key, unit=units[hours.unit], since=utc(hours.since), until=utc(hours.until))
            for hours in row.on_call
        ]
    Membership.objects.bulk_create(members, batch_size=BATCH)
    OnCall.objects.bulk_create(calls, batch_size=BATCH, ignore_conflicts=True)


def utc(instant: dt.datetime) -> dt.datetime:
    """Return an instant with its zone; one that names none is UTC."""
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


def keep_credentials(rows: list[Row]) -> None:
    """Write the public passwords and codes of a demonstration. Equal passwords share one hash: none is secret."""
    with_any = [row for row in rows if row.password or row.totp_secret]
    if not with_any:
        return
    note(console(), Action.FACTOR, "demo-credentials", detail=str(len(with_any)))
    hashes = {
        password: make_password(normal(password)) for password in {row.password for row in with_any if row.password}
    }
    accounts = Account.objects.in_bulk([row.username for row in with_any], field_name="username")
    for row in with_any:
        if row.password:
            accounts[row.username].password = hashes[row.password]
    Account.objects.bulk_update(accounts.values(), ["password"], batch_size=BATCH)
    totp = Authenticator.Type.TOTP
    have = set(Authenticator.objects.filter(type=totp).values_list("user_id", flat=True))
    Authenticator.objects.bulk_create(
        [
            Authenticator(user=accounts[row.username], type=totp, data={"secret": sealing.seal(row.totp_secret)})
            for row in with_any
            if row.totp_secret and accounts[row.username].pk not in have
        ],
        batch_size=BATCH,
    )


def register(good: list[Good], requester: str) -> tuple[int, int, list[Reject]]:
    """Bring professions to the safe's register, or propose them; return enrolled, proposed and refused."""
    if the_safe().call(Status()).setup_closed:
        proposed, refused = propose_all(good, requester)
        return 0, proposed, refused
    rows = [row for _line, row in good if row.professions]
    for start in range(0, len(rows), BATCH):
        batch = {row.username: tuple(word.value for word in row.professions) for row in rows[start : start + BATCH]}
        the_safe().call(Enrol(who=console(), accounts=batch, request=request_id(None)))
    keep_professions(rows)
    return len(rows), 0, []


def keep_professions(rows: list[Row]) -> None:
    """Write the professions that the register now has, and no others, for the accounts of ``rows``."""
    keys = dict(Account.objects.values_list("username", "pk"))
    wanted = {(keys[row.username], word.value) for row in rows for word in row.professions}
    people = {keys[row.username] for row in rows}
    rows_there = AccountProfession.objects.values_list("pk", "account_id", "profession")
    have = {(key, word): pk for pk, key, word in rows_there}
    stale = [pk for pair, pk in have.items() if pair[0] in people and pair not in wanted]
    AccountProfession.objects.filter(pk__in=stale).delete()
    fresh = [AccountProfession(account_id=key, profession=word) for key, word in sorted(wanted - set(have))]
    AccountProfession.objects.bulk_create(fresh, batch_size=BATCH)


def propose_all(good: list[Good], requester: str) -> tuple[int, list[Reject]]:
    """Propose the grants that are missing: set-up is closed, each needs a second person."""
    who = Who(account=requester, profession=profession_of(requester), session="", acr="console")
    waiting = {wait.proposal.account for wait in approvals.waiting(who).asked} if requester else set[str]()
    has = professions_of(row.username for _, row in good)
    proposed, refused = 0, []
    for line, row in good:
        words = {word.value for word in row.professions}
        if words == has[row.username] or row.username in waiting:
            continue
        if not requester:
            refused.append(
                Reject(line, row.username, "set-up is closed: a grant needs two people; say who asks with --as")
            )
            continue
        ruled = approvals.propose_grant(who, row.username, sorted(words), request_id(None))
        if ruled.decision is Decision.ALLOW:
            proposed += 1
        else:
            refused.append(Reject(line, row.username, f"the safe refused the proposal: {ruled.rule}"))
    return proposed, refused


def professions_of(names: Iterable[str]) -> defaultdict[str, set[str]]:
    """Return the professions that each account has, in one query."""
    has: defaultdict[str, set[str]] = defaultdict(set)
    rows = AccountProfession.objects.filter(account__username__in=list(names))
    for name, word in rows.values_list("account__username", "profession"):
        has[name].add(word)
    return has


def profession_of(username: str) -> str:
    """Return the profession under which ``username`` may propose, or nothing."""
    known = AccountProfession.objects.filter(account__username=username).values_list("profession", flat=True)
    office = [Profession.IT_ADMINISTRATOR.value, Profession.SECURITY_OFFICER.value]
    return next((word for word in known if word in office), "")


def set_first_password(account: Account, password: str) -> None:
    """Give a person the password to come in with once; the second factor is asked for right after.

    Raises:
        BadInputError: the password is too weak.
        RefusedError: a service has none.
    """
    if account.service:
        raise RefusedError("A service has no password.", "Register its key: `ecluse accounts client`.")
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise BadInputError(" ".join(error.messages), "Fifteen characters or more, that nobody would guess.") from error
    note(console(), Action.FACTOR, "password-set", target=account.username, detail="pwd")
    account.set_password(password)
    account.save(update_fields=["password"])
