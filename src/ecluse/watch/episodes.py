"""Alarms become episodes: one story of one actor, with its days and what spoke for it."""

import dataclasses
from collections.abc import Iterable, Mapping

import numpy as np

from ecluse.watch.bands import Band, Tie, bands
from ecluse.watch.evidence import JOINT, Alarms, Surprise
from ecluse.watch.panel import Panel
from ecluse.watch.tails import HABIT, Trait
from ecluse.watch.waves import Wave, waves

APART = 21  # days between the odd days of one account that are two stories
NEAR = 3  # days before the first and after the last alarm that may still belong to it
ODD = 0.02  # the p-value of a day that does
SPOKE = 0.05  # the part of the evidence, or the p-value, that makes a detector one of the reasons
FLOORS = 2  # a sum of small values that reaches this many floors may open a case as well


@dataclasses.dataclass(frozen=True)
class Sign:
    """A detector that spoke, at its strongest row."""

    detector: str
    row: int
    log_p: float


@dataclasses.dataclass(frozen=True)
class Episode:
    """One story: the leading account, all accounts, the evidence, the rows (of all accounts), strongest signs first."""

    account: int
    accounts: tuple[int, ...]
    evidence: float
    rows: tuple[int, ...]
    signs: tuple[Sign, ...]
    waves: tuple[Wave, ...] = ()


def episodes(
    panel: Panel, found: Mapping[str, Surprise], alarmed: Alarms, traits: Mapping[str, Trait], limit: float
) -> list[Episode]:
    """Return the episodes behind ``alarmed``; accounts that share the work in one."""
    names = list(found)
    seen = _Seen(panel, found, traits)
    single: list[Episode] = []
    chains = [seen.rows(int(first), int(last)) for first, last in zip(alarmed.begins, alarmed.rows, strict=True)]
    for numbers in _grouped(panel, chains):
        best = numbers[int(np.argmax(alarmed.evidence[numbers]))]
        rows = tuple(sorted({row for number in numbers for row in chains[number]}))
        strong = {names[d] for n in numbers for d in np.flatnonzero(alarmed.shares[n] >= SPOKE)}
        signs = seen.signs(rows, strong)
        if signs and seen.reach(rows):
            account = int(panel.account[rows[0]])
            single.append(Episode(account, (account,), float(alarmed.evidence[best]), rows, signs))
    rising, tied = waves(panel, found, limit), bands(panel, found)
    single += [_alone(panel, seen, wave) for wave in rising]
    single += [_tied(panel, seen, band) for band in tied if band.evidence >= limit]
    return _shared(panel, _links(rising, tied), single)


def _alone(panel: Panel, seen: "_Seen", wave: Wave) -> Episode:
    """Return the episode of a wave, led by its strongest member; members' own episodes join it."""
    leader = min(wave.rows, key=lambda row: (seen.at(wave.detector, row)[0], row))
    accounts = tuple(sorted({int(panel.account[row]) for row in wave.rows}))
    return Episode(
        int(panel.account[leader]), accounts, wave.evidence, wave.rows, seen.signs(wave.rows, {wave.detector}), (wave,)
    )


def _tied(panel: Panel, seen: "_Seen", band: Band) -> Episode:
    """Return the episode of a band, led by its oddest member."""
    leader = min(band.rows, key=lambda row: (seen.least(row), row))
    accounts = tuple(sorted({int(panel.account[row]) for row in band.rows}))
    signs = seen.signs(band.rows, {band.tie[0]})
    return Episode(int(panel.account[leader]), accounts, band.evidence, band.rows, signs)


def _grouped(panel: Panel, chains: list[tuple[int, ...]]) -> Iterable[list[int]]:
    """Yield the numbers of the alarms of one account whose days follow each other closely."""
    group: list[int] = []
    for number, rows in enumerate(chains):
        if group:
            before = chains[group[-1]][-1]
            same = panel.account[rows[0]] == panel.account[before]
            if not same or panel.day[rows[0]] - panel.day[before] > APART:
                yield group
                group = []
        group.append(number)
    if group:
        yield group


