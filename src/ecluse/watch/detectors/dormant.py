"""An account that should be asleep.

**Definition.** A waking is a day on which the account is seen, with an earlier day on which it is seen, the last of
which is at least ``IDLE`` = 60 days before; or the first day it is seen, if that is at least ``RUN_IN`` = 28 days
after the first day of ``days`` and the staff list gives a ``since`` at least ``IDLE`` days before it. The value is the
volume of an active day numbered d, if a waking lies on days d - 6 to d (``AWAKE`` = 7 days) or if the staff list gives
an ``until`` before the day.
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, number, seen, sure
from ecluse.watch.tables import Tables

IDLE = 60  # days
AWAKE = 7  # days
RUN_IN = 28  # days of log

STORY = Story(
    name="dormant",
    family="dormant",
    kind=Kind.RARE,
    sees="Accounts of leavers, of locums of last year, and forgotten accounts that somebody found.",
    misses="Sleep before the log begins where the staff list gives no dates; leavers it does not mark.",
    false_alarms="Parental leave, long illness, seasonal work.",
    do="Is the person back? Ask the personnel office. If not, lock it now and look for its siblings.",
    attack="T1078",
    floor=5,
)


def find(t: Tables) -> Table:
    """Return the volume of accounts that should be asleep."""
    known = _with_staff(t)
    rising = ibis.window(group_by="account", order_by="number")
    before = known.number.lag().over(rising)
    late = (known.number - known.begin >= RUN_IN) & (known.number - known.since >= IDLE)
    marked = known.mutate(wakes=ibis.ifelse(before.isnull(), sure(late), sure(known.number - before >= IDLE)))
    lately = ibis.range_window(preceding=AWAKE - 1, following=0, group_by="account", order_by="number")
    woken = marked.mutate(awake=marked.wakes.cast("int64").max().over(lately) > 0)
    gone = sure(woken.number > woken.until)
    kept = woken.filter(woken.awake | gone).select("account", "day")
    return found(t.days.semi_join(kept, ["account", "day"]).select("account", "day", value="shown"))


def _with_staff(t: Tables) -> Table:
    """Return the days accounts are seen, with the first day of the log and the account's first and last in service."""
    days = seen(t)
    begin = t.days.agg(begin=number(t.days.day).min())
    staff = t.staff.select(member="account", since=number(t.staff.since), until=number(t.staff.until))
    return days.left_join(staff, days.account == staff.member).drop("member").cross_join(begin)


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return every access of these days."""
    return rows.accesses(t, account, first, last)
