"""Several accounts, one machine: the same beat on the same day.

**Definition.** Take the account-days with a value of ``pace``; the beat of each is the smallest of its gaps g whose
even(g) is that value. If at least 2 accounts have the same beat on the same day, the value of each is the sum of their
values of ``pace``.
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.watch.detectors import pace, rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables

SCOPE = "day"
TOGETHER = 2

STORY = Story(
    name="rhythm",
    family="shared",
    kind=Kind.RARE,
    sees="One script that works with several accounts: the same interval between patients on the same day.",
    misses="Scripts that wait at random, or run on different days.",
    false_alarms="Two interfaces with the same timer, every day.",
    do="Look at the order and the kinds of requests: the same script leaves the same sequence.",
    attack="T1119",
    floor=30,
)


def find(t: Tables) -> Table:
    """Return the sum of the even intervals of all accounts with the same beat."""
    beats = pace.beats(t).filter(lambda beat: beat.account != "")
    same = ibis.window(group_by=["day", "beat"])
    told = beats.mutate(total=beats.value.sum().over(same), accounts=beats.count().over(same))
    return found(told.filter(told.accounts >= TOGETHER).drop("value").rename(value="total"))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return every access of these days."""
    return rows.accesses(t, account, first, last)
