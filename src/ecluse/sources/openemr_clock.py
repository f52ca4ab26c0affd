"""The two clocks of OpenEMR's API calls: ``api_log`` is dumped in UTC, ``log`` keeps the server's own clock.

A call has a row in both: what lies between them is learnt from one call an hour, so that summer time is followed. What
a single call alone says is a row that was changed, and is not believed.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from ecluse.sources.fields import when
from ecluse.sources.tables import Shapes, parts

QUARTER = timedelta(minutes=15)
FARTHEST = timedelta(hours=14)  # a clock from UTC
HOUR = len("2026-01-31 08")
Where = Iterable[tuple[Path, frozenset[str]]]
Pair = tuple[datetime, timedelta]


class Clock:
    """What to add to a time of ``api_log``: each step from a call on, the first one before it too."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self._starts: list[datetime] = []
        self._steps: list[timedelta] = []
        for at, step in _believed(sorted(pairs)):
            if not self._steps or self._steps[-1] != step:
                self._starts.append(at)
                self._steps.append(step)

    def here(self, at: datetime) -> datetime:
        """Return the server's clock at a time of ``api_log``."""
        place = bisect_right(self._starts, at) - 1
        return at + self._steps[max(place, 0)] if self._steps else at


def _believed(pairs: list[Pair]) -> Iterable[Pair]:
    for place, (at, step) in enumerate(pairs):
        beside = [other for _, other in pairs[max(place - 1, 0) : place + 2]]
        if abs(step) <= FARTHEST and (beside.count(step) > 1 or len(pairs) == 1):
            yield at, step


def clock_of(where: Where, shapes: Shapes) -> Clock:
    """Return the clock that the tables of ``where`` tell."""
    tables = list(where)
    called = _called(tables, shapes)
    pairs: list[Pair] = []
    for path, names in tables if called else []:
        for part in parts(path, shapes, only=names & {"log"}):
            for number, date in part.rows("id", "date"):
                there = called.pop(number, None) if number in called else None
                if there is not None and (here := when(date)) is not None:
                    pairs.append((there, round((here - there) / QUARTER) * QUARTER))
    return Clock(pairs)


def _called(where: Where, shapes: Shapes) -> dict[str, datetime]:
    """Return the first call of each hour: the number of its row in the log, and its time in ``api_log``."""
    found: dict[str, datetime] = {}
    hours: set[str] = set()
    for path, names in where:
        for part in parts(path, shapes, only=names & {"api_log"}):
            for number, time in part.rows("log_id", "created_time"):
                if number and time and time[:HOUR] not in hours and (at := when(time)) is not None:
                    hours.add(time[:HOUR])
                    found[number] = at
    return found
