"""Rebuilding the state from the whole trace, segments side by side.

1. The result is that of ``State.apply`` on each entry in order (a test compares them): counts keep only the last
   showing of each patient, so they can be gathered apart and merged; acts are few and are applied in order.
2. (S2) Every line is hashed, every signed head of every segment is checked against the root recomputed.
"""

from array import array
from pathlib import Path

from ecluse.core.errors import NotProvenError
from ecluse.core.words import Ground
from ecluse.safe.entry import decode
from ecluse.safe.gather import VERIFY, Job, Read, Shown, last_time, read_segment
from ecluse.safe.merkle import Frontier
from ecluse.safe.notes import Verifier
from ecluse.safe.scan import first_sequences, read_lines, side_by_side
from ecluse.safe.state import State
from ecluse.safe.tiles import SEGMENT, SEGMENT_HEIGHT, segment_path
from ecluse.safe.trace import Trace
from ecluse.safe.windows import Distinct, tick_of

RECENT_SECONDS = 2 * 3600


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
        at = last_time(read_lines(segment_path(folder, first)).whole)
        if at:
            return at
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
