"""The last entries of the trace, without reading the rest of it."""

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

from ecluse.safe.entry import UNREADABLE, Entry, decode
from ecluse.safe.trace_reader import segments


def last_entries(safe: Path, most: int) -> list[Entry]:
    """Return at most ``most`` of the newest entries, newest first; a line still being written is left out."""
    found: list[Entry] = []
    for path in reversed(segments(safe)[-2:]):
        found += _of_file(path, most - len(found))
        if len(found) >= most:
            break
    return found


def _of_file(path: Path, most: int) -> list[Entry]:
    """Read from the end: before it stand zeros, written ahead of the entries to come."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return []
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            return [entry for line in _backwards(text, most) if (entry := _read(line)) is not None]


def _backwards(text: mmap.mmap, most: int) -> Iterator[bytes]:
    """Yield the last whole lines, the newest first."""
    end = text.rfind(b"\n")
    for _ in range(most):
        if end < 0:
            return
        start = text.rfind(b"\n", 0, end)
        yield text[start + 1 : end]
        end = start


def _read(line: bytes) -> Entry | None:
    try:
        return decode(line)
    except UNREADABLE:
        return None