class _Seen:
    """The surprises by row, for the few rows that matter."""

    def __init__(self, panel: Panel, found: Mapping[str, Surprise], traits: Mapping[str, Trait]) -> None:
        self.panel, self.found, self.traits = panel, found, traits

    def at(self, detector: str, row: int) -> tuple[float, bool]:
        """Return ln p of a row and whether its value reaches the floor."""
        one = self.found[detector]
        place = int(np.searchsorted(one.rows, row))
        if place == len(one.rows) or one.rows[place] != row:
            return 0.0, False
        return float(one.log_p[place]), bool(one.alone[place])

    def least(self, row: int) -> float:
        return min((self.at(detector, row)[0] for detector in self.found if detector in JOINT), default=0.0)

    def rows(self, first: int, last: int) -> tuple[int, ...]:
        """Return the odd days of an alarm on row ``last``, not ``APART``, and those close to them before and after."""
        own = self.panel.rows_of(int(self.panel.account[last]))
        low, high = first, last
        while low > own.start and self._follows(low - 1, low):
            low -= 1
        while high + 1 < own.stop and self._follows(high + 1, high):
            high += 1
        kept = [last]
        for row in range(last - 1, low - 1, -1):
            if self.panel.day[kept[-1]] - self.panel.day[row] > APART:
                break
            if self.least(row) <= np.log(ODD):
                kept.append(row)
        return tuple(sorted({*kept, *range(last, high + 1)}))

    def _follows(self, row: int, other: int) -> bool:
        near = abs(int(self.panel.day[row]) - int(self.panel.day[other])) <= NEAR
        return near and self.least(row) <= np.log(ODD)

    def signs(self, rows: tuple[int, ...], strong: set[str]) -> tuple[Sign, ...]:
        """Return the detectors that spoke, each at its strongest row."""
        told = []
        for detector in self.found:
            if detector in JOINT:
                continue
            log_p, row = min((self.at(detector, row)[0], row) for row in rows)
            if log_p <= np.log(SPOKE) and (detector in strong or log_p <= np.log(ODD)):
                told.append(Sign(detector, row, log_p))
        return tuple(sorted(told, key=lambda sign: (sign.log_p, sign.detector)))

    def reach(self, rows: tuple[int, ...]) -> bool:
        """Tell whether some value is large enough to open a case by itself, or a sum of them."""
        for detector in self.found:
            if detector in JOINT:
                continue
            there = [self.at(detector, row) for row in rows]
            if any(alone and log_p <= np.log(SPOKE) for log_p, alone in there):
                return True
            trait, column = self.traits[detector], self.panel.columns[detector]
            odd = [row for row, (log_p, _) in zip(rows, there, strict=True) if log_p <= np.log(SPOKE)]
            total = int(column.values[np.searchsorted(column.rows, odd)].sum()) if odd else 0
            if trait.kind == HABIT and total >= FLOORS * trait.floor > 0:
                return True
        return False


def _shared(panel: Panel, links: "_Links", single: list[Episode]) -> list[Episode]:
    """Join the episodes of accounts tied together by a group's finding, quiet members included."""
    lead = list(range(len(single)))

    def root(number: int) -> int:
        while lead[number] != number:
            number = lead[number]
        return number

    met: dict[Tie, int] = {}
    ties: list[set[Tie]] = [set() for _ in single]
    for number, episode in enumerate(single):
        for row in episode.rows:
            ties[number] |= links.of_row.get(row, set())
        for tie in sorted(ties[number]):
            lead[root(number)] = root(met.setdefault(tie, number))
    joined: dict[int, list[int]] = {}
    for number in range(len(single)):
        joined.setdefault(root(number), []).append(number)
    return [
        _join(panel, links, [single[n] for n in some], set().union(*(ties[n] for n in some)))
        for some in joined.values()
    ]


@dataclasses.dataclass(frozen=True)
class _Links:
    of_row: dict[int, set[Tie]]
    rows: dict[Tie, list[int]]


def _links(rising: list[Wave], tied: list[Band]) -> _Links:
    links = _Links({}, {})
    waves_rows = [((wave.detector, wave.top, -1 - number), wave.rows) for number, wave in enumerate(rising)]
    for tie, rows in [*waves_rows, *((band.tie, band.rows) for band in tied)]:
        links.rows[tie] = list(rows)
        for row in rows:
            links.of_row.setdefault(row, set()).add(tie)
    return links


def _join(panel: Panel, links: _Links, some: list[Episode], ties: set[Tie]) -> Episode:
    tied = {row for tie in ties for row in links.rows[tie]}
    if len(some) == 1 and tied <= set(some[0].rows):
        return some[0]
    first = max(some, key=lambda episode: (episode.evidence, -episode.account))
    rows = sorted(tied | {row for episode in some for row in episode.rows}, key=lambda row: (panel.day[row], row))
    best: dict[str, Sign] = {}
    for sign in sorted((sign for episode in some for sign in episode.signs), key=lambda s: (s.log_p, s.row)):
        best.setdefault(sign.detector, sign)
    signs = tuple(sorted(best.values(), key=lambda sign: (sign.log_p, sign.detector)))
    accounts = tuple(sorted({int(panel.account[row]) for row in rows}))
    rising = tuple(wave for episode in some for wave in episode.waves)
    return Episode(first.account, accounts, first.evidence, tuple(rows), signs, rising)
