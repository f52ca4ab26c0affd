"""Comparing the directory with the accounts, and bringing these up to date.

Order of writes: the entry in the trace, accounts and units, then the proposals, then what ends. Running again mends
whatever a crash left out.
"""

from typing import Literal

import msgspec
from django.utils import timezone

from ecluse.accounts import registry, sessions, tokens
from ecluse.accounts.bridge import note
from ecluse.accounts.ldap import leaving
from ecluse.accounts.ldap.reading import entries
from ecluse.accounts.ldap.rows import Rejected, rows
from ecluse.accounts.models import Account
from ecluse.accounts.staff_list import Good, Row
from ecluse.accounts.who import console
from ecluse.core.errors import BadInputError
from ecluse.core.identity import Directory
from ecluse.core.words import Action, Profession
from ecluse.safe.protocol import Who


class Change(msgspec.Struct, frozen=True):
    """One difference. ``what`` names fields, never their values."""

    username: str
    kind: Literal["new", "changed", "ends"]
    what: tuple[str, ...] = ()


class Synced(msgspec.Struct, frozen=True):
    """What a comparison found, and whether it was written."""

    seen: int
    changes: tuple[Change, ...]
    rejects: tuple[tuple[str, str], ...]
    written: bool
    proposed: int = 0


class Places(msgspec.Struct, frozen=True):
    """What one person has here, or no longer has there: codes of units, words of professions."""

    units: set[str]
    professions: set[str]


class Plan(msgspec.Struct, frozen=True):
    """What would be done."""

    rows: list[Row]
    changes: list[Change]
    losses: dict[str, Places]
    rejects: list[Rejected]


def plan(directory: Directory) -> Plan:
    """Compare.

    Raises:
        BadInputError: the filter finds nobody: a wrong setting would look like everybody leaving.
    """
    good, rejects = rows(directory, entries(directory))
    if not good and not rejects:
        raise BadInputError("The directory holds nobody that the filter finds.", "Check base and filter.")
    known = {account.username: account for account in Account.objects.prefetch_related("professions")}
    numbers = {account.rpps: name for name, account in known.items() if account.rpps}
    kept: list[Row] = []
    changes: list[Change] = []
    losses: dict[str, Places] = {}
    for row in good:
        before = known.get(row.username)
        wrong = clash(row, before, numbers)
        if wrong:
            rejects.append(Rejected(row.username, wrong))
            continue
        kept.append(row)
        had = had_by(before)
        loss = lost(directory, row, had)
        if loss.units or loss.professions:
            losses[row.username] = loss
        what = difference(row, before, had, loss) if before else ()
        if before is None or what:
            changes.append(Change(row.username, "changed" if before else "new", what))
    return Plan(kept, changes, losses, rejects)


def clash(row: Row, before: Account | None, numbers: dict[str, str]) -> str:
    """Return why a row may not change an account, or nothing."""
    if before is not None and before.service:
        return "a service has this name"
    if before is not None and before.rpps and row.rpps != before.rpps and row.rpps:
        return "rpps: written once; change it at the console"
    if row.rpps and numbers.get(row.rpps, row.username) != row.username:
        return "rpps: another account has this number"
    return ""


def had_by(before: Account | None) -> Places:
    """Return what a person has; somebody new has nothing."""
    if before is None:
        return Places(set(), set())
    return Places(leaving.open_units(before), {word.profession for word in before.professions.all()})


def lost(directory: Directory, row: Row, had: Places) -> Places:
    """Return what a person had and the directory no longer says."""
    units = leaving.units_left(directory, row, had.units)
    return Places(units, leaving.professions_lost(directory, row, had.professions))


def difference(row: Row, before: Account, had: Places, loss: Places) -> tuple[str, ...]:
    """Return the names of the fields that differ."""
    differs = {
        "display_name": row.display_name != before.display_name,
        "rpps": bool(row.rpps) and row.rpps != before.rpps,
        "hired": row.hired != before.hired,
        "ends": row.ends != before.ends,
        "units": bool(loss.units) or not had.units >= {str(unit) for unit in row.units},
        "professions": bool(loss.professions) or not had.professions >= {word.value for word in row.professions},
    }
    return tuple(name for name, found in differs.items() if found)


def sync(directory: Directory, *, dry: bool, requester: str = "", many_leave: bool = False) -> Synced:
    """Compare, and write unless ``dry``. ``requester``: the registered account that proposes and withdraws professions.

    Raises:
        BadInputError, BrokenWorldError: the directory cannot be read, or holds nobody; many would lose something, and
            ``many_leave`` does not say that this is right.
        SafeUnavailableError: it could not be traced and was not done.
    """
    found = plan(directory)
    rejects = tuple((one.dn, one.reason) for one in found.rejects)
    seen = len(found.rows) + len(found.rejects)
    if dry or not found.changes:
        return Synced(seen, tuple(found.changes), rejects, written=False)
    if not many_leave:
        leaving.not_too_many(len(found.losses), seen)
    for change in found.changes:
        note(console(), Action.FACTOR, f"directory-{change.kind}", target=change.username, detail=" ".join(change.what))
    changed = {change.username for change in found.changes}
    touched = with_numbers([row for row in found.rows if row.username in changed])
    units = registry.keep_units(touched)
    registry.keep_accounts(touched)
    registry.keep_places(touched, units)
    stays = take_away(found.losses, requester)
    proposed, refused = registry.propose_all([Good(n, row) for n, row in enumerate(gaining(touched))], requester)
    end_of_use(touched)
    more = (*stays, *((one.username, one.reason) for one in refused))
    return Synced(seen, tuple(found.changes), rejects + more, written=True, proposed=proposed)


def take_away(losses: dict[str, Places], requester: str) -> list[tuple[str, str]]:
    """Close what people no longer have; return what stays, and why."""
    who = Who(account=requester, profession=registry.profession_of(requester), session="", acr="console")
    accounts = Account.objects.in_bulk(list(losses), field_name="username")
    told = [(name, leaving.take_away(accounts[name], one.units, one.professions, who)) for name, one in losses.items()]
    return [(name, reason) for name, reason in told if reason]


def gaining(touched: list[Row]) -> list[Row]:
    """Return those who gain a profession, with those they have: a proposal names all that somebody will have."""
    has = registry.professions_of(row.username for row in touched)
    found = []
    for row in touched:
        there = has[row.username]
        if not there.issuperset(row.professions):
            every = tuple(sorted({*row.professions, *map(Profession, there)}))
            found.append(msgspec.structs.replace(row, professions=every))
    return found


def with_numbers(touched: list[Row]) -> list[Row]:
    """Return rows that leave a number alone when the directory has none."""
    without = Account.objects.filter(username__in=[row.username for row in touched if not row.rpps])
    kept = dict(without.values_list("username", "rpps"))
    return [msgspec.structs.replace(row, rpps=kept.get(row.username, row.rpps)) for row in touched]


def end_of_use(touched: list[Row]) -> None:
    """End at once the sessions of whoever is past their last day."""
    for account in Account.objects.filter(username__in=[row.username for row in touched]):
        if not account.employed(timezone.localdate()):
            sessions.end(account, console(), "directory-ends")
            tokens.revoke(account)
