"""The last entries of the trace, without reading the rest of it."""

import os
from pathlib import Path

from ecluse.safe.entry import UNREADABLE, Entry, decode
from ecluse.safe.trace_reader import segments

BYTES = 1 << 18


def last_entries(safe: Path, most: int) -> list[Entry]:
    """Return at most ``most`` of the newest entries, newest first; a line still being written is left out."""
    found: list[Entry] = []
    for path in reversed(segments(safe)[-2:]):
        found += _of_file(path, most - len(found))
        if len(found) >= most:
            break
    return found


def _of_file(path: Path, most: int) -> list[Entry]:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - BYTES))
        text = file.read(BYTES)
    lines = text[: text.rfind(b"\n") + 1].splitlines()
    whole = lines if size <= BYTES else lines[1:]
    return [entry for line in reversed(whole[-most:] if most else []) if (entry := _read(line)) is not None]


def _read(line: bytes) -> Entry | None:
    try:
        return decode(line)
    except UNREADABLE:
        return None
