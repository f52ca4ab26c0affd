"""The trace: appended, made durable, signed. The order of writes is the design.

1. (S1) ``commit`` returns only when every staged entry is on disk (one write, one fdatasync).
2. (S2) There is no verb to change or remove an entry. A head is signed within a second of an entry, only over durable entries.
3. (S6) When a write or a sync fails, ``commit`` raises and nothing is released; the same bytes are tried again at the same place
   before anything else is decided, so what the safe knows and what the trace says cannot part.
4. (S7) A crash can only tear bytes that were never acknowledged.

A batch, and what a crash after each step leaves::

    pwrite(segment, lines)      torn lines past the last acknowledged byte: cut, and kept aside, at the next start
    fdatasync(segment)          whole entries nobody was told of: kept, they say more than was released, never less
    replies leave               nothing to repair
    write(tiles)                missing or torn tiles: computed again at the next start
    append(heads), fdatasync    a torn head: cut at the next start; entries after the last head get a new one
    replace(checkpoint)         an older checkpoint than the heads: replaced at the next start
    replace(witness)            an older witness than the heads: allowed, it is only ever behind
"""

import os
import time
from itertools import islice
from pathlib import Path

from ecluse.safe.files import replace, sync_folder, write_all
from ecluse.safe.merkle import Frontier, full_root, leaf_hash
from ecluse.safe.notes import Head, Signer
from ecluse.safe.tiles import HEIGHT, SEGMENT, WIDTH, heads_path, segment_of, segment_path, tile_path

HEAD_SECONDS = 0.9


class UnwritableError(OSError):
    """The trace could not be written: nothing may be released."""


