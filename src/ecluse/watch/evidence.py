"""Evidence that grows over days, with a stated bound on false alarms.

A p-value becomes an e-value: what a bet against innocence pays, at most 1 on average when the p-value is honest. Two
kinds of bets, for each detector:

- on the day alone: 1 / p, mixed over all powers (``sudden``): the fast grab;
- on days in a row: the Shiryaev-Roberts detector S = (S + 1) * e with e = power * p ** (power - 1): the slow thief.

A detector whose value says again what it said the day before (``WINDOWED``) bets on the day alone; so does
``TOGETHER``, all detectors as one, while ``STEADILY`` holds the other ones and bets on days in a row only. The evidence
of an account is the mean over the bets, weighted by their stakes; how the detectors hang together does not matter for
the bound.

**Bound.** For such an e-detector E[evidence when it stops] <= E[days until it stops], so that, with the alarm at
``limit``, an innocent account is alarmed at most once in ``limit`` active days on average, and over a log of N
account-days at most N / ``limit`` alarms are expected (Shin, Ramdas & Rinaldo, E-detectors, 2022). After an alarm the
account starts again from nothing; what an alarm is worth beside others (its evidence) is counted without that, so that
who goes on rises in the queue.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np

from ecluse.watch.panel import Flags, Floats, Ints, Panel

POWERS = (0.5, 0.8)  # of the bets on days in a row: weeks of odd days, months of slightly odd days
ALONE = 0.5  # of a detector's stake goes on the day alone
TOGETHER, STEADILY = "together", "steadily"
JOINT = {TOGETHER: 0.2, STEADILY: 0.4}  # their part of the stake; the detectors share the rest
GROUPED = frozenset({"shared", "shards", "rhythm", "spraying"})  # a day's equal values belong to one group of accounts
WINDOWED = GROUPED | {"slow", "gained", "dormant", "newcomer", "device", TOGETHER}
ACCOUNTS = 1000  # handled at once
SMALLEST = 1e-300
LARGEST = 1e200


@dataclasses.dataclass(frozen=True)
class Surprise:
    """The p-values of one detector: the rows, ascending, where it is below 1, and its logarithm there.

    ``alone`` tells where it may bet on the day alone: the value reaches the detector's floor. ``far`` are the rows far
    above the account's habit, whatever others do on these days (``waves``).
    """

    rows: Ints
    log_p: Floats
    alone: Flags
    far: Ints = dataclasses.field(default_factory=lambda: np.zeros(0, np.int64))


@dataclasses.dataclass(frozen=True)
class Alarms:
    """Where the evidence passed the limit: rows of the panel, the evidence there, and whose it was.

    ``shares[i, d]`` is the part of the surprise ``d`` in alarm ``i``; ``begins[i]`` the row at which the strongest bet
    began to win, as far as can be told.
    """

    rows: Ints
    evidence: Floats
    shares: Floats
    begins: Ints


def sudden(log_p: Floats) -> Floats:
    """Return the e-value of the mixture of all powers: (1 - p + p ln p) / (p ln(p)^2), 1/2 at p = 1."""
    near = log_p > -1e-3  # noqa: PLR2004 - the formula is 0/0 at p = 1
    log_p = np.where(near, -1.0, log_p)
    p = np.exp(log_p)
    return np.where(near, 0.5, (1.0 - p + p * log_p) / (p * log_p**2))


def in_a_row(log_p: Floats, power: float) -> Floats:
    """Return the logarithm of the e-value power * p ** (power - 1)."""
    value: Floats = np.log(power) + (power - 1.0) * log_p
    return value


def alarms(panel: Panel, surprises: Mapping[str, Surprise], limit: float) -> Alarms:
    """Return every alarm, by account, then day."""
    names = list(surprises)
    parts = [_none(len(names))]
    for low in range(0, len(panel.accounts), ACCOUNTS):
        start = panel.start[low : low + ACCOUNTS + 1]
        if names and start[0] < start[-1]:
            parts.append(_run(_dense(surprises, start), start, names, limit))
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows, kind="stable")
    fields = ("rows", "evidence", "shares", "begins")
    return Alarms(*(np.concatenate([getattr(part, field) for part in parts])[order] for field in fields))


class _Bets:
    """The running bets of some accounts, every detector and power."""

    def __init__(self, accounts: int, names: list[str]) -> None:
        single = max(sum(name not in JOINT for name in names), 1)
        rest = 1.0 - sum(JOINT.values())
        weights = np.array([JOINT.get(name, rest / single) for name in names])
        windowed = np.array([name in WINDOWED for name in names])
        steady = np.array([name == STEADILY for name in names])
        share = np.where(windowed, 1.0, np.where(steady, 0.0, ALONE))
        self.alone = weights * share
        self.row = weights * (1.0 - share) / len(POWERS)
        self.sums = np.zeros((len(POWERS), accounts, len(names)))
        self.runs = np.full_like(self.sums, -1.0)  # sums of ln e since the run began: the likeliest beginning
        self.begins = np.zeros(self.sums.shape, np.int64)

    def day(self, active: Ints, rows: Ints, alone: Floats, log_p: Floats) -> tuple[Floats, Ints]:
        """Take one day of the ``active`` accounts; return what each bettor holds, and since which row."""
        held = sudden(alone) * self.alone
        best, since = held.copy(), np.broadcast_to(rows[:, None], held.shape).copy()
        for number, power in enumerate(POWERS):
            won = in_a_row(log_p, power)
            run = self.runs[number, active]
            begun = np.where(run < 0.0, rows[:, None], self.begins[number, active])
            grown = np.minimum((self.sums[number, active] + 1.0) * np.exp(won), LARGEST)
            self.sums[number, active], self.begins[number, active] = grown, begun
            self.runs[number, active] = np.maximum(run, 0.0) + won
            part = grown * self.row
            held += part
            since = np.where(part > best, begun, since)
            best = np.maximum(best, part)
        return held, since

    def forget(self, accounts: Ints) -> None:
        self.sums[:, accounts] = 0.0
        self.runs[:, accounts] = -1.0


def _dense(surprises: Mapping[str, Surprise], start: Ints) -> Floats:
    """Return two tables, rows × detectors: the logarithm of p for bets on the day alone, and for days in a row."""
    first, last = int(start[0]), int(start[-1])
    full = np.zeros((2, last - first, len(surprises)))
    for number, surprise in enumerate(surprises.values()):
        low, high = np.searchsorted(surprise.rows, [first, last])
        log_p = np.maximum(surprise.log_p[low:high], np.log(SMALLEST))
        full[0, surprise.rows[low:high] - first, number] = log_p * surprise.alone[low:high]
        full[1, surprise.rows[low:high] - first, number] = log_p
    return full


def _run(log_p: Floats, start: Ints, names: list[str], limit: float) -> Alarms:
    """Walk the accounts abreast: the first active day of each, the second of each."""
    lengths = np.diff(start)
    bets, whole = (_Bets(len(lengths), names) for _ in range(2))
    parts = [_none(len(names))]
    for nth in range(int(lengths.max(initial=0))):
        active = np.flatnonzero(lengths > nth)
        at = start[active] + nth
        held, since = bets.day(active, at, *log_p[:, at - start[0]])
        worth = whole.day(active, at, *log_p[:, at - start[0]])[0].sum(axis=1)
        total = held.sum(axis=1)
        over = np.flatnonzero(total >= limit)
        if len(over):
            whose = np.argmax(held[over], axis=1)
            parts.append(Alarms(at[over], worth[over], held[over] / total[over, None], since[over, whose]))
            bets.forget(active[over])
    fields = ("rows", "evidence", "shares", "begins")
    return Alarms(*(np.concatenate([getattr(part, field) for part in parts]) for field in fields))


def _none(detectors: int) -> Alarms:
    rows = np.zeros(0, np.int64)
    return Alarms(rows, np.zeros(0), np.zeros((0, detectors)), rows)
