"""Break-glass more often than usual.

**Definition.** The value is ``days.break_glass``: the patients opened by break-glass.
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.core.events import Deed
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables

STORY = Story(
    name="emergency",
    family="emergency",
    kind=Kind.HABIT,
    sees="The emergency door used as an ordinary one.",
    misses="Canned reasons spread over many accounts, one or two each.",
    false_alarms="Real emergencies, a crowded night, a unit whose rights are too narrow.",
    do="Read the reasons given, and whether care followed. Too many for everybody: mend the rights, not the people.",
    attack="T1548",
    floor=3,
)


def find(t: Tables) -> Table:
    """Return how many patients were opened by break-glass."""
    return found(t.days.mutate(value=t.days.break_glass))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the break-glass accesses of these days."""
    return rows.accesses(t, account, first, last, [Deed.BREAK_GLASS])
