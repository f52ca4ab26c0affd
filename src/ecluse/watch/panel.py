"""The account-days as arrays: one row for each account and day, sorted by account, then day.

Everything the scoring does walks these rows. Accounts and days are numbers here; the names come back in ``cases``.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEW_PEERS = 5  # accounts: a profession with fewer is judged with all the others
OPENING_DAYS = 7  # of the log: an account active in them may be old; afterwards an account first seen is new
OTHERS = ""  # the profession of those who have no peers


@dataclasses.dataclass(frozen=True)
class Column:
    """The values of one detector: rows of the panel, ascending, and what was counted there. Missing rows are zero."""

    rows: Ints
    values: Ints

    def dense(self, size: int) -> Floats:
        """Return one value for each row of the panel."""
        full = np.zeros(size)
        full[self.rows] = self.values
        return full


@dataclasses.dataclass(frozen=True)
class Panel:
    """Account-days. ``start[a]:start[a + 1]`` are the rows of account ``a``; ``day`` counts from 1970-01-01."""

    accounts: tuple[str, ...]
    professions: tuple[str, ...]  # of each account, as the staff list has it
    classes: tuple[str, ...]  # names of the peer groups
    peers: Ints  # of each account: its peer group
    opened: Ints  # of each account: the row after its days in the opening week, where it has no peers to lean on
    account: Ints
    day: Ints
    start: Ints
    columns: Mapping[str, Column]

    @property
    def size(self) -> int:
        return len(self.day)

    @property
    def span(self) -> int:
        return int(self.day.max() - self.day.min()) + 1 if self.size else 0

    @property
    def machines(self) -> Flags:
        """Tell of each account whether it is a machine: that is judged against itself."""
        return np.array([name == _SERVICE for name in self.classes], bool)[self.peers]

    @property
    def nth(self) -> Ints:
        """Return for each row how many earlier days its account was active."""
        return np.arange(self.size) - self.start[self.account]

    def rows_of(self, account: int) -> slice:
        return slice(int(self.start[account]), int(self.start[account + 1]))


def panel_of(findings: pa.Table, days: pa.Table, staff: pa.Table) -> Panel:
    """Arrange the tables. An account-day that only a finding knows (failed logins, …) gets a row as well."""
    account_names = pa.chunked_array([*_text(days, "account"), *_text(findings, "account")])
    names, codes = _codes(account_names)
    seen, found = np.split(codes, [days.num_rows])
    seen_day, found_day = _days(days), _days(findings)
    low = int(min([0, *seen_day[:1], *found_day[:1]])) if not len(codes) else int(min(_least(seen_day, found_day)))
    width = int(max(_most(seen_day, found_day))) - low + 1 if len(codes) else 1
    keys = _distinct(np.concatenate([seen * width + seen_day - low, found * width + found_day - low]))
    account, day = keys // width, keys % width + low
    start = np.searchsorted(account, np.arange(len(names) + 1))
    professions, service = _staff_of(names, days, staff)
    classes, peers = _peers(professions, service)
    alone = np.array([name in {OTHERS, _SERVICE} for name in classes], dtype=bool)
    week = np.searchsorted(keys, np.arange(len(names)) * width + OPENING_DAYS)
    opened = np.where(alone[peers], week, start[:-1]) if len(names) else np.zeros(0, np.int64)
    rows = np.searchsorted(keys, found * width + found_day - low)
    columns = _columns(findings, rows)
    return Panel(names, professions, classes, peers, opened, account, day, start, columns)


_SERVICE = "\x00service"


def _distinct(keys: Ints) -> Ints:
    ordered = np.sort(keys)
    return np.asarray(ordered[np.diff(ordered, prepend=-1) != 0], np.int64)


def _least(*arrays: Ints) -> list[int]:
    return [int(array.min()) for array in arrays if len(array)]


def _most(*arrays: Ints) -> list[int]:
    return [int(array.max()) for array in arrays if len(array)]


def _text(table: pa.Table, name: str) -> list[pa.Array]:
    return [chunk.cast(pa.string()) for chunk in table.column(name).chunks]


def _codes(words: pa.ChunkedArray) -> tuple[tuple[str, ...], Ints]:
    encoded = pa.chunked_array(words.chunks, pa.string()).combine_chunks().dictionary_encode()
    known = encoded.dictionary.to_pylist()
    order = sorted(range(len(known)), key=known.__getitem__)
    place = np.empty(len(known), np.int64)
    place[order] = np.arange(len(known))
    codes = place[np.asarray(encoded.indices)] if len(encoded) else np.zeros(0, np.int64)
    return tuple(known[number] for number in order), codes


def _days(table: pa.Table) -> Ints:
    column = table.column("day").combine_chunks().cast(pa.int32())
    return np.asarray(column).astype(np.int64)


def _staff_of(names: tuple[str, ...], days: pa.Table, staff: pa.Table) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    known: dict[str, str] = {}
    if "profession" in days.column_names:
        pairs = days.select(["account", "profession"]).group_by(["account", "profession"]).aggregate([]).to_pylist()
        known = {pair["account"]: pair["profession"] or "" for pair in pairs}
    service: set[str] = set()
    for row in staff.to_pylist():
        known[row["account"]] = row["profession"] or known.get(row["account"], "")
        if row.get("service"):
            service.add(row["account"])
    return tuple(known.get(name, "") for name in names), tuple(name in service for name in names)


def _peers(professions: tuple[str, ...], service: tuple[bool, ...]) -> tuple[tuple[str, ...], Ints]:
    """Service accounts stand apart: each is judged against itself. Small professions are judged with the others."""
    number: dict[str, int] = {}
    for profession, machine in zip(professions, service, strict=True):
        number[profession] = number.get(profession, 0) + (not machine)
    named = [
        _SERVICE if machine else profession if number[profession] >= FEW_PEERS else OTHERS
        for profession, machine in zip(professions, service, strict=True)
    ]
    classes = tuple(sorted(set(named)))
    return classes, np.array([classes.index(name) for name in named], dtype=np.int64)


def _columns(findings: pa.Table, rows: Ints) -> dict[str, Column]:
    detectors, codes = _codes(pa.chunked_array(_text(findings, "detector"), pa.string()))
    values = np.asarray(findings.column("value").combine_chunks()).astype(np.int64)
    columns = {}
    for number, name in enumerate(detectors):
        mine = np.flatnonzero(codes == number)
        mine = mine[np.argsort(rows[mine], kind="stable")]
        columns[name] = Column(rows[mine], values[mine])
    return columns
