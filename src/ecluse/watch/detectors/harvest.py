"""More patients in a day than usual.

**Definition.** The value is the volume of the account on the day (``days.shown``).
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables

STORY = Story(
    name="harvest",
    family="harvest",
    kind=Kind.HABIT,
    sees="An account is shown many more patients in a day than ever before, named or not (an export of 50).",
    misses="A thief who stays within the habit of the stolen account, and what the log does not write.",
    false_alarms="The first day of a new task: an audit, a vaccination campaign, a return to a busy ward, a migration.",
    do="Ask the person by telephone, not by mail. If they did not do it, lock the account and list who was exposed.",
    attack="T1213",
    floor=20,
)


def find(t: Tables) -> Table:
    """Return the volume of every account-day."""
    return found(t.days.mutate(value=t.days.shown))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return every access of these days."""
    return rows.accesses(t, account, first, last)
