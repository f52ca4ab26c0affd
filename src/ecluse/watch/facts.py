"""What stands beside a value in a reason: the account's earlier days and other accounts' days, as counted."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from ecluse.watch.episodes import Episode, Sign
from ecluse.watch.habit import distance
from ecluse.watch.panel import Floats, Panel
from ecluse.watch.reasons import Fact

HARVEST = "harvest"
BEFORE, AFTER = 60, 14  # days of the plot around a case
PEERS_PERCENT = 95.0


def facts(panel: Panel, signs: list[tuple[Sign, ...]]) -> list[list[Fact]]:
    """Return the facts of each story's signs, in their order."""
    made: dict[Sign, Fact] = {}
    for detector in sorted({sign.detector for some in signs for sign in some}):
        counted = _Counted(panel, detector)
        for some in signs:
            made.update({sign: counted.fact(sign.row) for sign in some if sign.detector == detector})
    return [[made[sign] for sign in some] for some in signs]


class _Counted:
    """One detector's values, and those of each peer group sorted."""

    def __init__(self, panel: Panel, detector: str) -> None:
        self.panel, self.detector = panel, detector
        self.values = panel.columns[detector].dense(panel.size)
        self.sorted: dict[int, Floats] = {}

    def fact(self, row: int) -> Fact:
        panel, account = self.panel, int(self.panel.account[row])
        value = self.values[row]
        own = self.values[panel.rows_of(account)]
        past = self.values[int(panel.start[account]) : row]
        group = int(panel.peers[account])
        if group not in self.sorted:
            self.sorted[group] = np.sort(self.values[panel.peers[panel.account] == group])
        peers = self.sorted[group]
        as_much = len(peers) - int(np.searchsorted(peers, value)) - int(np.sum(own >= value))
        return Fact(
            account=panel.accounts[account],
            detector=self.detector,
            day=date(1970, 1, 1) + timedelta(days=int(panel.day[row])),
            value=int(value),
            before=len(past),
            middle=int(np.sort(past)[len(past) // 2]) if len(past) else 0,
            most=int(past.max()) if len(past) else 0,
            others=len(peers) - len(own),
            as_much=as_much,
            peers=panel.classes[group].strip("\x00"),
        )


def patients_of(panel: Panel, stories: list[Episode]) -> list[int]:
    """Return how many patients the days of each story showed, a patient of two days counted twice."""
    if HARVEST not in panel.columns:
        return [0] * len(stories)
    values = panel.columns[HARVEST].dense(panel.size)
    return [int(values[list(episode.rows)].sum()) for episode in stories]


def story_days(panel: Panel, stories: list[Episode]) -> list[list[tuple[int, int, int, int, bool]]]:
    """Return the days around each story of its leading account: day, patients, habit, peers, whether in the story."""
    if HARVEST not in panel.columns or not stories:
        return [[] for _ in stories]
    values = panel.columns[HARVEST].dense(panel.size)
    usual = distance(panel, values).usual
    peers = [_percent(values[panel.peers[panel.account] == group]) for group in range(len(panel.classes))]
    return [_around(panel, episode, values, usual, peers) for episode in stories]


def _around(
    panel: Panel, episode: Episode, values: Floats, usual: Floats, peers: list[int]
) -> list[tuple[int, int, int, int, bool]]:
    own = panel.rows_of(episode.account)
    inside = set(episode.rows)
    mine = [row for row in episode.rows if own.start <= row < own.stop]
    low, high = int(panel.day[mine[0]]) - BEFORE, int(panel.day[mine[-1]]) + AFTER
    most = peers[int(panel.peers[episode.account])]
    rows: Iterable[int] = range(own.start, own.stop)
    return [
        (int(panel.day[row]), int(values[row]), round(float(usual[row])), most, row in inside)
        for row in rows
        if low <= panel.day[row] <= high
    ]


def _percent(values: Floats) -> int:
    return int(np.percentile(values, PEERS_PERCENT)) if len(values) else 0
