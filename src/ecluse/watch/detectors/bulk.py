"""Exports whose size the log does not tell.

**Definition.** The value is the number of accesses of the account on the day that name no patient, whose deed is one of
``schema.OUT`` and which may have shown more than the log says (``at_least``).
"""

from datetime import date

from ibis.expr.types import BooleanValue, Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.schema import OUT
from ecluse.watch.tables import Tables

STORY = Story(
    name="bulk",
    family="export",
    kind=Kind.RARE,
    sees="A report, a bulk export or a download of many patients of which the log says only that it was asked for.",
    misses="Exports the software does not log at all; accounts that do it one day in ten.",
    false_alarms="Monthly statistics, quality reports, a supplier who tests an interface.",
    do="Find the file. Without it, take it that every patient the account may see has gone out.",
    attack="T1567",
    floor=1,
)


def find(t: Tables) -> Table:
    """Return the number of such exports."""
    blind = t.accesses.filter(_blind(t.accesses))
    return found(blind.group_by("account", "day").agg(value=blind.count()))


def _blind(accesses: Table) -> BooleanValue:
    return accesses.at_least & (accesses.patient == "") & accesses.deed.isin([deed.value for deed in OUT])


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return these exports."""
    a = t.accesses.filter(t.accesses.account == account, t.accesses.day.between(first, last))
    return a.filter(_blind(a)).select(*rows.COLUMNS)
