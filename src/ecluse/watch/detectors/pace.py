"""Patients opened at the pace of a machine.

**Definition.** Only account-days with at least ``PATIENTS`` = 20 touches, at least ``NEW`` = 12 of them firsts, and
whose touches all have grain 0. Their moments are the distinct seconds of the touches' ``since``, in order; their gaps
the differences of neighbouring moments, those of more than ``LONGEST`` = 300 seconds left out. For a whole number g >=
1, even(g) is the number of gaps equal to g or to g + 1. The value is the greatest even(g), if it is at least
``FEWEST`` = 10 and at least one gap in ``SHARE`` = 5 (5 * value >= number of gaps).
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, second
from ecluse.watch.tables import Tables

SCOPE = "day"
PATIENTS = 20
NEW = 12
LONGEST = 300  # seconds
FEWEST = 10
SHARE = 5

STORY = Story(
    name="pace",
    family="pace",
    kind=Kind.RARE,
    sees="New patients at even intervals: a script, a crawler, an export that opens one record after the other.",
    misses="A script that waits at random between wide limits, a log that rounds its clock, patients seen before.",
    false_alarms="Interfaces and nightly jobs (the same every night), a scanner at a reception desk.",
    do="Ask whose program it is. No owner: end its sessions and tokens; a password change alone does not.",
    attack="T1119",
    floor=15,
)


def find(t: Tables) -> Table:
    """Return the number of even intervals."""
    return found(beats(t))


def beats(t: Tables) -> Table:
    """Return account, day, value and the beat: the interval, in seconds, that most of the day's gaps have."""
    gaps = _gaps(t)
    counted = gaps.group_by("account", "day", "gap").agg(n=gaps.count())
    rising = ibis.window(group_by=["account", "day"], order_by="gap")
    follows = counted.gap.lead().over(rising) == counted.gap + 1
    beside = ibis.ifelse(follows, counted.n.lead().over(rising), 0)
    even = counted.mutate(even=counted.n + beside)
    best = ibis.window(group_by=["account", "day"], order_by=[ibis.desc("even"), "gap"])
    whole = ibis.window(group_by=["account", "day"])
    told = even.mutate(place=ibis.row_number().over(best), gaps=even.n.sum().over(whole))
    kept = told.filter(told.place == 0, told.even >= FEWEST, told.even * SHARE >= told.gaps)
    return kept.select("account", "day", value=kept.even, beat=kept.gap)


def _gaps(t: Tables) -> Table:
    """Return the intervals between the moments of the busy account-days."""
    coarse = t.touches.filter(t.touches.grain > 0).select("account", "day").distinct()
    busy = t.days.filter(t.days.patients >= PATIENTS, t.days.firsts >= NEW).select("account", "day")
    busy = busy.anti_join(coarse, ["account", "day"])
    touches = t.touches.semi_join(busy, ["account", "day"])
    moments = touches.select("account", "day", at=second(touches.since))
    rising = ibis.window(group_by=["account", "day"], order_by="at")
    gaps = moments.mutate(gap=moments["at"] - moments["at"].lag().over(rising))
    return gaps.filter(gaps.gap.between(1, LONGEST))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return every access of these days."""
    return rows.accesses(t, account, first, last)
