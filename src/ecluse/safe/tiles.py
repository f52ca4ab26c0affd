"""Where hashes are kept: C2SP tlog-tiles, height 8; and where entries and heads are.

1. Every tile is derived from the trace: a missing one is written again at the next start, a different one is reported
   by ``ecluse trace verify``.
2. The partial tiles on disk are those of the last signed head; older ones are removed.
"""

import shutil
from pathlib import Path

from ecluse.safe.merkle import full_root

HEIGHT = 8
WIDTH = 1 << HEIGHT
SEGMENT_HEIGHT = 2 * HEIGHT
SEGMENT = 1 << SEGMENT_HEIGHT


def tile_path(folder: Path, level: int, number: int, width: int = WIDTH) -> Path:
    """Return the file of a tile: groups of three digits, all but the last with an ``x`` before.

    A partial tile has its width in its name.
    """
    parts = [f"{number % 1000:03d}"]
    while number >= 1000:  # noqa: PLR2004 - three digits a group
        number //= 1000
        parts.insert(0, f"x{number % 1000:03d}")
    if width != WIDTH:
        parts[-1:] = [f"{parts[-1]}.p", str(width)]
    return folder / "tile" / str(level) / Path(*parts)


def segment_path(folder: Path, first: int) -> Path:
    """Return the file of the entries from sequence ``first`` on."""
    return folder / "trace" / f"{first:012d}.jsonl"


def heads_path(folder: Path, first: int) -> Path:
    """Return the file of the signed heads whose last entry lies in the segment that starts at ``first``."""
    return folder / "heads" / f"{first:012d}.notes"


def segment_of(sequence: int) -> int:
    """Return the first sequence of the segment that holds ``sequence``."""
    return sequence >> SEGMENT_HEIGHT << SEGMENT_HEIGHT


def partial_tiles(size: int) -> list[tuple[int, int, int]]:
    """Return level, number and width of each partial tile of a tree of ``size`` leaves."""
    found, level = [], 0
    while size:
        if size % WIDTH:
            found.append((level, size // WIDTH, size % WIDTH))
        size //= WIDTH
        level += 1
    return found


class Tiles:
    """The right edge of the tree.

    For each level the hashes of its unfinished tile, and the finished ones not yet written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[list[bytes]] = []
        self._numbers: list[int] = []
        self._due: list[tuple[Path, bytes]] = []
        self._partial: list[Path] = []

    def place(self, size: int, rows: list[list[bytes]]) -> None:
        """Stand at the end of a tree of ``size`` leaves whose unfinished tiles hold ``rows``."""
        self.rows = rows
        self._numbers = [size >> HEIGHT * (level + 1) for level in range(len(rows))]

    def drop_existing(self) -> None:
        """Forget the finished tiles that are already on disk."""
        self._due = [(path, data) for path, data in self._due if not path.exists()]

    def add(self, node: bytes, level: int = 0) -> None:
        """Add a hash at ``level``; the root of a finished tile belongs to the level above."""
        while level >= len(self.rows):
            self.rows.append([])
            self._numbers.append(0)
        row = self.rows[level]
        row.append(node)
        if len(row) == WIDTH:
            self._due.append((tile_path(self.folder, level, self._numbers[level]), b"".join(row)))
            self._numbers[level] += 1
            self.rows[level] = []
            self.add(full_root(row), level + 1)

    def write_due(self) -> None:
        """Write the finished tiles. A failure is not the trace's: they stay due, or are computed at the next start."""
        try:
            while self._due:
                path, data = self._due[0]
                write_tile(path, data)
                self._due.pop(0)
        except OSError:
            return

    def write_partial(self, size: int) -> None:
        """Write the partial tiles of the head of ``size`` leaves, which must be all there are.

        Those of the head before are removed.
        """
        new = []
        for level, number, width in partial_tiles(size):
            path = tile_path(self.folder, level, number, width)
            write_tile(path, b"".join(self.rows[level]))
            new.append(path)
        for path in self._partial:
            if path not in new:
                path.unlink(missing_ok=True)
                if path.parent not in {kept.parent for kept in new}:
                    shutil.rmtree(path.parent, ignore_errors=True)
        self._partial = new

    def forget_partial(self) -> None:
        """At a start: remove every partial tile that an earlier run left."""
        for path in (self.folder / "tile").glob("**/*.p"):
            shutil.rmtree(path, ignore_errors=True)


def write_tile(path: Path, data: bytes) -> None:
    """Write a tile, making its folder when it is missing."""
    try:
        path.write_bytes(data)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(data)
