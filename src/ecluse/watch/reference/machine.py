"""Detectors of machines: pace, rhythm, order."""

from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise

from ecluse.watch.reference.days import words
from ecluse.watch.reference.rows import Visit
from ecluse.watch.reference.tables import Derived, Values

ORIGIN = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as every ts of the lake
Key = tuple[str, date]


def second(ts: datetime) -> int:
    """Return the whole seconds since 1970, rounded down."""
    since = ts - ORIGIN
    return since.days * 86400 + since.seconds


def busy(d: Derived) -> dict[Key, list[Visit]]:
    """Return the touches of each account-day that has at least 20, and 12 firsts."""
    found: dict[Key, list[Visit]] = defaultdict(list)
    for touch in d.touches:
        found[touch.account, touch.day].append(touch)
    new = Counter((first.touch.account, first.touch.day) for first in d.firsts)
    return {key: touches for key, touches in found.items() if len(touches) >= 20 and new[key] >= 12}


def beats(d: Derived) -> dict[Key, tuple[int, int]]:
    """Return the number of even gaps, and the smallest of its gaps that has it."""
    found = {}
    for key, touches in busy(d).items():
        if all(touch.grain == 0 for touch in touches):
            best = _best_beat({second(touch.since) for touch in touches})
            if best:
                found[key] = best
    return found


def _best_beat(moments: set[int]) -> tuple[int, int] | None:
    rising = sorted(moments)
    gaps = [after - before for before, after in pairwise(rising) if after - before <= 300]
    best = (0, 0)
    for beat in sorted(set(gaps)):
        even = gaps.count(beat) + gaps.count(beat + 1)
        if even > best[0]:
            best = (even, beat)
    return best if best[0] >= 10 and best[0] * 5 >= len(gaps) else None


def pace(d: Derived) -> Values:
    """Count the even gaps."""
    return {key: even for key, (even, _) in beats(d).items()}


def rhythm(d: Derived) -> Values:
    """Sum the even gaps of accounts with the same beat on the same day."""
    found = {}
    kept = {key: told for key, told in beats(d).items() if key[0]}
    for key, (_, beat) in kept.items():
        same = [even for other, (even, its) in kept.items() if other[1] == key[1] and its == beat]
        if len(same) >= 2:
            found[key] = sum(same)
    return found


def order(d: Derived) -> Values:
    """Take the most touches in a walk of at least 8 moments."""
    found = {}
    for key, touches in busy(d).items():
        moments: dict[int, list[str]] = defaultdict(list)
        for touch in touches:
            if touch.grain == 0 and "create" not in words(touch):
                moments[second(touch.since)].append(touch.patient)
        steps = [moments[moment] for moment in sorted(moments)]
        up = _walks(steps, [min(after) > max(before) for before, after in pairwise(steps)])
        down = _walks(steps, [max(after) < min(before) for before, after in pairwise(steps)])
        found[key] = max((sum(map(len, walk)) for walk in [*up, *down] if len(walk) >= 8), default=0)
    return found


def _walks(steps: list[list[str]], goes_on: list[bool]) -> list[list[list[str]]]:
    walks = [[steps[0]]] if steps else []
    for step, on in zip(steps[1:], goes_on, strict=True):
        if on:
            walks[-1].append(step)
        else:
            walks.append([step])
    return walks
