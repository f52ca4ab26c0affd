"""Work at hours the account never works.

**Definition.** Only active days of an account that is seen on at least ``HISTORY`` = 5 days before. Its known hours
are the local hours of all its accesses and signs ``login`` on the days before, and for each the hour before and the
hour after (23 and 0 are neighbours). Strange hours are the hours of the day's accesses that are not known. The value
is the number of touches of the day with a strange hour among their ``hours``, plus the sum of max(shown, 0) over the
day's accesses at strange hours that name no patient.
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.core.events import AccountAct
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables
from ecluse.watch.touches import bit_or

HISTORY = 5  # days
DAY = 24

STORY = Story(
    name="hours",
    family="device",
    kind=Kind.RARE,
    sees="Patients seen in the middle of the night by an account of the day, or on the other side of the clock.",
    misses="A thief who keeps the hours of the victim; accounts that work round the clock.",
    false_alarms="The first night shift, an emergency call, a change of clock that was not declared (`--time-zone`).",
    do="Was the person on duty, or called in? The roster answers.",
    attack="T1078",
    floor=5,
)


def find(t: Tables) -> Table:
    """Return how many patients were seen at strange hours."""
    strange = _strange(t)
    touches = t.touches.join(strange, ["account", "day"])
    named = touches.filter((touches.hours & touches.strange) != 0).select(
        "account", "day", value=ibis.literal(1, "int64")
    )
    accesses = t.accesses.filter(t.accesses.patient == "").join(strange, ["account", "day"])
    at_hour = accesses.filter((accesses.strange & rows.hour_bit(accesses.hour)) != 0)
    unnamed = at_hour.select("account", "day", value=ibis.greatest(at_hour.shown, 0).cast("int64"))
    both = named.union(unnamed)
    return found(both.group_by("account", "day").agg(value=both.value.sum().cast("int64")))


def _strange(t: Tables) -> Table:
    """Return account, day and the bits of the strange hours of the days that have any."""
    days = _hours(t)
    before = ibis.window(group_by="account", order_by="day", preceding=(None, 1))
    rising = ibis.window(group_by="account", order_by="day")
    past = days.mutate(used=bit_or(days.used).over(before), seen=ibis.row_number().over(rising))
    old = past.filter(past.seen >= HISTORY)
    later, earlier = old.used << 1, old.used >> 1
    around = ((old.used & 1) << (DAY - 1)) | (old.used >> (DAY - 1))
    known = (old.used | later | earlier | around) & ((1 << DAY) - 1)
    marked = old.mutate(strange=old.hours - (old.hours & known))
    return marked.filter(marked.strange != 0).select("account", "day", "strange")


def _hours(t: Tables) -> Table:
    """Return account, day, the bits of the hours of its accesses, and those of its accesses and logins."""
    own = t.visits.group_by("account", "day").agg(hours=bit_or(t.visits.hours))
    logins = t.signs.filter(t.signs.act == AccountAct.LOGIN.value)
    others = logins.select("account", "day", hours=ibis.literal(0, "int64"), used=rows.hour_bit(logins.hour))
    both = own.mutate(used=own.hours).union(others)
    return both.group_by("account", "day").agg(hours=bit_or(both.hours), used=bit_or(both.used))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return every access of these days."""
    return rows.accesses(t, account, first, last)
