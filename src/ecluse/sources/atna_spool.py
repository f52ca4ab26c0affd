"""The spool of received audit messages: appended, made durable in groups, readable by the reader ``atna`` at any time.

Each message is one frame of RFC 5425 (``LENGTH MESSAGE``) and a line end. What a crash after each step leaves::

    write(frames)     a torn frame at the end: rejected as cut off when it is read, and the next start begins a new line
    fdatasync         whole messages, counted or not: nothing to repair

At most ``MOST_WAITING`` bytes wait in memory; who sends faster waits (TLS) or loses datagrams, counted (UDP). When the
disk is full, what waits is kept and written as soon as it can be.
"""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ecluse.core.errors import BrokenWorldError

MOST_WAITING = 1 << 24
MOST_REJECTS = 1 << 26
SHOWN = 200


class Spool:
    """One spool file and, beside it, ``FILE.rejects.jsonl``. One owner."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.received = self.rejected = self.lost = self.written = 0
        self.failing = ""
        self._waiting: list[bytes] = []
        self._size = 0
        self._fd = _open(path)
        self._torn = not _ends_clean(self._fd)
        self._rejects = path.with_name(path.name + ".rejects.jsonl")

    @property
    def full(self) -> bool:
        """Whether no more may be taken until something is written."""
        return self._size >= MOST_WAITING

    def add(self, message: bytes) -> bool:
        """Take ``message``; False, and it is counted as lost, when too much waits already."""
        if self.full:
            self.lost += 1
            return False
        frame = b"%d %b\n" % (len(message), message)
        self._waiting.append(frame)
        self._size += len(frame)
        self.received += 1
        return True

    def reject(self, reason: str, peer: str, start: bytes) -> None:
        """Keep what could not be taken as a message: when, from where, why and how it began; then only count it."""
        self.rejected += 1
        line = {"at": datetime.now(UTC).isoformat(), "from": peer, "reason": reason, "begins": _plain(start)}
        try:
            with self._rejects.open("ab") as file:
                if file.tell() < MOST_REJECTS:
                    file.write(msgspec.json.encode(line) + b"\n")
        except OSError as error:
            self.failing = str(error)

    def flush(self) -> None:
        """Write what waits and make it durable. A failure is told in ``failing``, and everything still waits."""
        if not self._waiting:
            return
        self._reopen()
        data = (b"\n" if self._torn else b"") + b"".join(self._waiting)
        begin = os.fstat(self._fd).st_size
        try:
            _write(self._fd, data)
            os.fdatasync(self._fd)
        except OSError as error:
            self.failing = f"{self.path}: {error}"
            os.ftruncate(self._fd, begin)
            return
        self.written += len(self._waiting)
        self._waiting, self._size, self._torn, self.failing = [], 0, False, ""

    def close(self, patience: float = 5.0) -> None:
        """Write the rest, trying again for ``patience`` seconds.

        Raises:
            BrokenWorldError: the last messages could not be written.
        """
        end = time.monotonic() + patience
        self.flush()
        while self._waiting and time.monotonic() < end:
            time.sleep(0.2)
            self.flush()
        os.close(self._fd)
        if self._waiting:
            message = f"{len(self._waiting)} messages could not be written ({self.failing})."
            raise BrokenWorldError(message, "Make room on the disk; the senders may have them still.")

    def _reopen(self) -> None:
        """Go on in a new file when the old one was moved away (log rotation)."""
        try:
            same = os.path.samestat(self.path.stat(), os.fstat(self._fd))
        except FileNotFoundError:
            same = False
        if not same:
            os.close(self._fd)
            self._fd = _open(self.path)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BrokenWorldError(
            f"{path} cannot be written: {error}.", "Name a file in a folder you may write."
        ) from error


def _ends_clean(fd: int) -> bool:
    size = os.fstat(fd).st_size
    return size == 0 or os.pread(fd, 1, size - 1) == b"\n"


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _plain(start: bytes) -> str:
    """Return the beginning of what was sent, up to its XML: never names, never queries."""
    return start[:SHOWN].partition(b"<?xml")[0].partition(b"<Audit")[0].decode("ascii", errors="replace")
