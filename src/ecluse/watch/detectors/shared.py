"""Several accounts, one hand: new to the same place, different patients.

**Definition.** An account is recent at a place on a day numbered d when it has the place on that day, the first day it
ever had it, f, is from d - 6 to d (``FRESH`` = 7 days), and it was active on a day before f. For a day and a place,
take the accounts recent there with at least ``EACH`` = 5 unexplained firsts on that day. If there are at least 2 of
them, let sum be the number of their unexplained firsts on the day and union the number of distinct patients among
them. If 10 * union >= 9 * sum, each of these accounts gets union; the value is the greatest over its places.
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, number
from ecluse.watch.detectors.fresh import uses
from ecluse.watch.places import ADDRESS, DEVICE
from ecluse.watch.tables import Tables

FRESH = 7  # days
EACH = 5
TOGETHER = 2

STORY = Story(
    name="shared",
    family="shared",
    kind=Kind.RARE,
    sees="Stolen accounts worked from one machine, which divide the patients so that each stays small.",
    misses="Thieves who give each account its own address and device (see `rhythm` and `block`).",
    false_alarms="A new shared workstation, or a course, where several people start on the same day.",
    do="Treat them as one case: lock all, and look for further accounts at the same place.",
    attack="T1078",
    floor=20,
)


def find(t: Tables) -> Table:
    """Return how many patients the accounts of one place share out among themselves."""
    busy = _groups(t)
    new = t.firsts.filter(~t.firsts.explained).select("account", "day", "patient")
    taken = busy.join(new, ["account", "day"])
    sizes = taken.group_by("day", "kind", "key").agg(total=taken.count(), together=taken.patient.nunique())
    split = sizes.filter(10 * sizes.together >= 9 * sizes.total).select("day", "kind", "key", value="together")
    told = busy.join(split, ["day", "kind", "key"])
    return found(told.group_by("account", "day").agg(value=told.value.max()))


def _groups(t: Tables) -> Table:
    """Return account, day, kind, key of the recent accounts that take enough, where there are at least two."""
    begun = t.days.group_by("account").agg(active=number(t.days.day).min())
    eager = t.days.filter(t.days.unexplained >= EACH).select("account", "day")
    used = uses(t, ADDRESS, DEVICE)
    young = used.filter(used.number - used.begun < FRESH).semi_join(eager, ["account", "day"])
    recent = young.join(begun, "account").filter(lambda row: row.active < row.begun)
    here = recent.select("account", "day", "kind", "key")
    several = here.mutate(accounts=here.count().over(ibis.window(group_by=["day", "kind", "key"])))
    return several.filter(several.accounts >= TOGETHER).drop("accounts")


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the accesses of the unexplained firsts."""
    return rows.firsts(t, account, first, last)
