"""An address that tries many accounts and gets into one.

**Definition.** For an address (not empty) and a day numbered d: F is the number of accounts with a sign
``login-failure`` from it on day d - 1 or d; S the number of accounts that have it as a place on day d - 1 or d. If F
>= ``FEWEST`` = 5 and F >= 2 * S (``TIMES`` = 2), every account that has it as a place on day d gets F; the value is
the greatest over its addresses.
"""

from datetime import date, timedelta

import ibis
from ibis.expr.types import Table

from ecluse.core.events import AccountAct
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, number
from ecluse.watch.places import ADDRESS
from ecluse.watch.tables import Tables

FEWEST = 5  # accounts
TIMES = 2

STORY = Story(
    name="spraying",
    family="guessing",
    kind=Kind.RARE,
    sees="One address fails on many accounts and works as one, the same day or the next, even at its first try.",
    misses="Trying from many addresses; an address that most of the house works from.",
    false_alarms="A reception or a training room on the first day after a forced change of passwords.",
    do="Block the address, lock the account that got in, reset every account it tried.",
    attack="T1110.003",
    floor=5,
)


def find(t: Tables) -> Table:
    """Return on how many accounts the address failed that then got into this one."""
    at = _sprayed(t)
    here = t.places.filter(t.places.kind == ADDRESS).select(
        "account", "day", address="key", number=number(t.places.day)
    )
    entered = here.join(at, ["address", "number"])
    return found(entered.group_by("account", "day").agg(value=entered.failing.max()))


def _sprayed(t: Tables) -> Table:
    """Return address, number of the day and failing accounts, where these are many more than those who work there."""
    s = t.signs.filter(t.signs.act == AccountAct.LOGIN_FAILURE.value, t.signs.address != "", t.signs.account != "")
    failed = _two_days(s.select("account", "address", number=number(s.day)))
    tried = failed.group_by("address", "number").agg(failing=failed.account.nunique())
    many = tried.filter(tried.failing >= FEWEST)
    p = t.places.filter(t.places.kind == ADDRESS, t.places.account != "")
    used = _two_days(p.select("account", address="key", number=number(p.day)).semi_join(many, "address"))
    working = used.group_by("address", "number").agg(working=used.account.nunique())
    both = many.join(working, ["address", "number"])
    return both.filter(both.failing >= TIMES * both.working).select("address", "number", "failing")


def _two_days(rows: Table) -> Table:
    """Count each row for its day and for the next."""
    return rows.union(rows.mutate(number=rows.number + 1))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the failures of the account's addresses since the day before, and its own logins and accesses."""
    acts = [AccountAct.LOGIN_FAILURE.value]
    here = t.places.filter(t.places.account == account, t.places.kind == ADDRESS, t.places.day.between(first, last))
    s = t.signs.filter(t.signs.act.isin(acts), t.signs.day.between(first - timedelta(days=1), last))
    failed = s.semi_join(here, s.address == here.key).mutate(patient=ibis.literal(""), deed=s.act)
    own = rows.signs(t, account, first, last, [AccountAct.LOGIN])
    return failed.select(*rows.COLUMNS).union(own).union(rows.accesses(t, account, first, last))
