"""Patients opened for the first time, for no reason the data knows.

**Definition.** The value is ``days.unexplained``: the firsts of the day that no care, unit, duty or team explains.
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables

STORY = Story(
    name="unexplained",
    family="unexplained",
    kind=Kind.HABIT,
    sees="First accesses to patients whom neither an encounter, an appointment, the unit nor the team leads to.",
    misses="A thief who stays among the patients of his ward, or who forges a reason first (see `forged`).",
    false_alarms="Care facts that were not given to the scan, staff who float between units, walk-in emergencies.",
    do="Ask the head of the unit what the account had to do with them. Give the scan the care facts (`--care`).",
    attack="T1213",
    floor=5,
)


def find(t: Tables) -> Table:
    """Return the unexplained firsts of every account-day."""
    return found(t.days.mutate(value=t.days.unexplained))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the accesses of the unexplained firsts."""
    return rows.firsts(t, account, first, last)
