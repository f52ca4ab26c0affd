"""More patients in an hour than usual.

**Definition.** For each local hour, two numbers: how many touches of the account on the day have that hour among their
``hours`` (the greatest of them is ``days.hour_max``), and the sum of max(shown, 0) over its accesses of that hour that
name no patient. The value is the greatest of all these numbers.
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables

STORY = Story(
    name="burst",
    family="harvest",
    kind=Kind.HABIT,
    sees="A quick grab: as many patients in one hour as otherwise in a day. It needs no finer clock than the hour.",
    misses="A thief who spreads the same number over the day.",
    false_alarms="The start of a shift, a ward round on a new screen, the printing of labels for a whole ward.",
    do="Look at what the account did in that hour (`ecluse explain`); a grab shows one deed repeated.",
    attack="T1119",
    floor=15,
)


def find(t: Tables) -> Table:
    """Return the fullest hour of every account-day."""
    nameless = t.accesses.filter(t.accesses.patient == "")
    by_hour = nameless.group_by("account", "day", "hour").agg(shown=ibis.greatest(nameless.shown, 0).sum())
    fullest = by_hour.group_by("account", "day").agg(value=by_hour.shown.max().cast("int64"))
    named = t.days.select("account", "day", value=t.days.hour_max)
    both = named.union(fullest)
    return found(both.group_by("account", "day").agg(value=both.value.max()))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return every access of these days."""
    return rows.accesses(t, account, first, last)