class Trace:
    """The end of the trace, open for appending. One owner, one thread."""

    def __init__(self, folder: Path, signer: Signer, frontier: Frontier, witnesses: tuple[Path, ...] = ()) -> None:
        self.folder = folder
        self.signer = signer
        self.witnesses = witnesses
        self.frontier = frontier
        self.durable_size = frontier.size
        self.head = ""
        self.signed_size = 0
        self.broken = False
        self.leaves: list[list[bytes]] = [[]]
        self._staged: list[bytes] = []
        self._segment = -1
        self._fd = -1
        self._offset = 0
        self._tiles: list[tuple[int, int, bytes]] = []
        self._unsigned_since = 0.0

    @property
    def size(self) -> int:
        """Entries staged or durable: the sequence of the next one."""
        return self.frontier.size

    @property
    def pending(self) -> bool:
        """Is anything staged and not yet durable?"""
        return bool(self._staged)

    def stage(self, line: bytes) -> None:
        """Take the line of the next entry; ``commit`` makes it durable."""
        leaf = leaf_hash(line)
        self._staged.append(line)
        self.frontier.add(leaf)
        self._grow(0, leaf)

    def replayed(self, line: bytes) -> None:
        """Take a line that is already on disk."""
        leaf = leaf_hash(line)
        self.frontier.add(leaf)
        self.durable_size += 1
        self._grow(0, leaf)

    def resume(self) -> None:
        """After a replay: drop the tiles that are already there, and find the end of the last segment."""
        self._tiles = [t for t in self._tiles if not tile_path(self.folder, t[0], t[1]).exists()]
        first = segment_of(self.durable_size)
        if first != self.durable_size:
            self._open_segment(first)

    def root_at(self, size: int) -> bytes:
        """Return the root of the first ``size`` entries, read again from the files."""
        frontier, first = Frontier(), 0
        while frontier.size < size:
            with segment_path(self.folder, first).open("rb") as file:
                for line in islice(file, size - frontier.size):
                    frontier.add(leaf_hash(line[:-1]))
            first += SEGMENT
        return frontier.root()

    def _grow(self, level: int, node: bytes) -> None:
        """Add ``node`` to its tile; a full tile is due to be written and its root belongs to the level above."""
        if level == len(self.leaves):
            self.leaves.append([])
        row = self.leaves[level]
        row.append(node)
        if len(row) == WIDTH:
            number = (self.frontier.size - 1) >> HEIGHT * (level + 1)
            self._tiles.append((level, number, b"".join(row)))
            self.leaves[level] = []
            self._grow(level + 1, full_root(row))

    def commit(self) -> None:
        """Make every staged entry durable.

        Raises:
            UnwritableError: it could not; call again before staging anything else.
        """
        self.broken = True
        try:
            while self._staged:
                self._commit_segment()
            if self.signed_size < self.durable_size and time.monotonic() > self._unsigned_since + 5 * HEAD_SECONDS:
                self._write_head()
        except OSError as error:
            raise UnwritableError(*error.args) from error
        self.broken = False

    def _commit_segment(self) -> None:
        """Write the staged lines that belong to the segment of the first of them."""
        first = segment_of(self.durable_size)
        lines = self._staged[: first + SEGMENT - self.durable_size]
        if first != self._segment:
            self._open_segment(first)
        data = b"\n".join(lines) + b"\n"
        self._pwrite(data)
        os.fdatasync(self._fd)
        self._offset += len(data)
        if self.signed_size == self.durable_size:
            self._unsigned_since = time.monotonic()
        self.durable_size += len(lines)
        del self._staged[: len(lines)]
        if self.durable_size == first + SEGMENT:
            self._seal_segment()

    def _pwrite(self, data: bytes) -> None:
        done = 0
        while done < len(data):
            done += os.pwrite(self._fd, memoryview(data)[done:], self._offset + done)

    def _open_segment(self, first: int) -> None:
        path = segment_path(self.folder, first)
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        sync_folder(path.parent)
        self._fd, self._segment, self._offset = fd, first, os.fstat(fd).st_size if first != self.durable_size else 0

    def _seal_segment(self) -> None:
        """A full segment is never written again: read-only from now on."""
        os.fchmod(self._fd, 0o400)
        os.close(self._fd)
        self._fd, self._segment = -1, -1

    def write_tiles(self) -> None:
        """Write the full tiles that are due. A failure is not the trace's: they stay due, or are computed at the next start."""
        try:
            while self._tiles:
                level, number, data = self._tiles[0]
                path = tile_path(self.folder, level, number)
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.write_bytes(data)
                self._tiles.pop(0)
        except OSError:
            return

    def head_due_in(self) -> float | None:
        """Return the seconds until a head must be signed, or None when all is signed."""
        if self.signed_size == self.durable_size:
            return None
        return max(0.0, self._unsigned_since + HEAD_SECONDS - time.monotonic())

    def sign_if_due(self, *, now: bool = False) -> None:
        """Sign a head when one is due (or ``now``). If it cannot be kept, it stays due, and ``commit`` refuses after a while."""
        due = self.head_due_in()
        if due is not None and (now or due == 0.0) and not self._staged:
            try:
                self._write_head()
            except OSError:
                return

    def _write_head(self) -> None:
        """Sign the durable entries, keep the head, show it to the witnesses."""
        note = self.signer.sign(Head(self.signer.verifier.name, self.durable_size, self.frontier.root()).text())
        path = heads_path(self.folder, segment_of(self.durable_size - 1))
        _append(path, note.encode() + b"\n")
        self.head, self.signed_size = note, self.durable_size
        replace(self.folder / "checkpoint", note.encode(), durable=False)
        for witness in self.witnesses:
            try:
                replace(witness, note.encode())
            except OSError:
                continue

    def close(self) -> None:
        """Release the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _append(path: Path, data: bytes) -> None:
    """Append ``data`` durably, all of it or nothing."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        end = os.fstat(fd).st_size
        try:
            write_all(fd, data)
            os.fdatasync(fd)
        except OSError:
            os.ftruncate(fd, end)
            raise
    finally:
        os.close(fd)
