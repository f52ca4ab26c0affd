"""How rarely a value as high happens to anybody: p-values, small for surprising account-days.

**Definition.** A row's statistic is, for a habit, its distance above habit (``habit``); for a rare sign,
log(1 + value). Its p-value is the share of the rows *of other accounts* of its class with a statistic at least as high.
Beyond all others it goes on along a tail fitted to the highest of them, never more than ``Tail.reach`` times rarer than
what could be counted. The others' rows of the same week do not count, where there are enough in other weeks: thieves
who work side by side do not excuse each other. Values of zero have p = 1, ties the largest p-value that can be argued
for. In a log of one or two accounts, other days take the place of other accounts.

An account that did as much before, k times on n active days more than ``LAG`` ago, surprises nobody: p is at least
(1 + k) / (1 + n). That is why a machine is judged against itself and a second night batch does not count.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np

from ecluse.watch.evidence import GROUPED, STEADILY, TOGETHER, WINDOWED, Surprise
from ecluse.watch.habit import NEVER, Distance, distances
from ecluse.watch.panel import Column, Floats, Ints, Panel

HABIT, RARE = "habit", "rare"

TOP = 0.025  # of the rows: the tail is fitted to these
FEWEST = 20  # exceedances wanted
SCALE_WEIGHT = 5.0  # exceedances the expected mean excess is worth
SHAPE = 0.05  # heavier than exponential
HELD = 0.9  # excesses above this quantile are pulled in: what another thief did is no excuse
OWN_SHARE = 0.05  # an account with more of the exceedances than this has the tail fitted without it
LOOK = 0.05  # only p-values below are held against the account's own past; every one of a machine's
USUAL = (
    0.1  # of its own active days: an account that does a rare thing so often shows nothing rare, nor its days to others
)
LAG = {"habit": 7, "rare": 1}  # days: what was done less long before the day excuses nothing
ALIKE = 0.2  # on the scale log(1 + value): about a fifth less is as much
FAR = 1.5  # deviations
LONELY = 3  # accounts: with fewer, the other days stand for the other accounts
LINKED = 0.01  # the p-value at which a group's finding ties its accounts together
CLASS_ROWS = 400  # a class with fewer is calibrated with everybody
YOUNG_LOG, YOUNG_DAYS = 14, 5  # days of a log (a third of it at most), active days of an account
WEEK = 7  # days, counted back from the last of the log
REFERENCE = 0.4  # of the rows of a class: with fewer in other weeks, its own week counts as well
CHUNK = 1 << 22


@dataclasses.dataclass(frozen=True)
class Tail:
    """How a tail goes on: the mean excess expected before any is seen, and how far beyond counting it may go."""

    scale: float
    reach: float


TAILS = {"habit": Tail(0.6, 1e-6), "rare": Tail(0.6, 1e-1), "together": Tail(3.0, 1e-6)}
ENOUGH = 2.0  # of -ln p: below, a p-value adds nothing to the sum of a day


class Trait(Protocol):
    """What the scoring wants to know of a detector: its ``Story`` tells."""

    @property
    def kind(self) -> str: ...
    @property
    def floor(self) -> int: ...


def surprises(panel: Panel, traits: Mapping[str, Trait]) -> dict[str, Surprise]:
    """Return the surprises of every detector that found anything, and of all of them together."""
    classes = classes_of(panel)
    names = sorted(panel.columns)
    habits = [name for name in names if traits[name].kind == HABIT]
    far = dict(zip(habits, distances(panel, [panel.columns[name].dense(panel.size) for name in habits]), strict=True))
    found = {name: surprise(panel, name, traits[name], classes, far.get(name)) for name in names}
    lasting = {name: one for name, one in found.items() if name not in WINDOWED}
    found[TOGETHER], found[STEADILY] = together(panel, found, alone=True), together(panel, lasting, alone=False)
    return found


def surprise(panel: Panel, name: str, trait: Trait, classes: Ints, far: Distance | None) -> Surprise:
    """Return how rarely anybody shows as much of ``name``; ``classes``: see ``classes_of``; ``far``: of a habit."""
    column = panel.columns[name]
    if far is not None:
        statistic, level = far.z[column.rows], far.level
        groups, odd = classes, column.rows[statistic >= FAR]
    else:
        level = np.log1p(column.dense(panel.size))
        usual = own_past(panel, column.rows, level, LAG[RARE]) >= USUAL
        statistic = np.where(usual, NEVER, level[column.rows])
        groups, odd = np.zeros(panel.size, np.int64), column.rows[:0]
    owner = _owners(panel, column, name)
    p = np.ones(len(column.rows))
    of_row = groups[column.rows]
    by_account = name not in GROUPED and len(panel.accounts) >= LONELY
    for group in np.flatnonzero(np.bincount(of_row)):
        mine = np.flatnonzero(of_row == group)
        everybody = np.flatnonzero(groups == group)
        some = Rows(statistic[mine], owner[mine], panel.day[column.rows[mine]])
        whole = Rows(some.statistic, panel.account[everybody] if by_account else some.owner, panel.day[everybody])
        p[mine] = elsewhere(some, whole, TAILS[str(trait.kind)], named=by_account)
    look = np.flatnonzero(((p < LOOK) | panel.machines[panel.account[column.rows]]) & (statistic > NEVER))
    p[look] = np.maximum(p[look], own_past(panel, column.rows[look], level, LAG[str(trait.kind)]))
    p[statistic <= NEVER] = 1.0
    kept = p < 1.0
    alone = column.values[kept] >= trait.floor
    return Surprise(column.rows[kept], np.log(p[kept]), alone, odd)


def together(panel: Panel, found: Mapping[str, Surprise], *, alone: bool) -> Surprise:
    """Return how rarely all detectors are as surprised at once; ``alone``: only those that may bet on the day alone.

    The sum over detectors of -ln p, as far as above ``ENOUGH``, is calibrated like any statistic: detectors that look
    at the same thing are no news to each other.
    """
    total = np.zeros(panel.size)
    for one in found.values():
        total[one.rows] += np.maximum(-one.log_p - ENOUGH, 0.0) * (one.alone if alone else 1.0)
    rows = np.flatnonzero(total)
    actor = _actors(panel, found)
    some, whole = Rows(total[rows], actor[rows], panel.day[rows]), Rows(total, actor, panel.day)
    p = elsewhere(some, whole, TAILS["together"], named=True)
    kept = p < 1.0
    return Surprise(rows[kept], np.log(p[kept]), np.ones(int(kept.sum()), bool))


@dataclasses.dataclass(frozen=True)
class Rows:
    """Statistics, whose they are, and their days."""

    statistic: Floats
    owner: Ints
    day: Ints


def elsewhere(some: Rows, whole: Rows, shape: Tail, *, named: bool) -> Floats:
    """Return the tail of ``some``, each judged by the rows of other weeks than its own, where there are enough.

    Several thieves at work in the same week would otherwise excuse each other. ``whole`` are all rows of the class,
    those without a value included; ``named``: they are told apart by owner.
    """
    last = int(whole.day.max(initial=0))
    block, of_all = (last - some.day) // WEEK, (last - whole.day) // WEEK
    number = max(int(whole.owner.max(initial=0)), int(some.owner.max(initial=0))) + 1
    known = np.flatnonzero(some.statistic > NEVER)
    order = known[np.argsort(-some.statistic[known], kind="stable")]
    p = np.ones(len(block))
    for week in np.flatnonzero(np.bincount(block[known])):
        asked, rest, left = np.flatnonzero(block == week), block != week, of_all != week
        if int(left.sum()) < REFERENCE * max(len(left), CLASS_ROWS):
            rest, left = np.ones(len(block), bool), np.ones(len(left), bool)
        owners = whole.owner[left] if named else some.owner[rest]
        others = int(left.sum()) - np.bincount(owners, minlength=number)[some.owner[asked]]
        ranked = order[rest[order]]
        reference = Ranked(some.statistic[ranked], some.owner[ranked])
        p[asked] = tail(some.statistic[asked], some.owner[asked], others, reference, shape)
    return p


@dataclasses.dataclass(frozen=True)
class Ranked:
    """Statistics, highest first, and whose they are."""

    values: Floats
    owners: Ints

    def without(self, owner: int) -> Floats:
        others: Floats = self.values[self.owners != owner]
        return others


def tail(statistic: Floats, owner: Ints, others: Ints, reference: Ranked, shape: Tail) -> Floats:
    """Return for each statistic the share of the ``others`` rows (not of its owner) that reach it, extrapolated.

    ``others`` counts the rows of other owners, those without any value included; ``reference`` holds those with one.
    """
    above = _others_above(statistic, owner, reference)
    counted = (above + 1.0) / (others + 1.0)
    wanted = min(max(FEWEST, int(TOP * int(others.max(initial=0)))), len(reference.values))
    modelled = _model(reference.values[:wanted], statistic, others, shape.scale)
    edge = reference.values[wanted - 1] if wanted else np.inf
    number = np.bincount(reference.owners[: int(np.searchsorted(-reference.values, -edge, side="right"))])
    high = np.unique(owner[statistic >= edge])
    for name in high[high < len(number)]:
        if number[name] > OWN_SHARE * wanted:
            mine = owner == name
            modelled[mine] = _model(reference.without(name)[:wanted], statistic[mine], others[mine], shape.scale)
    beyond = np.maximum(modelled, shape.reach / (others + 1.0))
    return np.where(above == 0, np.minimum(counted, beyond), np.maximum(np.minimum(counted, 1.0), modelled))


def own_past(panel: Panel, rows: Ints, level: Floats, lag: int) -> Floats:
    """Return (1 + k) / (1 + n) where the account was about as high on k of n earlier active days, else 0."""
    least = np.zeros(len(rows))
    account = panel.account[rows]
    begin = panel.start[account]
    end = np.maximum(panel.opened[account], _until(panel, rows, lag))
    for part in _chunks(end - begin):
        index, row = _spread(begin[part], end[part])
        target = rows[part][index]
        alike = (level[row] + ALIKE >= level[target]) & (row != target)
        k = np.bincount(index, alike, len(part))
        n = np.bincount(index, row != target, len(part))
        least[part] = np.where(k > 0, (1.0 + k) / (1.0 + n), 0.0)
    return least


def _model(top: Floats, statistic: Floats, others: Ints, expected: float) -> Floats:
    """Return the fitted tail: the share of exceedances, then a Pareto law in the excess."""
    if not len(top):
        return np.asarray(1.0 / (others + 1.0), np.float64)
    edge = float(top[-1])
    excess = top - edge
    held = np.minimum(excess, excess[int((1.0 - HELD) * (len(top) - 1))]) / HELD
    scale = (float(held.sum()) + SCALE_WEIGHT * expected) / (len(top) + SCALE_WEIGHT)
    beyond = np.maximum(statistic - edge, 0.0) / scale
    share: Floats = np.minimum((len(top) + 1.0) / (others + 1.0), 1.0) * (1.0 + SHAPE * beyond) ** (-1.0 / SHAPE)
    return np.asarray(np.where(statistic < edge, 0.0, share), np.float64)


def _others_above(statistic: Floats, owner: Ints, reference: Ranked) -> Ints:
    """Count the reference's statistics of other owners that are at least as high."""
    height = -reference.values
    as_high = np.searchsorted(height, -statistic, side="right")
    width = len(height) + 1
    keys = np.sort(reference.owners * width + np.searchsorted(height, height, side="right"))
    own = np.searchsorted(keys, owner * width + as_high, side="right") - np.searchsorted(keys, owner * width)
    return np.asarray(as_high - own, np.int64)


