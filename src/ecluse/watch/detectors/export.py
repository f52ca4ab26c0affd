"""Patients sent out: exported, printed, reported.

**Definition.** The value is ``days.exported``: patients named or displayed by export, print, report or everything.
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.schema import OUT
from ecluse.watch.tables import Tables

STORY = Story(
    name="export",
    family="export",
    kind=Kind.HABIT,
    sees="One click that sends out many patients: exports, prints, reports, statistics with names, FHIR everything.",
    misses="Copies made outside the application (database dump, backup, screen copy); exports that are not logged.",
    false_alarms="The monthly statistics, the printing of labels, a planned transfer to another software.",
    do="Find the file and the request that asked for it. Was there a second person who agreed?",
    attack="T1567",
    floor=10,
)


def find(t: Tables) -> Table:
    """Return how many patients were sent out."""
    return found(t.days.mutate(value=t.days.exported))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the exports, prints and reports of these days."""
    return rows.accesses(t, account, first, last, OUT)
