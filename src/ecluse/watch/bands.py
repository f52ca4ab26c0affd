"""Accounts that a finding ties together, judged as one: each a little odd, all of them on the same day.

A band is the accounts to which a ``GROUPED`` detector gave the same value on the same day (one machine, one place, one
stretch of numbers). Those detectors apart, nothing ties the members' days to each other once what their peers have in
common is taken out (``habit``); so the e-values of their days are multiplied. A course on a new
workstation multiplies ones; twenty thieves with seventeen patients each do not.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np

from ecluse.watch.evidence import GROUPED, STEADILY, Surprise, in_a_row
from ecluse.watch.panel import Panel
from ecluse.watch.tails import LINKED

POWERS = (0.5, 0.65, 0.8)

Tie = tuple[str, int, int]


@dataclasses.dataclass(frozen=True)
class Band:
    """The rows of one day that ``tie`` (detector, day, value) holds together, and their evidence."""

    tie: Tie
    rows: tuple[int, ...]
    evidence: float


def bands(panel: Panel, found: Mapping[str, Surprise]) -> list[Band]:
    """Return every band of several accounts, by detector, day and value."""
    rows: dict[Tie, list[int]] = {}
    for detector in sorted(GROUPED & set(found)):
        one, column = found[detector], panel.columns[detector]
        for row in one.rows[one.log_p <= np.log(LINKED)].tolist():
            value = int(column.values[np.searchsorted(column.rows, row)])
            rows.setdefault((detector, int(panel.day[row]), value), []).append(row)
    odd = found[STEADILY]
    log_p = dict(zip(odd.rows.tolist(), odd.log_p.tolist(), strict=True))
    return [
        Band(tie, tuple(some), _product([log_p.get(row, 0.0) for row in some]))
        for tie, some in sorted(rows.items())
        if len(some) > 1
    ]


def _product(log_p: list[float]) -> float:
    """Return the mean over ``POWERS`` of the product of the e-values."""
    return float(np.mean([np.exp(min(in_a_row(np.array(log_p), power).sum(), 400.0)) for power in POWERS]))