def _actors(panel: Panel, found: Mapping[str, Surprise]) -> Ints:
    """Number who is behind each row: its account, or the group that a ``GROUPED`` detector made of several that day."""
    actor = panel.account.copy() if len(panel.accounts) >= LONELY else np.arange(panel.size)
    for name in sorted(GROUPED & set(found)):
        rows = found[name].rows[found[name].log_p <= np.log(LINKED)]
        groups = _owners(panel, panel.columns[name], name)
        actor[rows] = actor.max(initial=0) + 1 + groups[np.searchsorted(panel.columns[name].rows, rows)]
    return actor


def _owners(panel: Panel, column: Column, name: str) -> Ints:
    if name not in GROUPED and len(panel.accounts) < LONELY:
        return np.arange(len(column.rows))
    account: Ints = panel.account[column.rows]
    if name not in GROUPED:
        return account
    both = np.stack([panel.day[column.rows], column.values])
    groups: Ints = np.unique(both, axis=1, return_inverse=True)[1].reshape(-1)
    return groups


def classes_of(panel: Panel) -> Ints:
    """Number the class of calibration of each row.

    By peer group, and apart for the first days of a log or of an account, when much is new: each where it holds
    ``CLASS_ROWS``, the small ones together, with the largest if even so they are few.
    """
    young = (panel.day < panel.day.min(initial=0) + min(YOUNG_LOG, panel.span // 3)) | (panel.nth < YOUNG_DAYS)
    group = panel.peers[panel.account]
    wide = np.bincount(young, minlength=2) >= CLASS_ROWS
    phase = (young & wide.all()).astype(np.int64)
    fine = phase * len(panel.classes) + group
    rows = np.bincount(fine, minlength=2 * len(panel.classes))
    small = rows < CLASS_ROWS
    mixed = 2 * len(panel.classes)  # and the one after it: the small classes of each phase together
    numbers: Ints = np.where(small[fine], mixed + phase, fine)
    for left in (0, 1):
        rest = numbers == mixed + left
        large = np.bincount(numbers[(phase == left) & ~rest], minlength=1)
        if 0 < rest.sum() < CLASS_ROWS and large.any():
            numbers[rest] = int(np.argmax(large))
    return numbers


def _until(panel: Panel, rows: Ints, lag: int) -> Ints:
    """Return for each row the first row of its account that is less than ``lag`` days older."""
    width = int(panel.day.max(initial=0)) + 1
    keys = panel.account * width + panel.day
    at: Ints = np.searchsorted(keys, panel.account[rows] * width + panel.day[rows] - lag, side="right")
    return np.maximum(at, panel.start[panel.account[rows]])


def _chunks(sizes: Ints) -> Iterator[Ints]:
    part = np.cumsum(sizes) // CHUNK
    edges = np.searchsorted(part, np.arange(int(part.max(initial=-1)) + 2))
    for low, high in itertools.pairwise(edges):
        if low < high:
            yield np.arange(low, high)


def _spread(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return every row between ``begin`` and ``end``, with the index of its interval."""
    sizes = end - begin
    index = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return index, np.repeat(begin, sizes) + offset
