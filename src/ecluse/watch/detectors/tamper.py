"""The log stopped or changed.

**Definition.** Of the signs ``log-off``, the actor is ``by``, or ``account`` where ``by`` is empty. Of ``integrity``,
only rows with an account and a day, whose fault and source together have at most ``LONE`` = 20 rows in all of
``integrity``. The value is the number of such signs of the actor on the day plus the number of such rows of the
account.
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.core.events import AccountAct
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables

LONE = 20  # rows

STORY = Story(
    name="tamper",
    family="tamper",
    kind=Kind.RARE,
    sees="A log switched off, and the few rows, changed or missing, that name the account.",
    misses="Changes that recompute an unkeyed checksum, rows cut off at the end, edits made in another's name.",
    false_alarms="Maintenance; a partial export of the log. A fault by the hundred is a broken export: not counted.",
    do="Take a copy of the log and its backups first. The name in a changed row may be the victim's.",
    attack="T1070",
    floor=1,
)


def find(t: Tables) -> Table:
    """Return how often the account stopped a log, and in how many faults it is named."""
    stops = t.signs.filter(t.signs.act == AccountAct.LOG_OFF.value)
    told = stops.select("day", account=rows.actor(stops)).union(_lone(t.integrity))
    return found(told.group_by("account", "day").agg(value=told.count()))


def _lone(integrity: Table) -> Table:
    """Return day and account of the faults that are few of their kind in their source."""
    kinds = integrity.group_by("fault", "source").agg(rows=integrity.count())
    few = kinds.filter(kinds["rows"] <= LONE)
    named = integrity.filter(integrity.account != "", integrity.day.notnull())
    return named.semi_join(few, ["fault", "source"]).select("day", "account")


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the stops of a log, and the rows at fault that name the account."""
    stops = rows.signs(t, account, first, last, [AccountAct.LOG_OFF])
    i = t.integrity.filter(t.integrity.account == account, t.integrity.day.between(first, last))
    i = i.mutate(row=i["first"], patient=ibis.literal(""), deed=i.fault)
    return stops.union(i.select(*rows.COLUMNS))
