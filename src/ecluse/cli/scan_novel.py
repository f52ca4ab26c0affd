"""Rows that several small files of one scan hold: counted as often as the one file that holds them most often.

The lake says the same of files added one by one (``watch.settle``); this is for those that are added together. Rows
with a key of their own (``row`` above 0) are left to the lake.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from ecluse.core.events import Access, AccountEvent, Event

ACCESS = ("at", "account", "patient", "deed", "route", "request", "session", "device", "address")
ACT = ("at", "account", "act", "by", "detail", "session", "device", "address")


class Novel:
    """Lets through what the files before did not hold; ``repeated`` counts the rest."""

    def __init__(self) -> None:
        self.repeated = 0
        self._seen: Counter[tuple[Any, ...]] = Counter()

    def of(self, events: Iterable[Event | pa.RecordBatch]) -> Iterator[Event | pa.RecordBatch]:
        """Yield the new events of one file."""
        own: Counter[tuple[Any, ...]] = Counter()
        for event in events:
            if isinstance(event, pa.RecordBatch):
                rows = event.to_pylist()
                fresh = [self._fresh(own, row.get("row", 0), _key(row)) for row in rows]
                if any(fresh):
                    yield event.filter(pa.array(fresh))
            elif isinstance(event, Access | AccountEvent):
                names = ACCESS if isinstance(event, Access) else ACT
                if self._fresh(own, event.row, tuple(getattr(event, name) for name in names)):
                    yield event
            else:
                yield event
        self._seen |= own

    def _fresh(self, own: Counter[tuple[Any, ...]], row: int, key: tuple[Any, ...]) -> bool:
        if row > 0:
            return True
        own[key] += 1
        if own[key] > self._seen[key]:
            return True
        self.repeated += 1
        return False


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name, "") for name in ACCESS)
