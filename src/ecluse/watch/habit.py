"""How far each account-day is above the account's habit, in predicted standard deviations.

On the scale log(1 + count). The habit is the mean of the account's own past days, never the present one, drawn towards
its peers': by as much as peers resemble each other and as little as the past is long (empirical Bayes). What all peers
of a day have in common (a Monday, an epidemic, the first days of a log, when everything is new) is taken out. A day far
from the habit enters it only clipped, so that a thief who comes back teaches it slowly.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from ecluse.watch.panel import Flags, Floats, Ints, Panel

MEMORY = 60.0  # active days: older ones fade
PRIOR_DAYS = 6.0  # the peers' spread counts as much as this many own days
FLOOR_SD = 0.25  # nobody is steadier than about 28 %
COMMON_PRIOR = 8.0  # peers a day needs before half of what they have in common is believed
CLIP, CLIP_YOUNG = 1.5, 6.0  # deviations: a day teaches at most this much, more while the account is young
TRIM = 0.05  # of the levels at either end
STEADIEST = (
    0.8  # variances above this quantile are pulled in: some batch accounts must not make everybody's habit loose
)
NEXT, HELD = 7, 3.0  # days between two days that may be one busy week; deviations that tell of it
LASTING_PRIOR, MOST_LASTING = 50.0, 0.8
NEVER = -np.inf


@dataclasses.dataclass(frozen=True)
class Peers:
    """What is usual in each peer group: level, spread between accounts, spread of an account's days. Variances."""

    level: Floats
    between: Floats
    within: Floats


@dataclasses.dataclass(frozen=True)
class Distance:
    """For each row: deviations above habit (``NEVER`` where the value is zero), the habit as a count, and ``level``.

    ``level`` is log(1 + count) without what the peers of the day have in common: comparable between days.
    """

    z: Floats
    usual: Floats
    level: Floats


def distance(panel: Panel, values: Floats) -> Distance:
    """Return how far each row's value stands above what its account and peers made probable beforehand."""
    [far] = distances(panel, [values])
    return far


def distances(panel: Panel, counted: Sequence[Floats]) -> list[Distance]:
    """Return the distances of several values of the same rows, worked out side by side."""
    if not counted:
        return []
    values = np.stack(counted, axis=1)
    y = np.log1p(values)
    state = _State(panel, y)
    z, usual, level = np.full(y.shape, NEVER), np.zeros(y.shape), y.copy()
    order = np.argsort(panel.day, kind="stable")
    edges = np.flatnonzero(np.diff(panel.day[order], prepend=np.iinfo(np.int64).min))
    for low, high in zip(edges, [*edges[1:], panel.size], strict=True):
        rows = order[low:high]
        z[rows], usual[rows], common = state.step(panel.account[rows], y[rows])
        level[rows] -= common
    z = _news(panel, z)
    z[values <= 0] = NEVER
    return [Distance(z[:, one], usual[:, one], level[:, one]) for one in range(len(counted))]


def _news(panel: Panel, z: Floats) -> Floats:
    """Return what each day adds to the account's day before: busy weeks follow each other, and are one piece of news.

    The share of a deviation that lasts to the next active day is that of the peer group.
    """
    follows = np.flatnonzero((np.diff(panel.account) == 0) & (np.diff(panel.day) <= NEXT)) + 1
    group = panel.peers[panel.account[follows]]
    now, before = np.clip(z[follows], -HELD, HELD), np.clip(z[follows - 1], -HELD, HELD)
    groups = len(panel.classes)
    both, square = _sums(group, now * before, groups), _sums(group, before**2, groups)
    lasts = np.clip(both / (square + LASTING_PRIOR), 0.0, MOST_LASTING)[group]
    news = z.copy()
    news[follows] = (z[follows] - lasts * before) / np.sqrt(1.0 - lasts**2)
    return news


def peers_of(panel: Panel, y: Floats) -> Peers:
    """Estimate each peer group from its accounts, the most unusual ones pulled in."""
    count, mean, variance = _moments(panel, y)
    made = [_group(count[mine], mean[mine], variance[mine]) for mine in _members(panel)]
    level, between, within = (np.array(part) for part in zip(*made, strict=True)) if made else (np.zeros((0, 1)),) * 3
    return Peers(level, between, within)


