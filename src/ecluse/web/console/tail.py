"""The last entries of the trace, from its end: the cost does not grow with what came before.

Before the end of a segment being written stand zeros, so nothing here trusts the size of a file.
"""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ecluse.safe.entry import UNREADABLE, Entry, decode
from ecluse.safe.trace_reader import segments

NEWLINE = b"\n"


def last_entries(safe: Path, most: int) -> list[Entry]:
    """Return at most ``most`` of the newest entries, newest first; a line still being written is left out."""
    found: list[Entry] = []
    for path in reversed(segments(safe)[-2:]):
        with mapped(path) as text:
            found += [entry for line in _backwards(text, most - len(found)) if (entry := _read(line)) is not None]
    return found


def holding(safe: Path, words: tuple[bytes, ...], since: datetime) -> Iterator[Entry]:
    """Yield the entries at or after ``since`` whose line holds one of ``words``; other lines are not decoded."""
    for path in reversed(segments(safe)):
        with mapped(path) as text:
            for word in words:
                yield from _of_word(text, word, since)
            first = _read(text[: max(0, text.find(NEWLINE))])
        if first is not None and first.at < since:
            return


def _of_word(text: mmap.mmap | bytes, word: bytes, since: datetime) -> Iterator[Entry]:
    at = text.rfind(word)
    while at >= 0:
        start = text.rfind(NEWLINE, 0, at) + 1
        end = text.find(NEWLINE, at)
        entry = _read(text[start:end]) if end > 0 else None
        if entry is not None and entry.at < since:
            return
        if entry is not None:
            yield entry
        at = text.rfind(word, 0, start)


@contextmanager
def mapped(path: Path) -> Iterator[mmap.mmap | bytes]:
    """Give the bytes of a file without reading them all."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            yield text


def _backwards(text: mmap.mmap | bytes, most: int) -> Iterator[bytes]:
    """Yield the last whole lines, the newest first."""
    end = text.rfind(NEWLINE)
    for _ in range(most):
        if end < 0:
            return
        start = text.rfind(NEWLINE, 0, end)
        yield text[start + 1 : end]
        end = start


def _read(line: bytes) -> Entry | None:
    try:
        return decode(line)
    except UNREADABLE:
        return None
