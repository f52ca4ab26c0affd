"""A harvest spread over weeks.

**Definition.** On a day with ``days.unexplained`` > 0: the sum of ``days.unexplained`` of the account over the days
numbered from d - 27 to d, where d is the number of the day.
"""

from datetime import date, timedelta

import ibis
from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, number
from ecluse.watch.tables import Tables

WINDOW = 28  # days

STORY = Story(
    name="slow",
    family="slow",
    kind=Kind.HABIT,
    sees="A few patients a day without a reason, week after week, each day looking like nothing.",
    misses="Less than the profession's own noise; a ramp so slow that it becomes the account's habit within the log.",
    false_alarms="A change of post that the staff list does not know yet: everything is unexplained for weeks.",
    do="Compare the list of patients with the person's post over the whole period, not with a single day.",
    attack="T1030",
    floor=20,
)


def find(t: Tables) -> Table:
    """Return the unexplained firsts of the last four weeks."""
    days = t.days.filter(t.days.unexplained > 0)
    days = days.select("account", "day", "unexplained", number=number(days.day))
    past = ibis.range_window(preceding=WINDOW - 1, following=0, group_by="account", order_by="number")
    return found(days.mutate(value=days.unexplained.sum().over(past)))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the accesses of the unexplained firsts of these days and of the four weeks before."""
    return rows.firsts(t, account, first - timedelta(days=WINDOW - 1), last)