class _State:
    """What is known of every account before a day; ``step`` judges the day, then learns it."""

    def __init__(self, panel: Panel, y: Floats) -> None:
        self.peers = peers_of(panel, y)
        self.group = panel.peers
        shape = (len(panel.accounts), y.shape[1])
        self.n, self.mean, self.squares = np.zeros((shape[0], 1)), np.zeros(shape), np.zeros(shape)
        for account in np.flatnonzero(panel.opened > panel.start[:-1]):
            self._open(int(account), y[panel.start[account] : panel.opened[account]])

    def _open(self, account: int, week: Floats) -> None:
        """Take the first week of an account that may be older than the log as its past: its median, so one day less."""
        if len(week) < 3:  # noqa: PLR2004 - a median of two is no habit
            return
        middle = np.median(week, axis=0)
        self.n[account], self.mean[account] = 3.0, middle
        self.squares[account] = 3.0 * (1.4826 * np.median(np.abs(week - middle), axis=0)) ** 2

    def step(self, account: Ints, y: Floats) -> tuple[Floats, Floats, Floats]:
        """Return deviations, habit as a count, and what the day has in common."""
        group = self.group[account]
        n = self.n[account]
        within, between = self.peers.within[group], self.peers.between[group]
        spread = (PRIOR_DAYS * within + self.squares[account]) / (PRIOR_DAYS + n)
        doubt = 1.0 / (1.0 / between + n / spread)
        habit = doubt * (self.peers.level[group] / between + n * self.mean[account] / spread)
        count = np.expm1(np.maximum(habit, 0.0)) + 1.0 / (n + 2.0)
        variance = np.maximum(spread, FLOOR_SD**2 + 1.0 / (1.0 + count)) + doubt  # chance of small counts
        deviation = np.sqrt(variance)
        common = _common(group, (y - habit) / deviation, len(self.peers.level)) * deviation
        z = (y - habit - common) / deviation
        limit = CLIP + CLIP_YOUNG / (1.0 + n)
        self._learn(account, habit + np.clip(z, -limit, limit) * deviation)
        return z, np.expm1(np.maximum(habit, 0.0)), common

    def _learn(self, account: Ints, y: Floats) -> None:
        n = np.minimum(self.n[account] + 1.0, MEMORY)
        before = self.mean[account]
        after = before + (y - before) / n
        fade = np.where(n < MEMORY, 1.0, 1.0 - 1.0 / MEMORY)
        self.squares[account] = fade * self.squares[account] + np.where(n > 1.0, (y - before) * (y - after), 0.0)
        self.n[account], self.mean[account] = n, after


def _common(group: Ints, residual: Floats, groups: int) -> Floats:
    """Return what the other peers of the day have in common, in deviations, drawn to zero when they are few."""
    held = np.clip(residual, -2.0, 2.0)
    total = _sums(group, held, groups)[group] - held
    others = np.bincount(group, minlength=groups)[group] - 1.0
    return np.asarray(total / (others + COMMON_PRIOR)[:, None], np.float64)


def _sums(group: Ints, values: Floats, groups: int) -> Floats:
    """Add up the rows of each group, column by column, in the order of the rows."""
    columns = values.shape[1]
    cells = group[:, None] * columns + np.arange(columns)
    total = np.bincount(cells.ravel(), values.ravel(), groups * columns).reshape(groups, columns)
    return total.astype(np.float64)


def _moments(panel: Panel, y: Floats) -> tuple[Floats, Floats, Floats]:
    accounts = len(panel.accounts)
    count = np.diff(panel.start).astype(np.float64)
    mean = _sums(panel.account, y, accounts) / np.maximum(count, 1.0)[:, None]
    square = _sums(panel.account, (y - mean[panel.account]) ** 2, accounts)
    return count, mean, square / np.maximum(count - 1.0, 1.0)[:, None]


def _members(panel: Panel) -> list[Flags]:
    return [panel.peers == number for number in range(len(panel.classes))]


def _group(count: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats, Floats]:
    held = np.clip(mean, *np.quantile(mean, [TRIM, 1.0 - TRIM], axis=0))
    settled = variance[count >= 3]  # noqa: PLR2004 - a variance of two days says little
    pulled = np.minimum(settled, np.quantile(settled, STEADIEST, axis=0)) if len(settled) else np.zeros(mean.shape)
    within = np.maximum(pulled.mean(axis=0), FLOOR_SD**2)
    between = np.var(held, axis=0) * 1.2 - within / max(float(np.median(count)), 1.0)
    return held.mean(axis=0), np.maximum(between, FLOOR_SD**2), within
