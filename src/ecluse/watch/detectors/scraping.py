"""Patients displayed in lists and searches, never opened.

**Definition.** ``days.displayed_only``, plus, over the account's visits of the day that have a deed of
``schema.DISPLAYED``, the sum of what they showed beside the named patient and did not send out: (shown - named) - (out
- named and sent), where ``named`` is 1 for a visit that names a patient, else 0, and ``named and sent`` is 1 if it
also has a deed of ``schema.OUT``, else 0.
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.schema import DISPLAYED, OUT, mask
from ecluse.watch.tables import Tables
from ecluse.watch.touches import has

STORY = Story(
    name="scraping",
    family="scraping",
    kind=Kind.HABIT,
    sees="Search results and lists read instead of records: names and addresses come out without one record opened.",
    misses="Logs that write no results (most of them): the number is then 'at least'.",
    false_alarms="Switchboard, bed management, a screen on the wall that refreshes a list.",
    do="Look at the searches in their order: aa, ab, ac… or page after page is a machine.",
    attack="T1213",
    floor=30,
)


def find(t: Tables) -> Table:
    """Return how many patients were displayed and not opened."""
    listed = t.visits.filter(has(t.visits.deeds, mask(*DISPLAYED)))
    named = (listed.patient != "").cast("int64")
    sent = has(listed.deeds, mask(*OUT)).cast("int64")
    beside = (listed.shown - named) - (listed.out - named * sent)
    unnamed = listed.filter(beside != 0).select("account", "day", value=beside)
    unopened = t.days.select("account", "day", value=t.days.displayed_only)
    both = unopened.union(unnamed)
    return found(both.group_by("account", "day").agg(value=both.value.sum().cast("int64")))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the searches and lists of these days."""
    return rows.accesses(t, account, first, last, DISPLAYED)
