"""First accesses to patients nobody else is caring for.

**Definition.** The value is the number of firsts of the account on the day that are not explained and whose patient no
other account touches on any day of the same 7-day bucket (``touches.week``) or of the one before.
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables
from ecluse.watch.touches import week

STORY = Story(
    name="sleeping",
    family="unexplained",
    kind=Kind.HABIT,
    sees="Opening the records of people who are not in care at all: the bulk of any whole base, and of nobody's work.",
    misses="Thieves who take only the patients of the moment; several who take the same patients in the same week.",
    false_alarms="Archivists, coders, researchers, recall campaigns; secretaries who prepare next month.",
    do="Take five of these patients and look for any trace of care since. None at all: treat it as a theft.",
    attack="T1213",
    floor=5,
)


def find(t: Tables) -> Table:
    """Return how many patients whom nobody else touches were opened without a reason."""
    alone = asleep(t)
    return found(alone.group_by("account", "day").agg(value=alone.count()))


def asleep(t: Tables) -> Table:
    """Return account, day, patient and deeds of the unexplained firsts of patients whom nobody else touches."""
    new = t.firsts.filter(~t.firsts.explained, t.firsts.account != "").select("account", "day", "patient", "deeds")
    new = new.mutate(week=week(new.day))
    crowd = _crowd(t.touches.filter(t.touches.account != ""))
    alone = crowd.filter(crowd.low == crowd.high).select("patient", "week")
    before = crowd.select("patient", week=crowd.week + 1)
    return new.semi_join(alone, ["patient", "week"]).anti_join(before, ["patient", "week"]).drop("week")


def _crowd(touches: Table) -> Table:
    """Return the first and the last account, by name, that touch a patient in a week."""
    seen = touches.select("account", "patient", week=week(touches.day))
    return seen.group_by("patient", "week").agg(low=seen.account.min(), high=seen.account.max())


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the accesses of the unexplained firsts."""
    return rows.firsts(t, account, first, last)
