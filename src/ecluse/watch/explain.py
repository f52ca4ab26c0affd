"""The very events of a case: each reason's rows of the log, so that a person can count them again."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

import pyarrow as pa
from ibis.expr.types import Table

from ecluse.core.errors import BadInputError
from ecluse.watch.cases import Case, Queue
from ecluse.watch.tables import Tables

COLUMNS = ("ts", "account", "deed", "patient", "source", "row", "reasons")
KEY = ("ts", "account", "deed", "patient", "source", "row")
Collect = Callable[[Table], pa.Table]


class Evidence(Protocol):
    """What the module of a detector offers for this (``detectors.base``)."""

    def evidence(self, t: Tables, account: str, first: date, last: date) -> Table: ...


def find(queue: Queue, case: str) -> Case:
    """Return the case whose id is, or begins with, ``case``; its number in the queue (from 1) does as well.

    Raises:
        BadInputError: none, or more than one.
    """
    if case.isdigit() and 1 <= int(case) <= len(queue.cases):
        return queue.cases[int(case) - 1]
    met = [one for one in queue.cases if one.id.startswith(case)] if case else []
    if len(met) != 1:
        what = "There is no case" if not met else "Several cases begin with"
        raise BadInputError(f"{what} {case!r}.", "`ecluse scan` prints the names of the cases.")
    return met[0]


def explain(tables: Tables, collect: Collect, case: Case, detectors: Mapping[str, Evidence]) -> pa.Table:
    """Return the events of ``case`` in order of time; ``reasons`` are the detectors each is an event of."""
    reasons: dict[tuple[object, ...], list[str]] = {}
    for detector, account, day in _asked(case):
        if detector in detectors:
            for row in collect(detectors[detector].evidence(tables, account, day, day)).to_pylist():
                known = reasons.setdefault(tuple(row[name] for name in KEY), [])
                if detector not in known:
                    known.append(detector)
    order = sorted(reasons, key=lambda key: (*(str(part) for part in key[:-1]), key[-1]))
    made = [{**dict(zip(KEY, key, strict=True)), "reasons": ", ".join(sorted(reasons[key]))} for key in order]
    return pa.Table.from_pylist(made, schema=SCHEMA)


SCHEMA = pa.schema(
    [
        ("ts", pa.timestamp("us")),
        ("account", pa.string()),
        ("deed", pa.string()),
        ("patient", pa.string()),
        ("source", pa.string()),
        ("row", pa.int64()),
        ("reasons", pa.string()),
    ]
)


def _asked(case: Case) -> list[tuple[str, str, date]]:
    """Return the detector, account and day of each reason, and each detector of the case on its other days."""
    told = [(reason.detector, reason.account, date.fromisoformat(reason.day)) for reason in case.told]
    days = [
        (name, who, date.fromisoformat(day)) for name in case.detectors for who in case.accounts for day in case.days_of
    ]
    return list(dict.fromkeys([*told, *days]))
