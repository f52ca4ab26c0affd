"""The last entries of the trace, from its end: the cost does not grow with what came before.

Before the end of a segment being written stand zeros, so nothing here trusts the size of a file.
"""

import mmap
import os
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
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


def holding(safe: Path, words: tuple[bytes, ...], since: datetime, until: datetime | None = None) -> Iterator[Entry]:
    """Yield the entries at or after ``since``, before ``until``, whose line holds one of ``words``, newest first.

    Other lines are not decoded. With several words, those of one come before those of the next in each segment.
    """
    paths = segments(safe)
    for path in reversed(paths[: bisect_left(paths, until, key=_begin) if until else None]):
        with mapped(path) as text:
            end = _first_from(text, until) if until else len(text)
            for word in words:
                yield from _of_word(text, word, since, end)
            first = _read(text[: max(0, text.find(NEWLINE))])
        if first is not None and first.at < since:
            return


def sequence_at(safe: Path, at: datetime) -> int:
    """Return the sequence of the first entry at or after ``at``, or of the next one to come when all are older.

    Entries stand in the order of time, so two are found among millions by looking at a few dozen.
    """
    paths = segments(safe)
    place = bisect_left(paths, at, key=_begin)
    if place == 0:
        return int(paths[0].stem) if paths else 0
    path = paths[place - 1]
    with mapped(path) as text:
        start = _first_from(text, at)
        before = _read(text[text.rfind(NEWLINE, 0, max(0, start - 1)) + 1 : start - 1]) if start else None
    return before.seq + 1 if before is not None else int(path.stem)


def _begin(path: Path) -> datetime:
    """Return the time of the first entry of a segment; the far future for one that has none yet."""
    with mapped(path) as text:
        first = _read(text[: max(0, text.find(NEWLINE))])
    return first.at if first is not None else datetime.max.replace(tzinfo=UTC)


def _first_from(text: mmap.mmap | bytes, at: datetime) -> int:
    """Return where the first line at or after ``at`` starts; the end of the last whole line when there is none."""
    low, high = 0, text.rfind(NEWLINE) + 1
    while low < high:
        start = max(low, text.rfind(NEWLINE, low, (low + high) // 2) + 1)
        end = text.find(NEWLINE, start)
        entry = _read(text[start:end])
        if entry is not None and entry.at < at:
            low = end + 1
        else:
            high = start
    return low


def _of_word(text: mmap.mmap | bytes, word: bytes, since: datetime, before: int) -> Iterator[Entry]:
    at = text.rfind(word, 0, before)
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
