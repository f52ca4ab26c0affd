"""Which form the times of a column are written in."""

import re
from itertools import pairwise

import pyarrow as pa

from ecluse.sources import times

ENOUGH = 0.9
SAME = 0.001
CLOCK = re.compile(r"\d{1,2}[:h]\d\d([:m]\d\d([.,]\d+)?)?s?( ?[AaPp]\.?[Mm]\.?)?")
DATES = (
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%b-%Y",
    "%Y%m%d",
)
CLOCKS = (
    *(
        " %H:%M:%S",
        " %H:%M",
        " %H:%M:%S.%f",
        " %I:%M:%S %p",
        " %I:%M %p",
        "T%H:%M:%S",
        " %Hh%M",
        " à %H:%M",
        " à %Hh%M",
    ),
    *(" - %H:%M:%S", " - %H:%M", ""),
)
PACKED = ("%Y%m%d%H%M%S", "%Y%m%d %H%M%S", "%Y%m%d%H%M", "%d%b%Y:%H:%M:%S", "%d/%b/%Y:%H:%M:%S", "%b %d %Y %I:%M%p")
FORMS = (times.ISO, *(date + clock for date in DATES for clock in CLOCKS), *PACKED)


def form(values: list[str]) -> str:
    """Return the form of ``values``, or empty when they are no times.

    Where day and month could be either, the one in which the rows go steadily forward (or back) wins, else day first;
    with am and pm, month first.
    """
    if not values:
        return ""
    texts = pa.array(values, pa.string())
    if numeric := _number(values):
        return numeric
    fitting = [one for one in FORMS if _plausible(values[0], one) and _share(texts, one) >= ENOUGH]
    if not fitting:
        return ""
    american = "%p" in fitting[0]
    best = max(_share(texts, one) for one in fitting) - SAME
    fitting = [one for one in fitting if _share(texts, one) >= best]
    return min(fitting, key=lambda one: (_turns(texts, one), american != one.startswith("%m"), FORMS.index(one)))


def is_clock(values: list[str]) -> bool:
    """Tell whether ``values`` are times of the day without a date."""
    return bool(values) and sum(1 for value in values if CLOCK.fullmatch(value.strip())) >= ENOUGH * len(values)


def ambiguous(values: list[str], chosen: str) -> bool:
    """Tell whether day and month of ``values`` could be the other way round."""
    swapped = chosen.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")
    return swapped in FORMS and swapped != chosen and _fits_as_well(pa.array(values, pa.string()), swapped, chosen)


def _fits_as_well(texts: pa.Array, one: str, other: str) -> bool:
    return _share(texts, one) >= _share(texts, other) - SAME


def dated(chosen: str, values: list[str]) -> bool:
    """Tell whether times of the form ``chosen`` hold a day and no time of the day."""
    if chosen == times.ISO:
        return all(len(value.strip()) == len("2025-01-31") for value in values)
    return chosen in DATES


def _plausible(value: str, one: str) -> bool:
    """Tell cheaply whether the first value has the signs that the form asks for."""
    literal = re.sub(r"%.", "", one.replace(".%f", ""))
    return one == times.ISO or all(sign in value for sign in literal)


def _share(texts: pa.Array, one: str) -> float:
    found = times.parse(texts, one)
    return float(len(found) - found.null_count) / len(found)


def _turns(texts: pa.Array, one: str) -> int:
    """Return how often the times change direction: few in a log that is in order, either way."""
    moments = [moment for moment in times.parse(texts, one).to_pylist() if moment is not None]
    signs = [(later > sooner) - (later < sooner) for sooner, later in pairwise(moments)]
    steps = [sign for sign in signs if sign]
    return sum(1 for one, other in pairwise(steps) if one != other)


def _number(values: list[str]) -> str:
    if not all(re.fullmatch(r"\d{10,16}(\.\d+)?", value.strip()) for value in values):
        return ""
    sizes = {len(value.strip().split(".")[0]) for value in values}
    found = {10: "unix", 13: "unix-ms", 16: "unix-us"}.get(sizes.pop(), "") if len(sizes) == 1 else ""
    return found if found and _share(pa.array(values, pa.string()), found) >= ENOUGH else ""
