"""Who opened this record: read from the trace, for one patient; and what was exposed to one account or session.

Promises:

- **O1** What is told is what the trace says, no more and no less: one line an access, refusals apart.
- **O2** People are named only when the caller says that this reader may see names; otherwise unit and profession
  (RGPD art. 15, CJEU C-579/21; the EHDS asks for the date, the categories and the provider).
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from ecluse.accounts.models import Account, Membership
from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Purpose
from ecluse.gate import world
from ecluse.record.trace_index import By, Span, entries_of, find
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import Exposed, opened_by, opens

MOST = 500


class Opening(msgspec.Struct, frozen=True):
    """One access to one patient.

    ``who`` is a name when names may be shown, else empty; ``glass``: under a broken glass.
    """

    sequence: int
    at: datetime
    action: Action
    profession: str
    unit: str
    who: str
    compartments: tuple[Compartment, ...]
    purpose: Purpose | None
    ground: Ground | None
    duty: DutyKind | None
    glass: bool
    reason: str
    allowed: bool
    rule: str


def of_patient(
    ref: str, *, named: bool, refused: bool = False, since: datetime | None = None, most: int = MOST
) -> list[Opening]:
    """Tell who opened the record of patient ``ref``, newest first, at most ``most`` lines.

    ``refused`` adds the attempts that were refused. ``named`` is for readers who may know who (O2).
    """
    home = world.home()
    found = [
        entry
        for entry in entries_of(home.safe, home.trace_index, ref)
        if shown(entry, refused=refused) and (since is None or entry.at >= since)
    ]
    latest = found[::-1][:most]
    return [opening(entry, *of_account, named=named) for entry, of_account in with_accounts(latest)]


def exposed(*, account: str = "", session: str = "", since: datetime | None = None) -> list[Exposed]:
    """Tell which compartments of which patients were opened to an account or a session (the trace's name for it).

    For pages: by the index. What must be complete without trusting it is asked of ``respond.exposure``.
    """
    home = world.home()
    by, value = (By.SESSION, session) if session else (By.ACCOUNT, account)
    found = find(home.safe, home.trace_index, by, value, Span(since))
    return opened_by(entry for entry in found if account in {"", entry.account})


def shown(entry: Entry, *, refused: bool) -> bool:
    """Tell whether an entry belongs in the list."""
    return opens(entry) or entry.action is Action.CREATE or (refused and entry.decision is not Decision.ALLOW)


def with_accounts(entries: list[Entry]) -> Iterator[tuple[Entry, tuple[str, str]]]:
    """Yield each entry with the display name and the unit of its account, as they are now. Two statements for all."""
    names = {entry.account for entry in entries}
    people = dict(Account.objects.filter(username__in=names).values_list("username", "display_name"))
    units: dict[str, str] = {}
    works = Membership.objects.filter(account__username__in=names, until=None).order_by("since")
    for username, unit in works.values_list("account__username", "unit__name"):
        units.setdefault(username, unit)
    for entry in entries:
        yield entry, (people.get(entry.account, entry.account), units.get(entry.account, ""))


def opening(entry: Entry, name: str, unit: str, *, named: bool) -> Opening:
    """Tell one entry."""
    glass = (
        entry.ground is Ground.EMERGENCY or entry.purpose is Purpose.BREAK_GLASS or entry.action is Action.BREAK_GLASS
    )
    return Opening(
        sequence=entry.seq,
        at=entry.at,
        action=entry.action,
        profession=entry.profession,
        unit=unit,
        who=name if named else "",
        compartments=entry.compartments,
        purpose=entry.purpose,
        ground=entry.ground,
        duty=entry.duty,
        glass=glass or (entry.ground is Ground.APPROVED and entry.action is not Action.EXPORT),
        reason=entry.reason,
        allowed=entry.decision is Decision.ALLOW,
        rule=entry.rule,
    )
