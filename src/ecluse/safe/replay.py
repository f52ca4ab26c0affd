"""Rebuilding the state from the whole trace, segments side by side.

1. The result is that of ``State.apply`` on each entry in order (a test compares them): counts keep only the last showing of each
   patient, so they can be gathered apart and merged; acts are few and are applied in order.
2. (S2) Every line is hashed, every signed head of every segment is checked against the root recomputed.
"""

from array import array
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from ecluse.core.errors import NotProvenError
from ecluse.core.words import Action, Decision, Ground
from ecluse.safe.entry import decode
from ecluse.safe.keys import Marks
from ecluse.safe.merkle import Frontier, rows_above
from ecluse.safe.notes import Head, Verifier, open_head
from ecluse.safe.scan import Grown, first_sequences, leaves_of, read_heads, read_lines, side_by_side
from ecluse.safe.state import State
from ecluse.safe.tiles import (
    HEIGHT,
    SEGMENT,
    SEGMENT_HEIGHT,
    WIDTH,
    heads_path,
    segment_path,
    tile_path,
    write_tile,
)
from ecluse.safe.trace import Trace
from ecluse.safe.windows import Distinct, tick_of

RECENT_SECONDS = 2 * 3600
VERIFY = "Run `ecluse trace verify`."
# Old entries of these actions may still matter: they carry acts, locks, or use up an approval.
MATTER = frozenset(
    {
        Action.GRANT,
        Action.PROPOSE,
        Action.APPROVE,
        Action.DECLINE,
        Action.LOCK,
        Action.SETUP_CLOSED,
        Action.EXPORT,
    }
)
Shown = dict[tuple[str, str], tuple[bytes, bytes]]


class Job(NamedTuple):
    """What a process needs to read one segment: ``recent`` is the Unix time before which only acts and counts matter."""

    folder: Path
    first: int
    marks: Marks
    vkey: str
    recent: float


class Read(NamedTuple):
    """What a segment holds: its tree, its heads, who was shown whom last when, decoys, and the lines to apply in order."""

    grown: Grown
    heads: dict[int, bytes]
    shown: Shown
    decoys: set[str]
    lines: list[bytes]
    latest: float
    tile_roots: list[bytes]
    edge: list[bytes]
    bytes: int


class _Brief(msgspec.Struct):
    """The fields that counting needs."""

    seq: int
    at: str
    action: str
    decision: str
    account: str = ""
    patient: str = ""
    ground: str = ""
    mark: str = ""
    approval: int | None = None
    terms: tuple[str, ...] = ()


_decoder = msgspec.json.Decoder(_Brief)


