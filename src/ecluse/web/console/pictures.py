"""Pictures as plain SVG shapes: numbers in, places of bars out. Templates draw them, the sheet colours them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple

WIDTH, HEIGHT, FLOOR = 720, 150, 130
GAP = 0.25
LEAST = 1.5


class Bar(NamedTuple):
    """One bar: its place (SVG units), its value, what it stands for, and whether it is out of the ordinary."""

    x: float
    y: float
    width: float
    height: float
    value: int
    label: str
    odd: bool


class Picture(NamedTuple):
    """Bars from left to right, a line at the usual value, vertical marks, the greatest value, first and last label."""

    bars: tuple[Bar, ...]
    usual: float
    usual_y: float
    most: int
    first: str
    last: str
    marks: tuple[float, ...] = ()


def bars(values: Sequence[tuple[str, int, bool]], usual: float = 0.0, marks: Sequence[float] = ()) -> Picture | None:
    """Return the picture of ``values`` (label, value, odd), None without; ``marks`` are fractions of the width."""
    if not values or not any(value for _, value, _ in values):
        return None
    most = max(value for _, value, _ in values)
    step = WIDTH / len(values)
    made = tuple(_bar(place, step, one, max(most, usual)) for place, one in enumerate(values))
    level = round(FLOOR - FLOOR * usual / max(most, usual), 1)
    places = tuple(round(WIDTH * part, 1) for part in marks if 0 <= part <= 1)
    return Picture(made, round(usual, 1), level, most, values[0][0], values[-1][0], places)


def _bar(place: int, step: float, one: tuple[str, int, bool], most: float) -> Bar:
    label, value, odd = one
    height = max(LEAST, FLOOR * value / most) if value else 0.0
    return Bar(
        x=round(step * (place + GAP / 2), 2),
        y=round(FLOOR - height, 2),
        width=round(step * (1 - GAP), 2),
        height=round(height, 2),
        value=value,
        label=label,
        odd=odd,
    )


def habit(counts: Mapping[date, int], today: date, days: int, odd: frozenset[date]) -> Picture | None:
    """Return an account against its habit: distinct patients a day; the line is the median of its ordinary days."""
    span = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    ordinary = [counts[day] for day in span if counts.get(day) and day not in odd]
    values = [(day.isoformat(), counts.get(day, 0), day in odd) for day in span]
    return bars(values, float(median(ordinary)) if ordinary else 0.0)


def spread(times: Sequence[datetime], since: datetime, until: datetime, marks: Sequence[datetime]) -> Picture | None:
    """Return how many of ``times`` fall in each of sixty parts of the span, with vertical marks."""
    length = (until - since).total_seconds()
    if length <= 0:
        return None
    counts = [0] * 60
    for at in times:
        part = int(60 * (at - since).total_seconds() / length)
        if 0 <= part < len(counts):
            counts[part] += 1
    labels = [(since + timedelta(seconds=length * place / 60)).strftime("%H:%M") for place in range(60)]
    placed = [(at - since).total_seconds() / length for at in marks]
    return bars([(label, count, True) for label, count in zip(labels, counts, strict=True)], 0.0, placed)


def shares(counts: Mapping[str, int]) -> list[tuple[str, int, float]]:
    """Return (name, number, width out of 100) of each, the greatest first."""
    most = max(counts.values(), default=0)
    return [
        (name, n, round(100 * n / most, 1)) for name, n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
