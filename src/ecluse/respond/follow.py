"""Following the trace: new entries, in order, each once, from where the last reading durably ended (C1, C2).

``cursor.json`` says up to where everything that follows from the entries is done. It is written after that: what a
crash interrupts is read again.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from ecluse.core.errors import BrokenWorldError, NotProvenError
from ecluse.safe.entry import UNREADABLE, Entry, decode
from ecluse.safe.tiles import SEGMENT, segment_path
from ecluse.safe.trace_reader import entries

FIRST_LOOK = timedelta(hours=1)
VERIFY = "Run `ecluse trace verify`."


class Cursor(msgspec.Struct, frozen=True):
    """The next entry: its sequence, and the byte at which its line begins in its segment."""

    sequence: int = 0
    offset: int = 0


def kept(file: Path) -> Cursor | None:
    """Return the cursor kept in ``file``, if there is one.

    Raises:
        BrokenWorldError: the file is damaged.
    """
    if not file.exists():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Cursor)
    except msgspec.DecodeError as error:
        raise BrokenWorldError(f"{file} is damaged: {error}.", "Remove it: the watch begins anew.") from error


def keep(file: Path, value: msgspec.Struct) -> None:
    """Write ``value`` as JSON, durably: a crash leaves the old file or the new one."""
    new = file.with_suffix(".new")
    with new.open("wb") as out:
        out.write(msgspec.json.encode(value))
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)


def start(safe: Path) -> Cursor:
    """Return the cursor of a first reading: the last hour; what is older is the detectors' alone."""
    since = datetime.now(UTC) - FIRST_LOOK
    first = next((entry for entry in entries(safe, since=since)), None)
    sequence = first.seq if first is not None else max((entry.seq for entry in entries(safe)), default=-1) + 1
    path = segment_path(safe, sequence // SEGMENT * SEGMENT)
    if not path.exists():
        return Cursor(sequence, 0)
    with path.open("rb") as file:
        return Cursor(sequence, sum(len(file.readline()) for _ in range(sequence % SEGMENT)))


class Follower:
    """Reads the trace in ``safe`` from ``cursor`` on. ``ahead`` is the cursor after what was read last."""

    def __init__(self, safe: Path, cursor: Cursor) -> None:
        self.safe = safe
        self.cursor = self.ahead = cursor

    def warm(self, seconds: float) -> Iterator[Entry]:
        """Yield the entries of the last ``seconds`` before the cursor: done already, but counts depend on them."""
        before = datetime.now(UTC) - timedelta(seconds=seconds)
        for entry in entries(self.safe, since=before):
            if entry.seq >= self.cursor.sequence:
                return
            yield entry

    def new(self, size: int, most: int) -> list[Entry]:
        """Return at most ``most`` entries from the cursor on, below ``size`` (what the safe says is durable).

        Raises:
            NotProvenError: a line is no entry, or out of place: nothing after it is looked at.
        """
        found: list[Entry] = []
        sequence, offset = self.cursor.sequence, self.cursor.offset
        while sequence < size and len(found) < most:
            room = min(size, (sequence // SEGMENT + 1) * SEGMENT) - sequence
            lines = _lines(segment_path(self.safe, sequence // SEGMENT * SEGMENT), offset, min(room, most - len(found)))
            if not lines:
                break
            found += [_entry(line, sequence + place) for place, line in enumerate(lines)]
            sequence += len(lines)
            offset = 0 if sequence % SEGMENT == 0 else offset + sum(map(len, lines))
        self.ahead = Cursor(sequence, offset)
        return found

    def done(self) -> None:
        """Go on from there: what :meth:`new` returned last has had its effect."""
        self.cursor = self.ahead


def _lines(path: Path, offset: int, most: int) -> list[bytes]:
    """Return at most ``most`` whole lines of a segment from ``offset`` on."""
    if not path.exists():
        return []
    found: list[bytes] = []
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n") or len(found) == most:
                break
            found.append(line)
    return found


def _entry(line: bytes, sequence: int) -> Entry:
    try:
        entry = decode(line)
    except UNREADABLE as error:
        raise NotProvenError(f"Entry {sequence} cannot be read: {type(error).__name__}.", VERIFY) from error
    if entry.seq != sequence:
        raise NotProvenError(f"Entry {entry.seq} stands at place {sequence}.", VERIFY)
    return entry
