"""Counting distinct patients, and requests, in sliding windows.

1. (S3) Each patient is kept with the last tick (5 s) it was shown; a window's count is the number of patients whose
   last bucket is in it. It never undercounts: it errs on the strict side by at most one bucket (minute 5 s, hour 5
   min, day 30 min, month 1 day).
2. A patient already counted in a window takes no more room in it.
3. Memory: 12 bytes a patient (two sorted arrays), whatever the number of windows.
"""

from array import array
from bisect import bisect_left
from collections import Counter as Numbers
from collections.abc import Mapping
from typing import NamedTuple

from ecluse.core.words import Window

TICK_SECONDS = 5


class Span(NamedTuple):
    """A window in ticks: the grain of its buckets, and how many of them it covers."""

    window: Window
    grain: int
    buckets: int


SPANS = (
    Span(Window.MINUTE, 1, 12),
    Span(Window.HOUR, 60, 12),
    Span(Window.DAY, 360, 48),
    Span(Window.MONTH, 17280, 30),
)
LONGEST = SPANS[-1]


def tick_of(seconds: float) -> int:
    """Return the tick of a Unix time."""
    return int(seconds) // TICK_SECONDS


def _oldest(tick: int) -> int:
    """Return the first tick that the longest window still covers."""
    return (tick // LONGEST.grain - LONGEST.buckets) * LONGEST.grain


class Counter:
    """How many patients have their last showing in each bucket of one window."""

    __slots__ = ("buckets", "oldest", "span", "total")

    def __init__(self, span: Span) -> None:
        self.span = span
        self.buckets: dict[int, int] = {}
        self.total = 0
        self.oldest = 0

    def fill(self, buckets: dict[int, int]) -> None:
        """Take these buckets in place of its own."""
        self.buckets = buckets
        self.total = sum(buckets.values())
        self.oldest = 0

    def forget(self, tick: int) -> int:
        """Drop the buckets that left the window; return the oldest that may still be in it."""
        oldest = tick // self.span.grain - self.span.buckets
        if oldest > self.oldest:
            steps = oldest - self.oldest
            left = range(self.oldest, oldest) if steps < len(self.buckets) else [b for b in self.buckets if b < oldest]
            for bucket in left:
                self.total -= self.buckets.pop(bucket, 0)
            self.oldest = oldest
        return oldest

    def move(self, old: int | None, new: int) -> None:
        """Move one patient from the bucket of tick ``old`` (or from none) to that of ``new``, the latest so far."""
        bucket = new // self.span.grain
        if old is not None:
            before = old // self.span.grain
            if before == bucket:
                return
            if before in self.buckets:
                self.buckets[before] -= 1
                self.total -= 1
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1
        self.total += 1


class Distinct:
    """The distinct patients shown on one ground (to one account, or to all)."""

    __slots__ = ("counters", "forgotten", "patients", "ticks")

    def __init__(self) -> None:
        self.forgotten = 0
        self.patients = array("Q")
        self.ticks = array("I")
        self.counters = tuple(Counter(span) for span in SPANS)

    @classmethod
    def of(cls, last: Mapping[int, int], tick: int) -> "Distinct":
        """Count the patients of ``last`` (patient to its last tick) as they stand at ``tick``."""
        found = cls()
        oldest = _oldest(tick)
        kept = sorted(patient for patient, shown in last.items() if shown >= oldest)
        found.patients = array("Q", kept)
        found.ticks = array("I", [last[patient] for patient in kept])
        numbers = Numbers(found.ticks)
        for counter in found.counters:
            buckets: dict[int, int] = {}
            first = counter.forget(tick) * counter.span.grain
            for shown, number in numbers.items():
                if shown >= first:
                    bucket = shown // counter.span.grain
                    buckets[bucket] = buckets.get(bucket, 0) + number
            counter.fill(buckets)
        return found

    def last(self, patient: int) -> int | None:
        """Return the tick ``patient`` was last shown at."""
        at = bisect_left(self.patients, patient)
        if at < len(self.patients) and self.patients[at] == patient:
            return self.ticks[at]
        return None

    def news(self, patient: int, tick: int) -> list[tuple[Span, int]]:
        """Return the windows in which showing ``patient`` now would count one more, each with its present count."""
        last = self.last(patient)
        if last == tick:
            return []
        self._forget(tick)
        return [
            (counter.span, counter.total)
            for counter in self.counters
            if last is None or last // counter.span.grain < counter.oldest
        ]

    def totals(self, tick: int) -> list[tuple[Span, int]]:
        """Return how many patients each window counts."""
        self._forget(tick)
        return [(counter.span, counter.total) for counter in self.counters]

    def _forget(self, tick: int) -> None:
        """Let every window drop what left it, once a tick."""
        if tick > self.forgotten:
            for counter in self.counters:
                counter.forget(tick)
            self.forgotten = tick

    def show(self, patient: int, tick: int) -> None:
        """Count ``patient`` as shown at ``tick``; ticks never go back."""
        at = bisect_left(self.patients, patient)
        known = at < len(self.patients) and self.patients[at] == patient
        last = self.ticks[at] if known else None
        if last == tick:
            return
        self._forget(tick)
        for counter in self.counters:
            counter.move(last, tick)
        if known:
            self.ticks[at] = tick
            return
        self.patients.insert(at, patient)
        self.ticks.insert(at, tick)
        if len(self.patients) > 2 * self.counters[-1].total + 64:
            self._purge(tick)

    def _purge(self, tick: int) -> None:
        """Drop the patients that left the longest window."""
        oldest = _oldest(tick)
        kept = [i for i, last in enumerate(self.ticks) if last >= oldest]
        self.patients = array("Q", [self.patients[i] for i in kept])
        self.ticks = array("I", [self.ticks[i] for i in kept])


class Tally:
    """How many requests in the last minute and hour."""

    __slots__ = ("counters",)

    def __init__(self) -> None:
        self.counters = tuple(Counter(span) for span in SPANS[:2])

    def totals(self, tick: int) -> tuple[int, int]:
        """Return the requests of the last minute and of the last hour."""
        for counter in self.counters:
            counter.forget(tick)
        return self.counters[0].total, self.counters[1].total

    def add(self, tick: int, number: int = 1) -> None:
        """Count ``number`` requests at ``tick``."""
        for counter in self.counters:
            bucket = tick // counter.span.grain
            counter.buckets[bucket] = counter.buckets.get(bucket, 0) + number
            counter.total += number