def read_segment(job: Job) -> Read:
    """Read one segment.

    Raises:
        NotProvenError: a line is not an entry or is out of place, or a head is not signed.
    """
    path = segment_path(job.folder, job.first)
    lines = read_lines(path).whole
    heads = {head.size: head.root for head in heads_of(job.folder, job.first, Verifier.of(job.vkey))}
    leaves = leaves_of(lines)
    gathered = _Gathered(job)
    for sequence, line in enumerate(lines, job.first):
        gathered.take(sequence, line)
    rows = rows_above(leaves)
    _write_missing(job.folder, job.first, leaves)
    return Read(
        grown=Grown.of(job.first, rows, heads),
        heads=heads,
        shown=gathered.packed(),
        decoys=gathered.decoys,
        lines=gathered.lines,
        latest=gathered.latest,
        tile_roots=rows[HEIGHT] if len(rows) > HEIGHT else [],
        edge=leaves[len(leaves) // WIDTH * WIDTH :],
        bytes=path.stat().st_size,
    )


def heads_of(folder: Path, first: int, verifier: Verifier) -> list[Head]:
    """Return the heads signed in the segment that starts at ``first``.

    Raises:
        NotProvenError: one is not signed.
    """
    return [open_head(kept.note, verifier) for kept in read_heads(heads_path(folder, first))]


def _write_missing(folder: Path, first: int, leaves: list[bytes]) -> None:
    """Write the finished tiles of level 0 that are missing."""
    for i in range(len(leaves) // WIDTH):
        path = tile_path(folder, 0, first // WIDTH + i)
        if not path.exists():
            write_tile(path, b"".join(leaves[i * WIDTH : (i + 1) * WIDTH]))


class _Gathered:
    """What is kept of the entries of one segment."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.decoys: set[str] = set()
        self.lines: list[bytes] = []
        self.latest = 0.0
        self._shown: dict[tuple[str, str], dict[int, int]] = {}
        self._tags: dict[str, int] = {}
        self._times: dict[str, float] = {}

    def take(self, sequence: int, line: bytes) -> None:
        """Take one line."""
        try:
            brief = _decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise NotProvenError(f"Entry {sequence} cannot be read: {error}.", VERIFY) from error
        if brief.seq != sequence:
            raise NotProvenError(f"Entry {brief.seq} stands at place {sequence}.", VERIFY)
        at = self._seconds(brief.at)
        self.latest = max(self.latest, at)
        if brief.decision == Decision.ALLOW and brief.ground:
            self._show(brief, tick_of(self.latest))
        elif brief.mark and brief.mark == self.job.marks.decoy(brief.patient):
            self.decoys.add(brief.patient)
        if at >= self.job.recent or brief.action in MATTER:
            self.lines.append(line)

    def _show(self, brief: _Brief, tick: int) -> None:
        tag = self._tags.get(brief.patient)
        if tag is None:
            tag = self._tags[brief.patient] = self.job.marks.tag(brief.patient)
        key = (brief.account, brief.ground)
        if key not in self._shown:
            self._shown[key] = {}
        self._shown[key][tag] = tick

    def _seconds(self, at: str) -> float:
        """Return the Unix time of an entry; entries of one commit share theirs."""
        found = self._times.get(at)
        if found is None:
            self._times = {at: (found := _entry_time(at))}
        return found

    def packed(self) -> Shown:
        """Return the last showings as bytes, which travel fast between processes."""
        return {
            key: (array("Q", ticks).tobytes(), array("I", ticks.values()).tobytes())
            for key, ticks in self._shown.items()
        }


def _entry_time(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def rebuild(trace: Trace, state: State, verifier: Verifier) -> None:
    """Read the whole trace of ``trace.folder`` into ``trace`` and ``state``, both new.

    Raises:
        NotProvenError: an entry, a segment or a head is not as it was signed.
    """
    firsts = first_sequences(trace.folder)
    recent = _last_time(trace.folder, firsts) - RECENT_SECONDS
    jobs = [Job(trace.folder, first, state.keys.marks, verifier.text(), recent) for first in firsts]
    merged = _Merged()
    size = 0
    for read in side_by_side(read_segment, jobs):
        if read.grown.first != size:
            raise NotProvenError(f"The segment before entry {read.grown.first} is not full.", VERIFY)
        size += read.grown.size
        _grow(trace, read)
        for line in read.lines:
            entry = decode(line)
            state.apply(entry, entry.at.timestamp())
        state.now = max(state.now, read.latest)
        state.decoys |= read.decoys
        merged.add(read.shown)
    merged.fill(state)
    trace.tiles.drop_existing()


def _grow(trace: Trace, read: Read) -> None:
    """Let the tree grow by one segment, and check the heads signed in it."""
    before = list(trace.frontier.peaks)
    for head in read.heads:
        if read.grown.root_at(head, before) != read.heads[head]:
            raise NotProvenError(f"The root of {head} entries is not the one that was signed.", VERIFY)
    if read.grown.size == SEGMENT:
        trace.frontier.add_subtree(read.grown.peaks[0], SEGMENT_HEIGHT)
    else:
        trace.frontier = Frontier(trace.frontier.size + read.grown.size, before + read.grown.peaks)
    for root in read.tile_roots:
        trace.tiles.add(root, 1)
    rows = trace.tiles.rows or [[]]
    trace.tiles.place(trace.frontier.size, [read.edge, *rows[1:]])
    trace.durable_size = trace.frontier.size


def _last_time(folder: Path, firsts: list[int]) -> float:
    for first in reversed(firsts):
        lines = read_lines(segment_path(folder, first)).whole
        if lines:
            try:
                return decode(lines[-1]).at.timestamp()
            except msgspec.MsgspecError as error:
                last = first + len(lines) - 1
                raise NotProvenError(f"Entry {last} cannot be read: {error}.", VERIFY) from error
    return 0.0


class _Merged:
    """The last showings of all segments, account by account."""

    def __init__(self) -> None:
        self.tags: dict[tuple[str, str], array[int]] = {}
        self.ticks: dict[tuple[str, str], array[int]] = {}

    def add(self, shown: Shown) -> None:
        """Take those of the next segment."""
        for key, (tags, ticks) in shown.items():
            self.tags.setdefault(key, array("Q")).frombytes(tags)
            self.ticks.setdefault(key, array("I")).frombytes(ticks)

    def fill(self, state: State) -> None:
        """Put all in the state, in place of what applying a few lines may have counted."""
        tick = tick_of(state.now)
        state.shown = {}
        everyone: dict[int, int] = {}
        for (account, ground), tags in self.tags.items():
            last = dict(zip(tags, self.ticks[account, ground], strict=True))
            state.shown[account, Ground(ground)] = Distinct.of(last, tick)
            for tag, shown in last.items():
                if everyone.get(tag, -1) < shown:
                    everyone[tag] = shown
        state.everyone = Distinct.of(everyone, tick)
