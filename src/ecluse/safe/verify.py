"""Verifying a safe from its files alone: every byte that is not as it was signed is found, with its place.

How each file is covered:

1. ``trace/``: every line is hashed; the root of every signed head is recomputed. A changed line is found by the tile
   that still holds its hash, else between the last head that agrees and the first that does not.
2. ``tile/``: compared with the hashes recomputed; one that differs while the heads agree is itself what was changed.
3. ``heads/``: every note verifies under the log's key and there is one way to write each; ``checkpoint`` is the last
   of them.
4. ``snapshot``: its digest is signed.
5. ``policy.toml``, ``key.vkey``: their text is in the last start entry. ``master.key``, ``torn/``: their digest is.
6. A file that none of these explains is reported.
"""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from ecluse.core.errors import BrokenWorldError
from ecluse.core.words import Action
from ecluse.safe.entry import UNREADABLE, Started, decode
from ecluse.safe.merkle import Frontier
from ecluse.safe.notes import b64
from ecluse.safe.scan import Grown, first_sequences, side_by_side
from ecluse.safe.tiles import SEGMENT, SEGMENT_HEIGHT, WIDTH, segment_path
from ecluse.safe.verify_files import check_checkpoint, check_files, last_signed, read_text, verifier_of
from ecluse.safe.verify_segment import (
    MOST_FAULTS,
    Checked,
    Job,
    Wrong,
    check_segment,
    compare_tile,
    stored_tile,
)


class Report(msgspec.Struct, kw_only=True):
    """What was verified. ``unsigned`` entries are younger than the last head."""

    ok: bool
    entries: int
    heads: int
    unsigned: int
    root: str
    seconds: float
    entries_per_s: int
    faults: list[Wrong]
    notes: list[str]


class _Verification:
    """The segments put together, in order."""

    def __init__(self, folder: Path, signed: int) -> None:
        self.folder = folder
        self.signed = signed
        self.frontier = Frontier()
        self.faults: list[Wrong] = []
        self.heads = 0
        self.last_head = (0, "")
        self.starts: list[bytes] = []
        self.rest = 0
        self.level2: list[bytes] = []

    def add(self, checked: Checked, *, last: bool) -> None:
        """Take the next segment."""
        before = list(self.frontier.peaks)
        self.faults += checked.faults
        grown = checked.grown
        bad = self._first_bad(grown, checked, before)
        if bad is None:
            self.faults += checked.tiles
        elif checked.stored is not None and self._first_bad(checked.stored, checked, before) is None:
            self.faults += checked.different
            grown = checked.stored
        else:
            self.faults += checked.different[:1] or [self._between(checked, bad)]
        if not last and grown.size != SEGMENT:
            self.faults.append(Wrong(self._segment(grown.first), "entries are missing", line=grown.size + 1))
        self._grow(grown)
        self.heads += len(checked.heads)
        self.last_head = (checked.heads[-1][0], checked.last_note) if checked.heads else self.last_head
        self.starts += checked.starts
        self.rest = checked.rest

    def _first_bad(self, grown: Grown, checked: Checked, before: list[bytes]) -> int | None:
        """Return the place in ``heads`` of the first whose root is not that of ``grown``; None when all agree."""
        return next(
            (i for i, (size, root, *_) in enumerate(checked.heads) if grown.root_at(size, before) != root), None
        )

    def _between(self, checked: Checked, bad: int) -> Wrong:
        first = checked.grown.first
        since = checked.heads[bad - 1][0] if bad else first
        until = checked.heads[bad][0]
        if until > first + checked.grown.size:
            what = f"entries {first + checked.grown.size} to {until - 1} were signed and are missing"
            return Wrong(self._segment(first), what, line=checked.grown.size + 1, sequence=first + checked.grown.size)
        what = f"one of entries {since} to {until - 1} is not as it was signed"
        return Wrong(self._segment(first), what, line=since - first + 1, sequence=since)

    def _segment(self, first: int) -> str:
        return str(segment_path(self.folder, first).relative_to(self.folder))

    def _grow(self, grown: Grown) -> None:
        if grown.size == SEGMENT and self.frontier.size == grown.first:
            self.frontier.add_subtree(grown.peaks[0], SEGMENT_HEIGHT)
            self.level2.append(grown.peaks[0])
        else:
            peaks = [*self.frontier.peaks, *grown.peaks]
            size = self.frontier.size + grown.size
            self.frontier = Frontier(size, peaks) if size.bit_count() == len(peaks) else self.frontier

    def high_tiles(self) -> None:
        """Compare the tiles above the segments."""
        for at in range(0, len(self.level2), WIDTH):
            tile = stored_tile(self.folder, self.signed, 2, at // WIDTH)
            if tile is not None:
                self.faults += compare_tile(self.folder, tile, self.level2[at : at + WIDTH])[1]


def verify(folder: Path, vkey: str = "", progress: Callable[[int], None] = lambda _: None) -> Report:
    """Verify the safe in ``folder`` under ``vkey`` (default: the one it holds).

    ``progress`` is told of entries as they are done.

    Raises:
        BrokenWorldError: there is no safe there.
    """
    if not (folder / "trace").is_dir():
        raise BrokenWorldError(f"{folder} holds no trace.", "Name a home folder with --home.")
    begin, faults = time.perf_counter(), list[Wrong]()
    verifier = verifier_of(folder, vkey, faults)
    checkpoint = read_text(folder / "checkpoint")
    firsts = first_sequences(folder)
    signed = last_signed(folder, verifier)
    whole = _Verification(folder, signed)
    jobs = [Job(folder, first, verifier.text(), signed) for first in firsts]
    for checked in side_by_side(check_segment, jobs):
        whole.add(checked, last=checked.grown.first == firsts[-1])
        progress(checked.grown.size)
    whole.high_tiles()
    faults += whole.faults + check_files(folder, verifier, _last_start(whole.starts))
    faults += check_checkpoint(folder, checkpoint, whole.last_head[1])
    seconds = time.perf_counter() - begin
    entries = whole.frontier.size
    notes = (
        [f"{whole.rest} bytes of an unfinished entry at the end: the next start keeps them aside"] if whole.rest else []
    )
    return Report(
        ok=not faults,
        entries=entries,
        heads=whole.heads,
        unsigned=max(0, entries - whole.last_head[0]),
        root=b64(whole.frontier.root()),
        seconds=round(seconds, 3),
        entries_per_s=int(entries / seconds),
        faults=faults[:MOST_FAULTS],
        notes=notes,
    )


def _last_start(lines: list[bytes]) -> Started | None:
    """Return what the last start wrote: of the lines that look like one, the last that is."""
    for line in reversed(lines):
        try:
            entry = decode(line)
        except UNREADABLE:
            continue
        if entry.action is Action.START and entry.started is not None:
            return entry.started
    return None
