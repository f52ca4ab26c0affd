"""Figures with their uncertainty: shares by Wilson's interval, middles by the bootstrap over seeds."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

Z = 1.959964  # 95 %
DRAWS = 2000


class Share(msgspec.Struct, frozen=True):
    """``hits`` of ``of``, as a share with its 95 % interval (Wilson 1927)."""

    hits: int
    of: int
    share: float
    low: float
    high: float


class Middle(msgspec.Struct, frozen=True):
    """A median with its 95 % interval (bootstrap), and the 95th percentile."""

    median: float
    low: float
    high: float
    p95: float


def share(hits: int, of: int) -> Share:
    """Return ``hits`` of ``of``; nothing of nothing may be anything."""
    if of == 0:
        return Share(0, 0, 0.0, 0.0, 1.0)
    p, z2 = hits / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Share(hits, of, round(p, 4), round(low, 4), round(high, 4))


def middle(values: Sequence[float]) -> Middle | None:
    """Return the median of ``values`` (None of none); the draws are the same each time."""
    if not values:
        return None
    drawn = np.random.default_rng(len(values)).choice(np.asarray(values, dtype=np.float64), (DRAWS, len(values)))
    low, high = np.quantile(np.median(drawn, axis=1), (0.025, 0.975))
    return Middle(
        round(float(np.median(values)), 2),
        round(float(low), 2),
        round(float(high), 2),
        round(float(np.quantile(values, 0.95)), 2),
    )
