"""Counters of tables: numbers that are missing in them, and times that run backwards along them.

A number that is missing is a row that was removed, or was never written (a transaction undone): which of the two, no
table can say. Memory grows with the gaps and the disorder of the file, not with its rows.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from ecluse.core.events import Fault, Integrity

MOST = 20  # told one by one; the rest in one sentence
DISORDER = 100_000  # more runs than this: the file is not in the order of its counter
BACK = timedelta(hours=2)  # more than the end of summer time takes back


class Counter:
    """The numbers seen in one table."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._last = (0, datetime(1970, 1, 2))  # noqa: DTZ001 - a clock without zone
        self._steps: list[Integrity] = []
        self._lost = False

    def saw(self, number: int, at: datetime | None = None) -> None:
        """Note a row."""
        if at is not None:
            self._time(number, at.replace(tzinfo=None))
        if self._ends and number == self._ends[-1] + 1:
            self._ends[-1] = number
        elif number > 0 and not self._lost:
            self._place(number)

    def _place(self, number: int) -> None:
        place = bisect_right(self._starts, number)
        if place and number <= self._ends[place - 1]:
            return
        left = bool(place) and self._ends[place - 1] + 1 == number
        right = place < len(self._starts) and self._starts[place] == number + 1
        if left and right:
            self._ends[place - 1] = self._ends.pop(place)
            self._starts.pop(place)
        elif left:
            self._ends[place - 1] = number
        elif right:
            self._starts[place] = number
        else:
            self._starts.insert(place, number)
            self._ends.insert(place, number)
            self._lost = len(self._starts) > DISORDER

    def _time(self, number: int, at: datetime) -> None:
        before, latest = self._last
        if number > before and at < latest - BACK and len(self._steps) < MOST:
            told = f"The clock of row {number} ({at}) is behind that of row {before} ({latest})."
            self._steps.append(Integrity(Fault.CLOCK_STEP, self.source, told, before, number, at=at))
        if number > before:
            self._last = (number, max(at, latest))

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """First and last number of each gap."""
        return [(end + 1, start - 1) for end, start in zip(self._ends, self._starts[1:], strict=False)]

    def faults(self) -> Iterator[Integrity]:
        """Yield what is wrong: the longest gaps one by one, the rest together, and steps of the clock."""
        if self._lost:
            return
        gaps = self.gaps
        longest = sorted(gaps, key=lambda gap: (gap[0] - gap[1], gap))
        for first, last in sorted(longest[:MOST]):
            told = f"No row has number {first}" if first == last else f"No row has numbers {first} to {last}"
            told += ": removed, or never written."
            yield Integrity(Fault.ROWS_MISSING, self.source, told, first, last)
        if rest := longest[MOST:]:
            lost = sum(last - first + 1 for first, last in rest)
            told = f"{len(rest)} more gaps, {lost} numbers in all, are missing between {gaps[0][0]} and {gaps[-1][1]}."
            yield Integrity(Fault.ROWS_MISSING, self.source, told, gaps[0][0], gaps[-1][1])
        yield from self._steps
