"""Reading one segment whole: its leaves, the roots above them, its heads. Used by the start and by the verification.

1. Everything is computed from the lines; tiles and heads are only compared.
2. A segment is 65,536 entries: the hashes above it never depend on another segment, so segments can be read side by
   side.
"""

import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

from ecluse.safe.merkle import HASH_BYTES, LEAF, fold, peaks_of
from ecluse.safe.tiles import SEGMENT, segment_path

Job = TypeVar("Job")
Done = TypeVar("Done")
LINES_OF_A_HEAD = 6


class Lines(NamedTuple):
    """The whole lines of a segment, and what follows the last of them (a torn or unfinished line).

    The zeros written ahead of the entries are not part of it.
    """

    whole: list[bytes]
    rest: bytes


class Kept(NamedTuple):
    """A signed note as it stands in a file of heads: its first line there (from 1), its byte offset."""

    note: str
    line: int
    offset: int


def read_lines(path: Path, offset: int = 0) -> Lines:
    """Return the lines of ``path`` from byte ``offset`` on; a missing file has none."""
    if not path.exists():
        return Lines([], b"")
    with path.open("rb") as file:
        file.seek(offset)
        *whole, rest = file.read().split(b"\n")
    return Lines(whole, rest.rstrip(b"\0"))


def read_heads(path: Path) -> list[Kept]:
    """Return the notes kept in a file of heads, each followed by an empty line; what is not one comes as the last."""
    if not path.exists():
        return []
    lines = path.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    heads, offset = [], 0
    for i in range(0, len(lines) - 1, LINES_OF_A_HEAD):
        text = "\n".join(lines[i : i + LINES_OF_A_HEAD]) + "\n"
        whole = len(lines) > i + LINES_OF_A_HEAD and text.endswith("\n\n")
        heads.append(Kept(text[:-1] if whole else text, i + 1, offset))
        offset += len(text.encode("utf-8", "surrogateescape"))
    return heads


def leaves_of(lines: Iterable[bytes]) -> list[bytes]:
    """Return the leaf hash of each line."""
    sha256 = hashlib.sha256
    return [sha256(LEAF + line).digest() for line in lines]


def hashes_in(tile: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [tile[i : i + HASH_BYTES] for i in range(0, len(tile), HASH_BYTES)]


class Grown(NamedTuple):
    """The tree of one segment: its size, its own peaks, and the folded peaks at each size where a head was signed."""

    first: int
    size: int
    peaks: list[bytes]
    folded: dict[int, bytes]

    @classmethod
    def of(cls, first: int, rows: list[list[bytes]], sizes: Iterable[int]) -> "Grown":
        """Take the tree of ``rows``; ``sizes`` are those of the heads, counted from the beginning of the trace."""
        size = len(rows[0])
        folded = {at: fold(peaks_of(rows, at - first)) for at in sizes if first < at <= first + size}
        return cls(first, size, peaks_of(rows, size), folded)

    def root_at(self, size: int, before: list[bytes]) -> bytes | None:
        """Return the root of the first ``size`` entries, ``before`` being the peaks of the segments before this one."""
        return fold([*before, self.folded[size]]) if size in self.folded else None


def first_sequences(folder: Path) -> list[int]:
    """Return the first sequence of each segment that should be there, up to the last file found."""
    names = sorted(path.name for path in (folder / "trace").glob("*.jsonl"))
    last = int(names[-1].split(".")[0]) if names else -1
    return list(range(0, last + 1, SEGMENT))


def size_of(folder: Path) -> int:
    """Return the bytes of the trace."""
    return sum(segment_path(folder, first).stat().st_size for first in first_sequences(folder))


def side_by_side(work: Callable[[Job], Done], jobs: list[Job]) -> Iterator[Done]:
    """Yield ``work`` of each job, in order, from as many processes as there are processors."""
    processes = min(len(jobs), len(os.sched_getaffinity(0)))
    if processes < 2:  # noqa: PLR2004 - one job needs no other process
        yield from map(work, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("forkserver"), initializer=gc.disable) as pool:
        yield from pool.map(work, jobs)
