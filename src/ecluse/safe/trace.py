"""The trace: appended, made durable, signed. The order of writes is the design.

1. (S1) ``commit`` returns only when every staged entry is on disk (one write, one fdatasync).
2. (S2) There is no verb to change or remove an entry. A head is signed within a second of an entry, and at the end of
   each segment, only over durable entries; every signed head is kept.
3. (S6) When a write or a sync fails, ``commit`` raises and nothing is released; the same bytes are tried again at the
   same place before anything else is decided, so what the safe knows and what the trace says cannot part.
4. (S7) A crash can only tear bytes that were never acknowledged.
5. Leaves join the tree after the replies have left, some at once: no head, proof or snapshot needs them sooner.
6. The file is written with zeros ahead of its entries: a sync then changes no size, and costs half. Zeros after the
   last newline are no entry to any reader; they are cut at a stop, at the end of a segment, and at the next start.

A batch, and what a crash after each step leaves::

    pwrite(segment, lines)      torn lines past the last acknowledged byte: cut, and kept aside, at the next start
    fdatasync(segment)          whole entries nobody was told of: kept, they say more than was released, never less
    replies leave               nothing to repair
    write(tiles)                missing or torn tiles: computed again at the next start
    append(heads), fdatasync    a torn head: cut at the next start; entries after the last head get a new one
    replace(witness)            an older witness than the heads: allowed, it is only ever behind
    replace(checkpoint)         an older checkpoint than the heads: replaced at the next start
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from ecluse.safe.files import append, replace, sync_folder
from ecluse.safe.merkle import Frontier, fold, leaf_hash
from ecluse.safe.notes import Head, Signer
from ecluse.safe.tiles import SEGMENT, Tiles, heads_path, segment_of, segment_path

HEAD_SECONDS = 0.9
LATEST_SECONDS = 5.0
RETRY_SECONDS = 0.5
ROOM = 1 << 20
GROWN_AT_ONCE = 64


class UnwritableError(OSError):
    """The trace could not be written: nothing may be released."""


class Trace:
    """The end of the trace, open for appending. One owner, one thread."""

    def __init__(self, folder: Path, signer: Signer, witnesses: tuple[Path, ...] = ()) -> None:
        self.folder = folder
        self.signer = signer
        self.witnesses = witnesses
        self.durable_size = 0
        self.head = ""
        self.signed_size = 0
        self.broken = False
        self.offset = 0
        self._room = 0
        self._frontier = Frontier()
        self._tiles = Tiles(folder)
        self._staged: list[bytes] = []
        self._ungrown: list[bytes] = []
        self._segment = -1
        self._fd = -1
        self._unsigned_since = 0.0
        self._head_at = 0.0

    @property
    def size(self) -> int:
        """Entries staged or durable: the sequence of the next one."""
        return self.durable_size + len(self._staged)

    @property
    def frontier(self) -> Frontier:
        """The tree of every entry staged or durable."""
        self._grow()
        return self._frontier

    @frontier.setter
    def frontier(self, frontier: Frontier) -> None:
        self._frontier = frontier

    @property
    def tiles(self) -> Tiles:
        """The right edge of the tree of every entry staged or durable."""
        self._grow()
        return self._tiles

    @property
    def pending(self) -> bool:
        """Is anything staged and not yet durable?"""
        return bool(self._staged)

    def stage(self, line: bytes) -> None:
        """Take the line of the next entry; ``commit`` makes it durable."""
        self._staged.append(line)
        self._ungrown.append(line)

    def replayed(self, line: bytes) -> None:
        """Take a line that is already on disk."""
        self._ungrown.append(line)
        self.durable_size += 1

    def _grow(self) -> None:
        """Let the leaves that wait join the tree."""
        for line in self._ungrown:
            leaf = leaf_hash(line)
            self._frontier.add(leaf)
            self._tiles.add(leaf)
        self._ungrown.clear()

    def settle(self) -> None:
        """Do what can wait until the replies have left: the tree, its finished tiles, the head."""
        if len(self._ungrown) >= GROWN_AT_ONCE:
            self.tiles.write_due()
        self.sign_if_due()

    def resume(self) -> None:
        """After a replay: find the end of the last segment, and sign what no head covers yet."""
        first = segment_of(self.durable_size)
        if first != self.durable_size:
            self._open_segment(first)
        self.tiles.write_due()

    def commit(self) -> None:
        """Make every staged entry durable.

        Raises:
            UnwritableError: it could not; call again before staging anything else.
        """
        self.broken = True
        try:
            while self._staged:
                self._commit_segment()
            if self.signed_size < self.durable_size and time.monotonic() > self._unsigned_since + LATEST_SECONDS:
                self._write_head(self.durable_size)
        except OSError as error:
            raise UnwritableError(*error.args) from error
        self.broken = False

    def _commit_segment(self) -> None:
        """Write the staged lines that belong to the segment of the first of them."""
        first = segment_of(self.durable_size)
        if first != self._segment:
            if self.signed_size < first:
                self._write_head(first)
            self._open_segment(first)
        lines = self._staged[: first + SEGMENT - self.durable_size]
        data = b"\n".join(lines) + b"\n"
        self._make_room(len(data))
        self._pwrite(data)
        os.fdatasync(self._fd)
        self.offset += len(data)
        if self.signed_size == self.durable_size:
            self._unsigned_since = time.monotonic()
            self._head_at = self._unsigned_since + HEAD_SECONDS
        self.durable_size += len(lines)
        del self._staged[: len(lines)]
        if self.durable_size == first + SEGMENT:
            self._seal_segment()

    def _make_room(self, length: int) -> None:
        """Write zeros ahead when ``length`` bytes would pass the end of the file. Without them it only grows slower."""
        end = self.offset + length
        if end <= self._room:
            return
        with suppress(OSError):
            self._room += os.pwrite(self._fd, bytes(end - self._room + ROOM), self._room)

    def _pwrite(self, data: bytes) -> None:
        done = 0
        while done < len(data):
            done += os.pwrite(self._fd, memoryview(data)[done:], self.offset + done)

    def _open_segment(self, first: int) -> None:
        path = segment_path(self.folder, first)
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            sync_folder(path.parent)
        except OSError:
            os.close(fd)
            raise
        self._fd, self._segment = fd, first
        self._room = os.fstat(fd).st_size
        self.offset = self._room if first != self.durable_size else 0

    def _seal_segment(self) -> None:
        """A full segment is never written again: read-only from now on."""
        self.trim()
        os.fchmod(self._fd, 0o400)
        self.close()

    def trim(self) -> None:
        """Cut the zeros after the last durable entry. If it cannot be done, the next start does it."""
        if self._room > self.offset:
            with suppress(OSError):
                os.ftruncate(self._fd, self.offset)
                self._room = self.offset

    def head_due_in(self) -> float | None:
        """Return the seconds until a head must be signed, or None when all is signed."""
        if self.signed_size == self.durable_size:
            return None
        return max(0.0, self._head_at - time.monotonic())

    def sign_if_due(self, *, now: bool = False) -> None:
        """Sign a head when one is due (or ``now``). If it cannot be kept it is tried again.

        After a while ``commit`` tries it too, and refuses.
        """
        due = self.head_due_in()
        if due is None or self._staged or not (now or due == 0.0):
            return
        try:
            self._write_head(self.durable_size)
        except OSError:
            self._head_at = time.monotonic() + RETRY_SECONDS

    def _write_head(self, size: int) -> None:
        """Sign the first ``size`` entries (all, or all full segments), keep the head, show it to the witnesses."""
        self.tiles.write_due()
        root = fold(self.frontier.peaks[: size.bit_count()])
        name = self.signer.verifier.name
        note = self.signer.sign(Head(name, size, root).text())
        append(heads_path(self.folder, segment_of(size - 1)), note.encode() + b"\n")
        self.head, self.signed_size = note, size
        self._unsigned_since = time.monotonic()
        self._head_at = self._unsigned_since + HEAD_SECONDS
        self.show_head()

    def show_head(self) -> None:
        """Write the last head where others look for it; one that cannot be written stays behind, which is allowed."""
        for path in self.witnesses:
            try:
                replace(path, self.head.encode())
            except OSError:
                continue
        try:
            if self.signed_size == self.size:
                self.tiles.write_partial(self.signed_size)
            replace(self.folder / "checkpoint", self.head.encode(), durable=False)
        except OSError:
            return

    def close(self) -> None:
        """Release the file."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._segment = -1, -1
