"""Logs that somebody stopped or weakened: told apart from the queue.

One such act is too little for a count to be unusual by, and too grave to wait for a second one: whoever switches the
log off is not seen afterwards.
"""

from typing import Any

from ibis.expr.types import Table

from ecluse.core.events import AccountAct, Fault
from ecluse.watch.schema import INTEGRITY

KEY = ("source", "account", "by", "detail")


def stops_of(signs: Table) -> Table:
    """Return source, account, by, detail, and of the acts that stopped a log: number, first and last day and row."""
    s = signs.filter(signs.act == AccountAct.LOG_OFF.value)
    day, row = s.day, s.row
    found = s.group_by(*KEY).agg(
        number=s.count(), day=day.min(), until=day.max(), first=row.min(), last=row.max(), ts=s.ts.min()
    )
    return found.order_by("day", *KEY)


def fault(stop: dict[str, Any]) -> dict[str, Any]:
    """Return a row of ``stops_of`` as one of ``INTEGRITY``."""
    made = {"fault": Fault.LOGGING_OFF.value, "text": _text(stop)}
    return {name: made.get(name, stop.get(name)) for name in INTEGRITY.names}


def _text(stop: dict[str, Any]) -> str:
    account, who = stop["account"], stop["by"] or stop["account"]
    whose = f" of {account}" if account != who else ""
    what = f" ({stop['detail']})" if stop["detail"] else ""
    when = "on {day}" if stop["number"] == 1 else "{number} times from {day} to {until}"
    return f"{who} stopped or weakened the log{whose} {when.format_map(stop)}{what}."
